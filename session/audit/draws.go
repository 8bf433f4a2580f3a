package audit

import "croupier/games"

// drawBins is how many classes the draws with so many values are counted in, or one for each value if there are fewer.
const drawBins = 64

// mostDrawKinds bounds the memory that draws of ever other numbers of values would take. The games' have a few hundred.
const mostDrawKinds = 2000

// draws counts what was drawn, by how many values it was one of.
type draws struct {
	kinds []drawKind
	next  int // the kind after the one that was drawn last: reels, and shuffles, are drawn in the same order each time
}

type drawKind struct {
	n      uint64
	counts []int64 // by class
}

func (d *draws) add(n, value uint64) {
	if kind := d.kind(n); kind != nil {
		kind.counts[value*uint64(len(kind.counts))/n]++ // n is at most 2^32
	}
}

// kind finds or makes the kind of draws with n values. It is nil where there is nothing to count.
func (d *draws) kind(n uint64) *drawKind {
	for i := range d.kinds {
		at := d.next + i
		if at >= len(d.kinds) {
			at -= len(d.kinds)
		}
		if d.kinds[at].n == n {
			d.next = at + 1
			return &d.kinds[at]
		}
	}
	if n < 2 || len(d.kinds) >= mostDrawKinds {
		return nil
	}
	d.kinds = append(d.kinds, drawKind{n, make([]int64, min(n, drawBins))})
	d.next = len(d.kinds)
	return &d.kinds[len(d.kinds)-1]
}

func (d *draws) merge(more *draws) {
	for i := range more.kinds {
		if kind := d.kind(more.kinds[i].n); kind != nil {
			addCounts(kind.counts, more.kinds[i].counts)
		}
	}
}

// chances are those of the classes.
func (k *drawKind) chances() []float64 {
	classes := uint64(len(k.counts))
	first := func(class uint64) uint64 { return (class*k.n + classes - 1) / classes } // value of a class
	all := make([]float64, classes)
	for class := range classes {
		all[class] = float64(first(class+1)-first(class)) / float64(k.n)
	}
	return all
}

func addCounts(to, more []int64) {
	for i, n := range more {
		to[i] += n
	}
}

// drawn counts the words that a round was drawn from, those that were refused as well, as all of them are uniform below 2^32, and what the
// round's draws made of them.
func (t *tally) drawn(r *games.Report) {
	for i := range r.Draws {
		for j := range r.Draws[i].Draws {
			one := &r.Draws[i].Draws[j]
			for _, word := range one.Words {
				t.words[word>>24]++
			}
			t.draws.add(one.N, one.Value)
		}
	}
}
