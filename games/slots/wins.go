package slots

// Wins is in how many ways a round on some paylines comes to what. The ways are those in which the reels of the paid spin stop, each
// equally likely.
type Wins struct {
	Ways  map[int64]int64 // by what the round pays, in bets per line, of rounds that win no free spins
	Free  int64           // ways that win free spins, which are too many to count what those pay
	Cycle int64           // all ways together
}

// Wins counts them exactly, in a second or two at the most. lines is from 1 to the machine's number of paylines; it panics for
// others. ok is false if it would take too long: many lines on long, varied strips.
func (e *Engine) Wins(lines int) (w Wins, ok bool) {
	m := e.machine
	found, ok := m.distribute(m.paid, m.lines[:lines])
	if !ok {
		return Wins{}, false
	}
	w = Wins{Ways: map[int64]int64{}, Cycle: m.paid.cycle(m.reels)}
	limit := m.winCap * int64(lines)
	for r, ways := range found {
		if m.awards[r.scatters] > 0 {
			w.Free += ways
			continue
		}
		win := r.linePay + m.scatterPays[r.scatters]*int64(lines)
		if limit > 0 {
			win = min(win, limit)
		}
		w.Ways[win] += ways
	}
	return w, true
}

// Lines is the number of the machine's paylines.
func (e *Engine) Lines() int { return len(e.machine.lines) }
