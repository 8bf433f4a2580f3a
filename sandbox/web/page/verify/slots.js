// The rules of slots, as docs/games/slots.md has them, in a program of their own: it shares nothing with the server but the rules'
// tables. Pure: no network, no document.
import { Decimal, int } from "./exact.js";
import { UNIT } from "./pay.js";

const ROWS = 3;

/** The game as verify.js plays it: a round is one spin. */
export function game(rules) {
  const never = () => { throw new TypeError("a round of slots ends with its spin"); };
  return {
    cashOut: never, expire: never,
    async play(_, state, action, payload, draws) {
      if (state !== null || action !== "spin") never();
      const betPerLine = Decimal.from(payload.betPerLine);
      const lines = int(payload.activePaylines);
      if (betPerLine.units <= 0n || lines < 1 || lines > rules.paylines.length) throw new RangeError("the bet is not one that the rules allow");
      const round = await play(rules, lines, draws);
      return { status: "completed", outcome: outcome(round, betPerLine), stake: betPerLine.times(lines),
        win: { of: betPerLine, multiple: BigInt(round.total) * UNIT }, detail: { round, betPerLine, lines } };
    },
  };
}

/** Plays a round on the first so many paylines. Returns {spin, freeSpins, total}, all wins in bets per line, multipliers included. */
export async function play(rules, lines, draws) {
  const machine = new Machine(rules);
  const spin = await machine.spin(draws.stream(""), lines, 1);
  const freeSpins = [];
  let total = spin.win;
  // The paid spin wins the first award; each of those free spins may win another; these further ones win none.
  for (let k = 0, won = spin.wonSpins ? machine.award : 0; k < won; k++) {
    const free = await machine.spin(draws.stream(`fs${k}`), lines, machine.multiplier);
    free.wonSpins &&= k < machine.award;
    if (free.wonSpins) won += machine.award;
    total += free.win;
    freeSpins.push(free);
  }
  return { spin, freeSpins, total, multiplier: machine.multiplier };
}

/** What the player is told of a round, in the form of a record's outcome. betPerLine is a Decimal, and so are all wins in it. */
export function outcome(round, betPerLine) {
  const shown = (spin) => ({
    reelPositions: spin.stops,
    window: spin.window,
    paylines: spin.lines.map(({ line, symbols, win }) => ({ line, symbols, win: betPerLine.times(win) })),
    scatterWin: betPerLine.times(spin.scatterWin),
  });
  return {
    ...shown(round.spin),
    totalWin: betPerLine.times(round.total),
    freeSpinsTriggered: round.spin.wonSpins,
    freeSpinsMultiplier: round.multiplier,
    freeSpins: round.freeSpins.map((free) => ({
      ...shown(free),
      win: betPerLine.times(free.win),
      freeSpinsTriggered: free.wonSpins,
    })),
  };
}

class Machine {
  constructor(rules) {
    this.rules = rules;
    this.paylines = rules.paylines.map((line) => line.map(int));
    this.free = int(rules.freeSpins.scatters);
    this.award = int(rules.freeSpins.award);
    this.multiplier = int(rules.freeSpins.multiplier);
    this.pays = new Map(rules.symbols.map(({ name, pays }) => [name, pays]));
  }

  pay(symbol, count) {
    const pay = this.pays.get(symbol)?.[count];
    return pay === undefined ? 0 : int(pay);
  }

  /** One spin: the stop of each reel from left to right, the window that it shows, and what that wins, times the multiplier. */
  async spin(stream, lines, multiplier) {
    const stops = [];
    for (const strip of this.rules.strips) stops.push(await stream.intn(strip.length));
    const window = Array.from({ length: ROWS }, (_, row) =>
      this.rules.strips.map((strip, reel) => strip[(stops[reel] + row) % strip.length]));
    const wins = this.lineWins(window, lines, multiplier);
    const scatters = window.flat().filter((symbol) => symbol === this.rules.scatter).length;
    const scatterPay = this.pay(this.rules.scatter, scatters);
    const scatterWin = scatterPay * lines * multiplier;
    return {
      stops, window, lines: wins, scatters, scatterPay, scatterWin, multiplier, draws: stream.draws, message: stream.message,
      win: wins.reduce((sum, { win }) => sum + win, scatterWin),
      wonSpins: scatters >= this.free,
    };
  }

  lineWins(window, lines, multiplier) {
    return this.paylines.slice(0, lines).flatMap((rows, i) => {
      const symbols = rows.map((row, reel) => window[row][reel]);
      const { pay, count, as } = this.linePay(symbols);
      return pay === 0 ? [] : [{ line: i + 1, symbols: symbols.slice(0, count), as, pay, win: pay * multiplier }];
    });
  }

  /** The better of two: the wilds that a line begins with, as wilds, or the symbol after them with every wild standing for it. The
   * longer one when they pay the same. Returns what it pays in bets per line, how many symbols make it, and as which. */
  linePay(line) {
    const { wild, scatter } = this.rules;
    const own = line.findIndex((symbol) => symbol !== wild);
    const wilds = own < 0 ? line.length : own;
    const asWilds = { pay: this.pay(wild, wilds), count: wilds, as: wild };
    if (wilds === line.length || line[wilds] === scatter) return asWilds;
    const as = line[wilds];
    const end = line.findIndex((symbol, i) => i >= wilds && symbol !== as && symbol !== wild);
    const count = end < 0 ? line.length : end;
    const asSymbol = { pay: this.pay(as, count), count, as };
    return asSymbol.pay >= asWilds.pay ? asSymbol : asWilds;
  }
}
