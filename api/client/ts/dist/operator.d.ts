import { type Data, type How, type Input, type RestOptions } from "./rest.js";
import type { CreateTokenInputBody, Operations, Record as Round, Transfer, TransferInputBody } from "./types.js";
export interface OperatorOptions extends RestOptions {
    /** The server: scheme and host, as "https://play.example". */
    url: string;
    /** sk_… */
    apiKey: string;
    /** ss_… */
    apiSecret: string;
    /** What calls are signed with, ms; default Date.now. */
    now?: () => number;
}
/** Which rounds are wanted. */
export type RoundQuery = Omit<NonNullable<Operations["GET /rounds"]["query"]>, "cursor" | "limit">;
export declare class Operator {
    #private;
    constructor({ url, apiKey, apiSecret, now, ...rest }: OperatorOptions);
    /** Any call of the API, typed by its description: call("GET /games", {}). */
    call<K extends keyof Operations>(operation: K, input: Input<K>, how?: How): Promise<Data<K>>;
    /** The token that lets a player in: good for 30 seconds and for one use. */
    createSSOToken(launch: CreateTokenInputBody): Promise<Data<"POST /auth/sso/create-token">>;
    balance(playerId: string): Promise<Data<"GET /wallet/balance">>;
    /** The same transactionId again moves nothing and is answered as the first time: keep it with what it is for, before the call. */
    deposit(transfer: TransferInputBody): Promise<Data<"POST /wallet/deposit">>;
    /** As deposit. Refused with Code.notEnoughMoney if it is not there. */
    withdraw(transfer: TransferInputBody): Promise<Data<"POST /wallet/withdraw">>;
    /** All movements of a player's money, newest first, fetched page by page. */
    statement(playerId: string): AsyncGenerator<Transfer>;
    /** A player's rounds, newest first, fetched page by page. */
    rounds(query: RoundQuery): AsyncGenerator<Round>;
    round(roundId: string): Promise<Round>;
    /** Ends an open round and returns its stake. The same reason again changes nothing. */
    voidRound(roundId: string, reason: string): Promise<Data<"POST /rounds/{roundId}/void">>;
}
/** A page that plays, with the launch token in its fragment: that reaches neither servers' logs nor referrers. launchFrom reads it. */
export declare function launchUrl(page: string, launch: {
    launchToken: string;
    gameId?: string;
}): string;
/** The X-Signature of a call: sha256= and the hex of HMAC-SHA256(secret, "{timestamp}.{METHOD}.{path with query}.{raw body}"). */
export declare function sign(secret: string, timestamp: string, method: string, pathWithQuery: string, body: string): Promise<string>;
