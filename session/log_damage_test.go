package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// damage changes the database as nobody could but a superuser: triggers are off.
func (b *floorBundle) damage(t testing.TB, sql string, args ...any) {
	t.Helper()
	must(t, pgx.BeginFunc(t.Context(), b.admin, func(tx pgx.Tx) error { return damageIn(t, tx, sql, args...) }))
}

func damageIn(t testing.TB, tx pgx.Tx, sql string, args ...any) error {
	t.Helper()
	if _, err := tx.Exec(t.Context(), `SET LOCAL session_replication_role = replica`); err != nil {
		return err
	}
	tag, err := tx.Exec(t.Context(), sql, args...)
	if err == nil && tag.RowsAffected() == 0 {
		t.Errorf("it damaged nothing: %s", sql)
	}
	return err
}

// The rules of CheckLog that damage breaks.
const (
	roundStays = "a finished round stays as it was logged"
	seedStays  = "a seed stays as it was logged"
	allLogged  = "everything is logged"
	noGap      = "leaves have no gap"
	endsSigned = "the log ends with what was signed last"
	isRoot     = "a checkpoint is the root of the leaves"
	isSigned   = "a checkpoint is signed by the log"
	isNode     = "a node is the hash of what is below"
)

// What CheckLog reports of damage of each kind, at least.
var logDamages = map[string]struct {
	rule string
	sql  []string
}{
	"a round whose payout was changed": {roundStays, []string{`UPDATE rounds SET payout = payout + 1 WHERE nonce = 0`}},
	"a round whose stake was changed":  {roundStays, []string{`UPDATE rounds SET stake = stake + 1 WHERE nonce = 0`}},
	"an outcome that was retold": {roundStays, []string{
		`UPDATE actions SET answer = replace(answer::text, '"outcome":{', '"outcome":{"x":1,')::json WHERE type = 'action'`,
	}},
	"a request that was changed": {roundStays, []string{`UPDATE actions SET request = '{"action":"spin"}' WHERE type = 'action'`}},
	"a time that was changed":    {roundStays, []string{`UPDATE actions SET at = at + interval '1 microsecond' WHERE type = 'action'`}},
	"an action that was put in": {roundStays, []string{
		`INSERT INTO actions
			SELECT player_id, session_id, 'more', type, request, answer, round_id, step + 1, stake, payout, balance, at
			FROM actions a WHERE type <> 'seed_rotate' AND step = (SELECT max(step) FROM actions WHERE round_id = a.round_id) LIMIT 1`,
	}},
	"an action that is gone": {roundStays, []string{`DELETE FROM actions WHERE step = 1`}},
	"a round that is gone":   {roundStays, []string{`DELETE FROM rounds WHERE nonce = 0`}},
	"a round that is open again": {roundStays, []string{
		`UPDATE rounds SET status = 'in_progress', closed_at = NULL, payout = 0, sealed_state = '\x01' WHERE nonce = 0`,
	}},
	"a client seed that was swapped": {roundStays, []string{`UPDATE seed_pairs SET client_seed = 'other' WHERE seq = 0`}},
	"other rules":                    {roundStays, []string{`UPDATE builds SET rules_hash = encode(sha256(rules_hash::bytea), 'hex')`}},
	"a seed hash that was swapped": {seedStays, []string{
		`UPDATE seed_pairs SET server_seed_hash = encode(sha256('x'), 'hex') WHERE seq = 2`,
	}},
	"and its own is not in the log": {allLogged, []string{
		`UPDATE seed_pairs SET server_seed_hash = encode(sha256('x'), 'hex') WHERE seq = 2`,
	}},
	"a reveal that was taken back": {seedStays, []string{
		`UPDATE seed_pairs SET server_seed = NULL, revealed_at = NULL, sealed_seed = '\x01' WHERE seq = 0`,
	}},
	"a seed pair that is gone": {seedStays, []string{`DELETE FROM seed_pairs WHERE seq = 2`}},
	"a seed pair that was never shown": {allLogged, []string{
		`INSERT INTO seed_pairs (player_id, seq, server_seed_hash, sealed_seed, created_at)
			SELECT id, 7, encode(sha256('x'), 'hex'), '\x01', now() FROM players`,
	}},
	"a round that was put in": {allLogged, []string{
		`INSERT INTO rounds
			SELECT gen_random_uuid(), operator_id, player_id, seed_seq, nonce + 9, game_id, build_id, status, steps, bet, stake, payout, sealed_state,
				forced, opened_at, closed_at FROM rounds WHERE nonce = 0`,
	}},
	"a leaf that is gone":        {noGap, []string{`DELETE FROM log_leaves WHERE idx = 2`}},
	"the last leaf that is gone": {endsSigned, []string{`DELETE FROM log_leaves WHERE idx = (SELECT max(idx) FROM log_leaves)`}},
	"a leaf that was put in": {endsSigned, []string{
		`INSERT INTO log_leaves SELECT max(idx) + 1, 1, sha256('x'), NULL FROM log_leaves`,
	}},
	"a round's leaf that was changed": {isRoot, []string{`UPDATE log_leaves SET value = sha256('x') WHERE round_id IS NOT NULL`}},
	"and is not of its round":         {roundStays, []string{`UPDATE log_leaves SET value = sha256('x') WHERE round_id IS NOT NULL`}},
	"a commitment's leaf, changed":    {isRoot, []string{`UPDATE log_leaves SET value = sha256('x') WHERE idx = 0`}},
	"leaves in another order": {isRoot, []string{
		`UPDATE log_leaves SET idx = idx + 1000`,
		`UPDATE log_leaves SET idx = CASE idx WHEN 1000 THEN 1 WHEN 1001 THEN 0 ELSE idx - 1000 END`,
	}},
	"a leaf of another kind": {isRoot, []string{`UPDATE log_leaves SET kind = 2 WHERE idx = 0`}},
	"a leaf that names another round": {roundStays, []string{
		`UPDATE log_leaves SET round_id = gen_random_uuid() WHERE round_id IS NOT NULL`,
	}},
	"a checkpoint with another root": {isRoot, []string{`UPDATE log_checkpoints SET root = sha256('x')`}},
	"and not as it is signed":        {isSigned, []string{`UPDATE log_checkpoints SET root = sha256('x')`}},
	"a checkpoint's note, changed": {isSigned, []string{
		`UPDATE log_checkpoints SET note = regexp_replace(note, E'\n[0-9]+\n', E'\n7\n')`,
	}},
	"a checkpoint of another size": {endsSigned, []string{
		`UPDATE log_checkpoints SET size = size + 1000 WHERE size = (SELECT max(size) FROM log_checkpoints)`,
	}},
	"the last checkpoint that is gone": {endsSigned, []string{
		`DELETE FROM log_checkpoints WHERE size = (SELECT max(size) FROM log_checkpoints)`,
	}},
	"another key":             {isSigned, []string{`UPDATE log_keys SET public_key = sha256('x')`}},
	"another name":            {isSigned, []string{`UPDATE log_keys SET origin = 'other'`}},
	"a node that was changed": {isNode, []string{`UPDATE log_nodes SET hash = sha256('x')`}},
	"a node that is gone":     {isNode, []string{`DELETE FROM log_nodes`}},
	"leaf and nodes and root, all anew": {isSigned, []string{
		`DELETE FROM log_leaves WHERE idx = (SELECT max(idx) FROM log_leaves)`,
		`UPDATE log_checkpoints SET size = size - 1 WHERE size = (SELECT max(size) FROM log_checkpoints)`,
	}},
}

