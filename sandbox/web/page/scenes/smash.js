// The scene of smash: a safe that every hit cracks further, and the hammer. Below, what the next hit may multiply by.
import { draw, el, say, stillness } from "../dom.js";

// Cracks of the door, in the order in which hits make them. They are for the eye: when the safe cracks open is not theirs to know.
const CRACKS = [
  "M262 118l-16-20-4-26", "M262 118l24-10 18-22", "M262 118l-22 16-30 2", "M262 118l20 20 4 26", "M242 72l-18-8", "M304 86l4-22",
  "M210 136l-12 14", "M286 164l18 14", "M246 98l-24-6-14-14", "M286 108l24 6 12-4", "M240 134l-6 24-18 18", "M282 138l22-2 16 10",
  "M234 158l4 26", "M208 78l-10-14", "M322 110l6 20", "M304 178l-4 14", "M222 92l-16 14", "M238 184l-18 8", "M320 146l4 22", "M224 64l6-10",
];

export class Smash {
  static opening = { action: "bet", label: "Place the bet" };
  static greeting = "Place a bet and hit the safe, for as long as you dare.";
  static actions = [{ action: "hit", label: "Hit the safe", primary: true }];
  static press = "hit";

  #rules;

  constructor(rules) {
    this.#rules = rules;
    this.cracks = CRACKS.map((d) => draw("path", { d, class: "crack" }));
    this.door = draw("g", { class: "door" },
      draw("rect", { x: 190, y: 52, width: 144, height: 142, rx: 6, class: "steel" }),
      draw("circle", { cx: 300, cy: 124, r: 20, class: "dial" }), draw("path", { d: "M300 110v14l10 6", class: "hand" }),
      draw("path", { d: "M206 70v28M206 148v28", class: "hinge" }), this.cracks);
    this.head = draw("g", { class: "head" }, draw("rect", { x: 336, y: 20, width: 58, height: 34, rx: 5 }));
    this.stick = draw("rect", { x: 360, y: 52, width: 10, height: 96, rx: 4, class: "stick" });
    this.hammer = draw("g", { class: "hammer" }, this.stick, this.head);
    this.picture = draw("svg", { viewBox: "0 0 500 232", role: "img" },
      draw("rect", { x: 60, y: 214, width: 380, height: 5, rx: 2, class: "floor" }), draw("path", { d: "M190 206v10M334 206v10", class: "foot" }),
      draw("rect", { x: 176, y: 38, width: 172, height: 170, rx: 10, class: "body" }), draw("rect", { x: 190, y: 52, width: 144, height: 142, rx: 6, class: "inside" }),
      draw("path", { d: "M218 180l12-22 20 6 14-14 18 14 20-6 6 22z", class: "gold" }), this.door, this.hammer);
    this.hits = el("p", { class: "hits" });
    this.told = el("p", { class: "told" });
    this.pool = el("ul", { class: "pool", "aria-label": "What the next hit may multiply by" });
    this.element = el("div", { class: "smash" }, el("div", { class: "top" }, this.hits, this.told), this.picture,
      el("p", { class: "next" }, "A hit that the hammer withstands multiplies by one of"), this.pool);
  }

  reset() {
    this.#state("idle");
    this.#crack(0);
    say(this.told, "");
    say(this.hits, "No hit yet");
    this.#factors(null);
  }

  show(view) {
    this.#state("open");
    this.#crack(Number(view.hitCount));
    say(this.told, "");
    this.#factors(view.nextFactors);
  }

  async play({ action, outcome, opening }) {
    if (opening) return this.show(outcome);
    if (action === "hit") await this.#swing(outcome);
    const over = outcome.crackThreshold !== undefined;
    this.#crack(Number(outcome.hitCount));
    this.#state(outcome.broke ? "broke" : outcome.cracked ? "cracked" : over ? "over" : "open");
    say(this.told, outcome.broke ? "The hammer broke" : outcome.bonus ? `× ${outcome.factor}, ${outcome.bonus.name} × ${outcome.bonus.factor}` : outcome.factor ? `× ${outcome.factor}` : "");
    this.#factors(over ? null : outcome.nextFactors);
  }

  words({ action, outcome, status, opening }) {
    if (opening) return "The safe stands there. Hit it.";
    const n = outcome.hitCount;
    const threshold = outcome.crackThreshold;
    const hidden = threshold === undefined || outcome.cracked ? ""
      : ` The safe would have cracked on hit ${threshold}${!outcome.broke && outcome.hammerBreakOnHit !== null ? `, the hammer would have broken on hit ${outcome.hammerBreakOnHit}` : ""}.`;
    if (action !== "hit") return hidden.trim();
    if (outcome.broke) return `The hammer broke on hit ${n}.${hidden}`;
    if (outcome.cracked) return `Hit ${n}: × ${outcome.factor}, and the safe cracked with ${this.#bonus(outcome.bonus)}.`;
    return `Hit ${n}: × ${outcome.factor}.${status === "cashed_out" ? " That is the maximum win." : ""}${hidden}`;
  }

  rules() {
    const r = this.#rules;
    const all = r.bonuses.reduce((sum, { weight }) => sum + Number(weight), 0);
    const percent = (weight) => `${(Number(weight) * 100) / all} %`;
    return [
      el("p", {}, `Every hit breaks the hammer with a chance of ${r.breakPercent} %, and then the round is lost. Otherwise it multiplies what you can take.`),
      el("p", {}, `On one of the hits ${r.firstThreshold} to ${r.lastThreshold}, each as likely as the others, the safe cracks. A bonus is multiplied on top and the round cashes out:`),
      el("ul", {}, r.bonuses.map(({ name, hundredths, weight }) => el("li", {}, `× ${Number(hundredths) / 100}${name ? `, the ${name} jackpot` : ""}: ${percent(weight)}`))),
      el("p", {}, `You can cash out after the first hit. The most that a round pays is ${r.maximumWin} × the bet. However you play, the return is the same.`),
    ];
  }

  multiple(view) { return view.accumulatedMultiplier; }

  #bonus({ name, factor }) {
    return name === "bonus" ? `a bonus of × ${factor}` : `the ${name} jackpot of × ${factor}`;
  }

  #state(state) {
    this.element.dataset.state = state;
  }

  #crack(hits) {
    this.cracks.forEach((crack, i) => crack.classList.toggle("there", i < hits));
    say(this.hits, `${hits === 0 ? "No hit yet" : hits === 1 ? "1 hit" : `${hits} hits`}`);
    this.picture.setAttribute("aria-label", `A safe with ${hits} cracks`);
  }

  /** The factors of the next hit with their chances; dashes keep their place while no round is open. */
  #factors(factors) {
    const all = this.#rules.pool.reduce((sum, { weight }) => sum + Number(weight), 0);
    this.pool.replaceChildren(...this.#rules.pool.map(({ weight }, i) => el("li", {},
      el("strong", {}, factors ? `× ${factors[i]}` : "–"), el("span", {}, `${(Number(weight) * 100) / all} %`))));
  }

  async #swing({ broke, cracked }) {
    if (stillness.matches) return;
    this.#state("open");
    await this.hammer.animate([{ transform: "rotate(18deg)" }, { transform: "rotate(-58deg)", offset: 0.55, easing: "ease-in" }, { transform: broke ? "rotate(-58deg)" : "rotate(0deg)" }],
      { duration: 320, easing: "ease-out" }).finished;
    await this.picture.animate([{ transform: "translateX(0)" }, { transform: `translateX(${cracked ? -8 : -4}px)` }, { transform: "translateX(3px)" }, { transform: "translateX(0)" }],
      { duration: 140 }).finished;
  }
}
