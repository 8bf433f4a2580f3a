// The choice of games: what the server offers, and which one the address asks for (#guess).
import { $, el } from "./dom.js";
import { call } from "./server.js";

export class Picker {
  #games = [];
  #chosen = null;
  #run = 0; // counts choices; what belongs to an older one is dropped
  #inside = false;

  /** play is called with the configuration of the game that was chosen. */
  constructor(play) {
    this.play = play;
    addEventListener("hashchange", () => {
      if (this.#inside && this.#asked() !== this.#chosen) this.#choose().catch(() => {});
    });
  }

  /** Shows the games and plays the one that the address asks for, or the first. */
  async enter() {
    const { games } = await call("GET", "/games");
    this.#games = games;
    this.#inside = true;
    await this.#choose();
  }

  leave() {
    this.#inside = false;
    this.#chosen = null;
    this.#run++;
    $("#games").replaceChildren();
  }

  /** A game's name, by its id or alias. */
  nameOf(id) {
    return this.#find(id)?.name ?? id;
  }

  #find(id) {
    return this.#games.find(({ gameId, aliases }) => gameId === id || aliases.includes(id));
  }

  #asked() {
    return (this.#find(decodeURIComponent(location.hash.slice(1))) ?? this.#games[0]).gameId;
  }

  async #choose() {
    const run = ++this.#run;
    this.#chosen = this.#asked();
    $("#games").replaceChildren(...this.#games.map(({ gameId, name }) =>
      el("a", { href: `#${gameId}`, "aria-current": gameId === this.#chosen ? "page" : undefined }, name)));
    const config = await call("GET", `/games/${this.#chosen}/config`);
    if (run === this.#run) await this.play(config);
  }
}
