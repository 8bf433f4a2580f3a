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

// over says whether a round that has come to a trace and a value cashes out by itself: when no guess could be fair there. That is so
// when even a right one is certain to reach the limit, and when the maximum win is too near to make up for the risk. With qR and qW
// the chances that a right and a wrong guess reach the limit, a guess at a fresh position, where a wrong one leaves the value as it
// is, is fair with a right one that multiplies it by (36 − 35·(1−qW)) / (1−qR); over is where that would be above the maximum win.
func (g *rules) over(trace int, v games.Multiple) bool {
	rightWidth, wrongWidth := uint64(g.right.width()), uint64(g.wrong.width())
	rightSafe, wrongSafe := uint64(g.right.safe(trace)), uint64(g.wrong.safe(trace))
	return uint64(v)*rightWidth*(characters*wrongWidth-(characters-1)*wrongSafe) > most*rightSafe*wrongWidth
}

// fraction is num/den. den is not 0.
type fraction struct{ num, den uint64 }

// factors returns what a right and a wrong guess multiply the value v by, at a trace where the round is not over and a position with
// r candidates left. With w = 4/5, a guess is fair when
//
//	(1/r)·(1−qR)·c + ((r−1)/r)·(1−qW)·w = 1,  so  c = (r − (r−1)·(1−qW)·w) / (1−qR)
//
// and here 1−q is safe/width for both. Where c·v is above the maximum win, a right guess makes it the maximum win, c = cap/v, and what
// the cap takes there is added to w: w = (r − (1−qR)·c) / ((r−1)·(1−qW)), which is from 4/5 to 1, because the round is not over.
func (g *rules) factors(r, trace int, v games.Multiple) (right, wrong fraction) {
	n, value := uint64(r), uint64(v)
	rightWidth, wrongWidth := uint64(g.right.width()), uint64(g.wrong.width())
	rightSafe, wrongSafe := uint64(g.right.safe(trace)), uint64(g.wrong.safe(trace))
	wrong = fraction{wrongNum, wrongDen}
	right = fraction{
		num: rightWidth * (wrongDen*wrongWidth*n - wrongNum*wrongSafe*(n-1)),
		den: wrongDen * wrongWidth * rightSafe,
	}
	if value*right.num <= most*right.den {
		return right, wrong
	}
	wrong = fraction{ // n > 1 and wrongSafe > 0: otherwise c would not depend on w, and the round would be over
		num: wrongWidth * (n*rightWidth*value - rightSafe*most),
		den: rightWidth * (n - 1) * wrongSafe * value,
	}
	return fraction{most, value}, wrong
}
