// The rules of blackjack, as docs/games/blackjack.md has them, in a program of their own. A card is a number from 0 to 51. Pure: no
// network, no document.
import { Decimal, int } from "./exact.js";
import { UNIT } from "./pay.js";

const PACK = 52;
const RANKS = "A23456789TJQK";
const SUITS = "SHDC";
const WHOLE = 10_000n; // of a win, in basis points

const rank = (card) => card % RANKS.length;
const worth = (card) => Math.min(rank(card) + 1, 10);
const named = (card) => RANKS[rank(card)] + SUITS[Math.floor(card / RANKS.length)];

/** What cards count: an ace counts 11 where that is not too much. */
function count(cards) {
  const hard = cards.reduce((sum, card) => sum + worth(card), 0);
  const soft = hard <= 11 && cards.some((card) => worth(card) === 1);
  return { total: soft ? hard + 10 : hard, soft };
}

const isNatural = (cards) => cards.length === 2 && count(cards).total === 21;

/** The switches of the rules, as numbers and booleans. */
function read(rules) {
  const { hitSoft17, doubleAfterSplit, resplitAces, lateSurrender, peek, insurance } = rules;
  return {
    hitSoft17, doubleAfterSplit, resplitAces, lateSurrender, peek, insurance,
    decks: int(rules.decks), doubleOn: int(rules.doubleOn), maxHands: int(rules.maxHands),
    evenMoney: ((WHOLE - BigInt(int(rules.commission))) * UNIT) / WHOLE,
    odds: [BigInt(int(rules.blackjackPays.num)), BigInt(int(rules.blackjackPays.den))],
  };
}

/** How many cards a round can take at the most: all hands and the dealer's reach their limits with the lowest cards of the shoe. */
function reach({ decks, maxHands }) {
  let [left, cards] = [20 * maxHands + 16, maxHands + 1];
  for (let value = 1; left >= value; value++) {
    const n = decks === 0 ? left : Math.min(4 * decks, Math.floor(left / value));
    left -= n * value;
    cards += n;
  }
  return cards;
}

/** The cards that a round may take, in the order in which they are dealt: from the end of the shuffled shoe. */
async function shuffled(rules, stream) {
  const shoe = Array.from({ length: rules.decks * PACK }, (_, i) => i % PACK);
  const cards = [];
  for (const most = reach(rules); cards.length < most;) {
    const what = `card ${cards.length + 1}`;
    if (rules.decks === 0) {
      cards.push(await stream.intn(PACK, what));
      continue;
    }
    const j = shoe.length > 1 ? await stream.intn(shoe.length, what) : 0;
    const last = shoe.length - 1;
    [shoe[last], shoe[j]] = [shoe[j], shoe[last]];
    cards.push(shoe.pop());
  }
  return cards;
}

/** A round, from the deal to the dealer's last card. The opening bet is 1. */
class Table {
  insurance = "none";
  over = false;
  active = 0;
  dealer = [];
  hands = [{ cards: [], status: "playing", doubled: false, split: false }];
  dealt = []; // what the step showed

  constructor(rules, cards) {
    this.rules = rules;
    this.shoe = cards;
  }

  get hand() { return this.hands[this.active]; }

  deal(insurable) {
    this.give();
    this.draw();
    this.give();
    if (this.rules.peek) this.dealer.push(this.shoe.shift()); // face down: not shown
    if (isNatural(this.hand.cards)) this.hand.status = "blackjack";
    if (this.rules.insurance && insurable && worth(this.dealer[0]) === 1) this.insurance = "offered";
    else this.begin();
  }

  begin() {
    if (this.rules.peek && isNatural(this.dealer) && this.hand.status === "playing") this.hand.status = "stood";
    if (this.hand.status !== "playing") this.finish();
  }

  give() {
    const card = this.shoe.shift();
    this.hand.cards.push(card);
    this.dealt.push({ card: named(card), to: "player", hand: this.active });
  }

