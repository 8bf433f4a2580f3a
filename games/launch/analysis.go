package launch

import (
	"fmt"
	"maps"
	"math/big"
	"slices"

	"croupier/games"
	"croupier/games/cashout"
)

// odds are the chances of a shot's factors: how many of total equally likely cases there are of each.
type odds struct {
	cases map[int64]int64
	total int64
}

// into returns the odds of a shot into a band, wherever in it: the winds are its cases.
func into(band int) odds {
	o := odds{make(map[int64]int64), padCount}
	for _, pad := range bands[band].Pads {
		o.cases[pad]++
	}
	return o
}

// overall returns the odds of a shot whose angle and power are each equally likely.
func overall() odds {
	o := odds{cases: make(map[int64]int64)}
	for band, launches := range launchesByBand() {
		for factor, cases := range into(band).cases {
			o.cases[factor] += launches * cases
		}
		o.total += launches * padCount
	}
	return o
}

// launchesByBand returns how many of all pairs of angle and power come down in each band.
func launchesByBand() (count [len(bands)]int64) {
	for angle := int64(minAngle); angle <= maxAngle; angle++ {
		for power := int64(minPower); power <= maxPower; power++ {
			count[bandOf(rangeOf(angle, power))]++
		}
	}
	return count
}

// law is the distribution of what a round pays, as sums over its equally likely cases.
type law struct {
	chance, mean, square *big.Rat // that it pays, and the expected win and its square in units of 10^-8
	most                 games.Multiple
	mostChance           *big.Rat
}

// lawOf follows every value that a round can have, shot by shot.
func (l launch) lawOf(p plan) law {
	end := law{new(big.Rat), new(big.Rat), new(big.Rat), 0, new(big.Rat)}
	open := map[games.Multiple]*big.Int{l.Start(): big.NewInt(1)} // number of cases by value, of all
	all := big.NewInt(1)
	for shot := 1; len(open) > 0; shot++ {
		landed := fire(open, p.aims)
		all.Mul(all, big.NewInt(p.aims.total))
		paid := make(map[games.Multiple]*big.Int)
		clear(open)
		if p.halves {
			all.Lsh(all, 1)
		}
		for value, cases := range landed {
			over := shot == maxShots || value >= enough || p.stops(shot, value)
			switch {
			case over && p.halves:
				paid[value] = cases.Lsh(cases, 1)
			case over:
				paid[value] = cases
			case p.halves:
				paid[value], open[value] = cases, new(big.Int).Set(cases)
			default:
				open[value] = cases
			}
		}
		end.add(paid, all)
	}
	return end
}

// fire returns the values that are left after a shot that is no splash, and in how many cases.
func fire(open map[games.Multiple]*big.Int, aims odds) map[games.Multiple]*big.Int {
	landed := make(map[games.Multiple]*big.Int)
	product := new(big.Int)
	for value, cases := range open {
		for factor, ways := range aims.cases {
			if factor == 0 {
				continue
			}
			next, _ := cashout.Times(value, uint64(factor), factorScale, most)
			if landed[next] == nil {
				landed[next] = new(big.Int)
			}
			landed[next].Add(landed[next], product.Mul(cases, big.NewInt(ways)))
		}
	}
	return landed
}

// add counts rounds that are paid, by value, out of all cases.
func (l *law) add(paid map[games.Multiple]*big.Int, all *big.Int) {
	var chance, mean, square, product big.Int
	for value, cases := range paid {
		v := big.NewInt(int64(value))
		chance.Add(&chance, cases)
		mean.Add(&mean, product.Mul(cases, v))
		square.Add(&square, product.Mul(&product, v))
		if value > l.most {
			l.most, l.mostChance = value, new(big.Rat)
		}
		if value == l.most {
			l.mostChance.Add(l.mostChance, new(big.Rat).SetFrac(cases, all))
		}
	}
	l.chance.Add(l.chance, new(big.Rat).SetFrac(&chance, all))
	l.mean.Add(l.mean, new(big.Rat).SetFrac(&mean, all))
	l.square.Add(l.square, new(big.Rat).SetFrac(&square, all))
}

// outlook turns a law into opening stakes.
func (l law) outlook(strategy string) games.Outlook {
	unit := big.NewRat(1, games.MultipleUnit)
	mean := new(big.Rat).Mul(l.mean, unit)
	square := new(big.Rat).Mul(l.square, unit)
	square.Mul(square, unit)
	return games.Outlook{
		Strategy:         strategy,
		Return:           games.Exactly(mean),
		HitFrequency:     games.Exactly(l.chance),
		Variance:         games.Exactly(square.Sub(square, new(big.Rat).Mul(mean, mean))),
		MaximumWin:       games.Exactly(new(big.Rat).Mul(big.NewRat(int64(l.most), 1), unit)),
		MaximumWinChance: games.Exactly(l.mostChance),
	}
}

// Analyse computes every strategy's law exactly.
func (l launch) Analyse() (games.Analysis, error) {
	a := games.Analysis{
		Method: "Every value that a round can have after each shot was followed with the number of cases that lead to it: the 20 winds of a " +
			"shot are equally likely, and for shots anywhere so are all pairs of angle and power.",
		Bounds: games.Bounds{
			Lowest:  big.NewRat(int64(l.Start())-maxShots, games.MultipleUnit),
			Highest: big.NewRat(int64(l.Start()), games.MultipleUnit),
			Proof: "The pads of each band have the mean factor 1, wherever the shot is aimed. Nothing else changes the value but its " +
				"truncation, which takes less than 10^-8 at each of at most 10 shots: the maximum win is out of reach.",
		},
		Cap: games.Cap{Most: most, Cost: games.Exactly(new(big.Rat))},
	}
	for _, p := range plans() {
		a.Outlooks = append(a.Outlooks, l.lawOf(p).outlook(p.name))
	}
	for number, launches := range launchesByBand() {
		a.Findings = append(a.Findings, bandFinding(number, launches))
	}
	return a, nil
}

// bandFinding describes a band: its pads, and how many launches come down in it.
func bandFinding(number int, launches int64) games.Finding {
	o := into(number)
	var pads string
	for _, factor := range slices.Sorted(maps.Keys(o.cases)) {
		pads += fmt.Sprintf("%d × %s, ", o.cases[factor], games.Multiple(factor*games.MultipleUnit/factorScale))
	}
	band := bands[number]
	return games.Finding{
		Name:  fmt.Sprintf("band %d, %s", number, band.Name),
		Value: pads[:len(pads)-len(", ")],
		Meaning: fmt.Sprintf("pads by factor, from %d to %d metres; %d of the %d pairs of angle and power come down here",
			band.From/100, band.To/100, launches, (maxAngle-minAngle+1)*(maxPower-minPower+1)),
	}
}
