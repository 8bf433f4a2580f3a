package gamestest

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// Recorder plays a round as a server does and keeps its record.
type Recorder struct {
	variant games.Variant
	pair    fairness.Pair
	round   games.Round
	state   json.RawMessage
	record  games.Record
	paid    money.Amount
}

// NewRecorder prepares to play one round. forced is nil for a round that is left to chance.
func NewRecorder(g games.Game, variant, currency string, pair fairness.Pair, nonce uint64, forced fairness.Script) (*Recorder, error) {
	v, ok := g.Variant(variant)
	if !ok {
		return nil, fmt.Errorf("game %s has no variant %s", g.ID, variant)
	}
	c, err := money.LookupCurrency(currency)
	if err != nil {
		return nil, err
	}
	return &Recorder{
		variant: v, pair: pair, round: games.Round{Currency: c}, paid: money.Zero(c),
		record: games.Record{
			RoundID: "00000000-0000-7000-8000-000000000000", GameID: g.ID, Variant: v.ID, RulesHash: v.RulesHash, Currency: currency,
			ServerSeedHash: pair.ServerSeed.Hash(), ServerSeed: pair.ServerSeed.Reveal(), ClientSeed: pair.ClientSeed,
			Nonce: nonce, Forced: forced,
		},
	}, nil
}

// Open says whether the round is in progress.
func (r *Recorder) Open() bool { return r.state != nil }

// Round returns the round as the engine is told of it, and the state that it left; nil when none is open.
func (r *Recorder) Round() (games.Round, json.RawMessage) { return r.round, r.state }

// Record returns the round as it is recorded so far.
func (r *Recorder) Record() games.Record { return r.record }

// Act plays an action, whose payload names it.
func (r *Recorder) Act(payload string) (games.Result, error) {
	var named struct {
		Action string `json:"action"`
	}
	if err := json.Unmarshal([]byte(payload), &named); err != nil {
		return games.Result{}, fmt.Errorf("payload %s: %w", payload, err)
	}
	action := games.Action{Name: named.Action, Payload: json.RawMessage(payload)}
	result, err := games.Play(r.variant, r.round, r.state, action, r.draws())
	return r.keep(games.TypeAction, payload, result, err)
}

// CashOut ends the round with what it is worth.
func (r *Recorder) CashOut() (games.Result, error) {
	result, err := games.CashOut(r.variant, r.round, r.state, r.draws())
	return r.keep(games.TypeCashOut, "{}", result, err)
}

// Expire ends the round as the server does when nobody finishes it.
func (r *Recorder) Expire() (games.Result, error) {
	result, err := games.Expire(r.variant, r.round, r.state, r.draws())
	return r.keep(games.TypeExpiry, "{}", result, err)
}

// Void ends the round as an operator does.
func (r *Recorder) Void(why games.Voiding) (games.Result, error) {
	payload, err := why.Payload()
	if err != nil {
		return games.Result{}, err
	}
	result, err := games.Void(r.round)
	return r.keep(games.TypeVoid, string(payload), result, err)
}

func (r *Recorder) draws() fairness.Draws {
	draws := r.pair.Round(r.record.Nonce)
	if r.record.Forced != nil {
		draws = fairness.Forced(draws, r.record.Forced)
	}
	return draws
}

func (r *Recorder) keep(kind games.ActionType, payload string, result games.Result, err error) (games.Result, error) {
	if err != nil {
		return result, err
	}
	r.paid = r.paid.Add(result.Payout)
	r.record.Actions = append(r.record.Actions, games.RecordedAction{
		Step: r.round.Step, RequestID: "req-" + strconv.Itoa(r.round.Step), Type: kind, Payload: json.RawMessage(payload),
		Outcome: result.Outcome, Stake: result.Stake.Number(), Payout: result.Payout.Number(), Balance: r.paid.Number(),
		At: time.Date(2026, 11, 21, 1, 2, r.round.Step, 345_000_000, time.UTC),
	})
	r.round, r.state = r.round.Next(result), result.State
	r.record.Status, r.record.Stake, r.record.Payout = result.Status, r.round.Stake.Number(), r.paid.Number()
	return result, nil
}
