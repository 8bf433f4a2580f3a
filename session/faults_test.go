package session

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/games"
	"croupier/sandbox/pgtest"
	"croupier/wallet"
)

// thief stands between a pool and Postgres. When it is armed with a command it waits until the server says that it has carried out one
// and has committed, and cuts the connection instead of passing that on.
type thief struct {
	armed  atomic.Pointer[string] // the beginning of a command's tag, as "COMMIT"
	stolen atomic.Int64
}

func (s *thief) arm(command string) { s.armed.Store(&command) }

// dial replaces a pool's own way to the server.
func (s *thief) dial(ctx context.Context, network, address string) (net.Conn, error) {
	server, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	near, far := net.Pipe()
	go func() {
		_, _ = io.Copy(server, far)
		server.Close()
	}()
	go func() {
		s.pass(server, far)
		far.Close()
		server.Close()
	}()
	return near, nil
}

// pass hands on the server's messages. A CommandComplete of what it is armed with is kept back until ReadyForQuery comes, which the
// server says only when the commit is made, and then both are gone.
func (s *thief) pass(server io.Reader, client io.Writer) {
	var held []byte
	matched := false
	for {
		message := make([]byte, 5, 512)
		if _, err := io.ReadFull(server, message); err != nil {
			return
		}
		body := make([]byte, binary.BigEndian.Uint32(message[1:])-4)
		if _, err := io.ReadFull(server, body); err != nil {
			return
		}
		held = append(append(held, message...), body...)
		switch message[0] {
		case 'C':
			armed := s.armed.Load()
			matched = matched || armed != nil && bytes.HasPrefix(body, []byte(*armed))
			continue
		case 'Z': // ReadyForQuery: what came before is committed
			if matched && s.armed.Swap(nil) != nil {
				s.stolen.Add(1)
				return
			}
			matched = false
		}
		if !matched {
			if _, err := client.Write(held); err != nil {
				return
			}
			held = held[:0]
		}
	}
}

// pool opens a pool on the database as the server's, whose connections go through the thief and have the settings.
func (b *floorBundle) pool(t testing.TB, s *thief, settings map[string]string) *pgxpool.Pool {
	t.Helper()
	config := pgtest.App(t, b.url).Config()
	for name, value := range settings {
		config.ConnConfig.RuntimeParams[name] = value
	}
	if s != nil {
		config.ConnConfig.DialFunc = s.dial
	}
	db, err := pgxpool.NewWithConfig(t.Context(), config)
	must(t, err)
	t.Cleanup(db.Close)
	return db
}

// openOn opens a node whose settler has connections of its own, as a server's has.
func (b *floorBundle) openOn(t testing.TB, db, writing *pgxpool.Pool, config SettlerConfig) *node {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	n := &node{db: db, settler: NewSettler(writing, quiet, config)}
	t.Cleanup(n.settler.Stop)
	var err error
	n.floor, err = NewFloor(t.Context(), db, b.vault, floorCatalogue(t), n.settler, time.Now, quiet)
	must(t, err)
	return n
}

// TestReplyToTheCommitIsLost is the key fault, for everything that commits: it took effect, and nobody heard. The player gets the
// result all the same, from the record, and the operator's second try is answered as a duplicate.
func TestReplyToTheCommitIsLost(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	reading, writing := &thief{}, &thief{}
	n := b.openOn(t, b.pool(t, reading, nil), b.pool(t, writing, nil), SettlerConfig{})
	who := b.player(t, "100.00")
	slots, ladder := n.sit(t, who, "slots"), n.sit(t, who, "ladder")
	stolen := int64(0)
	lost := func(from *thief, command, id string, send func() (told, error)) told {
		t.Helper()
		before := from.stolen.Load()
		from.arm(command)
		answer, err := send()
		must(t, err)
		if from.stolen.Load() != before+1 {
			t.Errorf("%s: the reply was not lost", id)
		}
		b.stored(t, who, id, answer.text)
		stolen++
		return answer
	}
	const settled = "SELECT" // the tag of the settler's statement
	lost(writing, settled, "spin", func() (told, error) { return slots.spin(t, "spin"), nil })
	lost(writing, settled, "bet", func() (told, error) { return ladder.do(t, "bet", betPayload), nil })
	climbed := lost(writing, settled, "climb", func() (told, error) { return ladder.do(t, "climb", climbPayload), nil })
	if climbed.Status == games.InProgress {
		lost(writing, settled, "cash out", func() (told, error) { return ladder.cashOut(t, "cash out"), nil })
	}
	lost(reading, "COMMIT", "rotate", func() (told, error) {
		_, text := slots.rotated(t, "rotate", "")
		return told{text: text}, nil
	})

	// A deposit is the operator's to send again.
	ledger := &wallet.Ledger{DB: n.db, Now: time.Now}
	o := wallet.Order{Operator: b.operator.ID, Player: who.ID, Amount: amount(t, "5.00"), TransactionID: uuid.NewString()}
	reading.arm("COMMIT")
	if _, err := ledger.Deposit(t.Context(), o); err == nil || reading.stolen.Load() != 2 {
		t.Errorf("the reply to the deposit was not lost: %v", err)
	}
	if r, err := ledger.Deposit(t.Context(), o); err != nil || !r.Duplicate {
		t.Errorf("the deposit's second try: %+v, %v", r, err)
	}
	if actions := b.count(t, `SELECT count(*) FROM actions WHERE player_id = $1`, who.ID); actions != int(stolen) {
		t.Errorf("%d requests took effect, %d were sent", actions, stolen)
	}
	b.clean(t)
}

