package wallet_test

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// What Check reports for damage of each kind, at least.
var damages = map[string]struct{ rule, sql string }{
	"a balance that is altered": {"every balance equals its transfers", `UPDATE seats SET balance = balance + 0.01`},
	"money out of nothing":      {"all balances of a currency sum to zero", `UPDATE seats SET balance = balance + 0.01`},
	"a deposit that is gone":    {"every balance equals its transfers", `DELETE FROM transfers WHERE code = 'deposit'`},
	"transfers of nobody":       {"every balance equals its transfers", `DELETE FROM seats`},
	"a stake that is altered":   {"every round moved its stake and its payout", `UPDATE transfers SET amount = amount + 1 WHERE code = 'stake'`},
	"a stake that is gone":      {"every round moved its stake and its payout", `DELETE FROM transfers WHERE code = 'stake'`},
	"a lapse that is gone":      {"every round moved its stake and its payout", `DELETE FROM transfers WHERE code = 'lapse'`},
	"a payout that is altered":  {"every round moved its stake and its payout", `UPDATE rounds SET payout = payout + 1 WHERE status <> 'in_progress'`},
	"a stake that another player paid": {"every round moved its stake and its payout", `
		WITH other AS (UPDATE seats SET balance = balance - 1 WHERE player_id = (SELECT max(player_id::text)::uuid FROM seats)),
		mine AS (UPDATE seats SET balance = balance + 1 WHERE player_id = (SELECT min(player_id::text)::uuid FROM seats))
		UPDATE transfers SET player_id = (SELECT max(player_id::text)::uuid FROM seats) WHERE id = (SELECT id FROM transfers
			WHERE code = 'stake' AND credit = 'house' AND player_id = (SELECT min(player_id::text)::uuid FROM seats) LIMIT 1)`},
	"escrow of no round":     {"every escrow belongs to an open round", `UPDATE seats SET escrow = escrow + 1`},
	"escrow that is gone":    {"every escrow belongs to an open round", `UPDATE seats SET escrow = 0`},
	"a round that is gone":   {"nonces have no gap", `DELETE FROM rounds WHERE nonce = 1`},
	"the first that is gone": {"nonces have no gap", `DELETE FROM rounds WHERE nonce = 0`},
	"the last that is gone":  {"the next nonce follows the last round", `DELETE FROM rounds r WHERE nonce = (SELECT max(nonce) FROM rounds WHERE player_id = r.player_id)`},
	"a nonce that is burnt":  {"the next nonce follows the last round", `UPDATE seats SET next_nonce = next_nonce + 1`},
	"all that are gone":      {"the next nonce follows the last round", `DELETE FROM rounds`},
	"an action that is gone": {"every step of a round was told", `DELETE FROM actions WHERE step = 0`},
	"an action of no round":  {"every step of a round was told", `DELETE FROM rounds WHERE nonce = 0`},
	"a payout that was told and not paid": {"every step of a round was told",
		`UPDATE actions SET payout = payout + 1 WHERE step = 0`},
	"a round voided by nobody": {"every voided round has its reason, as the player was told it",
		`UPDATE rounds SET status = 'voided', payout = stake WHERE nonce = 0`},
	"a round voided without a refund": {"every round moved its stake and its payout",
		`UPDATE rounds SET status = 'voided', payout = stake WHERE nonce = 0`},
	"an order that is altered":                    {"every deposit and withdrawal was ordered", `UPDATE operator_transactions SET amount = amount + 1`},
	"an order turned around":                      {"every deposit and withdrawal was ordered", `UPDATE operator_transactions SET code = 'withdrawal'`},
	"a seamless player's stake that nobody bet":   {"every stake of a seamless player was bet at the operator's wallet", seamlessSQL},
	"a seamless player's payout that nobody told": {"every payout to a seamless player is told to the operator's wallet", seamlessSQL},
	"a deposit of no order": {"every deposit and withdrawal was ordered", `
		WITH seat AS (UPDATE seats SET balance = balance + 1000)
		INSERT INTO transfers (player_id, id, debit, credit, amount, code, balance, at)
		SELECT player_id, uuid_floor(now()), 'funding', 'player', 1000, 'deposit', balance + 1000, now() FROM seats`},
}

// seamlessSQL makes an operator seamless whose players have played without a wallet.
const seamlessSQL = `UPDATE operators SET wallet_mode = 'seamless', wallet_url = 'https://x.example', sealed_wallet_secret = 'x'`

func TestCheckFindsDamage(t *testing.T) {
	t.Parallel()
	for name, damage := range damages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			for range 2 {
				player := b.player(t, "USD")
				_, err := b.ledger.Deposit(t.Context(), b.order(player, amount(t, "USD", "100.00"), player.String()))
				must(t, err)
				b.play(t, player)
			}
			b.clean(t)
			// As nobody could but the superuser: triggers and foreign keys are off.
			must(t, pgx.BeginFunc(t.Context(), b.admin, func(tx pgx.Tx) error {
				if _, err := tx.Exec(t.Context(), `SET LOCAL session_replication_role = replica`); err != nil {
					return err
				}
				tag, err := tx.Exec(t.Context(), damage.sql)
				if err == nil && tag.RowsAffected() == 0 {
					t.Error("it damaged nothing")
				}
				return err
			}))
			found := b.findings(t)
			if len(found[damage.rule]) == 0 {
				t.Errorf("%q found nothing; all that was found: %v", damage.rule, found)
			}
			for _, f := range found[damage.rule] {
				if f.What == "" || f.Detail == "" || strings.Contains(f.Detail, "%") {
					t.Errorf("finding %+v", f)
				}
			}
		})
	}
}

func TestCheckCountsWhatItProves(t *testing.T) {
	t.Parallel()
	b := setup(t)
	empty, err := wallet.Check(t.Context(), b.db, nil)
	must(t, err)
	if empty.Players+empty.Transfers+empty.Rounds != 0 || empty.Findings == nil || len(empty.Findings) != 0 {
		t.Errorf("of nothing: %+v", empty)
	}
	for _, code := range []string{"USD", "EUR"} {
		player := b.player(t, code)
		_, err := b.ledger.Deposit(t.Context(), b.order(player, amount(t, code, "100.00"), player.String()))
		must(t, err)
		b.play(t, player)
	}
	steps := map[string]bool{}
	var last int
	proof, err := wallet.Check(t.Context(), b.db, func(rule string, n, of int) {
		steps[rule] = true
		if last++; n != last || of < n {
			t.Errorf("step %d of %d, want %d", n, of, last)
		}
	})
	must(t, err)
	if proof.Players != 2 || proof.Rounds != 18 || proof.OpenRounds != 2 || proof.Transfers < 2+18 || len(proof.Findings) != 0 {
		t.Errorf("proof %+v", proof)
	}
	for name, damage := range damages {
		if !steps[damage.rule] {
			t.Errorf("%s: there is no rule %q", name, damage.rule)
		}
	}
	for rule := range steps {
		tested := false
		for _, damage := range damages {
			tested = tested || damage.rule == rule
		}
		if !tested {
			t.Errorf("no damage tests the rule %q", rule)
		}
	}
	sums := map[string]int{}
	for _, total := range proof.Balances {
		sums[total.Currency]++
	}
	if sums["USD"] != 4 || sums["EUR"] != 4 { // player, escrow, house, funding
		t.Errorf("totals %+v", proof.Balances)
	}
}
