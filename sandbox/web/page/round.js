// The table of a game whose round may have several steps: the bet, the steps, the cash-out, and how an open round is found again. What
// is drawn is a scene's, see scenes/scenes.js; what happened is the server's: everything on the screen is from recorded outcomes.
import { $, el, grouped, json, say } from "./dom.js";
import { call } from "./server.js";
import { Bet } from "./stake.js";
import { Decimal, parse } from "./verify/exact.js";
import { verdict } from "./words.js";

export class RoundTable {
  round = null; // the open round: {id, stake, view}; its stake is null until it is known
  #host;
  #Scene;
  #game;
  #seat = 0; // counts those who sat down; what belongs to an older one is dropped
  #promised = null; // the seed state that stood on the screen when the bet was sent
  #known = new Set(); // requests whose answer was shown
  #gone = null; // the round that was open when the server knew of none any more
  #found = false; // whether the server has told on this connection how the round stands

  /** host is what main.js has for tables, Scene the scene of the game. */
  constructor(host, Scene, game) {
    this.#host = host;
    this.#Scene = Scene;
    this.#game = game;
  }

  /** A round is open: no other can begin, and the seed stays. */
  get busy() { return this.round !== null; }

  get greeting() { return this.#Scene.greeting; }

  /** Opens the table: rules as parse reads them, the smallest and the largest stake, the currency. */
  sit({ rules, min, max, currency }) {
    this.#seat++;
    const { opening, actions = [] } = this.#Scene;
    this.scene = new this.#Scene(rules, { act: (action, fields) => this.#act(action, fields), changed: () => this.#host.enable() });
    this.steps = actions.map(({ action, label, primary }) =>
      el("button", { type: "button", class: primary ? "primary" : undefined, "data-action": action, onclick: () => this.#act(action, {}), onkeydown: onePress }, label));
    $("#scene").replaceChildren(this.scene.element);
    $("#steps").replaceChildren(...this.steps);
    $("#steps").hidden = this.steps.length === 0;
    this.#controls(opening);
    this.bet = new Bet($("#amount"), $("#amount-less"), $("#amount-more"), this.#game, () => this.#host.enable());
    this.bet.setLimits(min, max, currency);
    this.scene.reset();
    $("#scene").hidden = $("#round-form").hidden = false;
    return { title: "How it is played", content: this.scene.rules(), describe: (step) => this.scene.words(step) };
  }

  #controls({ label }) {
    const pays = this.#Scene.cashOut !== false;
    const { oneStep } = this.#Scene;
    $("#round-form").replaceChildren(
      el("div", { class: "field" }, el("label", { for: "amount" }, "Bet"), el("div", { class: "stepper" },
        el("button", { type: "button", id: "amount-less", "aria-label": "Lower bet" }, "−"),
        el("input", { id: "amount", inputmode: "decimal", autocomplete: "off", "aria-describedby": "hint" }),
        el("button", { type: "button", id: "amount-more", "aria-label": "Higher bet" }, "+"))),
      oneStep ? "" : el("p", { class: "stake" }, el("span", {}, pays ? "Multiplier" : "At stake"), " ", el("output", { id: "worth", "aria-live": "off" }, "–")),
      pays ? el("button", { type: "button", id: "cashout", onclick: () => this.#host.play("cashout", "{}"), onkeydown: onePress },
        "Cash out ", el("span", { id: "cashout-pays" })) : "",
      el("button", { type: "submit", id: "place", class: "primary", onkeydown: onePress }, label));
    $("#round-form").classList.toggle("plain", !pays);
    $("#round-form").classList.toggle("one-step", oneStep === true);
    $("#round-form").onsubmit = (event) => {
      event.preventDefault();
      this.#open();
    };
  }

  stand() {
    this.#seat++;
    this.round = null;
    $("#scene").hidden = $("#steps").hidden = $("#round-form").hidden = true;
    for (const id of ["#scene", "#steps", "#round-form"]) $(id).replaceChildren();
  }

  #open() {
    const { amount } = this.bet.read();
    const fields = this.scene.fields?.() ?? {};
    if (amount && fields && !$("#place").disabled) this.#host.play("action", json({ action: this.#Scene.opening.action, amount, ...fields }));
  }

  #act(action, fields) {
    if (this.round && this.#host.ready) this.#host.play("action", json({ action, ...fields }));
  }

  /** A request is under way; promised is the seed state that it was sent under, null if the page was loaded since. */
  begin(asked, promised) {
    if (!this.round) this.#promised = promised;
    $("#repeat").hidden = true;
    $("#result").classList.remove("won");
    this.scene.begin?.(parse(asked.payload));
  }

  /** The last request, which was refused, is sent again. */
  resent(promised) {
    if (!this.round) this.#promised = promised;
  }

  /** The server told how a round stands that is open. */
  async recovered({ roundId, state }, pending) {
    this.#found = true;
    if (this.round?.id !== roundId) this.#take(roundId, null, state);
    const { round } = this;
    round.view = state;
    this.scene.show(state);
    this.#host.enable();
    if (pending) return; // its answer follows
    await this.#learnStake(round);
    if (round === this.round && document.body.dataset.phase === "idle") say($("#result"), `Your open round is as you left it. ${this.#state()}`);
  }

  /** The connection is new: the server tells first of all whether a round is open. */
  connected() {
    this.#found = false;
  }

  /** The server has nothing more to tell about an open round on this connection. */
  told() {
    if (this.#found || !this.round) return;
    this.#gone = this.round; // how it ended may still be told
    this.#over();
    this.scene.reset();
    say($("#result"), "Your round is over: it was finished somewhere else, or settled. It stands in your rounds.");
    this.#host.enable();
  }

  #take(id, stake, view) {
    this.round = { id, stake, view };
    document.body.dataset.open = id;
  }

  /** Of a round that was opened before the page was loaded, the record knows the stake. */
  async #learnStake(round) {
    round.stake ??= await call("GET", `/rounds/${round.id}`).then(({ stake }) => Decimal.from(stake), () => null);
    this.#host.enable();
  }

  action_result(message) { return this.#answered(message); }

  cashout_result(message) { return this.#answered(message); }

  async #answered({ type, payload, repeat, asked }) {
    if (!asked) return;
    const { roundId, status, outcome, balance, provablyFair } = payload;
    this.#found = true;
    if (this.#known.has(asked.requestId)) return this.#host.again(roundId, repeat);
    this.#known.add(asked.requestId);
    const seat = this.#seat;
    const request = parse(asked.payload);
    const action = type === "cashout_result" ? "cashout" : request.action;
    const opening = action === this.#Scene.opening.action;
    const [before, after] = [Decimal.from(balance.before), Decimal.from(balance.after)];
    const staked = this.scene.staked?.({ action, request, outcome, round: this.round }) ?? (opening ? Decimal.from(request.amount) : Decimal.zero);
    const payout = after.minus(before).plus(staked);
    const over = status !== "in_progress";
    if (opening) this.#take(roundId, staked, outcome);
    else if (this.round?.id !== roundId) this.#take(roundId, null, outcome);
    else if (this.round.stake) this.round.stake = this.round.stake.plus(staked);
    this.round.view = outcome;
    this.#host.settled(roundId, after, opening || over);
    if (opening) this.#host.proof(provablyFair, this.#promised);
    await this.#learnStake(this.round);
    await this.#draw({ action, request, outcome, status, opening }, payout, seat);
    if (seat === this.#seat) this.#host.done();
  }

  async #draw(step, payout, seat) {
    const over = step.status !== "in_progress";
    await this.scene.play(step);
    if (seat !== this.#seat) return;
    const words = [this.scene.words(step)];
    const { stake } = this.round;
    if (step.action === "expiry") words.push("Nobody finished the round, so it was settled.");
    if (over) {
      const { festive, words: end } = stake ? verdict({ stake, payout }) : { words: `Paid ${grouped(payout)}.` };
      words.push(end);
      $("#result").classList.toggle("won", festive === true);
      this.#over();
    } else {
      words.push(this.#state());
    }
    say($("#result"), words.filter(Boolean).join(" "));
  }

  #over() {
    this.round = null;
    delete document.body.dataset.open;
  }

  /** What can be taken now, in words. */
  #state() {
    const { amount, multiple } = this.#worth();
    if (this.#Scene.cashOut === false || !this.#canCashOut()) return "";
    return amount ? `Cash out for ${grouped(amount)}, or go on.` : `Cash out at × ${multiple}, or go on.`;
  }

  #canCashOut() {
    return this.round?.view.canCashOut === true;
  }

  /** What the round is worth: its multiple, and the least that it pays, a fraction of a minor unit being drawn for. */
  #worth() {
    if (!this.round) return {};
    const multiple = this.scene.multiple?.(this.round.view) ?? this.round.view.multiplier;
    if (multiple === undefined || !this.round.stake) return { multiple };
    const m = Decimal.from(multiple);
    const { units, scale } = this.round.stake;
    return { multiple, amount: new Decimal((units * m.units) / 10n ** BigInt(m.scale), scale) };
  }

  /** A round was settled by the server because nobody finished it. */
  expired({ roundId, status, outcome, stake, payout }) {
    if (this.round === null && this.#gone?.id === roundId) this.round = this.#gone;
    if (this.round?.id !== roundId) return;
    this.round.stake = Decimal.from(stake);
    this.#draw({ action: "expiry", request: {}, outcome, status, opening: false }, Decimal.from(payout), this.#seat).then(() => this.#host.done());
  }

  /** A round was voided by the operator: nothing of it is left to draw. */
  voided({ roundId, refund }) {
    if (this.round === null && this.#gone?.id === roundId) this.round = this.#gone;
    if (this.round?.id !== roundId) return;
    this.#over();
    this.scene.reset();
    say($("#result"), `The round was voided. Your stake of ${grouped(refund)} was returned.`);
    this.#host.done();
  }

  /** The request was refused: the round is as it was. */
  fail() {
    if (this.round) this.scene.show(this.round.view);
    else this.scene.reset();
  }

  enable(ready) {
    const open = this.round !== null;
    const { amount, multiple } = this.#worth();
    const free = ready && !open;
    $("#place").disabled = !free || !this.bet.read().amount || (this.scene.fields && !this.scene.fields());
    for (const id of ["#amount", "#amount-less", "#amount-more"]) $(id).disabled = open;
    for (const button of this.steps) this.#enableStep(button, ready);
    this.scene.enable?.(ready && open, free);
    if (this.#Scene.oneStep) return;
    if (this.#Scene.cashOut === false) return say($("#worth"), this.round?.stake ? grouped(this.round.stake) : "–");
    say($("#worth"), multiple === undefined ? "–" : `× ${multiple}`);
    const takes = this.#canCashOut();
    $("#cashout").disabled = !ready || !takes;
    say($("#cashout-pays"), takes && amount ? grouped(amount) : "");
  }

  /** A step's button says what the step takes on top of what is at stake, if it takes something. */
  #enableStep(button, ready) {
    const { action } = button.dataset;
    const { round } = this;
    const can = round !== null && this.scene.can?.(action, round.view) !== false;
    const stake = can ? this.scene.staked?.({ action, request: {}, outcome: round.view, round }) : undefined;
    button.disabled = !ready || !can;
    const { label } = this.#Scene.actions.find((one) => one.action === action);
    const takes = stake ? `+${grouped(stake)}` : "";
    if (button.textContent !== `${label} ${takes}`) button.replaceChildren(`${label} `, el("span", { class: "takes" }, takes));
  }

  /** Where the keyboard goes on from. */
  target() {
    if (!this.round) return $("#place");
    return [this.scene.target?.(), ...this.steps, $("#cashout")].find((one) => one && !one.disabled);
  }

  /** Space or Enter was pressed with nothing in focus. */
  press() {
    if (!this.round) this.#open();
    else this.steps.find((button) => button.dataset.action === this.#Scene.press && !button.disabled)?.click();
  }
}

/** A key held down is one press. */
function onePress(event) {
  if (event.repeat && (event.key === " " || event.key === "Enter")) event.preventDefault();
}
