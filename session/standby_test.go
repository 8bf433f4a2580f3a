package session

import (
	"context"
	"errors"
	"testing"
	"time"

	"croupier/migrations"
	"croupier/sandbox/pgtest"
)

// A commit that waits for a standby is made on the primary already, and whoever gives up the wait can see it there. The player is not
// told of it as long as the standby does not have it: a failover would take it back.
func TestResultIsNotToldBeforeTheStandbyHasIt(t *testing.T) {
	t.Parallel()
	cluster := pgtest.Cluster(t, map[string]string{"wal_level": "replica", "max_wal_senders": "2"})
	must(t, cluster.CreateDatabase(t.Context(), "croupier"))
	must(t, migrations.Up(t.Context(), cluster.URL("croupier")))
	b := setupFloorAt(t, cluster.URL("croupier"))
	n := b.open(t, SettlerConfig{Timeout: 200 * time.Millisecond})
	player := b.player(t, "10.00")
	slots := n.sit(t, player, "slots")
	slots.spin(t, "before")
	_, err := n.floor.RotateSeeds(t.Context(), player.ID, "")
	must(t, err)
	standby := func(setting string) {
		t.Helper()
		for _, sql := range []string{"ALTER SYSTEM " + setting, "SELECT pg_reload_conf()"} {
			_, err := b.admin.Exec(t.Context(), sql)
			must(t, err)
		}
	}
	standby("SET synchronous_standby_names = 'away'")
	b.commitsWait(t)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	answer, err := slots.Act(ctx, request("spin", spinPayload))
	if err == nil {
		t.Fatalf("told %s, which a failover takes back", answer)
	}
	if e := wantCode(t, err, Internal); e.Details["unknown"] != true {
		t.Errorf("details %v", e.Details)
	}
	ctx, cancel = context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	if _, _, err := n.floor.SeedHistory(ctx, player.ID, nil, 1); !errors.Is(err, errUnconfirmed) {
		t.Errorf("a revealed seed is told before the standby knows that it is out: %v", err)
	}
	standby("RESET synchronous_standby_names")
	slots.spin(t, "spin")
	slots.spin(t, "after")
	b.clean(t)
}

// commitsWait returns when Postgres makes commits wait for a standby: after the checkpointer has read the setting.
func (b *floorBundle) commitsWait(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		for ctx.Err() == nil {
			_, _ = b.admin.Exec(ctx, `SELECT pg_logical_emit_message(true, 'test', '')`) // ends only because it waited, or too early to wait
		}
	}()
	defer func() {
		cancel()
		<-ended
	}()
	eventually(t, "commits wait for a standby", func() bool {
		return b.count(t, `SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'`) > 0
	})
}
