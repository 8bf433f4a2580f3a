package slots

import (
	"math/big"
	"slices"
	"sync/atomic"
	"testing"
)

// variants are the nominal returns.
var variants = map[string]*big.Rat{
	"RTP_92": big.NewRat(92, 100),
	"RTP_94": big.NewRat(94, 100),
	"RTP_96": big.NewRat(96, 100),
	"RTP_97": big.NewRat(97, 100),
}

func TestReturnIsGolden(t *testing.T) {
	t.Parallel()
	golden := map[string]string{
		"RTP_92": "2172237815806350393465/2361183241434822606848",
		"RTP_94": "2219485232646601241049/2361183241434822606848",
		"RTP_96": "2266717428916792850089/2361183241434822606848",
		"RTP_97": "2290340618453848072567/2361183241434822606848",
	}
	for variant, nominal := range variants {
		r := builtInMachine(t, variant).exactReturn()
		if got := r.Total.String(); got != golden[variant] {
			t.Errorf("%s returns %s, want %s", variant, got, golden[variant])
		}
		if sum := sum(r.Lines, r.Scatters, r.FreeSpins); sum.Cmp(r.Total) != 0 {
			t.Errorf("%s: the parts make %s, not %s", variant, sum, r.Total)
		}
		short := new(big.Rat).Sub(nominal, r.Total)
		if short.Sign() < 0 || short.Cmp(big.NewRat(5, 10_000)) > 0 {
			t.Errorf("%s is %s below its nominal return", variant, short.FloatString(6))
		}
	}
}

// TestFullCycle holds the closed forms against the full cycle of strips that are cut down to some sixty thousand windows a variant. That
// of the strips as they are is for `croupier rtp slots --full-cycle`.
func TestFullCycle(t *testing.T) {
	t.Parallel()
	for variant := range variants {
		t.Run(variant, func(t *testing.T) {
			t.Parallel()
			engine, err := New(shortened(t, variant, 9), variant)
			if err != nil {
				t.Fatal(err)
			}
			var visited atomic.Int64
			if err := engine.CheckCycle(func(windows int64) { visited.Add(windows) }); err != nil {
				t.Error(err)
			}
			if visited.Load() != engine.CycleLength() {
				t.Errorf("visited %d windows of %d", visited.Load(), engine.CycleLength())
			}
		})
	}
}

// TestFullCycleFindsAMistake makes sure that the comparison can fail.
func TestFullCycleFindsAMistake(t *testing.T) {
	t.Parallel()
	m := newMachine(shortened(t, "RTP_96", 5), "RTP_96")
	cycle := m.fullCycle(m.paid, func(int64) {})
	if err := m.compare(cycle, cycle); err != nil {
		t.Fatal(err)
	}
	cycle[result{scatters: 0, linePay: 1}]++
	if err := m.compare(cycle, cycle); err == nil {
		t.Error("a window too many went unnoticed")
	}
}

// shortened returns the embedded definition with only so many stops, or one more, on each strip of a variant, and on each the
// scatter and a wild.
func shortened(t *testing.T, variant string, stops int) *Definition {
	t.Helper()
	d, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	for reel, strip := range d.Strips[variant] {
		at := slices.Index(strip, d.Scatter)
		short := slices.Concat(strip, strip)[at : at+stops]
		if !slices.Contains(short, d.Wild) {
			short = append(slices.Clone(short), d.Wild)
		}
		d.Strips[variant][reel] = short
	}
	return reparsed(t, d)
}
