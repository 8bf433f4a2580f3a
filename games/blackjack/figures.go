package blackjack

import (
	"encoding/json"
	"fmt"
	"math/big"

	"croupier/games"
)

// Figures is what figures.json holds of a variant: games.Analysis, its numbers written as decimals or fractions that big.Rat reads.
type Figures struct {
	Method   string          `json:"method"`
	Outlooks []Outlook       `json:"outlooks"` // "basic" first
	Bounds   Bounds          `json:"bounds"`
	Findings []games.Finding `json:"findings"`
}

// Outlook is games.Outlook as figures.json holds it.
type Outlook struct {
	Strategy         string `json:"strategy"`
	Return           Range  `json:"return"`
	HitFrequency     Range  `json:"hitFrequency"`
	Variance         Range  `json:"variance"`
	MaximumWin       Range  `json:"maximumWin"`
	MaximumWinChance Range  `json:"maximumWinChance"`
}

// Range is games.Value: [low, high], the same twice when the value is exact.
type Range [2]string

// Bounds is games.Bounds.
type Bounds struct {
	Lowest  string `json:"lowest"`
	Highest string `json:"highest"`
	Proof   string `json:"proof"`
}

// readFigures returns the analysis of a variant that figures.json holds.
func readFigures(variant string) (games.Analysis, error) {
	text, err := computed.ReadFile("figures.json")
	if err != nil {
		return games.Analysis{}, err
	}
	var all map[string]Figures
	if err := json.Unmarshal(text, &all); err != nil {
		return games.Analysis{}, fmt.Errorf("blackjack: figures.json: %w", err)
	}
	f, ok := all[variant]
	if !ok {
		return games.Analysis{}, fmt.Errorf("blackjack: figures.json has no figures of %s", variant)
	}
	a, err := f.analysis()
	if err != nil {
		return games.Analysis{}, fmt.Errorf("blackjack: figures.json: %s: %w", variant, err)
	}
	return a, nil
}

func (f Figures) analysis() (games.Analysis, error) {
	var wrong error
	number := func(text string) *big.Rat {
		r, ok := new(big.Rat).SetString(text)
		if !ok {
			wrong = fmt.Errorf("%q is no number", text)
			return new(big.Rat)
		}
		return r
	}
	value := func(r Range) games.Value { return games.Value{Low: number(r[0]), High: number(r[1])} }
	a := games.Analysis{
		Method: f.Method, Findings: f.Findings,
		Bounds: games.Bounds{Lowest: number(f.Bounds.Lowest), Highest: number(f.Bounds.Highest), Proof: f.Bounds.Proof},
		Cap:    games.Cap{Cost: games.Exactly(new(big.Rat))}, // no win is capped
	}
	for _, o := range f.Outlooks {
		a.Outlooks = append(a.Outlooks, games.Outlook{
			Strategy: o.Strategy, Return: value(o.Return), HitFrequency: value(o.HitFrequency), Variance: value(o.Variance),
			MaximumWin: value(o.MaximumWin), MaximumWinChance: value(o.MaximumWinChance),
		})
	}
	return a, wrong
}
