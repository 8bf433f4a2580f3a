// Why a round's result is what it is, in plain words and numbers: what verify.js recomputed, drawn.
import { el, grouped, icon, moment } from "./dom.js";

export const VERDICTS = {
  verified: { badge: "good", words: "Verified" },
  failed: { badge: "bad", words: "Does not match" },
  unrevealed: { badge: "wait", words: "Seed still in use" },
  unknown: { badge: "wait", words: "Cannot be checked here" },
};

/** What verify.js compares, by the names of its checks. */
const COMPARED = {
  record: "The record is whole and can be read",
  commitment: "The server seed hashes to the commitment",
  rules: "The rules are those that the record names",
  "one action": "The round is one spin",
  step: "The round is one spin",
  action: "The round is one spin",
  outcome: "Stops, symbols, wins and free spins",
  "stake of the action": "The stake of the spin",
  "payout of the action": "The payout of the spin",
  stake: "The stake of the round",
  payout: "The payout of the round",
  status: "The round is over",
};

/** Draws a report of verifyRound. record is what was checked, notedAt when its commitment was first seen here, or null. */
export function proof(report, record, notedAt) {
  const failed = report.checks.filter(({ ok }) => !ok);
  return el("div", { class: "proof", "data-verdict": report.verdict },
    failed.length === 0 ? null : step("What does not match", el("ul", { class: "checks" },
      failed.map((c) => el("li", { class: "no" }, `${COMPARED[c.name] ?? c.name}: computed ${c.expected}; recorded ${c.got}`)))),
    report.why ? step("Not checked", el("p", {}, report.why)) : null,
    report.forced ? step("A forced round", el("p", {}, "Its outcome was asked for in the sandbox and was not left to chance. The record says so for ever.")) : null,
    commitment(report, record, notedAt),
    ...(report.round ? replay(report, record) : []),
    step("Everything that was compared", compared(report.checks)));
}

function compared(checks) {
  const said = Map.groupBy(checks, ({ name }) => COMPARED[name] ?? name);
  return el("ul", { class: "checks" }, [...said].map(([words, ones]) => el("li", { class: ones.every(({ ok }) => ok) ? "yes" : "no" }, words)));
}

function step(title, ...content) {
  return el("section", {}, el("h3", {}, title), ...content);
}

function commitment(report, record, notedAt) {
  const ok = report.checks.some(({ name, ok }) => name === "commitment" && ok);
  return step("1. The house was bound before you played",
    el("p", {}, "The server seed, revealed now, is ", el("code", {}, record.serverSeed), "."),
    el("p", {}, `Its SHA-256 ${ok ? "is the commitment of this round" : "is not the commitment of this round"}, `, el("code", {}, record.serverSeedHash),
      notedAt ? `, which this browser was first shown on ${moment(notedAt)}. The round was played on ${moment(record.actions[0].at)}.` : ". This browser was not shown it before, so compare it with what you noted yourself."));
}

function replay({ round, betPerLine, lines, forced }, record) {
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
        el("summary", {}, `Free spin ${i + 1}: ${money(betPerLine.times(free.win))}${free.wonSpins ? ", and more free spins" : ""}`),
        el("p", { class: "small" }, "Message ", el("code", {}, free.message)), draws(free), grid(free.window), wins(free, betPerLine, lines)))),
    step("The sum", el("p", {}, `Stake: ${betPerLine} × ${lines} ${lines === 1 ? "line" : "lines"} = ${money(betPerLine.times(lines))}. ` +
      `Payout: ${total} × ${betPerLine} = ${money(payout)}. The record says ${grouped(record.stake)} and ${grouped(record.payout)} ${record.currency}.`)),
  ].filter(Boolean);
}

function draws(spin) {
  const number = { class: "number" };
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Draws of the reels" }, el("table", {},
    el("thead", {}, el("tr", {}, ["Reel", "Bytes", "Number", "Remainder", "Stops at", "Top symbol"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, spin.draws.map(({ n, words, value }, reel) => {
      const last = words.at(-1);
      const refused = words.length - 1;
      return el("tr", {},
        el("th", { scope: "row" }, String(reel + 1)),
        el("td", {}, el("code", {}, last.hex), last.forced ? " (forced)" : refused > 0 ? ` (${refused} refused before)` : ""),
        el("td", number, String(last.value)), el("td", {}, `mod ${n} = ${value}`), el("td", number, String(value)),
        el("td", {}, icon(spin.window[0][reel]), spin.window[0][reel]));
    }))));
}

function grid(window) {
  const names = window.map((row) => row.join(", ")).join("; ");
  return el("div", { class: "grid", role: "img", "aria-label": `Window: ${names}` }, window.flat().map((symbol) => icon(symbol)));
}

function wins(spin, betPerLine, lines) {
  const times = spin.multiplier === 1 ? "" : ` × ${spin.multiplier}`;
  const list = spin.lines.map(({ line, symbols, as, pay, win }) =>
    `Line ${line}: ${symbols.join(", ")} are ${symbols.length} of ${as}, which pay ${pay} × ${betPerLine}${times} = ${money(betPerLine.times(win))}.`);
  if (spin.scatterPay > 0) {
    list.push(`${spin.scatters} scatters pay ${spin.scatterPay} × the total bet (${lines} × ${betPerLine})${times} = ${money(betPerLine.times(spin.scatterWin))}.`);
  }
  if (list.length === 0) list.push(`No line of ${lines} has three equal symbols from the left, and fewer than three scatters show: nothing.`);
  return el("ul", {}, list.map((text) => el("li", {}, text)));
}

function money(amount) {
  return grouped(amount);
}