  draw() {
    this.dealer.push(this.shoe.shift());
    this.turn(this.dealer.at(-1));
  }

  turn(card) {
    this.dealt.push({ card: named(card), to: "dealer" });
  }

  /** What is allowed now, in the order in which players are offered it. */
  actions() {
    if (this.over) return [];
    if (this.insurance === "offered") return ["insurance"];
    const allowed = {
      hit: !this.isSplitAce(), stand: true, double: this.mayDouble(), split: this.maySplit(),
      surrender: this.rules.lateSurrender && this.hand.cards.length === 2 && !this.hand.split,
    };
    return Object.keys(allowed).filter((action) => allowed[action]);
  }

  isSplitAce() {
    return this.hand.split && worth(this.hand.cards[0]) === 1;
  }

  mayDouble() {
    const { doubleOn, doubleAfterSplit } = this.rules;
    if (this.hand.cards.length !== 2 || this.isSplitAce() || (this.hand.split && !doubleAfterSplit)) return false;
    const { total, soft } = count(this.hand.cards);
    return doubleOn === 0 || (!soft && total >= doubleOn && total <= 11);
  }

  maySplit() {
    const [first, second, ...more] = this.hand.cards;
    return more.length === 0 && worth(first) === worth(second) && this.hands.length < this.rules.maxHands &&
      (!this.isSplitAce() || this.rules.resplitAces);
  }

  play(action, accept) {
    const { hand } = this;
    if (action === "insurance") {
      this.insurance = accept ? "taken" : "declined";
      return this.begin();
    }
    if (action === "split") this.split();
    if (action === "double") hand.doubled = true;
    if (action === "hit" || action === "double") this.give();
    if (action === "stand" || action === "double") hand.status = "stood";
    if (action === "surrender") hand.status = "surrendered";
    this.goOn();
  }

  split() {
    const { hand } = this;
    const second = { cards: [hand.cards.pop()], status: "waiting", doubled: false, split: true };
    hand.split = true;
    this.hands.splice(this.active + 1, 0, second);
    this.give();
  }

  /** The turn goes on while the hand has nothing to decide. */
  goOn() {
    for (;;) {
      const { hand } = this;
      const { total } = count(hand.cards);
      if (total > 21) hand.status = "bust";
      else if (hand.status === "playing" && (total === 21 || (this.isSplitAce() && !this.maySplit()))) hand.status = "stood";
      if (hand.status === "playing") return;
      if (this.active + 1 === this.hands.length) return this.finish();
      this.active++;
      this.hand.status = "playing";
      this.give();
    }
  }

  finish() {
    this.over = true;
    const stood = this.hands.some(({ status }) => status === "stood");
    const mayBeNatural = [1, 10].includes(worth(this.dealer[0]));
    const asks = this.insurance === "taken" || (mayBeNatural && this.hands.some(({ status }) => status === "blackjack" || status === "surrendered"));
    if (this.rules.peek) this.turn(this.dealer[1]);
    else if (stood || asks) this.draw();
    while (stood && this.dealerDraws()) this.draw();
  }

  dealerDraws() {
    const { total, soft } = count(this.dealer);
    return total < 17 || (total === 17 && soft && this.rules.hitSoft17);
  }

  /** How a hand of a round that is over ended, and what it pays, a BigInt in units of 10^-8 of the opening bet. */
  result({ cards, status, doubled }) {
    const stake = doubled ? 2n : 1n;
    const { evenMoney, odds: [num, den] } = this.rules;
    const beaten = isNatural(this.dealer);
    const [mine, dealers] = [count(cards).total, count(this.dealer).total];
    const ends = (result, pays) => ({ result, pays });
    if (status === "bust") return ends("bust", 0n);
    if (status === "blackjack") return beaten ? ends("push", UNIT) : ends("blackjack", UNIT + (evenMoney * num) / den);
    if (beaten) return ends("lose", 0n);
    if (status === "surrendered") return ends("surrender", UNIT / 2n);
    if (dealers > 21 || mine > dealers) return ends("win", stake * (UNIT + evenMoney));
    return mine === dealers ? ends("push", stake * UNIT) : ends("lose", 0n);
  }
}

