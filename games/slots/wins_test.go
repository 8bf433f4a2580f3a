package slots

import (
	"maps"
	"testing"

	"croupier/fairness"
)

// Wins says of every way to stop the reels what a round comes to, as playing it does.
func TestWinsAreThoseOfEveryWay(t *testing.T) {
	t.Parallel()
	for _, cap := range []int64{0, 2} {
		d := shortened(t, "RTP_96", 7)
		d.MaximumWin = cap
		e, err := New(d, "RTP_96")
		if err != nil {
			t.Fatal(err)
		}
		for _, lines := range []int{1, 6, e.Lines()} {
			got, ok := e.Wins(lines)
			if want := everyWay(e.machine, lines); !ok || got.Free != want.Free || got.Cycle != want.Cycle || !maps.Equal(got.Ways, want.Ways) {
				t.Errorf("%d lines, maximum win %d: %+v, played %+v", lines, cap, got, want)
			}
			if cap == 0 && lines == 1 && (got.Free == 0 || len(got.Ways) < 5) {
				t.Errorf("it is no machine to test with: %+v", got)
			}
		}
	}
}

// everyWay plays a round of each way to stop the reels.
func everyWay(m *machine, lines int) Wins {
	w := Wins{Ways: map[int64]int64{}, Cycle: 1}
	for reel := range m.reels {
		w.Cycle *= int64(len(m.paid.stops[reel]))
	}
	var r round
	for way := range w.Cycle {
		words := make([]uint32, m.reels)
		rest := way
		for reel := range words {
			stops := int64(len(m.paid.stops[reel]))
			words[reel] = uint32(rest % stops)
			rest /= stops
		}
		m.play(&r, lines, fairness.Forced(fairness.NewSimulation(1), fairness.Script{"": words}))
		if r.award > 0 {
			w.Free++
		} else {
			w.Ways[r.total]++
		}
	}
	return w
}
