/** A call that the server, or something before it, refused. code is the protocol's, "" if there was no answer of the server. */
export class CroupierError extends Error {
  constructor(
    message: string,
    readonly code = "",
    readonly status = 0,
    readonly details: Readonly<Record<string, unknown>> = {},
    readonly requestId = "",
    readonly retryAfterMs = 0,
  ) {
    super(message);
    this.name = "CroupierError";
  }
}

/** The codes that a client may want to tell apart. */
export const Code = {
  insufficientBalance: "30007", outsideLimits: "30008", gameNotAvailable: "30021", busy: "30029", sessionExpired: "30101",
  playerExcluded: "30104", tooManyMessages: "30429", roundNotFound: "30601", invalidAction: "30602", roundComplete: "30603",
  requestReused: "30604", internal: "30999", invalidKey: "80001", invalidSignature: "80002", rateLimited: "80003", invalidRequest: "80004",
  forbidden: "80005", notFound: "80006", conflict: "80007", notEnoughMoney: "80008", unavailable: "80009", playerNotFound: "80010",
  invalidCurrency: "80011", launchExpired: "80101", launchUsed: "80102", launchInvalid: "80103",
} as const;
