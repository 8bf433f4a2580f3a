// The player's socket: the reconnect procedure, and the one promise that makes it safe. A play that was sent is kept with its requestId until it
// is answered, and is sent again with the same id after every reconnect: it takes effect at most once.
import { CroupierError } from "./errors.js";
import { parse, stringify } from "./json.js";
import type { ClientPayloads, Play, Question, ServerMessage, ServerPayloads } from "./messages.js";

const DELAY = 2000; // ms between attempts, without backoff
const ATTEMPTS = 5;
const PATIENCE = 10_000; // ms without any answer to a request: the connection is dead
const HEARTBEAT = 15_000; // ms between pings
const FINAL: ReadonlySet<number> = new Set([4403, 4404, 4409]); // closes after which the same token does not help
const NOT_AUTHENTICATED = 4401;
const SESSION_EXPIRED = "30101";
const LATER: ReadonlySet<string> = new Set(["30029", "30429"]); // nothing was done: the same again, later
const OPEN = 1;

/** offline; connecting; online; waiting for the next attempt; lost: attempts are used up; ended: the close code says why; expired: the
 * session is over. */
export type State = "offline" | "connecting" | "online" | "waiting" | "lost" | "ended" | "expired";

/** A play that waits for its answer. payload is JSON text. */
export interface Pending {
  type: Play;
  payload: string;
  requestId: string;
  /** It was answered before, and is sent once more on purpose. */
  repeat?: boolean;
}

/** What is told with a message: the play that it answers, if it answers one, and whether that was sent once more on purpose. */
export type Told = ServerMessage & { repeat?: boolean; asked?: Omit<Pending, "repeat"> };

/** The details of the events. */
export interface ConnectionEvents {
  state: { state: State; attempt: number; attempts: number; code: number };
  message: Told;
  pending: { pending: Pending | null };
  sent: { type: Play | Question; requestId: string };
}

