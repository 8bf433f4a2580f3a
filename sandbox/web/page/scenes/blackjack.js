// The scene of blackjack: the dealer's cards, the player's hands with their totals and stakes, and the question of insurance.
import { draw, el, grouped, say, stillness } from "../dom.js";
import { Decimal } from "../verify/exact.js";

const SUITS = {
  S: { name: "spades", path: "M12 2C9 7 3 9.5 3 14.5a4.5 4.5 0 0 0 8 2.5c-.2 2-1 3.5-2.5 5h7c-1.5-1.5-2.3-3-2.5-5a4.5 4.5 0 0 0 8-2.5C21 9.5 15 7 12 2z" },
  H: { name: "hearts", path: "M12 21.5C7 17 2.5 13.3 2.5 8.6A4.9 4.9 0 0 1 12 6.8a4.9 4.9 0 0 1 9.5 1.8c0 4.7-4.5 8.4-9.5 12.9z", red: true },
  D: { name: "diamonds", path: "M12 1.5l7.5 10.5-7.5 10.5L4.5 12z", red: true },
  C: { name: "clubs", path: "M12 2a4.5 4.5 0 0 1 3.7 7.1A4.5 4.5 0 1 1 13 16.2c.2 2.6 1 4.3 2.5 5.8h-7c1.5-1.5 2.3-3.2 2.5-5.8A4.5 4.5 0 1 1 8.3 9.1 4.5 4.5 0 0 1 12 2z" },
};
const PICTURES = { A: "ace", T: "10", J: "jack", Q: "queen", K: "king" };
const RESULTS = { win: "wins", lose: "loses", push: "push", blackjack: "blackjack", bust: "bust", surrender: "given up" };
const STATUSES = { playing: "your turn", waiting: "waits", stood: "stands", bust: "bust", blackjack: "blackjack", surrendered: "given up" };
const [DEAL, MOST] = [200, 900]; // ms: between two cards, and for all of them together

export class Blackjack {
  static opening = { action: "bet", label: "Deal" };
  static greeting = "Place a bet: come closer to 21 than the dealer, and not above.";
  static cashOut = false;
  static press = "hit";
  static actions = [
    { action: "hit", label: "Hit", primary: true }, { action: "stand", label: "Stand" }, { action: "double", label: "Double" },
    { action: "split", label: "Split" }, { action: "surrender", label: "Surrender" },
  ];

  #rules;

  constructor(rules, table) {
    this.#rules = rules;
    this.dealer = el("div", { class: "cards", role: "group" });
    this.total = el("span", { class: "total" });
    this.note = el("p", { class: "note" }, `${this.#pays()}. ${this.#stands()}.`);
    this.insure = el("button", { type: "button", "data-accept": "true", onclick: () => table.act("insurance", { accept: true }) });
    this.decline = el("button", { type: "button", "data-accept": "false", onclick: () => table.act("insurance", { accept: false }) }, "No insurance");
    this.question = el("div", { class: "question", hidden: true }, this.insure, this.decline);
    this.hands = el("div", { class: "hands" });
    this.element = el("div", { class: "blackjack" },
      el("p", { class: "name" }, "Dealer ", this.total), this.dealer, el("div", { class: "middle" }, this.note, this.question), this.hands);
  }

  reset() {
    this.#question(null);
    this.#dealer([], false, null);
    this.hands.replaceChildren();
    this.element.classList.remove("many", "festive");
  }

  show(view) {
    this.#draw(view, view.dealer.cards);
  }

  begin({ action }) {
    if (action === "bet") this.reset();
  }

  async play({ outcome, opening }) {
    if (!stillness.matches) await this.#deal(outcome, opening);
    this.show(outcome);
  }

  staked({ action, request, outcome }) {
    if (action === "double" || action === "split") return bet(outcome);
    return action === "insurance" && request.accept ? Decimal.from(outcome.insurance.stake) : undefined;
  }

  can(action, view) {
    return view.actions.includes(action);
  }

  enable(open) {
    this.insure.disabled = this.decline.disabled = !open;
  }

  target() {
    return this.question.hidden ? undefined : this.decline;
  }

