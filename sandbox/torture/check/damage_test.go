package check_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"croupier/sandbox/torture/check"
	"croupier/sandbox/torture/history"
)

// damages are one wrong each, in what is stored or in what the clients say, and the only rule that it breaks.
var damages = []struct {
	name, rule string
	sql        string
	change     func(*testing.T, *history.History)
}{
	{name: "an action is lost", rule: check.Stored,
		sql: `DELETE FROM actions WHERE round_id = (SELECT id FROM rounds WHERE seed_seq = 2 LIMIT 1)`},
	{name: "another answer is stored", rule: check.Stored,
		sql: `UPDATE actions SET answer = (answer::text || ' ')::json WHERE request_id = (SELECT min(request_id) FROM actions)`},
	{name: "another request is stored", rule: check.Stored,
		sql: `UPDATE actions SET request = (request::text || ' ')::json WHERE type = 'cashout' OR request_id =
		(SELECT min(request_id) FROM actions WHERE type = 'action')`},
	{name: "another balance is stored", rule: check.Stored,
		sql: `UPDATE actions SET balance = balance + 0.01 WHERE request_id = (SELECT min(request_id) FROM actions WHERE type = 'action')`},
	{name: "another stake is stored", rule: check.Stored,
		sql: `UPDATE actions SET stake = stake + 1, payout = payout + 1 WHERE round_id = (SELECT id FROM rounds WHERE seed_seq = 2 LIMIT 1)`},
	{name: "a deposit is stored for another operator", rule: check.Stored,
		sql: `UPDATE operator_transactions SET operator_id = gen_random_uuid() WHERE transaction_id LIKE 't-%'`},
	{name: "the client was told another outcome", rule: check.Stored, change: func(t *testing.T, h *history.History) {
		told := last(t, h, history.Action)
		told.Answer = bytes.Replace(told.Answer, []byte(`"outcome":{`), []byte(`"outcome":{"won":true,`), 1)
	}},

	{name: "something that nobody asked for is stored", rule: check.Once,
		sql: `INSERT INTO actions (player_id, session_id, request_id, type, request, answer, at)
		SELECT player_id, session_id, 'nobody', type, request, '{}', at FROM actions WHERE type = 'seed_rotate' LIMIT 1`},
	{name: "a rotation took effect twice", rule: check.Once,
		sql: `INSERT INTO actions (player_id, session_id, request_id, type, request, answer, at)
		SELECT player_id, session_id, 'nobody', type, request, answer, at FROM actions WHERE type = 'seed_rotate' LIMIT 1`},
	{name: "what was refused took effect", rule: check.Once, change: func(t *testing.T, h *history.History) {
		told := last(t, h, history.Action)
		told.Type, told.Code, told.Answer = "error", "30602", []byte(`{"code":"30602"}`)
	}},
	{name: "what the server was too busy for took effect", rule: check.Once, change: func(t *testing.T, h *history.History) {
		told := last(t, h, history.Deposit)
		told.Type, told.Code, told.Answer = "error", "80003", []byte(`{"code":"80003"}`)
	}},
	{name: "what charged nothing took effect", rule: check.Once, change: func(t *testing.T, h *history.History) {
		told := last(t, h, history.Action)
		told.Type, told.Code, told.Answer = "error", "30999", []byte(`{"code":"30999","message":"Internal error; nothing was charged"}`)
	}},
	{name: "what a client never learnt of took effect", rule: check.Learnt, change: func(t *testing.T, h *history.History) {
		*last(t, h, history.Action) = history.Try{}
	}},
	{name: "what a client was left in doubt of took effect", rule: check.Learnt, change: func(t *testing.T, h *history.History) {
		told := last(t, h, history.Rotate)
		told.Type, told.Code, told.Answer = "error", "30999", []byte(`{"code":"30999","details":{"unknown":true}}`)
	}},
	{name: "what one server refused was carried out by another, which never answered", change: func(t *testing.T, h *history.History) {
		told := last(t, h, history.Action)
		op := opOf(h, told)
		op.Tries = []history.Try{{Sent: told.Sent}, {Sent: told.Sent + 1, Told: told.Told, Type: "error", Code: "30602", Answer: []byte(`{}`)}}
	}},

	{name: "a balance drifts", rule: check.Money,
		sql: `UPDATE seats SET balance = balance + 0.01 WHERE player_id = (SELECT player_id FROM seats LIMIT 1)`},
	{name: "a stake is charged twice", rule: check.Money,
		sql: `INSERT INTO transfers (player_id, id, debit, credit, amount, code, round_id, balance, at)
		SELECT player_id, uuid_floor(now()), debit, credit, amount, code, round_id, balance, at
			FROM transfers WHERE credit = 'house' AND code = 'stake' LIMIT 1;
		UPDATE seats s SET balance = s.balance - t.amount FROM (SELECT player_id, round_id, min(amount) AS amount FROM transfers
			WHERE code = 'stake' GROUP BY player_id, round_id HAVING count(*) = 2) t WHERE t.player_id = s.player_id`},
	{name: "a deposit has no order", rule: check.Money,
		sql: `INSERT INTO transfers (player_id, id, debit, credit, amount, code, balance, at)
		SELECT player_id, uuid_floor(now()), debit, credit, amount, code, balance, at FROM transfers WHERE code = 'deposit' LIMIT 1;
		INSERT INTO transfers (player_id, id, debit, credit, amount, code, balance, at)
		SELECT player_id, uuid_floor(now() + interval '1 s'), 'player', 'funding', amount, 'withdrawal', balance, at
			FROM transfers WHERE code = 'deposit' ORDER BY id DESC LIMIT 1`},
	{name: "a transfer is of no round", rule: check.Money,
		sql: `UPDATE transfers SET round_id = gen_random_uuid()
			WHERE id = (SELECT id FROM transfers WHERE credit = 'house' AND code = 'stake' LIMIT 1)`},

	{name: "a nonce is left out", rule: check.Nonces, sql: `UPDATE seats SET next_nonce = next_nonce + 1`},
	{name: "a pair was revealed with other rounds", rule: check.Nonces, sql: `UPDATE seed_pairs SET rounds = rounds + 1 WHERE seq = 1`},
	{name: "a pair was played before the one before it was revealed", rule: check.Nonces,
		sql: `UPDATE seed_pairs SET revealed_at = revealed_at + interval '1 hour' WHERE seq = 1`},
	{name: "a pair is played that is not active", rule: check.Nonces,
		sql: `UPDATE seed_pairs SET client_seed = NULL, activated_at = NULL WHERE seq = 2`},
	{name: "a pair is active that is not played", rule: check.Nonces,
		sql: `UPDATE seed_pairs SET client_seed = 'x', activated_at = now() WHERE seq = 3`},
	{name: "a seed is committed to too early", rule: check.Nonces,
		sql: `INSERT INTO seed_pairs (player_id, seq, server_seed_hash, sealed_seed, created_at)
		SELECT player_id, 4, repeat('a', 64), 'x', now() FROM seed_pairs WHERE seq = 3`},

	{name: "a round was not drawn from its seeds", rule: check.Replay,
		sql: `UPDATE seed_pairs SET client_seed = client_seed || 'x' WHERE seq = 1`},
	{name: "an outcome is in other bytes", rule: check.Replay,
		sql: `UPDATE actions SET answer = replace(answer::text, '"outcome":{', '"outcome":{ ')::json WHERE type <> 'seed_rotate'`,
		change: func(t *testing.T, h *history.History) {
			for i := range h.Ops {
				for j := range h.Ops[i].Tries {
					told := &h.Ops[i].Tries[j]
					told.Answer = bytes.Replace(told.Answer, []byte(`"outcome":{`), []byte(`"outcome":{ `), -1)
				}
			}
		}},
	{name: "a round's rules are others", rule: check.Replay,
		sql: `UPDATE builds SET rules_hash = repeat('0', 64) WHERE game_id = 'slots'
			AND id = (SELECT build_id FROM rounds WHERE game_id = 'slots' LIMIT 1)`},

	{name: "an open round is not in escrow", rule: check.Escrow,
		sql: `INSERT INTO transfers (player_id, id, debit, credit, amount, code, round_id, balance, at)
		SELECT player_id, uuid_floor(now()), 'escrow', 'house', stake, 'lapse', id, 0, now() FROM rounds WHERE status = 'in_progress';
		UPDATE seats SET escrow = 0`},
	{name: "a finished round is in escrow", rule: check.Escrow, sql: `DELETE FROM transfers WHERE code = 'lapse';
		UPDATE seats s SET escrow = (SELECT sum(amount) FROM transfers t WHERE t.player_id = s.player_id AND credit = 'escrow')`},

	{name: "a retry was told something else", rule: check.Retries, change: func(t *testing.T, h *history.History) {
		op := retried(t, h)
		op.Tries[1].Answer = bytes.Replace(op.Tries[1].Answer, []byte(`{`), []byte(`{ `), 1)
	}},
	{name: "a retry of what was done was refused", rule: check.Retries, change: func(t *testing.T, h *history.History) {
		told := &retried(t, h).Tries[1]
		told.Type, told.Code = "error", "30602"
	}},

	{name: "a balance was read that never was", rule: check.Order, change: func(t *testing.T, h *history.History) {
		last(t, h, history.Balance).Answer = []byte(`{"balance":1.00,"currency":"USD","reason":"query"}`)
	}},
	{name: "an old balance was read", rule: check.Order, change: func(t *testing.T, h *history.History) {
		told := last(t, h, history.Balance)
		i := slices.IndexFunc(h.Ops, func(op history.Op) bool { return op.Player == opOf(h, told).Player && op.Kind == history.Balance })
		told.Answer = h.Ops[i].Tries[0].Answer
	}},
	{name: "a nonce was read that never was next", rule: check.Order, change: func(t *testing.T, h *history.History) {
		told := last(t, h, history.Seeds)
		told.Answer = bytes.Replace(told.Answer, []byte(`"nonce":`), []byte(`"nonce":1`), 1)
	}},
	{name: "too little money was said to be there", rule: check.Order, change: func(t *testing.T, h *history.History) {
		refusal := refusedWith(t, h, "30007")
		refusal.Answer = bytes.Replace(refusal.Answer, []byte(`"available":`), []byte(`"available":1`), 1)
	}},
	{name: "an answer came before what it builds on was asked for", rule: check.Order, change: func(t *testing.T, h *history.History) {
		told := last(t, h, history.Deposit)
		told.Sent, told.Told = 1, 2
	}},
	{name: "there was a round to cash out", rule: check.Order, change: func(t *testing.T, h *history.History) {
		told := last(t, h, history.Cashout)
		open := last(t, h, history.Seeds) // while move has a round
		opOf(h, told).Game = "move"
		told.Sent, told.Told = open.Told+1, open.Told+2
	}},
}

