// The scene of move: the field from above. A tap on a cell goes straight to its middle, an arrow one cell on.
import { draw, el, say, stillness } from "../dom.js";
import { Decimal } from "../verify/exact.js";
import { path } from "../verify/move.js";

const ARROWS = { ArrowLeft: [-1, 0, "←", "Left"], ArrowUp: [0, -1, "↑", "Up"], ArrowDown: [0, 1, "↓", "Down"], ArrowRight: [1, 0, "→", "Right"] };

export class Move {
  static opening = { action: "bet", label: "Place the bet" };
  static greeting = "Place a bet and walk: every new cell pays more, or hides a trap.";

  #rules;
  #side;
  #size; // of a cell, in the unit of positions: tenths
  #at; // the position
  #open = false; // whether a move may be made now

  constructor(rules, table) {
    this.#rules = rules;
    this.table = table;
    this.#side = Number(rules.side);
    this.#size = Number(rules.cellSize);
    const [side, size] = [this.#side, this.#size];
    this.cells = Array.from({ length: side * side }, (_, i) => draw("rect", { x: (i % side) * size + 0.4, y: Math.floor(i / side) * size + 0.4,
      width: size - 0.8, height: size - 0.8, rx: 1.4 }));
    this.way = draw("line", { class: "way" });
    this.player = draw("circle", { r: 3, class: "player" });
    this.marks = draw("g", {});
    this.field = draw("svg", { viewBox: `0 0 ${side * size} ${side * size}`, tabindex: "0", role: "application",
      "aria-roledescription": "field" }, this.cells, this.way, this.marks, this.player);
    this.field.addEventListener("pointermove", (event) => this.#point(event));
    this.field.addEventListener("pointerleave", () => this.#preview(null));
    this.field.addEventListener("click", (event) => this.#go(this.#target(event)));
    this.arrows = Object.values(ARROWS).map(([x, y, sign, name]) =>
      el("button", { type: "button", "aria-label": `${name}, one cell`, onclick: () => this.#step(x, y) }, sign));
    this.next = el("output", { "aria-live": "off" });
    this.covered = el("output", { "aria-live": "off" });
    this.left = el("output", { "aria-live": "off" });
    const fact = (name, output) => el("div", {}, el("dt", {}, name), el("dd", {}, output));
    this.element = el("div", { class: "move", onkeydown: (event) => this.#key(event) }, this.field, el("div", { class: "aside" },
      el("dl", {}, fact("One new cell makes it", this.next), fact("Traps hidden", this.covered), fact("Moves left", this.left)),
      el("div", { class: "arrows", role: "group", "aria-label": "One cell on" }, this.arrows)));
  }

  #middle() {
    const middle = (this.#side * this.#size) / 2;
    return { x: middle, y: middle };
  }

  reset() {
    this.#draw({ opened: [], movesLeft: this.#rules.maxMoves }, this.#middle());
    say(this.next, "–");
  }

  show(view) {
    this.#draw(view, this.#position(view));
  }

  async play({ action, outcome, opening }) {
    if (opening || action !== "move") return this.show(outcome);
    const to = this.#position(outcome);
    if (!stillness.matches) {
      const shift = `translate(${to.x - this.#at.x}px, ${to.y - this.#at.y}px)`;
      await this.player.animate([{ transform: "translate(0)" }, { transform: shift }], { duration: 320, easing: "ease-in-out" }).finished;
    }
    this.#draw(outcome, to, outcome.trapped ? outcome.entered.at(-1) : null);
  }

  #position({ x, y }) {
    const tenths = (number) => Number(Decimal.from(number).scaled(1).units);
    return { x: tenths(x), y: tenths(y) };
  }

  #draw({ opened, traps, nextMultiplier, movesLeft }, at, trapped = null) {
    this.#at = at;
    this.#preview(null);
    const open = nextMultiplier !== undefined;
    this.cells.forEach((cell, i) => cell.setAttribute("class", open && this.#isFar([i % this.#side, Math.floor(i / this.#side)]) ? "far" : ""));
    const mark = (cell, name) => this.#cell(cell.map(Number)).classList.add(...name.split(" "));
    mark([(this.#side - 1) / 2, (this.#side - 1) / 2], "centre");
    for (const cell of opened) mark(cell, "opened");
    for (const cell of traps ?? []) mark(cell, "trap");
    if (trapped) mark(trapped, "trap hit");
    this.marks.replaceChildren(...(traps ?? []).map(([x, y]) => draw("path", { class: "cross",
      d: `M${Number(x) * this.#size + 3} ${Number(y) * this.#size + 3}l4 4m0 -4l-4 4` })));
    this.player.setAttribute("cx", String(at.x));
    this.player.setAttribute("cy", String(at.y));
    say(this.next, nextMultiplier === undefined ? "–" : `× ${nextMultiplier}`);
    say(this.covered, `${this.#rules.traps} in ${this.#side ** 2 - 1 - opened.length} cells`);
    say(this.left, String(movesLeft));
    const [column, row] = [at.x, at.y].map((n) => Math.floor(n / this.#size) + 1);
    this.field.setAttribute("aria-label", `You are in column ${column}, row ${row} of ${this.#side}. ${opened.length} cells opened. The arrow keys go one cell on.`);
  }

  #cell([x, y]) {
    return this.cells[y * this.#side + x];
  }

  words({ action, outcome, opening, status }) {
    if (opening) return "The traps are laid. Walk.";
    if (action !== "move") return "";
    const place = ([x, y]) => `column ${Number(x) + 1}, row ${Number(y) + 1}`;
    if (outcome.trapped) return `A trap in ${place(outcome.entered.at(-1))}.`;
    const n = Number(outcome.newCells);
    const out = { cashed_out: " Cashed out by itself: no way leads on.", completed: " That was the last move." }[status] ?? "";
    return `${n === 0 ? "No new cell" : n === 1 ? "1 new cell" : `${n} new cells`}, ${outcome.opened.length} opened.${out}`;
  }

  rules() {
    const r = this.#rules;
    const longest = Number(r.longestMove) / this.#size;
    return [
      el("p", {}, `A field of ${r.side} × ${r.side} cells has ${r.traps} traps; the centre, where you begin, is none. A move goes straight through cells, up to ${longest} to a side ` +
        "and up or down. Every cell that you enter for the first time is a trap, and the round is lost, or multiplies what you can take by just the risk."),
      el("p", {}, `You can cash out after the first new cell. The ${r.lastCell}th, which makes it × ${Math.floor(Number(r.values.at(-1)) / 1e4) / 1e4}, cashes out by itself, as does move ` +
        `${r.maxMoves}. However you walk, the return is the same.`),
      el("p", { class: "small" }, "A tap on a cell goes to its middle, if it is not too far away: those are darker. In the field the arrow keys go one cell on."),
    ];
  }

  enable(open) {
    this.#open = open;
    this.field.disabled = !open; // as a button has it, for whoever gives the focus back
    this.field.tabIndex = open ? 0 : -1;
    for (const arrow of this.arrows) arrow.disabled = !open;
    if (!open) this.#preview(null);
  }

  target() { return this.field; }

  /** The middle of the cell under the pointer, if one move leads there; null otherwise. */
  #target(event) {
    const { left, top, width } = this.field.getBoundingClientRect();
    const cell = [event.clientX - left, event.clientY - top].map((n) => Math.floor((n / width) * this.#side));
    return this.#reachable(cell);
  }

  #reachable(cell) {
    if (cell.some((n) => n < 0 || n >= this.#side) || this.#isFar(cell)) return null;
    const [x, y] = this.#middleOf(cell);
    return x === this.#at.x && y === this.#at.y ? null : { x, y };
  }

  /** Whether the middle of a cell is farther away than a move leads. */
  #isFar(cell) {
    const [x, y] = this.#middleOf(cell);
    return Math.max(Math.abs(x - this.#at.x), Math.abs(y - this.#at.y)) > Number(this.#rules.longestMove);
  }

  #middleOf(cell) {
    return cell.map((n) => n * this.#size + this.#size / 2);
  }

  #point(event) {
    this.#preview(this.#open ? this.#target(event) : null);
  }

  /** Shows the way to a position, and the cells that it goes through. */
  #preview(to) {
    for (const cell of this.cells) cell.classList.remove("ahead");
    this.way.classList.toggle("there", to !== null);
    this.field.classList.toggle("aims", to !== null);
    if (to === null) return;
    for (const cell of path(this.#at, to, this.#size)) this.#cell(cell).classList.add("ahead");
    for (const [name, value] of Object.entries({ x1: this.#at.x, y1: this.#at.y, x2: to.x, y2: to.y })) this.way.setAttribute(name, String(value));
  }

  #go(to) {
    if (!to || !this.#open) return;
    const cells = (tenths) => new Decimal(BigInt(tenths), 1);
    this.table.act("move", { dx: cells(to.x - this.#at.x), dy: cells(to.y - this.#at.y) });
  }

  #step(x, y) {
    this.#go(this.#reachable([Math.floor(this.#at.x / this.#size) + x, Math.floor(this.#at.y / this.#size) + y]));
  }

  #key(event) {
    const arrow = ARROWS[event.key];
    if (!arrow || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    if (!event.repeat) this.#step(arrow[0], arrow[1]);
  }
}
