package session

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// roundKey is how a round is found.
type roundKey struct{ operator, round uuid.UUID }

// finishedRounds are the rounds that this server has finished and not yet hinted at, so that the log's leader, which may be another
// server, need not look for them. It is a hint, kept in memory: what is lost with the process, the leader's sweep finds.
type finishedRounds struct {
	wanted atomic.Bool // false until a log runs, and where none is kept
	mu     sync.Mutex
	keys   []roundKey
}

// maxFinished bounds what waits to be hinted at, while the database does not take it or there is no log.
const maxFinished = 1 << 17

// add takes the rounds that the moves of a group have finished: those that done says were written, or all if it is nil.
func (f *finishedRounds) add(group []*move, done []bool) {
	if !f.wanted.Load() {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, m := range group {
		if m.state == nil && (done == nil || done[i]) && len(f.keys) < maxFinished {
			f.keys = append(f.keys, roundKey{m.operator, m.round})
		}
	}
}

func (f *finishedRounds) take() []roundKey {
	f.mu.Lock()
	defer f.mu.Unlock()
	taken := f.keys
	f.keys = make([]roundKey, 0, len(taken))
	return taken
}

func (f *finishedRounds) putBack(keys []roundKey) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.keys = append(f.keys, keys[:min(len(keys), max(0, maxFinished-len(f.keys)))]...)
}

const (
	hintEvery = 250 * time.Millisecond
	hintSize  = 100 // rounds of a row: more would not fit beside others on a page
)

// hint tells the leader of the rounds that this server finishes, until the context ends.
func (l *Log) hint(ctx context.Context) {
	failing := false
	for ctx.Err() == nil {
		pause(ctx, hintEvery)
		bounded, cancel := context.WithTimeout(ctx, requestTimeout)
		err := l.flush(bounded)
		cancel()
		if err != nil && ctx.Err() == nil && !failing {
			l.log.Warn("finished rounds are not noted for the commitment log; it is tried again", "error", err)
		}
		failing = err != nil
	}
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), l.goodbye)
	defer cancel()
	_ = l.flush(bounded) // else the sweep finds them
}

// flush writes down what was finished since the last time.
func (l *Log) flush(ctx context.Context) error {
	keys := l.finished.take()
	if len(keys) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	for rest := keys; len(rest) > 0; rest = rest[min(hintSize, len(rest)):] {
		operators, rounds := columnsOf(rest[:min(hintSize, len(rest))])
		b.Queue(`INSERT INTO log_rounds_due (operators, rounds) VALUES ($1, $2)`, operators, rounds)
	}
	err := l.db.SendBatch(ctx, b).Close()
	if err != nil {
		l.finished.putBack(keys) // a round that is hinted at twice is logged once
	}
	return err
}

// columnsOf parts keys as unnest takes them.
func columnsOf(keys []roundKey) (operators, rounds []uuid.UUID) {
	operators, rounds = make([]uuid.UUID, len(keys)), make([]uuid.UUID, len(keys))
	for i, k := range keys {
		operators[i], rounds[i] = k.operator, k.round
	}
	return operators, rounds
}
