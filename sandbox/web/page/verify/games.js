// The games whose rounds can be recomputed here: slots, of any shape, and those that GAMES lists. A module of a game exports game(rules), rules being those of the rules' JSON as parse
// of exact.js reads it (numbers are Numerals: use int). What it returns has
//
//   play(round, state, action, payload, draws)   an action; state is null for the opening one
//   cashOut(round, state), expire(round, state)  the two ways to end a round without an action
//
// each of which returns, or promises, {status, outcome, stake, state, win, detail} and throws for what the rules do not allow. round is
// {bet, stake, step, scale}: two Decimals and the number of steps, as before the step, and the currency's number of decimals.
// draws.stream(label) has the draws. outcome is the recorded one, with numbers and Decimals for its numbers. stake (a Decimal) is what
// the action risks, left out for nothing. state is for the next step. win is {of, multiple, side}: a Decimal times a BigInt in units
// of 10^-8, and a Decimal on top; left out for nothing. detail is for the page's proof. The games with a cash-out are made by
// cashout.js, as those of the server are by games/cashout.
import * as blackjack from "./blackjack.js";
import * as dice from "./dice.js";
import * as guess from "./guess.js";
import * as launch from "./launch.js";
import * as move from "./move.js";
import * as slots from "./slots.js";
import * as smash from "./smash.js";

const GAMES = { blackjack, guess, launch, smash, move, dice };

/** The module of a game, by its id and rules; undefined if there is none. Every game that has strips is one of slots. */
export function moduleOf(id, rules) {
  if (rules.strips) return slots;
  return Object.hasOwn(GAMES, id) ? GAMES[id] : undefined;
}
