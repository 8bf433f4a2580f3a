// The REST side: signing in, keeping the session, lists. Answers are read by exact.js, so no amount becomes a float.
import { parse } from "./verify/exact.js";
import { explain } from "./words.js";

/** An answer that is an error, in people's words. code is the protocol's, "" when there was no answer of the server. */
export class Refusal extends Error {
  constructor(words, code = "") {
    super(words);
    this.code = String(code);
  }
}

const SESSION_EXPIRED = "30101";
const KEPT = "croupier.session";
const PATIENCE = 10_000; // ms that an answer may take

/** The player's session, kept for this tab so that a reload plays on. */
export const session = {
  data: read(),
  get signedIn() { return this.data !== null; },
  keep(data) {
    this.data = data;
    if (data === null) sessionStorage.removeItem(KEPT);
    else sessionStorage.setItem(KEPT, JSON.stringify(data));
  },
};

function read() {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT));
  } catch {
    return null;
  }
}

async function send(method, path, how) {
  return (await exchange(method, path, how)).answer;
}

/** The answer of the server, read and as it was written. */
async function exchange(method, path, { body, token } = {}) {
  const headers = {};
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (token) headers.Authorization = `Bearer ${token}`;
  let response, text;
  try {
    response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body),
      cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    text = await response.text();
  } catch {
    throw new Refusal("The server cannot be reached.");
  }
  let answer;
  try {
    answer = parse(text);
  } catch {
    throw new Refusal(response.ok ? "The server's answer cannot be read." : text.trim() || `The server answered ${response.status}.`);
  }
  if (answer.error) throw new Refusal(explain(answer.error), answer.error.code);
  if (!response.ok) throw new Refusal(`The server answered ${response.status}.`);
  return { answer, text };
}

function keepGrant({ sessionToken, expiresAt, refreshToken, player }) {
  session.keep({ sessionToken, expiresAt, refreshToken, player: { ...player } });
}

/** Comes in as the test player of a name, the way that an operator's site would let a player in. */
export async function signIn(name) {
  const { launchToken } = await send("POST", "/sandbox/sign-in", { body: { name } });
  keepGrant((await send("POST", "/api/v1/auth/sso/exchange", { body: { launchToken } })).data);
}

export async function signOut() {
  const token = session.data?.sessionToken;
  session.keep(null);
  if (token) await send("POST", "/api/v1/auth/logout", { token }).catch(() => {}); // gone already
}

let refreshing = null;

/** Gets a new session token. Only one refresh is made at a time: a refresh token used twice ends the session. */
export function refresh() {
  refreshing ??= send("POST", "/api/v1/auth/refresh", { body: { refreshToken: session.data?.refreshToken ?? "" } })
    .then(({ data }) => keepGrant(data))
    .finally(() => { refreshing = null; });
  return refreshing;
}

/** A player's call. */
export async function call(method, path, body) {
  return (await asPlayer(method, path, body)).answer.data;
}

/** What the server says to a player's question, to the byte. */
export async function textOf(path) {
  return (await asPlayer("GET", path)).text;
}

/** An expired session is refreshed once. */
async function asPlayer(method, path, body) {
  const attempt = () => exchange(method, `/api/v1${path}`, { body, token: session.data?.sessionToken });
  try {
    return await attempt();
  } catch (refusal) {
    if (refusal.code !== SESSION_EXPIRED || !session.data) throw refusal;
    await refresh();
    return attempt();
  }
}
