package audit

import "strings"

// keptDifferences is how many differences a report lists. All are counted.
const keptDifferences = 1000

// findings are differences: the first ones, and the number of all.
type findings struct {
	kept    []Difference
	counts  map[string]int64 // by check
	overall int64
}

func (f *findings) add(d Difference) {
	if f.counts == nil {
		f.counts = map[string]int64{}
	}
	f.counts[d.Check]++
	f.overall++
	if len(f.kept) < keptDifferences {
		d.PlayerID, d.RoundID = strings.Clone(d.PlayerID), strings.Clone(d.RoundID)
		d.Expected, d.Got = clipped(d.Expected), clipped(d.Got)
		f.kept = append(f.kept, d)
	}
}

// more counts differences of a check that nobody can list.
func (f *findings) more(check string, n int64) {
	if n > 0 {
		f.counts[check] += n
		f.overall += n
	}
}

// merge adds the findings of lines that come later.
func (f *findings) merge(more *findings) {
	if more.overall == 0 {
		return
	}
	if f.counts == nil {
		f.counts = map[string]int64{}
	}
	for check, n := range more.counts {
		f.counts[check] += n
	}
	f.overall += more.overall
	f.kept = append(f.kept, more.kept[:min(len(more.kept), keptDifferences-len(f.kept))]...)
}

// clipped copies a text, and shortens a long one: croupier verify shows all of a round.
func clipped(text string) string {
	const most = 400
	if len(text) > most {
		return strings.ToValidUTF8(text[:most], "") + "…"
	}
	return strings.Clone(text)
}
