package odds

import (
	"testing"

	"croupier/fairness"
	"croupier/games/blackjack"
)

// TestOtherHandsOfASplit samples what Return and Worst leave out, with one deck, where it matters most. When the second hand of a
// split knows all cards of the first, and is played as well as that is possible, rounds return 0.001 percentage points more; and
// 0.007 less when both are played as badly as possible. A tenth of what the bounds allow for it must cover that.
func TestOtherHandsOfASplit(t *testing.T) {
	t.Parallel()
	if raceEnabled {
		t.Skip("takes too long under the race detector")
	}
	best, _ := unseenByBest.Float64()
	worst, _ := unseenByWorst.Float64()
	sampleUnseen(t, bestPlay, best/10)
	sampleUnseen(t, worstPlay, worst/10)
}

// sampleUnseen plays first hands of every split, and wants the second ones to gain something of what they aim at, but not more
// than most.
func sampleUnseen(t *testing.T, a aim, most float64) {
	t.Helper()
	r := blackjack.Standard()
	r.Decks = 1
	stream := fairness.NewSimulation(23).Stream("unseen")
	gain, split := 0.0, 0.0
	for up := range ranks {
		c := newColumn(r, up)
		c.aim = a
		c.optimise()
		for _, d := range c.deals {
			rank, pair := c.world.hands[d.hand].pairOf()
			if !pair || rank == ace || c.first[d.hand] != blackjack.Split {
				continue
			}
			split += float(d.chance)
			from, _ := c.world.shoe.less(rank, 1)
			first := newWorld(c.world.script, up, r.Peek, from)
			single := first.hands.of(rank)
			line := first.chosenLine(a, r, first.optimise(a, c.pay, single))
			const samples = 8
			for range samples {
				second := newWorld(c.world.script, up, r.Peek, playedOut(first, line, single, stream))
				informed := second.chosenLine(a, r, second.optimise(a, c.pay, single))
				known := value(second, c.pay, informed, single) - value(second, c.pay, line, single)
				gain += float64(a) * float(d.chance) / samples * known
			}
		}
	}
	t.Logf("aim %+d: %.2f %% of rounds are split; the second hands gain %.6f percentage points", a, 100*split, 100*gain)
	if gain <= 0 || gain > most {
		t.Errorf("aim %+d: the second hands gain %.6f", a, gain)
	}
}

// playedOut returns the shoe without a hand of a split that was played from it.
func playedOut(w *world, l line, h int16, stream *fairness.Stream) *shoe {
	single := h
	left, _ := w.shoe.lessHand(&w.hands[h].cards, 1)
	for m := blackjack.Hit; m != blackjack.Stand; {
		card := 0
		for n := int64(stream.Intn(uint64(left.size))); n >= int64(left.cards[card]); card++ {
			n -= int64(left.cards[card])
		}
		left.cards[card]--
		left.size--
		switch next := w.hands[h].next[card]; {
		case next == bust || m == blackjack.Double:
			m = blackjack.Stand
		default:
			h = next
			if m = l.more[h]; w.hands[h].size == 2 {
				m = l.two[h]
			}
		}
	}
	for rank, n := range w.hands[single].cards { // the other card of the pair is still to play
		left.cards[rank] += n
		left.size += int64(n)
	}
	return &left
}

func value(w *world, pay payTable, l line, h int16) float64 {
	return float(w.draw(h, lostStake, w.follow(pay, l).from).mean)
}
