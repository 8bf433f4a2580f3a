// One REST call: its URL, its envelope, its errors, and whether it is made again.
import { CroupierError } from "./errors.js";
import { parse, stringify } from "./json.js";
const PREFIX = "/api/v1";
const FIRST_PAUSE = 200; // ms
const LONGEST_PAUSE = 5000; // ms
const PASSING = new Set([502, 503, 504]);
export class Rest {
    base;
    #options;
    constructor(base, { attempts = 4, timeout = 30_000, fetch: own = (...args) => fetch(...args) } = {}) {
        this.base = new URL(base).origin;
        this.#options = { attempts, timeout, fetch: own };
    }
    async call(operation, input, credentials, how = {}) {
        const [method = "", template = ""] = operation.split(" ");
        const { path = {}, query = {}, body } = input;
        const parameters = Object.entries(query).filter(([, value]) => value !== undefined).map(([name, value]) => [name, String(value)]);
        const place = PREFIX + template.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(String(path[name])))
            + (parameters.length > 0 ? `?${new URLSearchParams(parameters)}` : "");
        const text = body === undefined ? "" : stringify(body);
        const safe = method === "GET" || how.again === true || how.idempotencyKey !== undefined;
        for (let attempt = 1;; attempt++) {
            try {
                const headers = await credentials(method, place, text);
                if (how.idempotencyKey !== undefined)
                    headers["Idempotency-Key"] = how.idempotencyKey;
                return await this.#once(method, place, text, headers);
            }
            catch (error) {
                if (!(error instanceof CroupierError) || attempt >= this.#options.attempts || !mayRepeat(error, safe))
                    throw error;
                await pause(Math.min(error.retryAfterMs || FIRST_PAUSE * 2 ** (attempt - 1) * (0.5 + Math.random() / 2), LONGEST_PAUSE));
            }
        }
    }
    async #once(method, place, body, headers) {
        if (body !== "")
            headers["Content-Type"] = "application/json";
        let response, text;
        try {
            response = await this.#options.fetch(this.base + place, { method, headers, body: body === "" ? undefined : body, cache: "no-store",
                redirect: "error", signal: AbortSignal.timeout(this.#options.timeout) });
            text = await response.text();
        }
        catch (cause) {
            throw new CroupierError(`no answer: ${cause instanceof Error ? cause.message : String(cause)}`);
        }
        const answer = read(text);
        const retryAfter = Number(response.headers.get("Retry-After") ?? 0) * 1000;
        if (response.ok && answer?.success === true)
            return answer.data;
        const { code = "", message = text.slice(0, 200), details = {} } = answer?.error ?? {};
        throw new CroupierError(message, code, response.status, details, answer?.requestId, retryAfter);
    }
}
function read(text) {
    try {
        return parse(text);
    }
    catch {
        return undefined; // of a proxy, say
    }
}
/** One that was refused because there were too many was not made at all. */
function mayRepeat(error, safe) {
    return error.status === 429 || (safe && (error.status === 0 || PASSING.has(error.status)));
}
function pause(ms) {
    return new Promise((resolve) => setTimeout(resolve, ms));
}
