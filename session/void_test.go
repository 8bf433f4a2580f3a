package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/wallet"
	"croupier/wallet/money"
)

var outage = games.Voiding{Reason: "the table's camera failed <&> at 3 o'clock", By: "test"}

func (b *floorBundle) void(t testing.TB, n *node, round uuid.UUID) Voided {
	t.Helper()
	v, err := n.floor.Void(t.Context(), b.operator.ID, round, outage)
	must(t, err)
	return v
}

// voidOf is a round_voided.
type voidOf struct {
	told
	GameID string       `json:"gameId"`
	Reason string       `json:"reason"`
	By     string       `json:"by"`
	Stake  money.Number `json:"stake"`
	Refund money.Number `json:"refund"`
	At     time.Time    `json:"at"`
}

func (c chair) voids(t testing.TB) (list []voidOf) {
	t.Helper()
	found, err := c.Untold(t.Context())
	must(t, err)
	for _, one := range found {
		v := voidOf{told: parseTold(t, one.Payload)}
		must(t, json.Unmarshal(one.Payload, &v))
		if !one.Voided || v.RoundID != one.Round || one.Receipt.Size == 0 {
			t.Errorf("round %s is told as %s", one.Round, one.Payload)
		}
		list = append(list, v)
	}
	return list
}

func TestVoidReturnsAllThatWasStaked(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.listen(t)
	who := b.player(t, "1000.00")
	c := b.sit(t, who, "test-ladder")
	b.heard(t)
	up := c.climb(t)
	before := b.seat(t, who.ID)
	elsewhere := b.open(t, SettlerConfig{})
	done := b.void(t, elsewhere, up.RoundID)
	left := amount(t, money.Number(before.Balance))
	if done.RoundID != up.RoundID || done.PlayerID != who.ID || done.GameID != "ladder" || done.Status != games.Voided || done.Reason != outage.Reason ||
		done.By != outage.By || done.Refund.String() != "1.00" || !done.Balance.Equal(left.Add(amount(t, "1.00"))) || done.Currency != "USD" {
		t.Errorf("voided %+v, had %s", done, left)
	}
	after := b.seat(t, who.ID)
	if amount(t, money.Number(after.Escrow)).Sign() != 0 || !amount(t, money.Number(after.Balance)).Equal(done.Balance) || after.Nonce != before.Nonce {
		t.Errorf("seat %+v after %+v", after, before)
	}
	if n := b.count(t, `SELECT count(*) FROM transfers WHERE round_id = $1 AND code = 'refund' AND debit = 'escrow' AND credit = 'player' AND amount = 1`,
		up.RoundID); n != 1 || b.count(t, `SELECT count(*) FROM transfers WHERE round_id = $1`, up.RoundID) != 2 {
		t.Errorf("%d refunds", n)
	}
	for e := c.event(t); !e.Expired; e = c.event(t) { // after that of the deposit
	}
	told := c.voids(t)
	if len(told) != 1 || told[0].GameID != "test-ladder" || told[0].Status != games.Voided || told[0].Reason != outage.Reason || told[0].Stake != "1.00" ||
		told[0].Refund != "1.00" || string(told[0].Balance.Before) != before.Balance || !told[0].At.Equal(done.At) {
		t.Errorf("told %+v", told)
	}
	if recovered, err := c.Recover(t.Context()); recovered != nil || err != nil {
		t.Errorf("recovered %+v, %v", recovered, err)
	}
	_, err := c.CashOut(t.Context(), request("late", `{}`))
	wantCode(t, err, RoundComplete)
	c.do(t, "next", betPayload) // the next nonce, no gap
	c.cashOutOrLose(t)
	record := b.verified(t, who, up.RoundID)
	last := record.Actions[len(record.Actions)-1]
	if record.Status != games.Voided || record.Payout != "1.00" || last.Type != games.TypeVoid || last.RequestID != "void" ||
		last.Payout != "1.00" || last.Stake != "0.00" || !last.At.Equal(done.At) || !bytes.Contains(last.Payload, []byte(`failed <&> at`)) {
		t.Errorf("record %+v", record)
	}
	b.clean(t)
}

