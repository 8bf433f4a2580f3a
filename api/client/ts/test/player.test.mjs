import assert from "node:assert/strict";
import { connect, createServer } from "node:net";
import { test } from "node:test";
import { writeFileSync } from "node:fs";
import { Code, CroupierError, Operator, Player } from "@croupier/client";

const { CROUPIER_URL: url, CROUPIER_API_KEY: apiKey, CROUPIER_API_SECRET: apiSecret, CROUPIER_MESSAGES: messagesFile } = process.env;
const casino = new Operator({ url, apiKey, apiSecret });
const heard = []; // every message of every connection, for the check of the types

let count = 0;
async function arrive(at = url) {
  const playerId = `ts-${++count}`;
  const { launchToken } = await casino.createSSOToken({ playerId, currency: "USD", jurisdiction: "MT", locale: "en" });
  await casino.deposit({ playerId, amount: "1000.00", currency: "USD", transactionId: `start-${playerId}` });
  const player = new Player({ url: at });
  await player.exchange({ launchToken });
  return { player, playerId };
}

function sit(t, player, gameId, options) {
  const connection = player.connect(gameId, options);
  connection.on("message", ({ repeat, asked, ...message }) => heard.push(message));
  t.after(() => connection.leave());
  return connection;
}

/** Waits for an event that is as it should be. */
function until(connection, name, fits) {
  return new Promise((resolve) => {
    const end = connection.on(name, (detail) => { if (fits(detail)) { end(); resolve(detail); } });
  });
}
const state = (connection, wanted) => connection.state === wanted ? Promise.resolve() : until(connection, "state", ({ state }) => state === wanted);

/** A road to the server that can be broken. swallow takes what comes from the server from now on. */
async function road(t) {
  const target = new URL(url), pairs = new Set();
  const control = { swallow: false, cut() { for (const s of pairs) s.destroy(); pairs.clear(); } };
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    pairs.add(near).add(far);
    near.on("data", (data) => far.write(data));
    far.on("data", (data) => { if (!control.swallow) near.write(data); });
    for (const [a, b] of [[near, far], [far, near]]) { a.on("error", () => {}); a.on("close", () => b.destroy()); }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => { control.cut(); server.close(); });
  control.url = `http://127.0.0.1:${server.address().port}`;
  return control;
}

const spin = { action: "spin", betPerLine: "0.25", activePaylines: 20 };

test("plays, asks and is refused", async (t) => {
  const { player } = await arrive();
  const slots = sit(t, player, "slots");
  await slots.open();
  const told = await slots.request("action", spin);
  assert.equal(told.type, "action_result");
  assert.equal(told.payload.balance.before, "1000.00");
  assert.match(told.payload.balance.after, /^\d+\.\d\d$/);
  assert.equal(slots.pending, null);
  for (const [question, answer] of [["balance_get", "balance_update"], ["seed_get", "seed_state"], ["ping", "pong"]]) {
    const answered = until(slots, "message", ({ type }) => type === answer);
    slots.ask(question);
    await answered;
  }
  await slots.request("seed_rotate", { clientSeed: "my lucky seed" });
  await assert.rejects(slots.request("action", { ...spin, betPerLine: "0.001" }), (e) => e instanceof CroupierError && e.code === Code.outsideLimits || e.code === "30001");
  await assert.rejects(slots.request("cashout", {}), CroupierError);
  // The same request again is the same round.
  const again = until(slots, "message", ({ repeat }) => repeat === true);
  assert.equal(slots.resend(), true);
  await again;
  const money = until(slots, "message", ({ type, payload }) => type === "balance_update" && payload.reason === "deposit");
  await casino.deposit({ playerId: player.session.player.id, amount: "1.00", currency: "USD", transactionId: `more-${player.session.player.id}` });
  assert.equal((await money).payload.amount, "1.00");
});

test("a play whose answer is lost takes effect once", async (t) => {
  const way = await road(t);
  const { player, playerId } = await arrive(way.url);
  const slots = sit(t, player, "slots");
  await slots.open();
  await state(slots, "online");
  way.swallow = true;
  const result = slots.request("action", spin);
  const { requestId } = slots.pending;
  for (let there = false; !there;) for await (const round of casino.rounds({ playerId })) there = round.actions[0].requestId === requestId; // it is recorded
  const dialled = until(slots, "state", ({ state }) => state === "waiting");
  way.swallow = false;
  const cutAt = Date.now();
  way.cut();
  assert.deepEqual(await dialled, { state: "waiting", attempt: 1, attempts: 5, code: 0 });
  const told = await result;
  assert.ok(Date.now() - cutAt >= 1990, "the attempt came before its 2 s");
  assert.equal(told.requestId, requestId);
  let rounds = 0;
  for await (const round of casino.rounds({ playerId })) { rounds++; assert.equal(round.roundId, told.payload.roundId); }
  assert.equal(rounds, 1);
});

