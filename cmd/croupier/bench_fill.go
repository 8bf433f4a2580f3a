package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"
)

//go:embed bench_fill.sql
var fillSQL string

// How a database is filled: players come again and again, so that their rows lie between those of others, and indexes that begin with
// the player have grown in the middle, as in a house that has been open for long.
const (
	fillRounds  = 1000   // of a player
	fillSpins   = 100    // of a visit
	fillBatch   = 50_000 // rounds of one statement and commit
	fillPause   = 3.0    // seconds between two spins, at most
	fillsBefore = 0.3    // of the rounds are last month's, the others this month's, where new ones go, too
)

// fillSetup prepares a connection. The triggers that guard single moves are left out, and the disk is not waited for, which is why the
// ledger is checked at the end, and a checkpoint made.
var fillSetup = []string{
	`SET session_replication_role = replica`, `SET synchronous_commit = off`, `SET work_mem = '128MB'`, `SET timezone = 'UTC'`, `SET jit = off`,
	`CREATE TEMP TABLE sample (n int PRIMARY KEY, answer json NOT NULL, won numeric NOT NULL)`,
	`CREATE FUNCTION pg_temp.uuid_at(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
		SELECT (lpad(to_hex((date_part('epoch', at) * 1000)::bigint), 12, '0') || '7' || substr(gen_random_uuid()::text, 16))::uuid $$`,
}

// fillPlayersSQL makes players as session.Players does, with a deposit. Their server seeds cannot be opened: they never play.
const fillPlayersSQL = `
	WITH new AS MATERIALIZED (
		SELECT id, name, pg_temp.uuid_at($4::timestamptz) AS transfer_id FROM unnest($2::uuid[], $3::text[]) AS n (id, name)
	), made AS (
		INSERT INTO players (id, operator_id, external_id, currency, created_at) SELECT id, $1::uuid, name, 'USD', $4 FROM new
	), committed AS (
		INSERT INTO seed_pairs (player_id, seq, server_seed_hash, sealed_seed, client_seed, client_seed_by, created_at, activated_at)
		SELECT id, seq, encode(sha256(gen_random_uuid()::text::bytea), 'hex'), sha256(gen_random_uuid()::text::bytea),
			CASE seq WHEN 0 THEN 'filled' END, CASE seq WHEN 0 THEN 'server' END, $4, CASE seq WHEN 0 THEN $4 END
		FROM new, generate_series(0, 1) AS seq
	), seated AS (
		INSERT INTO seats (player_id, version, balance) SELECT id, 1, $5::numeric FROM new
	), paid AS (
		INSERT INTO transfers (player_id, id, debit, credit, amount, code, balance, at)
		SELECT id, transfer_id, 'funding', 'player', $5, 'deposit', $5, $4 FROM new
	)
	INSERT INTO operator_transactions (operator_id, transaction_id, player_id, code, amount, transfer_id, balance, at)
	SELECT $1, name, id, 'deposit', $5, transfer_id, $5, $4 FROM new`

// filling is a fill under way.
type filling struct {
	operator  uuid.UUID
	build     int32
	samples   int
	players   []filledPlayer // in the order of their ids
	lastMonth time.Time
	month     time.Time
	now       time.Time
	conns     chan *pgx.Conn // those that nobody uses
}

type filledPlayer struct {
	id     uuid.UUID
	rounds int
}

// fill stores rounds until the database has as many as --rows says, and leaves it as a database is that has had them for a while.
func (b *bench) fill(ctx context.Context) error {
	stored, err := b.storedRounds(ctx)
	if err != nil || stored >= b.Rows {
		return err
	}
	f, err := b.newFilling(ctx, int(b.Rows-stored))
	if err != nil {
		return err
	}
	defer f.close()
	b.say("filling the database with %s rounds of %s players", grouped(b.Rows-stored), grouped(int64(len(f.players))))
	begun := time.Now()
	if err := f.makePlayers(ctx, b.run); err != nil {
		return err
	}
	bar := b.bars("rounds stored", b.Rows-stored)
	defer bar.Close()
	for visit := range fillRounds / fillSpins {
		if err := f.visits(ctx, visit, func(rounds int64) { _ = bar.Add64(rounds) }); err != nil {
			return err
		}
		b.say("filling, %d of %d; %s", visit+1, fillRounds/fillSpins, time.Since(begun).Round(time.Second))
	}
	for _, table := range []string{"rounds", "actions", "transfers", "seats", "players", "seed_pairs", "sessions", "operator_transactions"} {
		b.say("vacuum and analyze: %s", table)
		if _, err := b.db.Exec(ctx, "VACUUM (ANALYZE) "+table); err != nil {
			return err
		}
	}
	b.say("checkpoint")
	if _, err := b.db.Exec(ctx, "CHECKPOINT"); err != nil {
		return err
	}
	b.say("filled in %s", time.Since(begun).Round(time.Second))
	return nil
}

