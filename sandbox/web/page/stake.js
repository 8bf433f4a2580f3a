// The stake controls: bet per line and number of lines, in exact decimals.
import { Decimal } from "./verify/exact.js";
import { $, grouped, hint, invalid, say } from "./dom.js";

const KEPT = "croupier.stake";
const MOST_LINES = 20;

export class Stake {
  /** changed is called after every change. */
  constructor(changed) {
    this.changed = changed;
    this.limits = null;
    for (const input of [$("#bet"), $("#lines")]) input.addEventListener("input", () => this.#update());
    $("#bet-less").addEventListener("click", () => this.#stepBet(-1));
    $("#bet-more").addEventListener("click", () => this.#stepBet(1));
    $("#lines-less").addEventListener("click", () => this.#stepLines(-1));
    $("#lines-more").addEventListener("click", () => this.#stepLines(1));
  }

  /** Takes the game's smallest and largest stake, texts of decimals, and the currency. */
  setLimits(min, max, currency) {
    this.limits = { min: Decimal.from(min), max: Decimal.from(max), currency };
    this.scale = this.limits.min.scale;
    this.ladder = ladder(this.scale, this.limits.max);
    let kept = {};
    try {
      kept = JSON.parse(localStorage.getItem(KEPT)) ?? {};
    } catch { /* not ours: the default will do */ }
    $("#bet").value = /^[\d.]+$/.test(kept.bet) ? kept.bet : String(this.#first());
    $("#lines").value = /^\d+$/.test(kept.lines) ? kept.lines : String(MOST_LINES);
    this.#update();
  }

  /** A first bet: the smallest of the ladder that makes ten times the smallest stake on all lines. */
  #first() {
    return this.ladder.find((bet) => bet.times(MOST_LINES).compare(this.limits.min.times(10)) >= 0) ?? this.ladder[0];
  }

  /** {betPerLine, lines, total}, or {problem} in words. */
  read() {
    if (!this.limits) return { problem: "" };
    const text = $("#bet").value.trim();
    if (!/^\d{1,15}(\.\d{1,18})?$/.test(text)) return { problem: "The bet per line is an amount like 0.25." };
    const betPerLine = Decimal.from(text);
    if (betPerLine.scale > this.scale) return { problem: `${this.limits.currency} has ${this.scale} decimals.` };
    const lines = Number($("#lines").value.trim());
    if (!Number.isInteger(lines) || lines < 1 || lines > MOST_LINES) return { problem: `Lines go from 1 to ${MOST_LINES}.` };
    const total = betPerLine.times(lines).scaled(this.scale);
    const { min, max } = this.limits;
    if (total.compare(min) < 0 || total.compare(max) > 0) {
      return { total, problem: `The stake must be from ${grouped(min)} to ${grouped(max)}.` };
    }
    return { betPerLine: betPerLine.scaled(this.scale), lines, total };
  }

  #update() {
    const { total, problem, lines } = this.read();
    say($("#stake"), total ? grouped(total) : "–");
    const wrong = problem !== undefined && problem !== "";
    hint(problem ?? "", wrong);
    for (const input of [$("#bet"), $("#lines")]) invalid(input, wrong);
    if (lines) localStorage.setItem(KEPT, JSON.stringify({ bet: $("#bet").value.trim(), lines: String(lines) }));
    this.changed();
  }

  #stepBet(direction) {
    let now;
    try {
      now = Decimal.from($("#bet").value.trim());
    } catch {
      now = this.ladder[0];
    }
    const other = direction > 0 ? this.ladder.find((bet) => bet.compare(now) > 0) : this.ladder.findLast((bet) => bet.compare(now) < 0);
    if (other) $("#bet").value = String(other);
    this.#update();
  }

  #stepLines(direction) {
    const now = Number($("#lines").value) || 1;
    $("#lines").value = String(Math.min(MOST_LINES, Math.max(1, Math.round(now) + direction)));
    this.#update();
  }
}

/** 1, 2 and 5 times every power of ten, from one minor unit up to the largest stake. */
function ladder(scale, max) {
  const steps = [];
  for (let power = 1n; ; power *= 10n) {
    for (const digit of [1n, 2n, 5n]) {
      const step = new Decimal(digit * power, scale);
      if (step.compare(max) > 0) return steps;
      steps.push(step);
    }
  }
}
