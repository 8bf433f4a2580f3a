package slots

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"slices"

	"croupier/games"
)

// The shape of every machine.
const (
	Reels = 5
	Rows  = 3
)

// What a definition may contain. The limits keep every count of the exact mathematics, up to pay × cycle, inside an int64.
const (
	maxStops      = 256
	maxPaylines   = 100
	maxSymbols    = 32
	maxPay        = 1_000_000
	maxAward      = 1_000
	maxMultiplier = 1_000
)

//go:embed slots.json
var builtIn []byte

// Definition is a machine with its variants: the strips are the only thing in which variants differ.
type Definition struct {
	Game      string             `json:"game"`
	Version   int                `json:"version"`
	Wild      string             `json:"wild"`    // the symbol that stands for every other but the scatter
	Scatter   string             `json:"scatter"` // the symbol that pays anywhere in the window
	Symbols   []Symbol           `json:"symbols"`
	Paylines  [][]int            `json:"paylines"` // per line the row, 0 (top) to 2, on each reel from left to right
	FreeSpins FreeSpins          `json:"freeSpins"`
	Strips    map[string][]Strip `json:"strips"` // by variant, one per reel from left to right
}

// Symbol is a symbol and its pays by how many of it count: in bets per line for a run on a payline, in total bets for scatters in
// the window.
type Symbol struct {
	Name string        `json:"name"`
	Pays map[int]int64 `json:"pays"`
}

// FreeSpins are the rules of the feature. A free spin played with k ≥ Scatters scatters in its window wins Award more if it was
// won by the spin that the player paid for; if it was itself won by a free spin it does not. So no round has more than
// Award + Award² free spins.
type FreeSpins struct {
	Scatters   int   `json:"scatters"`   // this many in the window, or more, win free spins
	Award      int   `json:"award"`      // free spins won at a time
	Multiplier int64 `json:"multiplier"` // of every win in a free spin
}

// Strip is the symbols of a reel from its stop 0 on; the last is followed by the first.
type Strip []string

// BuiltIn returns the definition that this package embeds.
func BuiltIn() (*Definition, error) {
	return ParseDefinition(builtIn)
}

// ParseDefinition reads a definition and checks that it is a machine that this package can play and compute. It refuses unknown
// fields. The error names everything that is wrong.
func ParseDefinition(data []byte) (*Definition, error) {
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	var d Definition
	if err := decoder.Decode(&d); err != nil {
		return nil, fmt.Errorf("slots definition: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("slots definition: something follows it")
	}
	if err := d.check(); err != nil {
		return nil, fmt.Errorf("slots definition: %w", err)
	}
	return &d, nil
}

func (d *Definition) check() error {
	wrong := []error{d.checkSymbols(), d.checkPaylines(), d.checkFreeSpins()}
	if len(d.Strips) == 0 {
		wrong = append(wrong, errors.New("no variant has strips"))
	}
	for variant, reels := range d.Strips {
		if len(reels) != Reels {
			wrong = append(wrong, fmt.Errorf("%s has %d reels, not %d", variant, len(reels), Reels))
		}
		for i, strip := range reels {
			if err := d.checkStrip(strip); err != nil {
				wrong = append(wrong, fmt.Errorf("%s, reel %d: %w", variant, i+1, err))
			}
		}
	}
	if err := errors.Join(wrong...); err != nil {
		return err
	}
	return d.checkMaximum()
}

func (d *Definition) checkSymbols() error {
	var wrong []error
	fail := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if len(d.Symbols) > maxSymbols {
		fail("more than %d symbols", maxSymbols)
	}
	seen := map[string]bool{}
	wild := d.symbol(d.Wild)
	for _, s := range d.Symbols {
		if s.Name == "" || seen[s.Name] {
			fail("symbol %q: its name is empty or taken", s.Name)
		}
		seen[s.Name] = true
		for count, pay := range s.Pays {
			if count < 1 || count > Reels || pay < 1 || pay > maxPay {
				fail("symbol %q: %d of it paying %d is out of range", s.Name, count, pay)
			}
			// Otherwise a run of wilds alone would be worth more as another symbol, and it would be unclear which one.
			if wild != nil && s.Name != d.Scatter && wild.Pays[count] < pay {
				fail("symbol %q: %d of it pay more than as many wilds", s.Name, count)
			}
		}
	}
	if wild == nil || d.symbol(d.Scatter) == nil || d.Wild == d.Scatter {
		fail("wild and scatter must be two of the symbols")
	}
	return errors.Join(wrong...)
}

func (d *Definition) checkPaylines() error {
	if len(d.Paylines) < 1 || len(d.Paylines) > maxPaylines {
		return fmt.Errorf("%d paylines, not 1–%d", len(d.Paylines), maxPaylines)
	}
	for i, line := range d.Paylines {
		if len(line) != Reels || slices.Min(line) < 0 || slices.Max(line) >= Rows {
			return fmt.Errorf("payline %d does not name a row on each reel", i+1)
		}
		if same := slices.IndexFunc(d.Paylines[:i], func(other []int) bool { return slices.Equal(other, line) }); same >= 0 {
			return fmt.Errorf("payline %d is payline %d once more", i+1, same+1)
		}
	}
	return nil
}

func (d *Definition) checkFreeSpins() error {
	f := d.FreeSpins
	if f.Scatters < 1 || f.Scatters > Reels || f.Award < 1 || f.Award > maxAward || f.Multiplier < 1 || f.Multiplier > maxMultiplier {
		return errors.New("freeSpins is out of range")
	}
	scatter := d.symbol(d.Scatter)
	for count := f.Scatters; scatter != nil && count <= Reels; count++ {
		if scatter.Pays[count] == 0 {
			return fmt.Errorf("%d scatters win free spins but pay nothing", count)
		}
	}
	return nil
}

// checkStrip refuses a strip that can show two scatters at once, so that the scatters of a window are counted by reels.
func (d *Definition) checkStrip(strip Strip) error {
	if len(strip) < Rows || len(strip) > maxStops {
		return fmt.Errorf("%d stops, not %d–%d", len(strip), Rows, maxStops)
	}
	for i, name := range strip {
		if d.symbol(name) == nil {
			return fmt.Errorf("stop %d shows %q, which is no symbol", i, name)
		}
		for below := 1; below < Rows; below++ {
			if name == d.Scatter && strip[(i+below)%len(strip)] == d.Scatter {
				return fmt.Errorf("stop %d shows two scatters at once", i)
			}
		}
	}
	return nil
}

// checkMaximum makes sure that whatever a round may win, and more, is a games.Multiple of the bet per line.
func (d *Definition) checkMaximum() error {
	var line, scatter int64
	for _, s := range d.Symbols {
		for _, pay := range s.Pays {
			if s.Name == d.Scatter {
				scatter = max(scatter, pay)
			} else {
				line = max(line, pay)
			}
		}
	}
	spin := int64(len(d.Paylines)) * (line + scatter)
	spins := 1 + d.FreeSpins.Multiplier*int64(d.FreeSpins.Award)*int64(1+d.FreeSpins.Award)
	most := new(big.Int).Mul(big.NewInt(spin), big.NewInt(spins))
	if !most.Mul(most, big.NewInt(games.MultipleUnit)).IsInt64() {
		return errors.New("its wins can grow beyond what can be counted")
	}
	return nil
}

// symbol returns the symbol of that name, or nil.
func (d *Definition) symbol(name string) *Symbol {
	for i := range d.Symbols {
		if d.Symbols[i].Name == name {
			return &d.Symbols[i]
		}
	}
	return nil
}
