package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"croupier/games"
	"croupier/wallet"
	"croupier/wallet/money"
)

// playSeamless tries one move of a player whose money is in the operator's wallet. A stake is bet there first, with the player's turn held
// and no connection of the database; the move is computed and written as any other when the operator has taken the bet. What is decided about
// a bet is decided in the database, so that a kill at any point leaves a bet that stands and was played, or one that is rolled back.
func (v *Visit) playSeamless(ctx context.Context, at *position, kind requestKind, r Request, request json.RawMessage) (json.RawMessage, verdict, error) {
	f := v.seat.floor
	mine, told, err := v.inHand(ctx, at, r.ID)
	if err != nil || told != 0 {
		return nil, told, err
	}
	s, err := v.step(at, kind, games.Action{Name: r.Action, Payload: request})
	o, stake := s.of, s.result.Stake
	if err != nil {
		return nil, failed, errors.Join(err, f.giveBack(ctx, at, mine, "the move that it was bet for is not possible any more"))
	}
	if mine != nil && (!mine.amount.Equal(stake) || o.state != nil && mine.round != o.id) {
		return nil, stale, f.giveBack(ctx, at, mine, "the move that it was bet for has another stake now")
	}
	if stake.Sign() > 0 {
		if mine == nil {
			if mine, told, err = v.bet(ctx, at, o, stake, r.ID); told != written {
				return nil, told, err
			}
		}
		if o.state == nil {
			o.id = mine.round
		}
	}
	// The stake came from the operator meanwhile: the move is after it. A day that began since has room for a stake that the last one had.
	s.at = f.now()
	m, next, err := f.makeMove(at, kind, s)
	if err != nil {
		return nil, failed, err
	}
	answer, told, err := v.settle(ctx, at, m, next, r, kind, request)
	if told == written {
		f.afterEnd(ctx, at)
	}
	return answer, told, err
}

// inHand looks at what is not over of the player's calls, and deals with it. It returns the bet of this very request if there is one that
// the operator has taken: the move goes on with it. A verdict that is not zero ends the try: stale when the request has taken effect.
func (v *Visit) inHand(ctx context.Context, at *position, request string) (mine *walletRow, told verdict, err error) {
	f := v.seat.floor
	var answered bool
	const sql = `SELECT EXISTS (SELECT FROM actions WHERE player_id = $1 AND session_id = $2 AND request_id = $3)`
	if err := f.db.QueryRow(ctx, sql, at.player.ID, v.session, request).Scan(&answered); err != nil {
		return nil, unreadable(err), err
	}
	if answered {
		return nil, stale, nil
	}
	calls, err := f.openCalls(ctx, at.player)
	if err != nil {
		return nil, unreadable(err), err
	}
	for i := range calls {
		c := &calls[i]
		if c.kind == WalletBet && c.state == callConfirmed && c.session == v.session && c.request == request {
			mine = c
			continue
		}
		if err := f.resolve(ctx, *at.wallet, at.player, *c); err != nil {
			if errors.Is(err, errWaiting) {
				return nil, final, busyBet(err)
			}
			return nil, later, err
		}
	}
	return mine, 0, nil
}

// busyBet tells a player that nothing was played because the operator's wallet owes an answer.
func busyBet(cause error) *Error {
	return &Error{Code: Busy, Message: "Nothing was played: " + cause.Error() + "; retry with the same requestId",
		Details: map[string]any{"retryAfterMs": 1000}}
}

