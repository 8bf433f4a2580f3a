// Game recall: /rounds lists a player's rounds, /rounds/{roundId} draws one. Both are this one page, so that who looks need not say who it
// is for every round.
import { Refusal, access, fromLink, fromSandbox } from "./access.js";
import { $ } from "./dom.js";
import { load, showList } from "./list.js";
import { showRound } from "./round.js";

let shown = 0; // counts what was asked to be shown: an older answer is dropped

function roundInPath() {
  return decodeURIComponent(location.pathname.replace(/^\/rounds\/?/, ""));
}

function say(text, bad = false) {
  $("#status").textContent = text;
  $("#status").classList.toggle("bad", bad);
}

/** Does something that asks the server, and says what went wrong. A session that is not good any more leads back to the door. */
async function attempt(act) {
  say("Loading…");
  try {
    await act();
    say("");
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (["30101", "80001", "80002"].includes(error.code)) {
      access.forget();
      await show();
    }
    say(error.message, true);
  }
}

/** Shows what the path asks for. */
async function show() {
  const mine = ++shown;
  for (const part of ["#door", "#list", "#round"]) $(part).hidden = true;
  $("#leave").hidden = !access.known;
  $("#who").textContent = access.known ? (access.isLink ? "by a link" : access.isOperator ? "as an operator" : "as a player") : "";
  if (!access.known || (access.isLink && !roundInPath())) {
    $("#door").hidden = false;
    say("");
    return;
  }
  const id = roundInPath();
  await attempt(() => (id ? showRound(id, () => mine === shown) : showList(open)));
}

function open(id) {
  history.pushState(null, "", id ? `/rounds/${encodeURIComponent(id)}` : "/rounds");
  scrollTo(0, 0);
  show();
}

function onSubmit(form, act) {
  $(form).addEventListener("submit", (event) => {
    event.preventDefault();
    act();
  });
}

onSubmit("#player-door", () => {
  access.asPlayer($("#token").value);
  $("#token").value = "";
  show();
});
onSubmit("#operator-door", () => attempt(async () => {
  await access.asOperator($("#key").value, $("#secret").value);
  $("#key").value = $("#secret").value = "";
  await show();
}));
onSubmit("#filters", () => attempt(() => load(true, open)));
$("#more").addEventListener("click", () => attempt(() => load(false, open)));
$("#leave").addEventListener("click", () => {
  access.forget();
  $("#rounds tbody").replaceChildren();
  $("#round").replaceChildren();
  show();
});
$("#home").addEventListener("click", (event) => {
  event.preventDefault();
  open("");
});
addEventListener("popstate", show);

fromSandbox();
fromLink();
show();
