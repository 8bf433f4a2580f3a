// The stake controls, in exact decimals: an amount with its stepper, and the bet per line and number of lines of slots.
import { Decimal } from "./verify/exact.js";
import { $, grouped, hint, invalid, say } from "./dom.js";

/** One amount of money in a field, with buttons that go to the next round amount. */
export class Amount {
  /** changed is called after every change. */
  constructor(input, less, more, changed) {
    this.input = input;
    this.changed = changed;
    this.ladder = [];
    this.scale = 0;
    input.addEventListener("input", changed);
    less.addEventListener("click", () => this.#step(-1));
    more.addEventListener("click", () => this.#step(1));
  }

  /** Takes the amounts to step through, their decimals and what to begin with; kept is a text that may have been kept before. */
  setLadder(ladder, scale, first, kept) {
    this.ladder = ladder;
    this.scale = scale;
    this.input.value = /^[\d.]+$/.test(kept) ? kept : String(first);
  }

  get text() {
    return this.input.value.trim();
  }

  /** {amount}, or {problem} in words. name is what the amount is. */
  read(name, currency) {
    if (!/^\d{1,15}(\.\d{1,18})?$/.test(this.text)) return { problem: `The ${name} is an amount like 0.25.` };
    const amount = Decimal.from(this.text);
    if (amount.scale > this.scale) return { problem: `${currency} has ${this.scale} decimals.` };
    return { amount: amount.scaled(this.scale) };
  }

  #step(direction) {
    let now;
    try {
      now = Decimal.from(this.text);
    } catch {
      now = this.ladder[0];
    }
    const other = direction > 0 ? this.ladder.find((bet) => bet.compare(now) > 0) : this.ladder.findLast((bet) => bet.compare(now) < 0);
    if (other) this.input.value = String(other);
    this.changed();
  }
}

/** The stake of slots. */
export class Stake {
  #limits = null;
  #bet;

  /** changed is called after every change. */
  constructor(changed) {
    this.changed = changed;
    this.#bet = new Amount($("#bet"), $("#bet-less"), $("#bet-more"), () => this.#update());
    $("#lines").addEventListener("input", () => this.#update());
    $("#lines-less").addEventListener("click", () => this.#stepLines(-1));
    $("#lines-more").addEventListener("click", () => this.#stepLines(1));
  }

  /** Takes the game, its smallest and largest stake, Decimals, the currency, and how many lines there are. */
  setLimits(game, min, max, currency, mostLines) {
    this.#limits = { game, min, max, currency, mostLines };
    const steps = ladder(new Decimal(1n, min.scale), max);
    // A first bet: the smallest of the ladder that makes ten times the smallest stake on all lines.
    const first = steps.find((bet) => bet.times(mostLines).compare(min.times(10)) >= 0) ?? steps[0];
    const { bet, lines } = recall(game);
    this.#bet.setLadder(steps, min.scale, first, bet);
    $("#lines").value = /^\d+$/.test(lines) ? lines : String(mostLines);
    this.#update();
  }

  /** {betPerLine, lines, total}, or {problem} in words. */
  read() {
    if (!this.#limits) return { problem: "" };
    const { min, max, currency, mostLines } = this.#limits;
    const { amount: betPerLine, problem } = this.#bet.read("bet per line", currency);
    if (problem) return { problem };
    const lines = Number($("#lines").value.trim());
    if (!Number.isInteger(lines) || lines < 1 || lines > mostLines) return { problem: `Lines go from 1 to ${mostLines}.` };
    const total = betPerLine.times(lines);
    const beyond = outside(total, min, max);
    return beyond ? { total, problem: beyond } : { betPerLine, lines, total };
  }

  #update() {
    const { total, problem, lines } = this.read();
    say($("#stake"), total ? grouped(total) : "–");
    complain(problem, $("#bet"), $("#lines"));
    if (lines) keep(this.#limits.game, { bet: this.#bet.text, lines: String(lines) });
    this.changed();
  }

  #stepLines(direction) {
    const now = Number($("#lines").value) || 1;
    $("#lines").value = String(Math.min(this.#limits.mostLines, Math.max(1, Math.round(now) + direction)));
    this.#update();
  }
}

/** The stake of a game whose bet is one amount. */
export class Bet {
  #amount;

  /** The field and its buttons, the game that the amount is kept for, and what is called after every change. */
  constructor(input, less, more, game, changed) {
    this.game = game;
    this.input = input;
    this.changed = changed;
    this.#amount = new Amount(input, less, more, () => this.#update());
  }

  /** Takes the game's smallest and largest stake, Decimals, and the currency. */
  setLimits(min, max, currency) {
    this.limits = { min, max, currency };
    this.#amount.setLadder(ladder(min, max), min.scale, min.times(10), recall(this.game).bet);
    this.#update();
  }

  /** {amount}, or {problem} in words. */
  read() {
    const { min, max, currency } = this.limits;
    const { amount, problem } = this.#amount.read("bet", currency);
    const wrong = problem ?? outside(amount, min, max);
    return wrong ? { problem: wrong } : { amount };
  }

  #update() {
    const { amount, problem } = this.read();
    complain(problem, this.input);
    if (amount) keep(this.game, { bet: this.#amount.text });
    this.changed();
  }
}

function outside(total, min, max) {
  if (total.compare(min) >= 0 && total.compare(max) <= 0) return "";
  return `The stake must be from ${grouped(min)} to ${grouped(max)}.`;
}

function complain(problem, ...inputs) {
  const wrong = Boolean(problem);
  hint(problem ?? "", wrong);
  for (const input of inputs) invalid(input, wrong);
}

/** 1, 2 and 5 times every power of ten, from a smallest amount that is one of them up to the largest. */
function ladder(min, max) {
  const steps = [];
  for (let power = 1n; ; power *= 10n) {
    for (const digit of [1n, 2n, 5n]) {
      const step = new Decimal(digit * power, min.scale);
      if (step.compare(max) > 0) return steps;
      if (step.compare(min) >= 0) steps.push(step);
    }
  }
}

function recall(game) {
  try {
    return JSON.parse(localStorage.getItem(`croupier.stake.${game}`)) ?? {};
  } catch {
    return {}; // not ours: the default will do
  }
}

function keep(game, stake) {
  localStorage.setItem(`croupier.stake.${game}`, JSON.stringify(stake));
}
