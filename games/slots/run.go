package slots

// run is what the exact mathematics knows of a payline that the reels so far have not ended: enough to say what it will pay, and as
// little as possible, so that what comes to the same is counted once.
type run struct {
	of    symbol // wild as long as there was nothing else
	lead  uint8  // how many wilds it begins with
	wilds uint8  // how many wilds it has
}

// extend returns the run with one more symbol. ok is false if that symbol ends it, or if it can never pay.
func (m *machine) extend(r run, s symbol) (longer run, ok bool) {
	switch {
	case s == wild:
		if r.of == wild {
			r.lead++
		}
		r.wilds = min(r.wilds+1, m.mattering)
	case s == scatter:
		return r, false
	case r.of == wild:
		r.of = s
		if m.own[r.lead] == 0 {
			r.lead = 0
		}
		return r, r.lead > 0 || m.pays[s][m.reels] > 0
	case s != r.of:
		return r, false
	}
	return r, true
}

// worth returns what a run of that length pays when it ends.
func (m *machine) worth(r run, length int) int64 {
	if r.of == wild {
		return m.own[r.lead]
	}
	return max(m.pays[r.of][length]*m.times[r.wilds], m.own[r.lead])
}
