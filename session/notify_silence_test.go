package session

import (
	"context"
	"log/slog"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
)

// line is a connection to the database that can go dead without being closed, as when the machine at its other end loses its power.
type line struct {
	net.Conn
	dead *atomic.Bool
}

// Read returns nothing once the line is dead: what comes is lost, and deadlines hold.
func (l line) Read(p []byte) (int, error) {
	for {
		n, err := l.Conn.Read(p)
		if err != nil || !l.dead.Load() {
			return n, err
		}
	}
}

// openOnLines opens one more node, whose connections that exist at a time can be made dead by setting the flag that cut returns.
func (b *floorBundle) openOnLines(t testing.TB) (n *node, cut func()) {
	t.Helper()
	var current atomic.Pointer[atomic.Bool]
	current.Store(new(atomic.Bool))
	config, err := pgxpool.ParseConfig(b.url)
	must(t, err)
	dial := config.ConnConfig.DialFunc
	config.ConnConfig.DialFunc = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return line{conn, current.Load()}, err
	}
	config.MaxConns = 8
	n = &node{}
	n.db, err = pgxpool.NewWithConfig(t.Context(), config)
	must(t, err)
	t.Cleanup(n.db.Close)
	n.settler = NewSettler(n.db, slog.New(slog.DiscardHandler), SettlerConfig{})
	t.Cleanup(n.settler.Stop)
	n.floor, err = NewFloor(t.Context(), n.db, b.vault, floorCatalogue(t), n.settler, time.Now, slog.New(slog.DiscardHandler))
	must(t, err)
	return n, func() {
		gone := current.Swap(new(atomic.Bool))
		gone.Store(true)
		n.db.Reset() // requests have deadlines of their own, and what they do about dead connections is not looked at here
	}
}

func TestNewsComesAgainAfterTheDatabaseFellSilent(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	n, cut := b.openOnLines(t)
	n.floor.quiet = 50 * time.Millisecond
	who := b.player(t, "1.00")
	n.listen(t)
	seat := n.sit(t, who, "slots")
	b.deposit(t, who, "2.00")
	if e := seat.event(t); e.Balance == nil {
		t.Fatalf("event %+v, want a balance", e)
	}
	cut()
	eventually(t, "a deposit is told again", func() bool {
		b.deposit(t, who, "1.00")
		select {
		case e := <-seat.events:
			return e.Balance != nil
		default:
			return false
		}
	})
}

func TestQuietIsNotSilence(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	n, _ := b.openOnLines(t)
	n.floor.quiet = time.Millisecond
	conn, err := n.floor.listener(t.Context())
	must(t, err)
	defer hangUp(t.Context(), conn)
	heard := make(chan error, 1)
	go func() {
		_, err := n.floor.nextNews(t.Context(), conn)
		heard <- err
	}()
	// Asked many times whether it is there, it still is, and the connection still listens.
	asked := time.Now()
	eventually(t, "many quiet times pass", func() bool { return time.Since(asked) > 50*n.floor.quiet })
	_, err = b.admin.Exec(t.Context(), `SELECT pg_notify($1, 'news')`, helloChannel)
	must(t, err)
	select {
	case err := <-heard:
		must(t, err)
	case <-time.After(patience):
		t.Fatal("no news came")
	}
}
