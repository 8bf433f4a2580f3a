// Package torture lets a crowd of clients play all games on real servers while everything goes wrong: servers and Postgres are killed,
// stopped and cut off, commits succeed whose replies are lost, connections are late, torn and dead on one side. Each client writes down
// what it sent and what it was told. In the end package check holds that against the database.
//
// It promises that what it starts does not outlive it, however it ends. It must never do anything to servers that it did not start:
// it only plays on them. Like package check it shares no code with what it judges.
package torture

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"croupier/sandbox/torture/check"
	"croupier/sandbox/torture/history"
)

// Options say what a run is like. Of the zero value all is default.
type Options struct {
	Seed    uint64        // of all choices: what is played, and which faults there are; not of how long anything takes
	For     time.Duration // of play; default a minute. There is one fault of each kind at least, if that takes longer
	Clients int           // default 32, of about half as many players
	Faults  []string      // kinds, of Kinds; nil: all; empty: none
	Program string        // the croupier binary that is tormented; default this one
	Env     []string      // more environment of its processes, as NAME=value
	Dir     string        // where it keeps its data meanwhile; default the system's temporary directory
	Weaken  []string      // SQL run as the schema's owner before the servers start, for tests of the checker: it drops constraints

	// Against are the base URLs of servers that run already, which are played on and otherwise left alone: no faults but those that
	// others do to them. Then DatabaseURL is their database, for the checker, and APIKey and APISecret a sandbox operator's.
	Against           []string
	DatabaseURL       string
	APIKey, APISecret string

	Progress io.Writer // is told what is being done, a line at a time; nil: nobody
	KeepDir  string    // keep logs and history there, whatever is found; "": only of a run with findings, in a new directory
}

// complete fills in the defaults and returns what is wrong.
func (o *Options) complete() error {
	o.For, o.Clients = cmp.Or(o.For, time.Minute), cmp.Or(o.Clients, 32)
	if o.For < 0 || o.Clients < 0 {
		return errors.New("time and clients must be more than 0")
	}
	kinds, _ := Kinds()
	for _, kind := range o.Faults {
		if !slices.Contains(kinds, kind) {
			return fmt.Errorf("there is no fault %q; there are %s", kind, strings.Join(kinds, ", "))
		}
	}
	if o.Progress == nil {
		o.Progress = io.Discard
	}
	if len(o.Against) > 0 {
		if o.DatabaseURL == "" || o.APIKey == "" || o.APISecret == "" {
			return errors.New("to play on servers that run already needs their database's URL, an API key and its secret")
		}
		return nil
	}
	var err error
	if o.Program == "" {
		if o.Program, err = os.Executable(); err != nil {
			return err
		}
	}
	o.Program, err = filepath.Abs(o.Program)
	return err
}

// run is one run.
type run struct {
	Options
	ctx      context.Context
	name     string // tells its players and transactions from those of other runs
	house    *house // nil: servers of somebody else's
	bases    []string
	operator *operator
	began    time.Time
	players  []*player
	clients  []*client // the last one is the operator's own

	rounds, connects atomic.Int64

	mu       sync.Mutex
	findings []check.Finding // under mu
}

