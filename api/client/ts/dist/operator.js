// The operator's side: for servers. An API secret must never reach a browser.
import { Rest } from "./rest.js";
export class Operator {
    #rest;
    #credentials;
    constructor({ url, apiKey, apiSecret, now = Date.now, ...rest }) {
        this.#rest = new Rest(url, rest);
        let last = 0;
        this.#credentials = async (method, pathWithQuery, body) => {
            last = Math.max(last + 1, now() * 1000); // microseconds: no two calls of this client have one signature
            const timestamp = `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, "0")}`;
            return { Authorization: `Bearer ${apiKey}`, "X-Timestamp": timestamp, "X-Signature": await sign(apiSecret, timestamp, method, pathWithQuery, body) };
        };
    }
    /** Any call of the API, typed by its description: call("GET /games", {}). */
    call(operation, input, how) {
        return this.#rest.call(operation, input, this.#credentials, how);
    }
    /** The token that lets a player in: good for 30 seconds and for one use. */
    createSSOToken(launch) {
        return this.call("POST /auth/sso/create-token", { body: launch }, { again: true }); // a lost one is nobody's
    }
    balance(playerId) {
        return this.call("GET /wallet/balance", { query: { playerId } });
    }
    /** The same transactionId again moves nothing and is answered as the first time: keep it with what it is for, before the call. */
    deposit(transfer) {
        return this.call("POST /wallet/deposit", { body: transfer }, { again: true });
    }
    /** As deposit. Refused with Code.notEnoughMoney if it is not there. */
    withdraw(transfer) {
        return this.call("POST /wallet/withdraw", { body: transfer }, { again: true });
    }
    /** All movements of a player's money, newest first, fetched page by page. */
    async *statement(playerId) {
        for (let cursor;;) {
            const page = await this.call("GET /wallet/transactions", { query: { playerId, limit: 200, cursor } });
            yield* page.transactions;
            if (!page.nextCursor)
                return;
            cursor = page.nextCursor;
        }
    }
    /** A player's rounds, newest first, fetched page by page. */
    async *rounds(query) {
        for (let cursor;;) {
            const page = await this.call("GET /rounds", { query: { ...query, limit: 100, cursor } });
            yield* page.rounds;
            if (!page.nextCursor)
                return;
            cursor = page.nextCursor;
        }
    }
    round(roundId) {
        return this.call("GET /rounds/{roundId}", { path: { roundId } });
    }
    /** Ends an open round and returns its stake. The same reason again changes nothing. */
    voidRound(roundId, reason) {
        return this.call("POST /rounds/{roundId}/void", { path: { roundId }, body: { reason } }, { again: true });
    }
}
/** A page that plays, with the launch token in its fragment: that reaches neither servers' logs nor referrers. launchFrom reads it. */
export function launchUrl(page, launch) {
    const url = new URL(page);
    if (url.hash !== "")
        throw new TypeError("the page must have no fragment");
    const values = new URLSearchParams({ launchToken: launch.launchToken });
    if (launch.gameId !== undefined)
        values.set("gameId", launch.gameId);
    url.hash = values.toString();
    return url.href;
}
/** The X-Signature of a call: sha256= and the hex of HMAC-SHA256(secret, "{timestamp}.{METHOD}.{path with query}.{raw body}"). */
export async function sign(secret, timestamp, method, pathWithQuery, body) {
    const encoder = new TextEncoder();
    const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
    const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(`${timestamp}.${method}.${pathWithQuery}.${body}`));
    return `sha256=${Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
