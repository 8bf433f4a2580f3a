package slots

import (
	_ "embed"

	"croupier/wallet/money"
)

// The shapes of machines.
const (
	MinReels = 3
	MaxReels = 6
	MaxRows  = 6
)

// What a definition that does not say it has.
const (
	defaultReels      = 5
	defaultRows       = 3
	defaultRetriggers = 1
)

// What a definition may contain besides. The limits keep every count of the exact mathematics inside an int64 and every outcome at
// a size that can be sent.
const (
	maxStops          = 256
	maxPaylines       = 100
	maxSymbols        = 32
	maxAliases        = 16
	maxVariants       = 32
	maxPay            = 1_000_000
	maxAward          = 1_000
	maxMultiplier     = 1_000
	maxWildMultiplier = 100
	maxRetriggers     = 5
	maxFreeSpins      = 5_000
	maxWinCap         = 1_000_000
	maxSpinWin        = 1_000_000_000_000 // in bets per line, of one spin, multipliers included
	maxVersion        = 1_000_000
)

//go:embed slots.json
var builtIn []byte

//go:embed definition.schema.json
var schema []byte

// Schema returns the JSON Schema of a definition file. ParseDefinition checks more than it can say.
func Schema() []byte { return append([]byte(nil), schema...) }

// Definition is a machine with its variants: the strips are the only thing in which variants differ. ParseDefinition makes one; New
// and GameOf rely on what it has checked.
type Definition struct {
	Game           string                 `json:"game"` // its id in the catalogue
	Version        int                    `json:"version"`
	Name           string                 `json:"name"`             // for people
	Aliases        []string               `json:"aliases,omitzero"` // other ids
	Default        string                 `json:"default,omitzero"` // the variant played where nothing else is chosen
	Reels          int                    `json:"reels,omitzero"`
	Rows           int                    `json:"rows,omitzero"`
	Wild           string                 `json:"wild,omitzero"`              // stands for every symbol but the scatter; "" for none
	WildMultiplier int64                  `json:"wildMultiplier,omitzero"`    // of line wins in which wilds stand for a symbol; 0 for 1
	WildTimes      WildTimes              `json:"wildMultiplierPer,omitzero"` // "" for PerWild
	Scatter        string                 `json:"scatter,omitzero"`           // the symbol that pays anywhere in the window; "" for none
	Symbols        []Symbol               `json:"symbols"`
	Paylines       [][]int                `json:"paylines"`                // per line the row, 0 at the top, on each reel
	FreeSpins      *FreeSpins             `json:"freeSpins,omitzero"`      // nil for none
	MaximumWin     int64                  `json:"maximumWin,omitzero"`     // of a round, in stakes; 0 for no cap
	Limits         map[string]StakeLimits `json:"limits,omitzero"`         // by currency code; nil for the catalogue's
	Strips         map[string][]Strip     `json:"strips"`                  // by variant, one per reel from left to right
	FreeSpinStrips map[string][]Strip     `json:"freeSpinStrips,omitzero"` // by variant; one without spins its Strips for free too
}

// Symbol is a symbol and its pays by how many of it count: in bets per line for a run on a payline, in total bets for scatters in
// the window. More scatters than the highest count pay what that pays.
type Symbol struct {
	Name string        `json:"name"`
	Pays map[int]int64 `json:"pays"`
}

// WildTimes says how a wild multiplier counts.
type WildTimes string

// The ways in which a wild multiplier counts: a line win in which three wilds stand for the symbol is worth m³ times its pay per
// wild, and m times its pay per win.
const (
	PerWild WildTimes = "wild"
	PerWin  WildTimes = "win"
)

// FreeSpins are the rules of the feature. Either Scatters and Award say when free spins are won and how many, or Awards does, by the
// scatters in the window; more than its highest count win what that wins.
//
// The free spins that the paid spin wins are generation 1, those that a spin of generation g wins are generation g + 1. Spins of
// the generations up to Retriggers win more, later ones do not: so a round has no more than A + A² + … + A^(Retriggers+1) free
// spins, where A is the largest award.
type FreeSpins struct {
	Scatters   int         `json:"scatters,omitzero"` // this many in the window, or more, win Award free spins
	Award      int         `json:"award,omitzero"`
	Awards     map[int]int `json:"awards,omitzero"`
	Multiplier int64       `json:"multiplier,omitzero"` // of every win in a free spin; 0 for 1
	Retriggers *int        `json:"retriggers,omitzero"` // nil for 1
}

// StakeLimits are the smallest and the largest stake in a currency.
type StakeLimits struct {
	Min money.Number `json:"min"`
	Max money.Number `json:"max"`
}

// Strip is the symbols of a reel from its stop 0 on; the last is followed by the first.
type Strip []string

// BuiltIn returns the definition that this package embeds.
func BuiltIn() (*Definition, error) { return ParseDefinition(builtIn) }

// retriggers returns how many generations of free spins win more.
func (f *FreeSpins) retriggers() int {
	if f.Retriggers == nil {
		return defaultRetriggers
	}
	return *f.Retriggers
}

// awardOf returns how many free spins so many scatters win.
func (f *FreeSpins) awardOf(scatters int) int64 {
	if f.Awards != nil {
		return int64(listed(f.Awards, scatters))
	}
	if scatters >= f.Scatters {
		return int64(f.Award)
	}
	return 0
}

// largestAward returns the most free spins that a spin can win.
func (f *FreeSpins) largestAward() (largest int) {
	for _, award := range f.Awards {
		largest = max(largest, award)
	}
	return max(largest, f.Award)
}

// listed returns what a table by count says of a count: nothing below its lowest, the entry of its highest beyond that.
func listed[N int | int64](table map[int]N, count int) N {
	highest := 0
	for c := range table {
		highest = max(highest, c)
	}
	return table[min(count, highest)]
}

// symbol returns the symbol of that name, or nil.
func (d *Definition) symbol(name string) *Symbol {
	for i := range d.Symbols {
		if name != "" && d.Symbols[i].Name == name {
			return &d.Symbols[i]
		}
	}
	return nil
}
