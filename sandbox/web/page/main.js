// The page: who is signed in, what the server says, and what becomes of it on the screen.
import { Connection } from "./connection.js";
import { $, el, grouped, hint, say } from "./dom.js";
import { Fair, newClientSeed } from "./fair.js";
import { Rounds, showPays, showSeeds } from "./history.js";
import { Machine } from "./machine.js";
import { Show, settled } from "./play.js";
import { call, session, signIn, signOut } from "./server.js";
import { Stake } from "./stake.js";
import { parse } from "./verify/exact.js";
import { CLOSES, REASONS, explain } from "./words.js";

const WIRE = 12; // messages of the wire that are shown

const connection = new Connection();
const machine = new Machine($("#reels"), $("#overlay"));
const show = new Show(machine);
const stake = new Stake(() => enable());
const fair = new Fair(rotate);
const rounds = new Rounds();
let balance = { amount: null, currency: "" }; // the latest that the server said
let standing = null; // what the reels show when they stand
let promised = null; // the seed state that stood on the screen when the pending spin was sent
let returning = false; // the focus goes to Spin as soon as it can be pressed
const known = new Set(); // rounds whose result was shown

// The door.

$("#sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter;
  button.disabled = true;
  try {
    await signIn($("#name").value.trim());
    returning = true;
    await enter();
  } catch (refusal) {
    alertOf(refusal.message);
  } finally {
    button.disabled = false;
  }
});

$("#sign-out").addEventListener("click", async () => {
  leave();
  await signOut();
});

async function enter() {
  alertOf(null);
  $("#door").hidden = true;
  $("#table").hidden = $("#account").hidden = false;
  say($("#player"), session.data.player.username);
  try {
    await learnRules();
  } catch (refusal) {
    leave();
    session.keep(null);
    alertOf(refusal.message);
    return;
  }
  if (connection.pending?.type === "action") begin(null);
  await connection.open();
  refreshLists();
}

function leave() {
  connection.close();
  alertOf(null);
  returning = false;
  rounds.forget();
  known.clear();
  fair.seeds = null;
  balance = { amount: null, currency: "" };
  phase("idle");
  for (const id of ["#rotation", "#wins"]) $(id).replaceChildren();
  $("#last-pair-box").hidden = true;
  say($("#result"), "Choose a stake and spin.");
  $("#door").hidden = false;
  $("#table").hidden = $("#account").hidden = true;
  $("#name").focus();
}

async function learnRules() {
  const config = await call("GET", "/games/slots/config");
  rounds.rulesText = config.rulesText;
  const { rules } = parse(config.rulesText);
  machine.setRules(rules);
  showPays(rules);
  say($("#variant"), `returns ${percent(config.rtp.decimal)} % in the long run`);
  const { currency } = session.data.player;
  stake.setLimits(String(config.limits[currency].min), String(config.limits[currency].max), currency);
  if (standing === null) {
    standing = [0, 1, 2].map((row) => rules.strips.map((strip) => strip[row % strip.length]));
    machine.show(standing);
  }
}

/** "95.98" of "0.9598…": cut, so that it never says too much. */
function percent(decimal) {
  return `${Number(decimal.slice(2, 4))}.${decimal.slice(4, 6)}`;
}

// Playing.

$("#spin-form").addEventListener("submit", (event) => {
  event.preventDefault();
  spin();
});

document.addEventListener("keydown", (event) => {
  if (event.repeat && event.target === $("#spin")) event.preventDefault(); // a key held down is one spin
  const elsewhere = event.target.closest("button, input, a, summary, [tabindex]");
  if ((event.key === " " || event.key === "Enter") && !elsewhere && !$("#table").hidden && !event.repeat) {
    event.preventDefault();
    if ($("#skip").hidden) spin();
    else show.skip();
  }
});

function spin() {
  const { betPerLine, lines } = stake.read();
  if (!betPerLine || $("#spin").disabled) return;
  if (connection.play("action", `{"action":"spin","betPerLine":${betPerLine},"activePaylines":${lines}}`)) begin({ ...fair.seeds });
}

function begin(promise) {
  promised = promise;
  alertOf(null);
  phase("waiting");
  show.begin();
}

async function played({ payload, repeat }) {
  const { roundId, outcome, provablyFair } = payload;
  const again = known.has(roundId);
  known.add(roundId);
  const facts = settled(payload);
  if (again) {
    if (repeat) {
      const note = $("#repeat");
      note.hidden = false;
      note.textContent = `Sent again, answered from the record: the same round, nothing charged (${roundId}).`;
      note.dataset.round = roundId;
    }
    if (document.body.dataset.phase === "waiting") phase("idle");
    connection.ask("balance_get"); // the answer is as old as the round
    return;
  }
  balance = { amount: facts.after, currency: facts.currency };
  connection.ask("seed_get");
  phase("showing");
  document.body.dataset.round = roundId;
  standing = outcome.window;
  fair.played(provablyFair, promised);
  await show.round(outcome, facts);
  phase("idle");
  showBalance();
  refreshLists();
}