// Run makes one run. What it found is in the report; an error means that it could not be made to the end.
func Run(ctx context.Context, o Options) (_ *Report, err error) {
	if err := o.complete(); err != nil {
		return nil, fmt.Errorf("torture: %w", err)
	}
	r := &run{Options: o, ctx: ctx, name: fmt.Sprintf("torture-%x-%x", o.Seed, time.Now().UnixMilli())}
	defer func() {
		if err != nil {
			err = fmt.Errorf("torture: %w", err)
		}
	}()
	if err := r.open(ctx); err != nil {
		return nil, err
	}
	if r.house != nil {
		defer func() { err = errors.Join(err, r.house.close()) }()
	}
	faults, err := r.play(ctx)
	if err == nil {
		err = ctx.Err()
	}
	h := r.history(faults)
	if err != nil {
		return nil, errors.Join(err, r.keep(h, ctx.Err() == nil)) // who ends it knows why
	}
	report := r.newReport(h)
	if r.house != nil {
		r.house.shut()
		if report.Leaves, err = r.proveLog(ctx); err != nil {
			return nil, errors.Join(err, r.keep(h, ctx.Err() == nil))
		}
		if err := r.house.read(); err != nil {
			return nil, err
		}
	}
	if report.Check, err = check.Run(ctx, r.DatabaseURL, h, r.checking()); err != nil {
		return nil, errors.Join(err, r.keep(h, ctx.Err() == nil))
	}
	r.mu.Lock()
	report.Findings = slices.Concat(r.findings, report.Check.Findings)
	r.mu.Unlock()
	report.Took = time.Since(r.began)
	err = r.keep(h, len(report.Findings) > 0)
	report.Kept = r.KeepDir
	return report, err
}

// open makes the house, or finds the servers that the options name, and makes the crowd.
func (r *run) open(ctx context.Context) (err error) {
	for _, base := range r.Against {
		r.bases = append(r.bases, strings.TrimSuffix(base, "/"))
	}
	if len(r.Against) == 0 {
		r.say("starting Postgres and %d servers", serversOfHouse)
		if r.house, err = openHouse(ctx, r.Options, r.finding); err != nil {
			return err
		}
		r.bases, r.DatabaseURL, r.APIKey, r.APISecret = r.house.bases(), r.house.database.owner(databaseName), r.house.key, r.house.secret
	}
	r.operator = newOperator(r.bases, r.APIKey, r.APISecret)
	if err = r.gather(ctx); err != nil && r.house != nil {
		err = errors.Join(err, r.house.close())
	}
	return err
}

// settleTime is how long clients may take, after all is good again, until the last request is answered for good.
const settleTime = time.Minute

// play lets the crowd play, and the tormentor do its work, until the time is over; then makes all good and waits for the clients.
func (r *run) play(ctx context.Context) ([]history.Fault, error) {
	r.say("%d clients of %d players play for %s", r.Clients, len(r.players), r.For)
	playing, stop := context.WithCancel(ctx)
	defer stop()
	ending := make(chan struct{})
	var crowd sync.WaitGroup
	for i, c := range r.clients {
		crowd.Go(func() {
			if i < r.Clients {
				c.play(playing, ending)
			} else {
				c.keepCash(playing, ending)
			}
		})
	}
	faults, err := r.torment(ctx)
	close(ending)
	time.AfterFunc(settleTime, stop)
	crowd.Wait()
	if ctx.Err() == nil && playing.Err() != nil {
		r.finding(Learnt, "clients", "not all requests were answered for good %s after all was well again", settleTime)
	}
	return faults, err
}

// torment does the faults, tells how it goes, and returns when the time is over and all is good again.
func (r *run) torment(ctx context.Context) ([]history.Fault, error) {
	until := r.began.Add(r.For)
	if r.house == nil {
		done := r.tell(func() (int, string) { return 0, "" })
		defer done()
		wait(ctx, time.Until(until))
		return nil, nil
	}
	t := newTormentor(r.house, r.Options, r.began)
	done := r.tell(t.sofar)
	defer done()
	faults, err := t.run(ctx, until)
	if err != nil || ctx.Err() != nil {
		return faults, err
	}
	healing, cancel := context.WithTimeout(ctx, healTime)
	defer cancel()
	return faults, r.house.heal(healing)
}

// stream is a generator of its own for everybody who draws.
func stream(seed uint64, name string) *rand.Rand {
	hash := fnv.New64a()
	_, _ = io.WriteString(hash, name) // never fails
	_ = binary.Write(hash, binary.BigEndian, seed)
	return rand.New(rand.NewPCG(seed, hash.Sum64()))
}
