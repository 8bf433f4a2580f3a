package games

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"

	"croupier/fairness"
	"croupier/wallet/money"
)

// ErrNotRevealed says that a round cannot be verified yet, because its server seed is still in use.
var ErrNotRevealed = errors.New("the round's server seed is not revealed yet")

// Report is what Verify found: every check in the order in which it was made, and every draw of the round.
type Report struct {
	RoundID string      `json:"roundId"`
	OK      bool        `json:"ok"`     // whether every check passed
	Forced  bool        `json:"forced"` // a sandbox round whose outcome was asked for: recomputable, but not left to chance
	Checks  []Check     `json:"checks"`
	Draws   []StepDraws `json:"draws"`
}

// Check is one comparison of what was computed with what the record says.
type Check struct {
	Name     string `json:"name"` // "commitment", "action 2 outcome"
	OK       bool   `json:"ok"`
	Expected string `json:"expected"` // computed
	Got      string `json:"got"`      // recorded
}

// StepDraws are the draws that an action made, in order.
type StepDraws struct {
	Step  int             `json:"step"`
	Draws []fairness.Draw `json:"draws"`
}

// Verify recomputes a round from its record alone and compares everything that the record says. Differences are in the report.
// A round that is not over fails, as no seed is revealed before the rounds under it are. An error means that the record could not be
// checked: ErrNotRevealed, or a record that is not one. The balances are not checked: what else the player did meanwhile is not in
// the record.
func Verify(c *Catalogue, rec Record) (Report, error) {
	v := verification{listing: true}
	v.report.Checks = make([]Check, 0, 5+4*len(rec.Actions)) // as many as are made of a round that passes
	return v.verify(c, &rec)
}

// verification is a round's way through Verify.
type verification struct {
	listing bool // whether checks that pass are listed
	seeds   seeds
	traces  []*fairness.Trace // by step

	report Report
	rec    *Record
	round  Round
	state  json.RawMessage
	payout money.Amount
}

// seeds are a seed pair, read, and what was computed of it.
type seeds struct {
	server     string // as it is recorded
	pair       fairness.Pair
	commitment string
	keyed      *fairness.Keyed // from the pair's second round on
}

// round returns the draws of a round.
func (s *seeds) round(nonce uint64) fairness.Draws {
	if s.keyed != nil {
		return s.keyed.Round(nonce)
	}
	return s.pair.Round(nonce)
}

// read reads the seeds of a record, unless they are those that were read last.
func (s *seeds) read(rec *Record) error {
	if s.server == rec.ServerSeed && s.pair.ClientSeed == rec.ClientSeed && s.commitment != "" {
		if s.keyed == nil {
			s.keyed = s.pair.Keyed()
		}
		return nil
	}
	server, err := fairness.ParseServerSeed(strings.Clone(rec.ServerSeed))
	if err != nil {
		return err
	}
	pair := fairness.Pair{ServerSeed: server, ClientSeed: strings.Clone(rec.ClientSeed)}
	if err := pair.Validate(); err != nil {
		return err
	}
	*s = seeds{server: server.Reveal(), pair: pair, commitment: server.Hash()}
	return nil
}

// verify verifies a record with all that v has of space and seeds.
func (v *verification) verify(c *Catalogue, rec *Record) (Report, error) {
	if rec.ServerSeed == "" {
		return Report{}, ErrNotRevealed
	}
	if err := v.seeds.read(rec); err != nil {
		return Report{}, err
	}
	currency, err := money.LookupCurrency(rec.Currency)
	if err != nil {
		return Report{}, err
	}
	v.report = Report{RoundID: rec.RoundID, Forced: rec.Forced != nil, OK: true, Checks: v.report.Checks[:0], Draws: v.report.Draws[:0]}
	v.rec, v.round, v.state = rec, Round{Currency: currency}, nil
	v.check("commitment", v.seeds.commitment, rec.ServerSeedHash)
	if variant, ok := v.rules(c); ok {
		v.replay(variant.Engine)
	}
	return v.report, nil
}

func (v *verification) check(name, expected, got string) bool {
	if expected != got {
		v.fail(name, expected, got)
		return false
	}
	if v.listing {
		v.report.Checks = append(v.report.Checks, Check{Name: name, OK: true, Expected: expected, Got: got})
	}
	return true
}

// fail is a check that failed whatever the texts are: a record must not pass by quoting them.
func (v *verification) fail(name, expected, got string) {
	v.report.OK = false
	v.report.Checks = append(v.report.Checks, Check{Name: name, Expected: expected, Got: got})
}

// rules finds the variant that the record names, by id and by hash: under other rules a replay would say nothing.
func (v *verification) rules(c *Catalogue) (Variant, bool) {
	game, ok := c.Lookup(v.rec.GameID)
	if !ok {
		v.fail("game", "a game of this catalogue", v.rec.GameID)
		return Variant{}, false
	}
	variant, ok := game.Variant(v.rec.Variant)
	if !ok {
		v.fail("variant", "a variant of "+game.ID, v.rec.Variant)
		return Variant{}, false
	}
	return variant, v.check("rulesHash", variant.RulesHash, v.rec.RulesHash)
}