// Every damage is found, by its rule and no other; and the story that was not damaged holds.
func TestEveryDamageIsFoundByItsRule(t *testing.T) {
	t.Parallel()
	story := playStory(t)
	t.Run("undamaged", func(t *testing.T) { checkUndamaged(t, story) })
	covered := map[string]bool{}
	for _, d := range damages {
		covered[d.rule] = true
		t.Run(d.name, func(t *testing.T) {
			h := story.history(t)
			if d.sql != "" {
				story.damage(t, d.sql)
			}
			if d.change != nil {
				d.change(t, h)
			}
			report := run(t, story.database, h)
			if d.rule == "" {
				if !report.OK() || report.Counts.Late == 0 {
					t.Errorf("late: %d, and found is %+v", report.Counts.Late, report.Findings)
				}
				return
			}
			if report.Found(d.rule) == 0 {
				t.Errorf("not found: %s", d.rule)
			}
			for _, f := range report.Findings {
				if f.Rule != d.rule {
					t.Errorf("found also: %+v", f)
				}
			}
		})
	}
	for _, rule := range check.Rules {
		if !covered[rule] {
			t.Errorf("nothing breaks the rule: %s", rule)
		}
	}
}

func checkUndamaged(t *testing.T, story *story) {
	h := story.history(t)
	report := run(t, story.database, h)
	if !report.OK() {
		t.Errorf("found: %+v", report.Findings)
	}
	c := report.Counts
	if c.Players != 2 || c.Ops != len(h.Ops) || c.Tries != len(h.Ops)+2 || c.Retried != 2 || c.Reads != 8 || c.Unlearnt != 0 || c.Orders != 6 ||
		c.SeedPairs != 8 || c.Rounds != 18 || c.OpenRounds < 2 || c.Replayed < 12 || c.Unrevealed < 4 || c.Results+c.Refusals+c.Reads != c.Ops ||
		c.Replayed+c.Unrevealed+c.OpenRounds != c.Rounds || c.Linearized < c.Results+c.Reads {
		t.Errorf("counts: %+v", c)
	}
	var text strings.Builder
	report.Print(&text)
	for _, rule := range check.Rules {
		if !strings.Contains(text.String(), rule) {
			t.Errorf("the report does not name %q: %s", rule, &text)
		}
	}
	t.Log(text.String())
}

