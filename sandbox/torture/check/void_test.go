package check_test

import (
	"testing"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/sandbox/torture/check"
	"croupier/sandbox/torture/history"
	"croupier/session"
)

// playVoids leaves two voided rounds behind, one under a seed that is revealed, and plays on before and after.
func (c *teller) playVoids() {
	for _, seed := range []string{`{"clientSeed":"one"}`, ""} {
		c.ask("dice", history.Action, `{"action":"roll","amount":1.00,"chance":50}`)
		c.ask("guess", history.Action, `{"action":"bet","amount":2.00}`)
		c.ask("guess", history.Action, `{"action":"guess","position":0,"character":"A"}`)
		c.ask("dice", history.Balance, `{}`)
		c.void()
		c.ask("dice", history.Balance, `{}`)
		c.ask("guess", history.Cashout, `{}`) // too late
		c.ask("dice", history.Action, `{"action":"roll","amount":1.00,"chance":50}`)
		c.move(history.Deposit, "5.00")
		if seed != "" {
			c.ask("dice", history.Rotate, seed)
		}
	}
	c.ask("dice", history.Seeds, `{}`)
}

// void ends the player's open round as the operator.
func (c *teller) void() {
	c.t.Helper()
	rounds, _, err := c.server.Floor.ListRounds(c.t.Context(), roundsOf(c))
	must(c.t, err)
	if len(rounds) != 1 {
		c.t.Fatalf("%d rounds are open", len(rounds))
	}
	_, err = c.server.Floor.Void(c.t.Context(), c.player.OperatorID, uuid.MustParse(rounds[0].RoundID), games.Voiding{Reason: "a test", By: "test"})
	must(c.t, err)
}

// A voided round is as legitimate as any other, and whatever is altered of one is found.
func TestVoidedRounds(t *testing.T) {
	t.Parallel()
	story := playStoryOf(t, (*teller).playVoids)
	report := run(t, story.database, story.history(t))
	if !report.OK() || report.Counts.OpenRounds != 0 || report.Counts.Rounds != 12 || report.Counts.Replayed < 6 {
		t.Errorf("found %+v, counts %+v", report.Findings, report.Counts)
	}
	const one = `(SELECT id FROM rounds WHERE status = 'voided' ORDER BY id LIMIT 1)`
	for _, d := range []struct{ name, rule, sql string }{
		{"its status", check.Money, `UPDATE rounds SET status = 'completed' WHERE id = ` + one},
		{"what it returned", check.Stored, `UPDATE actions SET payout = payout - 1 WHERE type = 'void' AND round_id = ` + one},
		{"the refund is kept", check.Money, `DELETE FROM transfers WHERE code = 'refund' AND round_id = ` + one},
		{"the refund is a win", check.Money, `UPDATE transfers SET code = 'payout', debit = 'house' WHERE code = 'refund' AND round_id = ` + one},
		{"the reason", check.Stored, `UPDATE actions SET request = '{"reason":"because","by":"test"}' WHERE type = 'void' AND round_id = ` + one},
		{"by whom", check.Stored, `UPDATE actions SET request = '{"reason":"a test","by":"x"}' WHERE type = 'void' AND round_id = ` + one},
		{"a step after it", check.Once, `UPDATE rounds SET steps = steps + 1 WHERE id = ` + one},
	} {
		t.Run(d.name, func(t *testing.T) {
			story.damage(t, d.sql)
			if report := run(t, story.database, story.history(t)); report.Found(d.rule) == 0 {
				t.Errorf("%s found nothing: %+v", d.rule, report.Findings)
			}
		})
	}
	// Where nobody knows when the operator voided a round, what the player was told must fit all the same.
	h := story.history(t)
	last(t, h, history.Balance).Answer = []byte(`{"balance":1.00,"currency":"USD","reason":"query"}`)
	if report := run(t, story.database, h); report.Found(check.Order) == 0 {
		t.Errorf("a balance that never was: %+v", report.Findings)
	}
}

// roundsOf asks for the player's open rounds.
func roundsOf(c *teller) session.RoundQuery {
	return session.RoundQuery{Operator: c.player.OperatorID, Player: c.player.ID, Status: games.InProgress, Limit: 10}
}
