package audit

import (
	"bytes"
	"strconv"
	"time"
)

// scanner reads JSON as our own programs write it, five times as fast as a decoder that takes everything: an audit reads a thousand
// bytes for each round, and recomputing the round takes less time than that. Whatever is unusual, and whatever is wrong, sets failed,
// and is for the decoder to read or to refuse. It does not check what it skips: the rules do when they read an action, and outcomes
// are compared byte by byte.
type scanner struct {
	b       []byte
	text    string // the same, so that the texts of a line are parts of one string
	i       int
	failed  bool
	at      string // of the time that was read last
	instant time.Time
	plain   bool // whether there is no backslash in it: then a string ends with the next quote
}

func newScanner(line []byte, text string) scanner {
	return scanner{b: line, text: text, plain: bytes.IndexByte(line, '\\') < 0}
}

func (s *scanner) fail() bool {
	s.failed = true
	return false
}

// peek returns the next byte that is no white space, 0 at the end.
func (s *scanner) peek() byte {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\r', '\n':
			s.i++
		default:
			return c
		}
	}
	return 0
}

// take reads one byte that must come next.
func (s *scanner) take(c byte) bool {
	if s.failed || s.peek() != c {
		return s.fail()
	}
	s.i++
	return true
}

// object reads an object, and has member read the value of each of its members. A name that comes twice is for member to notice.
func (s *scanner) object(member func(name string)) {
	if !s.take('{') {
		return
	}
	if s.peek() == '}' {
		s.i++
		return
	}
	for {
		name := s.string()
		if !s.take(':') {
			return
		}
		if member(name); s.failed {
			return
		}
		if s.peek() == '}' {
			s.i++
			return
		}
		if !s.take(',') {
			return
		}
	}
}

// array reads an array, and has element read each of its elements.
func (s *scanner) array(element func()) {
	if !s.take('[') {
		return
	}
	if s.peek() == ']' {
		s.i++
		return
	}
	for {
		if element(); s.failed {
			return
		}
		if s.peek() == ']' {
			s.i++
			return
		}
		if !s.take(',') {
			return
		}
	}
}

// string reads a string without escapes.
func (s *scanner) string() string {
	if !s.take('"') {
		return ""
	}
	from := s.i
	length := bytes.IndexByte(s.b[from:], '"')
	if length < 0 || !s.plain && bytes.IndexByte(s.b[from:from+length], '\\') >= 0 {
		s.fail()
		return ""
	}
	s.i = from + length + 1
	return s.text[from : from+length]
}

// null reads null, if that is what comes next.
func (s *scanner) null() bool {
	if s.failed || s.peek() != 'n' || !bytes.HasPrefix(s.b[s.i:], []byte("null")) {
		return false
	}
	s.i += len("null")
	return true
}

// number reads a number as it is written.
func (s *scanner) number() string {
	if s.failed {
		return ""
	}
	if c := s.peek(); c != '-' && (c < '0' || c > '9') {
		s.fail()
		return ""
	}
	from := s.i
	for s.i < len(s.b) {
		if c := s.b[s.i]; c != '-' && c != '.' && (c < '0' || c > '9') {
			break
		}
		s.i++
	}
	return s.text[from:s.i]
}

func (s *scanner) int() int64 {
	n, err := strconv.ParseInt(s.number(), 10, 64)
	if err != nil {
		s.fail()
	}
	return n
}

func (s *scanner) time() time.Time {
	text := s.string()
	if s.failed {
		return time.Time{}
	}
	if text == s.at { // most rounds are opened and closed by one action
		return s.instant
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		s.fail()
	}
	s.at, s.instant = text, t
	return t
}

// value skips a value and returns its bytes.
func (s *scanner) value() []byte {
	if s.failed {
		return nil
	}
	c := s.peek()
	from := s.i
	switch c {
	case '{', '[':
		s.nested()
	case '"':
		s.quoted()
	default:
		for s.i < len(s.b) && !ends(s.b[s.i]) {
			s.i++
		}
		if s.i == from {
			s.fail()
		}
	}
	return s.b[from:s.i:s.i]
}

// ends says whether a byte ends a number or a word.
func ends(c byte) bool {
	switch c {
	case ',', '}', ']', ' ', '\t', '\r', '\n', ':', '"', '{', '[':
		return true
	}
	return false
}

// nested skips an object or an array.
func (s *scanner) nested() {
	depth := 0
	for s.i < len(s.b) {
		switch s.b[s.i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				s.i++
				return
			}
		case '"':
			if s.quoted(); s.failed {
				return
			}
			continue
		}
		s.i++
	}
	s.fail()
}

// quoted skips a string, escapes and all.
func (s *scanner) quoted() {
	if s.plain {
		length := bytes.IndexByte(s.b[s.i+1:], '"')
		if length < 0 {
			s.fail()
		}
		s.i += length + 2
		return
	}
	for s.i++; s.i < len(s.b); s.i++ {
		switch s.b[s.i] {
		case '\\':
			s.i++
		case '"':
			s.i++
			return
		}
	}
	s.fail()
}
