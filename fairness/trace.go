package fairness

// Draw is one draw as a Trace saw it: the words that it took, rejected ones first, and the value below N that came out.
// Uint32 is a draw with N = 2^32, Shuffle and Weighted are made of draws.
type Draw struct {
	Label string   `json:"label"`
	N     uint64   `json:"n"`
	Words []uint32 `json:"words"`
	Value uint64   `json:"value"`
}

// Trace lists every draw made through a Draws that Traced returned, in the order in which they were made.
type Trace struct {
	Draws []Draw
}

func (t *Trace) add(d Draw) {
	t.Draws = append(t.Draws, d)
}

// Traced returns draws that yield what d yields and the trace that fills up while they are used. It is meant for showing one
// round's draws; only traced streams pay for it.
func Traced(d Draws) (Draws, *Trace) {
	trace := new(Trace)
	return traced{d, trace}, trace
}

type traced struct {
	draws Draws
	trace *Trace
}

func (t traced) Stream(label string) *Stream {
	return &Stream{words: t.draws.Stream(label).words, label: label, trace: t.trace}
}
