package slots

import "math/big"

// Return is what a variant returns of the stake, exactly, and where it comes from. It does not depend on the bet per line, nor on
// the number of active paylines: every row of a reel shows each symbol equally often, so every line returns the same, and scatters
// pay on the total bet.
type Return struct {
	Total     *big.Rat // the RTP: the sum of the others
	Lines     *big.Rat // line wins of the paid spin
	Scatters  *big.Rat // scatter wins of the paid spin
	FreeSpins *big.Rat // all wins of all free spins
}

// exactReturn computes the return from the symbols' counts on the strips, without looking at a whole window.
func (m *machine) exactReturn() Return {
	lines, scatters := m.lineReturn(), m.scatterReturn()
	// A free spin wins what a paid one does, multiplied, and whether it takes place depends only on spins before it: so the free
	// spins return their expected number times what one returns (Wald's identity).
	one := new(big.Rat).Add(lines, scatters)
	free := one.Mul(one, new(big.Rat).Mul(m.expectedFreeSpins(), new(big.Rat).SetInt64(m.free.Multiplier)))
	total := new(big.Rat).Add(lines, scatters)
	return Return{Total: total.Add(total, free), Lines: lines, Scatters: scatters, FreeSpins: free}
}

// expectedFreeSpins returns the expected number of free spins of a round. With λ = Award × the chance that a spin wins some, the
// paid spin wins λ, and each of these λ more: λ + λ².
func (m *machine) expectedFreeSpins() *big.Rat {
	perSpin := m.triggerChance()
	perSpin.Mul(perSpin, new(big.Rat).SetInt64(int64(m.free.Award)))
	square := new(big.Rat).Mul(perSpin, perSpin)
	return square.Add(square, perSpin)
}

// lineReturn returns the expected win of one payline per bet on it: over all combinations of symbols, in how many ways the strips
// show it on a line times what it pays.
func (m *machine) lineReturn() *big.Rat {
	counts := m.symbolCounts()
	var sum int64
	var line [Reels]symbol
	var combine func(reel int, ways int64)
	combine = func(reel int, ways int64) {
		if reel == Reels {
			pay, _ := m.linePay(line)
			sum += ways * pay
			return
		}
		for s, count := range counts[reel] {
			if count > 0 {
				line[reel] = symbol(s)
				combine(reel+1, ways*count)
			}
		}
	}
	combine(0, 1)
	return big.NewRat(sum, m.cycle())
}

// symbolCounts returns how often each symbol is on each strip.
func (m *machine) symbolCounts() (counts [Reels][]int64) {
	for reel, columns := range m.columns {
		counts[reel] = make([]int64, len(m.names))
		for _, c := range columns {
			counts[reel][c[0]]++
		}
	}
	return counts
}

// cycle returns the number of ways in which the reels can stop.
func (m *machine) cycle() int64 {
	cycle := int64(1)
	for _, columns := range m.columns {
		cycle *= int64(len(columns))
	}
	return cycle
}

// scatterReturn returns the expected scatter win per total bet.
func (m *machine) scatterReturn() *big.Rat {
	var sum int64
	for count, ways := range m.scatterWays(0) {
		sum += ways * m.pays[scatter][count]
	}
	return big.NewRat(sum, m.cycle())
}

// triggerChance returns the chance that a spin shows enough scatters to win free spins.
func (m *machine) triggerChance() *big.Rat {
	var sum int64
	for count, ways := range m.scatterWays(0) {
		if count >= m.free.Scatters {
			sum += ways
		}
	}
	return big.NewRat(sum, m.cycle())
}

// scatterWays returns in how many ways the reels from first on can stop with 0, 1, … scatters in their windows.
func (m *machine) scatterWays(first int) (ways [Reels + 1]int64) {
	ways[0] = 1
	for _, columns := range m.columns[first:] {
		var with int64
		for _, c := range columns {
			if c.hasScatter() {
				with++
			}
		}
		without := int64(len(columns)) - with
		for count := Reels; count > 0; count-- {
			ways[count] = ways[count]*without + ways[count-1]*with
		}
		ways[0] *= without
	}
	return ways
}

func (c column) hasScatter() bool {
	for _, s := range c {
		if s == scatter {
			return true
		}
	}
	return false
}
