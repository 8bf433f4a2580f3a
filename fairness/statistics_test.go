package fairness

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math"
	"testing"
)

// The seeds of all tests here are fixed, so each passes or fails for ever: they guard against a bias or a bond that is put into the
// code, not against bad luck. docs/fairness-report.md has a battery of tests on other seeds.

// numbered returns a server seed that is as good as random, the same every time.
func numbered(i int) ServerSeed {
	sum := sha256.Sum256(fmt.Appendf(nil, "statistics/%d", i))
	return mustParseServerSeed(hex.EncodeToString(sum[:]))
}

// deviations says how far counts are from being equally likely, in standard deviations: the chi-square statistic, made nearly normal
// as Wilson and Hilferty do (1931). A fit that is too good is far below 0.
func deviations(counts []uint64) float64 {
	var total float64
	for _, c := range counts {
		total += float64(c)
	}
	expected := total / float64(len(counts))
	var chi2 float64
	for _, c := range counts {
		d := float64(c) - expected
		chi2 += d * d / expected
	}
	k := float64(len(counts) - 1)
	return (math.Cbrt(chi2/k) - (1 - 2/(9*k))) / math.Sqrt(2/(9*k))
}

// mostDeviations is what no test may be off by: in 100,000 such tests about 1 would be by chance.
const mostDeviations = 4.4

// Every n up to 128, and some that games and lotteries use, drawn from many pairs and rounds. The deviations of all together must be as
// scattered as chance has it, too: a bias too small for one n would show there.
func TestIntnIsUniformForManyN(t *testing.T) {
	t.Parallel()
	ns := []uint64{144, 208, 256, 312, 360, 365, 416, 512, 777, 1000, 1024, 3003, 4096}
	for n := uint64(2); n <= 128; n++ {
		ns = append(ns, n)
	}
	var sum, squares float64
	for _, n := range ns {
		counts := make([]uint64, n)
		for i := 0; i < 40; i++ {
			pair := Pair{ServerSeed: numbered(i), ClientSeed: "uniform"}
			for nonce := range uint64(10) {
				s := pair.Round(nonce*1000 + n).Stream("")
				for range max(64, n/8) {
					counts[s.Intn(n)]++
				}
			}
		}
		z := deviations(counts)
		if math.Abs(z) > mostDeviations {
			t.Errorf("Intn(%d) is %.1f deviations from uniform", n, z)
		}
		sum, squares = sum+z, squares+z*z
	}
	all := float64(len(ns))
	mean, variance := sum/all, squares/all
	if math.Abs(mean)*math.Sqrt(all) > mostDeviations || math.Abs(variance-1)*math.Sqrt(all/2) > mostDeviations {
		t.Errorf("the deviations of %d different n have the mean %.2f and the variance %.2f, not 0 and 1", len(ns), mean, variance)
	}
}

// n that 2^32 is not nearly a multiple of: a plain remainder would prefer small values, two to one in the worst case.
func TestIntnIsUniformWhereMostWordsAreRefused(t *testing.T) {
	t.Parallel()
	const cells = 64
	for _, n := range []uint64{1<<31 + 1, 3 << 30, 1<<32 - 1, 1 << 32, 1<<32/3 + 1, 1<<31 - 1, 5 << 29, 1_000_000_007} {
		counts := make([]uint64, cells)
		for i := range 40 {
			s := Pair{ServerSeed: numbered(i), ClientSeed: "large"}.Round(n).Stream("0")
			for range 500 {
				counts[s.Intn(n)*cells/n]++ // n is large: the cells differ by less than a millionth
			}
		}
		if z := deviations(counts); math.Abs(z) > mostDeviations {
			t.Errorf("Intn(%d) is %.1f deviations from uniform", n, z)
		}
	}
}

