package games

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"croupier/wallet/money"
)

// Hash is the SHA-256 of the record's canonical form: what the commitment log keeps of a round that is over. It is the same for every
// program that the record went through, whatever order, white space or trailing zeros that gave it.
func (r *Record) Hash() ([sha256.Size]byte, error) {
	text, err := r.Canonical()
	if err != nil {
		return [sha256.Size]byte{}, err
	}
	return sha256.Sum256(text), nil
}

// Canonical is the record as JSON in one form. It has every member of a record but serverSeed, which comes later, and no others. The
// members of every object are sorted by name, as bytes of UTF-8; there is no white space; numbers have no exponent, no sign of a zero and no
// trailing zeros after the point; strings escape only what they must, as RFC 8785 says; times are in UTC. It returns an error for JSON that
// has no such form: a number with an exponent, or two members of one name.
func (r *Record) Canonical() ([]byte, error) {
	c := canonical{b: make([]byte, 0, 2048)}
	c.member(`{"actions":[`)
	for i := range r.Actions {
		if i > 0 {
			c.b = append(c.b, ',')
		}
		c.action(&r.Actions[i])
	}
	c.member(`],"clientSeed":`).text(r.ClientSeed)
	c.member(`,"currency":`).text(r.Currency)
	c.member(`,"forced":`)
	c.forced(r)
	c.member(`,"gameId":`).text(r.GameID)
	c.member(`,"nonce":`)
	c.b = strconv.AppendUint(c.b, r.Nonce, 10)
	c.member(`,"payout":`).money(r.Payout)
	c.member(`,"roundId":`).text(r.RoundID)
	c.member(`,"rulesHash":`).text(r.RulesHash)
	c.member(`,"serverSeedHash":`).text(r.ServerSeedHash)
	c.member(`,"stake":`).money(r.Stake)
	c.member(`,"status":`).text(string(r.Status))
	c.member(`,"variant":`).text(r.Variant)
	c.b = append(c.b, '}')
	if c.err != nil {
		return nil, fmt.Errorf("canonical record of round %.64s: %w", r.RoundID, c.err)
	}
	return c.b, nil
}

// canonical writes JSON in its one form.
type canonical struct {
	b   []byte
	err error // the first
}

func (c *canonical) action(a *RecordedAction) {
	c.member(`{"at":"`)
	c.b = a.At.UTC().AppendFormat(c.b, time.RFC3339Nano)
	c.member(`","balance":`).money(a.Balance)
	c.member(`,"outcome":`).json(a.Outcome)
	c.member(`,"payload":`).json(a.Payload)
	c.member(`,"payout":`).money(a.Payout)
	c.member(`,"requestId":`).text(a.RequestID)
	c.member(`,"stake":`).money(a.Stake)
	c.member(`,"step":`)
	c.b = strconv.AppendInt(c.b, int64(a.Step), 10)
	c.member(`,"type":`).text(string(a.Type))
	c.b = append(c.b, '}')
}

// member writes what stands before a value.
func (c *canonical) member(text string) *canonical {
	c.b = append(c.b, text...)
	return c
}

func (c *canonical) forced(r *Record) {
	if r.Forced == nil {
		c.b = append(c.b, "null"...)
		return
	}
	script, err := Encode(r.Forced)
	c.fail(err)
	c.json(script)
}

func (c *canonical) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}

// text writes a string, escaped as little as may be.
func (c *canonical) text(s string) {
	for i := range len(s) {
		if s[i] < ' ' || s[i] == '"' || s[i] == '\\' || s[i] >= 0x7f {
			quoted, err := jsontext.AppendQuote(c.b, s)
			c.fail(err)
			c.b = quoted
			return
		}
	}
	c.b = append(append(append(c.b, '"'), s...), '"')
}

func (c *canonical) money(n money.Number) { c.number([]byte(n)) }

// number writes a number without trailing zeros.
func (c *canonical) number(digits []byte) {
	if bytes.ContainsAny(digits, "eE") {
		c.fail(errors.New("a number has an exponent"))
	}
	if bytes.IndexByte(digits, '.') >= 0 {
		digits = bytes.TrimSuffix(bytes.TrimRight(digits, "0"), []byte{'.'})
	}
	if len(digits) == 0 || string(digits) == "-0" {
		digits = []byte{'0'} // a number that is missing is none of ours, and a 0 in the hash
	}
	c.b = append(c.b, digits...)
}

