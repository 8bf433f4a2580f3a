package session

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/fairness/commitlog"
	"croupier/games"
)

// hasty is a sweep that waits only for what takes its time to be committed: that has its id before.
var hasty = sweepPace{lag: 2 * time.Second, first: 15 * time.Minute, recent: 20 * time.Millisecond, open: 20 * time.Millisecond, whole: 24 * time.Hour}

// keeper is a node's commitment log while it runs.
type keeper struct {
	*Log
	said *logText
	end  func() // ends it, and waits for that; may be called twice
}

// keepLog runs the log on a node until the test ends, or end is called. change may say otherwise how.
func (b *floorBundle) keepLog(t testing.TB, n *node, change ...func(*Log)) *keeper {
	t.Helper()
	k := &keeper{Log: b.openLog(t, n), said: &logText{}}
	k.log = slog.New(slog.NewJSONHandler(k.said, &slog.HandlerOptions{Level: slog.LevelDebug}))
	for _, c := range change {
		c(k.Log)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		k.Run(ctx)
		close(done)
	}()
	k.end = func() {
		cancel()
		<-done
	}
	t.Cleanup(k.end)
	return k
}

func (b *floorBundle) openLog(t testing.TB, n *node) *Log {
	t.Helper()
	l, err := OpenLog(t.Context(), LogConfig{DB: n.db, Vault: b.vault, Settler: n.settler, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	return l
}

// logText is what was logged, for other goroutines.
type logText struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logText) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logText) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// logged waits until a round has its leaf, and returns the leaf's place.
func (b *floorBundle) logged(t testing.TB, round uuid.UUID) (index int64) {
	t.Helper()
	eventually(t, "round "+round.String()+" is logged", func() bool {
		return b.admin.QueryRow(t.Context(), `SELECT idx FROM log_leaves WHERE round_id = $1`, round).Scan(&index) == nil
	})
	return index
}

// quietLog waits until there is nothing left to log, and ends the log.
func (b *floorBundle) quietLog(t testing.TB, keepers ...*keeper) {
	t.Helper()
	b.whole(t)
	for _, k := range keepers {
		k.end()
	}
	b.whole(t)
}

// whole fails the test unless the log is whole.
func (b *floorBundle) whole(t testing.TB) *LogReport {
	t.Helper()
	return b.wholeWith(t, LogCheck{Grace: patience})
}

func (b *floorBundle) wholeWith(t testing.TB, how LogCheck) *LogReport {
	t.Helper()
	report, err := CheckLog(t.Context(), b.admin, how)
	must(t, err)
	for _, f := range report.Findings {
		t.Errorf("log: %s: %s: %s", f.Rule, f.What, f.Detail)
	}
	return report
}

// leafOf finds the place of a leaf.
func (b *floorBundle) leafOf(t testing.TB, leaf commitlog.Leaf) (index int64) {
	t.Helper()
	eventually(t, "there is a leaf "+string(leaf.Text()), func() bool {
		return b.admin.QueryRow(t.Context(), `SELECT idx FROM log_leaves WHERE kind = $1 AND value = $2`, leaf.Kind, leaf.Value[:]).Scan(&index) == nil
	})
	return index
}

func seedLeaf(t testing.TB, kind commitlog.Kind, text string) commitlog.Leaf {
	t.Helper()
	value, err := commitlog.ParseValue(text)
	must(t, err)
	return commitlog.Leaf{Kind: kind, Value: value}
}

// finish ends a round of ladder that was opened.
func (c chair) finish(t testing.TB) told {
	t.Helper()
	climbed := c.do(t, "climb", climbPayload)
	if climbed.Status == games.InProgress {
		return c.cashOut(t, "out")
	}
	return climbed
}
