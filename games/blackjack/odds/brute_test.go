package odds

import (
	"math"
	"testing"

	"croupier/games/blackjack"
)

// brute deals tiny shoes card by card, the hole card first, in floats. It shares nothing with what it is to check.
type brute struct {
	up         int
	hitsSoft17 bool
	win        float64 // what a hand wins, per stake
	left       cards   // without the upcard, the hole card and what is dealt
	hole       int
	dealt      map[bruteDealer][23]float64 // 22 for bust, 0 for a blackjack
}

type bruteDealer struct {
	left cards
	hole int
}

func best(sum, aces int) int {
	if aces > 0 && sum <= 11 {
		return sum + 10
	}
	return sum
}

func aceIs(rank int) int {
	if rank == ace {
		return 1
	}
	return 0
}

// holes calls each for every hole card that there can be, with its chance, and the shoe without it.
func (b *brute) holes(peek bool, each func(chance float64)) {
	forbidden := -1
	if peek && b.up == ace {
		forbidden = ten
	} else if peek && b.up == ten {
		forbidden = ace
	}
	possible := 0
	for rank, n := range b.left {
		if rank != forbidden {
			possible += int(n)
		}
	}
	for rank := range b.left {
		if n := b.left[rank]; n > 0 && rank != forbidden {
			b.left[rank]--
			b.hole = rank
			each(float64(n) / float64(possible))
			b.left[rank]++
		}
	}
}

// draw calls each for every card that may come next, with its chance.
func (b *brute) draw(each func(rank int, chance float64)) {
	total := float64(b.left.total())
	for rank := range b.left {
		if n := b.left[rank]; n > 0 {
			b.left[rank]--
			each(rank, float64(n)/total)
			b.left[rank]++
		}
	}
}

// dealer returns how the dealer ends: by total, 22 for bust and 0 for a blackjack.
func (b *brute) dealer() (ends [23]float64) {
	key := bruteDealer{b.left, b.hole}
	if ends, ok := b.dealt[key]; ok {
		return ends
	}
	var play func(sum, aces, size int, chance float64)
	play = func(sum, aces, size int, chance float64) {
		total := best(sum, aces)
		switch {
		case total > 21:
			ends[22] += chance
		case total == 21 && size == 2:
			ends[0] += chance
		case total > 17 || total == 17 && (total == sum || !b.hitsSoft17):
			ends[total] += chance
		default:
			b.draw(func(rank int, p float64) { play(sum+rank+1, aces+aceIs(rank), size+1, chance*p) })
		}
	}
	play(b.up+b.hole+2, aceIs(b.up)+aceIs(b.hole), 2, 1)
	b.dealt[key] = ends
	return ends
}

// profit is what a hand of a total wins, or loses, per stake.
func (b *brute) profit(total, dealer int) float64 {
	switch {
	case total > 21 || dealer == 0:
		return -1
	case dealer == 22 || total > dealer:
		return b.win
	case total == dealer:
		return 0
	}
	return -1
}

var tinyShoes = []struct {
	name string
	up   int
	peek bool
	h17  bool
	rank int
	shoe cards // without the upcard
}{
	{"sixes against six", 5, true, false, 5, cards{1, 2, 0, 2, 3, 6, 0, 0, 0, 3}},
	{"eights against ten, peek", 9, true, false, 7, cards{3, 2, 3, 0, 0, 0, 0, 6, 1, 5}},
	{"eights against ten", 9, false, false, 7, cards{3, 2, 3, 0, 0, 0, 0, 6, 1, 5}},
	{"twos against ace, peek", 0, true, true, 1, cards{1, 6, 0, 0, 1, 0, 2, 2, 2, 3}},
	{"aces against ten, peek", 9, true, false, 0, cards{6, 0, 2, 0, 2, 3, 0, 0, 1, 4}},
	{"aces against ace", 0, false, true, 0, cards{7, 0, 2, 0, 2, 3, 0, 0, 1, 4}},
	{"few nines against five", 4, true, false, 8, cards{2, 3, 0, 2, 3, 0, 3, 0, 3, 4}},
}

