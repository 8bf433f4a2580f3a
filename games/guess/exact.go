package guess

import (
	"fmt"
	"math/big"

	"croupier/games"
	"croupier/games/cashout"
)

// The exact mathematics of a plan: the chance of every (trace, value, memory) that it can get to, from the lowest trace to the
// highest, with every value truncated as the game truncates it.

// longest is more guesses than a round has. A wrong one raises the trace by 6 or more, so no more than 16 do not lose; that leaves at
// least 20 candidates everywhere, and a right guess multiplies by 20 − 19·4/5 = 4.8 or more. So five right ones reach the maximum win
// from 0.92·(4/5)^16, and a round has at most 16 + 5 guesses and one that loses.
const longest = 24

// place is where a round can be at a trace.
type place struct {
	value  games.Multiple
	memory int
}

// walk computes a plan. Chances are whole numbers of 1/unit.
type walk struct {
	*rules
	plan   plan
	unit   *big.Int
	at     [traceLimit]map[place]*big.Int // the chance to get to a place, by trace
	square big.Int
	paid   tally
}

// tally sums up what rounds are paid, each weighted with its chance.
type tally struct {
	chance, value, square big.Int // Σ p, Σ p·v, Σ p·v²
	most                  games.Multiple
	mostChance            big.Int
}

// outlook computes the mathematics of a plan.
func (g *rules) outlook(p plan) (games.Outlook, error) {
	w := walk{rules: g, plan: p}
	// Every guess divides by the candidates and by the rises, and every coin by two. The candidates' factors cancel down to powers of
	// characters: of the wrong guesses at a position, (35/36)·(34/35)·… leaves one.
	step := big.NewInt(int64(2 * characters * g.right.width() * g.wrong.width()))
	w.unit = step.Exp(step, big.NewInt(longest), nil)
	w.arrive(0, place{value: g.Start()}, w.unit)
	for trace := range w.at {
		for from, chance := range w.at[trace] {
			if err := w.leave(trace, from, chance); err != nil {
				return games.Outlook{}, err
			}
		}
		w.at[trace] = nil
	}
	t := &w.paid
	return cashout.Sums{
		Unit: w.unit, Chance: &t.chance, Value: &t.value, Square: &t.square, Most: t.most, MostChance: &t.mostChance,
	}.Outlook(p.name), nil
}

// arrive adds to the chance to get to a place.
func (w *walk) arrive(trace int, to place, chance *big.Int) {
	if w.at[trace] == nil {
		w.at[trace] = make(map[place]*big.Int)
	}
	if sum, ok := w.at[trace][to]; ok {
		sum.Add(sum, chance)
		return
	}
	w.at[trace][to] = new(big.Int).Set(chance)
}

// leave plays on from a place, or cashes out there.
func (w *walk) leave(trace int, from place, chance *big.Int) error {
	if trace > 0 { // there is nothing to take before the first guess
		if from.value >= w.plan.enough {
			w.pay(from.value, chance)
			return nil
		}
		if w.plan.coin {
			chance = new(big.Int).Rsh(chance, 1)
			w.pay(from.value, chance)
		}
	}
	r := w.plan.leaves(from.memory)
	candidate, err := w.divide(chance, r)
	if err != nil {
		return err
	}
	right, wrong := w.factors(r, trace, from.value)
	if err := w.guess(trace, from, true, right, candidate); err != nil {
		return err
	}
	return w.guess(trace, from, false, wrong, new(big.Int).Sub(chance, candidate))
}

// guess spreads the chance of a guess over its rises.
func (w *walk) guess(trace int, from place, right bool, factor fraction, chance *big.Int) error {
	rise := w.wrong
	if right {
		rise = w.right
	}
	each, err := w.divide(chance, rise.width())
	if err != nil {
		return err
	}
	value, capped := cashout.Times(from.value, factor.num, factor.den, most)
	to := place{value, w.plan.learn(from.memory, right)}
	for i := range rise.safe(trace) {
		next := trace + rise.Lowest + i
		if capped || w.over(next, value) {
			w.pay(value, each)
		} else {
			w.arrive(next, to, each)
		}
	}
	return nil
}

// divide divides a chance by n. An error says that the unit is too coarse, and that nothing of this would be exact.
func (w *walk) divide(chance *big.Int, n int) (*big.Int, error) {
	part, rest := new(big.Int).QuoRem(chance, big.NewInt(int64(n)), new(big.Int))
	if rest.Sign() != 0 {
		return nil, fmt.Errorf("guess: a chance of %s does not divide by %d", w.plan.name, n)
	}
	return part, nil
}

func (w *walk) pay(v games.Multiple, chance *big.Int) {
	t := &w.paid
	t.chance.Add(&t.chance, chance)
	value := big.NewInt(int64(v))
	product := w.square.Mul(chance, value)
	t.value.Add(&t.value, product)
	t.square.Add(&t.square, product.Mul(product, value))
	if v > t.most {
		t.most = v
		t.mostChance.SetInt64(0)
	}
	if v == t.most {
		t.mostChance.Add(&t.mostChance, chance)
	}
}
