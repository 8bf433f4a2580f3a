package slots

import "slices"

// result is what a spin comes to: the scatters that it shows and what its paylines win together, in bets per line.
type result struct {
	scatters int
	linePay  int64
}

// distribution says in how many ways of the cycle a spin comes to each result.
type distribution map[result]int64

// workLimit is how many times distribute may look at a payline on a column before it gives up, after a second or two. A node more,
// which takes memory, counts as much as nodeWork looks.
const (
	workLimit = 100_000_000
	nodeWork  = 100
)

// distribute computes the distribution of a spin on some paylines exactly, without visiting the whole cycle: it stops the reels from
// left to right and counts together all ways that have left the same paylines with the same runs, and won the same so far. ok is
// false if that would take too long: many lines on long, varied strips. One line alone never does.
func (m *machine) distribute(from *strips, lines [][MaxReels]uint8) (found distribution, ok bool) {
	first := make([]lineRun, len(lines))
	for i := range first {
		first[i].line = uint8(i)
	}
	w := walk{machine: m, lines: lines, nodes: map[string]*node{"": {first, distribution{{}: 1}}}}
	for reel := range m.reels {
		if !w.stop(reel, groupColumns(from.stops[reel])) {
			return nil, false
		}
	}
	return w.nodes[""].found, true
}

// walk is distribute on its way.
type walk struct {
	*machine
	lines  [][MaxReels]uint8
	nodes  map[string]*node // by the runs that go on, written as bytes
	ended  *node            // the one of no runs, once there is one
	work   int
	key    []byte
	alive  []lineRun
	groups []group
}

// node is all ways in which the reels so far left the same runs.
type node struct {
	runs  []lineRun
	found distribution
}

// lineRun is the run of a payline.
type lineRun struct {
	line uint8
	run
}

// group is the columns that lead from a node to the same result.
type group struct {
	to   *node
	more result
	ways int64
}

type weighedStop struct {
	stop
	ways int64 // how many stops show it
}

func groupColumns(stops []stop) (grouped []weighedStop) {
	index := map[column]int{}
	for _, s := range stops {
		i, ok := index[s.column]
		if !ok {
			i = len(grouped)
			index[s.column] = i
			grouped = append(grouped, weighedStop{stop: s})
		}
		grouped[i].ways++
	}
	return grouped
}

// stop stops one more reel in every way. It returns false when the work is too much.
func (w *walk) stop(reel int, columns []weighedStop) bool {
	before := w.nodes
	w.nodes, w.ended = map[string]*node{}, nil
	for _, n := range before {
		if w.work += (1 + len(n.runs)) * len(columns); w.work > w.workLimit && len(w.lines) > 1 {
			return false
		}
		w.groups = w.groups[:0]
		for i := range columns {
			w.group(n, reel, &columns[i])
		}
		for _, g := range w.groups {
			for r, ways := range n.found {
				g.to.found[result{r.scatters + g.more.scatters, r.linePay + g.more.linePay}] += ways * g.ways
			}
		}
		w.work += 4 * len(w.groups) * len(n.found)
	}
	return true
}

// group finds out what a column makes of a node's runs.
func (w *walk) group(n *node, reel int, c *weighedStop) {
	more := result{scatters: int(c.scatters)}
	w.alive, w.key = w.alive[:0], w.key[:0]
	for _, r := range n.runs {
		longer, ok := w.extend(r.run, c.column[w.lines[r.line][reel]])
		switch {
		case !ok:
			more.linePay += w.worth(r.run, reel)
		case reel == w.reels-1:
			more.linePay += w.worth(longer, w.reels)
		default:
			w.alive = append(w.alive, lineRun{r.line, longer})
			w.key = append(w.key, r.line, longer.of, longer.lead, longer.wilds)
		}
	}
	to := w.node()
	for i := range w.groups {
		if g := &w.groups[i]; g.to == to && g.more == more {
			g.ways += c.ways
			return
		}
	}
	w.groups = append(w.groups, group{to, more, c.ways})
}

// node returns the node of the runs that are alive.
func (w *walk) node() *node {
	if len(w.key) == 0 && w.ended != nil { // by far the most
		return w.ended
	}
	to := w.nodes[string(w.key)]
	if to == nil {
		w.work += nodeWork
		to = &node{slices.Clone(w.alive), distribution{}}
		w.nodes[string(w.key)] = to
	}
	if len(w.key) == 0 {
		w.ended = to
	}
	return to
}
