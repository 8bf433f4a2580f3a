package slots

import (
	"strconv"

	"croupier/games"
	"croupier/wallet/money"
)

// bet is the payload of a spin.
type bet struct {
	BetPerLine     money.Number `json:"betPerLine"`
	ActivePaylines int          `json:"activePaylines"`
}

// readBet reads a payload. It returns *games.FieldError.
func readBet(payload []byte) (bet, error) {
	if b, ok := plainBet(payload); ok {
		return b, nil
	}
	var b bet
	err := games.Decode(payload, &b)
	return b, err
}

// plainBet reads a payload as clients write it. ok is false for everything else, right or wrong.
func plainBet(payload []byte) (b bet, ok bool) {
	members := 0
	plain := games.Plain(payload, func(name, value []byte) bool {
		members++
		switch string(name) {
		case "action":
			return value[0] == '"'
		case "betPerLine":
			number, err := money.ParseNumber(string(value))
			b.BetPerLine = number
			return err == nil
		case "activePaylines":
			lines, err := strconv.Atoi(string(value))
			b.ActivePaylines = lines
			return err == nil && len(value) <= 3
		}
		return false
	})
	return b, plain && members == 3 // each of them, then
}
