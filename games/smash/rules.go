package smash

import (
	"fmt"

	"croupier/games"
	"croupier/wallet/money"
)

// The rules that all variants share.
const (
	version        = 1  // of the state
	firstThreshold = 9  // the fewest hits that crack a safe
	lastThreshold  = 20 // the most
	breakSides     = 100
	most           = 250 * games.MultipleUnit
	factorDen      = 100 // of the pool's and the bonus table's factors
)

// Factor is a factor that may be drawn, in hundredths, with its weight.
type Factor struct {
	Name       string `json:"name,omitempty"` // of a jackpot
	Hundredths uint64 `json:"hundredths"`
	Weight     uint32 `json:"weight"`
}

// pool are the factors of a hit. Their weighted mean is exactly 1; what a hit multiplies by is one of them times hitScale.
var pool = []Factor{
	{Hundredths: 50, Weight: 6},
	{Hundredths: 80, Weight: 30},
	{Hundredths: 100, Weight: 40},
	{Hundredths: 125, Weight: 20},
	{Hundredths: 200, Weight: 4},
}

// bonuses are what a cracked safe multiplies by on top. The jackpots have 30 % together.
var bonuses = []Factor{
	{Hundredths: 100, Weight: 40},
	{Hundredths: 150, Weight: 30},
	{Name: "minor", Hundredths: 300, Weight: 20},
	{Name: "major", Hundredths: 500, Weight: 8},
	{Name: "grand", Hundredths: 1000, Weight: 2},
}

// weights are the factors' weights as fairness.Stream.Weighted takes them.
func weights(factors []Factor) []uint32 {
	w := make([]uint32, len(factors))
	for i, f := range factors {
		w[i] = f.Weight
	}
	return w
}

var poolWeights, bonusWeights = weights(pool), weights(bonuses)

// bonusMeanNum/bonusMeanDen is the mean of the bonuses, B.
var bonusMeanNum, bonusMeanDen = mean(bonuses)

func mean(factors []Factor) (num, den uint64) {
	for _, f := range factors {
		num += uint64(f.Weight) * f.Hundredths
		den += uint64(f.Weight) * factorDen
	}
	return num, den
}

// Rules are everything that an outcome depends on.
type Rules struct {
	Version        int      `json:"version"` // of the state
	ReturnPercent  int64    `json:"returnPercent"`
	BreakPercent   int      `json:"breakPercent"` // the chance of each hit that the hammer breaks
	FirstThreshold int      `json:"firstThreshold"`
	LastThreshold  int      `json:"lastThreshold"`
	Pool           []Factor `json:"pool"`
	Bonuses        []Factor `json:"bonuses"`
	Scales         []string `json:"scales"`     // of the pool at hits 1, 2, …, as fractions
	MaximumWin     int      `json:"maximumWin"` // × the stake
}

// rules are one variant's.
type rules struct {
	percent int64                             // the nominal return
	breaks  int                               // the hammer breaks when Intn(breakSides) is below it
	scales  [lastThreshold + 1]fraction       // of the pool, by hit
	shown   [lastThreshold + 1][]money.Number // the pool times the scale, as players are shown it, by hit
}

// fraction is num/den. den is not 0.
type fraction struct{ num, den uint64 }

// Rules returns a Rules.
func (g *rules) Rules() any {
	r := Rules{
		Version: version, ReturnPercent: g.percent, BreakPercent: g.breaks, FirstThreshold: firstThreshold, LastThreshold: lastThreshold,
		Pool: pool, Bonuses: bonuses, MaximumWin: most / games.MultipleUnit,
	}
	for _, scale := range g.scales[1:] {
		r.Scales = append(r.Scales, fmt.Sprintf("%d/%d", scale.num, scale.den))
	}
	return r
}

// scale returns m, by which the pool's factors are multiplied at a hit. With p the chance that the hammer breaks, κ the chance that
// the safe cracks on this hit if it has not before, and B the mean of the bonuses, a hit is fair when
//
//	(1−p) · m · (1 − κ + κ·B) = 1,  so  m = 1 / ((1−p)·(1 + κ·(B−1)))
//
// and κ is 0 before the first threshold and then 1 out of the thresholds that are left.
func (g *rules) scale(hit int) fraction {
	f := fraction{breakSides, uint64(breakSides - g.breaks)}
	if hit >= firstThreshold {
		left := uint64(lastThreshold + 1 - hit)
		f.num *= left * bonusMeanDen
		f.den *= (left-1)*bonusMeanDen + bonusMeanNum
	}
	return f.reduced()
}

func (f fraction) times(hundredths uint64) fraction {
	return fraction{f.num * hundredths, f.den * factorDen}
}

func (f fraction) reduced() fraction {
	a, b := f.num, f.den
	for b != 0 {
		a, b = b, a%b
	}
	return fraction{f.num / a, f.den / a}
}
