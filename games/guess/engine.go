package guess

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/wallet/money"
)

// Engine plays one variant.
type Engine = cashout.Engine[State]

// New returns the engine with a nominal return in percent and what right and wrong guesses raise the trace by.
func New(percent int64, right, wrong Range) Engine {
	return Engine{Game: &rules{percent: percent, right: right, wrong: wrong}}
}

// Game returns the game for the catalogue, with every variant and the default limits.
func Game() games.Game {
	return games.Game{
		ID: "guess", Name: "Guess", Default: "RTP_96",
		Variants: []games.Variant{
			{ID: "RTP_92", Engine: New(92, Range{3, 7}, Range{7, 14})},
			{ID: "RTP_94", Engine: New(94, Range{3, 6}, Range{7, 13})},
			{ID: "RTP_96", Engine: New(96, Range{2, 6}, Range{6, 14})},
			{ID: "RTP_97", Engine: New(97, Range{2, 5}, Range{6, 12})},
		},
	}
}

// State is the game's own part of a round in progress. The key is its secret.
type State struct {
	Key      string            `json:"key"`
	Trace    int               `json:"trace"`    // 0 to 99
	Revealed [positions]bool   `json:"revealed"` // the positions that were guessed
	Struck   [positions]string `json:"struck"`   // the characters that each position is known not to have, in the order guessed
}

// candidates is how many characters a position may have, as far as the player knows.
func (s *State) candidates(position int) int { return characters - len(s.Struck[position]) }

func (s *State) found() (n int) {
	for _, revealed := range s.Revealed {
		if revealed {
			n++
		}
	}
	return n
}

func (s *State) strikes() (n int) {
	for _, struck := range s.Struck {
		n += len(struck)
	}
	return n
}

// View is what the player may see of an open round.
type View struct {
	Trace      int          `json:"trace"`
	Multiplier money.Number `json:"multiplier"` // V, takeable if canCashOut
	CanCashOut bool         `json:"canCashOut"`
	// Positions has the characters revealed, null where there is none yet.
	Positions [positions]*string `json:"positions"`
	// Struck has, for each position, the characters that it is known not to have, in the order guessed.
	Struck [positions]string `json:"struck"`
	// RightMultipliers and WrongMultipliers are what a right and a wrong guess at each position would multiply the multiplier by now,
	// null where no guess is possible.
	RightMultipliers [positions]*money.Number `json:"rightMultipliers"`
	WrongMultipliers [positions]*money.Number `json:"wrongMultipliers"`
}

// Outcome is what the player is told of a guess.
type Outcome struct {
	Position  int    `json:"position"`
	Character string `json:"character"`
	Right     bool   `json:"right"`
	Rise      int    `json:"rise"`   // of the trace
	Busted    bool   `json:"busted"` // whether the trace has reached the limit, and the round is lost
	View
	Key string `json:"key,omitempty"` // once the round is over
}

// End is what the player is told when a round ends without a guess.
type End struct {
	View
	Key string `json:"key"`
}

func (g *rules) Version() int          { return version }
func (g *rules) Start() games.Multiple { return games.Multiple(g.percent * games.MultipleUnit / 100) }
func (g *rules) Most() games.Multiple  { return most }
func (g *rules) Action() string        { return "guess" }

// Deal draws the key, a character after the other.
func (g *rules) Deal(init *fairness.Stream) State {
	var key [positions]byte
	for i := range key {
		key[i] = alphabet[init.Intn(uint64(characters))]
	}
	return State{Key: string(key[:])}
}

// guess is the payload of a guess.
type guess struct {
	Position  int    `json:"position"`
	Character string `json:"character"`
}

// Step plays a guess: its rise is drawn from the range of a right or of a wrong one.
func (g *rules) Step(r *cashout.Round[State], payload json.RawMessage, d *fairness.Stream) (cashout.Ending, any, error) {
	at, err := read(r, payload)
	if err != nil {
		return 0, nil, err
	}
	s := &r.Own
	outcome := &Outcome{Position: at.Position, Character: at.Character, Right: s.Key[at.Position] == at.Character[0]}
	right, factor := g.factors(s.candidates(at.Position), s.Trace, r.Value)
	rise := g.wrong
	if outcome.Right {
		factor, rise = right, g.right
		s.Revealed[at.Position] = true
	} else {
		s.Struck[at.Position] += at.Character
	}
	outcome.Rise = rise.draw(d)
	s.Trace += outcome.Rise
	ending := g.judge(r, factor)
	outcome.Busted = ending == cashout.Lost
	outcome.View = g.view(*r, ending == cashout.Open)
	if ending != cashout.Open {
		outcome.Key = s.Key
	}
	return ending, outcome, nil
}

