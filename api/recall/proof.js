// Why a round came out as it did, in words: what GET /rounds/{roundId}/verification found, drawn.
import { el } from "./dom.js";

/** Draws the proof of a round. found is the verification: {verdict, report}. */
export function proof(record, found) {
  if (found.verdict === "unrevealed") {
    return section("Proof", el("p", {}, "The server seed of this round is still secret, because rounds can be played under it. The server is bound to it by its hash, ",
      el("code", {}, record.serverSeedHash), ". It is revealed when the player changes the seed (“Rotate”, in the game), which cannot be done while a round is open. " +
      "From then on this page shows every draw of the round, and whether the record is what the seeds make."));
  }
  const { report } = found;
  return section("Proof",
    el("p", { "data-verdict": found.verdict }, el("strong", {}, report.ok ? "The record is what the seeds make." : "The record is not what the seeds make."),
      ` The server has recomputed the round from the record, the revealed seed and the rules with the hash `, el("code", {}, record.rulesHash), `, and compared ${report.checks.length} things.`),
    report.forced ? el("p", {}, "What came out was asked for in the sandbox, and not left to chance. The record says so for ever.") : null,
    el("p", {}, "The server seed is ", el("code", {}, record.serverSeed), ". Its SHA-256 must be the hash that was shown before the round, ", el("code", {}, record.serverSeedHash), "."),
    report.draws.filter(({ draws }) => draws?.length).map((step) => draws(record, step)),
    el("h3", {}, "What was compared"),
    el("ul", { class: "checks" }, [...groups(report.checks)].map(([words, wrong]) => el("li", { class: wrong.length ? "no" : undefined },
      words, wrong.map(({ expected, got }) => `: computed ${cut(expected)}, recorded ${cut(got)}`)))),
    el("p", { class: "small" }, "You need not believe the server: save the record below, and check it with a program of your own or of somebody else's. docs/fairness.md says how."));
}

/** Draws the receipt of a round, if there is one. */
export function receipt(record) {
  const r = record.receipt;
  if (!r) return null;
  return section("Receipt", el("p", {}, `The server signed this record up to step ${Number(r.step) + 1}, with the key `, el("code", {}, r.keyId), " of ",
    el("a", { href: "/.well-known/receipt-keys.json" }, "its receipt keys"), ". The record's hash is ", el("code", {}, r.recordHash),
    ". Keep the saved record: should the round ever be told otherwise, it proves what the server said. ", el("code", {}, "croupier receipt verify"), " checks it."));
}

function section(title, ...content) {
  return el("section", {}, el("h2", {}, title), ...content);
}

const COMPARED = {
  commitment: "The server seed hashes to the commitment", rulesHash: "The rules are those that the record names", status: "How the round ended",
  stake: "The stake of the round", payout: "The payout of the round", game: "The game is one of this server", variant: "The variant is one of the game",
};
const OF_ACTION = { step: "The steps are numbered without a gap", outcome: "What every step brought, field by field", stake: "The stake of every step",
  payout: "The payout of every step", "": "Every action is one that the rules allow" };

/** The checks by what they say, each with those that failed. */
function groups(checks) {
  const found = new Map();
  for (const check of checks) {
    const [, what] = /^action \d+ ?(.*)$/.exec(check.name) ?? [];
    const words = (what === undefined ? COMPARED[check.name] : OF_ACTION[what]) ?? check.name;
    if (!found.has(words)) found.set(words, []);
    if (!check.ok) found.get(words).push(check);
  }
  return found;
}

const cut = (text) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);

/** The draws of a step: the bytes that HMAC-SHA-512 gave, and what became of them. */
function draws(record, { step, draws: list }) {
  const message = (label) => `${record.clientSeed}:${record.nonce}${label ? `:${label}` : ""}`;
  return el("details", {}, el("summary", {}, `Step ${Number(step) + 1}: ${list.length} ${list.length === 1 ? "draw" : "draws"}`),
    el("p", { class: "small" }, "HMAC-SHA-512, with the server seed as key and the message, gives the bytes. A draw takes the next 4 as a number; its remainder is the result."),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": `Draws of step ${Number(step) + 1}` }, el("table", {},
      el("thead", {}, el("tr", {}, ["Message", "Bytes", "Number", "Remainder"].map((name) => el("th", { scope: "col" }, name)))),
      el("tbody", {}, list.map(({ label, n, words, value }) => el("tr", {}, el("td", {}, el("code", {}, message(label))),
        el("td", {}, el("code", {}, Number(words.at(-1)).toString(16).padStart(8, "0")), words.length > 1 ? ` (${words.length - 1} refused before)` : ""),
        el("td", {}, words.at(-1)), el("td", {}, `mod ${n} = ${value}`)))))));
}
