// The lists: past rounds of the game with their proofs, and revealed seeds.
import { $, clock, day, el, grouped, moment } from "./dom.js";
import { stepsLink, verifierLink } from "./elsewhere.js";
import { noted } from "./fair.js";
import { VERDICTS, proof } from "./proof.js";
import { call } from "./server.js";
import { sha256 } from "./verify/stream.js";
import { verifyRound } from "./verify/verify.js";

const PAGE = 20;

export class Rounds {
  #game = null;
  #rulesText = ""; // the rules that rounds are verified by, as the text whose hash their records name
  #describe = null; // says what a step did, for proofs

  constructor() {
    this.rows = new Map(); // by round id: {record, element, report}
    this.next = null; // cursor of the page after those that are shown
    this.loading = Promise.resolve();
    $("#verify-all").addEventListener("click", () => this.verifyAll());
    $("#older").addEventListener("click", () => this.#next(() => this.#older()));
  }

  /** Loads the newest rounds; all that are shown, if seeds may have been revealed. */
  refresh(all) {
    return this.#next(() => this.#newest(all ? this.rows.size : 1));
  }

  /** Lists the rounds of another game. describe says what a recorded step of it did, see words of scenes/scenes.js. */
  choose(game, rulesText, describe) {
    this.forget();
    [this.#game, this.#rulesText, this.#describe] = [game, rulesText, describe];
  }

  forget() {
    this.#game = null;
    this.rows.clear();
    this.next = null;
    this.#draw();
  }

  /** One load after the other, so that an older answer never comes in after a newer one. */
  #next(load) {
    const game = this.#game;
    const still = (act) => () => (game !== null && game === this.#game ? act() : undefined);
    this.loading = this.loading.catch(() => {}).then(still(load)).then(still(() => this.#draw()));
    return this.loading;
  }

  async #page(cursor) {
    const query = new URLSearchParams({ gameId: this.#game, limit: PAGE, ...(cursor ? { cursor } : {}) });
    const { rounds, nextCursor } = await call("GET", `/rounds?${query}`);
    return { rows: rounds.map((record) => [record.roundId, this.#row(record)]), next: nextCursor ?? null };
  }

  /** Loads at least so many of the newest rounds, and keeps the older ones that are shown if nothing is missing between. */
  async #newest(count) {
    const fresh = new Map();
    let page = { next: null };
    do {
      page = await this.#page(page.next);
      for (const [id, row] of page.rows) fresh.set(id, row);
    } while (page.next !== null && fresh.size < count);
    const joined = [...fresh.keys()].some((id) => this.rows.has(id));
    const older = joined ? [...this.rows].filter(([id]) => !fresh.has(id)) : [];
    if (older.length === 0) this.next = page.next;
    this.rows = new Map([...fresh, ...older]);
  }

  async #older() {
    const { rows, next } = await this.#page(this.next);
    this.rows = new Map([...this.rows, ...rows]);
    this.next = next;
  }

  #row(record) {
    const row = this.rows.get(record.roundId);
    const same = (a, b) => Boolean(a.serverSeed) === Boolean(b.serverSeed) && a.actions.length === b.actions.length;
    if (row && same(row.record, record)) return row;
    const made = { record, report: null, element: null };
    made.element = this.#element(made);
    return made;
  }

  #element(row) {
    const { record } = row;
    const [action] = record.actions;
    const open = record.status === "in_progress";
    row.state = el("span", {});
    row.place = el("div", {});
    const element = el("li", { "data-round": record.roundId }, el("div", { class: "line" },
      el("time", { datetime: action.at }, clock(action.at)),
      el("span", { class: "what" }, `${grouped(record.stake)} staked, ${open ? "still open" : `${grouped(record.payout)} paid`}`,
        el("small", {}, `nonce ${record.nonce}, seed `, el("code", { title: `Server seed hash ${record.serverSeedHash}` }, short(record.serverSeedHash)),
          record.forced ? ", forced" : "", { expiry: ", settled unfinished", void: ", voided and returned" }[record.actions.at(-1).type] ?? "",
          ", ", stepsLink(record.roundId, "step by step"))),
      row.state), row.place);
    if (record.serverSeed) row.state.append(el("button", { type: "button", class: "verdict", "aria-expanded": "false", onclick: () => this.#toggle(row) }, "Verify"));
    else row.state.append(el("span", { class: "badge wait", title: "Rotate the seed to reveal it" }, VERDICTS.unrevealed.words));
    return element;
  }

  async #verify(row) {
    row.report ??= await verifyRound(row.record, this.#rulesText);
    const { badge, words } = VERDICTS[row.report.verdict];
    const button = row.state.querySelector("button");
    if (button) {
      button.className = `verdict ${badge}`;
      button.textContent = words;
      button.setAttribute("aria-expanded", String(row.place.hasChildNodes()));
    }
    return row.report;
  }

  /** Verifies a round and shows the proof, or hides it again. */
  async #toggle(row) {
    if (row.place.hasChildNodes()) row.place.replaceChildren();
    else row.place.replaceChildren(proof(await this.#verify(row), row.record, noted(row.record.serverSeedHash), this.#describe), again(row.record));
    await this.#verify(row);
  }

  /** Verifies the rounds that are loaded and says how many passed. */
  async verifyAll() {
    const count = { verified: 0, failed: 0, unrevealed: 0, unknown: 0 };
    for (const row of this.rows.values()) count[(await this.#verify(row)).verdict]++;
    const parts = [`${count.verified} verified`];
    if (count.failed) parts.push(`${count.failed} do not match`);
    if (count.unknown) parts.push(`${count.unknown} cannot be checked here`);
    if (count.unrevealed) parts.push(`${count.unrevealed} under the seed still in use: rotate to reveal it`);
    $("#summary").textContent = parts.join(", ");
  }

  #draw() {
    const days = Map.groupBy(this.rows.values(), ({ record }) => day(record.actions[0].at));
    $("#rounds").replaceChildren(...[...days].map(([name, rows]) =>
      el("section", {}, el("h3", {}, name), el("ol", {}, rows.map(({ element }) => element)))));
    $("#no-rounds").hidden = this.rows.size > 0;
    $("#verify-all").hidden = this.rows.size === 0;
    $("#verify-all").textContent = this.rows.size === 1 ? "Verify this one" : `Verify these ${this.rows.size}`;
    $("#older").hidden = this.next === null;
    $("#summary").textContent = "";
  }
}

/** For those who do not believe this page, either. */
function again({ roundId }) {
  return el("p", { class: "again small" }, "This page is the house's own. Check the same round ", verifierLink(roundId, "in the independent verifier"),
    ", which you can keep and run from your disk, or look at it ", stepsLink(roundId, "step by step"), ".");
}

/** As much of a hash as tells seeds apart by eye. */
function short(hash) {
  return hash.slice(0, 8);
}

/** Loads and shows the revealed seeds, each held against its commitment. */
export async function showSeeds() {
  const { seeds } = await call("GET", "/seeds/history?limit=50");
  const items = await Promise.all(seeds.map(async (seed, i) => {
    const ok = (await sha256(seed.serverSeed)) === seed.serverSeedHash;
    return el("li", {},
      el("span", {}, `${use(seed, seeds[i - 1])}. Revealed ${moment(seed.revealedAt)}`),
      el("span", {}, "Server seed ", el("code", {}, seed.serverSeed)),
      el("span", {}, "Client seed ", el("code", {}, seed.clientSeed), seed.clientSeedBy === "player" ? "" : " (made by the server)"),
      el("ul", { class: "checks" }, el("li", { class: ok ? "yes" : "no" }, ok ? "It hashes to its commitment" : "It does not hash to its commitment")));
  }));
  $("#seeds").replaceChildren(...items);
  $("#no-seeds").hidden = items.length > 0;
}

/** What became of a seed. after is the seed after it, undefined if that is still in use. */
function use(seed, after) {
  const rounds = String(seed.rounds);
  if (rounds === "1") return "1 round";
  if (rounds !== "0") return `${rounds} rounds`;
  const own = seed.clientSeedBy === "server" && after?.clientSeedBy !== "server";
  return own ? "0 rounds: replaced by your own client seed before the first round" : "0 rounds: replaced before a round";
}
