package api

import (
	"bytes"
	"slices"
)

// maxPlainMembers is the most members of a payload that plainMessage reads.
const maxPlainMembers = 8

// plainMessage reads an envelope that is written as clients write it, in one pass and without reflection: of type, payload and
// requestId, in any order, with a payload whose members are numbers, literals and texts of printable ASCII without escapes, none of
// them twice, and no white space but spaces. It returns false for everything else, right or wrong: that is for decodeMessage, which
// would say the same of what is read here. The message's payload is a part of text.
func plainMessage(text []byte) (m message, ok bool) {
	p := plain{text}
	if !p.take('{') {
		return m, false
	}
	for member := range 3 {
		if member > 0 && !p.take(',') {
			return m, false
		}
		name, ok := p.text()
		if !ok || !p.take(':') {
			return m, false
		}
		var value []byte
		switch string(name) {
		case "type":
			value, ok = p.text()
			m.kind = kindOf(value)
		case "requestId":
			value, ok = p.text()
			m.requestID = string(value)
			ok = ok && len(value) <= maxPlainID
		case "payload":
			m.payload, m.action, ok = p.object()
			m.compact = !bytes.Contains(m.payload, []byte(" "))
		default:
			ok = false
		}
		if !ok {
			return m, false
		}
	}
	// Three members, and none of the three is missing: so none was there twice.
	return m, p.take('}') && p.ends() && m.kind != "" && m.requestID != "" && m.payload != nil
}

// maxPlainID is how long a request id may be.
const maxPlainID = 64

// kindOf returns the type of message that a text names, "" if there is none.
func kindOf(text []byte) string {
	for _, kind := range kinds {
		if kind == string(text) {
			return kind
		}
	}
	return ""
}

// plain is JSON that is being read, as far as it is as plain as plainMessage says.
type plain struct{ rest []byte }

// take goes past a character, if that comes next.
func (p *plain) take(c byte) bool {
	p.skipSpaces()
	if len(p.rest) == 0 || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

func (p *plain) skipSpaces() {
	for len(p.rest) > 0 && p.rest[0] == ' ' {
		p.rest = p.rest[1:]
	}
}

// ends reports whether nothing but spaces is left.
func (p *plain) ends() bool {
	p.skipSpaces()
	return len(p.rest) == 0
}

// text reads a text and returns what is between its quotes.
func (p *plain) text() (inside []byte, ok bool) {
	if !p.take('"') {
		return nil, false
	}
	for i, c := range p.rest {
		switch {
		case c == '"':
			inside, p.rest = p.rest[:i], p.rest[i+1:]
			return inside, true
		case c < ' ' || c > '~' || c == '\\':
			return nil, false
		}
	}
	return nil, false
}

// object reads a payload and returns all of it, and which action it names, "" if it names none.
func (p *plain) object() (whole []byte, action string, ok bool) {
	p.skipSpaces()
	from := p.rest
	if !p.take('{') {
		return nil, "", false
	}
	var names [maxPlainMembers][]byte
	for member := range maxPlainMembers {
		name, ok := p.text()
		repeats := func(earlier []byte) bool { return bytes.Equal(earlier, name) }
		if !ok || !p.take(':') || slices.ContainsFunc(names[:member], repeats) {
			return nil, "", false
		}
		names[member] = name
		if string(name) == "action" {
			var value []byte
			value, ok = p.text()
			action = string(value)
		} else {
			ok = p.scalar()
		}
		switch {
		case !ok:
			return nil, "", false
		case p.take('}'):
			return from[:len(from)-len(p.rest)], action, true
		case !p.take(','):
			return nil, "", false
		}
	}
	return nil, "", false
}

// scalar reads a text, a number without exponent, or a literal.
func (p *plain) scalar() bool {
	p.skipSpaces()
	for _, literal := range []string{"true", "false", "null"} {
		if rest, is := bytes.CutPrefix(p.rest, []byte(literal)); is {
			p.rest = rest
			return true
		}
	}
	if len(p.rest) > 0 && p.rest[0] == '"' {
		_, ok := p.text()
		return ok
	}
	return p.number()
}

func (p *plain) number() bool {
	p.rest = bytes.TrimPrefix(p.rest, []byte("-"))
	digits := p.rest
	if n := p.digits(); n == 0 || n > 1 && digits[0] == '0' {
		return false
	}
	if len(p.rest) == 0 || p.rest[0] != '.' {
		return true
	}
	p.rest = p.rest[1:]
	return p.digits() > 0
}

// digits goes past the digits that come next and returns how many there were.
func (p *plain) digits() (n int) {
	for n < len(p.rest) && p.rest[n] >= '0' && p.rest[n] <= '9' {
		n++
	}
	p.rest = p.rest[n:]
	return n
}
