package session

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"croupier/fairness/commitlog"
	"croupier/games"
)

// LogFinding is something in the commitment log, or missing from it, that must not be so.
type LogFinding struct {
	Rule   string `json:"rule"`
	What   string `json:"what"`   // a leaf, a checkpoint, a round or a seed
	Detail string `json:"detail"` // what was expected and what is there
}

// LogReport is what CheckLog looked at and found.
type LogReport struct {
	Origin      string       `json:"origin"`
	Size        int64        `json:"size"`     // leaves
	RootHash    string       `json:"rootHash"` // over them, in base64
	Checkpoints int64        `json:"checkpoints"`
	Commitments int64        `json:"commitments"`
	Reveals     int64        `json:"reveals"`
	Rounds      int64        `json:"rounds"`
	Found       int64        `json:"found"`    // how much is wrong
	Findings    []LogFinding `json:"findings"` // the first 100 of it; none: the log holds
}

// OK says whether nothing was found.
func (r *LogReport) OK() bool { return r.Found == 0 }

// LogCheck says how a log is checked. Its zero value holds the database against itself.
type LogCheck struct {
	// Key is the log's public key as somebody noted it. "": the database's own.
	Key string
	// Known are checkpoints as somebody kept them: what is stored must agree with each. Only they tell a log that was rolled back.
	Known []string
	// Grace is how long is waited for leaves of what was finished or revealed and not logged when the check began: the log is written after
	// play, and only while a server runs. 0: not at all.
	Grace time.Duration
	// Progress, if not nil, is told how many of the leaves were looked at.
	Progress func(done, of int64)
}

// maxLogFindings bounds what a report lists, maxLogWaiting what is waited for.
const (
	maxLogFindings = 100
	maxLogWaiting  = 100_000
)

// CheckLog proves that a database's commitment log is whole: every leaf is of what is stored, byte for byte, everything that is stored has
// its leaf, the tree's nodes are those of the leaves, and every checkpoint was signed by the log's key and is the root of the leaves before it.
// It reads one snapshot while the server plays, and changes nothing. Whoever has the master key as well as the database can forge a log that
// passes; it does not pass with a checkpoint in Known that somebody else has kept. An error means that the log could not be checked.
func CheckLog(ctx context.Context, db *pgxpool.Pool, how LogCheck) (*LogReport, error) {
	c := newLogCheck(how)
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, db, options, func(tx pgx.Tx) error { return c.snapshot(ctx, tx) })
	if err == nil {
		err = c.await(ctx, db)
	}
	if err != nil {
		return nil, fmt.Errorf("check the commitment log: %w", err)
	}
	return c.report, nil
}

func newLogCheck(how LogCheck) *logCheck {
	return &logCheck{how: how, report: &LogReport{Findings: []LogFinding{}}, frontier: &commitlog.Frontier{}, seen: map[int64]tlog.Hash{}}
}

// logCheck is a check under way.
type logCheck struct {
	how      LogCheck
	report   *LogReport
	verifier note.Verifier
	frontier *commitlog.Frontier
	seen     map[int64]tlog.Hash // roots that somebody kept, by size
	rounds   []finishedRound     // over, and without a leaf in the snapshot
	seeds    []commitlog.Leaf    // committed or revealed, and without a leaf in the snapshot
}

func (c *logCheck) find(rule, what, format string, args ...any) {
	if c.report.Found++; len(c.report.Findings) < maxLogFindings {
		c.report.Findings = append(c.report.Findings, LogFinding{rule, what, fmt.Sprintf(format, args...)})
	}
}

func (c *logCheck) snapshot(ctx context.Context, tx pgx.Tx) error {
	if err := c.takeKey(ctx, tx); err != nil {
		return err
	}
	c.takeKnown()
	var leaves int64
	if err := tx.QueryRow(ctx, `SELECT count(*) FROM log_leaves`).Scan(&leaves); err != nil {
		return err
	}
	for begin, gap := int64(0), false; begin < leaves && !gap; begin += logChunk {
		var err error
		if gap, err = c.chunk(ctx, tx, begin); err != nil {
			return err
		}
		if c.how.Progress != nil {
			c.how.Progress(min(begin+logChunk, leaves), leaves)
		}
	}
	c.report.Size = c.frontier.Size()
	root := c.frontier.Root()
	c.report.RootHash = root.String()
	if err := c.end(ctx, tx); err != nil {
		return err
	}
	return c.missing(ctx, tx)
}

