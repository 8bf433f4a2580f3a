package session

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/games"
)

// querier is a pool, a connection or a transaction.
type querier interface {
	rowQuerier
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// finishedRecord is the record of a round that is over, as its leaf has it.
type finishedRecord struct {
	*foundRound
	operator uuid.UUID
	opened   time.Time
	closed   time.Time
}

// value is what the log keeps of it.
func (r *finishedRecord) value() (hash games.Hash, err error) {
	if len(r.record.Actions) != r.steps {
		return hash, fmt.Errorf("round %s has %d steps, and %d actions are stored: %w", r.id, r.steps, len(r.record.Actions), errDamaged)
	}
	return r.record.Hash()
}

// finishedSQL finds rounds that are over by their keys. They keep the order of the keys.
const finishedSQL = `
	SELECT r.id, r.player_id, r.seed_seq, r.steps, r.game_id, b.variant, b.rules_hash, r.status, r.stake, r.payout, p.currency,
		s.server_seed_hash, '', s.client_seed, r.nonce, r.forced, r.operator_id, r.opened_at, r.closed_at
	FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS k (operator_id, id, n)
	JOIN rounds r ON r.operator_id = k.operator_id AND r.id = k.id
	JOIN players p ON p.id = r.player_id
	JOIN builds b ON b.id = r.build_id
	JOIN seed_pairs s ON s.player_id = r.player_id AND s.seq = r.seed_seq
	WHERE r.status <> 'in_progress'
	ORDER BY k.n`

// finishedActionsSQL finds their actions. Only the months are looked into that can have them. The inner query stays one (OFFSET 0): a plan
// that is made while the tables are new would otherwise read all actions for every round.
const finishedActionsSQL = `
	SELECT a.* FROM unnest($1::uuid[], $2::uuid[]) AS k (player_id, round_id)
	CROSS JOIN LATERAL (
		SELECT a.round_id, a.step, a.request_id, a.type, a.request, a.answer, a.stake, a.payout, a.balance, a.at FROM actions a
		WHERE a.player_id = k.player_id AND a.round_id = k.round_id AND a.session_id >= $3 AND a.session_id < $4
		ORDER BY a.step OFFSET 0) a`

// actionsMargin is how much earlier than a round, or later by a clock that is wrong, the session of its actions may have begun. Where that
// is not enough, all months are looked into.
const actionsMargin = 48 * time.Hour

// finishedRecords returns the records of rounds that are over, without their server seeds. Keys of no round, or of one that goes on, are
// left out.
func finishedRecords(ctx context.Context, db querier, keys []roundKey) ([]*finishedRecord, error) {
	operators, rounds := columnsOf(keys)
	rows, err := db.Query(ctx, finishedSQL, operators, rounds)
	if err != nil {
		return nil, fmt.Errorf("read finished rounds: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*finishedRecord, error) {
		r := &finishedRecord{}
		var err error
		r.foundRound, err = scanRound(widerRow{row, []any{&r.operator, &r.opened, &r.closed}})
		return r, err
	})
	if err != nil {
		return nil, fmt.Errorf("read finished rounds: %w", err)
	}
	if err := readActions(ctx, db, list); err != nil {
		return nil, fmt.Errorf("read the actions of finished rounds: %w", err)
	}
	return list, nil
}

// widerRow is a row with more columns than its scanner knows.
type widerRow struct {
	pgx.CollectableRow
	more []any
}

// Scan implements pgx.CollectableRow.
func (w widerRow) Scan(known ...any) error { return w.CollectableRow.Scan(append(known, w.more...)...) }

// readActions reads the actions of the rounds: in the months in which they should be, and those that are not whole then in all.
func readActions(ctx context.Context, db querier, list []*finishedRecord) error {
	if len(list) == 0 {
		return nil
	}
	first, last := list[0].opened, list[0].closed
	for _, r := range list {
		if r.opened.Before(first) {
			first = r.opened
		}
		if r.closed.After(last) {
			last = r.closed
		}
	}
	if err := readActionsIn(ctx, db, list, idFloor(first.Add(-actionsMargin)), idFloor(last.Add(actionsMargin))); err != nil {
		return err
	}
	var rest []*finishedRecord
	for _, r := range list {
		if len(r.record.Actions) != r.steps {
			r.record.Actions = []games.RecordedAction{}
			rest = append(rest, r)
		}
	}
	if rest == nil {
		return nil
	}
	return readActionsIn(ctx, db, rest, uuid.Nil, uuid.Max)
}

func readActionsIn(ctx context.Context, db querier, list []*finishedRecord, from, to uuid.UUID) error {
	byID := make(map[uuid.UUID]*foundRound, len(list))
	players, ids := make([]uuid.UUID, len(list)), make([]uuid.UUID, len(list))
	for i, r := range list {
		byID[r.id], players[i], ids[i] = r.foundRound, r.player, r.id
	}
	rows, err := db.Query(ctx, finishedActionsSQL, players, ids, from, to)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scanAction(rows, byID); err != nil {
			return err
		}
	}
	for _, r := range list {
		slices.SortFunc(r.record.Actions, func(a, b games.RecordedAction) int { return cmp.Compare(a.Step, b.Step) })
	}
	return rows.Err()
}

// idFloor is the smallest UUIDv7 of an instant, and smaller than any before 1970.
func idFloor(at time.Time) (id uuid.UUID) {
	ms := max(0, at.UnixMilli())
	for i := 5; i >= 0; i-- {
		id[i], ms = byte(ms), ms>>8
	}
	return id
}
