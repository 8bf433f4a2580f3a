package slots

// Rules is everything that an outcome of a variant depends on, as players and verifiers are shown it and as it is hashed.
type Rules struct {
	Game      string    `json:"game"`
	Version   int       `json:"version"`
	Variant   string    `json:"variant"`
	Wild      string    `json:"wild"`
	Scatter   string    `json:"scatter"`
	Symbols   []Symbol  `json:"symbols"`
	Paylines  [][]int   `json:"paylines"` // per line the row, 0 (top) to 2, on each reel from left to right
	FreeSpins FreeSpins `json:"freeSpins"`
	Strips    []Strip   `json:"strips"` // per reel from left to right
}

func (d *Definition) rules(variant string) Rules {
	return Rules{
		Game:      d.Game,
		Version:   d.Version,
		Variant:   variant,
		Wild:      d.Wild,
		Scatter:   d.Scatter,
		Symbols:   d.Symbols,
		Paylines:  d.Paylines,
		FreeSpins: d.FreeSpins,
		Strips:    d.Strips[variant],
	}
}