// bet asks the operator's wallet for the stake of a move. Its verdict is written when the operator has taken it, and the position then has it
// in the player's account. A bet of unknown fate is given up, and rolled back until the operator accepts that: it is never played.
func (v *Visit) bet(ctx context.Context, at *position, o *openRound, stake money.Amount, request string) (*walletRow, verdict, error) {
	f := v.seat.floor
	c := walletRow{id: newID(), kind: WalletBet, state: callPending, amount: stake, round: o.id, game: o.game, session: v.session, request: request}
	if err := f.writeBet(ctx, at.player, c); errors.Is(err, errInHand) {
		return nil, stale, nil
	} else if err != nil {
		return nil, later, err
	}
	// Whatever becomes of the caller: what is sent is waited for, so that its end is known here.
	sending := context.WithoutCancel(ctx)
	balance, err := f.wallets.call(sending, *at.wallet, c.call(at.player))
	var refused *WalletRefusal
	switch {
	case errors.As(err, &refused) && refused.Code != "", errors.Is(err, errNotCalled):
		if noted := f.refuseBet(sending, c, err.Error()); noted != nil {
			f.log.Warn("a bet was refused, and is rolled back as if that were not known", "call_id", c.id, "error", noted)
		}
		return nil, final, f.refusedBet(at, stake, refused, err)
	case err == nil && (balance.Sign() < 0 || wallet.TooMuch(balance.Add(stake))):
		err = fmt.Errorf("the operator told a balance that cannot be, %s", balance)
	}
	if err == nil {
		if at.version, err = f.confirmBet(sending, at.player, c, balance); err == nil {
			at.balance = balance.Add(stake)
			return &c, written, nil
		}
		if !errors.Is(err, errTooLate) && !errors.Is(err, wallet.ErrReused) {
			v.seat.forget()
			return nil, later, err // it may be confirmed: the next try finds out
		}
	}
	v.seat.forget()
	f.log.Warn("a bet is rolled back: nobody knows what became of it", "call_id", c.id, "round_id", c.round, "player", at.player.ID, "error", err)
	if done, problem := f.giveUp(sending, at.player.ID, c.id, err.Error()); problem != nil {
		f.log.Warn("give up a bet", "call_id", c.id, "error", problem) // the sweep does when it is due
	} else if done {
		c.state = callRollingBack
		f.deliverSoon(*at.wallet, at.player, c)
	}
	return nil, final, &Error{Code: Busy, Message: "Nothing was played: the operator's wallet did not answer, and the bet is being rolled back; " +
		"retry with the same requestId", Details: map[string]any{"retryAfterMs": 1000}}
}

// call is what the operator is told of the row.
func (c *walletRow) call(p Player) WalletCall {
	kind := c.kind
	if c.state == callRollingBack {
		kind = WalletRollback
	}
	return WalletCall{Kind: kind, TransactionID: c.id, Player: p, Amount: c.amount, Round: c.round, Game: c.game}
}

// refusedBet is what the player is told of a bet that the operator refused.
func (f *Floor) refusedBet(at *position, stake money.Amount, refused *WalletRefusal, err error) *Error {
	if refused == nil {
		return busyBet(errors.New("the operator's wallet is not reached"))
	}
	switch refused.Code {
	case walletNoFunds:
		details := map[string]any{"required": stake, "currency": stake.Currency().Code()}
		if refused.Balance != nil {
			details["available"] = *refused.Balance
		}
		return &Error{Code: InsufficientBalance, Message: "Insufficient balance", Details: details}
	case walletBlocked:
		return Errorf(PlayerExcluded, "The operator does not let the player play")
	case walletLimit:
		return &Error{Code: OutsideLimits, Message: "A limit that the operator has set is reached", Details: map[string]any{"stake": stake}}
	}
	f.log.Error("an operator's wallet refused a bet", "player", at.player.ID, "operator", at.player.OperatorID, "error", err)
	return busyBet(errors.New("the operator's wallet refused the bet"))
}

// giveBack gives up a bet that the operator has taken and that is not to be played. mine may be nil.
func (f *Floor) giveBack(ctx context.Context, at *position, mine *walletRow, why string) error {
	if mine == nil {
		return nil
	}
	done, err := f.giveUp(ctx, at.player.ID, mine.id, why)
	if done {
		mine.state = callRollingBack
		f.deliverSoon(*at.wallet, at.player, *mine)
	}
	return err
}

// afterEnd follows what was written of a seamless player, and tells the operator of a win, or that bets are rolled back. It never fails the
// caller: what is not done here is done before the player's next bet, or by the sweep.
func (f *Floor) afterEnd(ctx context.Context, at *position) {
	ctx = context.WithoutCancel(ctx)
	if err := f.book(ctx, at.player.ID); err != nil {
		f.log.Warn("follow a seamless player's round", "player", at.player.ID, "error", err)
		return
	}
	calls, err := f.openCalls(ctx, at.player)
	if err != nil {
		f.log.Warn("look for wins to tell", "player", at.player.ID, "error", err)
		return
	}
	for _, c := range calls {
		if c.toDeliver() {
			f.deliverSoon(*at.wallet, at.player, c)
		}
	}
}
