// The scenes of the games, by game id. A scene draws one game at round.js's table; slots has a table of its own. It is a class:
//
//   static opening = { action: "bet", label: "Place the bet" }   the action that opens a round, and its button
//   static greeting = "…"              what the table says before the first round
//   static actions = [{ action: "hit", label: "Hit", primary: true }]   steps without fields: buttons below the scene; leave out if
//                                      there are none
//   static press = "hit"               which of them Space presses; leave out if it is none
//   static cashOut = false             the game has no cash-out; leave out otherwise
//   static oneStep = true              a round is over with its opening action; leave out otherwise
//
//   constructor(rules, table)          rules are those of the rules' JSON, as parse of verify/exact.js reads it (numbers are Numerals:
//                                      Number(n) for drawing, String(n) for showing); table.act(action, fields) plays a step, fields
//                                      being strings, whole numbers and Decimals; table.changed() after fields() would answer otherwise
//   element                            the scene, made once by the constructor. It keeps its height: nothing below it may move
//   reset()                            no round is open, and nothing is to be shown of the last one
//   show(view)                         shows an open round at once: the engine's View, after a reload or a refusal
//   async play(step)                   shows what a step did; resolves when it stands. step is {action, request, outcome, status,
//                                      opening}: action is that of the payload, "cashout" or "expiry"; request the payload; outcome
//                                      the recorded one, which ends on the screen as show would have it, whatever stood there before
//   words(step)                        the same in a sentence or two, for everybody, with why a round ended by itself; short, as the
//                                      table adds what was won, and a phone has room for 130 characters. Also used in proofs
//   rules()                            nodes that say how the game is played, with the numbers of the rules
//
// and, where the game needs it,
//
//   fields()                           what the opening action has beside the amount; null: not filled in, the bet cannot be placed
//   begin(request)                     a request was sent; its answer is a play(), or a show() or reset() if it was refused
//   can(action, view)                  whether one of actions is allowed now
//   enable(open, free)                 open: a step may be played now; free: a round may be opened now
//   target()                           the control that gets the focus after a bet, if it is in the scene
//   multiple(view)                     the multiplier, if it is not view.multiplier; view.canCashOut says whether it can be taken
//   staked({action, request, outcome, round})   what a step took: a Decimal, undefined for the opening amount or nothing. round is
//                                      {id, stake, view} before the step, null before the opening one. It is also asked what one of
//                                      actions would take, with the open round's View as the outcome: the button says it
//
// Rules for all: no clock decides anything; motion ends in under a second and is left out where stillness of dom.js matches; text is
// HTML where it can be, and colours are the variables of style.css (in drawings as well), whose contrast a test computes; everything
// that can be pressed is a button or a field of 44 pixels, with words for those who cannot see it; a scene's styles stand in
// scenes/NAME.css, below a class of its own, linked from index.html.
import { Blackjack } from "./blackjack.js";
import { Dice } from "./dice.js";
import { Guess } from "./guess.js";
import { Launch } from "./launch.js";
import { Move } from "./move.js";
import { Smash } from "./smash.js";

export const SCENES = { blackjack: Blackjack, guess: Guess, launch: Launch, smash: Smash, move: Move, dice: Dice };
