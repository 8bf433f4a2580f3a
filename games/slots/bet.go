package slots

import (
	"bytes"
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
func readBet(payload []byte) (b bet, err error) {
	if b, ok := plainBet(payload); ok {
		return b, nil
	}
	err = games.Decode(payload, &b)
	return b, err
}

// plainBet reads a payload as clients write it, {"action": "spin", "betPerLine": 0.25, "activePaylines": 20} in any order, in a
// fifth of the time that games.Decode takes. ok is false for everything else, right or wrong.
func plainBet(payload []byte) (b bet, ok bool) {
	rest, ok := expect(payload, '{')
	seen := 0
	for ok {
		var name, value []byte
		if name, rest, ok = quotedWord(rest); !ok {
			return b, false
		}
		if rest, ok = expect(rest, ':'); !ok {
			return b, false
		}
		switch string(name) {
		case "action":
			_, rest, ok = quotedWord(rest)
			seen += 1
		case "betPerLine":
			value, rest = plainNumber(rest)
			number, err := money.ParseNumber(string(value))
			b.BetPerLine, ok = number, err == nil
			seen += 10
		case "activePaylines":
			value, rest = plainNumber(rest)
			lines, err := strconv.Atoi(string(value))
			b.ActivePaylines, ok = lines, err == nil && value[0] != '0' && len(value) <= 3
			seen += 100
		default:
			return b, false
		}
		if !ok {
			return b, false
		}
		rest = bytes.TrimLeft(rest, " ")
		if len(rest) > 0 && rest[0] == '}' {
			return b, seen == 111 && len(rest) == 1 // each exactly once
		}
		rest, ok = expect(rest, ',')
	}
	return b, false
}

// expect returns what follows a character, if that comes next.
func expect(text []byte, c byte) (rest []byte, ok bool) {
	text = bytes.TrimLeft(text, " ")
	if len(text) == 0 || text[0] != c {
		return text, false
	}
	return text[1:], true
}

// quotedWord reads a string of ASCII letters.
func quotedWord(text []byte) (word, rest []byte, ok bool) {
	if text, ok = expect(text, '"'); !ok {
		return nil, text, false
	}
	end := 0
	for end < len(text) && (text[end]|0x20 >= 'a' && text[end]|0x20 <= 'z') {
		end++
	}
	if end == len(text) || text[end] != '"' {
		return nil, text, false
	}
	return text[:end], text[end+1:], true
}

// plainNumber reads digits and points.
func plainNumber(text []byte) (number, rest []byte) {
	text = bytes.TrimLeft(text, " ")
	end := 0
	for end < len(text) && (text[end] >= '0' && text[end] <= '9' || text[end] == '.') {
		end++
	}
	return text[:end], text[end:]
}
