package session

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/wallet/money"
)

// announcing has a test's way with every announcement of an ended round: what it returns is the announcement's context.
type announcing func(context.Context) context.Context

func (a announcing) TraceQueryStart(ctx context.Context, _ *pgx.Conn, query pgx.TraceQueryStartData) context.Context {
	if len(query.Args) > 0 && query.Args[0] == expiredChannel {
		return a(ctx)
	}
	return ctx
}

func (announcing) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// onAnnouncing has the test's way with the node's announcements. Its settler goes on as before.
func (n *node) onAnnouncing(t testing.TB, way announcing) {
	t.Helper()
	config := n.db.Config()
	config.ConnConfig.Tracer = way
	db, err := pgxpool.NewWithConfig(t.Context(), config)
	must(t, err)
	t.Cleanup(db.Close)
	n.floor.db = db
}

// Rounds that are ended count as such, and the next ones are ended, when the nodes cannot be told. That is logged once.
func TestRoundsEndWithoutAnnouncement(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	crowd := make([]chair, 3)
	for i := range crowd {
		crowd[i] = b.sit(t, b.player(t, "10.00"), "ladder")
		crowd[i].do(t, "bet", betPayload)
	}
	n := b.later(t, 25*time.Hour)
	log := &bytes.Buffer{}
	n.floor.log = slog.New(slog.NewJSONHandler(log, nil))
	failed := 0
	n.onAnnouncing(t, func(ctx context.Context) context.Context {
		failed++
		ctx, cancel := context.WithCancel(ctx)
		cancel()
		return ctx
	})
	if ended, err := n.floor.ExpireRounds(t.Context(), Expiry{}); ended != len(crowd) || err != nil || failed != len(crowd) {
		t.Errorf("%d rounds were ended, %d announcements failed, %v", ended, failed, err)
	}
	if lines := strings.Count(log.String(), "not announced"); lines != 1 {
		t.Errorf("logged %d times:\n%s", lines, log)
	}
	for _, c := range crowd {
		if told := c.untold(t); len(told) != 1 || told[0].Payout != money.Number("1.00") {
			t.Errorf("told %+v", told)
		}
	}
	b.clean(t)
}

// A run that is stopped between a round's end and its announcement still tells the nodes, and counts the round.
func TestAStoppedRunAnnouncesWhatItEnded(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.listen(t)
	c := b.sit(t, b.player(t, "10.00"), "ladder")
	c.do(t, "bet", betPayload)
	n := b.later(t, 25*time.Hour)
	run, stop := context.WithCancel(t.Context())
	n.onAnnouncing(t, func(ctx context.Context) context.Context {
		stop()
		return ctx
	})
	if ended, err := n.floor.ExpireRounds(run, Expiry{}); ended != 1 || err != nil || run.Err() == nil {
		t.Errorf("%d rounds were ended, %v", ended, err)
	}
	for e := c.event(t); !e.Expired; e = c.event(t) { // after that of the deposit
	}
	b.clean(t)
}

// The query that operators are given finds the rules of open rounds, and only of these.
func TestDocumentedQueryFindsOpenRounds(t *testing.T) {
	t.Parallel()
	doc, err := os.ReadFile("../docs/operations.md")
	must(t, err)
	_, sql, _ := strings.Cut(string(doc), "```sql\n")
	sql, _, found := strings.Cut(sql, "```")
	if !found {
		t.Fatal("docs/operations.md has no query")
	}
	b := setupFloor(t)
	for range 2 {
		b.sit(t, b.player(t, "10.00"), "ladder").do(t, "bet", betPayload)
	}
	b.sit(t, b.player(t, "10.00"), "slots").spin(t, "over")
	type openRounds struct {
		GameID, Variant, RulesHash string
		OpenRounds                 int
		Oldest                     time.Time
	}
	rows, err := b.admin.Query(t.Context(), sql)
	must(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[openRounds])
	must(t, err)
	game, _ := b.floor.Catalogue().Lookup("ladder")
	variant, _ := game.Variant(game.Default)
	if len(list) != 1 || list[0].GameID != "ladder" || list[0].Variant != variant.ID || list[0].RulesHash != variant.RulesHash ||
		list[0].OpenRounds != 2 || time.Since(list[0].Oldest).Abs() > time.Hour {
		t.Errorf("found %+v", list)
	}
}

// Whoever tells a client of ended rounds holds others up, so a pool that has no connection to give is not waited for any longer than
// a request would. Time is the bubble's.
func TestTellingHasADeadline(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		config, err := pgxpool.ParseConfig("postgres://nobody@127.0.0.1/nowhere?connect_timeout=0")
		must(t, err)
		away := make(chan struct{})
		config.ConnConfig.LookupFunc = func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil }
		config.ConnConfig.DialFunc = func(context.Context, string, string) (net.Conn, error) {
			<-away
			return nil, errors.New("nobody answers")
		}
		db, err := pgxpool.NewWithConfig(t.Context(), config)
		must(t, err)
		defer db.Close()
		defer close(away)
		v := &Visit{seat: newSeat(&Floor{db: db, now: time.Now}, uuid.New())}
		for name, tell := range map[string]func(context.Context) error{
			"Untold": func(ctx context.Context) error { return second(v.Untold(ctx)) },
			"Told":   func(ctx context.Context) error { return v.Told(ctx, uuid.New()) },
		} {
			ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
			began := time.Now()
			if err := tell(ctx); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != requestTimeout {
				t.Errorf("%s: %v after %s", name, err, time.Since(began))
			}
			cancel()
		}
	})
}

func TestExpiriesAreToldToVisitsOnAllNodes(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.listen(t)
	who := b.player(t, "1000.00")
	b.heard(t) // of the deposit, which nobody below waits for
	elsewhere := b.later(t, 25*time.Hour)
	c, spins := b.sit(t, who, "steps"), b.sit(t, who, "slots")
	c.do(t, "bet", betPayload)
	spins.spin(t, "1")
	elsewhere.expire(t)
	if e := c.event(t); !e.Expired {
		t.Errorf("event %+v", e)
	}
	b.heard(t)
	spins.quiet(t)
	if list := spins.untold(t); len(list) != 0 {
		t.Errorf("slots is told %+v", list)
	}
	list := c.untold(t)
	if len(list) != 1 || list[0].GameID != "steps" {
		t.Fatalf("told %+v", list)
	}
	if at := c.do(t, "next", betPayload); at.Balance.Before != list[0].Balance.After {
		t.Errorf("the next round begins with %s after %s", at.Balance.Before, list[0].Balance.After)
	}
	// A node that missed the news makes up for it when it listens again.
	deaf := b.open(t, SettlerConfig{})
	missed := deaf.sit(t, who, "ladder")
	deaf.listen(t)
	for e := missed.event(t); !e.Expired; e = missed.event(t) {
	}
	for range 2 {
		must(t, missed.Told(t.Context(), list[0].RoundID))
	}
	if again := b.sit(t, who, "ladder").untold(t); len(again) != 0 {
		t.Errorf("told again: %+v", again)
	}
	b.clean(t)
}
