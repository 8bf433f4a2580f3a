package gamestest

import (
	"encoding/json"
	"fmt"
	"strings"

	"croupier/fairness"
	"croupier/games"
)

// MovesOf returns how a game is played at random. It knows all games of the catalogue, and the ladder.
func MovesOf(id string) (Moves, bool) {
	m, ok := moves[id]
	return m, ok
}

var moves = map[string]Moves{
	"slots": {Bet: func(choose *fairness.Stream) games.Action {
		return ActionOf(fmt.Sprintf(`{"action":"spin","betPerLine":0.10,"activePaylines":%d}`, 1+choose.Intn(20)))
	}},
	"dice": {Bet: func(choose *fairness.Stream) games.Action {
		return ActionOf(fmt.Sprintf(`{"action":"roll","amount":0.13,"chance":%d.%02d}`, 1+choose.Intn(97), choose.Intn(100)))
	}},
	"blackjack": {Bet: bet, Next: func(view json.RawMessage, choose *fairness.Stream) games.Action {
		var shown struct{ Actions []string }
		read(view, &shown)
		name := shown.Actions[choose.Intn(uint64(len(shown.Actions)))]
		if name == "insurance" {
			return ActionOf(fmt.Sprintf(`{"action":"insurance","accept":%t}`, choose.Intn(2) == 0))
		}
		return ActionOf(`{"action":"` + name + `"}`)
	}},
	"guess":  {Bet: bet, Next: orCashOut(guess)},
	"launch": {Bet: bet, Next: orCashOut(launch)},
	"move":   {Bet: bet, Next: orCashOut(move)},
	"smash":  {Bet: bet, Next: orCashOut(func(json.RawMessage, *fairness.Stream) string { return `{"action":"hit"}` })},
	"ladder": {Bet: bet, Next: orCashOut(func(json.RawMessage, *fairness.Stream) string { return `{"action":"climb"}` })},
}

// bet opens a round with a stake that is not divided evenly by any factor.
func bet(*fairness.Stream) games.Action { return ActionOf(`{"action":"bet","amount":0.13}`) }

// orCashOut cashes out at one step in four where that is possible, and otherwise plays step.
func orCashOut(step func(json.RawMessage, *fairness.Stream) string) func(json.RawMessage, *fairness.Stream) games.Action {
	return func(view json.RawMessage, choose *fairness.Stream) games.Action {
		var shown struct {
			CanCashOut bool `json:"canCashOut"`
		}
		read(view, &shown)
		if shown.CanCashOut && choose.Intn(4) == 0 {
			return games.Action{}
		}
		return ActionOf(step(view, choose))
	}
}

// read reads what a player is shown.
func read(view json.RawMessage, into any) {
	if err := json.Unmarshal(view, into); err != nil {
		panic(err)
	}
}

// guess guesses a character that may be at a position that is not revealed.
func guess(view json.RawMessage, choose *fairness.Stream) string {
	var shown struct {
		Positions []*string
		Struck    []string
	}
	read(view, &shown)
	for {
		position := choose.Intn(uint64(len(shown.Positions)))
		character := string("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"[choose.Intn(36)])
		if shown.Positions[position] == nil && !strings.Contains(shown.Struck[position], character) {
			return fmt.Sprintf(`{"action":"guess","position":%d,"character":"%s"}`, position, character)
		}
	}
}

// launch shoots anywhere.
func launch(_ json.RawMessage, choose *fairness.Stream) string {
	return fmt.Sprintf(`{"action":"launch","angle":%d.%d,"power":%d}`, 10+choose.Intn(70), choose.Intn(10), 100+choose.Intn(1901))
}

// move goes up to two cells and a half in each direction, away from the nearer edges.
func move(view json.RawMessage, choose *fairness.Stream) string {
	var shown struct{ X, Y json.Number }
	read(view, &shown)
	away := func(at json.Number) string {
		length := fmt.Sprintf("%d.%d", choose.Intn(3), choose.Intn(5)+1)
		if whole, _, _ := strings.Cut(at.String(), "."); len(whole) == 2 || whole >= "7" {
			return "-" + length
		}
		return length
	}
	return fmt.Sprintf(`{"action":"move","dx":%s,"dy":%s}`, away(shown.X), away(shown.Y))
}
