// The scene of guess: the key's twelve places, the trace, and a pad of characters for the place that is chosen.
import { el, say } from "../dom.js";

export class Guess {
  static opening = { action: "bet", label: "Place the bet" };
  static greeting = "Place a bet, choose a place of the key and guess its character.";

  #view = null; // of the open round
  #place = 0; // that is chosen
  #open = false; // whether a guess may be made now
  #rules;

  constructor(rules, table) {
    this.#rules = rules;
    this.table = table;
    const indexes = Array.from({ length: Number(rules.positions) }, (_, i) => i);
    this.places = indexes.map((i) => el("button", { type: "button", role: "radio", onclick: () => this.#choose(i) }, ""));
    this.keys = [...rules.alphabet].map((c) => el("button", { type: "button", "data-character": c, onclick: () => this.#guess(c) }, c));
    this.level = el("span", { class: "level" });
    this.meter = el("div", { class: "meter", role: "meter", "aria-label": "Trace", "aria-valuemin": "0", "aria-valuemax": String(rules.traceLimit) }, this.level);
    this.trace = el("output", { "aria-live": "off" });
    this.odds = el("p", { class: "odds" });
    this.element = el("div", { class: "guess", onkeydown: (event) => this.#key(event) },
      el("div", { class: "places", role: "radiogroup", "aria-label": "Places of the key" }, this.places),
      el("div", { class: "trace" }, el("span", {}, "Trace"), this.meter, this.trace),
      this.odds,
      el("div", { class: "pad", role: "group", "aria-label": "Characters" }, this.keys));
  }

  reset() {
    this.#view = null;
    this.element.classList.remove("lost");
    this.#draw({ trace: 0, positions: this.places.map(() => null), struck: this.places.map(() => "") });
  }

  show(view) {
    this.#view = view;
    this.element.classList.remove("lost");
    if (view.positions[this.#place] !== null) this.#place = this.#next();
    this.#draw(view);
  }

  play({ outcome, status, action, opening }) {
    if (opening) this.#place = 0;
    if (status === "in_progress") return this.show(outcome);
    this.#view = null;
    this.element.classList.toggle("lost", action === "guess" && outcome.busted);
    this.#draw(outcome);
  }

  words({ action, outcome, status, opening }) {
    if (opening) return "The key is drawn. Guess a character.";
    const key = outcome.key ? ` The key was ${outcome.key}.` : "";
    if (action !== "guess") return key.trim();
    const out = status === "cashed_out" ? " Cashed out by itself: no guess would be fair any more." : "";
    const place = `place ${Number(outcome.position) + 1}`;
    const trace = outcome.busted ? `the trace reached ${this.#rules.traceLimit}` : `trace ${outcome.trace}`;
    const found = outcome.right ? `${outcome.character} is right at ${place}` : `${outcome.character} is not at ${place}`;
    return `${found}; ${trace}, up by ${outcome.rise}.${out}${key}`;
  }

  rules() {
    const r = this.#rules;
    const said = ({ lowest, highest }) => `${lowest} to ${highest}`;
    return [
      el("p", {}, `A key of ${r.positions} characters, A–Z and 0–9, is hidden. A right guess reveals a place and multiplies what you can take; a ` +
        `wrong one leaves at least ${r.wrongNumerator}/${r.wrongDenominator} of it and strikes that character from that place.`),
      el("p", {}, `Each guess raises the trace: a right one by ${said(r.rightRise)}, a wrong one by ${said(r.wrongRise)}. At ${r.traceLimit} the round is lost.`),
      el("p", {}, `You can cash out after the first guess. The most that a round pays is ${r.maximumWin} × the bet. However you play, the return is the same.`),
      el("p", { class: "small" }, "In the key or the pad, the arrow keys choose a place and typing a character guesses it."),
    ];
  }

  enable(open) {
    this.#open = open;
    const struck = this.#view?.struck[this.#place] ?? "";
    for (const key of this.keys) key.disabled = !open || struck.includes(key.dataset.character);
    this.places.forEach((place, i) => { place.disabled = !open || this.#view.positions[i] !== null; });
  }

  /** The place, not a character: whoever presses Enter twice shall not have guessed. */
  target() {
    return this.places[this.#place];
  }

  #guess(character) {
    if (this.#open) this.table.act("guess", { position: this.#place, character });
  }

  #choose(place) {
    this.#place = place;
    this.#draw(this.#view);
    this.table.changed();
  }

  /** The first place that is not revealed, from this one on in a direction. */
  #next(by = 1) {
    const { length } = this.places;
    for (let i = 1, at = this.#place; i <= length; i++) {
      at = (at + by + length) % length;
      if (this.#view.positions[at] === null) return at;
    }
    return this.#place;
  }

  #key(event) {
    if (!this.#open || event.ctrlKey || event.metaKey || event.altKey) return;
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const key = event.key.toUpperCase();
    if (by) {
      const inKey = this.places.includes(document.activeElement);
      this.#choose(this.#next(by));
      if (inKey) this.places[this.#place].focus();
    } else if (key.length === 1 && this.#rules.alphabet.includes(key) && !event.repeat) {
      if (!this.#view.struck[this.#place].includes(key)) this.#guess(key);
    } else return;
    event.preventDefault();
  }

  #draw({ trace, positions, struck, key, rightMultipliers, wrongMultipliers }) {
    this.places.forEach((place, i) => {
      const known = positions[i];
      const chosen = this.#view !== null && i === this.#place;
      say(place, known ?? key?.[i] ?? "·");
      place.className = known !== null ? "found" : key ? "told" : "";
      place.setAttribute("aria-checked", String(chosen));
      place.tabIndex = chosen ? 0 : -1;
      place.setAttribute("aria-label", `Place ${i + 1}: ${known ?? (key ? `was ${key[i]}` : struck[i] ? `not ${[...struck[i]].join(", ")}` : "unknown")}`);
    });
    const limit = Number(this.#rules.traceLimit);
    const level = Math.min(Number(trace), limit);
    this.level.style.width = `${(level / limit) * 100}%`;
    this.meter.setAttribute("aria-valuenow", String(level));
    this.element.classList.toggle("hot", level >= limit * 0.75);
    say(this.trace, `${trace} of ${limit}`);
    const struckHere = this.#view ? struck[this.#place] : "";
    for (const one of this.keys) one.classList.toggle("struck", struckHere.includes(one.dataset.character));
    const [right, wrong] = [rightMultipliers?.[this.#place], wrongMultipliers?.[this.#place]];
    say(this.odds, this.#view && right ? `Place ${this.#place + 1}: right × ${right}, wrong × ${wrong}` : "");
  }
}
