// The page: who is signed in, which game is played, what the server says, and what becomes of it on the screen.
import { Care } from "./care.js";
import { Connection, forgetPending } from "./connection.js";
import { Developer } from "./developer.js";
import { $, grouped, hint, say } from "./dom.js";
import { Fair, newClientSeed } from "./fair.js";
import { Focus } from "./focus.js";
import { Rounds, showSeeds } from "./history.js";
import { Notices } from "./notices.js";
import { Picker } from "./picker.js";
import { RoundTable } from "./round.js";
import { SCENES } from "./scenes/scenes.js";
import { call, session, signIn, signOut } from "./server.js";
import { SlotsTable } from "./slots.js";
import { Decimal, parse } from "./verify/exact.js";
import { CLOSES, REASONS, explain } from "./words.js";

/** What tables may do with the page. A table plays one game; slots.js and round.js have them. */
const host = {
  /** Sends a play; its answer goes to the table's handler of the answer's type. */
  play(type, payload) {
    if (connection.play(type, payload)) begin({ ...fair.seeds });
  },
  get ready() { return ready(); },
  enable: () => enable(),
  /** A result came: the balance after it, and whether the seeds and the rounds are others now. */
  settled(round, after, others) {
    balance = { amount: after, currency: balance.currency };
    if (others) connection.ask("seed_get");
    document.body.dataset.round = round;
    $("#last-round").href = `/rounds/${encodeURIComponent(round)}`;
    phase("showing");
  },
  proof: (proof, promised) => fair.played(proof, promised),
  /** The result stands on the screen. */
  done() {
    phase("idle");
    showBalance();
    refreshLists();
    care.played();
  },
  /** An answer came that was shown before. */
  again(round, repeat) {
    if (repeat) {
      const note = $("#repeat");
      note.hidden = false;
      note.textContent = `Sent again, answered from the record: the same round, nothing charged (${round}).`;
      note.dataset.round = round;
    }
    if (document.body.dataset.phase === "waiting") phase("idle");
    connection.ask("balance_get"); // the answer is as old as the round
  },
};

const slots = new SlotsTable(host);
const fair = new Fair(rotate);
const rounds = new Rounds();
const picker = new Picker(play);
const notices = new Notices((game) => picker.nameOf(game));
const care = new Care({
  acknowledge: (warningType) => connection?.ask("acknowledge", JSON.stringify({ warningType })),
  leave: () => $("#sign-out").click(),
  changed: () => enable(),
});
const focus = new Focus($("#machine"));
const developer = new Developer({
  resend: () => { if (connection.resend()) table?.resent?.({ ...fair.seeds }); },
  cut: () => connection.cut(),
});
let connection = null; // of the game that is played
let table = null; // where it is played; null where this page has none for it
let broken = false; // the connection was lost since the lists were drawn
let balance = { amount: null, currency: "" }; // the latest that the server said

// The door.

$("#sign-in-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.submitter;
  button.disabled = true;
  try {
    await signIn($("#name").value.trim());
    focus.ask();
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
    care.enter().catch((refusal) => hint(refusal.message));
    await picker.enter();
  } catch (refusal) {
    leave();
    session.keep(null);
    alertOf(refusal.message);
  }
}

function leave() {
  standUp();
  forgetPending();
  picker.leave();
  alertOf(null);
  focus.forget();
  care.forget();
  fair.seeds = null;
  balance = { amount: null, currency: "" };
  notices.clear();
  $("#rotation").replaceChildren();
  $("#door").hidden = false;
  $("#table").hidden = $("#account").hidden = true;
  $("#name").focus();
}

/** Leaves the game that is played. */
function standUp() {
  connection?.leave();
  table?.stand();
  [connection, table] = [null, null];
  rounds.forget();
  phase("idle");
  delete document.body.dataset.round;
  delete document.body.dataset.open;
  $("#last-pair-box").hidden = $("#repeat").hidden = true;
  $("#result").classList.remove("won");
}

/** Sits down at a game. config is its configuration, as the API has it. */
async function play(config) {
  standUp();
  const { gameId, name, rulesText, limits } = config;
  document.body.dataset.game = gameId;
  document.title = `${name}: croupier sandbox`;
  say($("#machine-name"), name);
  say($("#variant"), `returns ${percent(config.rtp.decimal)} % in the long run`);
  const { rules } = parse(rulesText);
  const { currency } = session.data.player;
  const [min, max] = [Decimal.from(limits[currency].min), Decimal.from(limits[currency].max)];
  table = rules.strips ? slots : SCENES[gameId] ? new RoundTable(host, SCENES[gameId], gameId) : null;
  say($("#result"), table?.greeting ?? "This page has no table for this game yet. The server plays it all the same: see the API.");
  const help = table?.sit({ game: gameId, rules, min, max, currency });
  rounds.choose(gameId, rulesText, help?.describe);
  $("#pays-box").hidden = !help;
  say($("#pays-title"), help?.title ?? "");
  $("#pays").replaceChildren(...(help?.content ?? []));
  connection = wired(new Connection(gameId));
  if (["action", "cashout"].includes(connection.pending?.type)) begin(null);
  refreshLists();
  await connection.open();
}

