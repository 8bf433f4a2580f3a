package session

import (
	"encoding/json"
	"log/slog"
	"math/big"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// raiser is a game that takes more stake in the same round: bet {amount} opens it, double stakes the bet once more, stand ends it and
// returns what was staked.
type raiser struct{}

const raiserState = `{"version":1}`

func (raiser) Rules() any    { return map[string]int{"version": 1} }
func (raiser) RTP() *big.Rat { return big.NewRat(1, 1) }

func (raiser) Open(r games.Round, a games.Action, _ fairness.Draws) (games.Step, error) {
	var bet struct {
		Amount money.Number `json:"amount"`
	}
	if err := games.Decode(a.Payload, &bet); err != nil {
		return games.Step{}, err
	}
	stake, err := games.ParseStake(r.Currency, "amount", bet.Amount)
	return games.Step{Status: games.InProgress, Stake: stake, State: json.RawMessage(raiserState)}, err
}

func (raiser) Act(r games.Round, _ json.RawMessage, a games.Action, _ fairness.Draws) (games.Step, error) {
	switch a.Name {
	case "double":
		return games.Step{Status: games.InProgress, Stake: r.Bet, State: json.RawMessage(raiserState)}, nil
	case "stand":
		return games.Step{Status: games.Completed, Win: r.Refund()}, nil
	}
	return games.Step{}, &games.ActionError{Action: a.Name, Allowed: []string{"double", "stand"}}
}

func (raiser) CashOut(games.Round, json.RawMessage) (games.Step, error) {
	return games.Step{}, &games.ActionError{Action: "cashout", Allowed: []string{"double", "stand"}}
}

func (raiser) Expire(r games.Round, _ json.RawMessage) (games.Step, error) {
	return games.Step{Status: games.Completed, Win: r.Refund()}, nil
}

func (raiser) View(games.Round, json.RawMessage) (any, error) { return struct{}{}, nil }

func (raiser) Force(json.RawMessage) (fairness.Script, error) {
	return nil, &games.FieldError{Field: "outcome", Reason: "cannot be asked for"}
}

// raising opens a node that plays the raiser, with a clock that is ahead.
func (b *floorBundle) raising(t testing.TB, ahead time.Duration) *node {
	t.Helper()
	n := b.open(t, SettlerConfig{})
	c, err := games.NewCatalogue(games.Game{ID: "raiser", Name: "Raiser", Default: "ONLY", Variants: []games.Variant{{ID: "ONLY", Engine: raiser{}}}})
	must(t, err)
	clock := func() time.Time { return time.Now().Add(ahead) }
	n.floor, err = NewFloor(t.Context(), n.db, b.vault, c, n.settler, clock, slog.New(slog.DiscardHandler))
	must(t, err)
	return n
}

const doublePayload, standPayload = `{"action":"double"}`, `{"action":"stand"}`

// A stake that the player cannot pay in the middle of a round is refused, and the round stands as it stood.
func TestLaterStakeNeedsItsMoney(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "25.00")
	c := b.raising(t, 0).sit(t, who, "raiser")
	opened := c.do(t, "bet", `{"action":"bet","amount":10.00}`)
	if up := c.do(t, "double", doublePayload); up.RoundID != opened.RoundID || up.Balance.Before != "15.00" || up.Balance.After != "5.00" {
		t.Errorf("doubled: %s", up.text)
	}
	before := b.seat(t, who.ID)
	for range 2 {
		_, err := c.Act(t.Context(), request("again", doublePayload))
		e := wantCode(t, err, InsufficientBalance)
		required, _ := e.Details["required"].(money.Amount)
		available, _ := e.Details["available"].(money.Amount)
		if required.String() != "10.00" || available.String() != "5.00" {
			t.Errorf("details %v", e.Details)
		}
	}
	if after := b.seat(t, who.ID); after != before || after.Escrow != "20.00" {
		t.Errorf("a refusal moved the seat from %+v to %+v", before, after)
	}
	if n := b.count(t, `SELECT count(*) FROM actions WHERE round_id = $1`, opened.RoundID); n != 2 {
		t.Errorf("%d actions are recorded, want 2", n)
	}
	b.clean(t)
	b.deposit(t, who, "5.00") // and the refused id is free
	if up := c.do(t, "again", doublePayload); up.Balance.After != "0.00" || up.Fair.Step != 2 {
		t.Errorf("doubled again: %s", up.text)
	}
	if end := c.do(t, "stand", standPayload); end.Status != games.Completed || end.Balance.After != "30.00" {
		t.Errorf("stood: %s", end.text)
	}
	b.clean(t)
}

// Limits are for the bet: what is staked later is the rules' matter.
func TestLimitsHoldForTheOpeningOnly(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "1000.00")
	c := b.raising(t, 0).sit(t, who, "raiser")
	_, err := c.Act(t.Context(), request("much", `{"action":"bet","amount":100.01}`))
	wantCode(t, err, OutsideLimits)
	c.do(t, "bet", `{"action":"bet","amount":100.00}`)
	for range 3 {
		c.do(t, uuid.NewString(), doublePayload)
	}
	if row := b.seat(t, who.ID); row.Balance != "600.00" || row.Escrow != "400.00" {
		t.Errorf("seat %+v with four times 100.00 at stake", row)
	}
	b.clean(t)
}

func TestAllStakesOfARoundExpire(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "50.00")
	c := b.raising(t, 0).sit(t, who, "raiser")
	c.do(t, "bet", `{"action":"bet","amount":10.00}`)
	c.do(t, "double", doublePayload)
	b.raising(t, 25*time.Hour).expire(t)
	if list := c.untold(t); len(list) != 1 || list[0].Stake != "20.00" || list[0].Payout != "20.00" || list[0].Balance.After != "50.00" {
		t.Errorf("told %+v", list)
	}
	b.clean(t)
}
