// What codes and results mean, in a player's words.
import { grouped, moment } from "./dom.js";

/** A result in words. No word of winning for what is not more than the stake. */
export function verdict({ stake, payout }) {
  const difference = payout.minus(stake);
  if (payout.units === 0n) return { festive: false, words: `Nothing this time. The stake was ${grouped(stake)}.` };
  if (difference.units > 0n) {
    return { festive: true, words: `Won ${grouped(payout)} on a stake of ${grouped(stake)}: ${grouped(difference)} more than you staked.` };
  }
  if (difference.units === 0n) return { festive: false, words: `The stake of ${grouped(stake)} came back.` };
  return { festive: false, words: `${grouped(payout)} of the ${grouped(stake)} staked came back: ${grouped(stake.minus(payout))} less.` };
}

/** By error code of the wire protocol. Each is a sentence, or a function of the error's details. */
const ERRORS = {
  30001: (d) => `The server did not understand the request${d.field ? `: ${d.field} ${d.reason}` : ""}. Nothing was charged.`,
  30002: () => "The server does not know this kind of request. Nothing was charged.",
  30007: (d) => d.required === undefined ? "Your balance is too low for this stake."
    : `Your balance is too low: this costs ${d.required} ${d.currency ?? ""}, and you have ${d.available}. Nothing was charged.`,
  30008: (d) => d.min === undefined ? "This stake is outside the limits of the game."
    : `This stake is outside the limits: it must be from ${d.min} to ${d.max}.`,
  30021: () => "This game is not available now.",
  30029: () => "The server is busy. Nothing was done; the same request is sent again by itself.",
  30101: () => "Your session has expired. Nothing was charged.",
  30102: (d) => `You have reached your session limit. ${d.until ? `You can play again from ${moment(d.until)}.` : "Take a break."} Nothing was charged.`,
  30103: () => "A reality check waits for you before you can play on.",
  30104: (d) => `Playing is closed for this account${d.until ? ` until ${moment(d.until)}` : ""}.${d.openRound ? " You can finish your round." : ""}`,
  30105: (d) => d.limit === undefined ? "You have reached a limit that you set. Nothing was charged."
    : `This would go past your limit: ${d.type} of a ${d.period}, ${grouped(d.limit)}, of which ${grouped(d.used)} is used. It begins anew on ${moment(d.until)}. Nothing was charged.`,
  30429: () => "That was too fast for the server. The same request is sent again by itself.",
  30601: () => "There is no such round.",
  30602: (d) => d.openRounds !== undefined ? "A round is still open under this seed. Finish it, in whichever game it is, and rotate then."
    : `That is not possible now. Nothing was charged.${d.allowed?.length ? ` Possible: ${d.allowed.join(", ")}.` : ""}`,
  30603: () => "This round is over already.",
  30604: () => "This request number was used for a different request before. Nothing was charged.",
  30999: (d) => d.unknown ? "Something broke, and it is not known whether your request was done. Send it again: it cannot be charged twice."
    : "Something broke on the server. Nothing was charged.",
  80003: () => "Too many requests. Wait a moment and try again.",
  80004: (d) => d.fields?.length ? `The server did not accept this: ${d.fields.map((f) => `${f.field} ${f.reason}`).join("; ")}.`
    : "The server did not accept this.",
  80005: () => "This is not allowed.",
  80006: () => "There is nothing like this on the server.",
  80007: () => "This is in conflict with something that was done before.",
  80009: () => "The server cannot do this now. Try again in a moment.",
  80101: () => "The way in has expired. Sign in again.",
  80102: () => "The way in was used already. Sign in again.",
  80103: () => "The way in is not valid. Sign in again.",
};

/** An error of the server for people, its code and incident id included. */
export function explain({ code, message, details }) {
  const d = details ?? {};
  const words = ERRORS[code]?.(d) ?? message ?? "Something went wrong.";
  return `${words} (${code}${d.incidentId ? `, incident ${d.incidentId}` : ""})`;
}

/** What a socket's close code means where the page does not reconnect by itself. */
export const CLOSES = {
  4401: "Your session has ended. Sign in again.",
  4403: "You cannot play here: the server does not allow it.",
  4404: "This game is not on this server.",
  4409: "You opened the game somewhere else. It can be played in one place at a time.",
};

/** What changed a balance from outside of play. */
export const REASONS = { deposit: "Deposit", withdrawal: "Withdrawal" };