// newFilling deals the rounds to players and opens connections.
func (b *bench) newFilling(ctx context.Context, rounds int) (_ *filling, err error) {
	now := time.Now().UTC()
	month := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
	f := &filling{samples: len(b.kept.list), now: now, month: month, lastMonth: month.AddDate(0, -1, 0),
		conns: make(chan *pgx.Conn, runtime.NumCPU())}
	// The players who are measured are somewhere among these, and not at the end of every index.
	first, players := now.AddDate(0, -3, 0), (rounds+fillRounds-1)/fillRounds
	for i := range players {
		id := uuidAt(first.Add(time.Duration(float64(now.AddDate(0, 3, 0).Sub(first)) * float64(i) / float64(players))))
		f.players = append(f.players, filledPlayer{id, min(fillRounds, rounds-i*fillRounds)})
	}
	err = b.db.QueryRow(ctx, `
		SELECT operator_id, (SELECT max(id) FROM builds WHERE game_id = 'slots') FROM players WHERE external_id LIKE $1 LIMIT 1`, "bench-"+b.run+"-%").Scan(&f.operator, &f.build)
	if errors.Is(err, pgx.ErrNoRows) {
		err = errors.New("this is not the server's database: the players of the benchmark are not in it")
	}
	for i := 0; err == nil && i < cap(f.conns); i++ {
		err = f.connect(ctx, b.target.DatabaseURL, b.kept)
	}
	if err != nil {
		f.close()
		return nil, err
	}
	return f, nil
}

func (f *filling) connect(ctx context.Context, url string, kept *samples) error {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	f.conns <- conn
	for _, statement := range fillSetup {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("as only a superuser may: %w", err)
		}
	}
	answers := pgx.CopyFromSlice(len(kept.list), func(i int) ([]any, error) {
		return []any{i, kept.list[i].payload, cents(kept.list[i].won)}, nil
	})
	_, err = conn.CopyFrom(ctx, pgx.Identifier{"sample"}, []string{"n", "answer", "won"}, answers)
	if err == nil {
		_, err = conn.Exec(ctx, "ANALYZE sample")
	}
	return err
}

func (f *filling) close() {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	for len(f.conns) > 0 {
		(<-f.conns).Close(ctx)
	}
}

func (f *filling) makePlayers(ctx context.Context, run string) error {
	conn := <-f.conns
	defer func() { f.conns <- conn }()
	for at := 0; at < len(f.players); at += fillRounds {
		var ids []uuid.UUID
		var names []string
		for i, p := range f.players[at:min(at+fillRounds, len(f.players))] {
			ids, names = append(ids, p.id), append(names, fmt.Sprintf("bench-%s-filled-%d", run, at+i))
		}
		if _, err := conn.Exec(ctx, fillPlayersSQL, f.operator, ids, names, f.lastMonth, startMoney); err != nil {
			return fmt.Errorf("players: %w", err)
		}
	}
	return nil
}

// visits lets all players come once more, some at a time.
func (f *filling) visits(ctx context.Context, visit int, done func(rounds int64)) error {
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cap(f.conns))
	const batch = fillBatch / fillSpins
	for at := 0; at < len(f.players); at += batch {
		group.Go(func() error {
			conn := <-f.conns
			defer func() { f.conns <- conn }()
			n, err := f.visit(ctx, conn, visit, f.players[at:min(at+batch, len(f.players))])
			done(n)
			return err
		})
	}
	return group.Wait()
}

// visit stores one visit of some players and returns how many rounds that are.
func (f *filling) visit(ctx context.Context, conn *pgx.Conn, visit int, players []filledPlayer) (n int64, err error) {
	begin, length := f.window(visit)
	pause := min(fillPause, length.Seconds()/(2*fillSpins))
	var ids, sessions []uuid.UUID
	var begun []time.Time
	var spins []int32
	for _, p := range players {
		rest := min(fillSpins, p.rounds-visit*fillSpins)
		if rest <= 0 {
			continue
		}
		at := begin.Add(time.Duration(rand.Float64() * (length.Seconds() - fillSpins*pause) * float64(time.Second)))
		ids, sessions, begun, spins = append(ids, p.id), append(sessions, uuidAt(at)), append(begun, at), append(spins, int32(rest))
	}
	err = conn.QueryRow(ctx, fillSQL, pgx.NamedArgs{"player": ids, "session": sessions, "begun": begun, "spins": spins, "pause": pause,
		"samples": f.samples, "stake": cents(benchStake), "operator": f.operator, "build": f.build, "request": benchSpin}).Scan(&n)
	if err != nil {
		return 0, fmt.Errorf("rounds: %w", err)
	}
	return n, nil
}

// window is when the visits of a number begin and end.
func (f *filling) window(visit int) (begin time.Time, length time.Duration) {
	const all = fillRounds / fillSpins
	const before = int(fillsBefore * all)
	if visit < before {
		length = f.month.Sub(f.lastMonth) / time.Duration(before)
		return f.lastMonth.Add(length * time.Duration(visit)), length
	}
	length = f.now.Sub(f.month) / time.Duration(all-before)
	return f.month.Add(length * time.Duration(visit-before)), length
}

// uuidAt is a UUIDv7 of an instant.
func uuidAt(at time.Time) uuid.UUID {
	id := uuid.New()
	for i, ms := 5, at.UnixMilli(); i >= 0; i-- {
		id[i], ms = byte(ms), ms>>8
	}
	id[6] = id[6]&0x0f | 0x70
	return id
}
