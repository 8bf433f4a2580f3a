// One REST call: its URL, its envelope, its errors, and whether it is made again.
import { CroupierError } from "./errors.js";
import { parse, stringify } from "./json.js";
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

const PREFIX = "/api/v1";
const FIRST_PAUSE = 200; // ms
const LONGEST_PAUSE = 5000; // ms
const PASSING = new Set([502, 503, 504]);

export class Rest {
  readonly base: string;
  readonly #options: Required<RestOptions>;

  constructor(base: string, { attempts = 4, timeout = 30_000, fetch: own = (...args) => fetch(...args) }: RestOptions = {}) {
    this.base = new URL(base).origin;
    this.#options = { attempts, timeout, fetch: own };
  }

  async call<K extends keyof Operations>(operation: K, input: Input<K>, credentials: Credentials, how: How = {}): Promise<Data<K>> {
    const [method = "", template = ""] = operation.split(" ");
    const { path = {}, query = {}, body } = input as { path?: Record<string, string>; query?: Record<string, unknown>; body?: unknown };
    const parameters = Object.entries(query).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]);
    const place = PREFIX + template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name])))
      + (parameters.length > 0 ? `?${new URLSearchParams(parameters)}` : "");
    const text = body === undefined ? "" : stringify(body);
    const safe = method === "GET" || how.again === true || how.idempotencyKey !== undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        const headers = await credentials(method, place, text);
        if (how.idempotencyKey !== undefined) headers["Idempotency-Key"] = how.idempotencyKey;
        return await this.#once(method, place, text, headers) as Data<K>;
      } catch (error) {
        if (!(error instanceof CroupierError) || attempt >= this.#options.attempts || !mayRepeat(error, safe)) throw error;
        await pause(Math.min(error.retryAfterMs || FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + Math.random() / 2), LONGEST_PAUSE));
      }
    }
  }

  async #once(method: string, place: string, body: string, headers: Headers): Promise<unknown> {
    if (body !== "") headers["Content-Type"] = "application/json";
    let response: Response, text: string;
    try {
      response = await this.#options.fetch(this.base + place, { method, headers, body: body === "" ? undefined : body, cache: "no-store",
        redirect: "error", signal: AbortSignal.timeout(this.#options.timeout) });
      text = await response.text();
    } catch (cause) {
      throw new CroupierError(`no answer: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
    const answer = read(text);
    const retryAfter = Number(response.headers.get("Retry-After") ?? 0) * 1000;
    if (response.ok && answer?.success === true) return answer.data;
    const { code = "", message = text.slice(0, 200), details = {} } = answer?.error ?? {};
    throw new CroupierError(message, code, response.status, details, answer?.requestId, retryAfter);
  }
}

interface Envelope {
  success?: boolean;
  data?: unknown;
  error?: { code?: string; message?: string; details?: Record<string, unknown> };
  requestId?: string;
}

function read(text: string): Envelope | undefined {
  try {
    return parse(text) as Envelope;
  } catch {
    return undefined; // of a proxy, say
  }
}

/** One that was refused because there were too many was not made at all. */
function mayRepeat(error: CroupierError, safe: boolean): boolean {
  return error.status === 429 || (safe && (error.status === 0 || PASSING.has(error.status)));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
