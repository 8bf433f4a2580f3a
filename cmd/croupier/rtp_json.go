package main

import (
	"encoding/json"
	"math/big"

	"croupier/games"
)

// exactJSON is a number that is known exactly.
type exactJSON struct {
	Fraction string      `json:"fraction"`
	Decimal  json.Number `json:"decimal"` // to 12 significant digits
}

// valueJSON is a value: the number, or the two ends between which it is proven to lie.
type valueJSON struct {
	Fraction string      `json:"fraction,omitempty"`
	Decimal  json.Number `json:"decimal,omitempty"`
	Low      *exactJSON  `json:"low,omitempty"`
	High     *exactJSON  `json:"high,omitempty"`
}

func exactly(value *big.Rat) *exactJSON {
	return &exactJSON{value.RatString(), json.Number(new(big.Float).SetPrec(256).SetRat(value).Text('g', 12))}
}

func valueOf(v games.Value) valueJSON {
	if v.Exact() {
		return valueJSON{Fraction: exactly(v.Low).Fraction, Decimal: exactly(v.Low).Decimal}
	}
	return valueJSON{Low: exactly(v.Low), High: exactly(v.High)}
}

// reportJSON is a variant's report as --json prints it. Money is in opening stakes.
type reportJSON struct {
	Game       string            `json:"game"`
	Variant    string            `json:"variant"`
	RulesHash  string            `json:"rulesHash"`
	Method     string            `json:"method"`
	RTP        valueJSON         `json:"rtp"` // of the first strategy
	Bounds     boundsJSON        `json:"bounds"`
	Cap        *capJSON          `json:"cap"` // null when there is none
	Strategies []outlookJSON     `json:"strategies"`
	Findings   map[string]string `json:"findings"`
	Simulation *simulationJSON   `json:"simulation,omitempty"`
}

type boundsJSON struct {
	Lowest  *exactJSON `json:"lowest"`
	Highest *exactJSON `json:"highest"`
	Proof   string     `json:"proof"`
}

type capJSON struct {
	Most json.Number `json:"most"`
	Cost valueJSON   `json:"cost"`
}

type outlookJSON struct {
	Strategy         string    `json:"strategy"`
	Return           valueJSON `json:"return"`
	HitFrequency     valueJSON `json:"hitFrequency"`
	Variance         valueJSON `json:"variance"`
	MaximumWin       valueJSON `json:"maximumWin"`
	MaximumWinChance valueJSON `json:"maximumWinChance"`
}

type simulationJSON struct {
	Strategy     string  `json:"strategy"`
	Rounds       int64   `json:"rounds"`
	RTP          float64 `json:"rtp"`
	HitFrequency float64 `json:"hitFrequency"`
	Z            float64 `json:"z"`
}

func reportsJSON(reports []report) (all []reportJSON) {
	for _, r := range reports {
		j := reportJSON{
			Game: r.game.ID, Variant: r.variant.ID, RulesHash: r.variant.RulesHash, Method: r.Method,
			RTP:      valueOf(r.Outlooks[0].Return),
			Bounds:   boundsJSON{exactly(r.Bounds.Lowest), exactly(r.Bounds.Highest), r.Bounds.Proof},
			Findings: make(map[string]string),
		}
		if r.Cap.Most > 0 {
			j.Cap = &capJSON{json.Number(r.Cap.Most.String()), valueOf(r.Cap.Cost)}
		}
		for _, o := range r.Outlooks {
			j.Strategies = append(j.Strategies, outlookJSON{o.Strategy, valueOf(o.Return), valueOf(o.HitFrequency), valueOf(o.Variance),
				valueOf(o.MaximumWin), valueOf(o.MaximumWinChance)})
		}
		for _, f := range r.Findings {
			j.Findings[f.Name] = f.Value
		}
		if s := r.simulated; s != nil {
			j.Simulation = &simulationJSON{s.strategy, s.rounds, s.rtp, s.hitFrequency, s.z}
		}
		all = append(all, j)
	}
	return all
}
