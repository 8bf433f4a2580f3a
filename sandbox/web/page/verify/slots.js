// The rules of slots, as docs/games/slots.md and docs/slots-definition.md have them, in a program of their own: it shares nothing with
// the server but the rules' tables. Pure: no network, no document.
import { Decimal, int } from "./exact.js";
import { UNIT } from "./pay.js";

const PER_WIN = "win"; // the wild multiplies a win once, not for every wild in it

/** The game as verify.js plays it: a round is one spin. */
export function game(rules) {
  const machine = new Machine(rules);
  const never = () => { throw new TypeError("a round of slots ends with its spin"); };
  return {
    cashOut: never, expire: never,
    async play(_, state, action, payload, draws) {
      if (state !== null || action !== "spin") never();
      const betPerLine = Decimal.from(payload.betPerLine);
      const lines = int(payload.activePaylines);
      if (betPerLine.units <= 0n || lines < 1 || lines > rules.paylines.length) throw new RangeError("the bet is not one that the rules allow");
      const round = await play(machine, lines, draws);
      return { status: "completed", outcome: outcome(round, betPerLine), stake: betPerLine.times(lines),
        win: { of: betPerLine, multiple: BigInt(round.total) * UNIT }, detail: { round, betPerLine, lines } };
    },
  };
}

/** Plays a round on the first so many paylines. Returns {spin, freeSpins, total, capped, multiplier}, all wins in bets per line,
 * multipliers included. */
async function play(machine, lines, draws) {
  const spin = await machine.spin(draws.stream(""), machine.strips, lines, 1);
  const round = { spin, freeSpins: [], total: spin.win, capped: false, multiplier: machine.multiplier };
  // The paid spin wins the first free spins; those may win more, for so many generations.
  let [generation, end, won] = [1, spin.award, spin.award];
  for (let k = 0; !reached(machine, round, lines) && k < won; k++) {
    if (k === end) [generation, end] = [generation + 1, won];
    const free = await machine.spin(draws.stream(`fs${k}`), machine.freeStrips, lines, machine.multiplier);
    if (generation > machine.retriggers) free.award = 0;
    won += free.award;
    round.total += free.win;
    round.freeSpins.push(free);
  }
  return round;
}

/** At the maximum win the round is over. */
function reached({ maximumWin }, round, lines) {
  const limit = maximumWin * lines;
  if (limit === 0 || round.total < limit) return false;
  round.capped ||= round.total > limit;
  round.total = limit;
  return true;
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
    ...(round.capped ? { capped: true } : {}),
    freeSpinsTriggered: round.spin.award > 0,
    freeSpinsMultiplier: round.multiplier,
    freeSpins: round.freeSpins.map((free) => ({
      ...shown(free),
      win: betPerLine.times(free.win),
      freeSpinsTriggered: free.award > 0,
    })),
  };
}

/** What a table by count says of a count: its highest entry holds for all above it. */
function listed(table, count) {
  const highest = Math.max(0, ...Object.keys(table).map(Number));
  return table[Math.min(count, highest)] === undefined ? 0 : int(table[Math.min(count, highest)]);
}

class Machine {
  constructor(rules) {
    const { wild, scatter, strips, freeSpins: free } = rules;
    const whole = (n, otherwise) => (n === undefined ? otherwise : int(n));
    this.rows = whole(rules.rows, 3);
    [this.wild, this.scatter, this.strips, this.freeStrips] = [wild, scatter, strips, rules.freeSpinStrips ?? strips];
    this.paylines = rules.paylines.map((line) => line.map(int));
    this.maximumWin = whole(rules.maximumWin, 0);
    this.multiplier = whole(free?.multiplier, 1);
    this.retriggers = whole(free?.retriggers, 1);
    this.pays = new Map(rules.symbols.filter(({ name }) => name !== scatter).map(({ name, pays }) => [name, pays ?? {}]));
    this.scatterPays = rules.symbols.find(({ name }) => scatter !== undefined && name === scatter)?.pays ?? {};
    this.awardOf = (scatters) => {
      if (!free) return 0;
      if (free.awards) return listed(free.awards, scatters);
      return scatters >= int(free.scatters) ? int(free.award) : 0;
    };
    const times = whole(rules.wildMultiplier, 1);
    this.times = (wilds) => (wilds === 0 ? 1 : rules.wildMultiplierPer === PER_WIN ? times : times ** wilds);
  }

  pay(symbol, count) {
    const pay = this.pays.get(symbol)?.[count];
    return pay === undefined ? 0 : int(pay);
  }

  /** Wilds with nothing else are the best symbol that they can be. */
  own(wilds) {
    return wilds === 0 ? 0 : Math.max(...[...this.pays.keys()].map((symbol) => this.pay(symbol, wilds)));
  }

  /** One spin: the stop of each reel from left to right, the window that it shows, and what that wins, times the multiplier. */
  async spin(stream, strips, lines, multiplier) {
    const stops = [];
    for (const strip of strips) stops.push(await stream.intn(strip.length, `reel ${stops.length + 1}`));
    const window = Array.from({ length: this.rows }, (_, row) => strips.map((strip, reel) => strip[(stops[reel] + row) % strip.length]));
    const wins = this.lineWins(window, lines, multiplier);
    const scatters = this.scatter === undefined ? 0 : window.flat().filter((symbol) => symbol === this.scatter).length;
    const scatterPay = listed(this.scatterPays, scatters);
    const scatterWin = scatterPay * lines * multiplier;
    return {
      stops, window, lines: wins, scatters, scatterPay, scatterWin, multiplier, draws: stream.draws, message: stream.message,
      win: wins.reduce((sum, { win }) => sum + win, scatterWin), award: this.awardOf(scatters),
    };
  }

  lineWins(window, lines, multiplier) {
    return this.paylines.slice(0, lines).flatMap((rows, i) => {
      const symbols = rows.map((row, reel) => window[row][reel]);
      const { pay, count, as } = this.linePay(symbols);
      return pay === 0 ? [] : [{ line: i + 1, symbols: symbols.slice(0, count), as, pay, win: pay * multiplier }];
    });
  }

  /** The better of two: the wilds that a line begins with, by themselves, or the symbol after them with every wild standing for it. The
   * longer one when they pay the same. Returns what it pays in bets per line, how many symbols make it, and as which. */
  linePay(line) {
    const { wild, scatter } = this;
    const own = line.findIndex((symbol) => wild === undefined || symbol !== wild);
    const wilds = own < 0 ? line.length : own;
    const asWilds = { pay: this.own(wilds), count: wilds, as: wild };
    if (wilds === line.length || (scatter !== undefined && line[wilds] === scatter)) return asWilds;
    const as = line[wilds];
    const end = line.findIndex((symbol, i) => i >= wilds && symbol !== as && (wild === undefined || symbol !== wild));
    const count = end < 0 ? line.length : end;
    const standing = line.slice(0, count).filter((symbol) => symbol !== as).length;
    const asSymbol = { pay: this.pay(as, count) * this.times(standing), count, as };
    return asSymbol.pay >= asWilds.pay ? asSymbol : asWilds;
  }
}
