package torture

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"

	"croupier/sandbox/torture/history"
)

// gameIDs are all games, by an id or an alias.
var gameIDs = []string{"slots", "dice", "blackjack", "guess", "launch", "smash", "move"}

// request is what a client asks next.
type request struct {
	kind    history.Kind
	payload string
}

func action(format string, args ...any) request {
	return request{history.Action, fmt.Sprintf(format, args...)}
}

var cashOut = request{history.Cashout, `{}`}

// money writes an amount in a currency in which a unit of the tables of stakes, about a dollar, is 100 of cents.
func money(currency string, cents int) string {
	switch currency {
	case "JPY": // 100 to the dollar
		return fmt.Sprint(cents)
	case "BTC": // 0.00001 to the dollar
		return fmt.Sprintf("0.%08d", cents*10)
	}
	return fmt.Sprintf("%d.%02d", cents/100, cents%100)
}

// next draws what a player does at a game whose open round looks as state does, nil if none is open. Only the ranges of docs/games
// are known here, and what the server shows.
func next(r *rand.Rand, game, currency string, state json.RawMessage) request {
	switch game {
	case "slots":
		return action(`{"action":"spin","betPerLine":%s,"activePaylines":%d}`, money(currency, 10+r.IntN(30)), 1+r.IntN(20))
	case "dice":
		chance := 100 + r.IntN(9701)
		return action(`{"action":"roll","amount":%s,"chance":%d.%02d}`, money(currency, 10+r.IntN(500)), chance/100, chance%100)
	}
	if state == nil {
		return action(`{"action":"bet","amount":%s}`, money(currency, 10+r.IntN(500)))
	}
	var round struct{ CanCashOut bool }
	_ = json.Unmarshal(state, &round) // what cannot be read cannot be cashed out
	if round.CanCashOut && r.IntN(5) == 0 {
		return cashOut
	}
	switch game {
	case "blackjack":
		return nextAtBlackjack(r, state)
	case "guess":
		return nextGuess(r, state)
	case "launch":
		angle := 100 + r.IntN(701)
		return action(`{"action":"launch","angle":%d.%d,"power":%d}`, angle/10, angle%10, 100+r.IntN(1901))
	case "move":
		return nextMove(r, state)
	}
	return action(`{"action":"hit"}`) // smash
}

func nextAtBlackjack(r *rand.Rand, state json.RawMessage) request {
	var round struct{ Actions []string }
	if json.Unmarshal(state, &round) != nil || len(round.Actions) == 0 {
		return action(`{"action":"stand"}`)
	}
	name := round.Actions[r.IntN(len(round.Actions))]
	if name == "insurance" {
		return action(`{"action":"insurance","accept":%v}`, r.IntN(2) == 0)
	}
	return action(`{"action":%q}`, name)
}

func nextGuess(r *rand.Rand, state json.RawMessage) request {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	var round struct {
		Positions []*string
		Struck    []string
	}
	_ = json.Unmarshal(state, &round) // what is not shown is not known
	for range 100 {
		position, character := r.IntN(12), string(alphabet[r.IntN(len(alphabet))])
		revealed := position < len(round.Positions) && round.Positions[position] != nil
		struck := position < len(round.Struck) && strings.Contains(round.Struck[position], character)
		if !revealed && !struck {
			return action(`{"action":"guess","position":%d,"character":%q}`, position, character)
		}
	}
	return cashOut
}

func nextMove(r *rand.Rand, state json.RawMessage) request {
	at := struct{ X, Y float64 }{7.5, 7.5}
	_ = json.Unmarshal(state, &at)   // a move off the field is refused, no more
	step := func(from float64) int { // tenths, so that the end is on the field
		tenths := int(from*10 + 0.5)
		least, most := max(-50, -tenths), min(50, 149-tenths)
		return least + r.IntN(most-least+1)
	}
	dx, dy := step(at.X), step(at.Y)
	if dx == 0 && dy == 0 {
		return nextMove(r, state)
	}
	return action(`{"action":"move","dx":%s,"dy":%s}`, tenths(dx), tenths(dy))
}

func tenths(n int) string {
	if n < 0 {
		return "-" + tenths(-n)
	}
	return fmt.Sprintf("%d.%d", n/10, n%10)
}

// wrong draws what should be refused, most of the time: some of it can be right by chance.
func wrong(r *rand.Rand, currency string) request {
	return []request{
		action(`{"action":"bet","amount":%s}`, money(currency, 100_000_000)),
		action(`{"action":"bet","amount":%s}`, money(currency, 100)),
		action(`{"action":"dance"}`),
		action(`{"action":"hit","twice":true}`),
		action(`{"action":"roll","amount":0,"chance":50}`),
		cashOut,
	}[r.IntN(6)]
}
