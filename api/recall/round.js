// One round, step by step.
import { get } from "./access.js";
import { $, el, facts, moment, words } from "./dom.js";
import { framesOf } from "./games.js";
import { proof, receipt } from "./proof.js";

let frames = []; // the elements of the frames
let at = 0;

/** Loads and shows a round. still tells whether it is still the one that is wanted. */
export async function showRound(id, still) {
  const path = `/rounds/${encodeURIComponent(id)}`;
  const { data: record, text } = await get(path);
  const [{ data: found }, rules] = await Promise.all([get(`${path}/verification`), rulesOf(record)]);
  if (!still()) return;
  const steps = framesOf(record, rules);
  frames = steps.map((step, i) => frame(step, i, steps.length, record));
  document.title = `Round ${record.roundId}`;
  $("#round").replaceChildren(head(record), stepper(steps.length), ...frames, proof(record, found), receipt(record) ?? "", buttons(record, text), raw(text));
  $("#round").hidden = false;
  go(steps.length - 1);
}

/** The rules of a round, if they are those in use; what is drawn of them is only for marking. */
async function rulesOf(record) {
  try {
    const { data } = await get(`/games/${encodeURIComponent(record.gameId)}/config`);
    return data.rulesHash === record.rulesHash ? data.rules.rules : undefined;
  } catch {
    return undefined;
  }
}

function head(record) {
  return [el("h1", {}, `${record.gameId} `, el("code", {}, record.roundId)),
    record.forced ? el("p", {}, el("span", { class: "badge" }, "Forced in the sandbox: not left to chance")) : null,
    facts([["Status", words(record.status)], ["Staked", `${record.stake} ${record.currency}`],
      ["Paid", record.status === "in_progress" ? "not yet" : `${record.payout} ${record.currency}`], ["Opened", moment(record.actions[0].at)],
      ["Last step", moment(record.actions.at(-1).at)], ["Variant", record.variant], ["Nonce", record.nonce], ["Client seed", el("code", {}, record.clientSeed)]])].reduce(
    (box, part) => (part && box.append(part), box), el("div", { id: "head" }));
}

function stepper(count) {
  const button = (id, words, label, to) => el("button", { id, type: "button", class: "quiet", "aria-label": label, onclick: () => go(to()) }, words);
  return el("div", { class: "steps" }, button("first", "«", "First step", () => 0), button("back", "◀ Back", "One step back", () => at - 1),
    el("output", { id: "place", "aria-live": "polite" }), button("forward", "Forward ▶", "One step forward", () => at + 1), button("last", "»", "Last step", () => count - 1));
}

function frame({ action, title, said, draw, part }, i, count, record) {
  const drawing = draw();
  const money = part ? "the whole step" : "this step";
  return el("section", { class: "frame", "data-frame": String(i), hidden: true }, el("h3", {}, `${i + 1}. ${title}`), said ? el("p", { class: "said" }, said) : null,
    ...[drawing].flat(), facts([[`Staked by ${money}`, `${action.stake} ${record.currency}`], [`Paid by ${money}`, `${action.payout} ${record.currency}`],
      ["Balance after it", `${action.balance} ${record.currency}`], ["Played", moment(action.at)], ["Request", el("code", {}, action.requestId)]]));
}

/** Shows a frame, the nearest that there is. */
function go(to) {
  at = Math.max(0, Math.min(to, frames.length - 1));
  frames.forEach((element, i) => { element.hidden = i !== at; });
  $("#place").textContent = `Step ${at + 1} of ${frames.length}`;
  $("#first").disabled = $("#back").disabled = at === 0;
  $("#last").disabled = $("#forward").disabled = at === frames.length - 1;
}

addEventListener("keydown", (event) => {
  if ($("#round").hidden || event.altKey || event.ctrlKey || event.metaKey || event.target.matches("input, select, [tabindex]")) return;
  const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: frames.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  go(to);
});

function buttons(record, text) {
  return el("div", { class: "actions" }, el("button", { type: "button", onclick: () => print() }, "Print all steps"),
    el("button", { type: "button", class: "quiet", id: "save", onclick: () => save(`round-${record.roundId}.json`, text) }, "Save the record"),
    verifierLink(text));
}

/** Leads to the independent verifier with the record filled in, and the keys of receipts: what is after # stays in the browser. */
function verifierLink(text) {
  const carrying = (keys) => `/verifier#record=${encodeURIComponent(`${text.trim()}\n${keys.trim()}`)}`;
  const link = el("a", { id: "verifier", href: carrying(""), target: "_blank", rel: "noopener" }, "Check it in the independent verifier");
  fetch("/.well-known/receipt-keys.json").then((response) => (response.ok ? response.text() : "")).then((keys) => { link.href = carrying(keys); }, () => {});
  return link;
}

/** Saves the server's own bytes: a record that was written anew would not be what was signed. */
function save(name, text) {
  const link = el("a", { href: URL.createObjectURL(new Blob([text], { type: "application/json" })), download: name });
  link.click();
  URL.revokeObjectURL(link.href);
}

function raw(text) {
  return el("details", {}, el("summary", {}, "The record as the API gives it"), el("pre", {}, text));
}