// judge multiplies the value by a factor, unless the guess has raised the trace to the limit, and says how the round stands.
func (g *rules) judge(r *cashout.Round[State], factor fraction) cashout.Ending {
	if r.Own.Trace >= traceLimit {
		r.Value, r.Takeable = 0, false
		return cashout.Lost
	}
	capped := r.Multiply(factor.num, factor.den, most)
	if capped || r.Own.found() == positions || g.over(r.Own.Trace, r.Value) {
		return cashout.Paid
	}
	return cashout.Open
}

// read returns the guess that a payload asks for, if the rules allow it.
func read(r *cashout.Round[State], payload json.RawMessage) (guess, error) {
	var at guess
	if err := games.Decode(payload, &at); err != nil {
		return at, err
	}
	if at.Position < 0 || at.Position >= positions {
		return at, &games.FieldError{Field: "position", Reason: fmt.Sprintf("must be a whole number from 0 to %d", positions-1)}
	}
	if len(at.Character) != 1 || !strings.Contains(alphabet, at.Character) {
		return at, &games.FieldError{Field: "character", Reason: "must be one character, a capital letter A–Z or a digit 0–9"}
	}
	switch {
	case r.Own.Revealed[at.Position]:
		return at, refusal(r, fmt.Sprintf("position %d is revealed already", at.Position))
	case strings.Contains(r.Own.Struck[at.Position], at.Character):
		return at, refusal(r, fmt.Sprintf("%s was struck from position %d already", at.Character, at.Position))
	}
	return at, nil
}

func refusal(r *cashout.Round[State], reason string) error {
	allowed := []string{"guess"}
	if r.Takeable {
		allowed = append(allowed, "cashout")
	}
	return &games.ActionError{Action: "guess", Allowed: allowed, Reason: reason}
}

// Valid says whether a round in progress can be like this.
func (g *rules) Valid(r cashout.Round[State]) bool {
	s := &r.Own
	if len(s.Key) != positions || strings.Trim(s.Key, alphabet) != "" {
		return false
	}
	for position, struck := range s.Struck {
		for i := range len(struck) {
			c := struck[i]
			if strings.IndexByte(alphabet, c) < 0 || c == s.Key[position] || strings.IndexByte(struck[:i], c) >= 0 {
				return false
			}
		}
	}
	right, wrong := s.found(), s.strikes()
	return right < positions && right+wrong == r.Steps && r.Takeable == (r.Steps > 0) && !g.over(s.Trace, r.Value) &&
		s.Trace >= right*g.right.Lowest+wrong*g.wrong.Lowest && s.Trace <= right*g.right.Highest+wrong*g.wrong.Highest
}

// Show shows everything but the characters that nobody has guessed.
func (g *rules) Show(r cashout.Round[State]) any { return g.view(r, true) }

// Reveal shows the key too.
func (g *rules) Reveal(r cashout.Round[State]) any {
	return End{View: g.view(r, false), Key: r.Own.Key}
}

func (g *rules) view(r cashout.Round[State], open bool) View {
	s := &r.Own
	view := View{Trace: s.Trace, Multiplier: r.Multiplier(), CanCashOut: open && r.Takeable, Struck: s.Struck}
	var byCandidates [characters + 1]struct{ right, wrong *money.Number } // most positions have the same
	for i := range positions {
		if s.Revealed[i] {
			view.Positions[i] = new(s.Key[i : i+1])
			continue
		}
		if !open {
			continue
		}
		n := s.candidates(i)
		if byCandidates[n].right == nil {
			right, wrong := g.factors(n, s.Trace, r.Value)
			byCandidates[n].right, byCandidates[n].wrong = new(right.shown()), new(wrong.shown())
		}
		view.RightMultipliers[i], view.WrongMultipliers[i] = byCandidates[n].right, byCandidates[n].wrong
	}
	return view
}

// shown returns the factor as players are shown it.
func (f fraction) shown() money.Number {
	factor, _ := cashout.Times(games.MultipleUnit, f.num, f.den, math.MaxInt64)
	return money.Number(factor.String())
}