/** "95.98" of "0.9598…": cut, so that it never says too much. */
function percent(decimal) {
  return `${Number(decimal.slice(2, 4))}.${decimal.slice(4, 6)}`;
}

// Playing.

document.addEventListener("keydown", (event) => {
  const elsewhere = event.target.closest("button, input, select, a, summary, [tabindex]");
  if ((event.key === " " || event.key === "Enter") && !elsewhere && table && !event.repeat) {
    event.preventDefault();
    table.press();
  }
});

function begin(promised) {
  alertOf(null);
  phase("waiting");
  table?.begin(connection.pending, promised);
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

const handlers = {
  action_result: (message) => table?.action_result(message),
  cashout_result: (message) => table?.cashout_result?.(message),
  seed_state: ({ payload }) => { ownSeeds(payload); enable(); },
  seed_rotated: async ({ payload, repeat, asked }) => {
    if (repeat) connection.ask("seed_get");
    else await fair.rotated(payload);
    if (!asked) connection?.ask("seed_get"); // rotated elsewhere: whose client seed is it now?
    refreshLists(true);
  },
  balance_update: ({ payload }) => {
    balance = { amount: payload.balance, currency: payload.currency };
    if (document.body.dataset.phase === "idle") showBalance();
    if (payload.reason === "query") table?.told?.(); // it was asked for when the connection opened
    else if (payload.amount !== undefined) {
      hint(`${REASONS[payload.reason] ?? "Balance changed"}: ${grouped(payload.amount)} ${payload.currency}.`);
    }
  },
  round_recovered: ({ payload }) => {
    balance = { amount: payload.balance.current, currency: payload.balance.currency };
    showBalance();
    table?.recovered?.(payload, connection.pending !== null);
  },
  round_expired: ({ payload }) => {
    notices.expired(payload);
    table?.expired?.(payload);
    connection.ask("balance_get");
    refreshLists();
  },
  round_voided: ({ payload }) => {
    notices.voided(payload);
    table?.voided?.(payload);
    connection.ask("balance_get");
    refreshLists();
  },
  session_warning: ({ payload }) => care.warn(payload),
  error: async ({ payload, requestId }) => {
    alertOf(explain(payload));
    if (String(payload.code) === "30103") care.waits();
    if (requestId === undefined) return;
    if (document.body.dataset.phase === "waiting" && !connection.pending) {
      await table?.fail();
      phase("idle");
    }
    connection?.ask("balance_get");
    connection?.ask("seed_get");
  },
};

const STATES = { offline: "Not connected", connecting: "Connecting…", online: "Connected", expired: "Session ended", ended: "Closed", lost: "Connection lost" };

/** Listens to a connection for as long as it is the one of the game that is played. */
function wired(made) {
  const on = (name, handle) => made.addEventListener(name, ({ detail }) => { if (made === connection) handle(detail); });
  on("message", (message) => {
    developer.received(message);
    handlers[message.type]?.(message);
  });
  on("pending", () => enable());
  on("sent", (sent) => developer.sent(sent, made.pending?.requestId === sent.requestId));
  on("state", connected);
  return made;
}

function connected({ state, attempt, attempts, code }) {
  document.body.dataset.connection = state;
  broken ||= state === "waiting" || state === "lost";
  say($("#connection-text"), STATES[state] ?? `Connection lost. Trying again, ${attempt} of ${attempts}`);
  if (state === "online") {
    alertOf(null);
    table?.connected?.();
    connection.ask("balance_get");
    connection.ask("seed_get");
    if (broken) refreshLists(true); // what was asked for when it was lost may have been lost, too
    broken = false;
  } else if (state === "lost") {
    alertOf("The server cannot be reached. If something that you played was under way, it is sent again once and is not charged twice.", "Reconnect", () => connection.open());
  } else if (state === "ended") {
    alertOf(CLOSES[code] ?? "The server closed the connection.", "Play here", () => connection.open());
  } else if (state === "expired") {
    leave();
    session.keep(null);
    alertOf(`${CLOSES[4401]} What you played is in your rounds.`);
  }
  enable();
}

// The screen.

function phase(now) {
  document.body.dataset.phase = now;
  enable();
}

function ready() {
  return connection?.state === "online" && connection.pending === null && document.body.dataset.phase === "idle" && fair.seeds !== null;
}

function enable() {
  const may = ready();
  focus.note();
  table?.enable(may);
  if (may) focus.goOn(table?.target());
  $("#rotate").disabled = !may || Boolean(table?.busy);
  developer.enable(may && connection.last !== null, connection?.state === "online");
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
