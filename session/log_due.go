package session

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"croupier/games"
)

// roundKey is how a round is found.
type roundKey struct{ operator, round uuid.UUID }

// finishedRound is a round that is over, with the hash of its record where it is known: else it is zero, and the record is read.
type finishedRound struct {
	roundKey
	hash games.Hash
}

// finishedRounds are the rounds that this server has finished and that are neither logged nor hinted at. The leader of the log takes those
// of its own server from here; the other servers hint at theirs. They are kept in memory: what is lost with the process, the leader's sweep
// finds.
type finishedRounds struct {
	wanted  atomic.Bool // false until a log runs, and where none is kept
	flush   sync.Mutex  // held while they are taken and written down, so that the leader finds them here or there
	mu      sync.Mutex
	waiting []finishedRound
	since   time.Time // since when the first of them waits
}

// maxFinished bounds what waits, while the database does not take it.
const maxFinished = 1 << 17

// add takes the rounds that the moves of a group have finished: those that done says were written, or all if it is nil, because it is
// not known; then their records are read.
func (f *finishedRounds) add(group []*move, done []bool) {
	if !f.wanted.Load() {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, m := range group {
		if m.state != nil || done != nil && !done[i] || len(f.waiting) >= maxFinished {
			continue
		}
		if len(f.waiting) == 0 {
			f.since = time.Now()
		}
		round := finishedRound{roundKey: roundKey{m.operator, m.round}}
		if done != nil {
			round.hash = m.record
		}
		f.waiting = append(f.waiting, round)
	}
}

// take returns at most so many rounds, the first ones first, since when the first of them waits, and whether it leaves any.
func (f *finishedRounds) take(most int) (taken []finishedRound, since time.Time, more bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	taken, since = f.waiting, f.since
	if len(taken) > most {
		f.waiting = slices.Clone(taken[most:]) // which wait since then, or less
		return taken[:most:most], since, true
	}
	f.waiting = make([]finishedRound, 0, len(taken))
	return taken, since, false
}

// putBack gives back what was taken and could not be written.
func (f *finishedRounds) putBack(rounds []finishedRound, since time.Time) {
	if len(rounds) == 0 {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.waiting = append(f.waiting, rounds[:min(len(rounds), max(0, maxFinished-len(f.waiting)))]...)
	f.since = since
}

const (
	hintEvery = 250 * time.Millisecond
	hintSize  = 64 // rounds of a row
)

// hint tells the leader of the rounds that this server finishes, unless it leads itself, until the context ends.
func (l *Log) hint(ctx context.Context) {
	failing := false
	for ctx.Err() == nil {
		pause(ctx, hintEvery)
		if l.leading.Load() {
			continue
		}
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
	l.finished.flush.Lock()
	defer l.finished.flush.Unlock()
	finished, since, _ := l.finished.take(maxFinished)
	if len(finished) == 0 {
		return nil
	}
	b := &pgx.Batch{}
	for part := range slices.Chunk(finished, hintSize) {
		hashes := make([][]byte, len(part))
		keys := make([]roundKey, len(part))
		for i := range part {
			keys[i] = part[i].roundKey
			if part[i].hash != (games.Hash{}) {
				hashes[i] = part[i].hash[:]
			}
		}
		operators, rounds := columnsOf(keys)
		b.Queue(`INSERT INTO log_rounds_due (operators, rounds, hashes) VALUES ($1, $2, $3)`, operators, rounds, hashes)
	}
	err := l.db.SendBatch(ctx, b).Close()
	if err != nil {
		l.finished.putBack(finished, since) // a round that is hinted at twice is logged once
	}
	return err
}

// uuids is a column of ids. uuid.UUID is a driver.Valuer: an array of those goes through text, one by one.
type uuids = pgtype.FlatArray[pgtype.UUID]

func columnOf(id uuid.UUID) pgtype.UUID { return pgtype.UUID{Bytes: id, Valid: true} }

// columnsOf parts keys as unnest takes them.
func columnsOf(keys []roundKey) (operators, rounds uuids) {
	operators, rounds = make(uuids, len(keys)), make(uuids, len(keys))
	for i, k := range keys {
		operators[i], rounds[i] = columnOf(k.operator), columnOf(k.round)
	}
	return operators, rounds
}
