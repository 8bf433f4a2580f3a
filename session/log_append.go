package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"golang.org/x/mod/sumdb/tlog"

	"croupier/fairness/commitlog"
)

// appender is the leader's work: it turns what is due into leaves, in its own session.
type appender struct {
	log      *Log
	conn     *pgx.Conn
	frontier *commitlog.Frontier // of what is committed; nil: to be read
	sweep    sweep
	refused  map[uuid.UUID]bool // rounds that cannot be logged, and were reported
}

// How much one append takes at most.
const (
	maxDueRows   = 64 // of hintSize rounds each
	maxDueRounds = 1 << 13
	maxDueSeeds  = 4096
)

// due is what one append is about.
type due struct {
	hints   []int64         // ids of log_rounds_due
	own     []finishedRound // that the leader's own server finished
	since   time.Time       // since when the first of them waits
	rounds  []finishedRound // all
	seeds   []seedKey
	leaves  []newLeaf
	dueMore bool
}

// seedKey is a row of log_seeds_due.
type seedKey struct {
	kind   commitlog.Kind
	player uuid.UUID
	seq    int32
}

// newLeaf is a leaf, and the round that it is about.
type newLeaf struct {
	commitlog.Leaf
	round *uuid.UUID
}

// step appends what is due, in one transaction, and says whether there is more.
func (a *appender) step(ctx context.Context) (more bool, err error) {
	var next *commitlog.Frontier
	d := &due{}
	err = a.inTx(ctx, func(tx pgx.Tx) error {
		if err := a.takeUp(ctx, tx); err != nil {
			return err
		}
		next = a.frontier.Clone()
		if err := a.find(ctx, tx, d); err != nil {
			return err
		}
		return a.write(ctx, tx, d, next)
	})
	if err != nil {
		a.log.finished.putBack(d.own, d.since)
		a.frontier = nil // what was committed is read again
		return false, fmt.Errorf("append to the commitment log: %w", err)
	}
	a.frontier = next
	a.log.leaves.Add(float64(len(d.leaves)))
	if len(d.own) > 0 {
		a.log.lag.Observe(time.Since(d.since).Seconds())
	}
	return d.dueMore, nil
}

// takeUp reads the right edge of the tree, unless it is known, and holds it against what was signed last: on what was damaged nothing is
// built.
func (a *appender) takeUp(ctx context.Context, tx pgx.Tx) error {
	if a.frontier != nil {
		return nil
	}
	signed, _, err := lastCheckpoint(ctx, tx)
	if err != nil {
		return err
	}
	var leaves int64
	if err := tx.QueryRow(ctx, `SELECT coalesce(max(idx) + 1, 0) FROM log_leaves`).Scan(&leaves); err != nil {
		return err
	}
	f, err := commitlog.NewFrontier(signed.N, func(level int, begin, end int64) ([]tlog.Hash, error) {
		return logHashes(ctx, tx, level, begin, end)
	})
	if err != nil {
		return fmt.Errorf("%w: %w", errDamaged, err)
	}
	if leaves != signed.N || f.Root() != signed.Hash {
		return fmt.Errorf("the commitment log has %d leaves and is not what was signed last, at %d: nothing is added to it: %w", leaves, signed.N, errDamaged)
	}
	a.frontier = f
	return nil
}

// find makes the leaves of what is due. It looks for reveals, then for rounds, then for commitments, and puts them in the contrary order: so
// no round comes before the commitment that it was played under, and no reveal before a round that this server, or a server that had given
// its hint, finished before it.
func (a *appender) find(ctx context.Context, tx pgx.Tx, d *due) error {
	reveals, err := d.readSeeds(ctx, tx, commitlog.Reveal)
	if err != nil {
		return err
	}
	if err := d.takeRounds(ctx, tx, a.log.finished); err != nil {
		return err
	}
	swept, sweepMore, err := a.sweep.next(ctx, tx, a.log)
	if err != nil {
		return err
	}
	for _, k := range swept {
		d.rounds = append(d.rounds, finishedRound{roundKey: k})
	}
	d.dueMore = d.dueMore || sweepMore
	commitments, err := d.readSeeds(ctx, tx, commitlog.Commitment)
	if err != nil {
		return err
	}
	d.leaves = commitments
	if len(commitments) == maxDueSeeds { // the rounds under those that are left come after them
		a.log.finished.putBack(d.own, d.since)
		d.hints, d.own, d.rounds, d.dueMore = nil, nil, nil, true
		d.seeds = d.seeds[len(reveals):]
		return d.dropLogged(ctx, tx)
	}
	if err := a.addRounds(ctx, tx, d); err != nil {
		return err
	}
	d.leaves = append(d.leaves, reveals...)
	return d.dropLogged(ctx, tx)
}

