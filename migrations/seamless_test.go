package migrations_test

import (
	"fmt"
	"testing"

	"github.com/google/uuid"
)

// A wallet call goes its way only: whatever the server's role tries, one that is rolled back is never played, and none is taken back or altered.
func TestWalletCallsOnlyGoTheirWay(t *testing.T) {
	t.Parallel()
	const byRule = "23" // a guard, a check or a unique index
	h := setup(t)
	operator, player := id(), id()
	exec(t, h.app, `INSERT INTO operators (id, name, mode, created_at, wallet_mode, wallet_url, sealed_wallet_secret)
		VALUES ($1, 'x', 'sandbox', now(), 'seamless', 'http://127.0.0.1/wallet', 'x')`, operator)
	exec(t, h.app, `INSERT INTO players (id, operator_id, external_id, currency, created_at) VALUES ($1, $2, 'x', 'USD', now())`, player, operator)
	begin := func(kind string) uuid.UUID {
		call, session, request := id(), any(id()), any("r")
		if kind == "win" {
			session, request = nil, nil
		}
		exec(t, h.app, `INSERT INTO wallet_calls (id, operator_id, player_id, kind, state, amount, round_id, game_id, session_id, request_id, due_at, made_at, changed_at)
			VALUES ($1, $2, $3, $4, 'pending', 1, $5, 'slots', $6, $7, now(), now(), now())`, call, operator, player, kind, id(), session, request)
		return call
	}
	step := func(call uuid.UUID, state string) string {
		return fmt.Sprintf(`UPDATE wallet_calls SET state = '%s' WHERE id = '%s'`, state, call)
	}
	bet := begin("bet")
	for _, state := range []string{"played", "settled", "rolled_back", "rejected", "resolved", "accepted"} {
		refused(t, byRule, h.app, step(bet, state))
	}
	refused(t, byRule, h.app, fmt.Sprintf(`INSERT INTO wallet_calls SELECT '%s', operator_id, player_id, kind, state, amount, round_id, game_id, session_id, 's', balance,
		attempts, due_at, reason, made_at, changed_at FROM wallet_calls WHERE id = '%s'`, id(), bet)) // a second in hand
	exec(t, h.app, step(bet, "rolling_back"))
	for _, state := range []string{"pending", "confirmed", "played", "settled", "refused"} {
		refused(t, byRule, h.app, step(bet, state))
	}
	exec(t, h.app, step(bet, "rolled_back"))
	for _, state := range []string{"pending", "confirmed", "played", "settled", "rolling_back", "resolved"} {
		refused(t, byRule, h.app, step(bet, state))
	}
	other := begin("bet")
	exec(t, h.app, step(other, "confirmed"))
	exec(t, h.app, step(other, "settled"))
	for _, state := range []string{"rolling_back", "rolled_back", "confirmed"} {
		refused(t, byRule, h.app, step(other, state))
	}
	win := begin("win")
	for _, state := range []string{"rolling_back", "confirmed", "resolved"} {
		refused(t, byRule, h.app, step(win, state))
	}
	exec(t, h.app, step(win, "accepted"))
	refused(t, byRule, h.app, step(win, "pending"))
	for _, sql := range []string{"UPDATE wallet_calls SET amount = 2", "UPDATE wallet_calls SET round_id = id", "DELETE FROM wallet_calls",
		"UPDATE operators SET wallet_mode = 'transfer', wallet_url = NULL, sealed_wallet_secret = NULL", "TRUNCATE wallet_calls"} {
		refused(t, byGrant, h.app, sql)
	}
	refused(t, byGuard, h.owner, "UPDATE wallet_calls SET amount = 2")
	refused(t, byGuard, h.owner, "DELETE FROM wallet_calls")
}
