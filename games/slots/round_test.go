package slots

import (
	"fmt"
	"testing"

	"croupier/fairness"
)

// stopsWith returns a stop of every reel, with a scatter in the windows of the first so many reels and in no other, on which no
// payline wins.
func stopsWith(t *testing.T, m *machine, count int) []uint32 {
	t.Helper()
	var stops []uint32
	var s spin
	var search func(reel int) bool
	search = func(reel int) bool {
		if reel == m.reels {
			var probe = spin{window: s.window}
			m.settle(&probe, len(m.lines), nil)
			return probe.linePay == 0
		}
		for stop, c := range m.paid.stops[reel] {
			if (c.scatters > 0) == (reel < count) {
				s.window[reel] = c.column
				stops = append(stops, uint32(stop))
				if search(reel + 1) {
					return true
				}
				stops = stops[:reel]
			}
		}
		return false
	}
	if !search(0) {
		t.Fatalf("no window with %d scatters and no line win", count)
	}
	return stops
}

func TestFreeSpins(t *testing.T) {
	t.Parallel()
	m := builtInMachine(t, "RTP_96")
	none, three, five := stopsWith(t, m, 0), stopsWith(t, m, 3), stopsWith(t, m, 5)
	all := make([]int, 120)
	for i := range all {
		all[i] = i
	}
	for _, test := range []struct {
		name       string
		paid       []uint32
		three      []int // the free spins that show three scatters
		free       int
		total      int64 // in total bets
		retriggers int
	}{
		{"no scatters, no free spins", none, all, 0, 0, 0},
		{"two scatters are not enough", stopsWith(t, m, 2), all, 0, 0, 0},
		{"three scatters", three, nil, 10, 2, 0},
		{"five scatters win as many", five, nil, 10, 100, 0},
		{"scatters in free spins pay threefold and win ten more", three, []int{0}, 20, 2 + 6, 1},
		{"also in the last one", three, []int{9}, 20, 2 + 6, 1},
		{"twice", three, []int{3, 4}, 30, 2 + 2*6, 2},
		{"the won ones pay but win no more", three, []int{0, 10, 19}, 20, 2 + 3*6, 1},
		{"the most", three, all, 110, 2 + 110*6, 10},
	} {
		t.Run(test.name, func(t *testing.T) {
			script := fairness.Script{"": test.paid}
			for k := range all {
				script[fmt.Sprint("fs", k)] = none
			}
			for _, k := range test.three {
				script[fmt.Sprint("fs", k)] = three
			}
			const lines = 7
			var r round
			m.play(&r, lines, fairness.Forced(fairness.NewSimulation(1), script))
			if len(r.free) != test.free || r.total != test.total*lines {
				t.Errorf("%d free spins, %d in all; want %d, %d", len(r.free), r.total, test.free, test.total*lines)
			}
			if (r.award > 0) != (test.free > 0) {
				t.Errorf("triggered: %v", r.award)
			}
			retriggers := 0
			for k, free := range r.free {
				if free.award > 0 {
					retriggers++
				}
				if free.win != 3*free.pay() {
					t.Errorf("free spin %d wins %d, its window %d", k, free.win, free.pay())
				}
			}
			if retriggers != test.retriggers {
				t.Errorf("%d retriggers, want %d", retriggers, test.retriggers)
			}
		})
	}
}

// TestEveryStopIsReached checks that nothing on the strips is for show: every stop comes up, in about the share that it should.
func TestEveryStopIsReached(t *testing.T) {
	t.Parallel()
	m := builtInMachine(t, "RTP_96")
	stream := fairness.NewSimulation(4).Stream("")
	const spins = 32_000
	var seen [5]map[uint32]int
	for reel := range seen {
		seen[reel] = map[uint32]int{}
	}
	for range spins {
		var s spin
		m.draw(&s, m.paid, stream)
		for reel, stop := range s.stops[:m.reels] {
			seen[reel][stop]++
		}
	}
	for reel, stops := range m.paid.stops[:m.reels] {
		for stop := range stops {
			if n := seen[reel][uint32(stop)]; n < 800 || n > 1200 { // 1,000 ± 31 expected
				t.Fatalf("reel %d stopped at %d in %d of %d spins, want about %d", reel+1, stop, n, spins, spins/len(stops))
			}
		}
	}
}
