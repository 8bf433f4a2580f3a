// What each step of a round looked like, drawn from the recorded outcome only: nothing here computes a result.
import { draw, el, facts } from "./dom.js";

/**
 * The frames of a round: one for every recorded action, and one for every free spin within it. Each is {action, title, said, draw, part}:
 * the recorded action, what it is called, what happened in words, a function that draws it, and whether it is a part of its action. rules are those that the round was
 * played by, undefined if they are not at hand.
 */
export function framesOf(record, rules) {
  const show = GAMES[record.gameId] ?? (record.actions[0]?.outcome?.window ? slots : anyGame);
  return record.actions.flatMap((action, i) => {
    if (action.type === "void") return [voided(action, record)];
    const past = record.actions.slice(0, i + 1).map(({ outcome }) => outcome);
    return show(action, past, rules, record).map((frame) => ({ action, title: asked(action), ...frame }));
  });
}

/** A voided round has nothing to draw: it is as it was before, and the stake is returned. */
function voided(action, { currency }) {
  const { reason, by } = action.payload;
  return { action, title: "Voided by the operator", said: `All that was staked was returned: ${action.payout} ${currency}.`,
    draw: () => facts([["Reason", reason], ["By", by]]) };
}

/** What the player did, as the request says it. */
function asked({ type, payload }) {
  if (type === "cashout") return "Cash-out";
  if (type === "expiry") return "Settled by the server, because nobody finished the round";
  const fields = Object.entries(payload).filter(([name]) => name !== "action").map(([name, value]) => `${name} ${typeof value === "object" ? JSON.stringify(value) : value}`);
  const name = String(payload.action);
  return `${name[0].toUpperCase()}${name.slice(1)}${fields.length ? `: ${fields.join(", ")}` : ""}`;
}

const times = (multiple) => `${multiple} × the stake`;

/** What the round was worth after a step. */
function worth({ type }, multiple, left = "") {
  if (type === "cashout") return `Cashed out at ${times(multiple)}.`;
  return type === "expiry" ? `It was worth ${times(multiple)}.` : `The round is worth ${times(multiple)}${left}.`;
}

// slots: the window of the spin, then each free spin.

function slots({ outcome }, _, rules) {
  const free = outcome.freeSpins ?? [];
  const paid = { said: `${wins(outcome)} The round pays ${outcome.totalWin}${outcome.capped ? ", the maximum win" : ""}.` +
    (free.length ? ` ${free.length} free spins were won; their wins are × ${outcome.freeSpinsMultiplier}.` : ""), draw: () => reels(outcome, rules) };
  return [paid, ...free.map((spin, k) => ({ part: true, title: `Free spin ${k + 1} of ${free.length}`, said: `${wins(spin)} It pays ${spin.win}.` +
    (spin.freeSpinsTriggered ? " It won more free spins." : ""), draw: () => reels(spin, rules) }))];
}

function wins({ paylines, scatterWin }) {
  const list = paylines.map(({ line, symbols, win }) => `Line ${line}: ${symbols.join(", ")} wins ${win}.`);
  if (Number(scatterWin) > 0) list.push(`Scatters win ${scatterWin}.`);
  return list.length ? list.join(" ") : "No line wins.";
}

function reels({ window, paylines, scatterWin }, rules) {
  const hit = new Set();
  for (const { line, symbols } of paylines) {
    rules?.paylines?.[line - 1]?.slice(0, symbols.length).forEach((row, reel) => hit.add(`${row}-${reel}`));
  }
  const grid = el("div", { class: "window", role: "img", "aria-label": `Window: ${window.map((row) => row.join(", ")).join("; ")}` },
    window.map((row, r) => row.map((symbol, reel) => {
      const won = hit.has(`${r}-${reel}`) || (Number(scatterWin) > 0 && symbol === rules?.scatter);
      return el("span", { class: won ? "hit" : undefined }, symbol);
    })));
  grid.style.gridTemplateColumns = `repeat(${window[0].length}, minmax(0, 1fr))`;
  return [grid, paylines.length && !rules?.paylines ? el("p", { class: "small" }, "The rules of this round are not in use any more, so the lines are not marked.") : null];
}

// blackjack: the dealer's hand and the player's.

const SUITS = { S: "♠", H: "♥", D: "♦", C: "♣" };
const RANKS = { T: "10" };

