package launch

import (
	"croupier/games"
	"croupier/games/cashout"
	"croupier/wallet/money"
)

// View is what the player sees of a round; nothing in it is hidden.
type View struct {
	Shots      []Shot       `json:"shots"` // in the order fired; the last one may be a splash
	ShotsLeft  int          `json:"shotsLeft"`
	Multiplier money.Number `json:"multiplier"` // what the round is worth
	CanCashOut bool         `json:"canCashOut"`
}

// Shot is where a shot came down.
type Shot struct {
	Landing
	Factor money.Number `json:"factor"` // of the pad; 0 is a splash
}

// Outcome is what the player is told of a launch. Lengths are in centimetres.
type Outcome struct {
	Range      int64                     `json:"range"` // in still air
	Band       int                       `json:"band"`  // from 0, the nearest
	BandName   string                    `json:"bandName"`
	Aim        int                       `json:"aim"`  // the pad that the shot would have hit in still air, from 0
	Wind       int                       `json:"wind"` // by how many pads it was carried on, around the band
	Pad        int                       `json:"pad"`  // that it hit, from 0
	Factor     money.Number              `json:"factor"`
	Splash     bool                      `json:"splash"` // the round is lost
	Pads       [padCount]money.Number    `json:"pads"`   // the factors of the band's pads
	Landing    int64                     `json:"landing"`
	Trajectory [flightParts + 1][2]int64 `json:"trajectory"` // distance and height, for drawing
	View
}

// factors are the factors of all pads as players are shown them.
var factors = func() (shown [len(bands)][padCount]money.Number) {
	for b := range bands {
		for p, pad := range bands[b].Pads {
			shown[b][p] = money.Number(games.Multiple(pad * games.MultipleUnit / factorScale).String())
		}
	}
	return shown
}()

// view shows a round, open or over.
func view(r cashout.Round[State], open bool) View {
	v := View{Shots: make([]Shot, len(r.Own.Landings)), ShotsLeft: maxShots - len(r.Own.Landings),
		Multiplier: r.Multiplier(), CanCashOut: open && r.Takeable}
	for i, landing := range r.Own.Landings {
		v.Shots[i] = Shot{landing, factors[landing.Band][landing.Pad]}
	}
	return v
}
