package check

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// rows are all that the database holds of one player's money and play.
type rows struct {
	seats     []seatRow // one
	pairs     []pairRow // by seq
	rounds    []roundRow
	actions   []actionRow // by round and step
	transfers []transferRow
	orders    []orderRow
}

type seatRow struct {
	balance, escrow amount
	seedSeq         int
	nextNonce       int64
}

type pairRow struct {
	seq                   int
	hash                  string
	seed, client          string // "": not revealed, not active yet
	rounds                *int64
	activatedAt, revealed *time.Time
}

type roundRow struct {
	id                           string
	seq                          int
	nonce                        int64
	game, variant, rules, status string
	steps                        int
	stake, payout                amount
	forced                       []byte
	openedAt                     time.Time
}

func (r *roundRow) open() bool { return r.status == "in_progress" }

type actionRow struct {
	session, request, kind string
	payload, answer        []byte
	told                   *played // the answer, if it was read already
	round                  string  // "": none
	step                   int
	stake, payout, balance amount
}

type transferRow struct {
	id, debit, credit, code, round string
	amount, balance                amount
}

type orderRow struct {
	operator, transaction, code, transfer string
	amount, balance                       amount
}

// What is read of a player, $1. Numbers come as text, which is exact.
const (
	seatSQL = `SELECT balance::text, escrow::text, seed_seq, next_nonce FROM seats WHERE player_id = $1`

	pairsSQL = `SELECT seq, server_seed_hash, coalesce(server_seed, ''), coalesce(client_seed, ''), rounds, activated_at, revealed_at
		FROM seed_pairs WHERE player_id = $1 ORDER BY seq`

	roundsSQL = `SELECT r.id::text, r.seed_seq, r.nonce, r.game_id, coalesce(b.variant, ''), coalesce(b.rules_hash, ''), r.status, r.steps,
			r.stake::text, r.payout::text, r.forced, r.opened_at
		FROM rounds r LEFT JOIN builds b ON b.id = r.build_id WHERE r.player_id = $1 ORDER BY r.seed_seq, r.nonce, r.id`

	actionsSQL = `SELECT session_id::text, request_id, type, request, answer, coalesce(round_id::text, ''), coalesce(step, -1),
			stake::text, payout::text, balance::text
		FROM actions WHERE player_id = $1 ORDER BY round_id, step`

	transfersSQL = `SELECT id::text, debit::text, credit::text, code, coalesce(round_id::text, ''), amount::text, balance::text
		FROM transfers WHERE player_id = $1`

	ordersSQL = `SELECT operator_id::text, transaction_id, code, transfer_id::text, amount::text, balance::text
		FROM operator_transactions WHERE player_id = $1`
)

// readRows reads a player's rows in one round trip.
func readRows(ctx context.Context, tx pgx.Tx, player string) (*rows, error) {
	all := &rows{}
	b := &pgx.Batch{}
	collect(b, &all.seats, seatSQL, player, func(row pgx.Row, s *seatRow) error {
		return row.Scan(&s.balance, &s.escrow, &s.seedSeq, &s.nextNonce)
	})
	collect(b, &all.pairs, pairsSQL, player, func(row pgx.Row, p *pairRow) error {
		return row.Scan(&p.seq, &p.hash, &p.seed, &p.client, &p.rounds, &p.activatedAt, &p.revealed)
	})
	collect(b, &all.rounds, roundsSQL, player, func(row pgx.Row, r *roundRow) error {
		return row.Scan(&r.id, &r.seq, &r.nonce, &r.game, &r.variant, &r.rules, &r.status, &r.steps, &r.stake, &r.payout, &r.forced, &r.openedAt)
	})
	collect(b, &all.actions, actionsSQL, player, func(row pgx.Row, a *actionRow) error {
		return row.Scan(&a.session, &a.request, &a.kind, &a.payload, &a.answer, &a.round, &a.step, &a.stake, &a.payout, &a.balance)
	})
	collect(b, &all.transfers, transfersSQL, player, func(row pgx.Row, t *transferRow) error {
		return row.Scan(&t.id, &t.debit, &t.credit, &t.code, &t.round, &t.amount, &t.balance)
	})
	collect(b, &all.orders, ordersSQL, player, func(row pgx.Row, o *orderRow) error {
		return row.Scan(&o.operator, &o.transaction, &o.code, &o.transfer, &o.amount, &o.balance)
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, fmt.Errorf("read player %s: %w", player, err)
	}
	return all, nil
}

// collect queues a query of a player's rows.
func collect[T any](b *pgx.Batch, into *[]T, sql, player string, scan func(pgx.Row, *T) error) {
	b.Queue(sql, player).Query(func(found pgx.Rows) error {
		for found.Next() {
			var one T
			if err := scan(found, &one); err != nil {
				return err
			}
			*into = append(*into, one)
		}
		return found.Err()
	})
}