function blackjack({ outcome }) {
  const { dealer, hands, insurance, dealt, settlement } = outcome;
  const fresh = new Map(); // cards that this action showed, as many as are left to be marked
  for (const { card, to, hand } of dealt ?? []) fresh.set(`${to}${hand ?? ""}${card}`, (fresh.get(`${to}${hand ?? ""}${card}`) ?? 0) + 1);
  const said = [(dealt ?? []).length ? `Dealt: ${dealt.map(({ card, to }) => `${nameOf(card)} to the ${to}`).join(", ")}.` : "", insured(insurance),
    settlement ? `Staked ${settlement.staked}; the hands pay ${settlement.multiplier} opening bets${Number(settlement.insurancePays) > 0 ? `, the insurance ${settlement.insurancePays}` : ""}.` : ""];
  return [{ said: said.filter(Boolean).join(" "), draw: () => [
    hand("Dealer", dealer, settlement ? [] : [null], (card) => used(fresh, `dealer${card}`)),
    hands.map((h, i) => hand(hands.length > 1 ? `Hand ${i + 1}` : "Player", h, [], (card) => used(fresh, `player${i}${card}`),
      `${h.result ?? h.status}${h.doubled ? ", doubled" : ""}, staked ${h.stake}${h.multiplier === undefined ? "" : `, pays ${h.multiplier} opening bets`}`)),
  ] }];
}

function used(fresh, key) {
  const left = fresh.get(key) ?? 0;
  fresh.set(key, left - 1);
  return left > 0;
}

function insured({ status, stake }) {
  return { offered: `Insurance is offered for ${stake}.`, declined: "Insurance was declined.", taken: `Insured for ${stake}.`,
    won: `The insurance of ${stake} won.`, lost: `The insurance of ${stake} lost.` }[status] ?? "";
}

function hand(name, { cards, total, soft }, hidden, isNew, more) {
  return el("div", { class: "hand" }, el("div", {}, `${name}: ${soft ? "soft " : ""}${total}${more ? ` (${more})` : ""}`),
    el("div", { class: "cards" }, cards.map((card) => el("span", { class: `card${"HD".includes(card[1]) ? " red" : ""}${isNew(card) ? " new" : ""}`, "aria-label": nameOf(card) }, nameOf(card))),
      hidden.map(() => el("span", { class: "card back", "aria-label": "a card that was hidden then" }, "?"))));
}

function nameOf(card) {
  return `${RANKS[card[0]] ?? card[0]}${SUITS[card[1]] ?? card[1]}`;
}

// guess: the twelve positions.

function guess(action) {
  const { outcome } = action;
  const { position, character, right, rise, busted, trace, multiplier, positions, struck, key } = outcome;
  const said = [position === undefined ? "" : `${character} at position ${Number(position) + 1} was ${right ? "right" : "wrong"}, and the trace rose by ${rise}.`,
    busted ? "It reached 100: the round is lost." : `The trace is ${trace}. ${worth(action, multiplier)}`,
    key ? `The key was ${[...key].join("")}.` : ""];
  return [{ said: said.filter(Boolean).join(" "), draw: () => [
    el("div", { class: "key" }, positions.map((shown, i) => el("div", { class: i === Number(position ?? -1) ? (right ? "right" : "wrong") : shown ? undefined : "missed" },
      el("b", {}, shown ?? (key ? [...key][i] : "·")), el(struck[i] ? "s" : "span", {}, struck[i] || "\u00a0")))),
    el("p", { class: "small" }, `Struck characters stand below their position.${key ? " Slanted ones were not found." : ""}`),
    bar(Number(busted ? 100 : trace), 0, `Trace ${busted ? "100 or more" : trace} of 100`),
  ] }];
}

function bar(value, from, label) {
  return draw("svg", { viewBox: "0 0 320 26", role: "img", "aria-label": label },
    draw("rect", { x: 0, y: 0, width: 320, height: 10, class: "ground" }), draw("rect", { x: 3.2 * from, y: 0, width: 3.2 * (value - from), height: 10, class: "zone" }),
    draw("text", { x: 0, y: 23 }, label));
}

// launch: the flight and the pads of the band.

function launch(action) {
  const { outcome } = action;
  const { trajectory, pads, pad, factor, splash, bandName, wind, shots, shotsLeft, multiplier } = outcome;
  const now = splash ? "A splash: the round is lost." : worth(action, multiplier, `; ${shotsLeft} shots are left`);
  const said = trajectory ? `It came down in the ${bandName}, carried on by ${wind} pads to pad ${Number(pad) + 1}, which is ${factor} ×. ${now}` : now;
  return [{ said, draw: () => [trajectory ? flight(trajectory, pads, Number(pad)) : null, track(shots.map(({ factor: f }) => f), splash)] }];
}

