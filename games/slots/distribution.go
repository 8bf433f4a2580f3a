package slots

// result is what a spin comes to: the scatters that it shows and what its paylines win together, in bets per line.
type result struct {
	scatters int
	linePay  int64
}

// distribution says in how many ways of the cycle a spin on all paylines comes to each result.
type distribution map[result]int64

// distribute computes the distribution exactly, without visiting the whole cycle: it stops the reels from left to right, keeps
// only the paylines that can still win, and once none is left it counts all stops of the remaining reels together, by scatters.
func (m *machine) distribute() distribution {
	w := &walk{machine: m, found: distribution{}}
	for reel := range w.lost {
		w.lost[reel] = distribution{}
		w.columns[reel] = groupColumns(m.columns[reel])
	}
	first := make([]run, len(m.lines))
	for i := range first {
		first[i] = run{line: uint8(i), of: wild}
	}
	w.from(0, first, result{}, 1)
	w.finish()
	return w.found
}

// walk is the state of distribute.
type walk struct {
	*machine
	columns [Reels][]weighedColumn
	found   distribution
	lost    [Reels]distribution // by reel, what was reached before it with no line left to win
	runs    [Reels][]run        // by reel, space for the lines that go on after it
}

// run is a payline that may still win: what the reels so far show on it.
type run struct {
	line  uint8
	of    symbol // wild as long as there was nothing else
	wilds uint8  // how many wilds it begins with
}

type weighedColumn struct {
	column
	ways int64 // how many stops show it
}

func groupColumns(columns []column) (grouped []weighedColumn) {
	index := map[column]int{}
	for _, c := range columns {
		i, ok := index[c]
		if !ok {
			i = len(grouped)
			index[c] = i
			grouped = append(grouped, weighedColumn{column: c})
		}
		grouped[i].ways++
	}
	return grouped
}

// from stops this reel and those after it in every way, having reached so far in so many ways with these runs.
func (w *walk) from(reel int, runs []run, so result, ways int64) {
	for _, c := range w.columns[reel] {
		next, ways := so, ways*c.ways
		if c.hasScatter() {
			next.scatters++
		}
		alive := w.runs[reel][:0]
		for _, r := range runs {
			s := c.column[w.lines[r.line][reel]]
			switch {
			case s == wild && r.of == wild:
				r.wilds++
				alive = append(alive, r)
			case s == wild || s == r.of:
				alive = append(alive, r)
			case r.of == wild && s != scatter:
				r.of = s
				alive = append(alive, r)
			default:
				next.linePay += w.worth(r, reel)
			}
		}
		w.runs[reel] = alive
		switch {
		case reel == Reels-1:
			for _, r := range alive {
				next.linePay += w.worth(r, Reels)
			}
			w.found[next] += ways
		case len(alive) == 0:
			w.lost[reel+1][next] += ways
		default:
			w.from(reel+1, alive, next, ways)
		}
	}
}

// worth returns what a run of that length pays.
func (w *walk) worth(r run, length int) int64 {
	return max(w.pays[r.of][length], w.pays[wild][r.wilds])
}

// finish adds what was reached with reels to go, in every way that these can stop.
func (w *walk) finish() {
	for reel, lost := range w.lost {
		rest := w.scatterWays(reel)
		for so, ways := range lost {
			for more, moreWays := range rest {
				if moreWays > 0 {
					w.found[result{so.scatters + more, so.linePay}] += ways * moreWays
				}
			}
		}
	}
}
