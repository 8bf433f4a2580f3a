package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/shopspring/decimal"

	"croupier/wallet"
	"croupier/wallet/money"
)

// Listen tells the floor's visits what happens to their players elsewhere: deposits, seed rotations by REST, ended sessions, the
// same game opened on another node. It returns when the context ends. What it misses while it is not connected costs a seat a
// failed compare-and-set and a reload, never a wrong result: after every connect all seats look anew and all sessions are checked.
func (f *Floor) Listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := f.listen(ctx); err != nil && ctx.Err() == nil {
			f.log.Warn("listen for changes of players", "error", err)
			pause(ctx, time.Second)
		}
	}
}

func (f *Floor) listen(ctx context.Context) error {
	conn, err := f.listener(ctx)
	if err != nil {
		return err
	}
	defer hangUp(ctx, conn)
	defer f.settler.hearing.forget()
	if err := errors.Join(f.learnHearing(ctx), f.lookAnew(ctx)); err != nil {
		return err
	}
	for {
		n, err := f.nextNews(ctx, conn)
		if err != nil {
			return err
		}
		switch n.Channel {
		case wallet.PlayerChannel:
			err = f.playerChanged(n.Payload)
		case sessionChannel:
			err = f.sessionEnded(n.Payload)
		case helloChannel:
			err = f.visitElsewhere(n.Payload)
		case expiredChannel:
			err = f.roundExpired(n.Payload)
		case policyChannel:
			for _, v := range f.allVisits() {
				v.seat.moved.Store(true)
			}
			if err := f.learnHearing(ctx); err != nil {
				return err
			}
		}
		if err != nil {
			f.log.Error("notification not understood", "channel", n.Channel, "error", err)
		}
	}
}

// listener returns a connection of its own that listens. It must not go back to the pool.
func (f *Floor) listener(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	pooled, err := f.db.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	conn := pooled.Hijack()
	const sql = `LISTEN ` + wallet.PlayerChannel + `; LISTEN ` + sessionChannel + `; LISTEN ` + helloChannel + `; LISTEN ` + expiredChannel +
		`; LISTEN ` + policyChannel
	if _, err := conn.PgConn().Exec(ctx, sql).ReadAll(); err != nil {
		hangUp(ctx, conn)
		return nil, err
	}
	return conn, nil
}

// hangUp closes a connection, also when ctx has ended, and does not wait for a database that is silent.
func hangUp(ctx context.Context, conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	_ = conn.Close(ctx) // it is given up either way
}

// How long a listener waits for news before it asks whether the database is still there, and how long for the answer to that. A
// machine that lost its power, or a Postgres that hangs, closes no connection: without asking, its silence would pass for no news.
const (
	listenQuiet    = 5 * time.Second
	listenPatience = 2 * time.Second
)

// nextNews waits for the next notification. It returns an error when the database does not answer any more, or the context ends.
func (f *Floor) nextNews(ctx context.Context, conn *pgx.Conn) (*pgconn.Notification, error) {
	for {
		quiet, cancel := context.WithTimeout(ctx, f.quiet)
		n, err := conn.WaitForNotification(quiet)
		cancel()
		if err == nil || ctx.Err() != nil || !pgconn.Timeout(err) {
			return n, err
		}
		patient, cancel := context.WithTimeout(ctx, listenPatience)
		err = conn.Ping(patient)
		cancel()
		if err != nil {
			return nil, fmt.Errorf("ask whether the database is still there: %w", err)
		}
	}
}

// The channels beside wallet.PlayerChannel.
const (
	sessionChannel = "croupier_session" // payload: the id of a session that was ended
	helloChannel   = "croupier_hello"   // payload: hello
	expiredChannel = "croupier_expired" // payload: expired
)

// hello tells other nodes that a player opened a game here.
type hello struct {
	Node   uuid.UUID `json:"node"`
	Player uuid.UUID `json:"player"`
	Game   string    `json:"game"`
	Visit  uuid.UUID `json:"visit"` // the later of two visits has the greater id
}