function flight(points, pads, pad) {
  const far = Math.max(...points.map(([x]) => Number(x)), 1);
  const high = Math.max(...points.map(([, y]) => Number(y)), 1);
  const scale = Math.min(320 / far, 150 / high);
  const path = points.map(([x, y]) => `${(Number(x) * scale).toFixed(1)},${(160 - Number(y) * scale).toFixed(1)}`).join(" ");
  const [x, y] = path.split(" ").at(-1).split(",");
  return draw("svg", { viewBox: "0 0 326 196", role: "img", "aria-label": "The flight, and the pads of the band" },
    draw("polyline", { points: path, class: "path" }), draw("circle", { cx: x, cy: y, r: 3, class: "dot" }),
    pads.map((factor, i) => [draw("rect", { x: i * 16, y: 168, width: 15, height: 24, class: i === pad ? "padhit" : "ground" }),
      draw("text", { x: i * 16 + 7.5, y: 184, "text-anchor": "middle" }, factor)]));
}

/** The factors of the steps so far. */
function track(factors, lost) {
  return factors.length === 0 ? null : el("ol", { class: "hits" }, factors.map((f, i) => {
    const last = i === factors.length - 1;
    return el("li", { class: last ? (lost ? "last lost" : "last") : undefined }, el("small", {}, i + 1), f);
  }));
}

// smash: the hits.

function smash(action, past) {
  const { outcome } = action;
  const { factor, broke, cracked, bonus, hitCount, accumulatedMultiplier, crackThreshold, hammerBreakOnHit } = outcome;
  const said = [broke ? `Hit ${hitCount} broke the hammer: the round is lost.` : factor ? `Hit ${hitCount}: × ${factor}.` : "",
    cracked ? `The safe cracked${bonus ? `: ${bonus.name}, × ${bonus.factor}` : ""}.` : "", broke ? "" : worth(action, accumulatedMultiplier),
    crackThreshold === undefined ? "" : `The safe was to crack on hit ${crackThreshold}, the hammer to break ${hammerBreakOnHit === null ? "on none of the first 20" : `on hit ${hammerBreakOnHit}`}.`];
  const factors = past.filter((o) => o.factor !== undefined).map((o) => (o.broke ? "broke" : `× ${o.factor}${o.bonus ? ` × ${o.bonus.factor}` : ""}`));
  return [{ said: said.filter(Boolean).join(" "), draw: () => track(factors, broke) }];
}

// move: the field.

const SIDE = 15;

function move(action) {
  const { outcome } = action;
  const { entered, newCells, trapped, movesLeft, multiplier, traps } = outcome;
  const said = trapped ? "A trap: the round is lost." : `${entered ? `${newCells} new cells. ` : ""}${worth(action, multiplier, `; ${movesLeft} moves are left`)}`;
  return [{ said, draw: () => [field(outcome), el("p", { class: "small" }, `Dark cells were entered now, light ones before${traps ? "; red ones are the traps" : ""}.`)] }];
}

function field({ x, y, opened, entered = [], traps = [] }) {
  const within = (list, c, r) => list.some(([column, row]) => Number(column) === c && Number(row) === r);
  const cells = [];
  for (let r = 0; r < SIDE; r++) {
    for (let c = 0; c < SIDE; c++) {
      const kind = within(traps, c, r) ? " trap" : within(entered, c, r) ? " new" : within(opened, c, r) ? " open" : "";
      cells.push(draw("rect", { x: c * 20 + 1, y: r * 20 + 1, width: 18, height: 18, rx: 3, class: `cell${kind}` }));
    }
  }
  return draw("svg", { viewBox: `0 0 ${SIDE * 20} ${SIDE * 20}`, class: "field", role: "img", "aria-label": `The field; the player is at ${x}, ${y}` },
    cells, draw("circle", { cx: Number(x) * 20, cy: Number(y) * 20, r: 6, class: "at" }));
}

// dice: the roll on a line.

function dice({ outcome }) {
  const { roll, chance, multiplier, won } = outcome;
  return [{ said: `Rolled ${roll}, ${won ? "" : "not "}under ${chance}. A win pays ${times(multiplier)}.`, draw: () =>
    draw("svg", { viewBox: "-6 0 332 46", role: "img", "aria-label": `${roll} on a line from 0 to 100, of which what is under ${chance} wins` },
      draw("rect", { x: 0, y: 14, width: 320, height: 12, class: "ground" }), draw("rect", { x: 0, y: 14, width: 3.2 * Number(chance), height: 12, class: "zone" }),
      draw("circle", { cx: 3.2 * Number(roll), cy: 20, r: 5, class: "dot" }), draw("text", { x: 0, y: 42 }, "0"),
      draw("text", { x: 3.2 * Number(chance), y: 42, "text-anchor": "middle" }, chance), draw("text", { x: 3.2 * Number(roll), y: 10, "text-anchor": "middle" }, roll)) }];
}

/** A game that this page has no drawing for: its outcome, field by field. */
function anyGame({ outcome }) {
  return [{ said: "", draw: () => facts(Object.entries(outcome).map(([name, value]) => [name, typeof value === "object" ? JSON.stringify(value) : String(value)])) }];
}

const GAMES = { slots, blackjack, guess, launch, smash, move, dice };