func (d *due) readSeeds(ctx context.Context, tx pgx.Tx, kind commitlog.Kind) (leaves []newLeaf, err error) {
	const sql = `
		SELECT d.player_id, d.seq, s.server_seed_hash, coalesce(s.server_seed, '')
		FROM log_seeds_due d JOIN seed_pairs s ON s.player_id = d.player_id AND s.seq = d.seq
		WHERE d.kind = $1 ORDER BY d.player_id, d.seq LIMIT $2`
	rows, err := tx.Query(ctx, sql, kind, maxDueSeeds)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		key := seedKey{kind: kind}
		var hash, seed string
		if err := rows.Scan(&key.player, &key.seq, &hash, &seed); err != nil {
			return nil, err
		}
		leaf := newLeaf{Leaf: commitlog.Leaf{Kind: kind}}
		text := hash
		if kind == commitlog.Reveal {
			text = seed
		}
		if leaf.Value, err = commitlog.ParseValue(text); err != nil {
			return nil, fmt.Errorf("seed pair %s/%d: %w", key.player, key.seq, err)
		}
		d.seeds, leaves = append(d.seeds, key), append(leaves, leaf)
	}
	d.dueMore = d.dueMore || len(leaves) == maxDueSeeds
	return leaves, rows.Err()
}

// dropLogged takes out the seeds' leaves that are logged already.
func (d *due) dropLogged(ctx context.Context, tx pgx.Tx) error {
	if len(d.seeds) == 0 {
		return nil
	}
	var values [][]byte
	for _, leaf := range d.leaves {
		if leaf.round == nil {
			values = append(values, leaf.Value[:])
		}
	}
	const sql = `SELECT l.kind, l.value FROM unnest($1::bytea[]) AS k (value)
		CROSS JOIN LATERAL (SELECT l.kind, l.value FROM log_leaves l WHERE l.value = k.value AND l.round_id IS NULL OFFSET 0) l`
	rows, err := tx.Query(ctx, sql, values)
	if err != nil {
		return err
	}
	seen := map[commitlog.Leaf]bool{}
	known, err := pgx.CollectRows(rows, scanLeaf)
	if err != nil {
		return err
	}
	for _, leaf := range known {
		seen[leaf] = true
	}
	kept := d.leaves[:0]
	for _, leaf := range d.leaves {
		if leaf.round == nil && seen[leaf.Leaf] {
			continue
		}
		if leaf.round == nil {
			seen[leaf.Leaf] = true
		}
		kept = append(kept, leaf)
	}
	d.leaves = kept
	return nil
}

func scanLeaf(row pgx.CollectableRow) (leaf commitlog.Leaf, err error) {
	var value []byte
	if err = row.Scan(&leaf.Kind, &value); err == nil && copy(leaf.Value[:], value) != len(leaf.Value) {
		err = errors.New("a leaf's value is cut short")
	}
	return leaf, err
}

// write adds the leaves, signs the new root, and strikes out what was due. It moves next on.
func (a *appender) write(ctx context.Context, tx pgx.Tx, d *due, next *commitlog.Frontier) error {
	if err := d.strike(ctx, tx); err != nil || len(d.leaves) == 0 {
		return err
	}
	begin := next.Size()
	var nodes []commitlog.Node
	for _, leaf := range d.leaves {
		nodes = append(nodes, next.Append(leaf.Hash())...)
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"log_leaves"}, []string{"idx", "kind", "value", "round_id"},
		pgx.CopyFromSlice(len(d.leaves), func(i int) ([]any, error) {
			leaf, round := &d.leaves[i], pgtype.UUID{}
			if leaf.round != nil {
				round = columnOf(*leaf.round)
			}
			return []any{begin + int64(i), int16(leaf.Kind), leaf.Value[:], round}, nil
		}))
	if err != nil {
		return err
	}
	_, err = tx.CopyFrom(ctx, pgx.Identifier{"log_nodes"}, []string{"level", "n", "hash"},
		pgx.CopyFromSlice(len(nodes), func(i int) ([]any, error) { return []any{int16(nodes[i].Level), nodes[i].N, nodes[i].Hash[:]}, nil }))
	if err != nil {
		return err
	}
	root := next.Root()
	checkpoint := commitlog.Checkpoint{Origin: a.log.signer.Name(), Tree: tlog.Tree{N: next.Size(), Hash: root}}
	signed, err := checkpoint.Sign(a.log.signer)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO log_checkpoints (size, root, note, at) VALUES ($1, $2, $3, $4)`, next.Size(), root[:], string(signed), a.log.now())
	return err
}

// strike takes out of the lists what is logged by this append.
func (d *due) strike(ctx context.Context, tx pgx.Tx) error {
	if len(d.hints) > 0 {
		if _, err := tx.Exec(ctx, `DELETE FROM log_rounds_due WHERE id = ANY($1)`, d.hints); err != nil {
			return err
		}
	}
	if len(d.seeds) == 0 {
		return nil
	}
	kinds, players, seqs := make([]int16, len(d.seeds)), make([]uuid.UUID, len(d.seeds)), make([]int32, len(d.seeds))
	for i, s := range d.seeds {
		kinds[i], players[i], seqs[i] = int16(s.kind), s.player, s.seq
	}
	_, err := tx.Exec(ctx, `DELETE FROM log_seeds_due d USING unnest($1::smallint[], $2::uuid[], $3::int[]) AS k (kind, player_id, seq)
		WHERE d.kind = k.kind AND d.player_id = k.player_id AND d.seq = k.seq`, kinds, players, seqs)
	return err
}
