import { launchUrl, Operator, Player } from "@croupier/client";

const { CROUPIER_URL: url, CROUPIER_API_KEY: apiKey, CROUPIER_API_SECRET: apiSecret } = process.env;

// Your server: it knows the API secret.
const casino = new Operator({ url, apiKey, apiSecret });
const launch = await casino.createSSOToken({
  playerId: "player-43", currency: "USD", jurisdiction: "MT", locale: "en-GB", gameId: "slots",
});
console.log("send the player to", launchUrl("https://casino.example/play", { ...launch, gameId: "slots" }));
const { balance } = await casino.deposit({ playerId: "player-43", amount: "25.00", currency: "USD", transactionId: "deposit-2" });
console.log("the player has", balance);

// The player's browser: it knows the launch token, and reads it with launchFrom(location.hash).
const player = new Player({ url });
await player.exchange({ launchToken: launch.launchToken });
const slots = player.connect("slots");
slots.on("state", ({ state, attempt }) => console.log("connection:", state, attempt || ""));
slots.onMessage("round_recovered", (round) => console.log("still open:", round.roundId));
await slots.open();
const spin = await slots.request("action", { action: "spin", betPerLine: "0.25", activePaylines: 20 });
console.log("round", spin.payload.status, "balance", spin.payload.balance.after);
slots.leave();

for await (const round of casino.rounds({ playerId: "player-43" })) console.log("staked", round.stake, "paid", round.payout);
