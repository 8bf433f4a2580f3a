/** What happened. The same id may come more than once: remember those that you have dealt with. */
export interface WebhookEvent {
    id: string;
    type: string;
    /** When it happened (RFC 3339): the newest of several knows best. */
    timestamp: string;
    data: unknown;
}
/** A webhook that is not the server's, or is too old. Answer 401, and tell nobody why. */
export declare class WebhookError extends Error {
    name: string;
}
/** The headers of a request: of fetch, of Node's http, or an object. */
export type WebhookHeaders = {
    get(name: string): string | null;
} | Record<string, string | string[] | undefined>;
/**
 * Returns a verified webhook, or throws WebhookError. body is the raw body, as it came. secrets are the endpoint's, each "whsec_" and base64:
 * while one is rotated there are two. now is in ms.
 */
export declare function verifyWebhook(secrets: string | readonly string[], headers: WebhookHeaders, body: string | Uint8Array, now?: number): Promise<WebhookEvent>;
