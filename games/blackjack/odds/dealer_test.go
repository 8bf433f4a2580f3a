package odds

import (
	"math"
	"math/big"
	"testing"
)

func float(v Fixed) float64 {
	f, _ := v.Rat().Float64()
	return f
}

func close(t *testing.T, name string, got Fixed, want, within float64) {
	t.Helper()
	if math.Abs(float(got)-want) > within {
		t.Errorf("%s is %v, want %.8f within %g", name, got, want, within)
	}
}

// The chances before the dealer looks, from the Wizard of Odds' Blackjack Appendix 2B, one deck, dealer stands on soft 17; and
// what is known of infinite decks.
func TestDealerAgainstPublished(t *testing.T) {
	t.Parallel()
	oneDeck := map[int]Distribution{}
	for value, row := range map[int][Outcomes]float64{
		1:  {0.126128, 0.131003, 0.129486, 0.131553, 0.0515646, 0.313726, 0.11654},
		2:  {0.138976, 0.131762, 0.131815, 0.123948, 0.120526, 0, 0.352973},
		3:  {0.130313, 0.130946, 0.123761, 0.123345, 0.116047, 0, 0.375588},
		4:  {0.130973, 0.114163, 0.120679, 0.116286, 0.115096, 0, 0.402803},
		5:  {0.119687, 0.123483, 0.116909, 0.104694, 0.106321, 0, 0.428905},
		6:  {0.166948, 0.106454, 0.107192, 0.100705, 0.0978785, 0, 0.420823},
		7:  {0.372345, 0.138583, 0.0773344, 0.0788967, 0.072987, 0, 0.259854},
		8:  {0.130857, 0.362989, 0.129445, 0.0682898, 0.0697914, 0, 0.238627},
		10: {0.114418, 0.112879, 0.114662, 0.328879, 0.036466, 0.078431, 0.214264},
	} {
		from, _ := newShoe(1).less(value-1, 1)
		oneDeck[value] = newScript(value-1, false).play(from)
		for outcome, want := range row {
			close(t, "one deck, an outcome", oneDeck[value][outcome], want, 1e-6)
		}
	}
	peeked := oneDeck[1].without(true) // Appendix 2: the ace after the dealer has looked
	close(t, "an ace's bust when there is no blackjack", peeked[DealerBust], 0.169815, 1e-6)
	close(t, "an ace's 17 when there is no blackjack", peeked[Dealer17], 0.183786, 1e-6)
	for value, bust := range map[int]float64{
		2: 0.353608, 3: 0.373875, 4: 0.394468, 5: 0.416404, 6: 0.423150, 7: 0.262312, 8: 0.244741,
		9: 0.228425, 10: 0.212109, 1: 0.115286,
	} {
		close(t, "infinite decks, bust", newScript(value-1, false).play(newShoe(0))[DealerBust], bust, 1e-6)
	}
}

// The sum over multisets equals a walk through every order of the cards, in fractions.
func TestDealerAgainstEveryOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		up         int
		hitsSoft17 bool
		shoe       cards
	}{
		{up: 5, shoe: cards{4, 4, 4, 4, 4, 3, 4, 4, 4, 16}},
		{up: 9, shoe: cards{3, 4, 1, 4, 0, 4, 4, 2, 4, 14}},
		{up: 0, hitsSoft17: true, shoe: cards{3, 2, 0, 1, 2, 2, 0, 1, 0, 3}},
		{up: 1, shoe: cards{5, 2, 1, 0, 0, 1, 1, 0, 1, 2}},
		{up: 6, hitsSoft17: true, shoe: cards{24, 24, 24, 24, 22, 24, 23, 20, 24, 90}},
	} {
		from := &shoe{cards: c.shoe, size: c.shoe.total()}
		got := newScript(c.up, c.hitsSoft17).play(from)
		sum := Fixed(0)
		for outcome, want := range everyOrder(c.up, c.hitsSoft17, c.shoe) {
			f, _ := want.Float64()
			close(t, "an outcome", got[outcome], f, 5e-13)
			sum += got[outcome]
		}
		close(t, "the sum of all outcomes", sum, 1, 5e-12)
	}
}

// everyOrder deals the dealer's cards one by one. It shares nothing with what it is to check.
func everyOrder(up int, hitsSoft17 bool, left cards) (ends [Outcomes]*big.Rat) {
	for i := range ends {
		ends[i] = new(big.Rat)
	}
	var deal func(sum, aces, size int, num, den int64, before *big.Rat)
	deal = func(sum, aces, size int, num, den int64, before *big.Rat) {
		chance := new(big.Rat).Mul(before, big.NewRat(num, den))
		best := sum
		if aces > 0 && sum+10 <= 21 {
			best += 10
		}
		soft := best != sum
		switch {
		case best > 21:
			ends[DealerBust].Add(ends[DealerBust], chance)
		case size == 2 && best == 21:
			ends[DealerBlackjack].Add(ends[DealerBlackjack], chance)
		case best > 17, best == 17 && (!soft || !hitsSoft17):
			ends[best-17].Add(ends[best-17], chance)
		default:
			total := left.total()
			for i := range left {
				if n := int64(left[i]); n > 0 {
					left[i]--
					ace := 0
					if i == 0 {
						ace = 1
					}
					deal(sum+i+1, aces+ace, size+1, n, total, chance)
					left[i]++
				}
			}
		}
	}
	aces := 0
	if up == 0 {
		aces = 1
	}
	deal(up+1, aces, 1, 1, 1, big.NewRat(1, 1))
	return ends
}
