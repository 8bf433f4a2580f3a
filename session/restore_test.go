package session

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/migrations"
	"croupier/sandbox/pgtest"
	"croupier/sandbox/postgres"
)

// backupSettings are what a cluster needs for continuous archiving, small.
var backupSettings = map[string]string{"wal_level": "replica", "max_wal_senders": "4", "archive_mode": "on", "shared_buffers": "64MB"}

// documentedArchiveCommand is the archive_command that docs/operations.md gives, with another archive.
func documentedArchiveCommand(t testing.TB, archive string) string {
	t.Helper()
	doc, err := os.ReadFile("../docs/operations.md")
	must(t, err)
	_, command, found := strings.Cut(string(doc), "\narchive_command = '")
	command, _, ended := strings.Cut(command, "'\n")
	if !found || !ended || !strings.Contains(command, "/archive/") {
		t.Fatal("docs/operations.md has no archive_command")
	}
	return strings.ReplaceAll(command, "/archive", archive)
}

// archiving starts a cluster that archives its WAL as the documentation says, and returns it with the archive's directory.
func archiving(t testing.TB) (*postgres.Cluster, string) {
	t.Helper()
	archive, err := os.MkdirTemp("/tmp", "croupier-archive-") // Postgres, who is another user when we are root, must reach it
	must(t, err)
	t.Cleanup(func() { must(t, os.RemoveAll(archive)) })
	must(t, os.Chmod(archive, 0o777))
	own := maps.Clone(backupSettings)
	own["archive_command"] = documentedArchiveCommand(t, archive)
	return pgtest.Cluster(t, own), archive
}

// restored starts the backup in dir and lets it replay archived WAL up to a time.
func restored(t testing.TB, dir, archive string, until time.Time) *postgres.Cluster {
	t.Helper()
	must(t, os.WriteFile(filepath.Join(dir, "data", "recovery.signal"), nil, 0o644))
	own := maps.Clone(backupSettings)
	maps.Copy(own, map[string]string{"archive_mode": "off", "restore_command": "cp " + archive + "/%f %p",
		"hot_standby":          "off", // it takes connections when all is replayed, not before
		"recovery_target_time": until.UTC().Format("2006-01-02 15:04:05.999999+00"), "recovery_target_action": "promote"})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	c, err := postgres.Start(ctx, postgres.Options{Dir: dir, Settings: own})
	must(t, err)
	t.Cleanup(func() { must(t, c.Stop()) })
	return c
}

// regular is a player who spins all the time, and remembers what was told.
type regular struct {
	somebody
	chair chair

	mu   sync.Mutex
	told []told // the request id of each is its place
}

// spins plays until the context ends.
func (r *regular) spins(t testing.TB, ctx context.Context) {
	for ctx.Err() == nil {
		answer, err := r.chair.Act(context.WithoutCancel(ctx), request(strconv.Itoa(len(r.told)), spinPayload))
		if err != nil {
			t.Errorf("spin: %v", err)
			return
		}
		r.mu.Lock()
		r.told = append(r.told, parseTold(t, answer))
		r.mu.Unlock()
	}
}

func (r *regular) rounds() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.told)
}

