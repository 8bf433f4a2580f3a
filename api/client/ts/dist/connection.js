// The player's socket: the reconnect procedure, and the one promise that makes it safe. A play that was sent is kept with its requestId until it
// is answered, and is sent again with the same id after every reconnect: it takes effect at most once.
import { CroupierError } from "./errors.js";
import { parse, stringify } from "./json.js";
const DELAY = 2000; // ms between attempts, without backoff
const ATTEMPTS = 5;
const PATIENCE = 10_000; // ms without any answer to a request: the connection is dead
const HEARTBEAT = 15_000; // ms between pings
const FINAL = new Set([4403, 4404, 4409]); // closes after which the same token does not help
const NOT_AUTHENTICATED = 4401;
const SESSION_EXPIRED = "30101";
const LATER = new Set(["30029", "30429"]); // nothing was done: the same again, later
const OPEN = 1;
/** What storage has the play of a game under. */
export const KEPT = "croupier.pending.";
/** The connection to one game. Its events are CustomEvents: see ConnectionEvents and on. */
export class Connection extends EventTarget {
    state = "offline";
    /** The play that waits for its answer. */
    pending;
    /** The last play that was answered, for sending it again on purpose. */
    last = null;
    #options;
    #socket = null;
    #attempt = 0;
    #renewed = false; // a new session token was fetched since the last time that the socket was open
    #timers = { retry: undefined, patience: undefined, heartbeat: undefined, again: undefined };
    #run = 0; // counts attempts to open; what belongs to an older one is dropped
    #waiting = new Map();
    /** What was sent for the game and not answered before is sent again when it opens. */
    constructor(options) {
        super();
        this.#options = options;
        this.pending = readPending(options);
    }
    /** Listens; returns what ends that. */
    on(name, handle) {
        const listener = (event) => handle(event.detail);
        this.addEventListener(name, listener);
        return () => this.removeEventListener(name, listener);
    }
    /** Listens to the messages of a type, as round_recovered; returns what ends that. */
    onMessage(type, handle) {
        return this.on("message", (message) => { if (message.type === type)
            handle(message.payload, message); });
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
        if (this.#socket)
            void this.#lost(0);
    }
    /** Sends a play, payload being an object or JSON text. There is one at a time; returns false if there is one already. */
    play(type, payload) {
        if (this.pending)
            return false;
        this.#keep({ type, payload: typeof payload === "string" ? payload : stringify(payload), requestId: newRequestId() });
        this.#send(this.pending);
        return true;
    }
    /** Sends a play and waits for its answer, over any number of reconnects. Throws CroupierError if it is refused, or if the connection ends
     * before: then it is still pending, and its answer comes when open is called again. */
    request(type, payload) {
        if (!this.play(type, payload))
            return Promise.reject(new CroupierError("another play waits for its answer"));
        const { requestId } = this.pending;
        return new Promise((resolve, reject) => this.#waiting.set(requestId, { resolve, reject }));
    }
    /** Sends the last answered play once more, under the same requestId: what took effect does not do so again, what was refused is judged
     * anew. Returns false if there is none or it must wait. */
    resend() {
        if (this.pending || !this.last)
            return false;
        this.#keep({ ...this.last, repeat: true });
        this.#send(this.pending);
        return true;
    }
    /** Asks something that moves nothing, payload being an object or JSON text. Unanswered when the connection breaks; ask again once it is back. */
    ask(type, payload = "{}") {
        this.#send({ type, payload: typeof payload === "string" ? payload : stringify(payload), requestId: newRequestId() });
    }
    async #dial() {
        this.#drop();
        const run = this.#run;
        this.#become("connecting");
        let ticket;
        try {
            ticket = await this.#options.ticket();
        }
        catch (refusal) {
            if (run !== this.#run)
                return;
            if (codeOf(refusal) === SESSION_EXPIRED)
                this.#become("expired");
            else
                this.#retry();
            return;
        }
        if (run !== this.#run)
            return;
        const { url, gameId, WebSocket: Constructor = globalThis.WebSocket } = this.#options;
        const query = new URLSearchParams({ ticket, gameId });
        const socket = new Constructor(`${new URL(url).origin.replace(/^http/, "ws")}/ws?${query}`);
        this.#socket = socket;
        this.#timers.patience = setTimeout(() => void this.#lost(0), PATIENCE);
        const mine = (handle) => (event) => { if (socket === this.#socket)
            handle(event); };
        socket.onopen = mine(() => this.#opened());
        socket.onmessage = mine(({ data }) => this.#received(String(data)));
        socket.onclose = mine(({ code }) => void this.#lost(code));
        socket.onerror = () => { }; // a close follows
    }
    #opened() {
        clearTimeout(this.#timers.patience);
        this.#timers.heartbeat = setInterval(() => this.ask("ping"), HEARTBEAT);
        this.#become("online");
        if (this.pending)
            this.#send(this.pending);
    }
    #received(text) {
        clearTimeout(this.#timers.patience);
        const message = (this.#options.parse ?? parse)(text);
        // A refused token is told in a message before the close, so only an answer to something shows that the connection is good.
        if (message.type !== "error")
            [this.#attempt, this.#renewed] = [0, false];
        const pending = this.pending;
        if (pending === null || message.requestId !== pending.requestId)
            return this.#tell("message", message);
        if (message.type === "error" && this.#again(message.payload))
            return;
        const { repeat = false, ...asked } = pending;
        this.last = asked;
        this.#keep(null);
        const told = { ...message, repeat, asked };
        this.#tell("message", told);
        const waiting = this.#waiting.get(asked.requestId);
        this.#waiting.delete(asked.requestId);
        if (message.type === "error") {
            const { code, message: words, details = {} } = message.payload;
            waiting?.reject(new CroupierError(words, String(code), 0, details, asked.requestId));
        }
        else {
            waiting?.resolve(told);
        }
    }
    /** Whether an error of the pending play is one after which the same request is to be sent again. */
    #again({ code, details }) {
        if (code === SESSION_EXPIRED)
            return true; // the close that follows brings a new token, and the open sends it again
        if (!LATER.has(code))
            return false;
        const socket = this.#socket;
        const pause = Math.min(Math.max(Number(details?.retryAfterMs ?? 0), 100), DELAY);
        this.#timers.again = setTimeout(() => { if (this.pending && socket === this.#socket)
            this.#send(this.pending); }, pause);
        return true;
    }
    #send({ type, payload, requestId }) {
        if (this.#socket?.readyState !== OPEN)
            return; // sent when it opens, if it is a play
        this.#tell("sent", { type, requestId });
        this.#socket.send(`{"type":${JSON.stringify(type)},"payload":${payload},"requestId":${JSON.stringify(requestId)}}`);
        clearTimeout(this.#timers.patience);
        this.#timers.patience = setTimeout(() => void this.#lost(0), PATIENCE);
    }
    async #lost(code) {
        this.#drop();
        if (FINAL.has(code))
            this.#become("ended", code);
        else if (code === NOT_AUTHENTICATED)
            await this.#renew();
        else
            this.#retry();
    }
    /** Gets a new session token, once; a session that cannot be refreshed has ended. */
    async #renew() {
        if (this.#renewed || !this.#options.renew)
            return this.#become("expired");
        this.#renewed = true;
        const run = this.#run;
        this.#become("connecting");
        try {
            await this.#options.renew();
        }
        catch (refusal) {
            if (run !== this.#run)
                return;
            if (codeOf(refusal) !== "")
                this.#become("expired");
            else
                this.#retry();
            return;
        }
        if (run === this.#run)
            await this.#dial();
    }
    #retry() {
        if (this.#attempt >= ATTEMPTS)
            return this.#become("lost");
        this.#attempt++;
        this.#become("waiting");
        this.#timers.retry = setTimeout(() => void this.#dial(), DELAY);
    }
    /** Lets go of the socket, if there is one. A half-open one would take its time to close, so nobody waits for it. */
    #drop() {
        this.#run++;
        for (const timer of Object.values(this.#timers))
            clearTimeout(timer); // of intervals too
        const socket = this.#socket;
        this.#socket = null;
        socket?.close();
    }
    #keep(pending) {
        this.pending = pending;
        const { storage, gameId } = this.#options;
        if (pending === null)
            storage?.removeItem(KEPT + gameId);
        else
            storage?.setItem(KEPT + gameId, JSON.stringify(pending));
        this.#tell("pending", { pending });
    }
    #become(state, code = 0) {
        this.state = state;
        this.#tell("state", { state, attempt: this.#attempt, attempts: ATTEMPTS, code });
        if (state !== "offline" && state !== "lost" && state !== "ended" && state !== "expired")
            return;
        for (const { reject } of this.#waiting.values())
            reject(new CroupierError(`the connection is ${state}`));
        this.#waiting.clear();
    }
    #tell(name, detail) {
        this.dispatchEvent(new CustomEvent(name, { detail }));
    }
}
/** The protocol's code of a refusal, "" if there was no answer. */
function codeOf(refusal) {
    const code = refusal?.code;
    return typeof code === "string" ? code : "";
}
function newRequestId() {
    return crypto.randomUUID();
}
function readPending({ storage, gameId }) {
    try {
        return JSON.parse(storage?.getItem(KEPT + gameId) ?? "null");
    }
    catch {
        return null;
    }
}
