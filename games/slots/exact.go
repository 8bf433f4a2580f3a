package slots

import "math/big"

// Return is what a variant returns of the stake, exactly, and where it comes from, before the maximum win takes from it. It does not
// depend on the bet per line, nor on the number of active paylines: every row of a reel shows each symbol equally often, so every
// line returns the same, and scatters pay on the total bet.
type Return struct {
	Total     *big.Rat // the sum of the others; the RTP of a machine without a maximum win
	Lines     *big.Rat // line wins of the paid spin
	Scatters  *big.Rat // scatter wins of the paid spin
	FreeSpins *big.Rat // all wins of all free spins
}

// exactReturn computes the return from the symbols' counts on the strips, without looking at a whole window.
func (m *machine) exactReturn() Return {
	lines, scatters := m.lineReturn(m.paid), m.scatterReturn(m.paid)
	// A free spin wins, multiplied, what a spin of its strips does on average, and whether it takes place depends only on spins
	// before it: so the free spins return their expected number times what one returns (Wald's identity).
	one := sum(m.lineReturn(m.free), m.scatterReturn(m.free))
	free := product(one, m.expectedFreeSpins(), whole(m.multiplier))
	return Return{Total: sum(lines, scatters, free), Lines: lines, Scatters: scatters, FreeSpins: free}
}

// expectedFreeSpins returns the expected number of free spins of a round. The paid spin wins α on average, a free spin λ unless it is
// of the last generation. So the generations have α, αλ, αλ², … spins, and with R retriggers all of them α·(1 + λ + … + λ^R).
func (m *machine) expectedFreeSpins() *big.Rat {
	lambda, each := m.expectedAward(m.free), whole(1)
	for range m.retriggers {
		each = sum(whole(1), product(lambda, each))
	}
	return product(m.expectedAward(m.paid), each)
}

// lineReturn returns the expected win of one payline per bet on it. It stops the reels one after the other and counts in how many
// ways each run comes about.
func (m *machine) lineReturn(from *strips) *big.Rat {
	var won big.Int
	runs, rest := map[run]int64{{}: 1}, from.cycle(m.reels)
	for reel := range m.reels {
		rest /= int64(len(from.stops[reel]))
		longer := map[run]int64{}
		for s, count := range m.symbolCounts(from, reel) {
			for r, ways := range runs {
				if next, ok := m.extend(r, symbol(s)); ok {
					longer[next] += ways * count
				} else {
					addProduct(&won, ways*count, rest, m.worth(r, reel))
				}
			}
		}
		runs = longer
	}
	for r, ways := range runs {
		addProduct(&won, ways, m.worth(r, m.reels))
	}
	return new(big.Rat).SetFrac(&won, big.NewInt(from.cycle(m.reels)))
}

// symbolCounts returns how often each symbol is on a strip.
func (m *machine) symbolCounts(from *strips, reel int) []int64 {
	counts := make([]int64, len(m.names))
	for _, s := range from.stops[reel] {
		counts[s.column[0]]++
	}
	return counts
}

// cycle returns the number of ways in which the reels can stop.
func (s *strips) cycle(reels int) int64 {
	cycle := int64(1)
	for _, stops := range s.stops[:reels] {
		cycle *= int64(len(stops))
	}
	return cycle
}

// scatterReturn returns the expected scatter win per total bet.
func (m *machine) scatterReturn(from *strips) *big.Rat { return m.scatterMean(from, &m.scatterPays) }

// expectedAward returns the expected number of free spins that a spin wins, if it may.
func (m *machine) expectedAward(from *strips) *big.Rat { return m.scatterMean(from, &m.awards) }

// triggerChance returns the chance that a spin wins free spins, if it may.
func (m *machine) triggerChance(from *strips) *big.Rat {
	var wins [maxScatters + 1]int64
	for count, award := range m.awards {
		wins[count] = min(award, 1)
	}
	return m.scatterMean(from, &wins)
}

// scatterMean returns the mean of something that a spin has by its scatters.
func (m *machine) scatterMean(from *strips, of *[maxScatters + 1]int64) *big.Rat {
	var total big.Int
	for count, ways := range m.scatterWays(from) {
		addProduct(&total, ways, of[count])
	}
	return new(big.Rat).SetFrac(&total, big.NewInt(from.cycle(m.reels)))
}

// scatterWays returns in how many ways the reels can stop with 0, 1, … scatters in the window.
func (m *machine) scatterWays(from *strips) (ways [maxScatters + 1]int64) {
	ways[0] = 1
	for _, stops := range from.stops[:m.reels] {
		var shown [MaxRows + 1]int64 // stops by scatters
		for _, s := range stops {
			shown[s.scatters]++
		}
		var next [maxScatters + 1]int64
		for count, before := range ways {
			for more, stops := range shown {
				if before > 0 && stops > 0 {
					next[count+more] += before * stops
				}
			}
		}
		ways = next
	}
	return ways
}

// addProduct adds the product of the factors to sum.
func addProduct(sum *big.Int, factors ...int64) {
	p := big.NewInt(1)
	for _, f := range factors {
		p.Mul(p, big.NewInt(f))
	}
	sum.Add(sum, p)
}

func whole(n int64) *big.Rat { return new(big.Rat).SetInt64(n) }

func sum(terms ...*big.Rat) *big.Rat {
	s := new(big.Rat)
	for _, t := range terms {
		s.Add(s, t)
	}
	return s
}

func difference(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }

func product(factors ...*big.Rat) *big.Rat {
	p := big.NewRat(1, 1)
	for _, f := range factors {
		p.Mul(p, f)
	}
	return p
}

// power returns base^exponent, for an exponent that is not negative.
func power(base *big.Rat, exponent int64) *big.Rat {
	e := big.NewInt(exponent)
	return new(big.Rat).SetFrac(new(big.Int).Exp(base.Num(), e, nil), new(big.Int).Exp(base.Denom(), e, nil))
}
