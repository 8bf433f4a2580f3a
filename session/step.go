package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"croupier/games"
	"croupier/wallet/money"
)

// step is one step of a round as the rules play it, allowed to this player at a time, and not yet a move: where the money is, is not asked.
type step struct {
	of     *openRound // the round before it
	result games.Result
	at     time.Time // by which it was judged: a limit's period may end before it is written
}

// compute plays one step and returns the move that it makes, and the round as it stands after it: nil when it is over.
func (v *Visit) compute(at *position, kind requestKind, action string, payload json.RawMessage) (*move, *openRound, error) {
	s, err := v.step(at, kind, games.Action{Name: action, Payload: payload})
	if err != nil {
		return nil, nil, err
	}
	if at.balance.Cmp(s.result.Stake) < 0 {
		return nil, nil, &Error{Code: InsufficientBalance, Message: "Insufficient balance", Details: map[string]any{
			"required": s.result.Stake, "available": at.balance, "currency": s.result.Stake.Currency().Code()}}
	}
	return v.seat.floor.makeMove(at, kind, s)
}

// step plays one step on the rules. Returns what the rules refuse, and what the player is not allowed.
func (v *Visit) step(at *position, kind requestKind, action games.Action) (s step, err error) {
	s.of, s.at = at.open[v.game.ID], v.seat.floor.now()
	if s.of == nil {
		if kind == cashoutRequest {
			return s, Errorf(RoundNotFound, "There is no open round of this game")
		}
		if err := v.seat.floor.mayOpen(at, v.game, s.at); err != nil {
			return s, err
		}
		if s.of, err = v.newRound(at); err != nil {
			return s, err
		}
	}
	engine, err := s.of.engine()
	if err != nil {
		return s, err
	}
	draws := at.draws(s.of.nonce, s.of.forced)
	if kind == cashoutRequest {
		s.result, err = games.CashOut(engine, s.of.round, s.of.state, draws)
	} else {
		s.result, err = games.Play(engine, s.of.round, s.of.state, action, draws)
	}
	if err != nil {
		return s, ruleRefusal(err)
	}
	return s, s.allowed(at, engine, action)
}

// allowed returns why the player may not stake what the step stakes, whatever the rules say.
func (s step) allowed(at *position, engine games.Engine, action games.Action) error {
	stake, game := s.result.Stake, s.of.build.game
	if s.of.state == nil {
		if err := at.checkOpening(game, stake); err != nil {
			return ruleRefusal(err)
		}
		if err := at.care.profile.checkStake(game, engine, action, stake); err != nil {
			return err
		}
	} else if !stake.IsZero() {
		if err := at.barred(s.at, s.of); err != nil {
			return err
		}
	}
	return at.care.mayStake(stake, s.at)
}

// newRound is the round that an action would open, before it is played. Returns GameNotAvailable.
func (v *Visit) newRound(at *position) (*openRound, error) {
	build, err := v.seat.floor.openingBuild(at, v.game)
	if err != nil {
		return nil, err
	}
	o := &openRound{id: newID(), game: v.game.ID, build: build, nonce: at.nonce, forced: at.forced[v.game.ID]}
	o.round = games.Round{Currency: at.player.Currency, Bet: money.Zero(at.player.Currency), Stake: money.Zero(at.player.Currency)}
	return o, nil
}

// makeMove turns what a step did into what is written of it, and the round as it stands after it: nil when it is over.
func (f *Floor) makeMove(at *position, kind requestKind, s step) (*move, *openRound, error) {
	o, result, nothing := s.of, s.result, money.Zero(at.player.Currency)
	m := &move{
		player: at.player.ID, version: at.version, before: at.balance, seedSeq: at.seedSeq, nonce: o.nonce,
		opens: o.state == nil, operator: at.player.OperatorID, round: o.id, game: o.game, build: o.build.id, step: int32(o.round.Step),
		status: string(result.Status), stake: result.Stake, lapse: nothing, payout: nothing,
		at: s.at, settled: make(chan verdict, 1),
	}
	if m.opens && o.forced != nil {
		script, err := json.Marshal(o.forced)
		if err != nil {
			return nil, nil, fmt.Errorf("forced outcome: %w", err)
		}
		m.forced = script
	}
	var next *openRound
	if result.Status == games.InProgress {
		after := *o
		after.state, after.round = result.State, o.round.Next(result)
		next = &after
		m.state = f.vault.Seal(result.State, stateAAD(o.id))
	} else {
		m.payout = result.Payout
		if !m.opens {
			m.lapse = o.round.Stake.Add(result.Stake)
		}
	}
	m.after = m.before.Sub(m.stake).Add(m.payout)
	m.outcome, m.of = result.Outcome, o
	switch kind {
	case cashoutRequest:
		m.answer = cashoutResult(m, result)
	case expiryRequest:
		m.answer = roundExpired(m, at, result)
	case voidRequest: // whose answer has the reason: the caller makes it
	default:
		m.answer = actionResult(m, at, result)
	}
	return m, next, nil
}

// ruleRefusal turns what the rules say into the protocol's error; anything else stays an unexpected error.
func ruleRefusal(err error) error {
	var field *games.FieldError
	var action *games.ActionError
	var limit *games.LimitError
	var currency *games.CurrencyError
	switch {
	case errors.As(err, &field):
		return FieldError(Malformed, field.Field, field.Reason)
	case errors.As(err, &action):
		return &Error{Code: InvalidAction, Message: action.Error(), Details: map[string]any{"allowed": action.Allowed}}
	case errors.As(err, &limit):
		return &Error{Code: OutsideLimits, Message: limit.Error(), Details: map[string]any{"min": limit.Min, "max": limit.Max}}
	case errors.As(err, &currency):
		return &Error{Code: GameNotAvailable, Message: currency.Error(), Details: map[string]any{"gameId": currency.Game}}
	}
	return err
}