// A group's reply is lost for all of its moves: each is looked up, and told as it is stored.
func TestReplyToAGroupIsLost(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	writing := &thief{}
	n := b.openOn(t, b.db, b.pool(t, writing, nil), SettlerConfig{Writers: 1})
	const players = 12
	crowd, chairs := make([]somebody, players), make([]chair, players)
	for i := range crowd {
		crowd[i] = b.player(t, "10.00")
		chairs[i] = n.sit(t, crowd[i], "slots")
	}
	writing.arm("SELECT")
	must(t, errors.Join(race(players, func(i int) error {
		text, err := chairs[i].Act(t.Context(), request("spin", spinPayload))
		if err == nil {
			b.stored(t, crowd[i], "spin", string(text))
		}
		return err
	})...))
	if writing.stolen.Load() != 1 {
		t.Error("no reply was lost")
	}
	if proof := b.clean(t); proof.Rounds != players {
		t.Errorf("%d rounds of %d players", proof.Rounds, players)
	}
}

// Isolation is the role's to set. Under repeatable read, a deposit that commits while the settler waits for the seat makes its statement
// fail with 40001: it is tried again, found to be stale, and computed anew.
func TestSerializationFailureIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, level := range []string{"repeatable read", "serializable"} {
		t.Run(level, func(t *testing.T) {
			t.Parallel()
			b := setupFloor(t)
			db := b.pool(t, nil, map[string]string{"default_transaction_isolation": level})
			n := b.openOn(t, db, db, SettlerConfig{})
			who := b.player(t, "10.00")
			c := n.sit(t, who, "slots")
			c.spin(t, "first") // the seat's position is known
			tx, err := b.admin.Begin(t.Context())
			must(t, err)
			defer tx.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // it was committed
			_, err = tx.Exec(t.Context(), `UPDATE seats SET version = version + 1 WHERE player_id = $1`, who.ID)
			must(t, err)
			answered := make(chan error, 1)
			go func() { answered <- second(c.Act(t.Context(), request("second", spinPayload))) }()
			b.waits(t, 1)
			must(t, tx.Commit(t.Context()))
			must(t, <-answered)

			// Many at once, of one player, on both nodes: nothing is lost and nothing is done twice.
			other := b.sit(t, who, "slots")
			const many = 8
			must(t, errors.Join(race(many, func(i int) error {
				return second(b.insist(t, who, fmt.Sprint(i), func() (string, error) {
					text, err := []chair{c, other}[i%2].Act(t.Context(), request(fmt.Sprint(i), `{"action":"spin","betPerLine":0.01,"activePaylines":20}`))
					return string(text), err
				}))
			})...))
			if row := b.seat(t, who.ID); row.Nonce != many+2 {
				t.Errorf("%d rounds, want %d", row.Nonce, many+2)
			}
			b.clean(t)
		})
	}
}