func (v *verification) replay(engine Engine) {
	v.payout = money.Zero(v.round.Currency)
	v.round.Bet, v.round.Stake = v.payout, v.payout
	status := Status("not opened")
	v.report.Draws = slices.Grow(v.report.Draws, len(v.rec.Actions))
	for i := range v.rec.Actions {
		action := &v.rec.Actions[i]
		names := namesOf(i)
		v.check(names.step, strconv.Itoa(i), strconv.Itoa(action.Step))
		if i > 0 && status != InProgress {
			v.fail(names.action, "none: the round is over", string(action.Type))
			break
		}
		draws := v.seeds.round(v.rec.Nonce)
		if v.rec.Forced != nil {
			draws = fairness.Forced(draws, v.rec.Forced)
		}
		traced, trace := v.trace(i, draws)
		result, err := v.play(engine, action, traced)
		v.report.Draws = append(v.report.Draws, StepDraws{Step: i, Draws: trace.Draws})
		if err != nil {
			v.fail(names.action, "refused: "+err.Error(), "played")
			return
		}
		v.compare(names, action, &result)
		v.round, v.state, v.payout, status = v.round.Next(result), result.State, v.payout.Add(result.Payout), result.Status
	}
	v.compareStatus(status)
	v.checkMoney("stake", v.round.Stake, v.rec.Stake)
	v.checkMoney("payout", v.payout, v.rec.Payout)
}

// trace traces the draws of a step, in space that was used for the same step of an earlier round, if there is any.
func (v *verification) trace(step int, draws fairness.Draws) (fairness.Draws, *fairness.Trace) {
	if step < len(v.traces) {
		return fairness.Retraced(draws, v.traces[step]), v.traces[step]
	}
	traced, trace := fairness.Traced(draws)
	v.traces = append(v.traces, trace)
	return traced, trace
}

// compareStatus compares how the round ended. Seeds are not revealed while a round is open under them: whoever shows a seed with an
// open round cut the record short, or looked at the seed before its time.
func (v *verification) compareStatus(computed Status) {
	switch {
	case computed == InProgress:
		v.fail("status", "a round that is over, because its server seed is revealed", string(v.rec.Status))
	case len(v.rec.Actions) == 0:
		v.fail("status", string(computed), string(v.rec.Status))
	default:
		v.check("status", string(computed), string(v.rec.Status))
	}
}

func (v *verification) play(engine Engine, action *RecordedAction, draws fairness.Draws) (Result, error) {
	switch action.Type {
	case TypeCashOut:
		if err := checkEmpty(action.Payload); err != nil {
			return Result{}, err
		}
		return CashOut(engine, v.round, v.state, draws)
	case TypeExpiry:
		if err := checkEmpty(action.Payload); err != nil {
			return Result{}, err
		}
		return Expire(engine, v.round, v.state, draws)
	case TypeVoid:
		if _, err := ParseVoiding(action.Payload); err != nil {
			return Result{}, err
		}
		return Void(v.round)
	case TypeAction:
		name, err := actionName(action.Payload)
		if err != nil {
			return Result{}, err
		}
		return Play(engine, v.round, v.state, Action{Name: name, Payload: action.Payload}, draws)
	}
	return Result{}, fmt.Errorf("%q is no type of action", clip(string(action.Type)))
}

// checkEmpty returns *FieldError unless a payload has no members, as those of a cash-out and an expiry: the action that a player
// decided on cannot be retold as the server's.
func checkEmpty(payload json.RawMessage) error {
	if err := jsonv2.Unmarshal(payload, &struct{}{}, jsonv2.RejectUnknownMembers(true)); err != nil {
		return &FieldError{"payload", "must be an empty object"}
	}
	return nil
}

// actionName returns the name that a payload gives its action.
func actionName(payload json.RawMessage) (name string, err error) {
	plain := Plain(payload, func(member, value []byte) bool {
		if string(member) != "action" {
			return true
		}
		if value[0] != '"' {
			return false
		}
		name = string(value[1 : len(value)-1])
		return true
	})
	if plain {
		return name, nil
	}
	return decodedActionName(payload)
}

func decodedActionName(payload json.RawMessage) (string, error) {
	var named struct {
		Action string `json:"action"`
	}
	if err := jsonv2.Unmarshal(payload, &named); err != nil {
		return "", &FieldError{"payload", "must be an object with its action"}
	}
	return named.Action, nil
}

// checkNames are the names of the checks of an action.
type checkNames struct{ action, step, outcome, stake, payout string }

// namesOfFirst are those of the opening action, which is all that most rounds have.
var namesOfFirst = makeNames(0)

func namesOf(i int) checkNames {
	if i == 0 {
		return namesOfFirst
	}
	return makeNames(i)
}

func makeNames(i int) checkNames {
	action := "action " + strconv.Itoa(i)
	return checkNames{action, action + " step", action + " outcome", action + " stake", action + " payout"}
}

func (v *verification) compare(names checkNames, action *RecordedAction, result *Result) {
	v.compareOutcome(names.outcome, result.Outcome, action.Outcome)
	v.checkMoney(names.stake, result.Stake, action.Stake)
	v.checkMoney(names.payout, result.Payout, action.Payout)
}

// compareOutcome compares outcomes by what they say: a record that went through another program may be written otherwise.
func (v *verification) compareOutcome(name string, computed, recorded json.RawMessage) {
	if bytes.Equal(computed, recorded) {
		if v.listing {
			text := string(recorded)
			v.check(name, text, text)
		}
		return
	}
	expected, expectedErr := comparableJSON(computed)
	got, gotErr := comparableJSON(recorded)
	if err := errors.Join(expectedErr, gotErr); err != nil {
		v.fail(name, string(computed), "not JSON: "+err.Error())
	} else {
		v.check(name, expected, got)
	}
}

func (v *verification) checkMoney(name string, expected money.Amount, got money.Number) {
	var written [64]byte
	text := string(got)
	if text == string(expected.AppendJSON(written[:0])) { // as every record of our own has it
		v.check(name, text, text)
		return
	}
	if amount, err := money.Parse(v.round.Currency, got); err == nil {
		text = amount.String()
	}
	v.check(name, expected.String(), text)
}