// ended is a database with a log of 260 leaves and more, with a round of a single step, one of several, and a reveal, that nobody adds to.
func endedLog(t *testing.T) *floorBundle {
	t.Helper()
	b := setupFloor(t)
	k := b.keepLog(t, b.node)
	who := b.player(t, "100.00")
	b.logged(t, b.sit(t, who, "slots").spin(t, "spin").RoundID)
	ladder := b.sit(t, who, "ladder")
	ladder.do(t, "bet", betPayload)
	b.logged(t, ladder.finish(t).RoundID)
	_, err := b.floor.RotateSeeds(t.Context(), who.ID, "mine")
	must(t, err)
	for range 130 {
		_, err := b.players.Ensure(t.Context(), b.operator, PlayerSpec{ExternalID: uuid.NewString(), Currency: "USD"})
		must(t, err)
	}
	b.quietLog(t, k)
	return b
}

func TestCheckFindsDamageOfTheLog(t *testing.T) {
	t.Parallel()
	b := endedLog(t)
	for name, damage := range logDamages {
		t.Run(name, func(t *testing.T) {
			tx, err := b.admin.Begin(t.Context()) // the damage is looked at where it is done, and taken back
			must(t, err)
			defer func() { _ = tx.Rollback(context.Background()) }()
			for _, sql := range damage.sql {
				must(t, damageIn(t, tx, sql))
			}
			c := newLogCheck(LogCheck{})
			must(t, c.snapshot(t.Context(), tx))
			must(t, c.await(t.Context(), tx))
			report := c.report
			found := map[string]bool{}
			for _, f := range report.Findings {
				found[f.Rule] = true
				if f.What == "" || f.Detail == "" || strings.Contains(f.Detail, "%!") {
					t.Errorf("finding %+v", f)
				}
			}
			if !found[damage.rule] || report.OK() {
				t.Errorf("%q found nothing; all that was found: %v", damage.rule, report.Findings)
			}
		})
	}
}

