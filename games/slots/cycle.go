package slots

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"runtime"
	"sync"
)

// CycleLength returns the number of ways in which the reels can stop: of the windows that CheckCycle visits.
func (e *Engine) CycleLength() int64 { return e.machine.cycle() }

// CheckCycle holds the closed forms against the full cycle: it has every window that there is settled by the code that plays, on
// all cores, and compares what they win. For the built-in strips that takes seconds. visited, if not nil, is called with numbers
// of windows as they are done, from several goroutines. The error names every difference.
func (e *Engine) CheckCycle(visited func(windows int64)) error {
	if visited == nil {
		visited = func(int64) {}
	}
	return e.machine.compare(e.machine.fullCycle(visited))
}

// fullCycle visits every window that there is.
func (m *machine) fullCycle(visited func(windows int64)) distribution {
	firsts := make(chan int)
	parts := make([]distribution, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i := range parts {
		parts[i] = distribution{}
		wg.Go(func() {
			for first := range firsts {
				m.countFrom(first, parts[i])
				visited(m.cycle() / int64(len(m.columns[0])))
			}
		})
	}
	for first := range m.columns[0] {
		firsts <- first
	}
	close(firsts)
	wg.Wait()
	for _, part := range parts[1:] {
		for so, ways := range part {
			parts[0][so] += ways
		}
	}
	return parts[0]
}

// countFrom settles every window that begins with a stop of the first reel, on all paylines, and adds what it comes to.
func (m *machine) countFrom(first int, found distribution) {
	wins := make([]lineWin, 0, len(m.lines))
	var w window
	w[0] = m.columns[0][first]
	for _, w[1] = range m.columns[1] {
		for _, w[2] = range m.columns[2] {
			for _, w[3] = range m.columns[3] {
				for _, w[4] = range m.columns[4] {
					s := spin{window: w}
					m.settle(&s, len(m.lines), wins)
					found[result{s.scatters, s.linePay}]++
				}
			}
		}
	}
}

// compare returns an error unless everything that is computed without a full cycle agrees with one.
func (m *machine) compare(cycle distribution) error {
	var wrong []error
	same := func(what string, computed, counted *big.Rat) {
		if computed.Cmp(counted) != 0 {
			wrong = append(wrong, fmt.Errorf("%s: computed %s, counted %s", what, computed, counted))
		}
	}
	if !maps.Equal(m.distribute(), cycle) {
		wrong = append(wrong, errors.New("the distribution of wins differs"))
	}
	var windows, triggers int64
	var lines, scatters big.Int
	for so, ways := range cycle {
		windows += ways
		addProduct(&lines, ways, so.linePay)
		addProduct(&scatters, ways, m.pays[scatter][so.scatters])
		if so.scatters >= m.free.Scatters {
			triggers += ways
		}
	}
	computed, paylines := m.exactReturn(), big.NewRat(int64(len(m.lines)), 1)
	mean := func(sum *big.Int) *big.Rat { return new(big.Rat).SetFrac(sum, big.NewInt(windows)) }
	same("windows", new(big.Rat).SetInt64(m.cycle()), new(big.Rat).SetInt64(windows))
	same("return of lines", product(computed.Lines, paylines), mean(&lines))
	same("return of scatters", computed.Scatters, mean(&scatters))
	same("chance of free spins", m.triggerChance(), big.NewRat(triggers, windows))
	// The law of a round, which variance and maximum come from, is computed from the distribution: its mean is the RTP once more.
	statistics := m.statistics()
	same("return", product(computed.Total, paylines), statistics.round().mean)
	return errors.Join(wrong...)
}
