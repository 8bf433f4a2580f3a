package dice

import (
	"fmt"
	"math/big"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// TestReturnOfEveryChance compares every multiple with the fraction that it is truncated from, and every return with nominal.
func TestReturnOfEveryChance(t *testing.T) {
	t.Parallel()
	for _, v := range Game().Variants {
		e := v.Engine.(Engine)
		nominal := big.NewRat(e.rules.ReturnPercent, 100)
		analysis, err := e.Analyse()
		if err != nil {
			t.Fatal(err)
		}
		lowest, highest := analysis.Bounds.Lowest, analysis.Bounds.Highest
		reached := 0
		for chance := int64(lowestChance); chance <= highestChance; chance++ {
			exact := new(big.Rat).Quo(nominal, big.NewRat(chance, 10_000))
			lost := exact.Sub(exact, big.NewRat(int64(e.rules.multiple(chance)), 100_000_000))
			if lost.Sign() < 0 || lost.Cmp(big.NewRat(1, 100_000_000)) >= 0 {
				t.Fatalf("%s at %d: the multiple is off by %s", v.ID, chance, lost.FloatString(12))
			}
			returns := new(big.Rat).Mul(big.NewRat(chance, 10_000), big.NewRat(int64(e.rules.multiple(chance)), 100_000_000))
			if returns.Cmp(lowest) < 0 || returns.Cmp(highest) > 0 {
				t.Fatalf("%s at %d: %s is outside the bounds", v.ID, chance, returns.FloatString(12))
			}
			if returns.Cmp(lowest) == 0 || returns.Cmp(highest) == 0 {
				reached++
			}
		}
		if highest.Cmp(nominal) != 0 || v.RTP().Cmp(nominal) != 0 || lowest.Cmp(nominal) >= 0 || reached < 2 {
			t.Errorf("%s: from %s to %s, RTP %s", v.ID, lowest.FloatString(12), highest.FloatString(12), v.RTP())
		}
	}
}

// TestWholeCycle plays every roll through the engine, at a stake that makes every payout whole, and adds up what is paid.
func TestWholeCycle(t *testing.T) {
	t.Parallel()
	btc, err := money.LookupCurrency("BTC")
	if err != nil {
		t.Fatal(err)
	}
	e, r := New(96), games.Round{Currency: btc}
	analysis, err := e.Analyse()
	if err != nil {
		t.Fatal(err)
	}
	for i, way := range waysToPlay {
		action := rollOf(fmt.Sprintf(`{"action":"roll","amount":1.00000000,"chance":%s}`, percent(way.chance)))
		var paid, square big.Int
		hits := int64(0)
		for roll := range uint32(10_000) {
			result, err := games.Play(e, r, nil, action, fairness.Forced(fairness.NewSimulation(1), fairness.Script{"": {roll}}))
			if err != nil {
				t.Fatal(err)
			}
			minor := result.Payout.Minor()
			hits += int64(minor.Sign())
			paid.Add(&paid, minor)
			square.Add(&square, minor.Mul(minor, minor))
		}
		mean := new(big.Rat).SetFrac(&paid, big.NewInt(10_000*100_000_000))
		variance := new(big.Rat).SetFrac(&square, big.NewInt(10_000*100_000_000))
		variance.Mul(variance, big.NewRat(1, 100_000_000))
		variance.Sub(variance, new(big.Rat).Mul(mean, mean))
		o := analysis.Outlooks[i]
		if o.Return.Low.Cmp(mean) != 0 || o.Variance.Low.Cmp(variance) != 0 || o.HitFrequency.Low.Cmp(big.NewRat(hits, 10_000)) != 0 {
			t.Errorf("%s: the cycle returns %s, the analysis says %s", o.Strategy, mean, o.Return.Low)
		}
	}
}

// TestFindings: the win at the lowest chance is the largest, and wins are worth less than the stake above even money only.
func TestFindings(t *testing.T) {
	t.Parallel()
	for _, v := range Game().Variants {
		e := v.Engine.(Engine)
		analysis, err := e.Analyse()
		if err != nil {
			t.Fatal(err)
		}
		var largest games.Multiple
		even := int64(0)
		for chance := int64(lowestChance); chance <= highestChance; chance++ {
			m := e.rules.multiple(chance)
			if largest = max(largest, m); m >= games.MultipleUnit {
				even = chance
			}
		}
		got := analysis.Findings
		if got[0].Value != largest.String()+"×" || got[1].Value != fmt.Sprintf("%d %%", even/100) || even%100 != 0 {
			t.Errorf("%s: %+v, want %s and %d", v.ID, got, largest, even)
		}
	}
}
