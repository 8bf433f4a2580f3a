// The fairness panel: what the next round is committed to, whether the last one kept to it, and rotation.
import { $, el, invalid } from "./dom.js";
import { isClientSeed } from "./verify/stream.js";
import { verifyRotation } from "./verify/verify.js";

const NOTES = "croupier.notes"; // commitments that this browser was shown, with the time
const MOST_NOTES = 1000;

export class Fair {
  /** rotate is called with the client seed that the player wants next. */
  constructor(rotate) {
    this.seeds = null; // the seed_state that the player sees
    $("#client-seed").value = newClientSeed();
    $("#new-seed").addEventListener("click", () => this.#another());
    $("#rotate-form").addEventListener("submit", (event) => {
      event.preventDefault();
      const seed = $("#client-seed").value;
      const good = isClientSeed(seed);
      invalid($("#client-seed"), !good);
      $("#seed-problem").textContent = good ? "" : "This is not a client seed: it has 1 to 64 plain characters, without : and #.";
      if (good) rotate(seed);
      else $("#client-seed").focus();
    });
    $("#client-seed").addEventListener("input", () => this.#wellAgain());
  }

  #another() {
    $("#client-seed").value = newClientSeed();
    this.#wellAgain();
  }

  #wellAgain() {
    invalid($("#client-seed"), false);
    $("#seed-problem").textContent = "";
  }

  /** Shows a seed_state, before anything is played under it, and notes its commitments. */
  show(seeds) {
    this.seeds = seeds;
    note(seeds.serverSeedHash);
    note(seeds.nextServerSeedHash);
    $("#next-pair").replaceChildren(...pair([
      ["Server seed hash, the house's commitment", seeds.serverSeedHash],
      [seeds.clientSeedBy === "player" ? "Client seed, yours" : "Client seed, made by the server: choose your own", seeds.clientSeed],
      ["Nonce, the number of the round", String(seeds.nonce)],
      ["Hash of the server seed after this one", seeds.nextServerSeedHash],
    ]));
  }

  /** Shows what a round was played under, and whether that is what was shown before it. */
  played(proof, promised) {
    $("#last-pair-box").hidden = false;
    $("#last-pair").replaceChildren(...pair([
      ["Server seed hash", proof.serverSeedHash], ["Client seed", proof.clientSeed], ["Nonce", String(proof.nonce)],
    ]));
    const kept = promised && promised.serverSeedHash === proof.serverSeedHash && promised.clientSeed === proof.clientSeed &&
      String(promised.nonce) === String(proof.nonce);
    $("#promise").textContent = promised === null ? "This round was played before the page was loaded."
      : kept ? "✓ Exactly what was shown before you played." : "✗ This is not what was shown before you played. Unless you rotated the seed elsewhere, do not trust this server.";
    $("#promise").dataset.kept = promised === null ? "unknown" : String(kept);
  }

  /** Shows a seed_rotated with what was checked of it. */
  async rotated(answer) {
    const before = this.seeds;
    this.show(answer);
    this.#another();
    const { rounds: count, serverSeed } = answer.revealed;
    const rounds = String(count);
    const unused = rounds === "0";
    const checks = before ? await verifyRotation(before, answer) : [];
    $("#rotation").replaceChildren(
      el("p", { class: "small" }, unused ? unusedWords(answer)
        : `Revealed the seed of ${rounds} ${rounds === "1" ? "round" : "rounds"}: `, unused ? null : el("code", {}, serverSeed)),
      // Of a seed that nothing was played under, only what is wrong is worth telling.
      el("ul", { class: "checks" }, checks.filter(({ ok }) => !unused || !ok)
        .map(({ name, ok }) => el("li", { class: ok ? "yes" : "no" }, ok ? capital(name) : `Not true: ${name}`))),
    );
    const kept = checks.every(({ ok }) => ok);
    if (!kept) $("#rotation").append(el("p", { class: "small" }, "Unless you rotated the seed elsewhere, do not trust this server."));
    $("#rotation").dataset.ok = String(kept);
  }
}

function unusedWords({ revealed, clientSeedBy }) {
  return revealed.clientSeedBy === "server" && clientSeedBy === "player"
    ? "The server had made a first client seed for you. Before the first round your own took its place: the one above, which comes from this browser."
    : "No round was played under the seed before. The one above is in use now.";
}

function pair(entries) {
  return entries.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, el("code", {}, value))));
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

/** 32 hex characters of the browser's own randomness. */
export function newClientSeed() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function notes() {
  try {
    return JSON.parse(localStorage.getItem(NOTES)) ?? {};
  } catch {
    return {};
  }
}

function note(hash) {
  const all = notes();
  if (all[hash]) return;
  all[hash] = Date.now();
  localStorage.setItem(NOTES, JSON.stringify(Object.fromEntries(Object.entries(all).slice(-MOST_NOTES))));
}

/** When this browser was first shown a commitment, or null. */
export function noted(hash) {
  return notes()[hash] ?? null;
}
