// The scene of dice: a bar of all rolls, the part of it that wins, and where the roll fell.
import { el, invalid, say, stillness } from "../dom.js";
import { Decimal } from "../verify/exact.js";

const KEPT = "croupier.dice.chance";
const PLACES = 2;

export class Dice {
  static opening = { action: "roll", label: "Roll" };
  static greeting = "Choose a chance and roll: a roll under it wins.";
  static cashOut = false;
  static oneStep = true;

  #rules;

  constructor(rules, table) {
    this.#rules = rules;
    this.table = table;
    this.slider = el("input", { type: "range", min: String(rules.lowestChance), max: String(rules.highestChance), step: "50", "aria-label": "Chance, in percent",
      oninput: () => this.#take(new Decimal(BigInt(this.slider.value), PLACES)) });
    this.field = el("input", { id: "chance", inputmode: "decimal", autocomplete: "off", "aria-describedby": "chance-odds", oninput: () => this.#typed() });
    this.odds = el("p", { id: "chance-odds", class: "odds" });
    this.winning = el("span", { class: "winning" });
    this.mark = el("span", { class: "mark" });
    this.number = el("p", { class: "number", "aria-hidden": "true" });
    this.element = el("div", { class: "dice" }, this.number,
      el("div", { class: "bar", "aria-hidden": "true" }, this.winning, this.mark),
      el("div", { class: "scale", "aria-hidden": "true" }, ["0", "25", "50", "75", "100"].map((n) => el("span", {}, n))),
      this.slider,
      el("div", { class: "row" }, el("label", { for: "chance" }, "Chance, %"), this.field, this.odds));
    const kept = localStorage.getItem(KEPT);
    this.field.value = /^\d+(\.\d+)?$/.test(kept) ? kept : "50.00";
  }

  /** The chance in hundredths of a percent, a BigInt, or null if what is typed is none. */
  #chance() {
    const text = this.field.value.trim();
    if (!/^\d{1,3}(\.\d{1,2})?$/.test(text)) return null;
    const { units } = Decimal.from(text).scaled(PLACES);
    return units >= BigInt(this.#rules.lowestChance) && units <= BigInt(this.#rules.highestChance) ? units : null;
  }

  #take(chance) {
    this.field.value = String(chance);
    this.#typed();
  }

  #typed() {
    const chance = this.#chance();
    this.element.classList.remove("won", "missed");
    if (chance !== null) localStorage.setItem(KEPT, this.field.value.trim());
    this.#aim();
    this.table.changed();
  }

  /** Draws what would win. */
  #aim() {
    const chance = this.#chance();
    invalid(this.field, chance === null);
    if (chance === null) {
      const said = (n) => String(new Decimal(BigInt(n), PLACES));
      say(this.odds, `The chance goes from ${said(this.#rules.lowestChance)} to ${said(this.#rules.highestChance)}, in steps of 0.01.`);
      return;
    }
    this.slider.value = String(chance);
    this.winning.style.width = `${Number(chance) / 100}%`;
    const multiple = (BigInt(this.#rules.returnPercent) * BigInt(this.#rules.rolls) * 100n) / chance; // in units of 10^-4
    say(this.odds, `A roll under ${new Decimal(chance, PLACES)} pays × ${new Decimal(multiple, 4)}`);
  }

  reset() {
    this.element.classList.remove("won", "missed");
    say(this.number, "–");
    this.mark.hidden = true;
    this.#aim();
  }

  show() {} // no round is ever open

  fields() {
    const chance = this.#chance();
    return chance === null ? null : { chance: new Decimal(chance, PLACES) };
  }

  begin() {
    this.element.classList.remove("won", "missed");
  }

  async play({ outcome }) {
    const at = `${String(outcome.roll)}%`;
    const from = this.mark.hidden ? "0%" : this.mark.style.left;
    this.mark.hidden = false;
    this.mark.style.left = at;
    if (!stillness.matches) await this.mark.animate([{ left: from }, { left: at }], { duration: 400, easing: "ease-out" }).finished;
    say(this.number, String(outcome.roll));
    this.element.classList.add(outcome.won ? "won" : "missed");
  }

  words({ outcome }) {
    return `Rolled ${outcome.roll}, ${outcome.won ? "under" : "not under"} ${outcome.chance}.`;
  }

  rules() {
    return [
      el("p", {}, "You name a chance. A roll from 0.00 to 99.99, each as likely as the others, wins if it is under it."),
      el("p", {}, `A win pays ${this.#rules.returnPercent} % divided by the chance, times the bet: the smaller the chance, the more. Above a chance of ` +
        `${this.#rules.returnPercent} % a winning roll pays less than the bet. Every chance returns the same in the long run.`),
    ];
  }
}