// Two draws that have nothing to do with each other make every pair of values equally likely, and do not rise and fall together. No draw
// is in two pairs: those would not be independent themselves.
func TestDrawsAreIndependent(t *testing.T) {
	t.Parallel()
	const cells, draws = 16, 40_000
	first := func(p Pair, nonce uint64, label string) uint64 { return p.Round(nonce).Stream(label).Intn(cells) }
	ours := Pair{ServerSeed: numbered(0), ClientSeed: "independent"}
	seedPlus := func(i int) Pair { return Pair{ServerSeed: numbered(i), ClientSeed: ours.ClientSeed} }
	clientPlus := func(i int) Pair { return Pair{ServerSeed: ours.ServerSeed, ClientSeed: fmt.Sprint("player ", i)} }
	for name, both := range map[string]func(i int) (a, b uint64){
		"a round and the next": func(i int) (a, b uint64) { n := 2 * uint64(i); return first(ours, n, ""), first(ours, n+1, "") },
		"a round and the one after ten": func(i int) (a, b uint64) {
			n := uint64(i/10*20 + i%10)
			return first(ours, n, ""), first(ours, n+10, "")
		},
		"a round and one with a 0 behind":     func(i int) (a, b uint64) { n := uint64(i)*10 + 1; return first(ours, n, ""), first(ours, 10*n, "") },
		"a step and the next":                 func(i int) (a, b uint64) { n := uint64(i); return first(ours, n, "0"), first(ours, n, "1") },
		"the opening and the first step":      func(i int) (a, b uint64) { n := uint64(i); return first(ours, n, "init"), first(ours, n, "0") },
		"a round of one step and one of more": func(i int) (a, b uint64) { n := uint64(i); return first(ours, n, ""), first(ours, n, "init") },
		"two players' server seeds":           func(i int) (a, b uint64) { return first(seedPlus(2*i), 0, ""), first(seedPlus(2*i+1), 0, "") },
		"two players' client seeds":           func(i int) (a, b uint64) { return first(clientPlus(2*i), 0, ""), first(clientPlus(2*i+1), 0, "") },
		"a player's pair and the next one":    func(i int) (a, b uint64) { return first(seedPlus(2*i), 7, ""), first(seedPlus(2*i+1), 0, "") },
		"two words of a stream":               func(i int) (a, b uint64) { s := ours.Round(uint64(i)).Stream(""); return s.Intn(cells), s.Intn(cells) },
		"the ends of two blocks": func(i int) (a, b uint64) {
			s := ours.Round(uint64(i)).Stream("fs0")
			for range 15 {
				s.Uint32()
			}
			a = s.Intn(cells)
			return a, s.Intn(cells)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pairs := make([]uint64, cells*cells)
			var products float64 // of both distances from the middle
			for i := 1; i <= draws; i++ {
				a, b := both(i)
				pairs[a*cells+b]++
				products += (float64(a) - (cells-1)/2.) * (float64(b) - (cells-1)/2.)
			}
			if z := deviations(pairs); math.Abs(z) > mostDeviations {
				t.Errorf("the pairs of values are %.1f deviations from uniform", z)
			}
			const variance = (cells*cells - 1) / 12. // of one draw
			if z := products / variance / math.Sqrt(draws); math.Abs(z) > mostDeviations {
				t.Errorf("the correlation is %.4f, %.1f deviations from none", z/math.Sqrt(draws), z)
			}
		})
	}
}

// Neighbours in everything that goes into a stream differ in half of their bits.
func TestNeighbouringStreamsDifferInHalfOfTheirBits(t *testing.T) {
	t.Parallel()
	const streams, words = 2000, 16
	base := Pair{ServerSeed: numbered(1), ClientSeed: "neighbours"}
	flipped := func(i int) ServerSeed { // one hex digit of the server seed is another
		text := []byte(base.ServerSeed.Reveal())
		digit := &text[i%len(text)]
		if *digit == 'f' {
			*digit = '0'
		} else if *digit == '9' {
			*digit = 'a'
		} else {
			*digit++
		}
		return mustParseServerSeed(string(text))
	}
	for name, other := range map[string]func(i int) Draws{
		"nonce": func(i int) Draws { return base.Round(uint64(i) + 1) },
		"client seed": func(i int) Draws {
			return Pair{ServerSeed: base.ServerSeed, ClientSeed: base.ClientSeed + "s"}.Round(uint64(i))
		},
		"server seed": func(i int) Draws { return Pair{ServerSeed: flipped(i), ClientSeed: base.ClientSeed}.Round(uint64(i)) },
	} {
		var ones float64
		for i := range streams {
			a, b := base.Round(uint64(i)).Stream("init"), other(i).Stream("init")
			for range words {
				for x := a.Uint32() ^ b.Uint32(); x != 0; x &= x - 1 {
					ones++
				}
			}
		}
		const bits = streams * words * 32
		if z := (ones - bits/2) / math.Sqrt(bits/4.); math.Abs(z) > mostDeviations {
			t.Errorf("%s: %.4f of the bits differ, %.1f deviations from half", name, ones/bits, z)
		}
	}
}
