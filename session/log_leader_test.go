package session

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// leaders are the sessions that hold the log's lock.
func (b *floorBundle) leaders(t testing.TB) (pids []int32) {
	t.Helper()
	rows, err := b.admin.Query(t.Context(), `SELECT l.pid FROM pg_locks l JOIN pg_database d ON d.oid = l.database
		WHERE l.locktype = 'advisory' AND l.granted AND d.datname = current_database() AND l.objid = hashtext('croupier.log')::oid`)
	must(t, err)
	pids, err = pgx.CollectRows(rows, pgx.RowTo[int32])
	must(t, err)
	return pids
}

// Two servers have one leader, which logs the rounds of both; when it is killed in the middle of play, another goes on where it was.
func TestOneServerLeadsTheLog(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	nodes := []*node{b.node, b.open(t, SettlerConfig{})}
	keepers := []*keeper{b.keepLog(t, nodes[0]), b.keepLog(t, nodes[1])}
	chairs := []chair{nodes[0].sit(t, b.player(t, "100.00"), "slots"), nodes[1].sit(t, b.player(t, "100.00"), "slots")}
	var rounds []uuid.UUID
	for kill := range 3 {
		for _, c := range chairs {
			rounds = append(rounds, c.spin(t, uuid.NewString()).RoundID)
		}
		for _, round := range rounds[len(rounds)-2:] {
			b.logged(t, round)
		}
		leaders := b.leaders(t)
		if len(leaders) != 1 {
			t.Fatalf("%d sessions lead", len(leaders))
		}
		rounds = append(rounds, chairs[kill%2].spin(t, uuid.NewString()).RoundID) // while the leader is killed
		b.count(t, `SELECT pg_terminate_backend($1)::int`, leaders[0])
		eventually(t, "another leads", func() bool {
			now := b.leaders(t)
			return len(now) == 1 && now[0] != leaders[0]
		})
	}
	for _, round := range rounds {
		b.logged(t, round)
	}
	keepers[0].end()
	rounds = append(rounds, chairs[1].spin(t, uuid.NewString()).RoundID)
	b.logged(t, rounds[len(rounds)-1])
	b.quietLog(t, keepers...)
}

// A round that was begun before others and commits after them, because somebody holds its player's seat, is logged as they are.
func TestRoundThatCommitsLateIsLogged(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.keepLog(t, b.node)
	slow, quick := b.player(t, "100.00"), b.player(t, "100.00")
	other := b.open(t, SettlerConfig{}) // whose settler waits, while the first goes on
	k := b.keepLog(t, other)
	chair := other.sit(t, slow, "slots")
	chair.spin(t, "loaded")

	holding, err := b.admin.Begin(t.Context())
	must(t, err)
	defer holding.Rollback(context.WithoutCancel(t.Context()))
	_, err = holding.Exec(t.Context(), `SELECT FROM seats WHERE player_id = $1 FOR UPDATE`, slow.ID)
	must(t, err)
	late := make(chan uuid.UUID, 1)
	go func() { late <- chair.spin(t, "late").RoundID }()
	eventually(t, "the late round waits for its seat", func() bool {
		return b.count(t, `SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`) > 0
	})
	at := b.logged(t, b.sit(t, quick, "slots").spin(t, "quick").RoundID)
	must(t, holding.Rollback(t.Context()))
	round := <-late
	if index := b.logged(t, round); index < at {
		t.Errorf("the late round is leaf %d, before the one of %d", index, at)
	}
	if strings.Contains(k.said.String(), "the sweep of the commitment log found rounds") {
		t.Log("by the sweep")
	}
	b.whole(t)
}

// What a server finished and could not hint at before it was killed is found: rounds that were just opened, one that was open and is over
// now, and all that was there before the log.
func TestSweepFindsWhatNobodyHintedAt(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	ladder := b.sit(t, who, "ladder")
	lost := func() { b.settler.finished.take(maxFinished) }
	before := b.sit(t, who, "slots").spin(t, "before").RoundID
	lost()
	openBefore := ladder.do(t, "bet", betPayload).RoundID

	pace := hasty
	pace.first = 0 // so that what is older is left to the sweep of all
	k := b.keepLog(t, b.node, func(l *Log) {
		l.pace, l.finished = pace, &finishedRounds{} // nobody's hints
	})
	b.logged(t, before)
	ladder.finish(t)
	b.logged(t, openBefore)
	recent := b.sit(t, who, "slots").spin(t, "recent").RoundID
	b.logged(t, recent)
	other := b.sit(t, b.player(t, "100.00"), "ladder")
	openSince := other.do(t, "bet", betPayload).RoundID
	b.logged(t, b.sit(t, who, "slots").spin(t, "meanwhile").RoundID) // the sweep has passed the open one
	other.finish(t)
	b.logged(t, openSince)
	if n := b.count(t, `SELECT count(*) FROM log_rounds_due`); n != 0 || !strings.Contains(k.said.String(), "the sweep of the commitment log found rounds") {
		t.Errorf("%d hints, said %s", n, k.said)
	}
	b.quietLog(t, k)
}

// A sweep that trusts no clock finds rounds whose ids are years away from the database's time.
func TestSweepFindsRoundsOfWrongClocks(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	b.keepLog(t, b.node)
	b.logged(t, b.sit(t, who, "slots").spin(t, "spin").RoundID)
	for _, away := range []time.Duration{-20 * 365 * 24 * time.Hour, 20 * 365 * 24 * time.Hour} {
		id := idFloor(time.Now().Add(away))
		id[15] = 1
		b.damage(t, `INSERT INTO rounds SELECT $1::uuid, operator_id, player_id, seed_seq, nonce + 10 + extract(epoch FROM $2::interval)::bigint / 1e8::bigint, game_id, build_id,
			status, steps, bet, stake, payout, sealed_state, forced, opened_at, closed_at FROM rounds WHERE nonce = 0`, id, away)
		b.damage(t, `INSERT INTO actions SELECT player_id, session_id, $2, type, request, answer, $1, step, stake, payout, balance, at FROM actions WHERE round_id IS NOT NULL LIMIT 1`, id, id.String())
	}
	if n := b.count(t, `SELECT count(*) FROM rounds r WHERE NOT EXISTS (SELECT FROM log_leaves l WHERE l.round_id = r.id)`); n != 2 {
		t.Fatalf("%d rounds are not logged", n)
	}
	for _, pid := range b.leaders(t) { // the next leader begins anew
		b.count(t, `SELECT pg_terminate_backend($1)::int`, pid)
	}
	eventually(t, "all is logged", func() bool {
		return b.count(t, `SELECT count(*) FROM rounds r WHERE NOT EXISTS (SELECT FROM log_leaves l WHERE l.round_id = r.id)`) == 0
	})
}

// A server that is stopped logs what it has finished before it goes.
func TestStoppedServerLeavesNothing(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	k := b.keepLog(t, b.node, func(l *Log) { l.goodbye = patience })
	chair := b.sit(t, b.player(t, "100.00"), "slots")
	b.logged(t, chair.spin(t, "first").RoundID)
	last := chair.spin(t, "last").RoundID
	k.end()
	if n := b.count(t, `SELECT count(*) FROM log_leaves WHERE round_id = $1`, last); n != 1 {
		t.Error("the last round is left to others")
	}
	eventually(t, "nobody leads", func() bool { return len(b.leaders(t)) == 0 }) // once Postgres has seen that it hung up
	b.wholeWith(t, LogCheck{})
}
