// Verification of a recorded round: everything is recomputed from the record, the revealed seeds and the rules, and compared. Pure:
// no network, no document; it runs in browsers and in Node. What is of one game is in a module of its name beside this one;
// games.js says what such a module has.
import { scaleOf } from "./currencies.js";
import { Decimal, Numeral, int, parse } from "./exact.js";
import { moduleOf } from "./games.js";
import { UNIT, pay } from "./pay.js";
import { Draws, isClientSeed, isServerSeed, sha256 } from "./stream.js";

/** Whether rounds of a game can be recomputed here, by the text of its rules. */
export function canVerify(rulesText) {
  const { game, rules } = parse(rulesText);
  return moduleOf(game, rules) !== undefined;
}

/**
 * Recomputes a round. record is a round's record read by parse of exact.js; rulesText is the text of the rules that it names.
 * Returns {verdict, checks, steps, why, forced}:
 * verdict is "verified", "failed", "unrevealed" (the server seed is still in use) or "unknown" (why says what cannot be checked);
 * checks are {name, ok, expected, got} in the order in which they were made; steps are what was recomputed, if it came to that:
 * {type, action, payload, status, outcome, stake, payout, streams, detail} for every recorded action.
 */
export async function verifyRound(record, rulesText) {
  if (!record.serverSeed) return { verdict: "unrevealed", checks: [], steps: [] };
  const report = { verdict: "failed", checks: [], steps: [], forced: record.forced !== null && record.forced !== undefined };
  const check = (name, expected, got, ok = expected === got) => {
    report.checks.push({ name, ok, expected, got });
    return ok;
  };
  let whole = false;
  try {
    const rules = await checkRules(record, rulesText, check, report);
    if (rules) whole = await replay(record, moduleOf(record.gameId, rules).game(rules), check, report);
  } catch (error) {
    // A record that cannot be read is no proof, whatever else it says.
    check("record", "a whole record of a round by the rules", error.message, false);
  }
  if (whole && report.checks.every(({ ok }) => ok)) report.verdict = "verified";
  return report;
}

/** Returns the rules if they are the ones that the record names. Under other rules a replay would say nothing. */
async function checkRules(record, rulesText, check, report) {
  if (!isServerSeed(record.serverSeed)) throw new TypeError("the server seed is not 64 lowercase hex characters");
  check("commitment", await sha256(record.serverSeed), record.serverSeedHash);
  const unknown = (why) => {
    report.why = why;
    report.verdict = report.checks.every(({ ok }) => ok) ? "unknown" : "failed";
    return null;
  };
  const described = parse(rulesText);
  const hash = await sha256(rulesText);
  if (hash !== record.rulesHash || described.game !== record.gameId || described.variant !== record.variant) {
    return unknown(`the round was played by rules ${record.rulesHash} (${record.gameId}, ${record.variant}), and the rules at hand are ${hash}`);
  }
  check("rules", hash, record.rulesHash);
  if (!moduleOf(described.game, described.rules)) return unknown(`this page cannot recompute rounds of ${described.game} yet; croupier verify can`);
  if (scaleOf(record.currency) === undefined) return unknown(`this page does not know the currency ${record.currency}, and so not what its smallest amount is`);
  return described.rules;
}

/** Plays every recorded action over again and compares. Returns whether it came to the end. */
async function replay(record, game, check, report) {
  if (!isClientSeed(record.clientSeed)) throw new TypeError("the client seed is not one");
  const nonce = int(record.nonce);
  if (nonce < 0) throw new RangeError("the nonce is negative");
  const draws = await Draws.of(record.serverSeed, record.clientSeed, nonce, scriptOf(record));
  const scale = scaleOf(record.currency);
  const round = { bet: Decimal.zero, stake: Decimal.zero, step: 0, scale };
  let state = null;
  let status = "not opened";
  let payout = Decimal.zero;
  for (const action of record.actions) {
    if (round.step > 0 && status !== "in_progress") {
      return check("the end", "no action after the end of the round", `action ${round.step}`);
    }
    check("step", String(round.step), String(action.step));
    const streams = draws.anew();
    const done = await playOne(game, round, state, action, draws);
    const stake = done.stake ?? Decimal.zero;
    if (stake.scale > scale) throw new RangeError(`a stake of ${stake} is no amount of ${record.currency}`);
    const paid = done.win ? await pay(done.win, scale, draws) : Decimal.zero;
    report.steps.push({ type: action.type, action: action.payload.action, payload: action.payload, status: done.status, outcome: done.outcome,
      stake, payout: paid, streams, detail: done.detail });
    const difference = firstDifference(done.outcome, action.outcome, "outcome");
    check("outcome", difference?.expected ?? "the same in every field", difference?.got ?? "the same in every field", difference === null);
    checkMoney(check, "stake of the action", stake, action.stake, scale);
    checkMoney(check, "payout of the action", paid, action.payout, scale);
    if (round.step === 0) round.bet = stake;
    round.stake = round.stake.plus(stake);
    round.step++;
    ({ state = null, status } = done);
    payout = payout.plus(paid);
  }
  // Seeds are not revealed while a round is open under them: whoever shows a seed with an open round cut the record short.
  if (status === "in_progress") check("status", "a round that is over, because its server seed is revealed", record.status, false);
  else check("status", status, record.status, round.step > 0 && status === record.status);
  checkMoney(check, "stake", round.stake, record.stake, scale);
  checkMoney(check, "payout", payout, record.payout, scale);
  return true;
}

async function playOne(game, round, state, { type, payload }, draws) {
  switch (type) {
    case "action": return game.play(round, state, payload.action, payload, draws);
    case "cashout":
      checkEmpty(payload);
      return game.cashOut(round, state);
    case "expiry":
      checkEmpty(payload);
      return game.expire(round, state);
    case "void":
      checkVoiding(round, payload);
      return { status: "voided", outcome: {}, win: { of: round.stake, multiple: UNIT } };
  }
  throw new TypeError(`${type} is no type of action`);
}

/** A cash-out and an expiry say nothing: the action that a player decided on cannot be retold as the server's. */
function checkEmpty(payload) {
  if (typeof payload !== "object" || payload === null || Object.keys(payload).length > 0) throw new TypeError("its payload is not an empty object");
}

/** A round that was voided says why and by whom, and no more: by no rule of its game, all that was staked is returned. */
function checkVoiding(round, payload) {
  if (round.step === 0) throw new TypeError("a round opens with an action");
  if (typeof payload !== "object" || payload === null || Object.keys(payload).sort().join() !== "by,reason") {
    throw new TypeError("its payload is not a reason and by whom");
  }
  for (const [name, most] of [["reason", 200], ["by", 100]]) {
    const text = payload[name];
    if (typeof text !== "string" || text === "" || [...text].length > most) throw new RangeError(`its ${name} has not 1 to ${most} characters`);
  }
}

/** Money is recorded in whole minor units: with more decimals it is not the currency's, whatever it says. */
function checkMoney(check, name, amount, recorded, scale) {
  check(name, String(amount.scaled(scale)), String(Decimal.from(recorded).scaled(scale)));
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
  if (typeof expected !== "object" || expected === null) return expected === got ? null : differ();
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