func run(t *testing.T, database string, h *history.History) *check.Report {
	t.Helper()
	steps := 0
	report, err := check.Run(t.Context(), database, h, func(step string, n, of int) { steps++ })
	must(t, err)
	if steps == 0 {
		t.Error("no progress was told")
	}
	return report
}

// last returns the answer to the last request of a kind that was carried out.
func last(t *testing.T, h *history.History, kind history.Kind) *history.Try {
	t.Helper()
	for i := range slices.Backward(h.Ops) {
		if op := &h.Ops[i]; op.Kind == kind && len(op.Tries) == 1 && (op.Tries[0].Type != "error" || kind == history.Cashout) {
			return &op.Tries[0]
		}
	}
	t.Fatalf("no %s", kind)
	return nil
}

func opOf(h *history.History, told *history.Try) *history.Op {
	i := slices.IndexFunc(h.Ops, func(op history.Op) bool { return len(op.Tries) > 0 && &op.Tries[0] == told })
	return &h.Ops[i]
}

func retried(t *testing.T, h *history.History) *history.Op {
	t.Helper()
	i := slices.IndexFunc(h.Ops, func(op history.Op) bool { return len(op.Tries) == 2 })
	if i < 0 {
		t.Fatal("nothing was retried")
	}
	return &h.Ops[i]
}

func refusedWith(t *testing.T, h *history.History, code string) *history.Try {
	t.Helper()
	for i := range h.Ops {
		if told := &h.Ops[i].Tries[0]; told.Code == code {
			return told
		}
	}
	t.Fatalf("nothing was refused with %s", code)
	return nil
}