// A log that was taken back to an earlier time as a whole, with all that it is about, is consistent. Only a checkpoint that somebody kept
// tells.
func TestCheckFindsARollback(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	k := b.keepLog(t, b.node)
	who := b.player(t, "100.00")
	chair := b.sit(t, who, "slots")
	b.logged(t, chair.spin(t, "first").RoundID)
	b.whole(t)
	early, err := k.Latest(t.Context())
	must(t, err)
	b.logged(t, chair.spin(t, "second").RoundID)
	b.quietLog(t, k)
	var late string
	must(t, b.admin.QueryRow(t.Context(), `SELECT note FROM log_checkpoints ORDER BY size DESC LIMIT 1`).Scan(&late))
	b.wholeWith(t, LogCheck{Known: []string{early.Note, late}, Key: k.VerifierKey()})

	b.damage(t, `DELETE FROM log_leaves WHERE idx >= $1`, early.N)
	b.damage(t, `DELETE FROM log_checkpoints WHERE size > $1`, early.N)
	b.damage(t, `DELETE FROM rounds WHERE nonce = 1`)
	b.wholeWith(t, LogCheck{Known: []string{early.Note}})
	const rule = "what was published is still so"
	b.finds(t, LogCheck{Known: []string{early.Note, late}}, rule)
	b.finds(t, LogCheck{Known: []string{"no checkpoint"}}, rule)

	// A log that was written anew by somebody who has the key has other roots.
	other := setupFloor(t)
	otherKeeper := other.keepLog(t, other.node)
	other.whole(t)
	b.finds(t, LogCheck{Key: otherKeeper.VerifierKey()}, "the log has one key for ever")
	must(t, pgx.BeginFunc(t.Context(), b.admin, func(tx pgx.Tx) error { // the same commitments, in another order
		for _, sql := range []string{`SET LOCAL session_replication_role = replica`,
			`DELETE FROM log_leaves`, `DELETE FROM log_checkpoints`, `DELETE FROM log_seeds_due`,
			`INSERT INTO log_seeds_due SELECT 1, player_id, seq FROM seed_pairs WHERE seq = 1`} {
			if _, err := tx.Exec(t.Context(), sql); err != nil {
				return err
			}
		}
		return nil
	}))
	forger := b.keepLog(t, b.node)
	eventually(t, "one commitment is logged", func() bool { return b.count(t, `SELECT count(*) FROM log_leaves WHERE kind = 1`) == 1 })
	_, err = b.admin.Exec(t.Context(), `INSERT INTO log_seeds_due SELECT 1, player_id, seq FROM seed_pairs WHERE seq = 0`)
	must(t, err)
	b.quietLog(t, forger)
	b.finds(t, LogCheck{Known: []string{early.Note}}, rule)
}