// json writes any JSON value. What is no JSON is null.
func (c *canonical) json(value []byte) {
	if len(value) == 0 {
		c.b = append(c.b, "null"...)
		return
	}
	if c.err != nil {
		return
	}
	if !jsontext.Value(value).IsValid() { // which says so of repeated members, too
		c.fail(errors.New("a value is not valid JSON"))
		return
	}
	if rest := skipSpace(c.value(skipSpace(value))); len(rest) > 0 {
		c.fail(errors.New("a value has something after it"))
	}
}

// value writes the value that b begins with, which is valid, and returns what follows it.
func (c *canonical) value(b []byte) []byte {
	switch b[0] {
	case '{':
		return c.object(b[1:])
	case '[':
		return c.array(b[1:])
	case '"':
		end := stringEnd(b)
		c.string(b[:end])
		return b[end:]
	}
	end := 0
	for end < len(b) && !bytes.ContainsRune([]byte(",]} \t\r\n"), rune(b[end])) {
		end++
	}
	if b[0] == '-' || b[0] >= '0' && b[0] <= '9' {
		c.number(b[:end])
	} else { // true, false, null
		c.b = append(c.b, b[:end]...)
	}
	return b[end:]
}

func (c *canonical) array(b []byte) []byte {
	c.b = append(c.b, '[')
	for first := true; ; first = false {
		if b = skipSpace(b); b[0] == ']' {
			c.b = append(c.b, ']')
			return b[1:]
		}
		if !first {
			c.b = append(c.b, ',')
			b = skipSpace(b[1:])
		}
		b = c.value(b)
	}
}

// written is a member of an object: where its canonical text lies, and how long the quoted name at its beginning is.
type written struct{ name, text []byte }

// object writes the members and then brings them into their order, which they mostly have not.
func (c *canonical) object(b []byte) []byte {
	begin := len(c.b)
	var room [16]struct{ from, colon, to int }
	members := room[:0]
	for {
		if b = skipSpace(b); b[0] == ',' {
			b = skipSpace(b[1:])
		}
		if b[0] == '}' {
			break
		}
		from := len(c.b)
		end := stringEnd(b)
		c.string(b[:end])
		colon := len(c.b)
		c.b = append(c.b, ':')
		b = c.value(skipSpace(skipSpace(b[end:])[1:]))
		members = append(members, struct{ from, colon, to int }{from, colon, len(c.b)})
	}
	unsorted := slices.Clone(c.b[begin:])
	list := make([]written, len(members))
	for i, m := range members {
		list[i] = written{name: unsorted[m.from-begin+1 : m.colon-begin-1], text: unsorted[m.from-begin : m.to-begin]}
	}
	slices.SortFunc(list, func(x, y written) int { return compareNames(x.name, y.name) })
	c.b = append(c.b[:begin], '{')
	for i, m := range list {
		if i > 0 {
			c.b = append(c.b, ',')
		}
		c.b = append(c.b, m.text...)
	}
	c.b = append(c.b, '}')
	return b[1:]
}

// compareNames orders names by what they say, not by how that is escaped.
func compareNames(x, y []byte) int {
	if bytes.IndexByte(x, '\\') < 0 && bytes.IndexByte(y, '\\') < 0 {
		return bytes.Compare(x, y)
	}
	plain := func(name []byte) []byte {
		text, _ := jsontext.AppendUnquote(nil, slices.Concat([]byte{'"'}, name, []byte{'"'})) // which we quoted
		return text
	}
	return bytes.Compare(plain(x), plain(y))
}

// string writes a quoted string.
func (c *canonical) string(quoted []byte) {
	for _, one := range quoted[1 : len(quoted)-1] {
		if one == '\\' || one >= 0x7f {
			text, err := jsontext.AppendUnquote(nil, quoted)
			c.fail(err)
			c.text(string(text))
			return
		}
	}
	c.b = append(c.b, quoted...)
}

// stringEnd is the length of the quoted string that b begins with.
func stringEnd(b []byte) int {
	for i := 1; ; i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
}

func skipSpace(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t' || b[0] == '\n' || b[0] == '\r') {
		b = b[1:]
	}
	return b
}
