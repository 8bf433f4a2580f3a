// The reels. They show windows that a recorded outcome has and move between them; they know no rules and decide nothing.
import { el, picture, stillness } from "./dom.js";

const BLUR = 9; // symbols that pass while a reel turns
const MOST_DRAWN = 3; // lines at once: more are a tangle
const NS = "http://www.w3.org/2000/svg";

export class Machine {
  /** root is the element that the reels go into, overlay the svg over them that the lines are drawn in. */
  constructor(root, overlay) {
    this.root = root;
    this.overlay = overlay;
    this.turning = [];
    this.reels = [];
  }

  /** Takes the rules that say how the machine looks, and builds it: as many reels and rows as they have. */
  setRules(rules) {
    [this.strips, this.wild, this.scatter, this.rows] = [rules.strips, rules.wild, rules.scatter, Number(rules.rows ?? 3)];
    this.paylines = rules.paylines.map((line) => line.map(Number));
    this.reels = this.strips.map(() => el("div", { class: "band" }));
    this.root.replaceChildren(...this.reels.map((band) => el("div", { class: "reel" }, band)));
    this.root.style.setProperty("--reels", this.strips.length);
    this.root.style.setProperty("--rows", this.rows);
    this.overlay.setAttribute("viewBox", `0 0 ${this.strips.length * 100} ${this.rows * 100}`);
  }

  /** Shows a window at once: rows from top to bottom. */
  show(window) {
    this.clear();
    this.reels.forEach((band, reel) => {
      band.replaceChildren(...column(window, reel).map(cell));
    });
    const rows = window.map((row, i) => `Row ${i + 1}: ${row.join(", ")}.`);
    this.root.setAttribute("aria-label", `Reels. ${rows.join(" ")}`);
  }

  /** Turns the reels until stop is called. */
  turn() {
    this.clear();
    if (stillness.matches) return;
    this.turning = this.reels.map((band, reel) => {
      const strip = this.strips[reel];
      const passing = Array.from({ length: BLUR }, (_, i) => strip[(i * 5 + reel) % strip.length]);
      band.replaceChildren(...[...passing, ...passing.slice(0, this.rows)].map(cell));
      const height = `${(BLUR / (BLUR + this.rows)) * 100}%`;
      return band.animate([{ transform: `translateY(-${height})` }, { transform: "translateY(0)" }],
        { duration: 520, iterations: Infinity });
    });
  }

  /** Stops the reels one after the other at a window. gap is the time between two of them in ms. */
  async stop(window, gap = 130) {
    const turned = this.turning;
    this.turning = [];
    if (turned.length > 0) {
      await Promise.all(this.reels.map((band, reel) => this.#stopReel(band, column(window, reel), turned[reel], gap * (reel + 1))));
    }
    this.show(window);
  }

  async #stopReel(band, symbols, turning, after) {
    await new Promise((resolve) => setTimeout(resolve, after));
    turning.cancel();
    const passing = [...band.children].slice(0, this.rows);
    band.replaceChildren(...symbols.map(cell), ...passing);
    await band.animate([{ transform: "translateY(-50%)" }, { transform: "translateY(4%)", offset: 0.75 }, { transform: "translateY(0)" }],
      { duration: 320, easing: "ease-out" }).finished;
  }

  /** Marks what a spin's wins are made of: the cells and the lines; festive is whether there is a reason to celebrate. */
  mark(spin, festive) {
    this.clear();
    this.root.classList.toggle("festive", festive);
    for (const win of spin.paylines) this.#cells(win).forEach((one) => one.classList.add("hit"));
    if (spin.paylines.length <= MOST_DRAWN) spin.paylines.forEach((win) => this.#draw(win));
    const scatters = spin.scatterWin !== undefined && /[1-9]/.test(String(spin.scatterWin));
    for (const band of this.reels) {
      for (const one of band.children) if (scatters && one.dataset.symbol === this.scatter) one.classList.add("hit");
    }
  }

  /** Draws one winning line alone, until mark is called again. */
  point(win) {
    this.overlay.replaceChildren();
    this.#draw(win);
  }

  #rows({ line, symbols }) {
    return (this.paylines[Number(line) - 1] ?? []).slice(0, symbols.length);
  }

  #cells(win) {
    return this.#rows(win).map((row, reel) => this.reels[reel].children[row]);
  }

  /** Draws a line through the middles of the cells that make its win. */
  #draw(win) {
    const path = document.createElementNS(NS, "polyline");
    path.setAttribute("points", this.#rows(win).map((row, reel) => `${reel * 100 + 50},${row * 100 + 50}`).join(" "));
    this.overlay.append(path);
  }

  clear() {
    this.root.classList.remove("festive");
    this.overlay.replaceChildren();
    for (const band of this.reels) for (const one of band.children) one.classList.remove("hit");
  }
}

function column(window, reel) {
  return window.map((row) => row[reel]);
}

function cell(symbol) {
  return el("div", { class: "cell", "data-symbol": symbol }, picture(symbol));
}
