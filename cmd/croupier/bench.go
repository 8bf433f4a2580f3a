package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/wallet"
)

// benchCmd measures how many durable rounds a server plays, by real clients over real WebSockets.
type benchCmd struct {
	Clients   []int         `group:"What is measured:" env:"CROUPIER_BENCH_CLIENTS" placeholder:"N" help:"Clients, each with one spin under way at a time; several numbers, as 1,16,64, are measured one after the other. Default: 256."`
	Warmup    time.Duration `group:"What is measured:" default:"5s" placeholder:"TIME" help:"Play so long before measuring. Default: ${default}."`
	Duration  time.Duration `group:"What is measured:" default:"15s" placeholder:"TIME" help:"Measure each number of clients for so long. Default: ${default}."`
	Think     time.Duration `group:"What is measured:" default:"0s" placeholder:"TIME" help:"What a client waits on average, between nothing and twice that, between an answer and its next spin. Default: ${default}."`
	Floor     bool          `group:"What is measured:" help:"Measure, in turns with the server, the same rows written with one commit per round by plain pgx; beside the largest number of clients up to 256."`
	Connected int           `group:"What is measured:" placeholder:"N" help:"Instead of --clients: so many clients are connected, of whom some play (--playing) and the others only wait. Measures the server's memory for each who waits, too."`
	Playing   share         `group:"What is measured:" default:"5%" placeholder:"SHARE" help:"How many of the --connected play: a share, as 5%, or a number. Default: ${default}."`
	Webhooks  bool          `group:"What is measured:" env:"CROUPIER_BENCH_WEBHOOKS" help:"Measure, in turns with the server, the server with a webhook for every round. The receiver is in this process."`
	Rows      int64         `group:"What is measured:" placeholder:"N" help:"Measure, fill the database up to so many finished rounds, and measure again. Filled rounds have the server's answers and add up, but are not drawn from their seeds."`

	JSON       string `group:"What is reported:" name:"json" env:"CROUPIER_BENCH_JSON" type:"path" placeholder:"FILE" help:"Write the report to this file, too."`
	Compare    string `group:"What is reported:" type:"existingfile" placeholder:"FILE" help:"Print what changed since the report that an earlier run wrote with --json."`
	Statements bool   `group:"What is reported:" help:"Print what Postgres did in the server's turns, statement by statement. Counting takes time itself: compare no speed that was measured with it."`
	NoCheck    bool   `group:"What is reported:" help:"Do not check the ledger at the end. With millions of rounds that takes minutes."`

	Dir          string `group:"A server of its own:" default:"." type:"path" placeholder:"DIR" help:"Where its sandbox keeps its data while it runs: the disk that is measured. Default: the current directory."`
	Keep         string `group:"A server of its own:" type:"path" placeholder:"DIR" help:"Keep the sandbox's data here afterwards, and begin with what an earlier run left here: fill once with --rows, measure often."`
	Settlers     int    `group:"A server of its own:" env:"CROUPIER_BENCH_SETTLERS" placeholder:"N" help:"Groups of rounds that are committed at the same time. Default: the server's."`
	NoLog        bool   `group:"A server of its own:" name:"no-commitment-log" env:"CROUPIER_BENCH_NO_COMMITMENT_LOG" help:"Keep no commitment log, to see what it costs."`
	postgresFlag `group:"A server of its own:"`

	URL         string `group:"A server that runs already:" env:"CROUPIER_BENCH_URL" placeholder:"URL" help:"Measure this running server in sandbox mode. Default: with --api-key or --sandbox-dir http://127.0.0.1:8080, else a sandbox of its own."`
	APIKey      string `secret:"" group:"A server that runs already:" placeholder:"KEY" help:"A sandbox key of the running server. Default: the sandbox's."`
	APISecret   string `secret:"" group:"A server that runs already:" placeholder:"SECRET" help:"The secret of the key."`
	SandboxDir  string `group:"A server that runs already:" placeholder:"DIR" help:"The data directory of the running sandbox, to take the key from. Default: where croupier sandbox keeps its data."`
	DatabaseURL string `secret:"" group:"A server that runs already:" env:"CROUPIER_BENCH_DATABASE_URL" placeholder:"URL" help:"The running server's database, for --floor, --rows and --statements. Only of a server that may be thrown away: the floor's and the filled rounds are not drawn from their seeds."`
}

// share is a part of a crowd: a percentage, or a number of heads.
type share struct {
	percent float64
	heads   int
}

// UnmarshalText implements encoding.TextUnmarshaler for "5%" and for "200".
func (s *share) UnmarshalText(text []byte) (err error) {
	*s = share{}
	if number, ok := strings.CutSuffix(string(text), "%"); ok {
		s.percent, err = strconv.ParseFloat(number, 64)
	} else {
		s.heads, err = strconv.Atoi(number)
	}
	if err != nil || !(s.percent > 0 && s.percent <= 100 || s.heads > 0) {
		return fmt.Errorf("%q is neither a share, as 5%%, nor a number, as 200", text)
	}
	return nil
}

// of is how many of a crowd the share is, at least one.
func (s share) of(crowd int) int {
	if s.percent > 0 {
		return max(1, int(float64(crowd)*s.percent/100+0.5))
	}
	return s.heads
}

// defaultClients is how many clients the marks are for, and the most that the floor is measured beside.
const defaultClients = 256

