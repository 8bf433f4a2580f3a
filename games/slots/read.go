package slots

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"croupier/wallet/money"
)

// ParseDefinition reads a definition file and checks that it is a machine that this package can play and compute. It guesses
// nothing: unknown fields are mistakes. Its error is a *DefinitionError with every mistake and its place; of a text that is no JSON
// at all, with the first.
func ParseDefinition(text []byte) (*Definition, error) {
	r := &reader{mistakes: mistakesIn(text)}
	if r.checkSyntax(); len(r.found) > 0 {
		return nil, r.err()
	}
	r.d = jsontext.NewDecoder(bytes.NewReader(text), jsontext.AllowDuplicateNames(true))
	d := &Definition{}
	r.definition(d)
	checker{&r.mistakes, d}.check()
	if err := r.err(); err != nil {
		return nil, err
	}
	return d, nil
}

// reader reads a text whose syntax is right into a definition. It judges each value by itself; checker judges the whole.
type reader struct {
	mistakes
	d *jsontext.Decoder
}

// checkSyntax makes sure that the text is one JSON value, so that nothing after it has to deal with an error of the decoder.
func (r *reader) checkSyntax() {
	d := jsontext.NewDecoder(bytes.NewReader(r.text), jsontext.AllowDuplicateNames(true))
	_, err := d.ReadValue()
	offset := d.InputOffset()
	var syntax *jsontext.SyntacticError
	switch {
	case err == nil:
		if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
			r.starts[""] = r.afterSpace(int(offset))
			r.fail("", "goes on after its end")
		}
	case errors.As(err, &syntax) && !errors.Is(err, io.ErrUnexpectedEOF):
		r.starts[""] = int(syntax.ByteOffset)
		r.fail("", "is not valid JSON here: %v", syntax.Err)
	default: // the end of an empty text, or in the midst of one
		r.starts[""] = len(r.text)
		r.fail("", "ends too early")
	}
}

// members are what an object may have, and how each is read.
type members map[string]func(place string)

// definition reads a whole file.
func (r *reader) definition(d *Definition) {
	r.object("", members{
		"$schema":           func(place string) { r.str(place) },
		"game":              func(place string) { d.Game = r.matching(place, gameID, gameIDs) },
		"version":           func(place string) { d.Version = r.whole(place, 1, maxVersion) },
		"name":              func(place string) { d.Name = r.name(place) },
		"aliases":           func(place string) { d.Aliases = listOf(r, place, r.alias) },
		"default":           func(place string) { d.Default, _ = r.str(place) },
		"reels":             func(place string) { d.Reels = r.whole(place, MinReels, MaxReels) },
		"rows":              func(place string) { d.Rows = r.whole(place, 1, MaxRows) },
		"wild":              func(place string) { d.Wild, _ = r.str(place) },
		"wildMultiplier":    func(place string) { d.WildMultiplier = int64(r.whole(place, 1, maxWildMultiplier)) },
		"wildMultiplierPer": func(place string) { d.WildTimes = r.wildTimes(place) },
		"scatter":           func(place string) { d.Scatter, _ = r.str(place) },
		"symbols":           func(place string) { d.Symbols = listOf(r, place, r.symbol) },
		"paylines":          func(place string) { d.Paylines = listOf(r, place, r.payline) },
		"freeSpins":         func(place string) { d.FreeSpins = r.freeSpins(place) },
		"maximumWin":        func(place string) { d.MaximumWin = int64(r.whole(place, 1, maxWinCap)) },
		"limits":            func(place string) { d.Limits = tableOf(r, place, r.limits) },
		"strips":            func(place string) { d.Strips = tableOf(r, place, r.strips) },
		"freeSpinStrips":    func(place string) { d.FreeSpinStrips = tableOf(r, place, r.strips) },
	}, "game", "version", "name", "symbols", "paylines", "strips")
	if d.Reels == 0 {
		d.Reels = defaultReels
	}
	if d.Rows == 0 {
		d.Rows = defaultRows
	}
}

