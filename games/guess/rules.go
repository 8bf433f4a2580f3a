package guess

import (
	"croupier/fairness"
	"croupier/games"
)

// The rules that all variants share.
const (
	version    = 1                                      // of the state
	positions  = 12                                     // of the key
	alphabet   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789" // a draw of i is the character alphabet[i]
	characters = 36                                     // in the alphabet
	traceLimit = 100                                    // at which the round is lost
	wrongNum   = 4                                      // a wrong guess multiplies the value by wrongNum/wrongDen
	wrongDen   = 5
	most       = 50 * games.MultipleUnit
)

// Range is what the trace can rise by at a guess: a whole number from Lowest to Highest, each equally likely.
type Range struct {
	Lowest  int `json:"lowest"`
	Highest int `json:"highest"`
}

// Rules are everything that an outcome depends on.
type Rules struct {
	Version       int    `json:"version"` // of the state
	ReturnPercent int    `json:"returnPercent"`
	Positions     int    `json:"positions"`
	Alphabet      string `json:"alphabet"` // in the order in which draws number it
	TraceLimit    int    `json:"traceLimit"`
	RightRise     Range  `json:"rightRise"`
	WrongRise     Range  `json:"wrongRise"`
	WrongNum      int    `json:"wrongNumerator"` // a wrong guess multiplies by wrongNumerator/wrongDenominator
	WrongDen      int    `json:"wrongDenominator"`
	MaximumWin    int    `json:"maximumWin"` // × the stake
}

// Rules returns a Rules.
func (g *rules) Rules() any {
	return Rules{
		Version: version, ReturnPercent: int(g.percent), Positions: positions, Alphabet: alphabet, TraceLimit: traceLimit,
		RightRise: g.right, WrongRise: g.wrong, WrongNum: wrongNum, WrongDen: wrongDen, MaximumWin: most / games.MultipleUnit,
	}
}

// rules are one variant's.
type rules struct {
	percent      int64 // the nominal return
	right, wrong Range // how a right and a wrong guess raise the trace
}

// width is how many rises there are in the range.
func (r Range) width() int { return r.Highest - r.Lowest + 1 }

// safe is how many of the rises keep a trace below the limit.
func (r Range) safe(trace int) int {
	return min(max(traceLimit-trace-r.Lowest, 0), r.width())
}

// draw draws a rise.
func (r Range) draw(d *fairness.Stream) int {
	return r.Lowest + int(d.Intn(uint64(r.width())))
}

// doomed says whether even a right guess at a trace is certain to reach the limit.
func (g *rules) doomed(trace int) bool { return g.right.safe(trace) == 0 }

// rightFactor returns c = num/den, by which a right guess multiplies the value at a trace that is not doomed and a position with r
// candidates left. With qR and qW the chances that a right and a wrong guess reach the limit, and w the factor of a wrong one, a
// guess is fair when
//
//	(1/r)·(1−qR)·c + ((r−1)/r)·(1−qW)·w = 1,  so  c = (r − (r−1)·(1−qW)·w) / (1−qR)
//
// and here 1−q is safe/width for both.
func (g *rules) rightFactor(r, trace int) (num, den uint64) {
	rightWidth, wrongWidth := uint64(g.right.width()), uint64(g.wrong.width())
	rightSafe, wrongSafe := uint64(g.right.safe(trace)), uint64(g.wrong.safe(trace))
	num = rightWidth * (wrongDen*wrongWidth*uint64(r) - wrongNum*wrongSafe*uint64(r-1))
	den = wrongDen * wrongWidth * rightSafe
	return num, den
}