// cashOutOrLose ends the round that a bet has opened.
func (c chair) cashOutOrLose(t testing.TB) {
	t.Helper()
	for i := 0; ; i++ {
		at := c.do(t, "on-"+uuid.NewString(), climbPayload)
		if at.Status != games.InProgress {
			return
		}
		if _, err := c.CashOut(t.Context(), request("out-"+uuid.NewString(), `{}`)); err == nil {
			return
		}
	}
}

func TestVoidIsAnsweredTheSameAgain(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	round := b.sit(t, who, "ladder").do(t, "bet", betPayload).RoundID
	first := b.void(t, b.node, round)
	seat := b.seat(t, who.ID)
	b.deposit(t, who, "5.00")
	again, err := b.floor.Void(t.Context(), b.operator.ID, round, games.Voiding{Reason: outage.Reason, By: "somebody else"})
	if must(t, err); !sameJSON(t, first, again) {
		t.Errorf("first %+v, then %+v", first, again)
	}
	if now := b.seat(t, who.ID); now.Version != seat.Version+1 { // the deposit's
		t.Errorf("seat %+v after %+v", now, seat)
	}
	_, err = b.floor.Void(t.Context(), b.operator.ID, round, games.Voiding{Reason: "another", By: "test"})
	wantCode(t, err, Conflict)
	b.clean(t)
}

func sameJSON(t testing.TB, a, b any) bool {
	t.Helper()
	one, err := json.Marshal(a)
	must(t, err)
	other, err := json.Marshal(b)
	must(t, err)
	return bytes.Equal(one, other)
}

func TestVoidIsRefused(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	settled := b.sit(t, who, "slots").spin(t, "1").RoundID
	open := b.sit(t, who, "ladder").do(t, "bet", betPayload).RoundID
	version := b.seat(t, who.ID).Version
	other, _, err := NewOperators(b.db, b.vault, time.Now).Create(t.Context(), "Other Casino", Sandbox, nil)
	must(t, err)
	for name, ask := range map[string]struct {
		operator, round uuid.UUID
		why             games.Voiding
		code            Code
	}{
		"settled":             {b.operator.ID, settled, outage, Conflict},
		"another operator's":  {other.ID, open, outage, NotFound},
		"none":                {b.operator.ID, uuid.New(), outage, NotFound},
		"no reason":           {b.operator.ID, open, games.Voiding{By: "test"}, InvalidRequest},
		"nothing but spaces":  {b.operator.ID, open, games.Voiding{Reason: "  ", By: "test"}, InvalidRequest},
		"a long reason":       {b.operator.ID, open, games.Voiding{Reason: strings.Repeat("é", 201), By: "test"}, InvalidRequest},
		"a line's end":        {b.operator.ID, open, games.Voiding{Reason: "a\nb", By: "test"}, InvalidRequest},
		"bytes that are none": {b.operator.ID, open, games.Voiding{Reason: "a\xff", By: "test"}, InvalidRequest},
		"nobody":              {b.operator.ID, open, games.Voiding{Reason: "why"}, InvalidRequest},
	} {
		_, err := b.floor.Void(t.Context(), ask.operator, ask.round, ask.why)
		var refused *Error
		if !errors.As(err, &refused) || refused.Code != ask.code {
			t.Errorf("%s: %v, want %s", name, err, ask.code)
		}
	}
	if now := b.seat(t, who.ID); now.Version != version {
		t.Errorf("seat %+v, was at %d", now, version)
	}
	b.clean(t)
}