func (f *Floor) announce(ctx context.Context, v *Visit) error {
	payload, err := json.Marshal(hello{Node: f.node, Player: v.seat.player, Game: v.game.ID, Visit: v.id})
	if err != nil {
		return err
	}
	if _, err := f.db.Exec(ctx, `SELECT pg_notify($1, $2)`, helloChannel, string(payload)); err != nil {
		return fmt.Errorf("announce a visit: %w", err)
	}
	return nil
}

func (f *Floor) visitElsewhere(payload string) error {
	var h hello
	if err := json.Unmarshal([]byte(payload), &h); err != nil {
		return err
	}
	if h.Node == f.node {
		return nil
	}
	for _, v := range f.visitsOf(h.Player) {
		if v.game.ID == h.Game && bytes.Compare(v.id[:], h.Visit[:]) < 0 {
			v.notify(Event{Replaced: true})
		}
	}
	return nil
}

func (f *Floor) playerChanged(payload string) error {
	var c wallet.Change
	if err := json.Unmarshal([]byte(payload), &c); err != nil {
		return err
	}
	f.mu.Lock()
	seat := f.seats[c.Player]
	f.mu.Unlock()
	if seat == nil {
		return nil
	}
	seat.moved.Store(true)
	if c.Reason == seedRotatedReason {
		for _, v := range f.visitsOf(c.Player) {
			v.notify(Event{Seeds: true})
		}
	}
	if c.Reason == careReason {
		for _, v := range f.visitsOf(c.Player) {
			v.notify(Event{Care: true})
		}
	}
	if c.Balance == "" {
		return nil
	}
	event, err := balanceEvent(c)
	if err != nil {
		return err
	}
	if latest := seat.latest.Load(); latest != nil && latest.version > c.Version {
		event.Balance.Balance = latest.balance // the player was told of a later one already
	}
	for _, v := range f.visitsOf(c.Player) {
		v.notify(event)
	}
	return nil
}

func balanceEvent(c wallet.Change) (Event, error) {
	currency, err := money.LookupCurrency(c.Currency)
	if err != nil {
		return Event{}, err
	}
	balance, err := stored(currency, c.Balance)
	if err != nil {
		return Event{}, err
	}
	amount, err := stored(currency, c.Amount)
	if err != nil {
		return Event{}, err
	}
	return Event{Balance: &Balance{Balance: balance, Currency: c.Currency, Reason: c.Reason, Amount: &amount}}, nil
}

// stored reads an amount that one of our nodes wrote: the wire's bounds are for clients.
func stored(c money.Currency, text string) (money.Amount, error) {
	d, err := decimal.NewFromString(text)
	if err != nil {
		return money.Amount{}, err
	}
	return money.FromDecimal(c, d)
}

func (f *Floor) sessionEnded(payload string) error {
	id, err := uuid.Parse(payload)
	if err != nil {
		return err
	}
	for _, v := range f.allVisits() {
		if v.session == id {
			v.notify(Event{Ended: true})
		}
	}
	return nil
}

// lookAnew makes up for notifications that were missed.
func (f *Floor) lookAnew(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	visits := f.allVisits()
	sessions := make([]uuid.UUID, 0, len(visits))
	for _, v := range visits {
		v.seat.moved.Store(true)
		sessions = append(sessions, v.session)
	}
	rows, err := f.db.Query(ctx, `SELECT id FROM sessions WHERE id = ANY($1) AND revoked_at IS NOT NULL`, sessions)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id uuid.UUID
		if err := rows.Scan(&id); err != nil {
			return err
		}
		if err := f.sessionEnded(id.String()); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if err := f.lookForExpired(ctx, visits); err != nil {
		return err
	}
	return f.lookForRotations(ctx, visits)
}

func (f *Floor) visitsOf(player uuid.UUID) []*Visit {
	f.mu.Lock()
	defer f.mu.Unlock()
	if seat := f.seats[player]; seat != nil {
		return seat.all()
	}
	return nil
}

func (f *Floor) allVisits() (all []*Visit) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, seat := range f.seats {
		all = append(all, seat.all()...)
	}
	return all
}

func (s *Seat) all() []*Visit {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]*Visit(nil), s.visits...)
}