const doubleFrom = 9 // the tests double 9 to 11, hit below 12 (soft 17), and stand on the rest

func tinyMove(h *hand) blackjack.Move {
	switch {
	case !h.soft && h.size == 2 && h.hard >= doubleFrom && h.hard <= 11:
		return blackjack.Double
	case h.best < 12 || h.soft && h.best < 17:
		return blackjack.Hit
	}
	return blackjack.Stand
}

// split plays a pair out, and tells of each way: what it comes to, whether it pays nothing, and whether there are most hands that
// are all doubled and won.
func (b *brute) split(rank, most int, tell func(chance, profit float64, lost, feat bool)) {
	type done struct {
		total int
		stake float64
	}
	var hands []done
	var next func(count int, chance float64)
	var play func(h hand, count int, chance float64)
	finish := func(total int, stake float64, count int, chance float64) {
		hands = append(hands, done{total, stake})
		next(count, chance)
		hands = hands[:len(hands)-1]
	}
	next = func(count int, chance float64) {
		if len(hands) < count {
			b.draw(func(second int, p float64) {
				if second == rank && count < most {
					next(count+1, chance*p)
					return
				}
				play(newHand(cards{}.with(rank).with(second)), count, chance*p)
			})
			return
		}
		for dealer, p := range b.dealer() {
			if p == 0 {
				continue
			}
			sum, lost, feat := 0.0, true, count == most
			for _, h := range hands {
				profit := b.profit(h.total, dealer)
				sum += h.stake * profit
				lost = lost && profit == -1
				feat = feat && profit > 0 && h.stake == 2
			}
			tell(chance*p, sum, lost, feat)
		}
	}
	play = func(h hand, count int, chance float64) {
		m := tinyMove(&h)
		if rank == ace {
			m = blackjack.Stand
		}
		if m == blackjack.Stand || h.best > 21 {
			finish(h.best, 1, count, chance)
			return
		}
		b.draw(func(card int, p float64) {
			after := newHand(h.cards.with(card))
			if m == blackjack.Double {
				finish(after.best, 2, count, chance*p)
			} else {
				play(after, count, chance*p)
			}
		})
	}
	next(2, 1)
}

// The expectation of a split, in closed form, is what playing out every sequence of cards comes to; and the bounds of what is not
// in closed form hold.
func TestSplitsAgainstEverySequence(t *testing.T) {
	t.Parallel()
	for i, c := range tinyShoes {
		if raceEnabled && i%4 != 1 {
			continue // nothing runs at the same time here
		}
		most := 4 - i%2
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := blackjack.Standard()
			r.MaxHands, r.ResplitAces, r.Peek, r.HitSoft17, r.Commission = most, true, c.peek, c.h17, 300
			w := newWorld(newScript(c.up, c.h17), c.up, c.peek, &shoe{cards: c.shoe, size: c.shoe.total()})
			s := newSplitting(r, w, c.rank, func(w *world, _ int16) line {
				l := newLine(len(w.hands))
				for h := range w.hands {
					l.two[h] = tinyMove(&w.hands[h])
					l.more[h] = l.two[h]
				}
				return l
			})
			got := s.spread()

			b := brute{up: c.up, hitsSoft17: c.h17, win: 0.97, left: c.shoe, dealt: make(map[bruteDealer][23]float64)}
			b.left[c.rank] -= 2
			var all, mean, square, lost, feats float64
			b.holes(c.peek, func(chance float64) {
				b.split(c.rank, most, func(p, profit float64, nothing, feat bool) {
					p *= chance
					all += p
					mean += p * profit
					square += p * profit * profit
					if nothing {
						lost += p
					}
					if feat {
						feats += p
					}
				})
			})
			t.Logf("mean %.6f; square %.4f, bounds %v; lost %.4f, bounds %v; feat %.2g",
				mean, square, got.square, lost, got.lost, feats)
			if math.Abs(all-1) > 1e-9 {
				t.Fatalf("all chances are %v", all)
			}
			close(t, "the mean", got.mean, mean, 1e-9)
			outside := func(v float64, r Range) bool { return v < float(r.Low) || v > float(r.High) }
			if outside(square, got.square) || outside(lost, got.lost) {
				t.Error("a bound does not hold")
			}
			f := feat{column: tinyColumn(r, w), rank: c.rank, most: most}
			for second, h := range w.hands[s.first].next {
				if c.rank != ace && tinyMove(&w.hands[h]) == blackjack.Double {
					f.doubled = append(f.doubled, second)
				}
			}
			if f.doubled != nil {
				close(t, "the chance that all are doubled and won", f.chance().Low, feats, 1e-9)
			}
		})
	}
}

