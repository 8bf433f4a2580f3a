package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"croupier/fairness/commitlog"
)

// Published is the newest checkpoint that the log shows.
type Published struct {
	commitlog.Checkpoint
	Note string // as it is signed
}

// checkpointAge is how old the checkpoint that is shown may be.
const checkpointAge = 200 * time.Millisecond

// Latest returns the newest checkpoint, and a log without leaves with a checkpoint of size 0. What it returns is on the synchronous standby
// too, if there is to be one: a failover must not take back what a witness has seen, or a seed that is published.
func (l *Log) Latest(ctx context.Context) (*Published, error) {
	l.reading.Lock()
	defer l.reading.Unlock()
	known := l.published.Load()
	if known != nil && time.Since(l.readAt) < checkpointAge {
		return known, nil
	}
	checkpoint, text, err := lastCheckpoint(ctx, l.db)
	if err != nil {
		return nil, fmt.Errorf("checkpoint of the commitment log: %w", err)
	}
	checkpoint.Origin = l.signer.Name()
	if known == nil || known.N != checkpoint.N {
		if err := confirm(ctx, l.db); err != nil {
			return nil, fmt.Errorf("checkpoint of the commitment log: %w", err)
		}
		if checkpoint.N == 0 {
			signed, err := checkpoint.Sign(l.signer)
			if err != nil {
				return nil, err
			}
			text = string(signed)
		}
		known = &Published{Checkpoint: checkpoint, Note: text}
		l.published.Store(known)
	}
	l.readAt = time.Now()
	return known, nil
}

// lastCheckpoint reads what was signed last, without its origin: that of an empty tree if nothing was.
func lastCheckpoint(ctx context.Context, db rowQuerier) (c commitlog.Checkpoint, text string, err error) {
	var root []byte
	err = db.QueryRow(ctx, `SELECT size, root, note FROM log_checkpoints ORDER BY size DESC LIMIT 1`).Scan(&c.N, &root, &text)
	if errors.Is(err, pgx.ErrNoRows) {
		c.Hash = (&commitlog.Frontier{}).Root()
		return c, "", nil
	}
	copy(c.Hash[:], root)
	return c, text, err
}

// logHashes reads hashes of the tree: those of leaves at level 0, of nodes above. There may be fewer than asked for.
func logHashes(ctx context.Context, db querier, level int, begin, end int64) ([]tlog.Hash, error) {
	if level == 0 {
		leaves, err := logLeaves(ctx, db, begin, end)
		hashes := make([]tlog.Hash, len(leaves))
		for i, leaf := range leaves {
			hashes[i] = leaf.Hash()
		}
		return hashes, err
	}
	rows, err := db.Query(ctx, `SELECT hash FROM log_nodes WHERE level = $1 AND n >= $2 AND n < $3 ORDER BY n`, level, begin, end)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (hash tlog.Hash, err error) {
		var stored []byte
		err = row.Scan(&stored)
		copy(hash[:], stored)
		return hash, err
	})
}

func logLeaves(ctx context.Context, db querier, begin, end int64) ([]commitlog.Leaf, error) {
	rows, err := db.Query(ctx, `SELECT kind, value FROM log_leaves WHERE idx >= $1 AND idx < $2 ORDER BY idx`, begin, end)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanLeaf)
}

// Tile returns a published tile: its hashes one after the other, or a bundle of leaves. Returns NotFound for one that the published tree
// does not have.
func (l *Log) Tile(ctx context.Context, t tlog.Tile) ([]byte, error) {
	latest, err := l.Latest(ctx)
	if err != nil {
		return nil, err
	}
	if !commitlog.Within(t, latest.N) {
		return nil, Errorf(NotFound, "The log has no such tile")
	}
	begin := t.N << commitlog.TileHeight
	end := begin + int64(t.W)
	if commitlog.IsEntries(t) {
		leaves, err := logLeaves(ctx, l.db, begin, end)
		var bundle []byte
		for _, leaf := range leaves {
			bundle = commitlog.AppendEntry(bundle, leaf)
		}
		return bundle, wholeTile(t, len(leaves), err)
	}
	hashes, err := logHashes(ctx, l.db, t.L, begin, end)
	data := make([]byte, 0, len(hashes)*tlog.HashSize)
	for _, h := range hashes {
		data = append(data, h[:]...)
	}
	return data, wholeTile(t, len(hashes), err)
}