/** As much of a WebSocket as is needed. */
export interface Socket {
  readonly readyState: number;
  onopen: ((event: never) => unknown) | null;
  onmessage: ((event: { data: unknown } & never) => unknown) | null;
  onclose: ((event: { code: number } & never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
  send(text: string): void;
  close(): void;
}

export interface ConnectionOptions {
  /** The server: scheme and host. */
  url: string;
  gameId: string;
  /** Makes a ticket, for every attempt a new one. An error with the code 30101 ends the session, every other is tried again. */
  ticket: () => Promise<string>;
  /** Gets a new session token when the server does not take the old one. Without it the session is over then. An error with a code ends it. */
  renew?: () => Promise<unknown>;
  /** Where the play that waits is kept over a reload of the page, as sessionStorage; default: nowhere. */
  storage?: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  /** Reads messages; default: parse of this package. */
  parse?: (text: string) => unknown;
  /** Default: the WebSocket that is there. Node has one since 22. */
  WebSocket?: new (url: string) => unknown;
}

/** What storage has the play of a game under. */
export const KEPT = "croupier.pending.";

/** The connection to one game. Its events are CustomEvents: see ConnectionEvents and on. */
export class Connection extends EventTarget {
  state: State = "offline";
  /** The play that waits for its answer. */
  pending: Pending | null;
  /** The last play that was answered, for sending it again on purpose. */
  last: Omit<Pending, "repeat"> | null = null;
  readonly #options: ConnectionOptions;
  #socket: Socket | null = null;
  #attempt = 0;
  #renewed = false; // a new session token was fetched since the last time that the socket was open
  #timers: Record<"retry" | "patience" | "heartbeat" | "again", ReturnType<typeof setTimeout> | undefined> =
    { retry: undefined, patience: undefined, heartbeat: undefined, again: undefined };
  #run = 0; // counts attempts to open; what belongs to an older one is dropped
  #waiting = new Map<string, { resolve: (message: Told) => void; reject: (error: Error) => void }>();

  /** What was sent for the game and not answered before is sent again when it opens. */
  constructor(options: ConnectionOptions) {
    super();
    this.#options = options;
    this.pending = readPending(options);
  }

  /** Listens; returns what ends that. */
  on<E extends keyof ConnectionEvents>(name: E, handle: (detail: ConnectionEvents[E]) => void): () => void {
    const listener = (event: Event): void => handle((event as CustomEvent<ConnectionEvents[E]>).detail);
    this.addEventListener(name, listener);
    return () => this.removeEventListener(name, listener);
  }

  /** Listens to the messages of a type, as round_recovered; returns what ends that. */
  onMessage<T extends keyof ServerPayloads>(type: T, handle: (payload: ServerPayloads[T], message: Told) => void): () => void {
    return this.on("message", (message) => { if (message.type === type) handle(message.payload as ServerPayloads[T], message); });
  }

  /** Opens the socket, with attempts counted anew. */
  open(): Promise<void> {
    this.#attempt = 0;
    this.#renewed = false;
    return this.#dial();
  }

  /** Leaves the game. What waits for its answer is sent again by the next connection for it. */
  leave(): void {
    this.#drop();
    this.#become("offline");
  }

  /** Breaks the connection without a word, as a tunnel would. The reconnect procedure follows. */
  cut(): void {
    if (this.#socket) void this.#lost(0);
  }

  /** Sends a play, payload being an object or JSON text. There is one at a time; returns false if there is one already. */
  play<T extends Play>(type: T, payload: ClientPayloads[T] | string): boolean {
    if (this.pending) return false;
    this.#keep({ type, payload: typeof payload === "string" ? payload : stringify(payload), requestId: newRequestId() });
    this.#send(this.pending!);
    return true;
  }

  /** Sends a play and waits for its answer, over any number of reconnects. Throws CroupierError if it is refused, or if the connection ends
   * before: then it is still pending, and its answer comes when open is called again. */
  request<T extends Play>(type: T, payload: ClientPayloads[T]): Promise<Told> {
    if (!this.play(type, payload)) return Promise.reject(new CroupierError("another play waits for its answer"));
    const { requestId } = this.pending!;
    return new Promise((resolve, reject) => this.#waiting.set(requestId, { resolve, reject }));
  }

  /** Sends the last answered play once more, under the same requestId: what took effect does not do so again, what was refused is judged
   * anew. Returns false if there is none or it must wait. */
  resend(): boolean {
    if (this.pending || !this.last) return false;
    this.#keep({ ...this.last, repeat: true });
    this.#send(this.pending!);
    return true;
  }

  /** Asks something that moves nothing, payload being an object or JSON text. Unanswered when the connection breaks; ask again once it is back. */
  ask<T extends Question>(type: T, payload: ClientPayloads[T] | string = "{}"): void {
    this.#send({ type, payload: typeof payload === "string" ? payload : stringify(payload), requestId: newRequestId() });
  }

  async #dial(): Promise<void> {
    this.#drop();
    const run = this.#run;
    this.#become("connecting");
    let ticket: string;
    try {
      ticket = await this.#options.ticket();
    } catch (refusal) {
      if (run !== this.#run) return;
      if (codeOf(refusal) === SESSION_EXPIRED) this.#become("expired");
      else this.#retry();
      return;
    }
    if (run !== this.#run) return;
    const { url, gameId, WebSocket: Constructor = globalThis.WebSocket } = this.#options;
    const query = new URLSearchParams({ ticket, gameId });
    const socket = new Constructor(`${new URL(url).origin.replace(/^http/, "ws")}/ws?${query}`) as Socket;
    this.#socket = socket;
    this.#timers.patience = setTimeout(() => void this.#lost(0), PATIENCE);
    const mine = <E>(handle: (event: E) => unknown) => (event: E): void => { if (socket === this.#socket) handle(event); };
    socket.onopen = mine(() => this.#opened());
    socket.onmessage = mine(({ data }: { data: unknown }) => this.#received(String(data)));
    socket.onclose = mine(({ code }: { code: number }) => void this.#lost(code));
    socket.onerror = () => {}; // a close follows
  }

  #opened(): void {
    clearTimeout(this.#timers.patience);
    this.#timers.heartbeat = setInterval(() => this.ask("ping"), HEARTBEAT);
    this.#become("online");
    if (this.pending) this.#send(this.pending);
  }

  #received(text: string): void {
    clearTimeout(this.#timers.patience);
    const message = (this.#options.parse ?? parse)(text) as ServerMessage;
    // A refused token is told in a message before the close, so only an answer to something shows that the connection is good.
    if (message.type !== "error") [this.#attempt, this.#renewed] = [0, false];
    const pending = this.pending;
    if (pending === null || message.requestId !== pending.requestId) return this.#tell("message", message);
    if (message.type === "error" && this.#again(message.payload)) return;
    const { repeat = false, ...asked } = pending;
    this.last = asked;
    this.#keep(null);
    const told: Told = { ...message, repeat, asked };
    this.#tell("message", told);
    const waiting = this.#waiting.get(asked.requestId);
    this.#waiting.delete(asked.requestId);
    if (message.type === "error") {
      const { code, message: words, details = {} } = message.payload;
      waiting?.reject(new CroupierError(words, String(code), 0, details, asked.requestId));
    } else {
      waiting?.resolve(told);
    }
  }

  /** Whether an error of the pending play is one after which the same request is to be sent again. */
  #again({ code, details }: ServerPayloads["error"]): boolean {
    if (code === SESSION_EXPIRED) return true; // the close that follows brings a new token, and the open sends it again
    if (!LATER.has(code)) return false;
    const socket = this.#socket;
    const pause = Math.min(Math.max(Number(details?.retryAfterMs ?? 0), 100), DELAY);
    this.#timers.again = setTimeout(() => { if (this.pending && socket === this.#socket) this.#send(this.pending); }, pause);
    return true;
  }

  #send({ type, payload, requestId }: { type: Play | Question; payload: string; requestId: string }): void {
    if (this.#socket?.readyState !== OPEN) return; // sent when it opens, if it is a play
    this.#tell("sent", { type, requestId });
    this.#socket.send(`{"type":${JSON.stringify(type)},"payload":${payload},"requestId":${JSON.stringify(requestId)}}`);
    clearTimeout(this.#timers.patience);
    this.#timers.patience = setTimeout(() => void this.#lost(0), PATIENCE);
  }

  async #lost(code: number): Promise<void> {
    this.#drop();
    if (FINAL.has(code)) this.#become("ended", code);
    else if (code === NOT_AUTHENTICATED) await this.#renew();
    else this.#retry();
  }

  /** Gets a new session token, once; a session that cannot be refreshed has ended. */
  async #renew(): Promise<void> {
    if (this.#renewed || !this.#options.renew) return this.#become("expired");
    this.#renewed = true;
    const run = this.#run;
    this.#become("connecting");
    try {
      await this.#options.renew();
    } catch (refusal) {
      if (run !== this.#run) return;
      if (codeOf(refusal) !== "") this.#become("expired");
      else this.#retry();
      return;
    }
    if (run === this.#run) await this.#dial();
  }

  #retry(): void {
    if (this.#attempt >= ATTEMPTS) return this.#become("lost");
    this.#attempt++;
    this.#become("waiting");
    this.#timers.retry = setTimeout(() => void this.#dial(), DELAY);
  }

  /** Lets go of the socket, if there is one. A half-open one would take its time to close, so nobody waits for it. */
  #drop(): void {
    this.#run++;
    for (const timer of Object.values(this.#timers)) clearTimeout(timer); // of intervals too
    const socket = this.#socket;
    this.#socket = null;
    socket?.close();
  }

  #keep(pending: Pending | null): void {
    this.pending = pending;
    const { storage, gameId } = this.#options;
    if (pending === null) storage?.removeItem(KEPT + gameId);
    else storage?.setItem(KEPT + gameId, JSON.stringify(pending));
    this.#tell("pending", { pending });
  }

  #become(state: State, code = 0): void {
    this.state = state;
    this.#tell("state", { state, attempt: this.#attempt, attempts: ATTEMPTS, code });
    if (state !== "offline" && state !== "lost" && state !== "ended" && state !== "expired") return;
    for (const { reject } of this.#waiting.values()) reject(new CroupierError(`the connection is ${state}`));
    this.#waiting.clear();
  }

  #tell<E extends keyof ConnectionEvents>(name: E, detail: ConnectionEvents[E]): void {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** The protocol's code of a refusal, "" if there was no answer. */
function codeOf(refusal: unknown): string {
  const code = (refusal as { code?: unknown } | null)?.code;
  return typeof code === "string" ? code : "";
}

function newRequestId(): string {
  return crypto.randomUUID();
}

function readPending({ storage, gameId }: ConnectionOptions): Pending | null {
  try {
    return JSON.parse(storage?.getItem(KEPT + gameId) ?? "null") as Pending | null;
  } catch {
    return null;
  }
}