// takeKey finds the key to verify with.
func (c *logCheck) takeKey(ctx context.Context, tx pgx.Tx) error {
	stored, err := LogVerifierKey(ctx, tx)
	if err != nil {
		return err
	}
	key := stored
	if c.how.Key != "" && c.how.Key != stored {
		c.find("the log has one key for ever", stored, "the key was noted as %s", c.how.Key)
		key = c.how.Key
	}
	if c.verifier, err = note.NewVerifier(key); err != nil {
		return fmt.Errorf("key %q: %w", key, err)
	}
	c.report.Origin = c.verifier.Name()
	return nil
}

// takeKnown reads the checkpoints that somebody kept.
func (c *logCheck) takeKnown() {
	const rule = "what was published is still so"
	for _, text := range c.how.Known {
		kept, err := commitlog.OpenCheckpoint([]byte(text), c.verifier)
		if err != nil {
			c.find(rule, "a checkpoint that was kept", "it is not of this log: %v", err)
			continue
		}
		if other, twice := c.seen[kept.N]; twice && other != kept.Hash {
			c.find(rule, fmt.Sprintf("size %d", kept.N), "two roots were signed and kept: %s and %s", other, kept.Hash)
		}
		c.seen[kept.N] = kept.Hash
	}
	if root, ok := c.seen[0]; ok {
		c.compareKept(0, root)
	}
}

func (c *logCheck) compareKept(size int64, kept tlog.Hash) {
	delete(c.seen, size)
	if root := c.frontier.Root(); root != kept {
		c.find("what was published is still so", fmt.Sprintf("size %d", size), "the root that was kept is %s, of the leaves %s", kept, root)
	}
}

// logChunk is how many leaves are looked at together: whole tiles.
const logChunk = 16 * commitlog.TileWidth

// storedLeaf is a row of log_leaves.
type storedLeaf struct {
	commitlog.Leaf
	index int64
	round *uuid.UUID
}

// chunk looks at the leaves from begin on. After a gap it says so, and nothing of what follows would be where it was.
func (c *logCheck) chunk(ctx context.Context, tx pgx.Tx, begin int64) (gap bool, err error) {
	rows, err := tx.Query(ctx, `SELECT idx, kind, value, round_id FROM log_leaves WHERE idx >= $1 AND idx < $2 ORDER BY idx`, begin, begin+logChunk)
	if err != nil {
		return false, err
	}
	leaves, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (leaf storedLeaf, err error) {
		var value []byte
		err = row.Scan(&leaf.index, &leaf.Kind, &value, &leaf.round)
		copy(leaf.Value[:], value)
		return leaf, err
	})
	if err != nil {
		return false, err
	}
	checkpoints, err := c.checkpoints(ctx, tx, begin, begin+logChunk)
	if err != nil {
		return false, err
	}
	var nodes []commitlog.Node
	for i, leaf := range leaves {
		if leaf.index != begin+int64(i) {
			c.find("leaves have no gap", fmt.Sprintf("leaf %d", begin+int64(i)), "it is not there; the next is %d", leaf.index)
			gap = true
			leaves = leaves[:i]
			break
		}
		nodes = append(nodes, c.frontier.Append(leaf.Hash())...)
		size := c.frontier.Size()
		if signed, ok := checkpoints[size]; ok && signed != c.frontier.Root() {
			c.find("a checkpoint is the root of the leaves", fmt.Sprintf("checkpoint %d", size), "signed %s, the leaves give %s", signed, c.frontier.Root())
		}
		if kept, ok := c.seen[size]; ok {
			c.compareKept(size, kept)
		}
	}
	if err := c.compareNodes(ctx, tx, nodes); err != nil {
		return gap, err
	}
	return gap, c.compareRounds(ctx, tx, leaves)
}

