package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/sync/errgroup"

	"croupier/wallet"
)

// benchCmd measures how many durable rounds a server plays, by real clients over real WebSockets.
type benchCmd struct {
	URL         string        `env:"CROUPIER_BENCH_URL" placeholder:"URL" help:"A running server in sandbox mode. Default: with --api-key or --sandbox-dir http://127.0.0.1:8080, else a sandbox of its own."`
	APIKey      string        `placeholder:"KEY" help:"A sandbox key of the server. Default: the sandbox's."`
	APISecret   string        `placeholder:"SECRET" help:"The secret of the key."`
	SandboxDir  string        `placeholder:"DIR" help:"The data directory of the running sandbox, to take the key from. Default: where croupier sandbox keeps its data."`
	DatabaseURL string        `env:"CROUPIER_BENCH_DATABASE_URL" placeholder:"URL" help:"The server's database, for --floor. Only of a server that may be thrown away: the floor's rounds are not drawn from their seeds."`
	Dir         string        `default:"." type:"path" help:"Where a sandbox of its own keeps its data while it runs: the disk that is measured. Default: the current directory."`
	Clients     int           `default:"256" help:"Clients, each with one spin under way at a time. Default: ${default}."`
	Warmup      time.Duration `default:"5s" help:"Play so long before measuring. Default: ${default}."`
	Duration    time.Duration `default:"15s" help:"Measure for so long. Default: ${default}."`
	Think       time.Duration `default:"0s" help:"What a client waits between an answer and its next spin. Default: ${default}."`
	Floor       bool          `help:"Measure, in turns with the server, the same rows written with one commit per round by plain pgx."`
	Settlers    int           `env:"CROUPIER_BENCH_SETTLERS" placeholder:"N" help:"Groups that the server of its own commits at the same time. Default: the server's."`
	JSON        string        `name:"json" env:"CROUPIER_BENCH_JSON" type:"path" placeholder:"FILE" help:"Write the report to this file, too."`
	postgresFlag
}

// Run implements the command.
func (c *benchCmd) Run(ctx context.Context) (err error) {
	if c.Clients < 1 || c.Duration <= 0 || c.Warmup < 0 || c.Think < 0 {
		return errors.New("--clients and --duration must be more than 0, --warmup and --think not less")
	}
	target, err := c.target(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.close()) }()
	b := &bench{benchCmd: c, target: target, run: uuid.NewString()[:8],
		operator: newClient(target.BaseURL, target.APIKey, target.APISecret), bars: barOn(os.Stderr)}
	report, err := b.measure(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	report.print(os.Stdout)
	if c.JSON != "" {
		return report.write(c.JSON)
	}
	return nil
}

// bench is one benchmark under way.
type bench struct {
	*benchCmd
	target   *benchTarget
	operator *client
	run      string // tells its players from those of other runs
	bars     barMaker
}

// The parts of a benchmark that are not as long as the user says.
const (
	longestTurn = 5 * time.Second        // of the server or the floor, so that both meet the same noise of the machine
	loneTime    = 3 * time.Second        // of one client alone
	tryTime     = 2 * time.Second        // of one number of the floor's connections
	rampTime    = 300 * time.Millisecond // at most, at the beginning of each turn, not counted
)

func (b *bench) measure(ctx context.Context) (*benchReport, error) {
	report, err := b.newReport(ctx)
	if err != nil {
		return nil, err
	}
	lone, err := b.connect(ctx, "lone", 1)
	if err != nil {
		return nil, err
	}
	defer hangUp(lone)
	lone[0].keep = &samples{}
	b.say("one client alone")
	if err := report.LoneServer.turn(ctx, asPlayers(lone), b.ramp(), min(loneTime, b.Duration), 0); err != nil {
		return nil, err
	}
	var f *floor
	if b.Floor {
		if f, err = b.openFloor(ctx, lone[0].keep); err != nil {
			return nil, err
		}
		defer f.close()
		if err := b.tryFloor(ctx, f, report); err != nil {
			return nil, err
		}
	}
	clients, err := b.connect(ctx, "crowd", b.Clients)
	if err != nil {
		return nil, err
	}
	defer hangUp(clients)
	b.say("warm-up, %s", b.Warmup)
	if err := newSeries("").turn(ctx, asPlayers(clients), 0, b.Warmup, b.Think); err != nil {
		return nil, err
	}
	if err := b.turns(ctx, report, asPlayers(clients), f); err != nil {
		return nil, err
	}
	return report, b.prove(ctx, report)
}

