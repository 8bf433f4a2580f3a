package move

import (
	"encoding/json"
	"fmt"
	"math/big"
	"slices"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
)

// action is the name of a step.
const action = "move"

// Game returns the game for the catalogue, with every variant and the default limits.
func Game() games.Game {
	game := games.Game{ID: "move", Name: "Move", Default: "RTP_96"}
	for _, percent := range []int64{92, 94, 96, 97} {
		engine := cashout.Engine[State]{Game: newMove(percent)}
		game.Variants = append(game.Variants, games.Variant{ID: fmt.Sprint("RTP_", percent), Engine: engine})
	}
	return game
}

// move is the rules at one nominal return.
type move struct {
	values [lastCell + 1]games.Multiple // what a round is worth by number of opened cells
}

var (
	_ cashout.Game[State] = (*move)(nil)
	_ games.Analyst       = cashout.Engine[State]{}
)

// newMove computes the values: every opened cell multiplies by the chance that it is no trap, turned over.
func newMove(percent int64) *move {
	m := &move{}
	m.values[0] = games.Multiple(percent * games.MultipleUnit / 100)
	for n := range lastCell {
		next, tooMuch := cashout.Times(m.values[n], uint64(covered-n), uint64(safe-n), 1<<62)
		if tooMuch {
			panic("move: a value has more than 62 bits") // computed from constants: wrong for everyone or nobody
		}
		m.values[n+1] = next
	}
	return m
}

// State is what a round in progress is made of. Cells are numbers, 15·row + column. The traps are the secret.
type State struct {
	X      int   `json:"x"` // the position, in tenths of a cell
	Y      int   `json:"y"`
	Opened []int `json:"opened"` // in the order opened, without the centre
	Traps  []int `json:"traps"`  // in ascending order
}

func (*move) Version() int            { return stateVersion }
func (m *move) Start() games.Multiple { return m.values[0] }
func (m *move) Most() games.Multiple  { return m.values[lastCell] }
func (*move) Action() string          { return action }

// RTP returns the return of opening one cell, and cash-out.
func (m *move) RTP() *big.Rat { return m.returnOf(1) }

// Deal lays the traps: a shuffle of all cells but the centre, in ascending order before it; the first 25 are the traps after it.
func (*move) Deal(init *fairness.Stream) State {
	all := coveredCells()
	init.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	traps := slices.Clone(all[:trapCount])
	slices.Sort(traps)
	at := middle(centre)
	return State{X: at.x, Y: at.y, Traps: traps}
}

// coveredCells returns the cells that may hide a trap, in ascending order.
func coveredCells() (all [covered]int) {
	for i := range all {
		all[i] = i
		if i >= centre {
			all[i]++
		}
	}
	return all
}

// Step plays move {dx, dy}. It draws nothing.
func (m *move) Step(r *cashout.Round[State], payload json.RawMessage, _ *fairness.Stream) (cashout.Ending, any, error) {
	from := point{r.Own.X, r.Own.Y}
	by, err := readMove(payload, from)
	if err != nil {
		return 0, nil, err
	}
	var buffer [2 * longest / cellSize]int
	entered := path(buffer[:0], from, by)
	before := len(r.Own.Opened)
	ending, walked := m.walk(r, entered)
	if ending == cashout.Open {
		r.Own.X, r.Own.Y = from.x+by.x, from.y+by.y
	} else {
		stop := middle(entered[walked-1])
		r.Own.X, r.Own.Y = stop.x, stop.y
	}
	if ending == cashout.Open && r.Steps+1 == maxMoves {
		ending = cashout.Paid
		if !r.Takeable {
			ending = cashout.Refunded
		}
	}
	return ending, m.outcome(*r, ending, entered[:walked], len(r.Own.Opened)-before), nil
}

// walk opens the cells that a move enters until one ends the round. It returns how many cells were entered.
func (m *move) walk(r *cashout.Round[State], entered []int) (ending cashout.Ending, walked int) {
	for i, cell := range entered {
		if cell == centre || slices.Contains(r.Own.Opened, cell) {
			continue
		}
		if _, trap := slices.BinarySearch(r.Own.Traps, cell); trap {
			r.Value, r.Takeable = 0, false
			return cashout.Lost, i + 1
		}
		opened := len(r.Own.Opened)
		r.Own.Opened = append(r.Own.Opened, cell)
		if r.Multiply(uint64(covered-opened), uint64(safe-opened), m.Most()) {
			return cashout.Paid, i + 1
		}
	}
	return cashout.Open, len(entered)
}

// outcome tells the player of a move; it does not count as played yet.
func (m *move) outcome(r cashout.Round[State], ending cashout.Ending, entered []int, opened int) Outcome {
	r.Steps++
	o := Outcome{Entered: coordinatesOf(entered), NewCells: opened, Trapped: ending == cashout.Lost,
		View: m.view(r, ending == cashout.Open)}
	if ending != cashout.Open {
		o.Traps = coordinatesOf(r.Own.Traps)
	}
	return o
}

// Valid says whether play can lead to a round like this.
func (m *move) Valid(r cashout.Round[State]) bool {
	own := &r.Own
	opened := len(own.Opened)
	if len(own.Traps) != trapCount || opened >= lastCell || r.Steps >= maxMoves || r.Takeable != (opened > 0) ||
		r.Value != m.values[opened] || own.X < 0 || own.X >= fieldSize || own.Y < 0 || own.Y >= fieldSize {
		return false
	}
	var seen [cells]bool
	seen[centre] = true
	for i, trap := range own.Traps {
		if trap < 0 || trap >= cells || seen[trap] || i > 0 && trap < own.Traps[i-1] {
			return false
		}
		seen[trap] = true
	}
	for _, cell := range own.Opened {
		if cell < 0 || cell >= cells || seen[cell] {
			return false
		}
		seen[cell] = true
	}
	here := point{own.X, own.Y}.cell()
	return here == centre || slices.Contains(own.Opened, here)
}

// Show returns a View.
func (m *move) Show(r cashout.Round[State]) any { return m.view(r, true) }

// Reveal returns a Reveal.
func (m *move) Reveal(r cashout.Round[State]) any {
	return Reveal{m.view(r, false), coordinatesOf(r.Own.Traps)}
}
