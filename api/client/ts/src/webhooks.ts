// Webhooks are signed by the Standard Webhooks rules: HMAC-SHA256 of "{webhook-id}.{webhook-timestamp}.{raw body}".
import { parse } from "./json.js";

/** What happened. The same id may come more than once: remember those that you have dealt with. */
export interface WebhookEvent {
  id: string;
  type: string;
  /** When it happened (RFC 3339): the newest of several knows best. */
  timestamp: string;
  data: unknown;
}

/** A webhook that is not the server's, or is too old. Answer 401, and tell nobody why. */
export class WebhookError extends Error {
  override name = "WebhookError";
}

/** The headers of a request: of fetch, of Node's http, or an object. */
export type WebhookHeaders = { get(name: string): string | null } | Record<string, string | string[] | undefined>;

const TOLERANCE = 5 * 60; // seconds

/**
 * Returns a verified webhook, or throws WebhookError. body is the raw body, as it came. secrets are the endpoint's, each "whsec_" and base64:
 * while one is rotated there are two. now is in ms.
 */
export async function verifyWebhook(
  secrets: string | readonly string[], headers: WebhookHeaders, body: string | Uint8Array, now = Date.now(),
): Promise<WebhookEvent> {
  const [id, timestamp, signatures] = ["webhook-id", "webhook-timestamp", "webhook-signature"].map((name) => header(headers, name));
  if (!id || !timestamp || !signatures) throw new WebhookError("webhook-id, webhook-timestamp or webhook-signature is missing");
  if (!/^[0-9]{1,12}$/.test(timestamp)) throw new WebhookError("webhook-timestamp is no time in Unix seconds");
  const raw = typeof body === "string" ? new TextEncoder().encode(body) : body;
  const start = new TextEncoder().encode(`${id}.${timestamp}.`);
  const signed = new Uint8Array(start.length + raw.length);
  signed.set(start);
  signed.set(raw, start.length);
  let good = false;
  for (const secret of typeof secrets === "string" ? [secrets] : secrets) {
    const bytes = base64(secret.replace(/^whsec_/, ""));
    if (bytes === undefined || bytes.length < 16) throw new TypeError("a webhook secret is whsec_ and base64 of 16 bytes or more");
    const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const one of signatures.split(" ")) {
      const mac = one.startsWith("v1,") ? base64(one.slice(3)) : undefined;
      if (mac !== undefined && await crypto.subtle.verify("HMAC", key, mac, signed)) good = true; // compares in constant time
    }
  }
  if (!good) throw new WebhookError("no signature is of a secret that is known");
  if (Math.abs(now / 1000 - Number(timestamp)) > TOLERANCE) throw new WebhookError("it is of another time");
  try {
    const { type, timestamp: at, data } = parse(new TextDecoder().decode(raw)) as { type?: unknown; timestamp?: unknown; data?: unknown };
    if (typeof type === "string" && typeof at === "string") return { id, type, timestamp: at, data };
  } catch {
    // below
  }
  throw new WebhookError("its body is no event");
}

function header(headers: WebhookHeaders, name: string): string | undefined {
  if (typeof headers.get === "function") return (headers as { get(name: string): string | null }).get(name) ?? undefined;
  const found = Object.entries(headers as Record<string, string | string[] | undefined>).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof found === "string" ? found : found?.[0];
}

function base64(text: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  } catch {
    return undefined;
  }
}