// complete checks the flags and fills in what was left out.
func (c *benchCmd) complete() error {
	if c.Duration <= 0 || c.Warmup < 0 || c.Think < 0 || c.Rows < 0 || c.Connected < 0 {
		return errors.New("--duration must be more than 0, --warmup, --think, --rows and --connected not less")
	}
	if c.Connected > 0 {
		if len(c.Clients) > 0 || c.Floor {
			return errors.New("--connected is measured instead of --clients, and without --floor")
		}
		if n := c.Playing.of(c.Connected); n >= c.Connected {
			return fmt.Errorf("--playing: %d of %d connected clients leaves nobody to wait", n, c.Connected)
		}
		return nil
	}
	if len(c.Clients) == 0 {
		c.Clients = []int{defaultClients}
	}
	if c.Webhooks && c.Floor {
		return errors.New("--webhooks and --floor are measured one at a time")
	}
	slices.Sort(c.Clients) // so that each number needs only a few more sockets
	c.Clients = slices.Compact(c.Clients)
	if c.Clients[0] < 1 {
		return errors.New("--clients must be at least 1")
	}
	return nil
}

// sockets is how many sockets are open at once, at most.
func (c *benchCmd) sockets() int {
	const lone = 1
	return lone + max(c.Connected, slices.Max(append(c.Clients, 0)))
}

// floorClients is the number of clients that the floor is measured beside: the largest up to 256, because more do not make one commit
// per round faster, or the smallest.
func (c *benchCmd) floorClients() int {
	beside := c.Clients[0]
	for _, n := range c.Clients {
		if n <= defaultClients {
			beside = n
		}
	}
	return beside
}

// Run implements the command.
func (c *benchCmd) Run(ctx context.Context) (err error) {
	if err := c.complete(); err != nil {
		return err
	}
	var earlier *benchReport
	if c.Compare != "" {
		if earlier, err = readReport(c.Compare); err != nil { // before anybody waits for minutes
			return err
		}
	}
	if err := enoughFiles(c.sockets(), 0); err != nil {
		return err
	}
	target, err := c.target(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, target.close()) }()
	b := &bench{benchCmd: c, target: target, run: uuid.NewString()[:8], operator: benchCaller(target.BaseURL, target.APIKey, target.APISecret),
		bars: barOn(os.Stderr), kept: &samples{}}
	report, err := b.measureAll(ctx)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return err
	}
	report.print(os.Stdout)
	if earlier != nil {
		report.printChange(os.Stdout, earlier, c.Compare)
	}
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
	db       *pgx.Conn // nil: the server's database is not known
	run      string    // tells its players from those of other runs
	passes   int       // begun
	kept     *samples
	hooks    *hookBench // nil: nothing is told
	bars     barMaker
}

// measureAll measures, and with --rows fills the database and measures again.
func (b *bench) measureAll(ctx context.Context) (_ *benchReport, err error) {
	if err := enoughFiles(b.sockets(), b.target.pid); err != nil {
		return nil, err
	}
	if b.target.DatabaseURL != "" {
		if b.db, err = pgx.Connect(ctx, b.target.DatabaseURL); err != nil {
			return nil, fmt.Errorf("look at the database: %w", err)
		}
		defer b.db.Close(context.WithoutCancel(ctx))
	} else if b.Floor || b.Rows > 0 || b.Statements {
		return nil, errors.New("--floor, --rows and --statements need the database of the server: --database-url")
	}
	report, err := b.newReport(ctx)
	if err != nil {
		return nil, err
	}
	if b.Statements {
		if err := b.countStatements(ctx); err != nil {
			return nil, err
		}
	}
	if b.Webhooks {
		if b.hooks, err = b.openHooks(ctx); err != nil {
			return nil, err
		}
		defer func() { err = errors.Join(err, b.hooks.close(ctx)) }()
	}
	for {
		stored, err := b.storedRounds(ctx)
		if err != nil {
			return nil, err
		}
		if again := len(report.Passes) > 0; again && stored < b.Rows {
			return nil, fmt.Errorf("the database has %d rounds after it was filled with %d", stored, b.Rows)
		}
		pass := &benchPass{Stored: stored}
		b.passes++
		report.Passes = append(report.Passes, pass)
		if err := b.measure(ctx, pass); err != nil {
			return nil, err
		}
		if stored >= b.Rows {
			return report, b.prove(ctx, report)
		}
		if err := b.fill(ctx); err != nil {
			return nil, fmt.Errorf("fill the database: %w", err)
		}
	}
}

// storedRounds is how many rounds the database has, 0 if it is not known.
func (b *bench) storedRounds(ctx context.Context) (n int64, err error) {
	if b.db == nil {
		return 0, nil
	}
	if err := b.db.QueryRow(ctx, "SELECT count(*) FROM rounds").Scan(&n); err != nil {
		return 0, fmt.Errorf("count the rounds: %w", err)
	}
	return n, nil
}

// prove checks the ledger after all that was played: rounds that lose money are not fast.
func (b *bench) prove(ctx context.Context, report *benchReport) error {
	if b.db == nil || b.NoCheck {
		return nil
	}
	config, err := pgxpool.ParseConfig(b.target.DatabaseURL)
	if err != nil {
		return err
	}
	config.ConnConfig.RuntimeParams["work_mem"] = "256MB" // it joins and sorts all rounds
	db, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return err
	}
	defer db.Close()
	b.say("checking the ledger")
	report.Ledger, err = wallet.Check(ctx, db, func(rule string, n, of int) { b.say("checking the ledger, %d of %d: %s", n, of, rule) })
	if err != nil {
		return err
	}
	if n := len(report.Ledger.Findings); n > 0 {
		return fmt.Errorf("the ledger does not hold: %d findings, the first is %+v", n, report.Ledger.Findings[0])
	}
	return nil
}

// say tells what is being done, for people who wait.
func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "bench: "+format+"\n", args...)
}