// tinyColumn is a column in which every pair is dealt for sure.
func tinyColumn(r blackjack.Rules, w *world) *column {
	c := &column{rules: r, pay: newPayTable(r), up: w.up, world: w}
	for rank := range ranks {
		c.deals = append(c.deals, deal{hand: w.hands.of(rank, rank), chance: One})
	}
	return c
}

// The best and the worst play of every hand of two cards are what an exhaustive search finds, that knows the hole card only by its
// chances.
func TestPlayAgainstSearch(t *testing.T) {
	t.Parallel()
	for i, c := range tinyShoes {
		if raceEnabled && i%4 != 1 {
			continue
		}
		w := newWorld(newScript(c.up, c.h17), c.up, c.peek, &shoe{cards: c.shoe, size: c.shoe.total()})
		r := blackjack.Standard()
		r.Commission = 300
		best, worst := w.optimise(bestPlay, newPayTable(r), 0), w.optimise(worstPlay, newPayTable(r), 0)
		for h := range w.hands {
			if hand := &w.hands[h]; hand.size == 2 && w.holds(int16(h)) {
				b := brute{up: c.up, hitsSoft17: c.h17, win: 0.97, left: c.shoe, dealt: make(map[bruteDealer][23]float64)}
				for rank, n := range hand.cards {
					b.left[rank] -= n
				}
				var weights [ranks]float64
				b.holes(c.peek, func(chance float64) { weights[b.hole] = chance })
				close(t, c.name+", best play", best[h].later, b.search(math.Max, *hand, weights), 1e-11)
				close(t, c.name+", worst play", worst[h].later, b.search(math.Min, *hand, weights), 1e-11)
				close(t, c.name+", doubled", best[h].double, 2*b.hit(*hand, weights, b.stand), 1e-11)
			}
		}
	}
}

// search returns what a hand is worth to a player who chooses a move by its value, where each hole card is as likely as its weight
// says; left still holds the hole card.
func (b *brute) search(choose func(a, b float64) float64, h hand, weights [ranks]float64) float64 {
	if h.best >= 21 {
		return b.stand(h, weights)
	}
	hit := b.hit(h, weights, func(next hand, weights [ranks]float64) float64 { return b.search(choose, next, weights) })
	return choose(b.stand(h, weights), hit)
}

func (b *brute) stand(h hand, weights [ranks]float64) (sum float64) {
	for hole, weight := range weights {
		if weight == 0 {
			continue
		}
		b.hole = hole
		b.left[hole]--
		for dealer, p := range b.dealer() {
			sum += weight * p * b.profit(h.best, dealer)
		}
		b.left[hole]++
	}
	return sum
}

func (b *brute) hit(h hand, weights [ranks]float64, after func(hand, [ranks]float64) float64) (sum float64) {
	rest := float64(b.left.total() - 1)
	for card := range b.left {
		var now [ranks]float64
		some := false
		for hole, weight := range weights {
			n := b.left[card]
			if hole == card {
				n--
			}
			if weight > 0 && n > 0 {
				now[hole], some = weight*float64(n)/rest, true
			}
		}
		if some {
			b.left[card]--
			sum += after(newHand(h.cards.with(card)), now)
			b.left[card]++
		}
	}
	return sum
}
