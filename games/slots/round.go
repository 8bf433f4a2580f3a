package slots

import "croupier/fairness"

// round is a whole round: the spin that the player paid for and the free spins that came of it. One can be played after another:
// it keeps its space.
type round struct {
	spin
	played int // active paylines
	free   []freeSpin
	total  int64     // all that the round wins, in bets per line
	capped bool      // whether the wins would make more than total
	wins   []lineWin // of all spins, in order
}

// freeSpin is a free spin and what it wins, multiplied, in bets per line.
type freeSpin struct {
	spin
	win int64
}

// play plays a round on the first so many paylines. Its draws are, under the label "", the stop of each reel from left to right,
// and the same for free spin K under "fsK". At the machine's maximum win the round is over.
func (m *machine) play(r *round, lines int, draws fairness.Draws) {
	*r = round{played: lines, free: r.free[:0], wins: r.wins[:0]}
	m.draw(&r.spin, m.paid, draws.Stream(""))
	r.wins = m.settle(&r.spin, lines, r.wins)
	r.total = r.pay()
	if m.reached(r) || r.award == 0 {
		return
	}
	m.playFree(r, draws)
}

// playFree plays the free spins that the paid spin won, after them those that these won, and so on by generations. The last
// generation wins no more.
func (m *machine) playFree(r *round, draws fairness.Draws) {
	generation, end, won := 1, r.award, r.award // end of the generation, in free spins
	for k := int64(0); k < won; k++ {
		if k == end {
			generation, end = generation+1, won
		}
		r.free = append(r.free, freeSpin{})
		free := &r.free[k]
		m.draw(&free.spin, m.free, draws.Stream(m.labels[k]))
		r.wins = m.settle(&free.spin, r.played, r.wins)
		if generation > m.retriggers {
			free.award = 0
		}
		won += free.award
		free.win = free.pay() * m.multiplier
		r.total += free.win
		if m.reached(r) {
			return
		}
	}
}

// reached cuts a total that is at the maximum win or above it, and says so.
func (m *machine) reached(r *round) bool {
	limit := m.winCap * int64(r.played)
	if m.winCap == 0 || r.total < limit {
		return false
	}
	r.capped = r.total > limit
	r.total = limit
	return true
}
