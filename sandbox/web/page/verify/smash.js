// The rules of smash, as docs/games/smash.md has them, in a program of their own. Pure: no network, no document.
import { OPEN, PAID, cashoutGame, lose, multiply } from "./cashout.js";
import { int } from "./exact.js";
import { UNIT, shown } from "./pay.js";

const SIDES = 100; // a hit breaks the hammer when a draw below this is below breakPercent
const HUNDRED = 100n; // factors are in hundredths

export function game(rules) {
  const [first, last, breaks] = [int(rules.firstThreshold), int(rules.lastThreshold), int(rules.breakPercent)];
  const most = BigInt(int(rules.maximumWin)) * UNIT;
  const table = (factors) => ({
    names: factors.map(({ name }) => name ?? "bonus"),
    hundredths: factors.map(({ hundredths }) => BigInt(int(hundredths))),
    weights: factors.map(({ weight }) => int(weight)),
  });
  const [pool, bonuses] = [table(rules.pool), table(rules.bonuses)];
  /** What the pool is multiplied by at a hit. */
  const scale = (hit) => {
    const [num, den] = rules.scales[hit - 1].split("/").map(BigInt);
    return { num, den };
  };
  const times = ({ num, den }, hundredths) => ({ num: num * hundredths, den: den * HUNDRED });
  const factor = ({ num, den }) => shown((num * UNIT) / den);

  const view = (round, hits, open) => ({
    hitCount: hits,
    accumulatedMultiplier: shown(round.value),
    canCashOut: open && round.takeable,
    nextFactors: open ? pool.hundredths.map((hundredths) => factor(times(scale(hits + 1), hundredths))) : [],
  });
  const secrets = ({ own }) => ({ crackThreshold: own.threshold, hammerBreakOnHit: own.breaksOn || null });

  /** A hit that the hammer withstands. */
  const strike = async (round, hit, stream) => {
    const drawn = await stream.weighted(pool.weights, "the factor of the hit");
    let by = times(scale(hit), pool.hundredths[drawn]);
    const told = { factor: factor(by), broke: false, cracked: hit === round.own.threshold, bonus: null };
    if (told.cracked) {
      const bonus = await stream.weighted(bonuses.weights, "the bonus of the cracked safe");
      told.bonus = { name: bonuses.names[bonus], factor: shown((bonuses.hundredths[bonus] * UNIT) / HUNDRED) };
      by = times(by, bonuses.hundredths[bonus]);
    }
    const capped = multiply(round, by.num, by.den, most);
    return { told, ending: capped || told.cracked ? PAID : OPEN };
  };

  return cashoutGame({
    start: (BigInt(int(rules.returnPercent)) * UNIT) / 100n, most, action: "hit",
    async deal(stream) {
      const own = { threshold: first + (await stream.intn(last - first + 1, "the hit that cracks the safe")), breaksOn: 0 };
      for (let hit = 1; hit <= last && own.breaksOn === 0; hit++) {
        if ((await stream.intn(SIDES, `whether hit ${hit} breaks the hammer`)) < breaks) own.breaksOn = hit;
      }
      return own;
    },
    async step(round, payload, stream) {
      if (Object.keys(payload).some((name) => name !== "action")) throw new TypeError("a hit has no fields");
      const hit = round.steps + 1;
      const { told, ending } = hit === round.own.breaksOn
        ? { told: { factor: null, broke: true, cracked: false, bonus: null }, ending: lose(round) }
        : await strike(round, hit, stream);
      const open = ending === OPEN;
      return { ending, outcome: { ...told, ...view(round, hit, open), ...(open ? {} : secrets(round)) } };
    },
    show: (round) => view(round, round.steps, true),
    reveal: (round) => ({ ...view(round, round.steps, false), ...secrets(round) }),
  });
}
