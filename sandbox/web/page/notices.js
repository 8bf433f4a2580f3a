// What the server did while nobody was there: rounds that were not finished, and were settled; and rounds that the operator voided.
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
    this.#add(roundId, `Your round of ${this.nameOf(gameId)} was not finished in time, so it was settled by its rules on ${moment(at)}: ` +
      `${grouped(payout)} paid on a stake of ${grouped(stake)}.`);
  }

  /** A round was voided, by a round_voided. */
  voided({ roundId, gameId, refund, reason, at }) {
    this.#add(roundId, `Your round of ${this.nameOf(gameId)} was voided by the operator on ${moment(at)}, and your stake of ${grouped(refund)} was returned. ` +
      `The reason: ${reason}`);
  }

  #add(roundId, words) {
    if (this.#told.has(roundId)) return;
    this.#told.add(roundId);
    const element = el("p", { class: "notice good", "data-round": roundId }, el("span", {}, words),
      el("button", { type: "button", onclick: () => element.remove() }, "Understood"));
    $("#notices").append(element);
  }
}
