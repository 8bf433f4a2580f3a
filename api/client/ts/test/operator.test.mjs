import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { test } from "node:test";
import { Code, CroupierError, launchFrom, launchUrl, Operator, parse, sign, stringify, verifyWebhook, WebhookError } from "@croupier/client";

const { CROUPIER_URL: url, CROUPIER_API_KEY: apiKey, CROUPIER_API_SECRET: apiSecret } = process.env;
const casino = new Operator({ url, apiKey, apiSecret });
const refused = (code) => (error) => error instanceof CroupierError && error.code === code && error.requestId !== "";

test("an operator's day", async () => {
  const launch = await casino.createSSOToken({ playerId: "t 1/ü", currency: "USD", jurisdiction: "MT", locale: "en" });
  assert.match(launch.launchToken, /^lt_/);
  const transfer = { playerId: "t 1/ü", amount: "100.10", currency: "USD", transactionId: "t-1" };
  assert.equal((await casino.deposit(transfer)).duplicate, false);
  assert.deepEqual({ ...await casino.deposit(transfer) }.duplicate, true);
  assert.equal((await casino.withdraw({ ...transfer, amount: "0.10", transactionId: "t-2" })).balance, "100.00");
  await assert.rejects(casino.withdraw({ ...transfer, amount: "100.01", transactionId: "t-3" }), refused(Code.notEnoughMoney));
  await assert.rejects(casino.deposit({ ...transfer, amount: "1.00" }), refused(Code.conflict));
  await assert.rejects(casino.deposit({ ...transfer, amount: "1e3", transactionId: "t-4" }), TypeError);
  await assert.rejects(casino.balance("nobody"), refused(Code.playerNotFound));
  await assert.rejects(casino.round("01a1fd9d-6a12-7951-b86e-97c511510dd3"), refused(Code.notFound));
  assert.deepEqual([(await casino.balance("t 1/ü")).balance, (await casino.balance("t 1/ü")).escrow], ["100.00", "0.00"]);
  const movements = [];
  for await (const { code, amount, balance } of casino.statement("t 1/ü")) movements.push([code, amount, balance]);
  assert.deepEqual(movements, [["withdrawal", "0.10", "100.00"], ["deposit", "100.10", "100.10"]]);
  const { games } = await casino.call("GET /games", {});
  assert.ok(games.some(({ gameId }) => gameId === "slots"));
});

test("two equal calls at once have two signatures", async () => {
  const still = new Operator({ url, apiKey, apiSecret, now: ((at) => () => at)(Date.now()) });
  const one = { playerId: "same", currency: "USD", jurisdiction: "MT", locale: "en" };
  const tokens = await Promise.all(Array.from({ length: 8 }, () => still.createSSOToken(one)));
  assert.equal(new Set(tokens.map(({ launchToken }) => launchToken)).size, 8);
});

test("a signature is the server's own example's", async () => {
  const mac = createHmac("sha256", "ss_x").update('1.POST./api/v1/x?y=1.{"a":1}').digest("hex");
  assert.equal(await sign("ss_x", "1", "POST", "/api/v1/x?y=1", '{"a":1}'), `sha256=${mac}`);
});

test("what is lost is asked for again where that does no harm", async (t) => {
  let lose = 0, calls = 0, answer = null;
  const road = createServer((request, response) => {
    calls++;
    if (answer && lose-- > 0) return answer(response);
    if (lose-- > 0) return request.socket.destroy();
    response.end('{"success":true,"data":{"balance":5},"requestId":"r"}');
  });
  await new Promise((resolve) => road.listen(0, "127.0.0.1", resolve));
  t.after(() => { road.close(); road.closeAllConnections(); });
  const lossy = new Operator({ url: `http://127.0.0.1:${road.address().port}`, apiKey: "k", apiSecret: "s" });
  const transfer = { playerId: "p", amount: "1", currency: "USD", transactionId: "x" };
  const tries = async (lost, call) => {
    [lose, calls] = [lost, 0];
    const ok = await call().then(() => true, (error) => { if (!(error instanceof CroupierError)) throw error; return false; });
    return [ok, calls];
  };
  const add = () => lossy.call("POST /test/players/{playerId}/add-balance", { path: { playerId: "p" }, body: { amount: "1", currency: "USD" } });
  assert.deepEqual(await tries(2, () => lossy.deposit(transfer)), [true, 3]);
  assert.deepEqual(await tries(99, () => lossy.balance("p")), [false, 4]);
  assert.deepEqual(await tries(1, add), [false, 1]);
  answer = (response) => response.writeHead(429, { "Retry-After": "1" }).end("{}");
  const begun = Date.now();
  assert.deepEqual(await tries(1, add), [true, 2]); // it was not made
  assert.ok(Date.now() - begun >= 990, "Retry-After is not kept");
  answer = (response) => response.writeHead(503).end("<html>");
  assert.deepEqual(await tries(1, add), [false, 1]);
  assert.deepEqual(await tries(1, () => lossy.deposit(transfer)), [true, 2]);
});

