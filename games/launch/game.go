package launch

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/wallet/money"
)

// action is the name of a step.
const action = "launch"

// Game returns the game for the catalogue, with every variant and the default limits.
func Game() games.Game {
	game := games.Game{ID: "launch", Name: "Launch", Default: "RTP_96"}
	for _, percent := range []int64{92, 94, 96, 97} {
		engine := cashout.Engine[State]{Game: launch{percent}}
		game.Variants = append(game.Variants, games.Variant{ID: fmt.Sprint("RTP_", percent), Engine: engine})
	}
	return game
}

// launch is the rules at one nominal return, in percent.
type launch struct {
	percent int64
}

var (
	_ cashout.Game[State] = launch{}
	_ games.Analyst       = cashout.Engine[State]{}
)

// State is what a round in progress is made of: where its shots came down. It has no secrets.
type State struct {
	Landings []Landing `json:"landings"`
}

// Landing is a pad: by its band and its place in the band, both from 0.
type Landing struct {
	Band int `json:"band"`
	Pad  int `json:"pad"`
}

func (launch) Version() int                { return stateVersion }
func (l launch) Start() games.Multiple     { return games.Multiple(l.percent * games.MultipleUnit / 100) }
func (launch) Most() games.Multiple        { return most }
func (launch) Action() string              { return action }
func (launch) Deal(*fairness.Stream) State { return State{} } // nothing is fixed when a round opens

// RTP returns the return of one shot into the nearest band, and cash-out.
func (l launch) RTP() *big.Rat {
	sum := new(big.Int)
	for _, pad := range bands[0].Pads {
		value, _ := cashout.Times(l.Start(), uint64(pad), factorScale, most)
		sum.Add(sum, big.NewInt(int64(value)))
	}
	return new(big.Rat).SetFrac(sum, big.NewInt(padCount*games.MultipleUnit))
}

// Step plays launch {angle, power}. Its only draw is the wind: intn(20).
func (launch) Step(r *cashout.Round[State], payload json.RawMessage, d *fairness.Stream) (cashout.Ending, any, error) {
	angle, power, err := readLaunch(payload)
	if err != nil {
		return 0, nil, err
	}
	reach := rangeOf(angle, power)
	number := bandOf(reach)
	band := &bands[number]
	aim, wind := band.aimOf(reach), int(d.Intn(padCount))
	pad := (aim + wind) % padCount
	r.Own.Landings = append(r.Own.Landings, Landing{number, pad})
	ending := land(r, band.Pads[pad])

	landing := band.middleOf(pad)
	return ending, Outcome{
		Range: reach, Band: number, BandName: band.Name, Aim: aim, Wind: wind, Pad: pad,
		Factor: factors[number][pad], Splash: ending == cashout.Lost, Pads: factors[number],
		Landing: landing, Trajectory: trajectory(landing, apexOf(angle, power)),
		View: view(*r, ending == cashout.Open),
	}, nil
}

// land multiplies what the round is worth by a pad's factor, and says how it stands.
func land(r *cashout.Round[State], factor int64) cashout.Ending {
	if factor == 0 {
		r.Value, r.Takeable = 0, false
		return cashout.Lost
	}
	capped := r.Multiply(uint64(factor), factorScale, most)
	if capped || r.Value >= enough || len(r.Own.Landings) == maxShots {
		return cashout.Paid
	}
	return cashout.Open
}

// readLaunch returns the angle in tenths of a degree and the power, or *games.FieldError.
func readLaunch(payload json.RawMessage) (angle, power int64, err error) {
	var aim struct {
		Angle money.Number `json:"angle"`
		Power money.Number `json:"power"`
	}
	if err := games.Decode(payload, &aim); err != nil {
		return 0, 0, err
	}
	angle, err = scaled("angle", aim.Angle, 1)
	if err != nil {
		return 0, 0, err
	}
	if angle < minAngle || angle > maxAngle {
		return 0, 0, &games.FieldError{Field: "angle", Reason: "must be from 10.0 to 80.0"}
	}
	power, err = scaled("power", aim.Power, 0)
	if err != nil {
		return 0, 0, err
	}
	if power < minPower || power > maxPower {
		return 0, 0, &games.FieldError{Field: "power", Reason: "must be from 100 to 2000"}
	}
	return angle, power, nil
}

func scaled(field string, n money.Number, places int) (int64, error) {
	steps, err := n.Scaled(places)
	var number *money.NumberError
	if errors.As(err, &number) {
		return 0, &games.FieldError{Field: field, Reason: number.Reason}
	}
	return steps, err
}

// Valid plays the landings again: they must make the value, and leave the round open.
func (l launch) Valid(r cashout.Round[State]) bool {
	if len(r.Own.Landings) != r.Steps {
		return false
	}
	again := cashout.Round[State]{Value: l.Start()}
	for i, landing := range r.Own.Landings {
		if landing.Band < 0 || landing.Band >= len(bands) || landing.Pad < 0 || landing.Pad >= padCount {
			return false
		}
		again.Own.Landings = r.Own.Landings[:i+1]
		if land(&again, bands[landing.Band].Pads[landing.Pad]) != cashout.Open {
			return false
		}
	}
	return again.Value == r.Value && again.Takeable == r.Takeable
}

// Show returns a View.
func (launch) Show(r cashout.Round[State]) any { return view(r, true) }

// Reveal returns the View of a round that is over; nothing was hidden.
func (launch) Reveal(r cashout.Round[State]) any { return view(r, false) }

// Force takes {"winds": [w1, w2, …]}, the winds of the first shots, 1 to 10 of them, each from 0 to 19. Which pad a wind leads to
// depends on the aim, so pads cannot be asked for.
func (launch) Force(outcome json.RawMessage) (fairness.Script, error) {
	var wanted struct {
		Winds []int `json:"winds"`
	}
	if err := games.Decode(outcome, &wanted); err != nil {
		return nil, err
	}
	if len(wanted.Winds) < 1 || len(wanted.Winds) > maxShots {
		return nil, &games.FieldError{Field: "winds", Reason: "must be an array of 1 to 10 winds"}
	}
	script := fairness.Script{}
	for i, wind := range wanted.Winds {
		if wind < 0 || wind >= padCount {
			return nil, &games.FieldError{Field: fmt.Sprintf("winds[%d]", i), Reason: "must be a whole number from 0 to 19"}
		}
		script[cashout.Round[State]{Steps: i}.Label()] = []uint32{uint32(wind)} // Intn(n) of a number below n is that number
	}
	return script, nil
}
