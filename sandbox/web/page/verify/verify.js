// Verification of a recorded round: everything is recomputed from the record, the revealed seeds and the rules, and compared. Pure:
// no network, no document; it runs in browsers and in Node.
import { Decimal, Numeral, int, parse } from "./exact.js";
import { outcome, play } from "./slots.js";
import { Draws, isClientSeed, isServerSeed, sha256 } from "./stream.js";

/**
 * Recomputes a round. record is a round's record read by parse of exact.js; rulesText is the text of the rules that it names.
 * Returns {verdict, checks, round, betPerLine, lines, forced}:
 * verdict is "verified", "failed", "unrevealed" (the server seed is still in use) or "unknown" (why says what cannot be checked);
 * checks are {name, ok, expected, got} in the order in which they were made; round is what was recomputed, if it came to that.
 */
export async function verifyRound(record, rulesText) {
  if (!record.serverSeed) return { verdict: "unrevealed", checks: [] };
  const report = { verdict: "failed", checks: [], forced: record.forced !== null && record.forced !== undefined };
  const check = (name, expected, got) => {
    const ok = expected === got;
    report.checks.push({ name, ok, expected, got });
    return ok;
  };
  try {
    const rules = await checkRules(record, rulesText, check, report);
    if (rules) await replay(record, rules, check, report);
  } catch (error) {
    // A record that cannot be read is no proof, whatever else it says.
    report.checks.push({ name: "record", ok: false, expected: "a whole record of a round of slots", got: error.message });
  }
  if (report.checks.every(({ ok }) => ok) && report.round) report.verdict = "verified";
  return report;
}

/** Returns the rules if they are the ones that the record names. Under other rules a replay would say nothing. */
async function checkRules(record, rulesText, check, report) {
  if (!isServerSeed(record.serverSeed)) throw new TypeError("the server seed is not 64 lowercase hex characters");
  check("commitment", await sha256(record.serverSeed), record.serverSeedHash);
  const described = parse(rulesText);
  const hash = await sha256(rulesText);
  if (hash !== record.rulesHash || described.game !== record.gameId || described.variant !== record.variant) {
    report.why = `the round was played by rules ${record.rulesHash} (${record.gameId}, ${record.variant}), and the rules at hand are ${hash}`;
    report.verdict = report.checks.every(({ ok }) => ok) ? "unknown" : "failed";
    return null;
  }
  check("rules", hash, record.rulesHash);
  if (described.game !== "slots") {
    report.why = "this verifier recomputes slots only";
    report.verdict = report.checks.every(({ ok }) => ok) ? "unknown" : "failed";
    return null;
  }
  return described.rules;
}

async function replay(record, rules, check, report) {
  if (!isClientSeed(record.clientSeed)) throw new TypeError("the client seed is not one");
  if (!check("one action", "1", String(record.actions.length))) return;
  const [action] = record.actions;
  check("step", "0", String(action.step));
  check("action", "action spin", `${action.type} ${action.payload.action}`);
  const betPerLine = Decimal.from(action.payload.betPerLine);
  const lines = int(action.payload.activePaylines);
  if (betPerLine.units <= 0n || lines < 1 || lines > rules.paylines.length) throw new RangeError("the bet is not one that the rules allow");
  const nonce = int(record.nonce);
  if (nonce < 0) throw new RangeError("the nonce is negative");

  const draws = await Draws.of(record.serverSeed, record.clientSeed, nonce, scriptOf(record));
  const round = await play(rules, lines, draws);
  Object.assign(report, { round, betPerLine, lines });
  const difference = firstDifference(outcome(round, betPerLine), action.outcome, "outcome");
  report.checks.push({
    name: "outcome", ok: difference === null,
    expected: difference?.expected ?? "the same in every field", got: difference?.got ?? "the same in every field",
  });
  const stake = betPerLine.times(lines);
  const payout = betPerLine.times(round.total);
  for (const [name, amount, recorded] of [
    ["stake of the action", stake, action.stake], ["payout of the action", payout, action.payout],
    ["stake", stake, record.stake], ["payout", payout, record.payout],
  ]) {
    const got = Decimal.from(recorded);
    check(name, String(amount.scaled(got.scale)), String(got.scaled(amount.scale)));
  }
  check("status", "completed", record.status);
}

function scriptOf(record) {
  const script = Object.create(null);
  for (const [label, words] of Object.entries(record.forced ?? {})) script[label] = words.map(int);
  return script;
}

/** The first place where what was computed and what was recorded differ, or null. Numbers are compared as exact decimals. */
function firstDifference(expected, got, path) {
  const differ = () => ({ expected: `${path} = ${show(expected)}`, got: `${path} = ${show(got)}` });
  if (expected instanceof Decimal || typeof expected === "number") {
    const wanted = Decimal.from(expected);
    return got instanceof Numeral && Decimal.from(got).equals(wanted) ? null : differ();
  }
  if (typeof expected !== "object") return expected === got ? null : differ();
  if (typeof got !== "object" || got === null || got instanceof Numeral || Array.isArray(expected) !== Array.isArray(got)) return differ();
  const names = new Set([...Object.keys(expected), ...Object.keys(got)]);
  for (const name of names) {
    const below = Array.isArray(expected) ? `${path}[${name}]` : `${path}.${name}`;
    if (!(name in expected) || !(name in got)) {
      return { expected: `${below} ${name in expected ? "is there" : "is not there"}`, got: `${below} ${name in got ? "is there" : "is not there"}` };
    }
    const difference = firstDifference(expected[name], got[name], below);
    if (difference) return difference;
  }
  return null;
}

function show(value) {
  if (value instanceof Numeral || value instanceof Decimal) return String(value);
  const text = JSON.stringify(value, (_, v) => (v instanceof Numeral || v instanceof Decimal ? String(v) : v)) ?? "nothing";
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

/**
 * Checks a rotation against what was shown before it: the revealed seed is the one that was committed to, and the seed that is
 * played now is the one that was announced as next. before is a seed_state, rotated a seed_rotated. Returns checks.
 */
export async function verifyRotation(before, rotated) {
  const { revealed } = rotated;
  const check = (name, expected, got) => ({ name, ok: expected === got, expected, got });
  return [
    check("the revealed seed hashes to the commitment", before.serverSeedHash, await sha256(revealed.serverSeed)),
    check("the client seed did not change while it was in use", before.clientSeed, revealed.clientSeed),
    check("the new commitment is the one announced before", before.nextServerSeedHash, rotated.serverSeedHash),
  ];
}
