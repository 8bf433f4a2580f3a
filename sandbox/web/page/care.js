// What protects the player: time and money of the session, reality checks, limits, and the way out.
import { $, el, grouped, moment, say } from "./dom.js";
import { call } from "./server.js";

const TYPES = { deposit: "Deposits", loss: "Losses", wagering: "Stakes", session: "Minutes without a break" };
const PERIODS = { day: "a day", week: "a week", month: "a month", session: "" };
const REFRESH = 1000; // ms after a result, so that a row of quick rounds asks once

export class Care {
  #state = null; // the session, as the server told it last, and when
  #timer = 0;
  #clock = setInterval(() => this.#show(), 1000);
  #sent = []; // warnings that wait to be acknowledged, oldest first

  /** acknowledge sends what the player has seen; leave signs out; changed is called when the player has excluded himself. */
  constructor({ acknowledge, leave, changed }) {
    this.acknowledge = acknowledge;
    this.changed = changed;
    $("#check").addEventListener("cancel", (event) => event.preventDefault()); // it must be answered
    $("#check-seen").addEventListener("click", () => this.#seen());
    $("#check-leave").addEventListener("click", () => { this.forget(); leave(); });
    $("#limit-type").addEventListener("change", () => this.#fit());
    $("#limit-form").addEventListener("submit", (event) => { event.preventDefault(); this.#set(); });
    $("#exclude-form").addEventListener("submit", (event) => { event.preventDefault(); this.#exclude(); });
    this.#fit();
  }

  /** Reads time, money and limits of the player who sat down. */
  async enter() {
    await Promise.all([this.#session(), this.#limits()]);
  }

  /** Nobody is here any more. */
  forget() {
    clearTimeout(this.#timer);
    this.#state = null;
    this.#sent = [];
    $("#check").close();
    say($("#session-line"), "");
    $("#limits").replaceChildren();
    $("#exclude-sure").checked = false;
    say($("#care-said"), "");
  }

  /** A round was played. */
  played() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { if (this.#state) this.#session().catch(() => {}); }, REFRESH); // the next one asks again
  }

  /** A session_warning came. It stands over everything until it is answered. */
  warn(payload) {
    this.#sent = [...this.#sent.filter(({ warningType }) => warningType !== payload.warningType), payload];
    this.#ask();
  }

  /** A bet was refused because a check waits. The connection told it before. */
  waits() {
    this.#ask();
  }

  #ask() {
    const warning = this.#sent[0];
    if (!warning) return;
    const limit = warning.warningType === "session_limit";
    say($("#check-title"), limit ? "Your time is nearly over" : "Reality check");
    say($("#check-words"), `You have been playing for ${span(warning.sessionDuration)}. You staked ${grouped(warning.totalWagered)} ${this.#currency()} and are ` +
      `${standing(warning.netResult)} ${this.#currency()}. ${limit ? "You can begin rounds for a short time yet, and then again after a break."
        : "You can begin no more rounds until you have answered."}`);
    if (!$("#check").open) $("#check").showModal();
  }

  #seen() {
    const warning = this.#sent.shift();
    if (warning) this.acknowledge(warning.warningType);
    $("#check").close();
    this.#ask();
  }

  #currency() {
    return this.#state?.currency ?? "";
  }

  async #session() {
    const told = await call("GET", "/me/session");
    this.#state = { ...told, at: Date.now() };
    this.#show();
  }

  #show() {
    if (!this.#state) return;
    const { sessionDuration, netResult, currency, at } = this.#state;
    const seconds = Number(String(sessionDuration)) + Math.floor((Date.now() - at) / 1000);
    say($("#session-line"), `Playing for ${span(seconds)}, ${standing(netResult)} ${currency}.`);
  }

  async #limits() {
    const { limits } = await call("GET", "/me/limits");
    this.#list(limits);
  }

  #list(limits) {
    $("#no-limits").hidden = limits.length > 0;
    $("#limits").replaceChildren(...limits.map((limit) => el("li", { "data-limit": `${limit.type}/${limit.period}` },
      el("span", {}, describe(limit)),
      limit.pending && limit.pending.amount === undefined ? null
        : el("button", { type: "button", class: "quiet", onclick: () => this.#send({ type: limit.type, period: limit.period, remove: true }) }, "Remove"))));
  }

  /** A session limit has no other period. */
  #fit() {
    const session = $("#limit-type").value === "session";
    $("#limit-period").disabled = session;
    say($("#limit-unit"), session ? "Minutes" : "Amount");
  }

  #set() {
    const type = $("#limit-type").value;
    const value = $("#limit-value").value.trim();
    if (!/^\d+(\.\d+)?$/.test(value)) return this.#said("Write the limit as a number, such as 50.00.", true);
    return this.#send({ type, period: type === "session" ? "session" : $("#limit-period").value, amount: Number(value) });
  }

  async #send(change) {
    try {
      const { limits } = await call("PUT", "/me/limits", { limits: [change] });
      this.#list(limits);
      const waits = limits.some(({ type, period, pending }) => type === change.type && period === change.period && pending);
      this.#said(waits ? "It stays as it is for 24 hours, and changes then." : "It holds from now on.");
    } catch (refusal) {
      this.#said(refusal.message, true);
    }
  }

  async #exclude() {
    if (!$("#exclude-sure").checked) return this.#said("Tick that you are sure: it cannot be taken back.", true);
    const days = Number($("#exclude-for").value);
    try {
      await call("POST", "/me/exclude", days === 0 ? { indefinite: true } : { until: new Date(Date.now() + days * 86_400_000 + 60_000).toISOString() });
      this.#said("You are excluded from playing.");
      this.changed();
    } catch (refusal) {
      this.#said(refusal.message, true);
    }
  }

  #said(words, problem = false) {
    say($("#care-said"), words);
    $("#care-said").classList.toggle("problem", problem);
  }
}

/** "1 hour 5 minutes" of seconds, given as a number or as the server wrote it. */
export function span(seconds) {
  const total = Math.max(0, Number(String(seconds)));
  const [hours, minutes] = [Math.floor(total / 3600), Math.floor(total / 60) % 60];
  const part = (n, unit) => (n === 1 ? `1 ${unit}` : `${n} ${unit}s`);
  if (hours > 0) return minutes > 0 ? `${part(hours, "hour")} ${part(minutes, "minute")}` : part(hours, "hour");
  return minutes > 0 ? part(minutes, "minute") : "less than a minute";
}

/** Where a result leaves the player: no word of winning. */
function standing(net) {
  const text = String(net);
  if (/^-?0*(\.0*)?$/.test(text)) return `even: ${grouped(text.replace("-", ""))}`;
  return text.startsWith("-") ? `down ${grouped(text.slice(1))}` : `up ${grouped(text)}`;
}

function describe({ type, period, amount, used, pending }) {
  const words = `${TYPES[type]}${PERIODS[period] ? `, ${PERIODS[period]}` : ""}: ${grouped(amount)}${used === undefined ? "" : `, ${grouped(used)} used`}`;
  if (!pending) return words;
  return `${words}. From ${moment(pending.from)}: ${pending.amount === undefined ? "none" : grouped(pending.amount)}`;
}
