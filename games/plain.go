package games

import (
	"bytes"
	"slices"
)

// maxPlain is the most members of a payload that Plain reads.
const maxPlain = 8

// Plain reads a payload that is written as clients write it, {"action": "spin", "betPerLine": 0.25, "activePaylines": 20} in any
// order: an object whose values are strings of ASCII letters and numbers without sign and exponent, with no name twice and no
// white space but spaces. Each member is handed to accept, its value as it is written, a string's quotes included. Plain returns
// false for everything else, right or wrong, and when accept does: such a payload is one for Decode, which takes five times as
// long.
func Plain(payload []byte, accept func(name, value []byte) bool) bool {
	var seen [maxPlain][]byte
	rest, ok := expect(payload, '{')
	for members := 0; ok && members < maxPlain; members++ {
		var name, value []byte
		if name, value, rest, ok = plainMember(rest); !ok {
			return false
		}
		repeats := func(earlier []byte) bool { return bytes.Equal(earlier, name) }
		if slices.ContainsFunc(seen[:members], repeats) || !accept(name, value) {
			return false
		}
		seen[members] = name
		if end, closed := expect(rest, '}'); closed {
			return len(end) == 0
		}
		rest, ok = expect(rest, ',')
	}
	return false
}

func plainMember(text []byte) (name, value, rest []byte, ok bool) {
	if name, rest, ok = quotedWord(bytes.TrimLeft(text, " ")); !ok {
		return nil, nil, nil, false
	}
	if rest, ok = expect(rest, ':'); !ok {
		return nil, nil, nil, false
	}
	value = bytes.TrimLeft(rest, " ")
	if _, rest, ok = quotedWord(value); !ok {
		rest, ok = plainNumber(value)
	}
	return name, value[:len(value)-len(rest)], rest, ok
}

// expect returns what follows a character, if that comes next.
func expect(text []byte, c byte) (rest []byte, ok bool) {
	if len(text) > 0 && text[0] == c {
		return text[1:], true
	}
	text = bytes.TrimLeft(text, " ")
	if len(text) == 0 || text[0] != c {
		return text, false
	}
	return text[1:], true
}

// quotedWord reads a string of ASCII letters.
func quotedWord(text []byte) (word, rest []byte, ok bool) {
	if len(text) == 0 || text[0] != '"' {
		return nil, text, false
	}
	end := 1
	for end < len(text) && (text[end]|0x20 >= 'a' && text[end]|0x20 <= 'z') {
		end++
	}
	if end == len(text) || text[end] != '"' {
		return nil, text, false
	}
	return text[1:end], text[end+1:], true
}

// plainNumber returns what follows a JSON number without sign and exponent.
func plainNumber(text []byte) (rest []byte, ok bool) {
	rest = afterDigits(text)
	if integers := len(text) - len(rest); integers == 0 || integers > 1 && text[0] == '0' {
		return text, false
	}
	if len(rest) == 0 || rest[0] != '.' {
		return rest, true
	}
	decimals := rest[1:]
	rest = afterDigits(decimals)
	return rest, len(rest) < len(decimals)
}

func afterDigits(text []byte) []byte {
	for i, c := range text {
		if c < '0' || c > '9' {
			return text[i:]
		}
	}
	return nil
}
