package blackjack

import (
	"testing"

	"croupier/fairness"
)

// TestShoeDealsTheFullShuffle compares what a shoe deals, drawing as it deals, with the shuffle of fairness made in one go and
// dealt from its end, for several rounds of one shoe.
func TestShoeDealsTheFullShuffle(t *testing.T) {
	t.Parallel()
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "shoe"}
	for _, decks := range []int{1, 2, 4, 6, 8} {
		shoe := NewShoe(decks)
		for nonce, deal := range []int{5, decks * packSize, 1, 0, 30} {
			full := make([]Card, 0, decks*packSize)
			for range decks {
				for c := range Card(packSize) {
					full = append(full, c)
				}
			}
			whole, lazy := pair.Round(uint64(nonce)).Stream("init"), pair.Round(uint64(nonce)).Stream("init")
			whole.Shuffle(len(full), func(i, j int) { full[i], full[j] = full[j], full[i] })
			shoe.Shuffle(lazy)
			for k := range deal {
				if got, want := shoe.Deal(), full[len(full)-1-k]; got != want {
					t.Fatalf("%d decks, shuffle %d, card %d is %v, want %v", decks, nonce, k, got, want)
				}
			}
			if deal == len(full) && whole.Uint32() != lazy.Uint32() {
				t.Errorf("%d decks: dealing all cards makes not as many draws as shuffling them", decks)
			}
		}
	}
}

func TestInfiniteShoeDrawsEachCard(t *testing.T) {
	t.Parallel()
	draws, shoe := fairness.NewSimulation(7), NewShoe(0)
	shoe.Shuffle(fairness.NewSimulation(7).Stream("init"))
	for range 1000 {
		if got, want := shoe.Deal(), Card(draws.Stream("init").Intn(52)); got != want {
			t.Fatalf("%v, want %v", got, want)
		}
	}
}

// TestReach deals the worst shoes: one with its lowest cards first, in rising or falling order, to players who split and hit
// whatever they can, and to those who only hit.
func TestReach(t *testing.T) {
	t.Parallel()
	want := map[int]int{1: 30, 2: 40, 4: 53, 6: 61, 8: 69, 0: 101} // with four hands
	for _, decks := range []int{0, 1, 2, 4, 6, 8} {
		rules := switched(func(r *Rules) { r.Decks, r.HitSoft17, r.LateSurrender = decks, true, false })
		if rules.Reach() != want[decks] {
			t.Errorf("%d decks: a round reaches %d cards, want %d", decks, rules.Reach(), want[decks])
		}
		for _, order := range lowShoes(decks) {
			for _, moves := range [][]Move{{Split, Hit, Decline, Stand}, {Hit, Decline, Stand}} {
				shoe := Stacked(order...)
				table := NewTable(rules, shoe)
				for table.Deal(true); !table.Over(); {
					for _, m := range moves {
						if table.Play(m) == nil {
							break
						}
					}
				}
				if used := len(order) - shoe.left; used > rules.Reach() {
					t.Errorf("%d decks: %d cards were dealt, of at most %d", decks, used, rules.Reach())
				}
			}
		}
	}
}

// lowShoes are shoes of the lowest cards: in order of rank, and with twos first so that aces follow where they count 1.
func lowShoes(decks int) [][]Card {
	if decks == 0 {
		decks = 30 // aces for everyone
	}
	deal := func(ranks ...Card) (order []Card) {
		for _, rank := range ranks {
			for range 4 * decks {
				order = append(order, rank)
			}
		}
		return order
	}
	return [][]Card{
		deal(0, 1, 2, 3, 4, 5, 6, 7, 8, 9), deal(1, 0, 2, 3, 4, 5, 6, 7, 8, 9), deal(2, 1, 0, 3, 4, 5, 6, 7, 8, 9),
		deal(3, 0, 1, 2, 4, 5, 6, 7, 8, 9),
	}
}

func TestCards(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for c := range Card(packSize) {
		name := c.String()
		if parsed, ok := ParseCard(name); !ok || parsed != c || seen[name] {
			t.Errorf("card %d is written %q, which reads as %d", c, name, parsed)
		}
		seen[name] = true
	}
	for name, want := range map[string]int{"AS": 1, "2H": 2, "9D": 9, "TC": 10, "JS": 10, "QH": 10, "KD": 10} {
		if c, ok := ParseCard(name); !ok || c.Value() != want {
			t.Errorf("%s counts %d, want %d", name, c.Value(), want)
		}
	}
	for _, name := range []string{"", "A", "1S", "AX", "ASS", "10S", "as", "SA"} {
		if c, ok := ParseCard(name); ok {
			t.Errorf("%q reads as %v", name, c)
		}
	}
}
