// Why a round's result is what it is, in plain words and numbers: what verify.js recomputed, drawn.
import { el, grouped, moment } from "./dom.js";
import { spin } from "./slots_proof.js";

export const VERDICTS = {
  verified: { badge: "good", words: "Verified" },
  failed: { badge: "bad", words: "Does not match" },
  unrevealed: { badge: "wait", words: "Seed still in use" },
  unknown: { badge: "wait", words: "Cannot be checked here" },
};

/** What verify.js compares, by the names of its checks. */
const COMPARED = {
  record: "The record is whole and can be read",
  commitment: "The server seed hashes to the commitment",
  rules: "The rules are those that the record names",
  step: "The steps are numbered without a gap",
  outcome: "What every step brought, field by field",
  "stake of the action": "The stake of every step",
  "payout of the action": "The payout of every step",
  stake: "The stake of the round",
  payout: "The payout of the round",
  status: "How the round ended",
  "the end": "Nothing comes after the end",
};

/** Draws a report of verifyRound. record is what was checked, notedAt when its commitment was first seen here, or null; describe says
 * what a step did. */
export function proof(report, record, notedAt, describe) {
  const failed = report.checks.filter(({ ok }) => !ok);
  return el("div", { class: "proof", "data-verdict": report.verdict },
    failed.length === 0 ? null : step("What does not match", el("ul", { class: "checks" },
      failed.map((c) => el("li", { class: "no" }, `${COMPARED[c.name] ?? c.name}: computed ${c.expected}; recorded ${c.got}`)))),
    report.why ? step("Not checked", el("p", {}, report.why)) : null,
    report.forced ? step("A forced round", el("p", {}, "What came out was asked for in the sandbox and was not left to chance. The record says so for ever.")) : null,
    commitment(report, record, notedAt),
    ...replay(report, record, describe),
    step("Everything that was compared", compared(report.checks)));
}

function compared(checks) {
  const said = Map.groupBy(checks, ({ name }) => COMPARED[name] ?? name);
  return el("ul", { class: "checks" }, [...said].map(([words, ones]) => el("li", { class: ones.every(({ ok }) => ok) ? "yes" : "no" }, words)));
}

export function step(title, ...content) {
  return el("section", {}, el("h3", {}, title), ...content);
}

function commitment(report, record, notedAt) {
  const ok = report.checks.some(({ name, ok }) => name === "commitment" && ok);
  return step("1. The house was bound before you played",
    el("p", {}, "The server seed, revealed now, is ", el("code", {}, record.serverSeed), "."),
    el("p", {}, `Its SHA-256 ${ok ? "is the commitment of this round" : "is not the commitment of this round"}, `, el("code", {}, record.serverSeedHash),
      notedAt ? `, which this browser was first shown on ${moment(notedAt)}. The round was played on ${moment(record.actions[0].at)}.` : ". This browser was not shown it before, so compare it with what you noted yourself."));
}

function replay(report, record, describe) {
  if (report.steps.length === 0) return [];
  if (report.steps[0].detail?.betPerLine) return spin(report, record);
  return [
    step(report.forced ? "2. What was asked for, and then the seeds, decide every step" : "2. The seeds decide every step",
      el("p", {}, "HMAC-SHA-512 with the server seed as key and the message that stands above each table gives the bytes. A draw takes the " +
        "next 4 of them as a number; its remainder is the result. The rules are those whose hash stands in the record, ",
        el("code", {}, record.rulesHash), ".", report.forced ? " The values that were asked for come first." : ""),
      el("ol", { class: "steps" }, report.steps.map((one, i) => el("li", {}, el("p", {}, el("strong", {}, title(one)), " ",
        one.type === "void" ? "" : describe?.(told(record.actions[i], one, i)) ?? ""), one.streams.filter(({ draws }) => draws.length > 0).map(drawn))))),
    step("The sum", el("p", {}, `Staked ${grouped(record.stake)}, paid ${grouped(record.payout)} ${record.currency}: ` +
      `${report.checks.some(({ name, ok }) => name === "payout" && ok) ? "just what was computed here" : "not what was computed here"}.`)),
  ];
}

/** A recorded action as scenes are told of steps. */
function told({ type, payload, outcome }, { status }, i) {
  return { action: type === "action" ? payload.action : type, request: payload, outcome, status, opening: i === 0 };
}

function title({ type, action, payload, stake }) {
  if (type === "cashout") return "Cash-out.";
  if (type === "expiry") return "Settled by the server, because nobody finished the round.";
  if (type === "void") return `Voided by the operator, who returned the stake: ${payload.reason}`;
  const fields = Object.entries(payload).filter(([name]) => name !== "action").map(([name, value]) => `${name} ${value}`);
  const name = action[0].toUpperCase() + action.slice(1);
  return `${name}${fields.length > 0 ? ` (${fields.join(", ")})` : ""}${stake.units > 0n && !("amount" in payload) ? `, ${grouped(stake)} more at stake` : ""}.`;
}

const FOLDED = 8; // draws of one stream that are shown at once

function drawn({ message, draws }) {
  const table = () => [el("p", { class: "small" }, "Message ", el("code", {}, message)), drawsTable(draws)];
  if (draws.length <= FOLDED) return el("div", {}, table());
  return el("details", {}, el("summary", {}, `${draws.length} draws: ${draws[0].what || "the first"} and others`), table());
}

function drawsTable(draws) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Draws" }, el("table", {},
    el("thead", {}, el("tr", {}, ["Decides", "Bytes", "Number", "Remainder"].map((name) => el("th", { scope: "col" }, name)))),
    el("tbody", {}, draws.map(({ n, words, value, what }) => el("tr", {},
      el("th", { scope: "row" }, what), el("td", {}, bytes(words)), el("td", { class: "number" }, String(words.at(-1).value)),
      el("td", {}, `mod ${n} = ${value}`))))));
}

/** The bytes that a draw took in the end, and how many it refused. */
export function bytes(words) {
  const last = words.at(-1);
  const refused = words.length - 1;
  return [el("code", {}, last.hex), last.forced ? " (forced)" : refused > 0 ? ` (${refused} refused before)` : ""];
}
