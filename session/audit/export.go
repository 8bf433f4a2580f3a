package audit

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// pageRounds is how many rounds are asked for at once, and then their actions.
const pageRounds = 2000

// Rounds and transfers come by player, from the first to the last. A round whose build, player or seed pair is not there comes all
// the same: it is for the audit to say so. A server seed is there only once it is revealed.
const roundsSQL = `DECLARE export_rounds NO SCROLL CURSOR FOR
	SELECT r.id, r.operator_id, r.player_id, r.seed_seq::bigint, s.rounds, r.nonce, r.steps::bigint, r.game_id, coalesce(b.variant, ''),
		coalesce(b.rules_hash, ''), r.status, r.bet::text, r.stake::text, r.payout::text, coalesce(p.currency, ''),
		coalesce(s.server_seed_hash, ''), s.server_seed, coalesce(s.client_seed, ''), r.forced, r.opened_at, r.closed_at
	FROM rounds r
	LEFT JOIN players p ON p.id = r.player_id
	LEFT JOIN builds b ON b.id = r.build_id
	LEFT JOIN seed_pairs s ON s.player_id = r.player_id AND s.seq = r.seed_seq
	WHERE ` + roundsWhere + ` ORDER BY r.player_id, r.seed_seq, r.nonce`

const roundsWhere = `($1::timestamptz IS NULL OR r.opened_at >= $1 OR r.closed_at >= $1 OR r.closed_at IS NULL)
	AND ($2::timestamptz IS NULL OR r.opened_at < $2) AND ($3::uuid IS NULL OR r.operator_id = $3)
	AND ($4::uuid IS NULL OR r.player_id = $4) AND ($5::text IS NULL OR r.game_id = $5)`

// The money that operators moved, which the balances of a player's rounds do not follow from without it: not that of one game alone.
const transfersSQL = `DECLARE export_transfers NO SCROLL CURSOR FOR
	SELECT o.operator_id, o.player_id, o.code, o.transaction_id, coalesce(p.currency, ''), o.amount::text, o.balance::text, o.at
	FROM operator_transactions o LEFT JOIN players p ON p.id = o.player_id
	WHERE ($1::timestamptz IS NULL OR o.at >= $1) AND ($2::timestamptz IS NULL OR o.at < $2) AND ($3::uuid IS NULL OR o.operator_id = $3)
		AND ($4::uuid IS NULL OR o.player_id = $4) AND $5::text IS NULL
	ORDER BY o.player_id, o.transfer_id`

const actionsSQL = `SELECT w.n, a.step::bigint, a.request_id, a.type, a.request, a.answer, coalesce(a.stake::text, ''),
		coalesce(a.payout::text, ''), coalesce(a.balance::text, ''), a.at
	FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS w (player_id, round_id, n)
	JOIN actions a ON a.player_id = w.player_id AND a.round_id = w.round_id
	ORDER BY w.n, a.step`

// WithSnapshot calls do with a transaction that only reads, in which the database stands still. do may run any number of statements.
func WithSnapshot(ctx context.Context, conn *pgx.Conn, do func(pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, conn, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, do)
}

// Count returns how many rounds an export with these filters will have.
func Count(ctx context.Context, tx pgx.Tx, f Filters) (rounds int64, err error) {
	err = tx.QueryRow(ctx, "SELECT count(*) FROM rounds r WHERE "+roundsWhere, f.args()...).Scan(&rounds)
	if err != nil {
		return 0, fmt.Errorf("count rounds: %w", err)
	}
	return rounds, nil
}

func (f Filters) args() []any { return []any{f.Since, f.Until, f.Operator, f.Player, f.Game} }

// Export writes the rounds of a snapshot, and the transfers that explain their balances, in the form of Schema. Its memory does not
// grow with their number. progress, if not nil, is told how many rounds more are written.
func Export(ctx context.Context, tx pgx.Tx, f Filters, out io.Writer, progress func(rounds int)) (Counts, error) {
	e := &exporter{tx: tx, out: out, progress: progress}
	if err := e.run(ctx, f); err != nil {
		return e.counts, fmt.Errorf("export rounds: %w", err)
	}
	return e.counts, nil
}

// exporter is an export under way.
type exporter struct {
	tx       pgx.Tx
	out      io.Writer
	progress func(int)
	lines    lineWriter
	counts   Counts

	rounds    []storedRound
	transfers []storedTransfer // that are read and not written yet
	ended     bool             // there are no more transfers
}

