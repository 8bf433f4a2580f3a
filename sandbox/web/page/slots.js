// The table of slots: its machine, its stake and what pays. It lies between the page and the machine, as round.js does for the games of
// several steps; both have the same methods for main.js.
import { Machine } from "./machine.js";
import { $, draw, el, icon, json } from "./dom.js";
import { Show, settled } from "./play.js";
import { Stake } from "./stake.js";

export class SlotsTable {
  busy = false; // a round is over with its spin
  #host;
  #seat = 0; // counts those who sat down; what belongs to an older one is dropped
  #standing = null; // what the reels show when they stand
  #promised = null; // the seed state that stood on the screen when the pending spin was sent
  #known = new Set(); // rounds whose result was shown

  /** host is what main.js has for tables. */
  constructor(host) {
    this.#host = host;
    this.machine = new Machine($("#reels"), $("#overlay"));
    this.show = new Show(this.machine);
    this.stake = new Stake(() => host.enable());
    $("#spin-form").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#spin();
    });
    $("#spin").addEventListener("keydown", (event) => {
      if (event.repeat) event.preventDefault(); // a key held down is one spin
    });
  }

  get greeting() { return "Choose a stake and spin."; }

  /** Opens the table of a game: rules as parse reads them, the smallest and the largest stake, the currency. */
  sit({ game, rules, min, max, currency }) {
    this.#seat++;
    $("#slots-view").hidden = $("#spin-form").hidden = false;
    this.machine.setRules(rules);
    this.stake.setLimits(game, min, max, currency, rules.paylines.length);
    this.#standing = Array.from({ length: this.machine.rows }, (_, row) => rules.strips.map((strip) => strip[row % strip.length]));
    this.machine.show(this.#standing);
    return { title: "What pays", content: pays(rules) };
  }

  stand() {
    this.#seat++;
    this.show.abandon();
    this.#known.clear();
    $("#slots-view").hidden = $("#spin-form").hidden = true;
    $("#wins").replaceChildren();
  }

  #spin() {
    const { betPerLine, lines } = this.stake.read();
    if (betPerLine && !$("#spin").disabled) this.#host.play("action", json({ action: "spin", betPerLine, activePaylines: lines }));
  }

  /** A request is under way; promised is the seed state that it was sent under, null if the page was loaded since. */
  begin(_, promised) {
    this.#promised = promised;
    this.show.begin();
  }

  async action_result({ payload, repeat }) {
    const { roundId, outcome, provablyFair } = payload;
    const facts = settled(payload);
    if (this.#known.has(roundId)) return this.#host.again(roundId, repeat);
    this.#known.add(roundId);
    const seat = this.#seat;
    this.#host.settled(roundId, facts.after, true);
    this.#standing = outcome.window;
    this.#host.proof(provablyFair, this.#promised);
    await this.show.round(outcome, facts);
    if (seat === this.#seat) this.#host.done();
  }

  /** The last request, which was refused, is sent again. */
  resent(promised) {
    this.#promised = promised;
  }

  /** The request was refused. */
  fail() {
    return this.show.fail(this.#standing);
  }

  enable(ready) {
    $("#spin").disabled = !ready || !this.stake.read().betPerLine;
  }

  /** Where the keyboard goes on from. */
  target() { return $("#spin"); }

  /** Space or Enter was pressed with nothing in focus. */
  press() {
    if ($("#skip").hidden) this.#spin();
    else this.show.skip();
  }
}

/** What the rules say that pays. */
function pays(rules) {
  const paying = rules.symbols.filter(({ pays }) => pays);
  const scatter = paying.find(({ name }) => rules.scatter !== undefined && name === rules.scatter);
  const table = (caption, symbols) => {
    const counts = [...new Set(symbols.flatMap(({ pays }) => Object.keys(pays)))].map(Number).sort((a, b) => a - b);
    const row = ({ name, pays }) => el("tr", {}, el("th", { scope: "row" }, icon(name), ` ${name}`),
      counts.map((n) => el("td", { class: "number" }, String(pays[n] ?? "–"))));
    return el("div", { class: "scroll" }, el("table", {}, el("caption", {}, caption),
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Symbol"), counts.map((n) => el("th", { scope: "col", class: "number" }, `${n} ×`)))),
      el("tbody", {}, symbols.map(row))));
  };
  return [
    table("On a line, from the left, × the bet per line", paying.filter((symbol) => symbol !== scatter)),
    scatter ? table("Anywhere, × the total bet", [scatter]) : null,
    el("p", { class: "small" }, [wildWords(rules), freeWords(rules), capWords(rules)].filter(Boolean).join(" ")),
    el("div", { class: "paylines" }, rules.paylines.map((rows, i) => payline(rows, i, Number(rules.rows ?? 3)))),
  ].filter(Boolean);
}

function wildWords({ wild, scatter, wildMultiplier, wildMultiplierPer }) {
  if (wild === undefined) return "";
  const times = wildMultiplier === undefined ? "" : `, and multiplies the win by ${wildMultiplier}${wildMultiplierPer === "win" ? "" : " each"}`;
  return `The ${wild} stands for every symbol${scatter === undefined ? "" : ` but the ${scatter}`}${times}.`;
}

function freeWords({ freeSpins, scatter, freeSpinStrips }) {
  if (!freeSpins) return "";
  const { scatters, award, awards, multiplier, retriggers } = freeSpins;
  const won = awards ? Object.entries(awards).map(([count, n]) => `${count} ${scatter}s win ${n} free spins`).join(", ")
    : `${scatters} or more ${scatter}s win ${award} free spins`;
  const more = String(retriggers ?? 1);
  const again = more === "0" ? "they win no more" : more === "1" ? "each of these may win more, once" : `these may win more, ${more} times over`;
  return `${won}, whose wins are × ${multiplier}${freeSpinStrips ? ", on other reels" : ""}; ${again}.`;
}

function capWords({ maximumWin }) {
  return maximumWin === undefined ? "" : `A round pays ${maximumWin} × the total bet at most, and ends there.`;
}

function payline(rows, i, height) {
  const svg = draw("svg", { viewBox: `0 0 ${rows.length * 10 + 2} ${height * 10 + 2}`, "aria-hidden": "true" });
  for (let reel = 0; reel < rows.length; reel++) {
    for (let row = 0; row < height; row++) {
      const on = String(rows[reel]) === String(row);
      svg.append(draw("rect", { x: 2 + reel * 10, y: 2 + row * 10, width: 8, height: 8, rx: 1, class: on ? "on" : "off" }));
    }
  }
  return el("figure", {}, svg, el("figcaption", { "aria-label": `Line ${i + 1}: rows ${rows.map((row) => Number(row) + 1).join(", ")}` }, String(i + 1)));
}
