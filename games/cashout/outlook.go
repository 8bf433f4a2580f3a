package cashout

import (
	"math/big"

	"croupier/games"
)

// Sums are sums over all that the rounds of a strategy can be paid, each payment v weighted with its chance p, a whole number of 1/Unit.
type Sums struct {
	Unit                  *big.Int
	Chance, Value, Square *big.Int       // Σ p, Σ p·v, Σ p·v²
	Most                  games.Multiple // the highest v
	MostChance            *big.Int       // Σ p of Most
}

// Outlook turns the sums into the mathematics of the strategy, in stakes. A round stakes 1.
func (s Sums) Outlook(strategy string) games.Outlook {
	stake := big.NewInt(games.MultipleUnit)
	inStakes := new(big.Int).Mul(s.Unit, stake)
	mean := new(big.Rat).SetFrac(s.Value, inStakes)
	variance := new(big.Rat).SetFrac(s.Square, new(big.Int).Mul(inStakes, stake))
	variance.Sub(variance, new(big.Rat).Mul(mean, mean))
	return games.Outlook{
		Strategy:         strategy,
		Return:           games.Exactly(mean),
		HitFrequency:     games.Exactly(new(big.Rat).SetFrac(s.Chance, s.Unit)),
		Variance:         games.Exactly(variance),
		MaximumWin:       games.Exactly(big.NewRat(int64(s.Most), games.MultipleUnit)),
		MaximumWinChance: games.Exactly(new(big.Rat).SetFrac(s.MostChance, s.Unit)),
	}
}