// The player plays on in the moment in which the round is voided, on another node and on the same: whatever comes first counts, and the
// round is voided once, with all that was staked by then.
func TestPlayerAndVoidsRace(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	other := b.open(t, SettlerConfig{})
	voided := 0
	const turns = 12
	for i := range turns {
		who := b.player(t, "10.00")
		c := b.sit(t, who, "ladder")
		round := c.do(t, "bet", betPayload).RoundID
		answers := make([]Voided, 2)
		refused := race(3, func(n int) error {
			if n == 2 {
				_, err := c.Act(t.Context(), request("climb", climbPayload))
				return err
			}
			var err error
			answers[n], err = []*node{b.node, other}[n].floor.Void(t.Context(), b.operator.ID, round, outage)
			return err
		})
		fell := b.count(t, `SELECT count(*) FROM rounds WHERE id = $1 AND status = 'completed'`, round) == 1
		for n, err := range refused[:2] {
			if fell {
				wantCode(t, err, Conflict)
			} else if must(t, err); !sameJSON(t, answers[0], answers[n]) {
				t.Errorf("two answers: %+v, %+v", answers[0], answers[n])
			}
		}
		if refused[2] != nil {
			wantCode(t, refused[2], InvalidAction)
		}
		if !fell {
			voided++
			if row := b.seat(t, who.ID); row.Balance != "10.00" {
				t.Errorf("turn %d: seat %+v", i, row)
			}
		}
		if n := b.count(t, `SELECT count(*) FROM actions WHERE round_id = $1 AND type = 'void'`, round); n != 1 && !fell {
			t.Errorf("voided %d times", n)
		}
	}
	t.Logf("%d of %d were voided", voided, turns)
	b.clean(t)
}

