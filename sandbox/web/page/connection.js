// The socket: the reconnect procedure, and the one promise that makes it safe. A play that was sent is kept with its requestId
// until it is answered, and is sent again with the same id after every reconnect: it takes effect at most once.
import { parse } from "./verify/exact.js";
import { Refusal, call, refresh } from "./server.js";

const DELAY = 2000; // ms between attempts, without backoff
const ATTEMPTS = 5;
const PATIENCE = 10_000; // ms without any answer to a request: the connection is dead
const HEARTBEAT = 15_000; // ms between pings
const KEPT = "croupier.pending."; // and the game
const FINAL = new Set([4403, 4404, 4409]); // closes after which the same token does not help
const NOT_AUTHENTICATED = 4401;

/**
 * Events, each a CustomEvent: "state" {state, attempt, code}, "message" {type, payload, requestId, repeat, asked}, "pending"
 * {pending}, "sent" {type, requestId}. asked is the play that the message answers, repeat whether it was sent again on purpose.
 * States: offline, connecting, online, waiting (for the next attempt), lost (attempts used up), ended (code says why), expired.
 */
export class Connection extends EventTarget {
  state = "offline";
  pending; // the play that waits for its answer: {type, payload (JSON text), requestId}
  last = null; // the last play that was answered, for sending it again on purpose
  #socket = null;
  #attempt = 0;
  #renewed = false; // a new session token was fetched since the last time that the socket was open
  #timers = { retry: 0, patience: 0, heartbeat: 0, again: 0 };
  #run = 0; // counts attempts to open; what belongs to an older one is dropped

  /** A connection for one game. What was sent for it and not answered before is sent again when it opens. */
  constructor(game) {
    super();
    this.game = game;
    this.pending = readPending(game);
  }

  /** Opens the socket, with attempts counted anew. */
  open() {
    this.#attempt = 0;
    this.#renewed = false;
    return this.#dial();
  }

  /** Leaves the game. What waits for its answer is sent again by the next connection for it. */
  leave() {
    this.#drop();
    this.#become("offline");
  }

  /** Breaks the connection without a word, as a tunnel would. The reconnect procedure follows. */
  cut() {
    if (this.#socket) this.#lost(0);
  }

  /** Sends a play, payload being JSON text. There is one at a time; returns false if there is one already. */
  play(type, payload) {
    if (this.pending) return false;
    this.#keep({ type, payload, requestId: newRequestId() });
    this.#send(this.pending);
    return true;
  }

  /** Sends the last answered play once more, under the same requestId: what took effect does not do so again, what was refused is
   * judged anew. Returns false if there is none or it must wait. */
  resend() {
    if (this.pending || !this.last) return false;
    this.#keep({ ...this.last, repeat: true });
    this.#send(this.pending);
    return true;
  }

  /** Asks something that moves nothing, payload being JSON text. Unanswered when the connection breaks; ask again once it is back. */
  ask(type, payload = "{}") {
    this.#send({ type, payload, requestId: newRequestId() });
  }

  async #dial() {
    this.#drop();
    const run = this.#run;
    this.#become("connecting");
    let ticket;
    try {
      ({ ticket } = await call("POST", "/socket-tickets", { gameId: this.game }));
    } catch (refusal) {
      if (run !== this.#run) return;
      if (refusal instanceof Refusal && refusal.code === "30101") this.#become("expired");
      else this.#retry();
      return;
    }
    if (run !== this.#run) return;
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    const socket = new WebSocket(`${scheme}://${location.host}/ws?${new URLSearchParams({ ticket, gameId: this.game })}`);
    this.#socket = socket;
    this.#timers.patience = setTimeout(() => this.#lost(0), PATIENCE);
    const mine = (handle) => (event) => { if (socket === this.#socket) handle(event); };
    socket.onopen = mine(() => this.#opened());
    socket.onmessage = mine(({ data }) => this.#received(data));
    socket.onclose = mine(({ code }) => this.#lost(code));
  }

  #opened() {
    clearTimeout(this.#timers.patience);
    this.#timers.heartbeat = setInterval(() => this.ask("ping"), HEARTBEAT);
    this.#become("online");
    if (this.pending) this.#send(this.pending);
  }

  #received(text) {
    clearTimeout(this.#timers.patience);
    const message = parse(text);
    // A refused token is told in a message before the close, so only an answer to something shows that the connection is good.
    if (message.type !== "error") [this.#attempt, this.#renewed] = [0, false];
    const pending = this.pending;
    const answers = pending !== null && message.requestId === pending.requestId;
    if (answers && message.type === "error" && this.#again(message.payload)) return;
    if (!answers) return this.#tell("message", message);
    const { repeat = false, ...asked } = pending;
    this.last = asked;
    this.#keep(null);
    this.#tell("message", { ...message, repeat, asked });
  }

  /** Whether an error of the pending play is one after which the same request is to be sent again. */
  #again({ code, details }) {
    if (code === "30101") return true; // the close that follows brings a new token, and the open sends it again
    if (code !== "30029" && code !== "30429") return false;
    const socket = this.#socket;
    const pause = Math.min(Math.max(Number(details?.retryAfterMs ?? 0), 100), DELAY);
    this.#timers.again = setTimeout(() => { if (this.pending && socket === this.#socket) this.#send(this.pending); }, pause);
    return true;
  }

  #send({ type, payload, requestId }) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return; // sent when it opens, if it is a play
    this.#tell("sent", { type, requestId });
    this.#socket.send(`{"type":${JSON.stringify(type)},"payload":${payload},"requestId":${JSON.stringify(requestId)}}`);
    clearTimeout(this.#timers.patience);
    this.#timers.patience = setTimeout(() => this.#lost(0), PATIENCE);
  }

  async #lost(code) {
    this.#drop();
    if (FINAL.has(code)) {
      this.#become("ended", code);
    } else if (code === NOT_AUTHENTICATED) {
      await this.#renew();
    } else {
      this.#retry();
    }
  }

  /** Gets a new session token, once; a session that cannot be refreshed has ended. */
  async #renew() {
    if (this.#renewed) return this.#become("expired");
    this.#renewed = true;
    const run = this.#run;
    this.#become("connecting");
    try {
      await refresh();
    } catch (refusal) {
      if (run !== this.#run) return;
      if (refusal.code) this.#become("expired");
      else this.#retry();
      return;
    }
    if (run === this.#run) await this.#dial();
  }

  #retry() {
    if (this.#attempt >= ATTEMPTS) return this.#become("lost");
    this.#attempt++;
    this.#become("waiting");
    this.#timers.retry = setTimeout(() => this.#dial(), DELAY);
  }

  /** Lets go of the socket, if there is one. A half-open one would take its time to close, so nobody waits for it. */
  #drop() {
    this.#run++;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer); // of intervals too
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #keep(pending) {
    this.pending = pending;
    if (pending === null) sessionStorage.removeItem(KEPT + this.game);
    else sessionStorage.setItem(KEPT + this.game, JSON.stringify(pending));
    this.#tell("pending", { pending });
  }

  #become(state, code = 0) {
    this.state = state;
    this.#tell("state", { state, attempt: this.#attempt, attempts: ATTEMPTS, code });
  }

  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

function newRequestId() {
  return crypto.randomUUID();
}

/** Forgets what waits for its answer, in all games: the session that it was sent in is over. */
export function forgetPending() {
  for (const name of Object.keys(sessionStorage)) if (name.startsWith(KEPT)) sessionStorage.removeItem(name);
}

function readPending(game) {
  try {
    return JSON.parse(sessionStorage.getItem(KEPT + game));
  } catch {
    return null;
  }
}
