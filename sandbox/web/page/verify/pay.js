// Fair rounding, as docs/fairness.md has it: a fraction of a minor unit is paid as a whole one with just that chance. Pure: no
// network, no document.
import { Decimal } from "./exact.js";

/** 1× as a multiple: multiples are whole numbers of 10^-8. */
export const UNIT = 100_000_000n;

/** What a win pays in whole minor units of a currency with so many decimals, by a draw of the label pay if it must. */
export async function pay({ of, multiple = 0n, side }, scale, draws) {
  let paid = Decimal.zero.scaled(scale);
  if (multiple !== 0n) paid = new Decimal(await roundFair(of.scaled(scale).units * multiple, UNIT, draws), scale);
  return side ? paid.plus(side) : paid;
}

/** num/den, rounded up with its fraction as the chance; den is above 0. A whole quotient makes no draw. */
export async function roundFair(num, den, draws) {
  const [whole, rest] = [num / den, num % den];
  if (rest === 0n) return whole;
  const common = gcd(rest, den);
  const drawn = await draws.stream("pay").intn(Number(den / common), "the fraction of a minor unit");
  return BigInt(drawn) < rest / common ? whole + 1n : whole;
}

function gcd(a, b) {
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

/** A multiple as players are shown it: cut to 4 decimals. */
export function shown(multiple) {
  return new Decimal(multiple / 10_000n, 4);
}