func wholeTile(t tlog.Tile, have int, err error) error {
	if err == nil && have != t.W {
		err = errDamaged
	}
	if err != nil {
		return fmt.Errorf("%s of the commitment log: %w", commitlog.TilePath(t), err)
	}
	return nil
}

// reader reads the tree of the database by the numbers that tlog gives to hashes.
func (l *Log) reader(ctx context.Context) tlog.HashReader {
	return tlog.HashReaderFunc(func(indexes []int64) ([]tlog.Hash, error) {
		hashes := make([]tlog.Hash, len(indexes))
		for i, index := range indexes {
			level, n := tlog.SplitStoredHashIndex(index)
			within := level % commitlog.TileHeight
			below, err := logHashes(ctx, l.db, level/commitlog.TileHeight, n<<within, (n+1)<<within)
			if err != nil {
				return nil, err
			}
			if len(below) != 1<<within {
				return nil, errDamaged
			}
			hashes[i] = commitlog.Subtree(below)
		}
		return hashes, nil
	})
}

// Inclusion proves that a leaf is in the log.
type Inclusion struct {
	Leaf  commitlog.Leaf
	Index int64
	Proof tlog.RecordProof
	In    *Published
}

// ProveSeed proves that the log has a commitment, by the hash, or a reveal, by the seed. Returns NotFound.
func (l *Log) ProveSeed(ctx context.Context, leaf commitlog.Leaf) (Inclusion, error) {
	return l.prove(ctx, `SELECT idx, kind, value FROM log_leaves WHERE round_id IS NULL AND value = $1 AND kind = $2`, leaf.Value[:], leaf.Kind)
}

// ProveRound proves that the log has a round. Returns NotFound, also for one that is not over.
func (l *Log) ProveRound(ctx context.Context, round uuid.UUID) (Inclusion, error) {
	return l.prove(ctx, `SELECT idx, kind, value FROM log_leaves WHERE round_id = $1`, round)
}

func (l *Log) prove(ctx context.Context, sql string, args ...any) (p Inclusion, err error) {
	if p.In, err = l.Latest(ctx); err != nil {
		return p, err
	}
	var value []byte
	err = l.db.QueryRow(ctx, sql, args...).Scan(&p.Index, &p.Leaf.Kind, &value)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && p.Index >= p.In.N {
		return p, Errorf(NotFound, "Not in the log, or not yet: it is two seconds behind at most")
	}
	copy(p.Leaf.Value[:], value)
	if err == nil {
		p.Proof, err = tlog.ProveRecord(p.In.N, p.Index, l.reader(ctx))
	}
	if err == nil { // what is told is proven
		err = tlog.CheckRecord(p.Proof, p.In.N, p.In.Hash, p.Index, p.Leaf.Hash())
	}
	if err != nil {
		return p, fmt.Errorf("prove leaf %d of the commitment log: %w", p.Index, err)
	}
	return p, nil
}

// Consistency proves that a tree is the beginning of another.
type Consistency struct {
	From, To tlog.Tree
	Proof    tlog.TreeProof
	In       *Published
}

// ProveConsistency proves that the log of one size is the beginning of the log of another: 1 ≤ from ≤ to ≤ what is published. to 0 means
// what is published. Returns InvalidRequest.
func (l *Log) ProveConsistency(ctx context.Context, from, to int64) (c Consistency, err error) {
	if c.In, err = l.Latest(ctx); err != nil {
		return c, err
	}
	if to == 0 {
		to = c.In.N
	}
	if to < 1 || to > c.In.N {
		return c, FieldError(InvalidRequest, "to", fmt.Sprintf("must be from 1 to the size of the log, %d", c.In.N))
	}
	if from < 1 || from > to {
		return c, FieldError(InvalidRequest, "from", fmt.Sprintf("must be from 1 to %d", to))
	}
	reader := l.reader(ctx)
	c.From.N, c.To.N = from, to
	if c.From.Hash, err = tlog.TreeHash(from, reader); err == nil {
		c.To.Hash, err = tlog.TreeHash(to, reader)
	}
	if err == nil {
		c.Proof, err = tlog.ProveTree(to, from, reader)
	}
	if err == nil && to == c.In.N && c.To.Hash != c.In.Hash {
		err = errDamaged
	}
	if err != nil {
		return c, fmt.Errorf("prove the commitment log consistent from %d to %d: %w", from, to, err)
	}
	return c, nil
}
