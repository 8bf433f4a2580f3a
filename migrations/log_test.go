package migrations_test

import (
	"fmt"
	"testing"

	"github.com/jackc/pgx/v5"
)

// The commitment log only grows, for its owner too, and its key is one for ever; only how it is sealed may change.
func TestTheLogOnlyGrows(t *testing.T) {
	t.Parallel()
	h := setup(t)
	exec(t, h.app, `INSERT INTO log_keys (origin, sealed_key, public_key, created_at) VALUES ('a', '\x01', sha256('k'), now())`)
	exec(t, h.app, `INSERT INTO log_leaves (idx, kind, value, round_id) VALUES (0, 1, sha256('a'), NULL), (1, 3, sha256('b'), $1)`, h.finished)
	exec(t, h.app, `INSERT INTO log_nodes (level, n, hash) VALUES (1, 0, sha256('a'))`)
	exec(t, h.app, `INSERT INTO log_checkpoints (size, root, note, at) VALUES (2, sha256('a'), 'a', now())`)
	for table, column := range map[string]string{"log_leaves": "value", "log_nodes": "hash", "log_checkpoints": "root", "log_keys": "origin"} {
		for _, sql := range []string{"UPDATE %[1]s SET %[2]s = %[2]s", "DELETE FROM %[1]s", "TRUNCATE %[1]s"} {
			refused(t, byGuard, h.owner, fmt.Sprintf(sql, table, column))
			refused(t, byGrant, h.app, fmt.Sprintf(sql, table, column))
		}
	}
	for _, conn := range []*pgx.Conn{h.owner, h.app} {
		exec(t, conn, `UPDATE log_keys SET sealed_key = '\x02'`)
		refused(t, "23505", conn, `INSERT INTO log_keys (origin, sealed_key, public_key, created_at) VALUES ('b', '\x01', sha256('k'), now())`)
		refused(t, "23505", conn, `INSERT INTO log_leaves (idx, kind, value) VALUES (1, 1, sha256('c'))`)                           // another leaf at a place
		refused(t, "23505", conn, `INSERT INTO log_leaves (idx, kind, value) VALUES (2, 1, sha256('a'))`)                           // a commitment twice
		refused(t, "23505", conn, `INSERT INTO log_leaves (idx, kind, value, round_id) VALUES (2, 3, sha256('c'), $1)`, h.finished) // a round twice
		refused(t, byCheck, conn, `INSERT INTO log_leaves (idx, kind, value) VALUES (2, 3, sha256('c'))`)
		refused(t, byCheck, conn, `INSERT INTO log_leaves (idx, kind, value, round_id) VALUES (2, 1, sha256('c'), $1)`, h.open)
	}
}

// Whoever commits to a seed or reveals one has it logged, whatever program it is.
func TestSeedsAreDueInTheLog(t *testing.T) {
	t.Parallel()
	h := setup(t)
	due := func(kind int) (seqs []int32) {
		rows, err := h.app.Query(t.Context(), `SELECT seq FROM log_seeds_due WHERE kind = $1 AND player_id = $2 ORDER BY seq`, kind, h.player)
		must(t, err)
		seqs, err = pgx.CollectRows(rows, pgx.RowTo[int32])
		must(t, err)
		return seqs
	}
	if c, r := due(1), due(2); fmt.Sprint(c, r) != "[0 1 2] []" {
		t.Errorf("due are commitments %v and reveals %v", c, r)
	}
	h.finish(t)
	h.rotate(t, 1)
	if c, r := due(1), due(2); fmt.Sprint(c, r) != "[0 1 2] [0]" {
		t.Errorf("due are commitments %v and reveals %v", c, r)
	}
}