test("a launch URL is read again", () => {
  const made = launchUrl("https://casino.example/play?lang=en", { launchToken: "lt_a-b_c", gameId: "slots" });
  assert.equal(new URL(made).search, "?lang=en");
  assert.deepEqual(launchFrom(new URL(made).hash), { launchToken: "lt_a-b_c", gameId: "slots" });
  assert.equal(launchFrom("#top"), null);
  assert.throws(() => launchUrl("https://casino.example/#x", { launchToken: "lt_x" }), TypeError);
});

test("JSON is exact", () => {
  assert.deepEqual(parse('{"amount":84,"n":84,"x":0.10,"big":12345678901234567890,"list":[1,{"balance":-0.50}],"t":"\\u00e9","no":null}'),
    { amount: "84", n: 84, x: "0.10", big: "12345678901234567890", list: [1, { balance: "-0.50" }], t: "é", no: null });
  for (const bad of ["", "{", '{"a":1,"a":2}', "01", "1.", "[1,]", "[1]x", '"\n"', "tru", "[".repeat(99)]) assert.throws(() => parse(bad), SyntaxError, bad);
  const polluted = parse('{"__proto__":{"admin":true}}');
  assert.equal(polluted.admin, undefined);
  assert.equal(stringify({ amount: "0.10", note: "0.10", gone: undefined, list: [1, null], betPerLine: 2 }), '{"amount":0.10,"note":"0.10","list":[1,null],"betPerLine":2}');
  for (const bad of ["1e3", "", "NaN", "01", "1,5"]) assert.throws(() => stringify({ amount: bad }), TypeError, bad);
  assert.throws(() => stringify({ n: NaN }), TypeError);
});

test("webhooks are verified", async () => {
  const secret = (fill) => `whsec_${Buffer.from(fill.repeat(24)).toString("base64")}`;
  const [old, next, foreign] = ["a", "b", "c"].map(secret);
  const now = 1_800_000_000_000, body = '{"type":"round.completed","timestamp":"2026-11-21T00:00:00Z","data":{"payout":1.50}}';
  const headers = (secrets, { at = now / 1000, text = body, id = "msg_1", version = "v1" } = {}) => ({
    "Webhook-Id": "msg_1", "webhook-timestamp": String(at),
    "webhook-signature": secrets.map((one) => `${version},${createHmac("sha256", Buffer.from(one.slice(6), "base64")).update(`${id}.${at}.${text}`).digest("base64")}`).join(" "),
  });
  const good = (which, given, how) => verifyWebhook(which, headers(given, how), body, now);
  assert.deepEqual(await good([old, next], [foreign, next]), { id: "msg_1", type: "round.completed", timestamp: "2026-11-21T00:00:00Z", data: { payout: "1.50" } });
  await good(old, [old]);
  await good([old], [old], { at: now / 1000 - 300 });
  assert.equal((await verifyWebhook(old, new Headers(headers([old])), Buffer.from(body), now)).id, "msg_1");
  for (const [name, bad] of Object.entries({
    foreign: () => good([old, next], [foreign]), body: () => good(old, [old], { text: "{}" }), id: () => good(old, [old], { id: "msg_2" }),
    version: () => good(old, [old], { version: "v2" }), old: () => good(old, [old], { at: now / 1000 - 301 }), future: () => good(old, [old], { at: now / 1000 + 301 }),
    headers: () => verifyWebhook(old, {}, body, now), time: () => good(old, [old], { at: "1e9" }), json: () => verifyWebhook(old, headers([old], { text: "x" }), "x", now),
    signature: () => verifyWebhook(old, { ...headers([old]), "webhook-signature": "v1,%%% v1" }, body, now),
  })) await assert.rejects(bad(), WebhookError, name);
  await assert.rejects(good("whsec_", [old]), TypeError);
});
