package audit_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"croupier/session"
	"croupier/session/audit"
)

// What of the commitment log is not as it was, and what the audit must say of it. session has a test for every kind that its check knows.
var logTamperings = []struct{ name, sql, rule string }{
	{"a leaf", `UPDATE log_leaves SET value = sha256('x') WHERE idx = 0`, "a checkpoint is the root of the leaves"},
	{"a leaf that is gone", `DELETE FROM log_leaves WHERE idx = 2`, "leaves have no gap"},
	{"a round's leaf", `UPDATE log_leaves SET value = sha256('x') WHERE round_id = ` + aRoll, "a finished round stays as it was logged"},
	{"a node", `UPDATE log_nodes SET hash = sha256('x') WHERE level = 1 AND n = 0`, "a node is the hash of what is below"},
	{"a checkpoint", `UPDATE log_checkpoints SET root = sha256('x') WHERE size = (SELECT min(size) FROM log_checkpoints)`, "a checkpoint is signed by the log"},
	{"the key", `UPDATE log_keys SET public_key = sha256('x')`, "a checkpoint is signed by the log"},
}

// log checks that the audit holds the commitment log against what is stored, and that nothing else finds what is wrong with it.
func (c *casino) log(t *testing.T, tx pgx.Tx) {
	report := c.audit(t, tx)
	var leaves, rounds int64
	must(t, tx.QueryRow(t.Context(), `SELECT count(*), count(round_id) FROM log_leaves`).Scan(&leaves, &rounds))
	if report.Log == nil || report.Log.Size != leaves || report.Log.Rounds != rounds || rounds == 0 || rounds >= leaves || !report.OK {
		t.Fatalf("%d leaves, %d of rounds; reported %+v", leaves, rounds, report.Log)
	}
	shown(t, report, report.Log.RootHash, "log")
	exported := c.run(t, export(t, tx, audit.Filters{}))
	shown(t, exported, "an export holds none of them")
	if exported.Log != nil {
		t.Errorf("of an export, the log is reported on: %+v", exported.Log)
	}
}

// shown fails the test unless the text and the page have the words.
func shown(t *testing.T, r *audit.Report, words ...string) {
	t.Helper()
	var text strings.Builder
	must(t, r.Print(&text))
	page, err := r.Page()
	must(t, err)
	for _, word := range words {
		if !strings.Contains(text.String(), word) || !strings.Contains(strings.ReplaceAll(string(page), "&#43;", "+"), word) {
			t.Errorf("%q is missing in the text or the page:\n%s", word, text.String())
		}
	}
}

func (c *casino) brokenLog(t *testing.T) {
	for _, one := range logTamperings {
		t.Run(one.name, func(t *testing.T) {
			c.inside(t, []string{one.sql}, func(tx pgx.Tx) {
				report := c.audit(t, tx)
				if report.OK || report.ByCheck["log"] == 0 || report.ByCheck["log"] != report.Found || report.ByCheck["log"] != report.Log.Found {
					t.Errorf("%v, %+v", report.ByCheck, report.Log)
				}
				if !slices.ContainsFunc(report.Differences, func(d audit.Difference) bool { return strings.HasPrefix(d.What, one.rule+": ") }) {
					t.Errorf("%q is not among %+v", one.rule, report.Differences)
				}
			})
		})
	}
	t.Run("more than is listed", func(t *testing.T) {
		c.inside(t, []string{`DELETE FROM log_leaves WHERE idx > 20`}, func(tx pgx.Tx) {
			if r := c.audit(t, tx); r.Found != r.ByCheck["log"] || r.Found != r.Log.Found || r.Found <= int64(len(r.Log.Findings)) {
				t.Errorf("%d found, %d of the log, which found %d", r.Found, r.ByCheck["log"], r.Log.Found)
			}
		})
	})
	t.Run("gone as a whole", func(t *testing.T) {
		var kept string
		c.inside(t, nil, func(tx pgx.Tx) {
			must(t, tx.QueryRow(t.Context(), `SELECT note FROM log_checkpoints ORDER BY size DESC LIMIT 1`).Scan(&kept))
		})
		c.inside(t, []string{`DELETE FROM log_leaves`, `DELETE FROM log_checkpoints`, `DELETE FROM log_nodes`}, func(tx pgx.Tx) {
			shown(t, c.audit(t, tx), "this database keeps none")
			report, err := audit.Database(t.Context(), tx, audit.Options{Catalogue: c.catalogue, Log: session.LogCheck{Known: []string{kept}}}, audit.Steps{})
			must(t, err)
			shown(t, report, "what was published is still so")
			if report.OK {
				t.Error("nothing was found")
			}
		})
	})
}