// The node's connection dies while the commit of a void is under way, and the caller goes: what was asked for may be asked for again, and
// takes effect once.
func TestNodeDiesWhileItVoids(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	c := b.sit(t, who, "ladder")
	round := c.do(t, "bet", betPayload).RoundID
	lock, err := b.admin.Begin(t.Context())
	must(t, err)
	defer lock.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // it was rolled back before
	_, err = lock.Exec(t.Context(), `SELECT FROM seats WHERE player_id = $1 FOR UPDATE`, who.ID)
	must(t, err)
	ctx, die := context.WithCancel(t.Context())
	died := make(chan error, 1)
	go func() { died <- second(b.open(t, SettlerConfig{}).floor.Void(ctx, b.operator.ID, round, outage)) }()
	eventually(t, "the commit waits for the seat", func() bool {
		return b.count(t, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 1
	})
	die()
	b.count(t, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	if err := <-died; err == nil {
		t.Error("a call that was cut off returned no error")
	}
	must(t, lock.Rollback(t.Context()))
	if n := len(c.voids(t)); n != 0 {
		t.Errorf("%d are told that did not take effect", n)
	}
	b.void(t, b.node, round)
	b.void(t, b.node, round)
	if row := b.seat(t, who.ID); row.Balance != "10.00" || len(c.voids(t)) != 1 {
		t.Errorf("seat %+v", row)
	}
	b.clean(t)
}

// A round that cannot be gone on with can be voided: that is what voiding is for.
func TestVoidNeedsNeitherRulesNorState(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	_, err := b.admin.Exec(t.Context(), `ALTER TABLE rounds DISABLE TRIGGER guard_finished`)
	must(t, err)
	_, err = b.admin.Exec(t.Context(), `INSERT INTO builds (game_id, variant, rules_hash, rules) VALUES ('ladder', 'RTP_00', repeat('0', 64), '{}')`)
	must(t, err)
	for name, sql := range map[string]string{
		"state": `UPDATE rounds SET sealed_state = '\x010203' WHERE id = $1`,
		"rules": `UPDATE rounds SET build_id = (SELECT id FROM builds WHERE variant = 'RTP_00') WHERE id = $1`,
	} {
		who := b.player(t, "10.00")
		round := b.sit(t, who, "ladder").do(t, "bet", betPayload).RoundID
		_, err = b.admin.Exec(t.Context(), sql, round)
		must(t, err)
		b.void(t, b.node, round)
		if row := b.seat(t, who.ID); row.Balance != "10.00" {
			t.Errorf("%s: seat %+v", name, row)
		}
	}
	b.clean(t)
}

// Whatever is altered of a voided round, the ledger's check finds it, or the round no longer verifies.
func TestTamperingWithAVoidedRound(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	round := b.sit(t, who, "ladder").do(t, "bet", betPayload).RoundID
	b.void(t, b.node, round)
	whole := b.verified(t, who, round)
	receipt := whole.Receipt
	for _, sql := range []string{`ALTER TABLE rounds DISABLE TRIGGER USER`, `ALTER TABLE actions DISABLE TRIGGER USER`, `ALTER TABLE transfers DISABLE TRIGGER USER`,
		`ALTER TABLE rounds DROP CONSTRAINT rounds_void_check`, `ALTER TABLE actions DROP CONSTRAINT actions_void_check`} {
		_, err := b.admin.Exec(t.Context(), sql)
		must(t, err)
	}
	for name, damage := range map[string]struct {
		sql  string
		rule string // of the ledger that finds it, "" if none can
	}{
		"status flipped": {`UPDATE rounds SET status = 'completed' WHERE id = $1`, "every round moved its stake and its payout"},
		"refund altered": {`UPDATE rounds SET payout = 0.5 WHERE id = $1`, "every round moved its stake and its payout"},
		"refund kept":    {`DELETE FROM transfers WHERE round_id = $1 AND code = 'refund'`, "every balance equals its transfers"},
		"reason altered": {`UPDATE actions SET request = '{"reason":"because","by":"test"}' WHERE round_id = $1 AND type = 'void'`,
			"every voided round has its reason, as the player was told it"},
		"retold everywhere": {`UPDATE actions SET request = '{"reason":"because","by":"test"}',
			answer = replace(answer::text, 'the table''s camera failed <&> at 3 o''clock', 'because')::json WHERE round_id = $1 AND type = 'void'`, ""},
		"done by another": {`UPDATE actions SET request = '{"reason":"the table''s camera failed <&> at 3 o''clock","by":"x"}' WHERE round_id = $1 AND type = 'void'`,
			"every voided round has its reason, as the player was told it"},
		"retold as an expiry": {`UPDATE actions SET type = 'expiry' WHERE round_id = $1 AND type = 'void'`,
			"every voided round has its reason, as the player was told it"},
	} {
		t.Run(name, func(t *testing.T) {
			tx, err := b.admin.Begin(t.Context())
			must(t, err)
			defer tx.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // it always is
			tag, err := tx.Exec(t.Context(), damage.sql, round)
			if must(t, err); tag.RowsAffected() != 1 {
				t.Fatalf("%d rows are damaged", tag.RowsAffected())
			}
			proof, err := wallet.CheckSnapshot(t.Context(), tx, nil)
			must(t, err)
			rules := make([]string, 0, len(proof.Findings))
			for _, f := range proof.Findings {
				rules = append(rules, f.Rule)
			}
			if damage.rule == "" != (len(rules) == 0) || !strings.Contains(strings.Join(rules, "\n"), damage.rule) {
				t.Errorf("found %q, want %q", rules, damage.rule)
			}
		})
	}
	// What is retold everywhere is no longer what was signed.
	retold := whole
	retold.Actions = append([]games.RecordedAction(nil), whole.Actions...)
	retold.Actions[1].Payload = json.RawMessage(`{"reason":"because","by":"test"}`)
	for record, ok := range map[*games.Record]bool{&whole: true, &retold: false} {
		if err := games.VerifyReceipt(receiptKeysOf(t, b.node)[receipt.KeyID], *receipt, *record); (err == nil) != ok {
			t.Errorf("receipt: %v, want it to hold: %v", err, ok)
		}
	}
}
