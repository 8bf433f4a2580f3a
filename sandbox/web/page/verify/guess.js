// The rules of guess, as docs/games/guess.md has them, in a program of their own. Pure: no network, no document.
import { OPEN, PAID, cashoutGame, lose, multiply } from "./cashout.js";
import { int } from "./exact.js";
import { UNIT, shown } from "./pay.js";

export function game(rules) {
  const { alphabet } = rules;
  const [positions, limit] = [int(rules.positions), int(rules.traceLimit)];
  const most = BigInt(int(rules.maximumWin)) * UNIT;
  const wrong = { ...range(rules.wrongRise, limit), num: BigInt(int(rules.wrongNumerator)), den: BigInt(int(rules.wrongDenominator)) };
  const right = range(rules.rightRise, limit);

  /** What a right and a wrong guess multiply the value v by, where r candidates are left at the position: fair together. Where a
   * right one would come above the maximum win, it comes to the maximum win, and a wrong one takes less instead. */
  const factors = (r, trace, v) => {
    const [n, rightSafe, wrongSafe] = [BigInt(r), right.safe(trace), wrong.safe(trace)];
    const plain = {
      right: { num: right.width * (wrong.den * wrong.width * n - wrong.num * wrongSafe * (n - 1n)), den: wrong.den * wrong.width * rightSafe },
      wrong: { num: wrong.num, den: wrong.den },
    };
    if (v * plain.right.num <= most * plain.right.den) return plain;
    return {
      right: { num: most, den: v },
      wrong: { num: wrong.width * (n * right.width * v - rightSafe * most), den: right.width * (n - 1n) * wrongSafe * v },
    };
  };
  /** Whether no guess could be fair any more: even a right one reaches the limit, or the maximum win is too near. */
  const over = (trace, v) => {
    const fresh = BigInt(alphabet.length);
    return v * right.width * (fresh * wrong.width - (fresh - 1n) * wrong.safe(trace)) > most * right.safe(trace) * wrong.width;
  };
  const candidates = (own, position) => alphabet.length - own.struck[position].length;

  const view = ({ value, takeable, own }, open) => {
    const guesses = own.revealed.map((known, i) => (known || !open ? null : factors(candidates(own, i), own.trace, value)));
    const multipliers = (of) => guesses.map((both) => both && shown((both[of].num * UNIT) / both[of].den));
    return {
      trace: own.trace,
      multiplier: shown(value),
      canCashOut: open && takeable,
      positions: own.revealed.map((known, i) => (known ? own.key[i] : null)),
      struck: own.struck,
      rightMultipliers: multipliers("right"),
      wrongMultipliers: multipliers("wrong"),
    };
  };

  /** Multiplies the value, unless the trace has reached its limit, and says how the round stands. */
  const judge = (round, { num, den }) => {
    const { trace, revealed } = round.own;
    if (trace >= limit) return lose(round);
    const capped = multiply(round, num, den, most);
    return capped || revealed.every(Boolean) || over(trace, round.value) ? PAID : OPEN;
  };

  return cashoutGame({
    start: (BigInt(int(rules.returnPercent)) * UNIT) / 100n, most, action: "guess",
    async deal(stream) {
      let key = "";
      for (let i = 1; i <= positions; i++) key += alphabet[await stream.intn(alphabet.length, `character ${i} of the key`)];
      return { key, trace: 0, revealed: Array(positions).fill(false), struck: Array(positions).fill("") };
    },
    async step(round, payload, stream) {
      const { own } = round;
      const position = int(payload.position);
      const { character } = payload;
      const possible = position >= 0 && position < positions && character.length === 1 && alphabet.includes(character) &&
        !own.revealed[position] && !own.struck[position].includes(character);
      if (!possible) throw new RangeError("the guess is not one that the rules allow");
      const hit = own.key[position] === character;
      const factor = factors(candidates(own, position), own.trace, round.value)[hit ? "right" : "wrong"];
      if (hit) own.revealed[position] = true;
      else own.struck[position] += character;
      const rise = await (hit ? right : wrong).draw(stream);
      own.trace += rise;
      const ending = judge(round, factor);
      const outcome = { position, character, right: hit, rise, busted: own.trace >= limit, ...view(round, ending === OPEN) };
      return { ending, outcome: ending === OPEN ? outcome : { ...outcome, key: own.key } };
    },
    show: (round) => view(round, true),
    reveal: (round) => ({ ...view(round, false), key: round.own.key }),
  });
}

/** What the trace can rise by, each number as likely as the others. */
function range(rise, limit) {
  const [lowest, highest] = [int(rise.lowest), int(rise.highest)];
  const width = highest - lowest + 1;
  return {
    width: BigInt(width),
    safe: (trace) => BigInt(Math.min(Math.max(limit - trace - lowest, 0), width)), // how many of them keep a trace below the limit
    draw: async (stream) => lowest + (await stream.intn(width, "by how much the trace rises")),
  };
}
