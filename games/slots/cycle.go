package slots

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"runtime"
	"sync"
)

// CycleLength returns the number of windows that CheckCycle visits: of the ways in which the reels can stop, for the paid spin and,
// where their strips differ, for free spins.
func (e *Engine) CycleLength() int64 {
	m := e.machine
	if m.free == m.paid {
		return m.paid.cycle(m.reels)
	}
	return m.paid.cycle(m.reels) + m.free.cycle(m.reels)
}

// CheckCycle holds the closed forms against the full cycle: it has every window that there is settled by the code that plays, on
// all cores, and compares what they win. For the built-in strips that takes seconds. visited, if not nil, is called with numbers
// of windows as they are done, from several goroutines. The error names every difference.
func (e *Engine) CheckCycle(visited func(windows int64)) error {
	if visited == nil {
		visited = func(int64) {}
	}
	m := e.machine
	paid := m.fullCycle(m.paid, visited)
	free := paid
	if m.free != m.paid {
		free = m.fullCycle(m.free, visited)
	}
	return m.compare(paid, free)
}

// fullCycle visits every window that there is.
func (m *machine) fullCycle(from *strips, visited func(windows int64)) distribution {
	firsts := make(chan int)
	parts := make([]distribution, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i := range parts {
		parts[i] = distribution{}
		wg.Go(func() {
			for first := range firsts {
				m.countFrom(from, first, parts[i])
				visited(from.cycle(m.reels) / int64(len(from.stops[0])))
			}
		})
	}
	for first := range from.stops[0] {
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
func (m *machine) countFrom(from *strips, first int, found distribution) {
	wins := make([]lineWin, 0, len(m.lines))
	var visit func(reel int, w *window, scatters int)
	visit = func(reel int, w *window, scatters int) {
		if reel == m.reels {
			s := spin{window: *w, scatters: scatters}
			m.settle(&s, len(m.lines), wins)
			found[result{s.scatters, s.linePay}]++
			return
		}
		for _, stop := range from.stops[reel] {
			w[reel] = stop.column
			visit(reel+1, w, scatters+int(stop.scatters))
		}
	}
	stop := from.stops[0][first]
	visit(1, &window{stop.column}, int(stop.scatters))
}

// compare returns an error unless everything that is computed without a full cycle agrees with those of the paid spin and of free
// spins.
func (m *machine) compare(paid, free distribution) error {
	var wrong []error
	same := func(what string, computed, counted *big.Rat) {
		if computed.Cmp(counted) != 0 {
			wrong = append(wrong, fmt.Errorf("%s: computed %s, counted %s", what, computed, counted))
		}
	}
	computed, a, b := m.exactReturn(), m.countedMeans(paid), m.countedMeans(free)
	spins := whole(1)
	for range m.retriggers {
		spins = sum(whole(1), product(b.award, spins))
	}
	spins = product(a.award, spins)
	same("return of lines", computed.Lines, a.lines)
	same("return of scatters", computed.Scatters, a.scatters)
	same("chance of free spins", m.triggerChance(m.paid), a.trigger)
	same("free spins per round", m.expectedFreeSpins(), spins)
	same("return of free spins", computed.FreeSpins, product(spins, whole(m.multiplier), sum(b.lines, b.scatters)))
	same("windows", whole(m.paid.cycle(m.reels)), a.windows)
	same("windows of free spins", whole(m.free.cycle(m.reels)), b.windows)
	for from, cycle := range map[*strips]distribution{m.paid: paid, m.free: free} {
		if found, ok := m.distribute(from, m.lines); ok && !maps.Equal(found, cycle) {
			wrong = append(wrong, errors.New("the distribution of wins differs"))
		}
	}
	// The law of a round, which variance and maximum come from, is computed from the distribution: its mean is the RTP once more.
	if statistics, ok := m.statistics(m.lines); ok {
		same("return", product(computed.Total, whole(int64(len(m.lines)))), statistics.round().mean)
	}
	return errors.Join(wrong...)
}

// counted are the means over a cycle.
type counted struct{ windows, lines, scatters, award, trigger *big.Rat }

func (m *machine) countedMeans(cycle distribution) counted {
	var windows, triggers int64
	var lines, scatters, awards big.Int
	for so, ways := range cycle {
		windows += ways
		addProduct(&lines, ways, so.linePay)
		addProduct(&scatters, ways, m.scatterPays[so.scatters])
		addProduct(&awards, ways, m.awards[so.scatters])
		if m.awards[so.scatters] > 0 {
			triggers += ways
		}
	}
	mean := func(sum *big.Int) *big.Rat { return new(big.Rat).SetFrac(sum, big.NewInt(windows)) }
	return counted{whole(windows), product(mean(&lines), big.NewRat(1, int64(len(m.lines)))), mean(&scatters), mean(&awards),
		big.NewRat(triggers, windows)}
}
