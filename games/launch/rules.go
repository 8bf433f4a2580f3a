// Package launch is the game launch: shots over water at landing pads. Angle and power decide in which of eight bands a shot
// comes down, the wind on which of the band's pads: docs/games/launch.md has the rules.
package launch

import "croupier/games"

// What a launch may be. Angles are in tenths of a degree, powers in tenths of a metre per second.
const (
	minAngle, maxAngle = 100, 800
	minPower, maxPower = 100, 2000
)

// The flight. Lengths are in centimetres.
const (
	gravity     = 981       // centimetres per second squared
	sineScale   = 1_000_000 // of the table sines
	rangeScale  = gravity * sineScale / 100
	apexScale   = 4 * rangeScale
	straight    = 450 // an angle of 45.0°: twice that is the right angle that ends the table
	flightParts = 20  // a trajectory has one point more
)

const (
	stateVersion = 1

	// padCount is the number of pads in every band, and so of winds.
	padCount = 20
	// factorScale is the unit of pads: hundredths.
	factorScale = 100
	// maxShots is the number of shots in a round; after the last one it cashes out by itself.
	maxShots = 10

	// most is the maximum win, and enough the value from which on a round cashes out by itself: a tenth of it, because no pad has
	// a factor above 10. So no launch is ever cut short by the maximum win, and its mean is fair wherever it is aimed at.
	most   = 1000 * games.MultipleUnit
	enough = 100 * games.MultipleUnit
)

// Band is a stretch of water with its pads.
type Band struct {
	Name string          `json:"name"`
	From int64           `json:"from"` // ranges in centimetres: from this one
	To   int64           `json:"to"`   // to just below this one
	Pads [padCount]int64 `json:"pads"` // by place: what a landing multiplies the value by, in hundredths; 0 is a splash
}

// bands are the bands by their number, the nearest first. The pads of every band add up to padCount · factorScale: as each pad is
// as likely as the others, the mean factor is 1.
var bands = [...]Band{
	{"pond", 0, 10_000, [padCount]int64{100, 110, 100, 90, 110, 100, 125, 110, 100, 0, 110, 100, 110, 125, 100, 90, 110, 100, 110, 100}},
	{"creek", 10_000, 30_000, [padCount]int64{100, 120, 80, 120, 100, 150, 120, 100, 0, 120, 100, 120, 80, 100, 150, 120, 0, 100, 120, 100}},
	{"river", 30_000, 60_000, [padCount]int64{80, 150, 100, 0, 150, 80, 200, 0, 150, 80, 100, 150, 0, 200, 80, 150, 100, 0, 150, 80}},
	{"bay", 60_000, 100_000, [padCount]int64{50, 150, 0, 200, 50, 0, 150, 200, 0, 300, 0, 200, 150, 0, 50, 200, 0, 150, 100, 50}},
	{"sound", 100_000, 150_000, [padCount]int64{0, 100, 200, 0, 150, 0, 200, 0, 300, 0, 100, 0, 300, 0, 200, 0, 150, 0, 200, 100}},
	{"strait", 150_000, 220_000, [padCount]int64{0, 200, 0, 0, 150, 0, 300, 0, 0, 200, 0, 500, 0, 0, 200, 0, 300, 0, 0, 150}},
	{"sea", 220_000, 300_000, [padCount]int64{0, 0, 500, 0, 0, 0, 300, 0, 0, 0, 500, 0, 0, 0, 200, 0, 0, 500, 0, 0}},
	{"ocean", 300_000, 410_000, [padCount]int64{0, 0, 0, 500, 0, 0, 0, 0, 0, 0, 1000, 0, 0, 0, 0, 0, 500, 0, 0, 0}},
}

// Rules is everything that an outcome of a variant depends on, as players and verifiers are shown it and as it is hashed.
type Rules struct {
	Version    int            `json:"version"`
	Start      games.Multiple `json:"start"` // what a round is worth before its first shot, in units of 10^-8
	Shots      int            `json:"shots"`
	EndsAt     games.Multiple `json:"endsAt"`     // the round cashes out by itself from this value on
	MaximumWin games.Multiple `json:"maximumWin"` // which no round can reach
	Angle      [2]int64       `json:"angle"`      // least and greatest, in tenths of a degree
	Power      [2]int64       `json:"power"`      // least and greatest
	Gravity    int64          `json:"gravity"`    // in centimetres per second squared
	SineScale  int64          `json:"sineScale"`
	Sines      []int64        `json:"sines"` // of 0.0°, 0.2°, …, 90.0°, in units of 1/sineScale
	FactorUnit int64          `json:"factorUnit"`
	Bands      []Band         `json:"bands"` // the nearest first
}

// Rules returns a Rules.
func (l launch) Rules() any {
	return Rules{
		Version: stateVersion, Start: l.Start(), Shots: maxShots, EndsAt: enough, MaximumWin: most,
		Angle: [2]int64{minAngle, maxAngle}, Power: [2]int64{minPower, maxPower}, Gravity: gravity, SineScale: sineScale,
		Sines: sines[:], FactorUnit: factorScale, Bands: bands[:],
	}
}
