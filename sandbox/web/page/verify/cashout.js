// What the games with a cash-out share, as games/cashout has it for the server: the bet, the value that every step multiplies, the
// cap, the cash-out and the expiry. Pure: no network, no document.
import { Decimal } from "./exact.js";
import { UNIT } from "./pay.js";

/** How a round stands after a step. */
export const OPEN = "open";
export const LOST = "lost";
export const PAID = "paid"; // it cashes out by itself
export const REFUNDED = "refunded"; // nothing could be played on the stake, and it is returned

/**
 * Makes a game as games.js describes it. own has
 *   start, most                     BigInts in units of 10^-8: what a round is worth before its first step, and the maximum win
 *   action                          the name of a step
 *   deal(stream)                    promises the part of the state that is the game's own, by the draws of init
 *   step(round, payload, stream)    plays a step on the round, {steps, value, takeable, own}, and promises {ending, outcome}
 *   show(round), reveal(round)      the public view of an open round; the outcome of a cash-out and of an expiry
 */
export function cashoutGame(own) {
  const open = async (payload, draws) => {
    const stake = Decimal.from(payload.amount);
    if (stake.units <= 0n) throw new RangeError("the bet is not more than nothing");
    const state = { steps: 0, value: own.start, takeable: false, own: await own.deal(draws.stream("init")) };
    return { status: "in_progress", stake, outcome: own.show(state), state };
  };
  const paid = (round, state, outcome) => ({ status: "cashed_out", outcome, win: { of: round.bet, multiple: state.value } });
  const refund = (round, outcome) => ({ status: "completed", outcome, win: { of: round.stake, multiple: UNIT } });
  return {
    async play(round, state, action, payload, draws) {
      if (action !== (state === null ? "bet" : own.action)) throw new TypeError(`the action ${action} is not allowed here`);
      if (state === null) return open(payload, draws);
      const { ending, outcome } = await own.step(state, payload, draws.stream(String(state.steps + 1)));
      state.steps++;
      if (ending === PAID) return paid(round, state, outcome);
      if (ending === REFUNDED) return refund(round, outcome);
      return ending === LOST ? { status: "completed", outcome } : { status: "in_progress", outcome, state };
    },
    cashOut(round, state) {
      if (!state?.takeable) throw new TypeError("there is nothing to cash out");
      return paid(round, state, own.reveal(state));
    },
    expire(round, state) {
      return state.takeable ? paid(round, state, own.reveal(state)) : refund(round, own.reveal(state));
    },
  };
}

/** A successful step: multiplies a round's value by num/den, BigInts, cut to 10^-8 and capped at most. Says whether it was capped. */
export function multiply(round, num, den, most) {
  const value = (round.value * num) / den;
  round.takeable = true;
  round.value = value < most ? value : most;
  return value >= most;
}

/** A round that is lost is worth nothing. */
export function lose(round) {
  round.value = 0n;
  round.takeable = false;
  return LOST;
}
