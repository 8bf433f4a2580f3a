package webhooks

import (
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
)

// recorded are the ids of the events that follow from the ledger and the rounds, written from docs/webhooks.md and not from the code;
// those of deposits are known only by how many there are, and are taken from the log of deliveries.
func (b *bundle) recorded(t testing.TB) []string {
	t.Helper()
	rows, err := b.db.Query(t.Context(), `
		WITH moves AS (SELECT replace(a.round_id::text, '-', '') || '_' || a.step AS move, a.type, a.stake, a.payout, r.status, r.stake AS staked, r.payout AS paid,
				a.step = r.steps - 1 AS last
			FROM actions a JOIN rounds r ON r.id = a.round_id)
		SELECT 'evt_' || move || '_bet' FROM moves WHERE stake > 0
		UNION ALL SELECT 'evt_' || move || '_win' FROM moves WHERE payout > 0 AND type <> 'void'
		UNION ALL SELECT 'evt_' || move || '_rollback' FROM moves WHERE payout > 0 AND type = 'void'
		UNION ALL SELECT 'evt_' || move || '_completed' FROM moves WHERE last AND status IN ('completed', 'cashed_out')
		UNION ALL SELECT 'evt_' || move || '_cancelled' FROM moves WHERE last AND status = 'voided'
		UNION ALL SELECT 'evt_' || move || '_jackpot' FROM moves WHERE last AND status IN ('completed', 'cashed_out') AND staked > 0 AND paid >= 100 * staked
		UNION ALL (SELECT DISTINCT event_id FROM webhook_deliveries WHERE type = 'wallet.deposit_confirmed')`)
	must(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	deposits := b.count(t, `SELECT count(*) FROM operator_transactions WHERE code = 'deposit'`)
	if told := b.count(t, `SELECT count(DISTINCT event_id) FROM webhook_deliveries WHERE type = 'wallet.deposit_confirmed'`); told != deposits {
		t.Errorf("%d deposits are told, %d were made", told, deposits)
	}
	slices.Sort(list)
	return list
}