test("an open round is recovered, played on, and voided", async (t) => {
  const { player } = await arrive();
  const first = sit(t, player, "guess");
  await first.open();
  const bet = await first.request("action", { action: "bet", amount: "5.00" });
  assert.equal(bet.payload.status, "in_progress");
  first.leave();
  const second = sit(t, player, "guess");
  const recovered = new Promise((resolve) => second.onMessage("round_recovered", resolve));
  await second.open();
  const { roundId, balance } = await recovered;
  assert.deepEqual([roundId, balance.current], [bet.payload.roundId, "995.00"]);
  const voided = new Promise((resolve) => second.onMessage("round_voided", resolve));
  await casino.voidRound(roundId, "the end of a test");
  assert.equal((await voided).refund, "5.00");
});

test("a play that waits is sent by the next page", async (t) => {
  const kept = new Map();
  const storage = { getItem: (k) => kept.get(k) ?? null, setItem: (k, v) => kept.set(k, v), removeItem: (k) => kept.delete(k) };
  const { player } = await arrive();
  const first = sit(t, player, "slots", { storage });
  assert.equal(first.play("action", spin), true);
  assert.equal(first.play("action", spin), false);
  const second = sit(t, player, "slots", { storage });
  const { requestId } = second.pending;
  const answered = until(second, "message", ({ asked }) => asked !== undefined);
  await second.open();
  assert.equal((await answered).requestId, requestId);
  assert.equal(kept.size, 0);
});

test("closes that say so are not tried again", async (t) => {
  const { player } = await arrive();
  const chess = sit(t, player, "slots");
  await chess.open();
  await state(chess, "online");
  const newer = sit(t, player, "slots");
  const ended = until(chess, "state", ({ state }) => state === "ended");
  await newer.open();
  assert.equal((await ended).code, 4409);
  // A game that is not there: its ticket is refused, and that is tried again, as nobody knows why.
  await state(newer, "online");
  const over = until(newer, "state", ({ state }) => state === "expired" || state === "waiting");
  const token = player.session.sessionToken;
  await player.logout();
  assert.equal((await over).state, "expired");
  await assert.rejects(new Player({ url, session: { sessionToken: token } }).call("GET /seeds", {}), CroupierError);
});

test("five attempts, two seconds apart, and then it is lost", async (t) => {
  const { player } = await arrive();
  t.mock.timers.enable({ apis: ["setTimeout", "setInterval"] });
  const attempts = [];
  class Dead {
    constructor() { queueMicrotask(() => this.onclose({ code: 1006 })); }
    close() {}
  }
  const slots = sit(t, player, "slots", { WebSocket: Dead });
  const states = [];
  slots.on("state", ({ state, attempt }) => states.push(state === "waiting" ? `waiting ${attempt}` : state));
  player.call = async () => { attempts.push(1); return { ticket: "x" }; };
  await slots.open();
  const settle = async () => { for (let i = 0; i < 20; i++) await Promise.resolve(); };
  for (let n = 1; n <= 5; n++) {
    await settle();
    assert.equal(states.at(-1), `waiting ${n}`);
    t.mock.timers.tick(1999);
    await settle();
    assert.equal(attempts.length, n, "too early");
    t.mock.timers.tick(1);
  }
  await settle();
  assert.equal(states.at(-1), "lost");
  assert.equal(attempts.length, 6);
  const pending = slots.request("action", spin).catch((error) => error);
  await slots.open();
  await settle();
  for (const code of [4401, 4403, 4404, 4409]) {
    const refused = sit(t, player, "slots", { WebSocket: class { constructor() { queueMicrotask(() => this.onclose({ code })); } close() {} } });
    player.refresh = async () => { throw new CroupierError("no", "30101"); };
    await refused.open();
    await settle();
    assert.equal(refused.state, code === 4401 ? "expired" : "ended");
  }
  slots.leave();
  assert.ok(await pending instanceof CroupierError);
});

test("an expired token is renewed once", async (t) => {
  const { player } = await arrive();
  const kept = player.session;
  player.session = { ...kept, sessionToken: "nonsense" };
  const { clientSeed } = await player.call("GET /seeds", {});
  assert.ok(clientSeed);
  assert.notEqual(player.session.refreshToken, kept.refreshToken);
});

test("what was heard is kept for the check of the types", () => {
  const types = new Set(heard.map(({ type }) => type));
  for (const type of ["action_result", "seed_state", "seed_rotated", "balance_update", "round_recovered", "round_voided", "pong", "error"]) {
    assert.ok(types.has(type), `no ${type} was heard`);
  }
  if (messagesFile) writeFileSync(messagesFile, heard.map((message, n) => `const m${n} = ${JSON.stringify(message)} satisfies ServerMessage;\n`).join(""));
});