func TestRestoreToAPointInTime(t *testing.T) {
	t.Parallel()
	cluster, archive := archiving(t)
	must(t, cluster.CreateDatabase(t.Context(), "croupier"))
	must(t, migrations.Up(t.Context(), cluster.URL("croupier")))
	b := setupFloorAt(t, cluster.URL("croupier"))
	log := b.keepLog(t, b.node)
	crowd := make([]*regular, 4)
	playing, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	for i := range crowd {
		who := b.player(t, "100000.00")
		r := &regular{somebody: who, chair: b.sit(t, who, "slots")}
		crowd[i] = r
		b.sit(t, who, "ladder").do(t, "bet", betPayload) // a round that is open in the backup
		all.Go(func() { r.spins(t, playing) })
	}
	more := func(what string) {
		t.Helper()
		before := crowd[0].rounds()
		eventually(t, what, func() bool { return crowd[0].rounds() > before+20 })
	}

	more("they play before the backup")
	dir := filepath.Join(cluster.Dir(), "restored")
	err := cluster.Backup(t.Context(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip("this Postgres came without pg_basebackup")
	}
	must(t, err)
	more("they play after the backup")

	// All that is told by now must be there again, and nothing of what is asked for after it.
	known := make([]int, len(crowd))
	for i, r := range crowd {
		known[i] = r.rounds()
	}
	var until time.Time
	must(t, b.admin.QueryRow(t.Context(), `SELECT clock_timestamp()`).Scan(&until))
	asked := make([]int, len(crowd))
	for i, r := range crowd {
		asked[i] = r.rounds() + 1 // one may be under way
	}
	more("they play after the point in time")
	stop()
	all.Wait()
	log.end()
	b.archived(t, archive)
	must(t, cluster.Kill())

	again := setupFloorAt(t, restored(t, dir, archive, until).URL("croupier"))
	proof := again.clean(t)
	if proof.OpenRounds != int64(len(crowd)) {
		t.Errorf("%d rounds are open, there were %d", proof.OpenRounds, len(crowd))
	}
	for i, r := range crowd {
		for id, answer := range r.told[:known[i]] {
			again.stored(t, r.somebody, strconv.Itoa(id), answer.text)
		}
		if n := again.count(t, `SELECT count(*) FROM actions WHERE player_id = $1 AND type = 'action' AND request_id <> 'bet'`, r.ID); n > asked[i] {
			t.Errorf("%d spins are there, %d at most were asked for before the point in time", n, asked[i])
		}
	}
	again.replays(t, crowd[0])
	again.retireSeeds(t, crowd)
	again.clean(t)
	again.quietLog(t, again.keepLog(t, again.node))
	AuditDatabase(t, again.url, floorCatalogue(t))
}

// AuditDatabase audits a database and fails the test unless nothing is found. session/audit imports this package, so the function comes from
// this package's external tests.
var AuditDatabase func(t testing.TB, url string, catalogue *games.Catalogue)

// archived waits until all WAL up to now is in the archive.
func (b *floorBundle) archived(t testing.TB, archive string) {
	t.Helper()
	var last string
	must(t, b.admin.QueryRow(t.Context(), `SELECT pg_walfile_name(pg_switch_wal())`).Scan(&last))
	eventually(t, "the last WAL is archived", func() bool {
		_, err := os.Stat(filepath.Join(archive, last))
		return err == nil
	})
}

// replays shows why seeds must be retired before anybody plays on a database that was restored to an earlier time: the next round has the
// outcome of one that the player has seen.
func (b *floorBundle) replays(t testing.TB, r *regular) {
	t.Helper()
	next := b.seat(t, r.ID).Nonce
	at := slices.IndexFunc(r.told, func(seen told) bool { return seen.Fair.Nonce == next })
	if at < 0 {
		t.Fatalf("no round with nonce %d was played before the restore", next)
	}
	forgotten := r.told[at]
	repeated := b.sit(t, r.somebody, "slots").spin(t, "after the restore")
	if repeated.Fair != forgotten.Fair || string(repeated.Outcome) != string(forgotten.Outcome) || repeated.RoundID == forgotten.RoundID {
		t.Errorf("after the restore %s; was seen before it: %s", repeated.text, forgotten.text)
	}
}

// retireSeeds does as docs/operations.md says: open rounds are ended by their rules, then the seeds of every player are rotated twice. No
// seed that a player may have seen outcomes of is left in play.
func (b *floorBundle) retireSeeds(t testing.TB, crowd []*regular) {
	t.Helper()
	if n := b.later(t, 25*time.Hour).expire(t); n != len(crowd) {
		t.Errorf("%d open rounds were ended, want %d", n, len(crowd))
	}
	for _, r := range crowd {
		seen := map[string]bool{}
		state, err := b.floor.SeedsOf(t.Context(), r.ID)
		must(t, err)
		seen[state.ServerSeedHash], seen[state.NextServerSeedHash] = true, true
		for range 2 {
			_, err := b.floor.RotateSeeds(t.Context(), r.ID, "")
			must(t, err)
		}
		if told := b.sit(t, r.somebody, "slots").spin(t, uuid.NewString()); seen[told.Fair.Hash] {
			t.Errorf("seed %s is still in play", told.Fair.Hash)
		}
	}
}