// waits returns when so many of the servers' sessions wait for a lock.
func (b *floorBundle) waits(t testing.TB, n int) {
	t.Helper()
	eventually(t, "a session waits for a lock", func() bool {
		return b.count(t, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
			AND application_name = 'croupier'`) >= n
	})
}

// Another transaction locks two seats in the other order than the settler does. The settler's statement is the deadlock's victim: it is
// tried again when that transaction is over, and both moves are written, once.
func TestDeadlockIsTriedAgain(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	db := b.pool(t, nil, map[string]string{"lock_timeout": "20s"})
	n := b.openOn(t, b.db, db, SettlerConfig{Timeout: patience})
	victims := 0
	for attempt := 0; victims == 0; attempt++ {
		if attempt == 5 {
			t.Fatal("the settler was never the victim")
		}
		low, high := b.player(t, "10.00"), b.player(t, "10.00")
		if bytes.Compare(low.ID[:], high.ID[:]) > 0 {
			low, high = high, low
		}
		group := []*move{moveOf(t, n.sit(t, low, "slots"), "spin", spinPayload), moveOf(t, n.sit(t, high, "slots"), "spin", spinPayload)}
		tx, err := b.admin.Begin(t.Context())
		must(t, err)
		_, err = tx.Exec(t.Context(), `SET LOCAL deadlock_timeout = '10s'`) // so that the settler looks first, after one
		must(t, err)
		lock := func(who somebody) error {
			return second(tx.Exec(t.Context(), `SELECT FROM seats WHERE player_id = $1 FOR UPDATE`, who.ID))
		}
		must(t, lock(high))
		var settled sync.WaitGroup
		settled.Go(func() { n.settler.writeGroup(&batch{}, group) })
		b.waits(t, 1) // it has locked the low seat
		err = lock(low)
		must(t, tx.Rollback(t.Context()))
		settled.Wait()
		for _, m := range group {
			if told := verdictOf(t, m); told != written {
				t.Errorf("verdict %d, %v, want written", told, m.cause)
			}
		}
		var refused *pgconn.PgError
		if err == nil {
			victims++
		} else if !errors.As(err, &refused) || refused.Code != "40P01" {
			t.Fatal(err)
		}
	}
	b.clean(t)
}

// A conflict that does not end is given up: the player is told that nothing was done, and so it is.
func TestConflictThatDoesNotEnd(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"40001", "40P01"} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			b := setupFloor(t)
			who := b.player(t, "10.00")
			c := b.sit(t, who, "slots")
			must(t, second(b.admin.Exec(t.Context(), `CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS
				$$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '`+code+`'; END $$`)))
			must(t, second(b.admin.Exec(t.Context(), `CREATE TRIGGER conflict BEFORE INSERT ON rounds FOR EACH ROW EXECUTE FUNCTION conflict()`)))
			before := b.seat(t, who.ID)
			wantCode(t, second(c.Act(t.Context(), request("spin", spinPayload))), Busy)
			if after := b.seat(t, who.ID); after != before {
				t.Errorf("a move that was refused moved the seat from %+v to %+v", before, after)
			}
			must(t, second(b.admin.Exec(t.Context(), `DROP TRIGGER conflict ON rounds`)))
			c.spin(t, "spin") // the same request
			b.clean(t)
		})
	}
}

// Somebody's transaction holds a seat. Each limit ends the wait with the statement rolled back: the player is told that nothing was
// done, and so it is, and plays on when the seat is free.
func TestSeatIsHeldTooLong(t *testing.T) {
	t.Parallel()
	for name, limits := range map[string]map[string]string{
		"lock_timeout":      {"lock_timeout": "200ms"},
		"statement_timeout": {"lock_timeout": "0", "statement_timeout": "200ms"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setupFloor(t)
			n := b.openOn(t, b.db, b.pool(t, nil, limits), SettlerConfig{})
			who := b.player(t, "10.00")
			c := n.sit(t, who, "slots")
			before := b.seat(t, who.ID)
			tx, err := b.admin.Begin(t.Context())
			must(t, err)
			defer tx.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // it was rolled back
			must(t, second(tx.Exec(t.Context(), `SELECT FROM seats WHERE player_id = $1 FOR UPDATE`, who.ID)))
			wantCode(t, second(c.Act(t.Context(), request("spin", spinPayload))), Busy)
			if after := b.seat(t, who.ID); after != before {
				t.Errorf("a move that was refused moved the seat from %+v to %+v", before, after)
			}
			must(t, tx.Rollback(t.Context()))
			c.spin(t, "spin")
			b.clean(t)
		})
	}
}

// A server that falls silent in a transaction keeps nobody from playing: Postgres ends it, and the seat is free.
func TestTransactionOfASilentServerEnds(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	silent, err := b.pool(t, nil, map[string]string{"idle_in_transaction_session_timeout": "200ms"}).Begin(t.Context())
	must(t, err)
	defer silent.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // Postgres has done it
	must(t, second(silent.Exec(t.Context(), `SELECT FROM seats WHERE player_id = $1 FOR UPDATE`, who.ID)))
	b.sit(t, who, "slots").spin(t, "spin")
	b.clean(t)
}
