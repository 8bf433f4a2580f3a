import type { Operations } from "./types.js";
/** What a call takes, from the description of the API: path, query and body as far as it has them. */
export type Input<K extends keyof Operations> = Omit<Operations[K], "data">;
/** The data of a call's answer. */
export type Data<K extends keyof Operations> = Operations[K]["data"];
export interface RestOptions {
    /** How often a call is made at most that may be made again; default 4, 1 is never again. */
    attempts?: number;
    /** ms that one answer may take; default 30,000. */
    timeout?: number;
    /** Default: the fetch that is there. */
    fetch?: typeof fetch;
}
/** How a call is made beside what it takes. */
export interface How {
    /** The server does not do the call twice, because of a transactionId, say: it may be made again. Calls of GET are so anyhow. */
    again?: boolean;
    /** Sent as Idempotency-Key; with one, the call may be made again. */
    idempotencyKey?: string;
}
type Headers = Record<string, string>;
/** Makes the headers that say who calls. Called anew for every attempt. */
export type Credentials = (method: string, pathWithQuery: string, body: string) => Promise<Headers> | Headers;
export declare class Rest {
    #private;
    readonly base: string;
    constructor(base: string, { attempts, timeout, fetch: own }?: RestOptions);
    call<K extends keyof Operations>(operation: K, input: Input<K>, credentials: Credentials, how?: How): Promise<Data<K>>;
}
export {};
