package slots

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Mistake is something that is wrong in a definition file.
type Mistake struct {
	Place        string // "strips.RTP_96[2][17]", "symbols[3].pays.6"; "" for the file as a whole
	Line, Column int    // where that is in the file, or what it is missing from; both from 1, columns in characters
	Reason       string // a phrase that follows the place: `is "banana", which is no symbol`
}

// String returns the mistake as a line of text.
func (m Mistake) String() string {
	place := m.Place
	if place == "" {
		place = "the file"
	}
	return fmt.Sprintf("%s (line %d, column %d) %s", place, m.Line, m.Column, m.Reason)
}

// DefinitionError says all that is wrong in a definition file.
type DefinitionError struct {
	Mistakes []Mistake // at least one, in the order of the file
}

func (e *DefinitionError) Error() string {
	lines := make([]string, len(e.Mistakes))
	for i, m := range e.Mistakes {
		lines[i] = m.String()
	}
	return "slots definition: " + strings.Join(lines, "\n")
}

func mistakesIn(text []byte) mistakes {
	return mistakes{text: text, starts: map[string]int{}, at: map[string]bool{}}
}

// mistakes collects what is wrong in a file.
type mistakes struct {
	text   []byte
	starts map[string]int // by place, where in the text its value begins
	found  []foundMistake
	at     map[string]bool // the places in found
}

type foundMistake struct {
	place, reason string
	offset        int
}

// fail adds a mistake at a place, unless one is known there.
func (m *mistakes) fail(place, format string, args ...any) {
	if m.at[place] {
		return
	}
	m.at[place] = true
	m.found = append(m.found, foundMistake{place, fmt.Sprintf(format, args...), m.offset(place)})
}

// offset returns where a place is in the text: for something that is missing, where it is missing.
func (m *mistakes) offset(place string) int {
	for {
		if start, ok := m.starts[place]; ok {
			return start
		}
		place = place[:max(0, strings.LastIndexAny(place, ".["))]
		if place == "" {
			return m.starts[""]
		}
	}
}

// sound says whether nothing is wrong at a place or below it, so that a further look at it makes sense.
func (m *mistakes) sound(place string) bool {
	return !slices.ContainsFunc(m.found, func(f foundMistake) bool {
		return f.place == place || strings.HasPrefix(f.place, place+".") || strings.HasPrefix(f.place, place+"[")
	})
}

// err returns *DefinitionError if there is any mistake.
func (m *mistakes) err() error {
	if len(m.found) == 0 {
		return nil
	}
	slices.SortStableFunc(m.found, func(a, b foundMistake) int { return a.offset - b.offset })
	e := &DefinitionError{}
	for _, f := range m.found {
		line, column := position(m.text, f.offset)
		e.Mistakes = append(e.Mistakes, Mistake{f.place, line, column, f.reason})
	}
	return e
}

// position returns the line and the column of an offset, both from 1.
func position(text []byte, offset int) (line, column int) {
	before := text[:min(offset, len(text))]
	last := bytes.LastIndexByte(before, '\n') + 1
	return bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[last:]) + 1
}