// prove checks the ledger after all that was played: rounds that lose money are not fast.
func (b *bench) prove(ctx context.Context, report *benchReport) error {
	if b.target.DatabaseURL == "" {
		return nil
	}
	b.say("checking the ledger")
	db, err := pgxpool.New(ctx, b.target.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	if report.Ledger, err = wallet.Check(ctx, db, nil); err != nil {
		return err
	}
	if n := len(report.Ledger.Findings); n > 0 {
		return fmt.Errorf("the ledger does not hold: %d findings, the first is %+v", n, report.Ledger.Findings[0])
	}
	return nil
}

// turns measures the server, and in turns with it the floor, each for the whole duration. Who begins alternates, so that a drift
// of the machine favours neither.
func (b *bench) turns(ctx context.Context, report *benchReport, clients []roundPlayer, f *floor) error {
	n := 1
	if f != nil {
		n = int((b.Duration + longestTurn - 1) / longestTurn)
	}
	server := func() error {
		if err := newSeries("").turn(ctx, clients, 0, b.ramp(), b.Think); err != nil {
			return err
		}
		before := cpuOf(b.target.pid)
		err := report.Server.turn(ctx, clients, 0, b.Duration/time.Duration(n), b.Think)
		report.CPU.add(before, cpuOf(b.target.pid))
		return err
	}
	for i := range n {
		steps := []func() error{server}
		if f != nil {
			steps = append(steps, func() error {
				return report.Floor.turn(ctx, f.players(report.FloorConnections), b.ramp(), b.Duration/time.Duration(n), 0)
			})
		}
		if i%2 == 0 && f != nil {
			steps[0], steps[1] = steps[1], steps[0]
		}
		b.say("turn %d of %d", i+1, n)
		for _, step := range steps {
			if err := step(); err != nil {
				return err
			}
		}
	}
	return nil
}

// ramp is the beginning of a turn that is not counted.
func (b *bench) ramp() time.Duration { return min(rampTime, b.Duration/4) }

// say tells what is being done, for people who wait.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
}

// startMoney is enough for any benchmark: a million spins lose four percent of it.
const startMoney = "1000000.00"

// benchPlayer is a test player of the benchmark.
type benchPlayer struct {
	id    string
	token string // of its session
}

// makePlayers makes new test players with money and sessions.
func (b *bench) makePlayers(ctx context.Context, name string, n int) ([]benchPlayer, error) {
	bar := b.bars(name+" players", int64(n))
	defer bar.Close()
	players := make([]benchPlayer, n)
	public := newClient(b.target.BaseURL, "", "")
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i := range players {
		group.Go(func() error {
			var made struct {
				Player   struct{ ID string }
				SSOToken string
			}
			body := map[string]any{"externalId": fmt.Sprintf("bench-%s-%s-%d", b.run, name, i), "currency": "USD", "startingBalance": jsonNumber(startMoney)}
			err := patiently(ctx, func() error { return b.operator.call(ctx, "/api/v1/test/players", body, &made) })
			if err == nil {
				players[i].id = made.Player.ID
				err = patiently(ctx, func() (err error) {
					players[i].token, err = public.exchange(ctx, made.SSOToken)
					return err
				})
			}
			_ = bar.Add(1)
			return err
		})
	}
	return players, group.Wait()
}

// jsonNumber is a number in JSON with the decimals that it is written with.
type jsonNumber string

// MarshalJSON implements json.Marshaler.
func (n jsonNumber) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// patiently makes a call again when the server asks to come back later.
func patiently(ctx context.Context, call func() error) error {
	for {
		err := call()
		var later *refused
		if !errors.As(err, &later) || later.retryAfter == 0 {
			return err
		}
		if err := wait(ctx, later.retryAfter); err != nil {
			return err
		}
	}
}

// wait waits for d, or until the context ends, whose error it returns then.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// connect makes players and opens a socket for each.
func (b *bench) connect(ctx context.Context, name string, n int) ([]*benchClient, error) {
	players, err := b.makePlayers(ctx, name, n)
	if err != nil {
		return nil, err
	}
	bar := b.bars(name+" sockets", int64(n))
	defer bar.Close()
	clients := make([]*benchClient, n)
	group, dialing := errgroup.WithContext(ctx)
	group.SetLimit(16)
	for i, p := range players {
		group.Go(func() error {
			conn, err := dial(dialing, socketURL(b.target.BaseURL), "slots", p.token, "")
			if err == nil {
				clients[i] = newBenchClient(ctx, conn)
			}
			_ = bar.Add(1)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		hangUp(clients)
		return nil, err
	}
	return clients, nil
}

func hangUp(clients []*benchClient) {
	for _, c := range clients {
		if c != nil {
			c.close()
		}
	}
}