// checkpoints returns the roots that were signed for sizes above begin, up to end, and holds each against its signature.
func (c *logCheck) checkpoints(ctx context.Context, tx pgx.Tx, begin, end int64) (map[int64]tlog.Hash, error) {
	rows, err := tx.Query(ctx, `SELECT size, root, note FROM log_checkpoints WHERE size > $1 AND size <= $2 ORDER BY size`, begin, end)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	roots := map[int64]tlog.Hash{}
	for rows.Next() {
		var stored tlog.Tree
		var root []byte
		var text string
		if err := rows.Scan(&stored.N, &root, &text); err != nil {
			return nil, err
		}
		copy(stored.Hash[:], root)
		roots[stored.N] = stored.Hash
		c.report.Checkpoints++
		what := fmt.Sprintf("checkpoint %d", stored.N)
		signed, err := commitlog.OpenCheckpoint([]byte(text), c.verifier)
		if err != nil {
			c.find("a checkpoint is signed by the log", what, "%v", err)
		} else if signed.Tree != stored {
			c.find("a checkpoint is signed by the log", what, "stored with root %s, signed is size %d with root %s", stored.Hash, signed.N, signed.Hash)
		}
	}
	return roots, rows.Err()
}

// compareNodes holds the nodes that the leaves give against those that are stored.
func (c *logCheck) compareNodes(ctx context.Context, tx pgx.Tx, nodes []commitlog.Node) error {
	levels, places := make([]int16, len(nodes)), make([]int64, len(nodes))
	for i, n := range nodes {
		levels[i], places[i] = int16(n.Level), n.N
	}
	rows, err := tx.Query(ctx, `SELECT coalesce(l.hash, '') FROM unnest($1::smallint[], $2::bigint[]) WITH ORDINALITY AS k (level, n, i)
		LEFT JOIN log_nodes l ON l.level = k.level AND l.n = k.n ORDER BY k.i`, levels, places)
	if err != nil {
		return err
	}
	stored, err := pgx.CollectRows(rows, pgx.RowTo[[]byte])
	for i := range stored {
		if string(stored[i]) != string(nodes[i].Hash[:]) {
			c.find("a node is the hash of what is below", fmt.Sprintf("node %d of level %d", nodes[i].N, nodes[i].Level), "stored %x, the leaves give %x", stored[i], nodes[i].Hash[:])
		}
	}
	return err
}

// compareRounds holds the leaves of rounds against the rounds that are stored now.
func (c *logCheck) compareRounds(ctx context.Context, tx pgx.Tx, leaves []storedLeaf) error {
	byID := map[uuid.UUID]*storedLeaf{}
	var ids []uuid.UUID
	for i := range leaves {
		switch leaf := &leaves[i]; leaf.Kind {
		case commitlog.Commitment:
			c.report.Commitments++
		case commitlog.Reveal:
			c.report.Reveals++
		case commitlog.Round:
			c.report.Rounds++
			byID[*leaf.round], ids = leaf, append(ids, *leaf.round)
		}
	}
	keys, err := roundKeys(ctx, tx, `SELECT r.operator_id, r.id FROM operators o
		CROSS JOIN LATERAL (SELECT r.operator_id, r.id FROM unnest($1::uuid[]) AS k (id) JOIN rounds r ON r.operator_id = o.id AND r.id = k.id OFFSET 0) r`, ids)
	if err != nil {
		return err
	}
	records, err := finishedRecords(ctx, tx, keys)
	if err != nil {
		return err
	}
	const rule = "a finished round stays as it was logged"
	for _, r := range records {
		leaf := byID[r.id]
		delete(byID, r.id)
		switch hash, err := r.value(); {
		case err != nil:
			c.find(rule, "round "+r.id.String(), "%v", err)
		case hash != games.Hash(leaf.Value):
			c.find(rule, "round "+r.id.String(), "leaf %d is of a record with hash %x, the stored one has %x", leaf.index, leaf.Value, hash[:])
		}
	}
	for _, id := range ids {
		if leaf := byID[id]; leaf != nil {
			c.find(rule, "round "+id.String(), "leaf %d is of it, and it is not stored, or not finished", leaf.index)
		}
	}
	return nil
}

// end looks at what is behind the last leaf.
func (c *logCheck) end(ctx context.Context, tx pgx.Tx) error {
	last, _, err := lastCheckpoint(ctx, tx)
	if err != nil {
		return err
	}
	if size := c.frontier.Size(); last.N != size {
		c.find("the log ends with what was signed last", fmt.Sprintf("checkpoint %d", last.N), "there are %d leaves", size)
	}
	for size, root := range c.seen {
		c.find("what was published is still so", fmt.Sprintf("size %d", size), "a checkpoint of this size with root %s was kept, and there are %d leaves: the log was rolled back", root, c.frontier.Size())
	}
	return nil
}