export function game(written) {
  const rules = read(written);

  const insuranceOf = (table, half) => {
    const { insurance, over, dealer } = table;
    const none = Decimal.zero;
    if (insurance !== "taken") return { status: insurance, stake: insurance === "offered" ? half : none };
    if (over && isNatural(dealer)) return { status: "won", stake: half };
    return { status: over || rules.peek ? "lost" : "taken", stake: half };
  };

  const view = (table, bet, half) => {
    const shown = table.over ? table.dealer : table.dealer.slice(0, 1);
    return {
      dealer: { cards: shown.map(named), ...count(shown) },
      hands: table.hands.map((hand) => {
        const { result, pays } = table.over ? table.result(hand) : {};
        return {
          cards: hand.cards.map(named), ...count(hand.cards), status: hand.status, doubled: hand.doubled, stake: bet.times(hand.doubled ? 2 : 1),
          ...(table.over ? { result, multiplier: new Decimal(pays, 8) } : {}),
        };
      }),
      activeHand: table.over || table.insurance === "offered" ? null : table.active,
      insurance: insuranceOf(table, half),
      actions: table.actions(),
      canCashOut: false,
    };
  };

  /** What a step led to. before is what was staked before it, stake what it took. */
  const step = (table, bet, half, before, stake) => {
    const outcome = { ...view(table, bet, half), dealt: table.dealt };
    if (!table.over) return { status: "in_progress", outcome, stake, state: table };
    const multiple = table.hands.reduce((sum, hand) => sum + table.result(hand).pays, 0n);
    const side = outcome.insurance.status === "won" ? half.times(3) : Decimal.zero.scaled(half.scale);
    outcome.settlement = { staked: before.plus(stake), multiplier: new Decimal(multiple, 8), insurancePays: side };
    return { status: "completed", outcome, stake, win: { of: bet, multiple, side } };
  };

  /** Half of a bet, in whole minor units. */
  const half = (bet, scale) => new Decimal(bet.scaled(scale).units / 2n, scale);

  const open = async (round, action, payload, draws) => {
    if (action !== "bet") throw new TypeError(`the action ${action} is not allowed here`);
    const bet = Decimal.from(payload.amount).scaled(round.scale);
    if (bet.units <= 0n || bet.scale > round.scale) throw new RangeError("the bet is not an amount of money");
    const table = new Table(rules, await shuffled(rules, draws.stream("init")));
    const insured = half(bet, round.scale);
    table.deal(insured.units > 0n);
    return step(table, bet, insured, Decimal.zero, bet);
  };

  const decide = (round, table, action, payload) => {
    if (!table.actions().includes(action)) throw new TypeError(`the action ${action} is not allowed here`);
    const fields = action === "insurance" ? ["action", "accept"] : ["action"];
    if (Object.keys(payload).some((name) => !fields.includes(name))) throw new TypeError(`${action} has other fields`);
    const insured = half(round.bet, round.scale);
    const accept = action === "insurance" && payload.accept;
    if (typeof accept !== "boolean") throw new TypeError("insurance is accepted, or is not");
    const stake = action === "double" || action === "split" ? round.bet : accept ? insured : Decimal.zero;
    table.dealt = [];
    table.play(action, accept);
    return step(table, round.bet, insured, round.stake, stake);
  };

  return {
    play: (round, state, action, payload, draws) =>
      (state === null ? open(round, action, payload, draws) : decide(round, state, action, payload)),
    cashOut() {
      throw new TypeError("blackjack is never cashed out");
    },
    expire(round, table) {
      table.dealt = [];
      while (!table.over) {
        if (table.insurance === "offered") table.play("insurance", false);
        else table.play("stand");
      }
      return step(table, round.bet, half(round.bet, round.scale), round.stake, Decimal.zero);
    },
  };
}