// finds fails the test unless the check finds something by a rule.
func (b *floorBundle) finds(t *testing.T, how LogCheck, rule string) {
	t.Helper()
	report, err := CheckLog(t.Context(), b.admin, how)
	must(t, err)
	if !slices.ContainsFunc(report.Findings, func(f LogFinding) bool { return f.Rule == rule }) {
		t.Errorf("%q found nothing; all that was found: %v", rule, report.Findings)
	}
}

// On a log that is not what was signed nothing is built, and that is said. Repaired, it goes on.
func TestNothingIsAddedToADamagedLog(t *testing.T) {
	t.Parallel()
	b := endedLog(t)
	tables := []string{"log_leaves", "log_checkpoints", "log_nodes"}
	for _, table := range tables {
		must(t, second(b.admin.Exec(t.Context(), `CREATE TABLE kept_`+table+` AS TABLE `+table)))
	}
	signed := b.count(t, `SELECT count(*) FROM log_checkpoints`)
	round := b.sit(t, b.player(t, "100.00"), "slots").spin(t, "spin").RoundID // which is to be logged
	for name, sql := range map[string]string{
		"a leaf that was changed": `UPDATE log_leaves SET value = sha256('x') WHERE idx = (SELECT max(idx) FROM log_leaves)`,
		"a leaf that is gone":     `DELETE FROM log_leaves WHERE idx = (SELECT max(idx) FROM log_leaves)`,
		"a leaf too many":         `INSERT INTO log_leaves SELECT max(idx) + 1, 1, sha256('x'), NULL FROM log_leaves`,
		"another root":            `UPDATE log_checkpoints SET root = sha256('x')`,
		"a node that is gone":     `DELETE FROM log_nodes`,
	} {
		t.Run(name, func(t *testing.T) {
			b.damage(t, sql)
			l := b.openLog(t, b.node)
			var err error
			eventually(t, "this server leads", func() bool { // the database may still be about to notice that the last leader is gone
				err = l.leadOnce(t.Context())
				return err != nil
			})
			if !errors.Is(err, errDamaged) {
				t.Errorf("error %v", err)
			}
			if n := b.count(t, `SELECT count(*) FROM log_checkpoints`); n != signed {
				t.Error("something was signed")
			}
			for _, table := range tables {
				must(t, second(b.admin.Exec(t.Context(), `BEGIN; SET LOCAL session_replication_role = replica; TRUNCATE `+table+
					`; INSERT INTO `+table+` SELECT * FROM kept_`+table+`; COMMIT`)))
			}
		})
	}
	k := b.keepLog(t, b.node)
	b.logged(t, round)
	b.quietLog(t, k)
}

// A round that cannot be logged is reported once, and holds up no other.
func TestRoundThatCannotBeLogged(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	bad, good := b.sit(t, b.player(t, "100.00"), "slots"), b.sit(t, b.player(t, "100.00"), "slots")
	round := bad.spin(t, "bad").RoundID
	b.damage(t, `DELETE FROM actions WHERE round_id = $1`, round)
	k := b.keepLog(t, b.node, func(l *Log) { l.pace = hasty })
	b.logged(t, good.spin(t, "good").RoundID)
	b.logged(t, good.spin(t, "again").RoundID)
	k.end()
	if n := strings.Count(k.said.String(), "a finished round cannot be logged"); n != 1 || !strings.Contains(k.said.String(), round.String()) {
		t.Errorf("reported %d times: %s", n, k.said)
	}
	b.finds(t, LogCheck{}, "everything is logged")
}
