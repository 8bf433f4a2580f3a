// Holds the page's verifier to the test vectors and to rounds that the server's own code played. Run by verify_test.go:
//   node --test verify.test.js, with VECTORS, EXPECTATIONS naming files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CURRENCIES, scaleOf } from "../page/verify/currencies.js";
import { Decimal, Numeral, int, parse } from "../page/verify/exact.js";
import { Draws, hex, isClientSeed, sha256 } from "../page/verify/stream.js";
import { roundFair } from "../page/verify/pay.js";
import { canVerify, verifyRotation, verifyRound } from "../page/verify/verify.js";

const read = (name) => parse(readFileSync(process.env[name], "utf8"));
const vectors = read("VECTORS");

const script = (item) => Object.fromEntries(Object.entries(item.script ?? {}).map(([label, words]) => [label, words.map(int)]));
const streamOf = async (item) => (await Draws.of(item.serverSeed, item.clientSeed, int(item.nonce), script(item))).stream(item.label);

test("commitments", async () => {
  assert.ok(vectors.commitments.length > 0);
  for (const { serverSeed, serverSeedHash } of vectors.commitments) assert.equal(await sha256(serverSeed), serverSeedHash);
});

test("client seeds", () => {
  assert.ok(vectors.clientSeeds.length > 0);
  for (const { clientSeed, valid } of vectors.clientSeeds) assert.equal(isClientSeed(clientSeed), valid, JSON.stringify(clientSeed));
});

test("streams", async () => {
  assert.ok(vectors.streams.length > 0);
  for (const item of vectors.streams) {
    const stream = await streamOf(item);
    assert.equal(stream.message, item.message);
    let bytes = "";
    for (let i = 0; bytes.length < item.bytes.length; i++) bytes += hex(await stream.bytes(i));
    assert.equal(bytes.slice(0, item.bytes.length), item.bytes);
  }
});

test("draws, refused words and forced ones among them", async () => {
  assert.ok(vectors.intn.length > 0);
  for (const item of vectors.intn) {
    const stream = await streamOf(item);
    for (const { n, words, value } of item.draws) {
      assert.equal(await stream.intn(int(n)), int(value));
      assert.deepEqual(stream.draws.at(-1).words.map((word) => word.value), words.map(int));
    }
  }
});

test("shuffles", async () => {
  assert.ok(vectors.shuffles.length > 0);
  for (const item of vectors.shuffles) {
    const shuffled = await (await streamOf(item)).shuffle(Array.from({ length: int(item.length) }, (_, i) => i));
    assert.deepEqual(shuffled, item.result.map(int));
  }
});

test("weighted picks", async () => {
  assert.ok(vectors.weighted.length > 0);
  for (const item of vectors.weighted) {
    const stream = await streamOf(item);
    for (const pick of item.picks) assert.equal(await stream.weighted(item.weights.map(int)), int(pick));
  }
});

test("fair rounding", async () => {
  assert.ok(vectors.rounding.length > 0);
  for (const item of vectors.rounding) {
    const draws = await Draws.of(item.serverSeed, item.clientSeed, int(item.nonce), script(item));
    assert.equal(await roundFair(BigInt(item.num), BigInt(item.den), draws), BigInt(item.payout));
    assert.deepEqual(draws.streams.flatMap((stream) => stream.draws.map(({ value }) => value)), item.draws.map(({ value }) => int(value)));
  }
});

test("rounds", async (t) => {
  const { rounds } = read("EXPECTATIONS");
  assert.ok(rounds.length > 100);
  let more = 0;
  for (const { name, rulesText, record, verdict, check } of rounds) {
    await t.test(name, async () => {
      const report = await verifyRound(record, rulesText);
      const failed = report.checks.filter(({ ok }) => !ok);
      assert.equal(report.verdict, verdict, JSON.stringify(failed));
      if (check) assert.ok(failed.some((one) => one.name === check), `failed: ${failed.map((one) => one.name)}`);
      if (verdict === "verified" && report.steps[0].detail?.round?.freeSpins.length > 10) more++;
    });
  }
  assert.ok(more > 0, "free spins that won more free spins were among them");
});

test("every game can be verified", () => {
  const { rules } = read("EXPECTATIONS");
  assert.ok(rules.length > 5);
  for (const text of rules) assert.ok(canVerify(text), text.slice(0, 80));
});

test("the currencies are the server's", () => {
  const { scales } = read("EXPECTATIONS");
  assert.ok(Object.keys(scales).length > 100);
  assert.deepEqual([...CURRENCIES].sort(), Object.keys(scales).sort());
  for (const [code, scale] of Object.entries(scales)) assert.equal(scaleOf(code), int(scale), code);
  for (const code of ["ZZZ", "usd", "", "constructor", null, undefined]) assert.equal(scaleOf(code), undefined);
});

test("a rotation keeps to what was shown before it", async () => {
  const [{ serverSeed, serverSeedHash }, next] = vectors.commitments;
  const before = { serverSeedHash, clientSeed: "mine", nextServerSeedHash: next.serverSeedHash };
  const rotated = { revealed: { serverSeed, clientSeed: "mine" }, serverSeedHash: next.serverSeedHash };
  const holds = async (b, r) => (await verifyRotation(b, r)).every(({ ok }) => ok);
  assert.equal(await holds(before, rotated), true);
  assert.equal(await holds(before, { ...rotated, serverSeedHash }), false);
  assert.equal(await holds(before, { ...rotated, revealed: { ...rotated.revealed, serverSeed: next.serverSeedHash } }), false);
  assert.equal(await holds({ ...before, clientSeed: "other" }, rotated), false);
});

test("numbers keep their text", () => {
  const value = parse(' {"a": [0.10, -1e3, 12345678901234567890.123], "b": {"__proto__": "\\u0041\\n"}, "c": [true, false, null, {}, []]} ');
  assert.deepEqual(value.a.map(String), ["0.10", "-1e3", "12345678901234567890.123"]);
  assert.equal(value.b["__proto__"], "A\n");
  assert.deepEqual(value.c.slice(0, 3), [true, false, null]);
  for (const bad of ["", "{", "[1,]", '{"a":1,"a":2}', "01", "1.", ".5", "+1", "tru", '"\n"', "[1] 2", '{"a" 1}', "nan", "[".repeat(100)]) {
    assert.throws(() => parse(bad), SyntaxError, bad);
  }
});

test("decimals are exact", () => {
  const d = Decimal.from;
  assert.equal(String(d("0.1").plus(d("0.2"))), "0.3");
  assert.equal(String(d("0.05").times(20)), "1.00");
  assert.equal(String(d("1").minus(d("2.50"))), "-1.50");
  assert.equal(String(d("9007199254740993.01").plus(d("0.01"))), "9007199254740993.02");
  assert.ok(d("84").equals(d("84.00")));
  assert.ok(d("-1").compare(d("0.01")) < 0);
  for (const bad of ["", "1e3", ".5", "1.", "NaN", "0x1", " 1", "1,000"]) assert.throws(() => d(bad), TypeError, bad);
  assert.throws(() => int(new Numeral("1.5")), TypeError);
  assert.throws(() => int(new Numeral("9007199254740993")), TypeError);
  assert.throws(() => int("1"), TypeError);
});
