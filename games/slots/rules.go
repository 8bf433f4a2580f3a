package slots

// Rules is everything that an outcome of a variant depends on, as players and verifiers are shown it and as it is hashed. What is
// left out is what it always was: 5 reels and 3 rows, a wild that does not multiply, no cap, the same strips in free spins.
type Rules struct {
	Game           string     `json:"game"`
	Version        int        `json:"version"`
	Variant        string     `json:"variant"`
	Reels          int        `json:"reels,omitzero"`
	Rows           int        `json:"rows,omitzero"`
	Wild           string     `json:"wild,omitzero"`
	WildMultiplier int64      `json:"wildMultiplier,omitzero"`
	WildTimes      WildTimes  `json:"wildMultiplierPer,omitzero"`
	Scatter        string     `json:"scatter,omitzero"`
	Symbols        []Symbol   `json:"symbols"`
	Paylines       [][]int    `json:"paylines"` // per line the row, from 0 at the top, on each reel from left to right
	FreeSpins      *FreeSpins `json:"freeSpins,omitzero"`
	MaximumWin     int64      `json:"maximumWin,omitzero"`     // in stakes
	Strips         []Strip    `json:"strips"`                  // per reel from left to right
	FreeSpinStrips []Strip    `json:"freeSpinStrips,omitzero"` // nil for Strips
}

func (d *Definition) rules(variant string) Rules {
	r := Rules{
		Game:           d.Game,
		Version:        d.Version,
		Variant:        variant,
		Wild:           d.Wild,
		Scatter:        d.Scatter,
		Symbols:        d.Symbols,
		Paylines:       d.Paylines,
		MaximumWin:     d.MaximumWin,
		Strips:         d.Strips[variant],
		FreeSpinStrips: d.FreeSpinStrips[variant],
	}
	if d.Reels != defaultReels || d.Rows != defaultRows {
		r.Reels, r.Rows = d.Reels, d.Rows
	}
	if d.WildMultiplier > 1 {
		r.WildMultiplier, r.WildTimes = d.WildMultiplier, PerWild
		if d.WildTimes == PerWin {
			r.WildTimes = PerWin
		}
	}
	if d.FreeSpins != nil {
		shown := *d.FreeSpins
		shown.Multiplier = max(1, shown.Multiplier)
		if shown.retriggers() == defaultRetriggers {
			shown.Retriggers = nil
		}
		r.FreeSpins = &shown
	}
	return r
}
