// What the server did while nobody was there: rounds that were not finished, and were settled.
import { $, el, grouped, moment } from "./dom.js";

export class Notices {
  #told = new Set(); // rounds; the server may tell of one twice when a connection breaks

  /** nameOf gives the name of a game by its id or alias. */
  constructor(nameOf) {
    this.nameOf = nameOf;
  }

  clear() {
    this.#told.clear();
    $("#notices").replaceChildren();
  }

  /** A round was settled, by a round_expired. */
  expired({ roundId, gameId, stake, payout, at }) {
    if (this.#told.has(roundId)) return;
    this.#told.add(roundId);
    const words = `Your round of ${this.nameOf(gameId)} was not finished in time, so it was settled by its rules on ${moment(at)}: ` +
      `${grouped(payout)} paid on a stake of ${grouped(stake)}.`;
    const element = el("p", { class: "notice good", "data-round": roundId }, el("span", {}, words),
      el("button", { type: "button", onclick: () => element.remove() }, "Understood"));
    $("#notices").append(element);
  }
}
