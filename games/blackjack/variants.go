package blackjack

import (
	"embed"
	"encoding/json"
	"fmt"
	"math/big"
	"sync"
)

// What the package odds computes and writes: the commissions and returns of the variants, the chart of each, and the figures of
// each. Its tests hold them to what it computes.
//
//go:embed variants.json figures.json charts/*.txt
var computed embed.FS

// Variant is a variant with what the package odds computed for it.
type Variant struct {
	ID    string
	Rules Rules    // Standard, with the variant's commission
	RTP   *big.Rat // the lower end of what is proven of the return by the chart: at most the truth
	Chart *Chart
}

// Variants returns the built-in variants, the default one first. They are shared: do not change what they point to.
func Variants() []Variant { return builtInVariants() }

var builtInVariants = sync.OnceValue(func() []Variant {
	variants, err := readVariants()
	if err != nil {
		panic(err) // embedded: wrong for everyone or nobody
	}
	return variants
})

func readVariants() ([]Variant, error) {
	text, err := computed.ReadFile("variants.json")
	if err != nil {
		return nil, err
	}
	var rows []struct {
		ID         string `json:"id"`
		Commission int    `json:"commission"` // basis points
		RTP        string `json:"rtp"`        // a decimal
	}
	if err := json.Unmarshal(text, &rows); err != nil {
		return nil, fmt.Errorf("blackjack: variants.json: %w", err)
	}
	var variants []Variant
	for _, row := range rows {
		v := Variant{ID: row.ID, Rules: Standard()}
		v.Rules.Commission = row.Commission
		var ok bool
		if v.RTP, ok = new(big.Rat).SetString(row.RTP); !ok {
			return nil, fmt.Errorf("blackjack: variants.json: %s: %q is no number", row.ID, row.RTP)
		}
		text, err := computed.ReadFile("charts/" + row.ID + ".txt")
		if err != nil {
			return nil, err
		}
		if v.Chart, err = ParseChart(string(text)); err != nil {
			return nil, fmt.Errorf("blackjack: %s: %w", row.ID, err)
		}
		variants = append(variants, v)
	}
	return variants, nil
}