function rotate(clientSeed) {
  connection.play("seed_rotate", `{"clientSeed":${JSON.stringify(clientSeed)}}`);
}

/** The default client seed is the player's own: made here, before the first bet. */
function ownSeeds(seeds) {
  fair.show(seeds);
  if (seeds.clientSeedBy === "server" && String(seeds.nonce) === "0" && !connection.pending) rotate(newClientSeed());
}

// What the server says.

connection.addEventListener("message", ({ detail: message }) => {
  wire("←", message.type, message.requestId);
  handlers[message.type]?.(message);
});

const handlers = {
  action_result: played,
  seed_state: ({ payload }) => { ownSeeds(payload); enable(); },
  seed_rotated: async ({ payload, repeat }) => {
    if (repeat) connection.ask("seed_get");
    else await fair.rotated(payload);
    refreshLists(true);
  },
  balance_update: ({ payload }) => {
    balance = { amount: payload.balance, currency: payload.currency };
    if (document.body.dataset.phase === "idle") showBalance();
    if (payload.reason !== "query" && payload.amount !== undefined) {
      hint(`${REASONS[payload.reason] ?? "Balance changed"}: ${grouped(payload.amount)} ${payload.currency}.`);
    }
  },
  round_recovered: ({ payload }) => {
    balance = { amount: payload.balance.current, currency: payload.balance.currency };
    showBalance();
    hint("Your open round is as you left it.");
  },
  session_warning: ({ payload }) => hint(`Session note: ${payload.warningType.replaceAll("_", " ")}.`),
  error: async ({ payload, requestId }) => {
    alertOf(explain(payload));
    if (requestId === undefined) return;
    if (document.body.dataset.phase === "waiting") {
      await show.fail(standing);
      phase("idle");
    }
    connection.ask("balance_get");
    connection.ask("seed_get");
  },
};

connection.addEventListener("state", ({ detail: { state, attempt, attempts, code } }) => {
  document.body.dataset.connection = state;
  const words = {
    offline: "Not connected", connecting: "Connecting…", online: "Connected", expired: "Session ended", ended: "Closed",
    waiting: `Connection lost. Trying again, ${attempt} of ${attempts}`, lost: "Connection lost",
  };
  say($("#connection-text"), words[state]);
  if (state === "online") {
    alertOf(null);
    connection.ask("balance_get");
    connection.ask("seed_get");
  } else if (state === "lost") {
    alertOf("The server cannot be reached. If a spin was under way, it is sent again once and is not charged twice.", "Reconnect", () => connection.open());
  } else if (state === "ended") {
    alertOf(CLOSES[code] ?? "The server closed the connection.", "Play here", () => connection.open());
  } else if (state === "expired") {
    leave();
    session.keep(null);
    alertOf(`${CLOSES[4401]} What you played is in your rounds.`);
  }
  enable();
});

connection.addEventListener("pending", () => enable());
connection.addEventListener("sent", ({ detail: { type, requestId } }) => {
  if (type !== "ping") wire("→", type, requestId);
  if (connection.pending?.requestId === requestId) say($("#last-request"), requestId);
});

// For developers.

$("#resend").addEventListener("click", () => {
  promised = { ...fair.seeds };
  connection.resend();
});
$("#cut").addEventListener("click", () => connection.cut());

function wire(direction, type, requestId = "") {
  $("#wire").prepend(el("li", {}, `${direction} ${type} ${requestId.slice(0, 8)}`));
  while ($("#wire").children.length > WIRE) $("#wire").lastChild.remove();
}

// The screen.

function phase(now) {
  document.body.dataset.phase = now;
  enable();
}

function enable() {
  const ready = connection.state === "online" && connection.pending === null && document.body.dataset.phase === "idle";
  const spin = $("#spin");
  if (document.activeElement === spin) returning = true; // being disabled takes the focus away
  spin.disabled = !ready || !fair.seeds || !stake.read().betPerLine;
  if (returning && !spin.disabled) {
    returning = false;
    if (document.activeElement === document.body) spin.focus({ preventScroll: true });
  }
  $("#rotate").disabled = !ready || !fair.seeds;
  $("#resend").disabled = !ready || connection.last === null;
  $("#cut").disabled = connection.state !== "online";
}

function showBalance() {
  if (balance.amount !== null) say($("#balance"), `${grouped(balance.amount)} ${balance.currency}`);
}

/** all is whether seeds may have been revealed since the lists were drawn. */
function refreshLists(all = false) {
  for (const loaded of [rounds.refresh(all), showSeeds()]) loaded.catch((refusal) => { if (session.signedIn) hint(refusal.message); });
}

function alertOf(words, action, act) {
  $("#alert").hidden = words === null;
  say($("#alert-text"), words ?? "");
  $("#alert-action").hidden = !action;
  say($("#alert-action"), action ?? "");
  $("#alert-action").onclick = act ?? null;
}

if (session.signedIn) await enter();
else $("#door").hidden = false;
