package slots

import (
	"strconv"

	"croupier/fairness"
)

// round is a whole round: the spin that the player paid for and the free spins that came of it.
type round struct {
	spin
	lines int // active paylines
	free  []freeSpin
	total int64 // all that the round wins, in bets per line
}

// freeSpin is a free spin and what it wins, multiplied, in bets per line.
type freeSpin struct {
	spin
	win int64
}

// play plays a round on the first so many paylines. Its draws are, under the label "", the stop of each reel from left to right,
// and the same for free spin K under "fsK".
func (m *machine) play(lines int, draws fairness.Draws) round {
	r := round{spin: m.draw(draws.Stream("")), lines: lines}
	m.settle(&r.spin, lines, nil)
	r.total = r.pay()
	if r.wonSpins {
		m.playFree(&r, draws)
	}
	return r
}

// playFree plays the free spins that the paid spin won, and after them those that these won. The latter win no more, so that
// there are at most Award + Award².
func (m *machine) playFree(r *round, draws fairness.Draws) {
	won := m.free.Award
	for k := 0; k < won; k++ {
		free := freeSpin{spin: m.draw(draws.Stream("fs" + strconv.Itoa(k)))}
		m.settle(&free.spin, r.lines, nil)
		free.wonSpins = free.wonSpins && k < m.free.Award
		if free.wonSpins {
			won += m.free.Award
		}
		free.win = free.pay() * m.free.Multiplier
		r.free = append(r.free, free)
		r.total += free.win
	}
}