func (e *exporter) run(ctx context.Context, f Filters) error {
	header := Header{Line: lineHeader, Schema: Schema, Filters: f}
	if err := e.tx.QueryRow(ctx, "SELECT now()").Scan(&header.SnapshotAt); err != nil {
		return err
	}
	header.SnapshotAt = header.SnapshotAt.UTC()
	if err := e.lines.other(header); err != nil {
		return err
	}
	for _, declare := range []string{roundsSQL, transfersSQL} {
		if _, err := e.tx.Exec(ctx, declare, f.args()...); err != nil {
			return err
		}
	}
	for {
		if err := e.readRounds(ctx); err != nil {
			return err
		}
		if len(e.rounds) == 0 {
			break
		}
		if err := e.writeRounds(ctx); err != nil {
			return err
		}
	}
	if err := e.writeTransfers(ctx, nil); err != nil {
		return err
	}
	if err := e.lines.other(end{Line: lineEnd, Counts: e.counts}); err != nil {
		return err
	}
	if err := e.flush(); err != nil {
		return err
	}
	_, err := e.tx.Exec(ctx, "CLOSE ALL")
	return err
}

func (e *exporter) flush() error {
	_, err := e.out.Write(e.lines.b)
	e.lines.b = e.lines.b[:0]
	return err
}

// readRounds reads the next page of rounds, with their actions.
func (e *exporter) readRounds(ctx context.Context) error {
	rows, err := e.tx.Query(ctx, fmt.Sprintf("FETCH %d FROM export_rounds", pageRounds))
	if err != nil {
		return err
	}
	defer rows.Close()
	e.rounds = e.rounds[:0]
	var players, ids []uuid.UUID
	for rows.Next() {
		var r storedRound
		if err := rows.Scan(&r.id, &r.operator, &r.player, &r.seedSeq, &r.seedRounds, &r.nonce, &r.steps, &r.gameID, &r.variant, &r.rulesHash,
			&r.status, &r.bet, &r.stake, &r.payout, &r.currency, &r.seedHash, &r.serverSeed, &r.clientSeed, &r.forced, &r.openedAt,
			&r.closedAt); err != nil {
			return err
		}
		e.rounds = append(e.rounds, r)
		players, ids = append(players, r.player), append(ids, r.id)
	}
	if err := rows.Err(); err != nil || len(ids) == 0 {
		return err
	}
	return e.readActions(ctx, players, ids)
}

func (e *exporter) readActions(ctx context.Context, players, ids []uuid.UUID) error {
	rows, err := e.tx.Query(ctx, actionsSQL, players, ids)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a storedAction
		var place int64 // of its round in the page, from 1
		if err := rows.Scan(&place, &a.step, &a.requestID, &a.kind, &a.request, &a.answer, &a.stake, &a.payout, &a.balance, &a.at); err != nil {
			return err
		}
		r := &e.rounds[place-1]
		r.actions = append(r.actions, a)
	}
	return rows.Err()
}

// writeRounds writes the page, and before each round the transfers that came before it.
func (e *exporter) writeRounds(ctx context.Context) error {
	for i := range e.rounds {
		r := &e.rounds[i]
		if err := e.writeTransfers(ctx, r); err != nil {
			return err
		}
		e.lines.round(r)
		e.counts.Rounds++
		e.counts.Actions += int64(len(r.actions))
		if len(e.lines.b) > 1<<16 {
			if err := e.flush(); err != nil {
				return err
			}
		}
	}
	if e.progress != nil {
		e.progress(len(e.rounds))
	}
	return nil
}

// writeTransfers writes the transfers that come before a round, all of them if it is nil.
func (e *exporter) writeTransfers(ctx context.Context, before *storedRound) error {
	for {
		if len(e.transfers) == 0 && !e.ended {
			if err := e.readTransfers(ctx); err != nil {
				return err
			}
		}
		if len(e.transfers) == 0 || before != nil && !e.transfers[0].before(before) {
			return nil
		}
		e.lines.transfer(&e.transfers[0])
		e.counts.Transfers++
		e.transfers = e.transfers[1:]
		if len(e.lines.b) > 1<<16 {
			if err := e.flush(); err != nil {
				return err
			}
		}
	}
}

func (e *exporter) readTransfers(ctx context.Context) error {
	rows, err := e.tx.Query(ctx, fmt.Sprintf("FETCH %d FROM export_transfers", pageRounds))
	if err != nil {
		return err
	}
	e.transfers, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (t storedTransfer, err error) {
		return t, row.Scan(&t.operator, &t.player, &t.code, &t.transactionID, &t.currency, &t.amount, &t.balance, &t.at)
	})
	e.ended = len(e.transfers) < pageRounds
	return err
}

func (t *storedTransfer) before(r *storedRound) bool {
	if c := bytes.Compare(t.player[:], r.player[:]); c != 0 {
		return c < 0
	}
	return !t.at.After(r.openedAt)
}

// ParseTime reads a time of the command line: an RFC 3339 time, or a day, which begins at midnight UTC.
func ParseTime(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339Nano, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%.40q is no time: give a day, as 2026-11-21, or a time, as 2026-11-21T18:00:00Z", text)
}