var (
	gameID     = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)
	variantID  = regexp.MustCompile(`^[A-Za-z0-9_]{1,32}$`)
	symbolName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_-]{0,31}$`)
)

const gameIDs = "an id of lowercase letters, digits and dashes that begins with a letter"

func (r *reader) alias(place string) string { return r.matching(place, gameID, gameIDs) }

func (r *reader) name(place string) string {
	name, ok := r.str(place)
	if n := utf8.RuneCountInString(name); ok && (n < 1 || n > 64) {
		r.fail(place, "has %d characters, not 1 to 64", n)
	}
	return name
}

func (r *reader) wildTimes(place string) WildTimes {
	times, ok := r.str(place)
	if ok && times != string(PerWild) && times != string(PerWin) {
		r.fail(place, `is %s, not "wild" or "win"`, quoted(times))
	}
	return WildTimes(times)
}

func (r *reader) symbol(place string) (s Symbol) {
	r.object(place, members{
		"name": func(place string) {
			s.Name = r.matching(place, symbolName, "a name of 1 to 32 letters, digits, dashes and underscores")
		},
		"pays": func(place string) {
			s.Pays = byCount(r, place, func(place string) int64 { return int64(r.whole(place, 1, maxPay)) })
		},
	}, "name")
	return s
}

func (r *reader) payline(place string) []int {
	return listOf(r, place, func(place string) int { return r.whole(place, 0, MaxRows-1) })
}

func (r *reader) freeSpins(place string) *FreeSpins {
	f := &FreeSpins{}
	r.object(place, members{
		"scatters":   func(place string) { f.Scatters = r.whole(place, 1, MaxReels*MaxRows) },
		"award":      func(place string) { f.Award = r.whole(place, 1, maxAward) },
		"awards":     func(place string) { f.Awards = byCount(r, place, r.award) },
		"multiplier": func(place string) { f.Multiplier = int64(r.whole(place, 1, maxMultiplier)) },
		"retriggers": func(place string) { f.Retriggers = new(r.whole(place, 0, maxRetriggers)) },
	})
	return f
}

func (r *reader) award(place string) int { return r.whole(place, 1, maxAward) }

func (r *reader) limits(place string) (l StakeLimits) {
	number := func(into *money.Number) func(string) {
		return func(place string) { *into = r.number(place) }
	}
	r.object(place, members{"min": number(&l.Min), "max": number(&l.Max)}, "min", "max")
	return l
}

func (r *reader) strips(place string) []Strip {
	return listOf(r, place, func(place string) Strip {
		return listOf(r, place, func(place string) string {
			symbol, _ := r.str(place)
			return symbol
		})
	})
}

// object reads an object with these members, the required ones among them.
func (r *reader) object(place string, known members, required ...string) {
	if !r.begin(place, '{', "an object") {
		return
	}
	seen := map[string]bool{}
	for r.d.PeekKind() != '}' {
		name, member := r.member(place)
		read, ok := known[name]
		switch {
		case !ok:
			r.skip(member, "is an unknown field")
		case seen[name]:
			r.skip(member, "is there twice")
		default:
			read(member)
		}
		seen[name] = true
	}
	r.token()
	for _, name := range required {
		if !seen[name] {
			r.fail(join(place, name), "is missing")
		}
	}
}

// tableOf reads an object with any members, of values that read reads.
func tableOf[V any](r *reader, place string, read func(place string) V) map[string]V {
	table := map[string]V{}
	if !r.begin(place, '{', "an object") {
		return table
	}
	for r.d.PeekKind() != '}' {
		name, member := r.member(place)
		if _, twice := table[name]; twice {
			r.skip(member, "is there twice")
			continue
		}
		table[name] = read(member)
	}
	r.token()
	return table
}

// byCount reads a table by count: from 1 to the most places that a window can have.
func byCount[V any](r *reader, place string, read func(place string) V) map[int]V {
	table := map[int]V{}
	for name, value := range tableOf(r, place, read) {
		count, err := strconv.Atoi(name)
		if err != nil || count < 1 || count > MaxReels*MaxRows || strconv.Itoa(count) != name {
			r.fail(join(place, name), "is no count from 1 to %d", MaxReels*MaxRows)
			continue
		}
		table[count] = value
	}
	return table
}

// listOf reads an array of values that read reads.
func listOf[V any](r *reader, place string, read func(place string) V) []V {
	list := []V{}
	if !r.begin(place, '[', "an array") {
		return list
	}
	for r.d.PeekKind() != ']' {
		list = append(list, read(at(place, len(list))))
	}
	r.token()
	return list
}

// begin enters an object or an array, or says that the value is none.
func (r *reader) begin(place string, kind jsontext.Kind, want string) bool {
	r.start(place)
	if r.d.PeekKind() != kind {
		r.skip(place, "must be "+want)
		return false
	}
	r.token()
	return true
}

// member reads the name of a member of the object at a place.
func (r *reader) member(place string) (name, member string) {
	token := r.token()
	return token.String(), join(place, token.String())
}

// str reads a string. ok is false if it is none.
func (r *reader) str(place string) (text string, ok bool) {
	r.start(place)
	if r.d.PeekKind() != '"' {
		r.skip(place, "must be a string")
		return "", false
	}
	token := r.token()
	return token.String(), true
}

// matching reads a string of a form.
func (r *reader) matching(place string, form *regexp.Regexp, want string) string {
	text, ok := r.str(place)
	if ok && !form.MatchString(text) {
		r.fail(place, "is %s, not %s", quoted(text), want)
	}
	return text
}

// whole reads a whole number from low to high.
func (r *reader) whole(place string, low, high int) int {
	number := r.number(place)
	if number == "" {
		return low
	}
	n, err := strconv.Atoi(string(number))
	if err != nil || n < low || n > high {
		r.fail(place, "is %s, not a whole number from %d to %d", clip(string(number)), low, high)
		return low
	}
	return n
}

// number reads a number as it is written. It is "" if there is none.
func (r *reader) number(place string) money.Number {
	r.start(place)
	if r.d.PeekKind() != '0' {
		r.skip(place, "must be a number")
		return ""
	}
	token := r.token()
	return money.Number(token.String())
}

// start notes where the value at a place begins: the decoder stands before it.
func (r *reader) start(place string) {
	_, known := r.starts[place]
	if !known {
		r.starts[place] = r.afterSpace(int(r.d.InputOffset()))
	}
}

// afterSpace returns the offset of the next value.
func (r *reader) afterSpace(offset int) int {
	for offset < len(r.text) && strings.IndexByte(" \t\r\n,:", r.text[offset]) >= 0 {
		offset++
	}
	return offset
}

// skip passes over a value with which something is wrong.
func (r *reader) skip(place, reason string) {
	r.start(place)
	r.fail(place, "%s", reason)
	_ = r.d.SkipValue() // cannot fail: the syntax was checked
}

// token reads what checkSyntax has made sure is there.
func (r *reader) token() jsontext.Token {
	token, err := r.d.ReadToken()
	if err != nil {
		panic(fmt.Sprintf("slots: a checked text fails at %d: %v", r.d.InputOffset(), err))
	}
	return token
}

// join returns the place of a member.
func join(place, name string) string {
	if !plainName.MatchString(name) {
		name = quoted(name)
	}
	if place == "" {
		return name
	}
	return place + "." + name
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9_$-]{1,64}$`)

// at returns the place of an element.
func at(place string, i int) string { return fmt.Sprintf("%s[%d]", place, i) }

// quoted quotes input that an error repeats.
func quoted(input string) string { return strconv.Quote(clip(input)) }

// clip shortens it, on a character's boundary.
func clip(input string) string {
	if len(input) <= 64 {
		return input
	}
	return strings.ToValidUTF8(input[:61], "") + "…"
}

// sortedCounts returns the counts of a table, the lowest first.
func sortedCounts[V any](table map[int]V) []int {
	counts := make([]int, 0, len(table))
	for count := range table {
		counts = append(counts, count)
	}
	slices.Sort(counts)
	return counts
}
