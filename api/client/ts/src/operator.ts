// The operator's side: for servers. An API secret must never reach a browser.
import { Rest, type Credentials, type Data, type How, type Input, type RestOptions } from "./rest.js";
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

export class Operator {
  readonly #rest: Rest;
  readonly #credentials: Credentials;

  constructor({ url, apiKey, apiSecret, now = Date.now, ...rest }: OperatorOptions) {
    this.#rest = new Rest(url, rest);
    let last = 0;
    this.#credentials = async (method, pathWithQuery, body) => {
      last = Math.max(last + 1, now() * 1000); // microseconds: no two calls of this client have one signature
      const timestamp = `${Math.floor(last / 1e6)}.${String(last % 1e6).padStart(6, "0")}`;
      return { Authorization: `Bearer ${apiKey}`, "X-Timestamp": timestamp, "X-Signature": await sign(apiSecret, timestamp, method, pathWithQuery, body) };
    };
  }

  /** Any call of the API, typed by its description: call("GET /games", {}). */
  call<K extends keyof Operations>(operation: K, input: Input<K>, how?: How): Promise<Data<K>> {
    return this.#rest.call(operation, input, this.#credentials, how);
  }

  /** The token that lets a player in: good for 30 seconds and for one use. */
  createSSOToken(launch: CreateTokenInputBody): Promise<Data<"POST /auth/sso/create-token">> {
    return this.call("POST /auth/sso/create-token", { body: launch }, { again: true }); // a lost one is nobody's
  }

  balance(playerId: string): Promise<Data<"GET /wallet/balance">> {
    return this.call("GET /wallet/balance", { query: { playerId } });
  }

  /** The same transactionId again moves nothing and is answered as the first time: keep it with what it is for, before the call. */
  deposit(transfer: TransferInputBody): Promise<Data<"POST /wallet/deposit">> {
    return this.call("POST /wallet/deposit", { body: transfer }, { again: true });
  }

  /** As deposit. Refused with Code.notEnoughMoney if it is not there. */
  withdraw(transfer: TransferInputBody): Promise<Data<"POST /wallet/withdraw">> {
    return this.call("POST /wallet/withdraw", { body: transfer }, { again: true });
  }

  /** All movements of a player's money, newest first, fetched page by page. */
  async *statement(playerId: string): AsyncGenerator<Transfer> {
    for (let cursor: string | undefined; ;) {
      const page = await this.call("GET /wallet/transactions", { query: { playerId, limit: 200, cursor } });
      yield* page.transactions;
      if (!page.nextCursor) return;
      cursor = page.nextCursor;
    }
  }

  /** A player's rounds, newest first, fetched page by page. */
  async *rounds(query: RoundQuery): AsyncGenerator<Round> {
    for (let cursor: string | undefined; ;) {
      const page = await this.call("GET /rounds", { query: { ...query, limit: 100, cursor } });
      yield* page.rounds;
      if (!page.nextCursor) return;
      cursor = page.nextCursor;
    }
  }

  round(roundId: string): Promise<Round> {
    return this.call("GET /rounds/{roundId}", { path: { roundId } });
  }

  /** Ends an open round and returns its stake. The same reason again changes nothing. */
  voidRound(roundId: string, reason: string): Promise<Data<"POST /rounds/{roundId}/void">> {
    return this.call("POST /rounds/{roundId}/void", { path: { roundId }, body: { reason } }, { again: true });
  }
}

/** A page that plays, with the launch token in its fragment: that reaches neither servers' logs nor referrers. launchFrom reads it. */
export function launchUrl(page: string, launch: { launchToken: string; gameId?: string }): string {
  const url = new URL(page);
  if (url.hash !== "") throw new TypeError("the page must have no fragment");
  const values = new URLSearchParams({ launchToken: launch.launchToken });
  if (launch.gameId !== undefined) values.set("gameId", launch.gameId);
  url.hash = values.toString();
  return url.href;
}

/** The X-Signature of a call: sha256= and the hex of HMAC-SHA256(secret, "{timestamp}.{METHOD}.{path with query}.{raw body}"). */
export async function sign(secret: string, timestamp: string, method: string, pathWithQuery: string, body: string): Promise<string> {
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey("raw", encoder.encode(secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const mac = await crypto.subtle.sign("HMAC", key, encoder.encode(`${timestamp}.${method}.${pathWithQuery}.${body}`));
  return `sha256=${Array.from(new Uint8Array(mac), (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