  words({ action, outcome, opening }) {
    const { hands, dealer, insurance, activeHand, settlement } = outcome;
    const insured = { won: " Insurance won.", lost: " Insurance lost." }[insurance.status] ?? "";
    if (settlement) return `${ended(hands, dealer)}${insured}`;
    if (insurance.status === "offered") return `You have ${said(hands[0])}, and the dealer shows an ace. Insurance for ${grouped(insurance.stake)}?`;
    const turn = hands.length === 1 ? `You have ${said(hands[0])}` : `Hand ${Number(activeHand) + 1} of ${hands.length} has ${said(hands[activeHand])}`;
    if (opening) return `${turn}, the dealer shows ${said(dealer)}.`;
    if (action === "insurance") return `${this.#rules.peek ? "The dealer has no blackjack." : ""}${insured} ${turn}.`.trim();
    const before = action !== "split" && hands[activeHand].cards.length === 2 ? hands[activeHand - 1] : undefined;
    return `${before ? `Hand ${activeHand} ${before.status === "bust" ? "is bust" : "stands"} with ${before.total}. ` : ""}${turn}.`;
  }

  rules() {
    const r = this.#rules;
    const decks = String(r.decks) === "0" ? "an infinite shoe" : `${r.decks} decks, shuffled for every round`;
    const doubles = { 0: "any two cards", 9: "hard 9 to 11", 10: "hard 10 and 11" }[r.doubleOn];
    const commission = Number(r.commission) / 100;
    return [
      el("p", {}, "The hand closer to 21 wins; above 21 it is bust. Aces count 11 or 1, pictures 10. An ace with a ten-valued card at once is a " +
        "blackjack, which beats any other 21."),
      el("ul", {}, [
        `Dealt from ${decks}.`,
        `${this.#pays()}. ${this.#stands()}${r.peek ? " and looks for blackjack first" : ", and takes the second card last"}.`,
        `Double on ${doubles}, ${r.doubleAfterSplit ? "also" : "not"} after a split.`,
        `Split a pair, to ${r.maxHands} hands at the most${r.resplitAces ? "" : "; aces once"}. Split aces get one card each.`,
        [r.lateSurrender ? "Surrender your first two cards for half of the stake." : "", r.insurance ? "Insurance pays 2:1." : ""].filter(Boolean).join(" "),
        commission > 0 ? `A commission of ${commission} % is taken from what a hand wins.` : "",
      ].filter(Boolean).map((line) => el("li", {}, line))),
      el("p", {}, "What you decide matters: the return that stands above is for play by the chart of the rules page."),
    ];
  }

