package dice

import (
	"strconv"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// Chances and rolls are in hundredths of a percent everywhere in this package: 4950 is 49.50 %.
const (
	places        = 2      // decimals of a percent, as players write it
	rolls         = 10_000 // a roll is one of 0.00 to 99.99, each equally likely
	lowestChance  = 100
	highestChance = 9_800
)

// Rules is everything that an outcome of a variant depends on.
type Rules struct {
	Version       int   `json:"version"`
	ReturnPercent int64 `json:"returnPercent"` // the nominal return
	Rolls         int64 `json:"rolls"`
	LowestChance  int64 `json:"lowestChance"` // in hundredths of a percent
	HighestChance int64 `json:"highestChance"`
}

func rulesOf(percent int64) Rules {
	return Rules{Version: 1, ReturnPercent: percent, Rolls: rolls, LowestChance: lowestChance, HighestChance: highestChance}
}

// multiple is what a win at a chance pays: the nominal return divided by the chance, truncated to 10^-8.
func (r Rules) multiple(chance int64) games.Multiple {
	return games.Multiple(r.ReturnPercent * games.MultipleUnit * r.Rolls / (100 * chance))
}

// play makes the only draw of a round, and returns the roll and what it wins.
func (r Rules) play(chance int64, d fairness.Draws) (roll int64, won games.Multiple) {
	roll = int64(d.Stream("").Intn(uint64(r.Rolls)))
	if roll < chance {
		won = r.multiple(chance)
	}
	return roll, won
}

// percent writes a chance or a roll as players see it: 4950 as 49.50.
func percent(hundredths int64) money.Number {
	digits := strconv.FormatInt(100+hundredths%100, 10) // three, to keep a zero after the point
	return money.Number(strconv.FormatInt(hundredths/100, 10) + "." + digits[len(digits)-places:])
}
