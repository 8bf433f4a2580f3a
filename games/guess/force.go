package guess

import (
	"encoding/json"
	"fmt"
	"strings"

	"croupier/fairness"
	"croupier/games"
)

// Force takes {"key": "…12 characters…", "rises": [n, …]} and returns the draws that deal that key and raise the trace so at guesses
// 1, 2, and so on; rises may be left out, and guesses beyond them rise as ever. Whether a guess will be right is up to the player, so
// a rise that only a wrong guess can have stands for the highest of a right one, and the other way round.
func (g *rules) Force(outcome json.RawMessage) (fairness.Script, error) {
	var wanted struct {
		Key   string `json:"key"`
		Rises *[]int `json:"rises"`
	}
	if err := games.Decode(outcome, &wanted); err != nil {
		return nil, err
	}
	if len(wanted.Key) != positions || strings.Trim(wanted.Key, alphabet) != "" {
		reason := fmt.Sprintf("must be %d characters, each a capital letter A–Z or a digit 0–9", positions)
		return nil, &games.FieldError{Field: "key", Reason: reason}
	}
	script := fairness.Script{"init": make([]uint32, positions)}
	for i := range positions {
		script["init"][i] = uint32(strings.IndexByte(alphabet, wanted.Key[i])) // Intn(n) of a number below n is that number
	}
	if wanted.Rises == nil {
		return script, nil
	}
	least := 0 // the trace before the guess, at the least
	for i, rise := range *wanted.Rises {
		field := fmt.Sprintf("rises[%d]", i)
		if rise < g.right.Lowest || rise > g.wrong.Highest {
			reason := fmt.Sprintf("must be a whole number from %d to %d", g.right.Lowest, g.wrong.Highest)
			return nil, &games.FieldError{Field: field, Reason: reason}
		}
		if g.right.safe(least) == 0 {
			return nil, &games.FieldError{Field: field, Reason: "cannot be: the rises before it end the round"}
		}
		least += g.right.nearest(rise)
		script[games.Round{Step: i + 1}.Label()] = []uint32{g.word(rise)}
	}
	return script, nil
}

// nearest returns the rise of the range that is nearest to rise.
func (r Range) nearest(rise int) int { return min(max(rise, r.Lowest), r.Highest) }

// word returns a word that the range of a right guess and that of a wrong one both read as the rise, or as their nearest to it. There
// is one because their widths have no common divisor (the Chinese remainder theorem).
func (g *rules) word(rise int) uint32 {
	right, wrong := g.right.nearest(rise)-g.right.Lowest, g.wrong.nearest(rise)-g.wrong.Lowest
	word := right
	for word%g.wrong.width() != wrong {
		word += g.right.width()
	}
	return uint32(word)
}
