package smash

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/wallet/money"
)

// Force takes {"multipliers": [f, …], "hammerBreakOnHit": n or null, "crackThreshold": n} and returns the draws by which hits 1, 2, …
// draw those factors of the pool (as the pool has them: what a hit multiplies by is scaled), the hammer breaks on that hit or never,
// and the safe cracks on that one; the last may be left out and is then 20. Later hits and the bonus are drawn as ever.
func (g *rules) Force(outcome json.RawMessage) (fairness.Script, error) {
	var wanted struct {
		Multipliers      []money.Number `json:"multipliers"`
		HammerBreakOnHit *int           `json:"hammerBreakOnHit"`
		CrackThreshold   *int           `json:"crackThreshold"`
	}
	if err := games.Decode(outcome, &wanted); err != nil {
		return nil, err
	}
	s := State{Threshold: lastThreshold}
	if n := wanted.CrackThreshold; n != nil {
		if *n < firstThreshold || *n > lastThreshold {
			return nil, outside("crackThreshold", "must be a whole number from %d to %d", firstThreshold, lastThreshold)
		}
		s.Threshold = *n
	}
	if n := wanted.HammerBreakOnHit; n != nil {
		if *n < 1 || *n > lastThreshold {
			return nil, outside("hammerBreakOnHit", "must be a whole number from 1 to %d, or null", lastThreshold)
		}
		s.BreaksOn = *n
	}
	script := fairness.Script{"init": g.dealing(s)}
	value, capped := g.Start(), false
	for i, number := range wanted.Multipliers {
		field, hit := fmt.Sprintf("multipliers[%d]", i), i+1
		if over := s.overBefore(hit, capped); over != "" {
			return nil, outside(field, "cannot be: %s", over)
		}
		drawn, err := inPool(field, number)
		if err != nil {
			return nil, err
		}
		factor := g.scales[hit].times(pool[drawn].Hundredths)
		value, capped = cashout.Times(value, factor.num, factor.den, most)
		script[games.Round{Step: hit}.Label()] = []uint32{firstDraw(poolWeights, drawn)}
	}
	return script, nil
}

// dealing returns the words that deal a state.
func (g *rules) dealing(s State) []uint32 {
	words := []uint32{uint32(s.Threshold - firstThreshold)} // Intn(n) of a number below n is that number
	for hit := 1; hit <= lastThreshold; hit++ {
		if hit == s.BreaksOn {
			return append(words, 0)
		}
		words = append(words, uint32(g.breaks))
	}
	return words
}

// overBefore says why a hit cannot have a factor, "" if it can.
func (s State) overBefore(hit int, capped bool) string {
	switch {
	case s.BreaksOn > 0 && hit >= s.BreaksOn:
		return fmt.Sprintf("the hammer breaks on hit %d", s.BreaksOn)
	case hit > s.Threshold:
		return fmt.Sprintf("the safe cracks with hit %d", s.Threshold)
	case capped:
		return "the maximum win is reached before"
	}
	return ""
}

// inPool returns the index of a factor in the pool.
func inPool(field string, number money.Number) (int, error) {
	hundredths, err := number.Scaled(2)
	var wrong *money.NumberError
	if err != nil && !errors.As(err, &wrong) {
		return 0, err
	}
	drawn := slices.IndexFunc(pool, func(f Factor) bool { return err == nil && int64(f.Hundredths) == hundredths })
	if drawn < 0 {
		var allowed []string
		for _, f := range pool {
			allowed = append(allowed, string(f.shown().Factor))
		}
		return 0, outside(field, "must be one of the pool: %s", strings.Join(allowed, ", "))
	}
	return drawn, nil
}

// firstDraw returns the first word by which Weighted gives an index.
func firstDraw(weights []uint32, index int) (word uint32) {
	for _, w := range weights[:index] {
		word += w
	}
	return word
}

func outside(field, format string, values ...any) error {
	return &games.FieldError{Field: field, Reason: fmt.Sprintf(format, values...)}
}
