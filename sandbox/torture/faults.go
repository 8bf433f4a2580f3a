package torture

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"croupier/sandbox/torture/history"
)

// fault is one kind of thing that is done to a house.
type fault struct {
	kind  string
	about string
	needs []part // what it is done to: nothing else is done to that at the same time
	do    func(ctx context.Context, t *tormentor, i int) (what string, err error)
}

// part is something that faults are done to: with an i, that of server i.
type part string

const (
	postgresql part = "postgres"
	serverI    part = "server"    // the process
	dataI      part = "database"  // its way to the database
	playersI   part = "players"   // its players' way to it
	all        part = "everybody" // both servers' processes
)

// faults are all kinds.
var faults = []fault{
	{"kill-server", "SIGKILL of a server, which is started again", []part{serverI}, killServer},
	{"kill-servers", "SIGKILL of all servers at once", []part{all}, killServers},
	{"stop-server", "SIGTERM of a server, which is started again", []part{serverI}, stopServer},
	{"pause-server", "SIGSTOP of a server, and SIGCONT", []part{serverI}, pauseServer},
	{"kill-postgres", "SIGKILL of Postgres, which recovers", []part{postgresql}, killPostgres},
	{"pause-postgres", "SIGSTOP of all of Postgres, as a disk that hangs", []part{postgresql}, pausePostgres},
	{"end-sessions", "pg_terminate_backend of sessions at work, some inside COMMIT", []part{postgresql}, endSessions},
	{"lose-replies", "what Postgres replies to a server is lost: it commits, and the server is not told", []part{dataI}, loseReplies},
	{"cut-database", "a server's connections to Postgres are cut", []part{dataI}, cutDatabase},
	{"slow-database", "what goes between a server and Postgres is late or comes in pieces", []part{dataI}, slowDatabase},
	{"slow-players", "what goes between players and a server is late, slow or comes in pieces", []part{playersI}, slowPlayers},
	{"cut-players", "players' connections are reset, or end in the middle of a message", []part{playersI}, cutPlayers},
	{"half-close", "players' connections are dead in one direction, or closed on one side only", []part{playersI}, halfClose},
}

// Kinds are the kinds of faults, with what each is.
func Kinds() (kinds, about []string) {
	for _, f := range faults {
		kinds, about = append(kinds, f.kind), append(about, f.about)
	}
	return kinds, about
}

// tormentor does things to a house.
type tormentor struct {
	house  *house
	choice *rand.Rand // of the schedule; what a fault draws comes from luck, so that faults at the same time do not share one
	scale  float64    // of all times: 1 in a run of a minute or longer
	began  time.Time
	kinds  []fault

	mu   sync.Mutex
	luck *rand.Rand
	done []history.Fault
	err  error
}

func newTormentor(h *house, o Options, began time.Time) *tormentor {
	t := &tormentor{house: h, choice: stream(o.Seed, "faults"), luck: stream(o.Seed, "luck"), began: began}
	t.scale = min(1, max(0.2, o.For.Seconds()/60))
	for _, f := range faults {
		if o.Faults == nil || slices.Contains(o.Faults, f.kind) {
			t.kinds = append(t.kinds, f)
		}
	}
	return t
}

// run does one fault after the other until the time is over, but each kind at least once. It returns when all is good again.
func (t *tormentor) run(ctx context.Context, until time.Time) ([]history.Fault, error) {
	if len(t.kinds) == 0 {
		wait(ctx, time.Until(until))
		return nil, nil
	}
	busy, under := newParts(serversOfHouse), sync.WaitGroup{}
	for pass := 0; ctx.Err() == nil && (pass == 0 || time.Now().Before(until)); pass++ {
		for _, k := range t.choice.Perm(len(t.kinds)) {
			f, i := t.kinds[k], t.choice.IntN(serversOfHouse)
			gap, alone := t.between(500, 2500), t.choice.IntN(4) > 0
			wait(ctx, gap)
			if ctx.Err() != nil || t.failed() || pass > 0 && time.Now().After(until) {
				break
			}
			release := busy.take(f.needs, i)
			under.Go(func() {
				defer release()
				t.commit(ctx, f, i)
			})
			if alone {
				under.Wait()
			}
		}
		if t.failed() {
			break
		}
	}
	under.Wait()
	wait(ctx, time.Until(until))
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.done, t.err
}

// commit does one fault and writes it down.
func (t *tormentor) commit(ctx context.Context, f fault, i int) {
	at := time.Since(t.began)
	what, err := f.do(ctx, t, i)
	t.mu.Lock()
	defer t.mu.Unlock()
	t.done = append(t.done, history.Fault{At: at, For: time.Since(t.began) - at, Kind: f.kind, What: what})
	slices.SortStableFunc(t.done, func(a, b history.Fault) int { return int(a.At - b.At) })
	if err != nil && t.err == nil && ctx.Err() == nil {
		t.err = fmt.Errorf("%s: %w", f.kind, err)
	}
}

func (t *tormentor) failed() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.err != nil
}

// sofar is how many faults there were, and the newest.
func (t *tormentor) sofar() (n int, last string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n = len(t.done); n > 0 {
		last = t.done[n-1].Kind
	}
	return n, last
}

// between is a time of so many milliseconds, scaled, drawn by the schedule.
func (t *tormentor) between(least, most int) time.Duration {
	return time.Duration(t.scale * float64(time.Millisecond) * float64(least+t.choice.IntN(most-least+1)))
}

// parts are what faults have taken. One goroutine takes them.
type parts struct {
	mu    sync.Mutex
	freed *sync.Cond
	taken map[string]bool
	n     int
}

func newParts(servers int) *parts {
	p := &parts{taken: map[string]bool{}, n: servers}
	p.freed = sync.NewCond(&p.mu)
	return p
}

// take waits until nothing is done to any of the parts.
func (p *parts) take(needs []part, i int) (release func()) {
	var names []string
	for _, need := range needs {
		switch need {
		case postgresql:
			names = append(names, string(need))
		case all:
			for j := range p.n {
				names = append(names, fmt.Sprint(serverI, j))
			}
		default:
			names = append(names, fmt.Sprint(need, i))
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for slices.ContainsFunc(names, func(name string) bool { return p.taken[name] }) {
		p.freed.Wait()
	}
	for _, name := range names {
		p.taken[name] = true
	}
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, name := range names {
			delete(p.taken, name)
		}
		p.freed.Broadcast()
	}
}
