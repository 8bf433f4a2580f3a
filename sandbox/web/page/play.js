// The machine of slots at play: from a stake to a settled round on the screen. It draws what the record says and nothing else.
import { Decimal } from "./verify/exact.js";
import { $, el, grouped, say, stillness } from "./dom.js";
import { verdict } from "./words.js";

const FREE_SPIN_PAUSE = 450; // ms that a free spin's result stands

/** What a round was, by its action_result: exact decimals. */
export function settled({ outcome, balance }) {
  const before = Decimal.from(balance.before);
  const after = Decimal.from(balance.after);
  const payout = Decimal.from(outcome.totalWin);
  return { before, after, payout, stake: before.plus(payout).minus(after), currency: balance.currency };
}

export class Show {
  #skipped = false;
  #run = 0; // counts what is shown; what belongs to something older is dropped
  #wake = () => {};

  constructor(machine) {
    this.machine = machine;
    $("#skip").addEventListener("click", () => this.skip());
  }

  begin() {
    this.#run++;
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

  /** Shows nothing more of what is under way. */
  abandon() {
    this.#run++;
    this.skip();
  }

  /** Ends a spin that brought nothing but an error. */
  async fail(window) {
    await this.machine.stop(window, 0);
    say($("#result"), "This spin was not played.");
  }

  /** Shows a settled round: the paid spin, then its free spins, then the whole result. */
  async round(outcome, facts) {
    const { festive, words } = verdict(facts);
    const run = this.#run;
    await this.machine.stop(outcome.window);
    if (run !== this.#run) return;
    if (outcome.freeSpins.length > 0) {
      this.machine.mark(outcome, false);
      await this.#freeSpins(outcome, run);
      if (run !== this.#run) return;
      this.machine.show(outcome.window);
    }
    this.machine.mark(outcome, festive);
    say($("#result"), words);
    $("#result").classList.toggle("won", festive);
    $("#wins").replaceChildren(...this.#wins(outcome, festive));
  }

  async #freeSpins({ freeSpins }, run) {
    $("#skip").hidden = false;
    $("#spin").hidden = true;
    let won = Decimal.zero;
    for (const [i, free] of freeSpins.entries()) {
      if (this.#skipped || stillness.matches || run !== this.#run) break;
      say($("#result"), `Free spin ${i + 1} of ${freeSpins.length}, ${grouped(won)} in free spins so far.`);
      this.machine.turn();
      await this.machine.stop(free.window, 30);
      if (run !== this.#run) break;
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
