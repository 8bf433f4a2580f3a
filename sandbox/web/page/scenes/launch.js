// The scene of launch: the water with its bands, the flight of a shot, the pads of the band where it came down, and the aim.
import { draw, el, invalid, say, stillness } from "../dom.js";
import { Decimal } from "../verify/exact.js";

const [WIDTH, SEA, TOP] = [600, 150, 12]; // of the drawing: its width, where the water begins, and the highest a flight is drawn
const TURN = Math.PI / 1800; // a tenth of a degree
const KEPT = "croupier.launch.aim";

export class Launch {
  static opening = { action: "bet", label: "Place the bet" };
  static greeting = "Place a bet, aim, and launch: near is calm, far is wild.";

  #rules;
  #reach; // how far the drawing goes: two bands beyond the one that is shown, so that near shots are not too small to see
  #landed = []; // where the round's shots came down

  constructor(rules, table) {
    this.#rules = rules;
    this.table = table;
    this.bands = rules.bands.map(({ name, from, to, pads }) => ({ name, from: Number(from), to: Number(to), pads: pads.map(Number) }));
    this.angle = this.#field("angle", "Angle, °", rules.angle, 10, 450);
    this.power = this.#field("power", "Power", rules.power, 1, 1200);
    this.fire = el("button", { type: "button", id: "launch-shot", class: "primary", onclick: () => this.#launch() }, "Launch");
    this.flight = draw("path", { class: "flight" });
    this.ball = draw("circle", { r: 5, class: "ball" });
    this.barrel = draw("path", { d: "M0 0H24", class: "barrel" });
    this.stretches = this.bands.map(() => draw("rect", { y: SEA, height: 14, class: "stretch" }));
    this.places = draw("g", {});
    this.picture = draw("svg", { viewBox: `0 0 ${WIDTH} 172`, "aria-hidden": "true" }, this.stretches,
      draw("g", { transform: `translate(6 ${SEA - 4})` }, this.barrel, draw("circle", { r: 6, class: "base" })), this.flight, this.places, this.ball);
    this.where = el("p", { class: "where" });
    this.row = el("ol", { class: "pads", "aria-label": "Pads of the band" }, this.bands[0].pads.map(() => el("li", {})));
    this.shots = el("p", { class: "shots" });
    this.element = el("div", { class: "launch", onkeydown: (event) => this.#key(event) }, this.picture, this.where, this.row,
      el("div", { class: "aim" }, this.angle.element, this.power.element, this.fire), this.shots);
    this.#restore();
  }

  /** A field with a slider. unit is how many of the field's smallest steps make 1. */
  #field(name, label, [least, most], unit, first) {
    const places = unit === 10 ? 1 : 0;
    const show = (steps) => String(new Decimal(BigInt(steps), places));
    const input = el("input", { id: `launch-${name}`, inputmode: "decimal", autocomplete: "off" });
    const slider = el("input", { type: "range", min: String(least), max: String(most), step: unit === 10 ? "5" : "10", "aria-label": `${label}, slider` });
    const read = () => {
      const text = input.value.trim();
      if (!(places === 1 ? /^\d{1,2}(\.\d)?$/ : /^\d{1,4}$/).test(text)) return null;
      const steps = Number(Decimal.from(text).scaled(places).units);
      return steps >= Number(least) && steps <= Number(most) ? steps : null;
    };
    const changed = () => {
      invalid(input, read() === null);
      this.#aimed();
      this.table.changed();
    };
    const set = (steps) => {
      input.value = show(steps);
      slider.value = String(steps);
    };
    slider.addEventListener("input", () => { input.value = show(slider.value); changed(); });
    input.addEventListener("input", () => { if (read() !== null) slider.value = String(read()); changed(); });
    set(first);
    return { element: el("div", { class: "one" }, el("label", { for: input.id }, label), input, slider), input, read, set,
      decimal: () => new Decimal(BigInt(read()), places) };
  }

  #restore() {
    try {
      const [angle, power] = JSON.parse(localStorage.getItem(KEPT));
      if (Number.isInteger(angle) && Number.isInteger(power)) [this.angle, this.power].forEach((field, i) => field.set([angle, power][i]));
    } catch { /* nothing was kept */ }
  }

  #x(distance) { return 8 + (distance * (WIDTH - 16)) / this.#reach; }

  #y(height) { return SEA - (height * (SEA - TOP)) / (this.#reach / 2); }

  /** Shows what is aimed at: its band and its pads. For the eye; the server computes the same in whole numbers. */
  #aimed() {
    const [angle, power] = [this.angle.read(), this.power.read()];
    if (angle === null || power === null) return;
    localStorage.setItem(KEPT, JSON.stringify([angle, power]));
    this.barrel.setAttribute("transform", `rotate(${-angle / 10})`);
    const sine = Number(this.#rules.sines[angle > 450 ? 900 - angle : angle]);
    const range = Math.floor((power * power * sine * 100) / (Number(this.#rules.gravity) * Number(this.#rules.sineScale)));
    const band = this.bands.findIndex(({ from, to }) => range >= from && range < to);
    const apex = (power * power * Math.sin(angle * TURN) ** 2 * 50) / Number(this.#rules.gravity);
    this.#zoom(band);
    this.#mark(band, null);
    this.ball.style.visibility = "hidden";
    this.flight.classList.add("aimed");
    this.flight.setAttribute("d", this.#curve(Array.from({ length: 21 }, (_, k) => [(range * k) / 20, (4 * apex * k * (20 - k)) / 400])));
    say(this.where, `Aimed at the ${this.bands[band].name}, ${Math.round(range / 100)} m. The wind chooses one of its pads:`);
  }

  #curve(points) {
    return `M${points.map(([distance, height]) => `${this.#x(Number(distance)).toFixed(1)} ${Math.max(this.#y(Number(height)), -40).toFixed(1)}`).join("L")}`;
  }

  /** Draws the water as far as is of use for a shot at a band. */
  #zoom(band) {
    const last = Math.min(band + 2, this.bands.length - 1);
    this.#reach = this.bands[last].to;
    this.stretches.forEach((stretch, i) => {
      const { from, to } = this.bands[i];
      stretch.classList.toggle("here", i === band);
      stretch.style.display = i <= last ? "" : "none";
      stretch.setAttribute("x", String(this.#x(from)));
      stretch.setAttribute("width", String(this.#x(to) - this.#x(from)));
    });
    this.places.replaceChildren(...this.#landed.filter((at) => at < this.#reach).map((at) => draw("circle", { cx: this.#x(at), cy: SEA + 7, r: 3.5, class: "place" })));
  }

  /** Shows the pads of a band, and the one that was hit, null for none. */
  #mark(band, hit) {
    [...this.row.children].forEach((pad, i) => {
      const factor = this.bands[band].pads[i];
      say(pad, factor === 0 ? "≈" : String(factor / Number(this.#rules.factorUnit)));
      pad.className = `${factor === 0 ? "wet" : factor > 100 ? "good" : ""}${i === hit ? " hit" : ""}`;
      pad.setAttribute("aria-label", `${factor === 0 ? "splash" : `× ${factor / Number(this.#rules.factorUnit)}`}${i === hit ? ", hit" : ""}`);
    });
  }

  reset() {
    this.#aimed();
    this.#history([], Number(this.#rules.shots));
  }

  show(view) {
    this.#aimed();
    this.#history(view.shots, view.shotsLeft);
  }

  async play({ action, outcome, opening }) {
    if (opening) return this.show(outcome);
    if (action === "launch") await this.#fly(outcome);
    this.#history(outcome.shots, outcome.shotsLeft);
  }

  async #fly({ band, bandName, pad, splash, factor, trajectory, landing }) {
    this.#zoom(Number(band));
    const points = trajectory.map(([distance, height]) => [this.#x(Number(distance)), Math.max(this.#y(Number(height)), -40)]);
    this.flight.classList.remove("aimed");
    this.flight.setAttribute("d", this.#curve(trajectory));
    this.ball.style.visibility = "visible";
    const [x, y] = points.at(-1);
    this.ball.setAttribute("cx", String(x));
    this.ball.setAttribute("cy", String(y));
    if (!stillness.matches) {
      await this.ball.animate(points.map(([px, py]) => ({ transform: `translate(${px - x}px, ${py - y}px)` })), { duration: 700, easing: "linear" }).finished;
    }
    this.#mark(Number(band), Number(pad));
    say(this.where, `${splash ? "A splash" : `× ${factor}`} in the ${bandName}, ${Math.round(Number(landing) / 100)} m:`);
  }

  #history(shots, left) {
    const told = shots.map(({ factor }) => (String(factor) === "0" ? "splash" : `× ${factor}`)).join(", ");
    say(this.shots, `${told ? `Shots: ${told}. ` : ""}${left} left.`);
    this.#landed = shots.map(({ band, pad }) => {
      const { from, to, pads } = this.bands[Number(band)];
      return from + ((to - from) * (2 * Number(pad) + 1)) / (2 * pads.length);
    });
    this.#zoom(this.stretches.findIndex((stretch) => stretch.classList.contains("here")));
  }

  words({ action, outcome, status, opening }) {
    if (opening) return "Aim and launch.";
    if (action !== "launch") return "";
    const wind = `the wind carried it ${outcome.wind} ${String(outcome.wind) === "1" ? "pad" : "pads"} on`;
    if (outcome.splash) return `A splash in the ${outcome.bandName}: ${wind}.`;
    return `× ${outcome.factor} in the ${outcome.bandName}: ${wind}.${status === "cashed_out" ? " Cashed out by itself." : ""}`;
  }

  rules() {
    const r = this.#rules;
    const times = (value) => Number(value) / 1e8;
    return [
      el("p", {}, "Angle and power choose one of eight bands of water; the wind carries the shot to one of its twenty pads, each as likely as the others wherever you " +
        "aim. A pad multiplies what you can take; a splash (≈) loses the round."),
      el("p", {}, `Every band's pads have a mean of exactly 1: near is calm, far is wild, and however you play, the return is the same. You can cash out after the first ` +
        `landing. After ${r.shots} shots, or from × ${times(r.endsAt)} on, the round cashes out by itself.`),
      el("table", {}, el("thead", {}, el("tr", {}, ["Band", "From, m", "Splashes", "Best"].map((name) => el("th", { scope: "col" }, name)))),
        el("tbody", {}, this.bands.map(({ name, from, pads }) => el("tr", {}, el("th", { scope: "row" }, name), el("td", { class: "number" }, String(from / 100)),
          el("td", { class: "number" }, `${pads.filter((pad) => pad === 0).length} of ${pads.length}`), el("td", { class: "number" }, `× ${Math.max(...pads) / Number(r.factorUnit)}`))))),
    ];
  }

  enable(open) {
    this.fire.disabled = !open || this.angle.read() === null || this.power.read() === null;
  }

  target() { return this.fire; }

  #launch() {
    this.table.act("launch", { angle: this.angle.decimal(), power: this.power.decimal() });
  }

  #key(event) {
    if (event.key !== "Enter" || !event.target.matches("input") || event.repeat) return;
    event.preventDefault();
    if (!this.fire.disabled) this.#launch();
  }
}
