// The proof of a spin of slots: stops, window, wins and free spins.
import { el, grouped, icon, picture } from "./dom.js";
import { bytes, step } from "./proof.js";

/** Draws what verify.js recomputed of a spin. */
export function spin({ steps: [{ detail }], forced }, record) {
  const { round, betPerLine, lines } = detail;
  const { spin, freeSpins, total } = round;
  const payout = betPerLine.times(total);
  return [
    step(forced ? "2. What was asked for, and then the seeds, decide where the reels stop" : "2. The seeds decide where the reels stop",
      el("p", {}, "HMAC-SHA-512 with the server seed as key and ", el("code", {}, spin.message), " (client seed : nonce) as message gives the bytes. " +
        "Each reel takes the next 4 of them as a number; its remainder by the length of the strip is where the reel stops.",
        forced ? " The values that were asked for come first." : ""),
      draws(spin)),
    step("3. What stopped there wins by the rules",
      el("p", {}, "The rules are those whose hash stands in the record, ", el("code", {}, record.rulesHash), "."),
      grid(spin.window), wins(spin, betPerLine, lines)),
    freeSpins.length === 0 ? null : step(`4. ${spin.scatters} scatters won free spins: ${freeSpins.length} were played`,
      el("p", {}, `They have streams of their own, and every win in them is × ${round.multiplier}.`),
      freeSpins.map((free, i) => el("details", {},
        el("summary", {}, `Free spin ${i + 1}: ${grouped(betPerLine.times(free.win))}${free.award > 0 ? ", and more free spins" : ""}`),
        el("p", { class: "small" }, "Message ", el("code", {}, free.message)), draws(free), grid(free.window), wins(free, betPerLine, lines)))),
    step("The sum", el("p", {}, `Stake: ${betPerLine} × ${lines} ${lines === 1 ? "line" : "lines"} = ${grouped(betPerLine.times(lines))}. ` +
      `Payout: ${total}${round.capped ? ", the maximum win," : ""} × ${betPerLine} = ${grouped(payout)}. The record says ${grouped(record.stake)} and ${grouped(record.payout)} ${record.currency}.`)),
  ].filter(Boolean);
}

function draws(spin) {
  const number = { class: "number" };
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Draws of the reels" }, el("table", {},
    el("thead", {}, el("tr", {}, ["Reel", "Bytes", "Number", "Remainder", "Stops at", "Top symbol"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, spin.draws.map(({ n, words, value }, reel) => el("tr", {},
        el("th", { scope: "row" }, String(reel + 1)),
        el("td", {}, bytes(words)), el("td", number, String(words.at(-1).value)), el("td", {}, `mod ${n} = ${value}`), el("td", number, String(value)),
        el("td", {}, icon(spin.window[0][reel]), spin.window[0][reel]))))));
}

function grid(window) {
  const names = window.map((row) => row.join(", ")).join("; ");
  const element = el("div", { class: "grid", role: "img", "aria-label": `Window: ${names}` }, window.flat().map(picture));
  element.style.setProperty("--reels", window[0].length);
  return element;
}

function wins(spin, betPerLine, lines) {
  const times = spin.multiplier === 1 ? "" : ` × ${spin.multiplier}`;
  const list = spin.lines.map(({ line, symbols, as, pay, win }) =>
    `Line ${line}: ${symbols.join(", ")} are ${symbols.length} of ${as ?? symbols[0]}, which pay ${pay} × ${betPerLine}${times} = ${grouped(betPerLine.times(win))}.`);
  if (spin.scatterPay > 0) {
    list.push(`${spin.scatters} scatters pay ${spin.scatterPay} × the total bet (${lines} × ${betPerLine})${times} = ${grouped(betPerLine.times(spin.scatterWin))}.`);
  }
  if (list.length === 0) list.push(`None of ${lines} ${lines === 1 ? "line" : "lines"} pays, and scatters do not either: nothing.`);
  return el("ul", {}, list.map((text) => el("li", {}, text)));
}
