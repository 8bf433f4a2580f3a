package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// verifyFlags are a round that nobody recorded, to be computed from its seeds.
type verifyFlags struct {
	Game       string   `group:"Seeds and actions, instead of a record:" placeholder:"ID" env:"CROUPIER_VERIFY_GAME" help:"The game."`
	Variant    string   `group:"Seeds and actions, instead of a record:" placeholder:"ID" help:"The game's variant, as RTP_96. Default: the game's own."`
	ServerSeed string   `group:"Seeds and actions, instead of a record:" placeholder:"HEX" help:"The revealed server seed: 64 lowercase hex characters."`
	ClientSeed string   `group:"Seeds and actions, instead of a record:" placeholder:"TEXT" help:"The client seed."`
	Nonce      uint64   `group:"Seeds and actions, instead of a record:" placeholder:"N" help:"The round's nonce. Default: 0."`
	Action     []string `group:"Seeds and actions, instead of a record:" sep:"none" placeholder:"JSON" help:"What the player sent, as {\"action\":\"bet\",\"amount\":1}; or cashout, or expiry. Once for each step."`
	Currency   string   `group:"Seeds and actions, instead of a record:" default:"USD" placeholder:"CODE" help:"The currency of the amounts. Default: ${default}."`
}

func (f *verifyFlags) given() bool {
	return f.Game != "" || f.ServerSeed != "" || f.ClientSeed != "" || len(f.Action) > 0
}

// play plays the round, and returns its record.
func (f *verifyFlags) play(catalogue *games.Catalogue) (rec games.Record, err error) {
	if f.Game == "" || f.ServerSeed == "" || f.ClientSeed == "" || len(f.Action) == 0 {
		return rec, errors.New("a round is computed from --game, --server-seed, --client-seed and at least one --action")
	}
	game, ok := catalogue.Lookup(f.Game)
	if !ok {
		return rec, fmt.Errorf("--game %s: there is no such game", f.Game)
	}
	if f.Variant == "" {
		f.Variant = game.Default
	}
	variant, ok := game.Variant(f.Variant)
	if !ok {
		return rec, fmt.Errorf("--variant %s: %s has no such variant", f.Variant, game.ID)
	}
	seed, err := fairness.ParseServerSeed(f.ServerSeed)
	if err != nil {
		return rec, err
	}
	pair := fairness.Pair{ServerSeed: seed, ClientSeed: f.ClientSeed}
	if err := pair.Validate(); err != nil {
		return rec, err
	}
	currency, err := money.LookupCurrency(f.Currency)
	if err != nil {
		return rec, err
	}
	rec = games.Record{RoundID: "computed", GameID: game.ID, Variant: variant.ID, RulesHash: variant.RulesHash, Currency: currency.Code(),
		ServerSeedHash: seed.Hash(), ServerSeed: seed.Reveal(), ClientSeed: f.ClientSeed, Nonce: f.Nonce}
	return rec, f.steps(&rec, variant, pair, currency)
}

// steps plays the actions.
func (f *verifyFlags) steps(rec *games.Record, variant games.Variant, pair fairness.Pair, currency money.Currency) error {
	round, paid := games.Round{Currency: currency}, money.Zero(currency)
	var state json.RawMessage
	for i, text := range f.Action {
		if i > 0 && state == nil {
			return fmt.Errorf("--action %s: the round was over after %d steps", text, i)
		}
		action, result, err := step(variant, round, state, strings.TrimSpace(text), pair.Round(rec.Nonce))
		if err != nil {
			return fmt.Errorf("--action %s: %w", text, err)
		}
		paid = paid.Add(result.Payout)
		action.Step, action.Outcome = i, result.Outcome
		action.Stake, action.Payout, action.Balance = result.Stake.Number(), result.Payout.Number(), money.Zero(currency).Number()
		rec.Actions = append(rec.Actions, action)
		round, state = round.Next(result), result.State
		rec.Status, rec.Stake, rec.Payout = result.Status, round.Stake.Number(), paid.Number()
	}
	return nil
}

// step plays one action.
func step(variant games.Variant, round games.Round, state json.RawMessage, text string, draws fairness.Draws) (games.RecordedAction,
	games.Result, error) {
	var r games.Result
	var err error
	a := games.RecordedAction{Payload: json.RawMessage("{}")}
	switch text {
	case "cashout":
		a.Type = games.TypeCashOut
		r, err = games.CashOut(variant, round, state, draws)
	case "expiry":
		a.Type = games.TypeExpiry
		r, err = games.Expire(variant, round, state, draws)
	default:
		a.Type, a.Payload = games.TypeAction, json.RawMessage(text)
		var named struct {
			Action string `json:"action"`
		}
		if err := json.Unmarshal(a.Payload, &named); err != nil {
			return a, r, fmt.Errorf("it must be cashout, expiry or a JSON object: %w", err)
		}
		r, err = games.Play(variant, round, state, games.Action{Name: named.Action, Payload: a.Payload}, draws)
	}
	return a, r, err
}
