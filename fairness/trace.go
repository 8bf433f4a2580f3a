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
	words []uint32 // of all draws, one after the other: Draw.Words are parts of it
}

// usualDraws is how many draws a trace has room for before it grows: those of a step of most games.
const usualDraws = 8

// take notes that the draw now being made took a word.
func (t *Trace) take(word uint32) {
	t.words = append(t.words, word)
}

// made adds a draw, which took the last so many words.
func (t *Trace) made(d Draw, words int) {
	end := len(t.words)
	d.Words = t.words[end-words : end : end]
	t.Draws = append(t.Draws, d)
}

// Traced returns draws that yield what d yields and the trace that fills up while they are used. It is meant for showing one
// round's draws; only traced streams pay for it.
func Traced(d Draws) (Draws, *Trace) {
	all := new(struct {
		traced traced
		trace  Trace
		draws  [usualDraws]Draw
		words  [usualDraws]uint32
	})
	all.trace = Trace{Draws: all.draws[:0], words: all.words[:0]}
	all.traced = traced{draws: d, trace: &all.trace}
	return &all.traced, &all.trace
}

// Retraced is Traced with a trace that was used before: what that lists is lost, and its space is used again.
func Retraced(d Draws, trace *Trace) Draws {
	trace.Draws, trace.words = trace.Draws[:0], trace.words[:0]
	return &traced{draws: d, trace: trace}
}

type traced struct {
	draws Draws
	trace *Trace
}

func (t *traced) Stream(label string) *Stream {
	return &Stream{words: t.draws.Stream(label).words, label: label, trace: t.trace}
}
