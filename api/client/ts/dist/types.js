// The types of the REST API, written by typegen from /openapi.json. Do not edit: scripts/client.sh writes them anew.
/** The members that are Decimals, wherever they stand. */
export const decimals = ["amount", "balance", "escrow", "max", "min", "payout", "refund", "requestsPerSecond", "stake", "startingBalance"];
