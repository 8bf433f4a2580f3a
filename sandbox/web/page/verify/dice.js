// The rules of dice, as docs/games/dice.md has them, in a program of their own. Pure: no network, no document.
import { Decimal, int } from "./exact.js";
import { UNIT, shown } from "./pay.js";

/** A round is one roll. */
export function game(rules) {
  const [rolls, lowest, highest] = [int(rules.rolls), int(rules.lowestChance), int(rules.highestChance)];
  const never = () => { throw new TypeError("a round of dice ends with its roll"); };
  return {
    cashOut: never, expire: never,
    async play(_, state, action, payload, draws) {
      if (state !== null || action !== "roll") never();
      const stake = Decimal.from(payload.amount);
      const chance = hundredths(payload.chance);
      if (stake.units <= 0n || chance < lowest || chance > highest) throw new RangeError("the bet is not one that the rules allow");
      const multiple = (BigInt(int(rules.returnPercent)) * UNIT * BigInt(rolls)) / (100n * BigInt(chance));
      const roll = await draws.stream("").intn(rolls, "the roll, in hundredths");
      const won = roll < chance;
      const outcome = { roll: new Decimal(BigInt(roll), 2), chance: new Decimal(BigInt(chance), 2), multiplier: shown(multiple), won };
      return { status: "completed", outcome, stake, win: won ? { of: stake, multiple } : undefined };
    },
  };
}

/** A percentage in hundredths: "49.5" is 4950. */
function hundredths(percent) {
  const { units, scale } = Decimal.from(percent).scaled(2);
  const unit = 10n ** BigInt(scale - 2);
  if (units % unit !== 0n) throw new RangeError("the chance is not a multiple of 0.01");
  return Number(units / unit);
}
