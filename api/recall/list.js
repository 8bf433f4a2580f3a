// The list of rounds, with its filters, page by page.
import { access, get } from "./access.js";
import { $, el, moment, words } from "./dom.js";

const PAGE = 25;
let asked = 0; // counts the lists that were asked for: an answer to an older one is dropped
let cursor = "";

/** Shows the list that the filters ask for. open is called with the id of a round that is chosen. */
export async function showList(open) {
  $("#list").hidden = false;
  $("#of-player").hidden = !access.isOperator;
  document.title = "Rounds";
  await offerGames();
  if (!access.isOperator || $("#player").value) await load(true, open);
}

async function offerGames() {
  if ($("#game").options.length > 1) return;
  const { data } = await get("/games");
  $("#game").append(...data.games.map(({ gameId, name }) => el("option", { value: gameId }, name)));
}

/** Loads the newest rounds, or those before what is shown. */
export async function load(anew, open) {
  const mine = ++asked;
  const query = new URLSearchParams({ limit: String(PAGE) });
  const put = (name, value) => { if (value) query.set(name, value); };
  put("gameId", $("#game").value);
  put("status", $("#state").value);
  put("from", instant($("#since").value));
  put("to", instant($("#until").value));
  if (access.isOperator) put("playerId", $("#player").value.trim());
  if (!anew) put("cursor", cursor);
  const { data } = await get(`/rounds?${query}`);
  if (mine !== asked) return;
  cursor = data.nextCursor ?? "";
  const rows = data.rounds.map((record) => row(record, open));
  if (anew) $("#rounds tbody").replaceChildren(...rows);
  else $("#rounds tbody").append(...rows);
  $("#more").hidden = !cursor;
  $("#none").hidden = $("#rounds tbody").children.length > 0;
}

/** A time of the browser's own zone as the API takes it. */
function instant(local) {
  return local ? new Date(local).toISOString() : "";
}

function row(record, open) {
  const link = el("a", { href: `/rounds/${record.roundId}`, onclick: (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    open(record.roundId);
  } }, moment(record.actions[0].at));
  const over = record.status !== "in_progress";
  return el("tr", { "data-round": record.roundId }, el("td", {}, link), el("td", {}, record.gameId), el("td", {}, words(record.status), record.forced ? ", forced" : ""),
    el("td", { class: "number" }, `${record.stake} ${record.currency}`), el("td", { class: "number" }, over ? `${record.payout} ${record.currency}` : "–"), el("td", {}, el("code", {}, record.roundId)));
}
