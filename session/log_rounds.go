package session

import (
	"context"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/fairness/commitlog"
	"croupier/games"
)

// takeRounds takes the rounds that this server has finished, and those that were hinted at.
func (d *due) takeRounds(ctx context.Context, tx pgx.Tx, finished *finishedRounds) error {
	finished.flush.Lock()
	own, since, more := finished.take(maxDueRounds)
	finished.flush.Unlock()
	d.own, d.since, d.dueMore = own, since, d.dueMore || more
	d.rounds = slices.Clone(d.own)
	rows, err := tx.Query(ctx, `SELECT id, operators, rounds, hashes FROM log_rounds_due ORDER BY id LIMIT $1`, maxDueRows)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id int64
		var operators, rounds []uuid.UUID
		var hashes [][]byte
		if err := rows.Scan(&id, &operators, &rounds, &hashes); err != nil {
			return err
		}
		d.hints = append(d.hints, id)
		for i := range rounds {
			hinted := finishedRound{roundKey: roundKey{operators[i], rounds[i]}}
			if len(hashes[i]) == len(hinted.hash) {
				hinted.hash = games.Hash(hashes[i])
			}
			d.rounds = append(d.rounds, hinted)
		}
	}
	d.dueMore = d.dueMore || len(d.hints) == maxDueRows
	return rows.Err()
}

// addRounds makes the leaves of the rounds that are not logged yet, in their order. One whose record cannot be made is reported and left
// out: the sweep comes back to it, and the check of the log names it.
func (a *appender) addRounds(ctx context.Context, tx pgx.Tx, d *due) error {
	fresh, err := unlogged(ctx, tx, d.rounds)
	if err != nil || len(fresh) == 0 {
		return err
	}
	read, err := a.readHashes(ctx, tx, fresh)
	if err != nil {
		return err
	}
	for _, r := range fresh {
		hash := r.hash
		if hash == (games.Hash{}) {
			hash = read[r.round]
		}
		if hash != (games.Hash{}) {
			d.leaves = append(d.leaves, newLeaf{commitlog.Leaf{Kind: commitlog.Round, Value: hash}, &r.round})
		}
	}
	return nil
}

// readHashes hashes the stored records of those rounds whose hash is not known.
func (a *appender) readHashes(ctx context.Context, tx pgx.Tx, rounds []finishedRound) (map[uuid.UUID]games.Hash, error) {
	var unknown []roundKey
	for _, r := range rounds {
		if r.hash == (games.Hash{}) {
			unknown = append(unknown, r.roundKey)
		}
	}
	if unknown == nil {
		return nil, nil
	}
	records, err := finishedRecords(ctx, tx, unknown)
	if err != nil {
		return nil, err
	}
	read := make(map[uuid.UUID]games.Hash, len(records))
	for _, r := range records {
		hash, err := r.value()
		if err != nil {
			a.refuse(r.id, err)
			continue
		}
		read[r.id] = hash
	}
	return read, nil
}

func (a *appender) refuse(round uuid.UUID, cause error) {
	if a.refused[round] {
		return
	}
	if a.refused == nil {
		a.refused = map[uuid.UUID]bool{}
	}
	a.refused[round] = true
	a.log.log.Error("a finished round cannot be logged", "incident_id", uuid.NewString(), "round_id", round, "error", cause)
}

// unlogged returns the rounds that no leaf is of, each once, with its hash if that is known anywhere.
func unlogged(ctx context.Context, db querier, rounds []finishedRound) (fresh []finishedRound, err error) {
	if len(rounds) == 0 {
		return nil, nil
	}
	ids := make(uuids, len(rounds))
	for i := range rounds {
		ids[i] = columnOf(rounds[i].round)
	}
	rows, err := db.Query(ctx, `SELECT l.round_id FROM unnest($1::uuid[]) AS k (id) JOIN log_leaves l ON l.round_id = k.id`, ids)
	if err != nil {
		return nil, err
	}
	known, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return nil, err
	}
	seen := make(map[uuid.UUID]int, len(rounds))
	for _, id := range known {
		seen[id] = -1
	}
	for _, r := range rounds {
		at, twice := seen[r.round]
		switch {
		case !twice:
			seen[r.round] = len(fresh)
			fresh = append(fresh, r)
		case at >= 0 && fresh[at].hash == games.Hash{}:
			fresh[at].hash = r.hash
		}
	}
	return fresh, nil
}
