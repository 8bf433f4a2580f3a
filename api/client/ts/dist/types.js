// The types of the REST API, written by typegen from /openapi.json. Do not edit: scripts/client.sh writes them anew.
/** The members that are Decimals, wherever they stand. */
export const decimals = ["amount", "balance", "escrow", "forcedWagered", "forcedWon", "ggr", "max", "maxBet", "min", "netResult", "openingStakes", "payout", "refund", "refunded", "requestsPerSecond", "stake", "startingBalance", "totalWagered", "used", "wagered", "won"];
