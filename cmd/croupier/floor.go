package main

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// floor writes the rows of rounds as a straightforward server would at its best: for each round one prepared statement, one trip to
// the database, one commit. It has no WebSocket to read, no rules to play and no JSON to make, so a real server of that kind is
// slower than this. Tables, constraints, indexes, triggers and role are those of the server that it is compared with.
type floor struct {
	conns []*floorConn
	seats []*floorSeat
}

// floorConnections are the numbers of connections that are tried.
var floorConnections = []int{1, 4, 8, 16, 32, 64}

// floorSeats is how many players the floor plays for: as many as the server, and at least one for each connection. Each belongs to
// one connection, so that none waits for another's lock.
func floorSeats(clients int) int { return max(clients, slices.Max(floorConnections)) }

// floorSQL writes what session/settle.sql writes for one single-step round. That the request is new is left to the primary key.
const floorSQL = `
	WITH moved AS (
		UPDATE seats SET version = version + 1, balance = balance - $3 + $4, next_nonce = next_nonce + 1
		WHERE player_id = $1 AND version = $2 AND next_nonce = $5 AND balance >= $3
		RETURNING balance
	), opened AS (
		INSERT INTO rounds (id, operator_id, player_id, seed_seq, nonce, game_id, build_id, status, steps, bet, stake, payout, opened_at, closed_at)
		SELECT $6::uuid, $7::uuid, $1::uuid, $8::int, $5::bigint, 'slots', $9::int, 'completed', 1, $3::numeric, $3, $4::numeric, $10::timestamptz, $10 FROM moved
	), told AS (
		INSERT INTO actions (player_id, session_id, request_id, type, request, answer, round_id, step, stake, payout, balance, at)
		SELECT $1, $11::uuid, $12::text, 'action', $13::json, $14::json, $6, 0, $3, $4, balance, $10 FROM moved
	), paid AS (
		INSERT INTO transfers (player_id, id, debit, credit, amount, code, round_id, balance, at)
		SELECT $1, $15::uuid, 'player'::account, 'house'::account, $3, 'stake', $6, balance - $4, $10 FROM moved
		UNION ALL
		SELECT $1, $16::uuid, 'house'::account, 'player'::account, $4, 'payout', $6, balance, $10 FROM moved WHERE $4 > 0
	)
	SELECT balance FROM moved`

// floorSettings are how the server connects, as far as it matters to speed.
var floorSettings = map[string]string{
	"role": "croupier_app", "application_name": "croupier bench", "timezone": "UTC", "jit": "off",
	"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off",
}

// openFloor makes the floor's players, by the server, and its connections.
func (b *bench) openFloor(ctx context.Context) (_ *floor, err error) {
	players, err := b.makePlayers(ctx, "floor", floorSeats(b.floorClients()))
	if err != nil {
		return nil, err
	}
	config, err := pgx.ParseConfig(b.target.DatabaseURL)
	if err != nil {
		return nil, fmt.Errorf("--database-url: %w", err)
	}
	for name, value := range floorSettings {
		config.RuntimeParams[name] = value
	}
	f := &floor{}
	defer func() {
		if err != nil {
			f.close()
		}
	}()
	for range slices.Max(floorConnections) {
		conn, err := pgx.ConnectConfig(ctx, config)
		if err != nil {
			return nil, fmt.Errorf("floor: %w", err)
		}
		f.conns = append(f.conns, &floorConn{conn: conn, samples: b.kept})
	}
	if f.seats, err = readSeats(ctx, f.conns[0].conn, players); err != nil {
		return nil, fmt.Errorf("floor: %w", err)
	}
	return f, nil
}

// readSeats reads where the floor's players stand.
func readSeats(ctx context.Context, conn *pgx.Conn, players []benchPlayer) ([]*floorSeat, error) {
	ids := make([]string, len(players))
	for i, p := range players {
		ids[i] = p.id
	}
	rows, err := conn.Query(ctx, `
		SELECT p.id, p.operator_id, (SELECT id FROM sessions WHERE player_id = p.id ORDER BY id LIMIT 1), s.version, s.next_nonce, s.seed_seq,
			(SELECT max(id) FROM builds WHERE game_id = 'slots')
		FROM players p JOIN seats s ON s.player_id = p.id WHERE p.id = ANY($1::uuid[])`, ids)
	if err != nil {
		return nil, err
	}
	seats, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (*floorSeat, error) {
		s := &floorSeat{}
		return s, row.Scan(&s.player, &s.operator, &s.session, &s.version, &s.nonce, &s.seedSeq, &s.build)
	})
	if err == nil && len(seats) != len(players) {
		err = fmt.Errorf("%d of the %d players are in the database: is it the server's?", len(seats), len(players))
	}
	return seats, err
}

// players deals the seats to the first n connections.
func (f *floor) players(n int) []roundPlayer {
	list := make([]roundPlayer, n)
	for i := range list {
		f.conns[i].seats = nil
		list[i] = f.conns[i]
	}
	for i, s := range f.seats {
		f.conns[i%n].seats = append(f.conns[i%n].seats, s)
	}
	return list
}

func (f *floor) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for _, c := range f.conns {
		c.conn.Close(ctx)
	}
}

// floorSeat is a player of the floor, as its seat's row stands.
type floorSeat struct {
	player, operator, session uuid.UUID
	version, nonce            int64
	seedSeq, build            int32
}

// floorConn is one connection of the floor with its players.
type floorConn struct {
	conn    *pgx.Conn
	seats   []*floorSeat
	samples *samples
	turn    int
}

// round implements roundPlayer.
func (c *floorConn) round(ctx context.Context, _ func(code string)) error {
	s := c.seats[c.turn%len(c.seats)]
	c.turn++
	told := c.samples.list[rand.IntN(len(c.samples.list))]
	tag, err := c.conn.Exec(ctx, floorSQL, s.player, s.version, cents(benchStake), cents(told.won), s.nonce, newID(), s.operator, s.seedSeq,
		s.build, time.Now(), s.session, uuid.NewString(), benchSpin, told.payload, newID(), newID())
	if err != nil {
		return fmt.Errorf("floor: %w", err)
	}
	if tag.RowsAffected() != 1 {
		return fmt.Errorf("floor: player %s is not where it was left", s.player)
	}
	s.version++
	s.nonce++
	return nil
}

func cents(n int64) pgtype.Numeric { return pgtype.Numeric{Int: big.NewInt(n), Exp: -2, Valid: true} }

func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }

// tryFloor finds the number of connections with which the floor is fastest.
func (b *bench) tryFloor(ctx context.Context, f *floor, rival *benchFloor) error {
	best := 0.0
	for _, n := range floorConnections {
		s := newSeries(connectionsName(n))
		b.say("%s", s.name)
		if err := s.turn(ctx, f.players(n), b.ramp(), min(tryTime, b.Duration), 0); err != nil {
			return err
		}
		rival.Tried = append(rival.Tried, s.summary())
		if s.perSecond() > best {
			best, rival.Connections = s.perSecond(), n
		}
	}
	return nil
}

func connectionsName(n int) string {
	if n == 1 {
		return "floor, one connection"
	}
	return fmt.Sprintf("floor, %d connections", n)
}
