/** A call that the server, or something before it, refused. code is the protocol's, "" if there was no answer of the server. */
export declare class CroupierError extends Error {
    readonly code: string;
    readonly status: number;
    readonly details: Readonly<Record<string, unknown>>;
    readonly requestId: string;
    readonly retryAfterMs: number;
    constructor(message: string, code?: string, status?: number, details?: Readonly<Record<string, unknown>>, requestId?: string, retryAfterMs?: number);
}
/** The codes that a client may want to tell apart. */
export declare const Code: {
    readonly insufficientBalance: "30007";
    readonly outsideLimits: "30008";
    readonly gameNotAvailable: "30021";
    readonly busy: "30029";
    readonly sessionExpired: "30101";
    readonly playerExcluded: "30104";
    readonly tooManyMessages: "30429";
    readonly roundNotFound: "30601";
    readonly invalidAction: "30602";
    readonly roundComplete: "30603";
    readonly requestReused: "30604";
    readonly internal: "30999";
    readonly invalidKey: "80001";
    readonly invalidSignature: "80002";
    readonly rateLimited: "80003";
    readonly invalidRequest: "80004";
    readonly forbidden: "80005";
    readonly notFound: "80006";
    readonly conflict: "80007";
    readonly notEnoughMoney: "80008";
    readonly unavailable: "80009";
    readonly playerNotFound: "80010";
    readonly invalidCurrency: "80011";
    readonly launchExpired: "80101";
    readonly launchUsed: "80102";
    readonly launchInvalid: "80103";
};
