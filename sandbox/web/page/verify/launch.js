// The rules of launch, as docs/games/launch.md has them, in a program of their own. Pure: no network, no document.
import { OPEN, PAID, cashoutGame, lose, multiply } from "./cashout.js";
import { Decimal, int } from "./exact.js";
import { UNIT, shown } from "./pay.js";

const PARTS = 20; // of a trajectory
const STRAIGHT = 450; // 45.0°, in tenths of a degree: half of the right angle that ends the table of sines

export function game(rules) {
  const sines = rules.sines.map(int);
  const [unit, most, endsAt, shots] = [int(rules.factorUnit), BigInt(int(rules.maximumWin)), BigInt(int(rules.endsAt)), int(rules.shots)];
  const [leastAngle, mostAngle] = rules.angle.map(int);
  const [leastPower, mostPower] = rules.power.map(int);
  const sineScale = BigInt(int(rules.sineScale));
  const rangeScale = (BigInt(int(rules.gravity)) * sineScale) / 100n;
  const bands = rules.bands.map(({ name, from, to, pads }) => ({ name, from: int(from), to: int(to), pads: pads.map(int) }));
  const factor = (band, pad) => shown((BigInt(bands[band].pads[pad]) * UNIT) / BigInt(unit));

  /** How far and how high a shot flies in still air, in centimetres. */
  const flight = (angle, power) => {
    const squared = BigInt(power) ** 2n;
    const sine = sines[angle > STRAIGHT ? 2 * STRAIGHT - angle : angle];
    const cosine = angle > STRAIGHT ? -sines[angle - STRAIGHT] : sines[STRAIGHT - angle];
    return { range: Number((squared * BigInt(sine)) / rangeScale), apex: (squared * (sineScale - BigInt(cosine))) / (4n * rangeScale) };
  };
  const trajectory = (landing, apex) => Array.from({ length: PARTS + 1 }, (_, k) =>
    [Math.floor((landing * k) / PARTS), Number((4n * apex * BigInt(k * (PARTS - k))) / BigInt(PARTS * PARTS))]);

  const view = ({ value, takeable, own }, open) => ({
    shots: own.landings.map(({ band, pad }) => ({ band, pad, factor: factor(band, pad) })),
    shotsLeft: shots - own.landings.length,
    multiplier: shown(value),
    canCashOut: open && takeable,
  });

  const land = (round, hundredths) => {
    if (hundredths === 0) return lose(round);
    const capped = multiply(round, BigInt(hundredths), BigInt(unit), most);
    return capped || round.value >= endsAt || round.own.landings.length === shots ? PAID : OPEN;
  };

  return cashoutGame({
    start: BigInt(int(rules.start)), most, action: "launch",
    deal: () => ({ landings: [] }),
    async step(round, payload, stream) {
      const [angle, power] = [steps(payload.angle, 1), steps(payload.power, 0)];
      if (angle < leastAngle || angle > mostAngle || power < leastPower || power > mostPower) throw new RangeError("no such launch");
      const { range, apex } = flight(angle, power);
      const number = bands.findIndex(({ from, to }) => range >= from && range < to);
      const { name, from, to, pads } = bands[number];
      const aim = Math.floor(((range - from) * pads.length) / (to - from));
      const wind = await stream.intn(pads.length, "by how many pads the wind carries the shot on");
      const pad = (aim + wind) % pads.length;
      round.own.landings.push({ band: number, pad });
      const ending = land(round, pads[pad]);
      const landing = from + Math.floor(((to - from) * (2 * pad + 1)) / (2 * pads.length));
      const outcome = {
        range, band: number, bandName: name, aim, wind, pad, factor: factor(number, pad), splash: pads[pad] === 0,
        pads: pads.map((_, i) => factor(number, i)), landing, trajectory: trajectory(landing, apex), ...view(round, ending === OPEN),
      };
      return { ending, outcome };
    },
    show: (round) => view(round, true),
    reveal: (round) => view(round, false),
  });
}

/** A number in whole steps of 10^-places: 62.0 has 620 at one place. */
function steps(number, places) {
  const { units, scale } = Decimal.from(number).scaled(places);
  const step = 10n ** BigInt(scale - places);
  if (units % step !== 0n) throw new RangeError("not a multiple of the step");
  return Number(units / step);
}
