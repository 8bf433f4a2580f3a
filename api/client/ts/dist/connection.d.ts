import type { ClientPayloads, Play, Question, ServerMessage, ServerPayloads } from "./messages.js";
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
export type Told = ServerMessage & {
    repeat?: boolean;
    asked?: Omit<Pending, "repeat">;
};
/** The details of the events. */
export interface ConnectionEvents {
    state: {
        state: State;
        attempt: number;
        attempts: number;
        code: number;
    };
    message: Told;
    pending: {
        pending: Pending | null;
    };
    sent: {
        type: Play | Question;
        requestId: string;
    };
}
/** As much of a WebSocket as is needed. */
export interface Socket {
    readonly readyState: number;
    onopen: ((event: never) => unknown) | null;
    onmessage: ((event: {
        data: unknown;
    } & never) => unknown) | null;
    onclose: ((event: {
        code: number;
    } & never) => unknown) | null;
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
export declare const KEPT = "croupier.pending.";
/** The connection to one game. Its events are CustomEvents: see ConnectionEvents and on. */
export declare class Connection extends EventTarget {
    #private;
    state: State;
    /** The play that waits for its answer. */
    pending: Pending | null;
    /** The last play that was answered, for sending it again on purpose. */
    last: Omit<Pending, "repeat"> | null;
    /** What was sent for the game and not answered before is sent again when it opens. */
    constructor(options: ConnectionOptions);
    /** Listens; returns what ends that. */
    on<E extends keyof ConnectionEvents>(name: E, handle: (detail: ConnectionEvents[E]) => void): () => void;
    /** Listens to the messages of a type, as round_recovered; returns what ends that. */
    onMessage<T extends keyof ServerPayloads>(type: T, handle: (payload: ServerPayloads[T], message: Told) => void): () => void;
    /** Opens the socket, with attempts counted anew. */
    open(): Promise<void>;
    /** Leaves the game. What waits for its answer is sent again by the next connection for it. */
    leave(): void;
    /** Breaks the connection without a word, as a tunnel would. The reconnect procedure follows. */
    cut(): void;
    /** Sends a play, payload being an object or JSON text. There is one at a time; returns false if there is one already. */
    play<T extends Play>(type: T, payload: ClientPayloads[T] | string): boolean;
    /** Sends a play and waits for its answer, over any number of reconnects. Throws CroupierError if it is refused, or if the connection ends
     * before: then it is still pending, and its answer comes when open is called again. */
    request<T extends Play>(type: T, payload: ClientPayloads[T]): Promise<Told>;
    /** Sends the last answered play once more, under the same requestId: what took effect does not do so again, what was refused is judged
     * anew. Returns false if there is none or it must wait. */
    resend(): boolean;
    /** Asks something that moves nothing, payload being an object or JSON text. Unanswered when the connection breaks; ask again once it is back. */
    ask<T extends Question>(type: T, payload?: ClientPayloads[T] | string): void;
}