  #pays() {
    const { num, den } = this.#rules.blackjackPays;
    return `Blackjack pays ${num}:${den}`;
  }

  #stands() {
    return `The dealer ${this.#rules.hitSoft17 ? "draws to soft 17" : "stands on all 17s"}`;
  }

  #draw(view, dealers) {
    const { hands, activeHand, dealer, insurance, settlement } = view;
    this.element.classList.toggle("many", hands.length > 2);
    this.element.classList.toggle("festive", settlement !== undefined && gains(view));
    this.#question(insurance.status === "offered" ? insurance : null);
    this.#dealer(dealers, hands[0].result === undefined && this.#rules.peek, dealer);
    const active = activeHand === null ? -1 : Number(activeHand);
    this.hands.replaceChildren(...hands.map((hand, i) => this.#hand(hand, hands.length === 1 ? "You" : `Hand ${i + 1}`, i === active)));
  }

  #hand(hand, name, active) {
    const { result, status, doubled, stake } = hand;
    const stands = result ? RESULTS[result] : status === "playing" && !active ? "" : STATUSES[status];
    return el("div", { class: active ? "hand active" : "hand", "data-result": result, "aria-current": active ? "true" : undefined },
      el("p", { class: "name" }, name, " ", el("span", { class: "total" }, total(hand))),
      el("div", { class: "cards", role: "group", "aria-label": name === "You" ? "Your cards" : name }, hand.cards.map(card)),
      el("p", { class: "stands" }, el("span", { class: "status" }, stands), " ",
        el("span", { class: "bet" }, doubled ? `2 × ${grouped(bet({ hands: [hand] }))}` : grouped(stake))));
  }

  #dealer(cards, hidden, hand) {
    const hole = hidden && cards.length === 1 ? el("span", { class: "card back", role: "img", "aria-label": "face down" }) : "";
    this.dealer.replaceChildren(...cards.map(card), hole);
    this.dealer.setAttribute("aria-label", cards.length === 0 ? "The dealer's cards: none yet" : "The dealer's cards");
    say(this.total, hand ? total(cards.length === 1 ? { total: hand.total } : hand) : "");
  }

  #question(insurance) {
    this.question.hidden = insurance === null;
    this.note.hidden = insurance !== null;
    if (insurance) say(this.insure, `Insure for ${grouped(insurance.stake)}`);
  }

  /** Deals the cards that a step showed, those of the player first when the dealer's turn follows. Until they lie, nothing is said of
   * totals and results. */
  async #deal({ hands, dealer, dealt, settlement, activeHand }, opening) {
    if (dealt.length === 0) return;
    const over = settlement !== undefined;
    const silent = { insurance: { status: "none" }, activeHand, dealer: { ...dealer, total: "" },
      hands: hands.map(({ result, multiplier, ...hand }) => ({ ...hand, total: "", status: "" })) };
    const pace = Math.min(DEAL, MOST / dealt.length);
    this.#draw(silent, over ? dealer.cards.slice(0, 1) : dealer.cards);
    const upcard = opening ? 1 : -1; // is dealt between the player's two
    const turned = over ? dealt.findIndex(({ to }, i) => to === "dealer" && i !== upcard) : -1;
    const first = turned < 0 ? dealt : dealt.slice(0, turned);
    await slide(first.map((one, i) => this.#lying(one, first.slice(i + 1))), pace);
    if (turned < 0) return;
    this.#draw(silent, dealer.cards);
    const last = dealt.slice(turned);
    await slide(last.map((one, i) => this.#lying(one, last.slice(i + 1))), pace);
  }

  /** The drawn card that was dealt, with so many others after it. */
  #lying({ to, hand }, after) {
    const cards = to === "dealer" ? this.dealer : this.hands.children[hand].querySelector(".cards");
    const faces = cards.querySelectorAll(".card:not(.back)");
    return faces[faces.length - 1 - after.filter((one) => one.to === to && String(one.hand) === String(hand)).length];
  }
}

/** Lets cards slide in one after the other. */
async function slide(cards, pace) {
  const from = { opacity: 0, transform: "translate(40px, -30px)" };
  await Promise.all(cards.map((one, i) => one.animate([from, { opacity: 1, transform: "none" }],
    { duration: pace, delay: i * pace, easing: "ease-out", fill: "backwards" }).finished));
}

/** A card, as the wire writes it: "TD". */
function card(written) {
  const [rank, suit] = written;
  const { name, path, red } = SUITS[suit];
  const symbol = () => draw("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, draw("path", { d: path }));
  return el("span", { class: red ? "card red" : "card", role: "img", "aria-label": `${PICTURES[rank] ?? rank} of ${name}` },
    el("span", { class: rank === "T" ? "corner ten" : "corner" }, rank === "T" ? "10" : rank, symbol()), symbol());
}

/** The opening bet, by what stands on a hand. */
function bet({ hands: [{ stake, doubled }] }) {
  const { units, scale } = Decimal.from(stake);
  return new Decimal(doubled ? units / 2n : units, scale);
}

function total({ total, soft }) {
  return `${soft && total !== "" ? "soft " : ""}${total}`;
}

function said({ cards, total, soft }) {
  return cards.length === 1 && cards[0][0] === "A" ? "an ace" : `${soft ? "soft " : ""}${total}`;
}

/** Whether a round that is over brought more than was staked. */
function gains({ hands, settlement: { multiplier, staked, insurancePays } }) {
  const { units, scale } = bet({ hands });
  const m = Decimal.from(multiplier);
  return new Decimal(units * m.units, scale + m.scale).plus(Decimal.from(insurancePays)).compare(Decimal.from(staked)) > 0;
}

/** How a round ended. */
function ended(hands, dealer) {
  const natural = dealer.cards.length === 2 && String(dealer.total) === "21";
  const dealers = natural ? "a blackjack" : dealer.total;
  const bust = Number(dealer.total) > 21;
  if (hands.length > 1) {
    const results = hands.map(({ result }) => ({ win: "won", lose: "lost" })[result] ?? result);
    return `The dealer ${bust ? `is bust with ${dealer.total}` : `has ${dealers}`}. Hands: ${results.join(", ")}.`;
  }
  const [{ result, total, status }] = hands;
  switch (result) {
    case "bust": return `Bust with ${total}.`;
    case "surrender": return "You gave up: half of the bet comes back.";
    case "blackjack": return "You have a blackjack.";
    case "push": return status === "blackjack" ? "Two blackjacks: a push." : `Both have ${total}: a push.`;
    case "win": return bust ? `The dealer is bust with ${dealer.total}, you have ${total}.` : `Your ${total} beats the dealer's ${dealer.total}.`;
  }
  return natural ? "The dealer has a blackjack." : `Your ${total} loses to the dealer's ${dealer.total}.`;
}
