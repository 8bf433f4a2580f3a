// Who looks, and the calls that are made in that name. Secrets are in this module's memory alone: never in a URL or in storage.
const SANDBOX = "croupier.session"; // where the sandbox's page keeps the session of this tab

/** An answer that is an error, in people's words. */
export class Refusal extends Error {
  constructor(message, code = "") {
    super(message);
    this.code = String(code);
  }
}

let token = null; // of a player's session
let operator = null; // {id, key}: the API key and the imported secret
let link = null; // the token of a link, which shows one round

export const access = {
  get known() { return token !== null || operator !== null || link !== null; },
  get isLink() { return link !== null; },
  get isOperator() { return operator !== null; },
  asPlayer(text) { [token, operator, link] = [text.trim(), null, null]; },
  asLink(text) { [token, operator, link] = [null, null, text]; },
  async asOperator(id, secret) {
    if (!crypto.subtle) throw new Refusal("This page must be opened by https to sign calls.");
    const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(secret.trim()), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    [token, operator, link] = [null, { id: id.trim(), key }, null];
  },
  forget() { [token, operator, link] = [null, null, null]; },
};

/** Takes the session that the sandbox's page holds in this tab, if it does. */
export function fromSandbox() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(SANDBOX));
    if (kept?.sessionToken) access.asPlayer(kept.sessionToken);
  } catch { /* nothing that can be used */ }
}

/** Reads JSON with every number as the text that it was written with: 84.00 stays 84.00. */
export function exactly(text) {
  return JSON.parse(text.replace(/"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g, (part) => (part[0] === '"' ? part : `"${part}"`)));
}

/** Takes the token of a link to a round, if the page was opened by one. It stays in the URL: who has the link may keep it. */
export function fromLink() {
  const found = /^#replay=([\w-]+)$/.exec(location.hash);
  if (found) access.asLink(found[1]);
}

/** Makes a call below /api/v1 and returns {data, text}: the data, and the text of the whole answer. */
export async function get(path) {
  let response, text;
  try {
    response = await (link ? replay(path) : ask(`/api/v1${path}`));
    text = await response.text();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("The server cannot be reached.");
  }
  let answer;
  try {
    answer = exactly(text);
  } catch {
    throw new Refusal(`The server's answer (${response.status}) cannot be read.`);
  }
  if (answer.error) throw new Refusal(`${answer.error.message} (${answer.error.code})`, answer.error.code);
  return { data: answer.data, text };
}

async function ask(whole) {
  return fetch(whole, { headers: await credentials(whole), cache: "no-store" });
}

/** Asks for what a link shows: its round, and the round's verification. */
async function replay(path) {
  const [, what] = /^\/rounds\/[^/]+(\/verification)?$/.exec(path) ?? [, null];
  if (what === null) throw new Refusal("The link shows one round and nothing else.");
  return fetch(`/api/v1/replay${what ?? "/round"}`, { method: "POST", headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token: link }), cache: "no-store" });
}

async function credentials(path) {
  if (!operator) return { Authorization: `Bearer ${token}` };
  const stamp = String(Math.floor(Date.now() / 1000));
  const mac = await crypto.subtle.sign("HMAC", operator.key, new TextEncoder().encode(`${stamp}.GET.${path}.`));
  const hex = Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return { Authorization: `Bearer ${operator.id}`, "X-Timestamp": stamp, "X-Signature": `sha256=${hex}` };
}
