// The machine at play: from a stake to a settled round on the screen. It draws what the record says and nothing else.
import { Decimal } from "./verify/exact.js";
import { $, el, grouped, say, stillness } from "./dom.js";

const FREE_SPIN_PAUSE = 450; // ms that a free spin's result stands

/** What a round was, by its action_result: exact decimals. */
export function settled({ outcome, balance }) {
  const before = Decimal.from(balance.before);
  const after = Decimal.from(balance.after);
  const payout = Decimal.from(outcome.totalWin);
  return { before, after, payout, stake: before.plus(payout).minus(after), currency: balance.currency };
}

/** A result in words. No word of winning for what is not more than the stake. */
export function verdict({ stake, payout }) {
  const difference = payout.minus(stake);
  if (payout.units === 0n) return { festive: false, words: `Nothing this time. The stake was ${grouped(stake)}.` };
  if (difference.units > 0n) {
    return { festive: true, words: `Won ${grouped(payout)} on a stake of ${grouped(stake)}: ${grouped(difference)} more than you staked.` };
  }
  if (difference.units === 0n) return { festive: false, words: `The stake of ${grouped(stake)} came back.` };
  return { festive: false, words: `${grouped(payout)} of the ${grouped(stake)} staked came back: ${grouped(stake.minus(payout))} less.` };
}

export class Show {
  #skipped = false;
  #wake = () => {};

  constructor(machine) {
    this.machine = machine;
    $("#skip").addEventListener("click", () => this.skip());
  }

  begin() {
    this.#skipped = false;
    say($("#result"), "Spinning…");
    $("#result").classList.remove("won");
    $("#repeat").hidden = true;
    $("#wins").replaceChildren();
    this.machine.turn();
  }

  /** Goes to the end of the free spins at once. */
  skip() {
    this.#skipped = true;
    this.#wake();
  }

  /** Ends a spin that brought nothing but an error. */
  async fail(window) {
    await this.machine.stop(window, 0);
    say($("#result"), "This spin was not played.");
  }

  /** Shows a settled round: the paid spin, then its free spins, then the whole result. */
  async round(outcome, facts) {
    const { festive, words } = verdict(facts);
    await this.machine.stop(outcome.window);
    if (outcome.freeSpins.length > 0) {
      this.machine.mark(outcome, false);
      await this.#freeSpins(outcome);
      this.machine.show(outcome.window);
    }
    this.machine.mark(outcome, festive);
    say($("#result"), words);
    $("#result").classList.toggle("won", festive);
    $("#wins").replaceChildren(...this.#wins(outcome, festive));
  }

  async #freeSpins({ freeSpins }) {
    $("#skip").hidden = false;
    $("#spin").hidden = true;
    let won = Decimal.zero;
    for (const [i, free] of freeSpins.entries()) {
      if (this.#skipped || stillness.matches) break;
      say($("#result"), `Free spin ${i + 1} of ${freeSpins.length}, ${grouped(won)} in free spins so far.`);
      this.machine.turn();
      await this.machine.stop(free.window, 30);
      this.machine.mark(free, false);
      won = won.plus(Decimal.from(free.win));
      await this.#pause(FREE_SPIN_PAUSE);
    }
    $("#skip").hidden = true;
    $("#spin").hidden = false;
  }

  #pause(time) {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, time);
      this.#wake = () => { clearTimeout(timer); resolve(); };
      if (this.#skipped) this.#wake();
    });
  }

  /** What won, in words; a line is drawn while its words are pointed at. */
  #wins(outcome, festive) {
    const items = outcome.paylines.map((win) => el("li", {
      onpointerenter: () => this.machine.point(win), onpointerleave: () => this.machine.mark(outcome, festive),
    }, `Line ${win.line}: ${win.symbols.length} × ${this.#name(win.symbols)} pay ${grouped(win.win)}`));
    if (Decimal.from(outcome.scatterWin).units > 0n) items.push(el("li", {}, `Scatters pay ${grouped(outcome.scatterWin)}`));
    if (outcome.freeSpins.length > 0) {
      const free = outcome.freeSpins.reduce((sum, { win }) => sum.plus(Decimal.from(win)), Decimal.zero);
      items.push(el("li", {}, `${outcome.freeSpins.length} free spins pay ${grouped(free)}`));
    }
    return items;
  }

  /** What the symbols of a win count as: wilds stand for the others. */
  #name(symbols) {
    return symbols.find((symbol) => symbol !== this.machine.wild) ?? symbols[0];
  }
}
