package migrations_test

import (
	"testing"
	"time"
)

// What a connection calls its own temporary objects must not change what the guards look at, nor what runs as the owner.
func TestTemporaryObjectsDoNotBlindTheGuards(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for _, sql := range []string{
		`CREATE FUNCTION pg_temp.evil() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'ran as %', current_user USING ERRCODE = '99999'; END $$`,
		`CREATE TEMP VIEW pg_trigger AS SELECT NULL::oid AS tgrelid, NULL::name AS tgname WHERE pg_temp.evil()`,
		`CREATE TEMP VIEW pg_class AS SELECT NULL::oid AS oid, NULL::oid AS relnamespace WHERE pg_temp.evil()`,
	} {
		exec(t, h.app, sql)
	}
	exec(t, h.app, `SELECT ensure_partitions(9)`)
	exec(t, h.app, `DROP VIEW pg_temp.pg_trigger, pg_temp.pg_class`)

	// Empty doubles of what a reveal must look at.
	exec(t, h.app, `CREATE TEMP TABLE seats (player_id uuid, seed_seq int, next_nonce bigint)`)
	exec(t, h.app, `CREATE TEMP TABLE rounds (player_id uuid, seed_seq int, status text)`)
	refused(t, byGuard, h.app, revealSQL, h.player, 0, seed(0))
	exec(t, h.app, `DROP TABLE pg_temp.seats, pg_temp.rounds`)

	// A double that says that the revealed pair is active.
	h.finish(t)
	h.rotate(t, 1)
	exec(t, h.app, `CREATE TEMP TABLE seed_pairs AS SELECT player_id, seq, NULL::timestamptz AS revealed_at, now() AS activated_at FROM public.seed_pairs`)
	exec(t, h.app, `CREATE TEMP TABLE seats AS SELECT player_id, 0 AS seed_seq, 9 AS next_nonce FROM public.seats`)
	refused(t, byGuard, h.app, roundSQL, id(), h.operator, h.player, 0, 7, "in_progress", []byte{1}, nil)
}

// A round is played under the pair that its seat is at, and no other.
func TestRoundsFollowTheSeat(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.activate(t, 1)
	refused(t, byGuard, h.app, roundSQL, id(), h.operator, h.player, 1, 0, "completed", nil, time.Now())
}

// Whoever writes a round without moving its seat holds up a rotation until the round is there to be seen.
func TestRotationWaitsForARoundThatIsBeingWritten(t *testing.T) {
	t.Parallel()
	h := setup(t)
	h.finish(t)
	h.activate(t, 1)
	tx, err := h.app.Begin(t.Context())
	must(t, err)
	defer func() { _ = tx.Rollback(t.Context()) }()
	_, err = tx.Exec(t.Context(), roundSQL, id(), h.operator, h.player, 0, 2, "in_progress", []byte{1}, nil)
	must(t, err)
	exec(t, h.owner, `SET lock_timeout = '50ms'`)
	refused(t, "55P03", h.owner, `UPDATE seats SET version = version + 1, seed_seq = 1, next_nonce = 0 WHERE player_id = $1`, h.player)
	must(t, tx.Commit(t.Context()))
	exec(t, h.owner, `UPDATE seats SET version = version + 1, seed_seq = 1, next_nonce = 0 WHERE player_id = $1`, h.player)
	refused(t, byGuard, h.owner, revealSQL, h.player, 0, seed(0))
}

// A change of status makes every cached seat stale, whoever makes it.
func TestExclusionMovesTheSeat(t *testing.T) {
	t.Parallel()
	h := setup(t)
	var before, after int64
	const version = `SELECT version FROM seats WHERE player_id = $1`
	must(t, h.app.QueryRow(t.Context(), version, h.player).Scan(&before))
	exec(t, h.app, `UPDATE players SET status = 'excluded' WHERE id = $1`, h.player)
	exec(t, h.app, `UPDATE players SET status = 'excluded', locale = 'en' WHERE id = $1`, h.player)
	must(t, h.app.QueryRow(t.Context(), version, h.player).Scan(&after))
	if after != before+1 {
		t.Errorf("the seat went from version %d to %d", before, after)
	}
}
