package games

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// appender is an outcome, view or state that writes its own JSON, for speed: valid, and the same bytes that its tags would give,
// which its package tests.
type appender interface{ AppendJSON(b []byte) []byte }

// Encode writes an outcome, a view or a state as JSON: always the same bytes for the same value, also where it holds maps, and
// [] rather than null for an empty slice.
func Encode(v any) (json.RawMessage, error) {
	if own, ok := v.(appender); ok {
		return own.AppendJSON(make([]byte, 0, 512)), nil
	}
	return jsonv2.Marshal(v, jsonv2.Deterministic(true))
}

// canonicalRules writes v as RFC 8785 says. That RFC reads numbers as float64, so rules may hold only integers that a float64
// holds exactly, and any implementation of it, in any language, gives the same bytes.
func canonicalRules(v any) (json.RawMessage, error) {
	text, err := Encode(v)
	if err != nil {
		return nil, err
	}
	d := jsontext.NewDecoder(bytes.NewReader(text))
	for {
		token, err := d.ReadToken()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		if token.Kind() == '0' && !isSafeInteger(token.String()) {
			return nil, fmt.Errorf("rules hold %.40s at %s: only integers within ±(2^53-1) are allowed, write others as strings",
				token.String(), d.StackPointer())
		}
	}
	canonical := jsontext.Value(text)
	if err := canonical.Canonicalize(); err != nil {
		return nil, err
	}
	return json.RawMessage(canonical), nil
}

func isSafeInteger(number string) bool {
	const safe = 1<<53 - 1
	n, err := strconv.ParseInt(number, 10, 64)
	return err == nil && n >= -safe && n <= safe && number != "-0"
}

// comparableJSON writes JSON in one form for equal values: sorted keys, no white space, and numbers exact to the last digit but
// without trailing zeros, because 84.00 that went through another program comes back as 84.
func comparableJSON(text json.RawMessage) (string, error) {
	var out bytes.Buffer
	d, e := jsontext.NewDecoder(bytes.NewReader(text)), jsontext.NewEncoder(&out)
	for {
		token, err := d.ReadToken()
		switch {
		case errors.Is(err, io.EOF):
			value := jsontext.Value(out.Bytes())
			err := value.Canonicalize(jsontext.CanonicalizeRawInts(false), jsontext.CanonicalizeRawFloats(false))
			return string(value), err
		case err == nil && token.Kind() == '0':
			err = e.WriteValue(jsontext.Value(withoutTrailingZeros(token.String())))
		case err == nil:
			err = e.WriteToken(token)
		}
		if err != nil {
			return "", err
		}
	}
}

func withoutTrailingZeros(number string) string {
	if strings.Contains(number, ".") && !strings.ContainsAny(number, "eE") {
		number = strings.TrimSuffix(strings.TrimRight(number, "0"), ".")
	}
	if number == "-0" {
		return "0"
	}
	return number
}
