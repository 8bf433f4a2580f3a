package games

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"croupier/wallet/money"
)

// Decode reads an action's payload, or a forced outcome, into a struct, and guesses nothing. into points to the struct; the JSON
// names of its fields are in its tags, and their types say all else:
//
//	var bet struct {
//		Amount money.Number `json:"amount"`        // must be there
//		Lines  *int         `json:"activeLines"`   // a pointer: may be missing or null
//	}
//
// Unknown, repeated and missing fields are refused, as are null, names in another case and invalid UTF-8. Only the member
// "action" of the payload itself may always be there. Returns *FieldError.
func Decode(payload json.RawMessage, into any) error {
	if err := checkShape(payload, reflect.TypeOf(into).Elem()); err != nil {
		return err
	}
	// The shape is right, so unknown members can only be "action".
	if err := jsonv2.Unmarshal(payload, into); err != nil {
		return typeError(err)
	}
	return nil
}

// ParseStake reads the field of an action that is a stake: an amount above zero in whole minor units of c. Returns *FieldError.
func ParseStake(c money.Currency, field string, n money.Number) (money.Amount, error) {
	stake, err := money.Parse(c, n)
	var number *money.NumberError
	switch {
	case errors.As(err, &number):
		return money.Amount{}, &FieldError{field, number.Reason}
	case err != nil:
		return money.Amount{}, err
	case stake.Sign() <= 0:
		return money.Amount{}, &FieldError{field, "must be more than zero"}
	}
	return stake, nil
}

// Bet is the name of the action that opens a round of several steps.
const Bet = "bet"

// ParseBet reads bet {amount}, which opens a round of several steps, and returns the stake. Returns *ActionError for another
// action, and *FieldError.
func ParseBet(c money.Currency, a Action) (money.Amount, error) {
	if a.Name != Bet {
		return money.Amount{}, &ActionError{Action: a.Name, Allowed: []string{Bet}}
	}
	var bet struct {
		Amount money.Number `json:"amount"`
	}
	if err := Decode(a.Payload, &bet); err != nil {
		return money.Amount{}, err
	}
	return ParseStake(c, "amount", bet.Amount)
}

// checkShape checks syntax, names and nulls, and that the payload is an object.
func checkShape(payload json.RawMessage, t reflect.Type) error {
	if !utf8.Valid(payload) {
		return &FieldError{"payload", "must be valid UTF-8"}
	}
	d := jsontext.NewDecoder(bytes.NewBuffer(payload))
	if kind := d.PeekKind(); kind != '{' && kind != 0 {
		return &FieldError{"payload", "must be an object"}
	}
	if err := (shape{d}).value(t, true); err != nil {
		return syntaxError(err)
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return &FieldError{"payload", "must be one JSON value"}
	}
	return nil
}

// shape walks a value beside the type that it is meant for. What it does not look into, Unmarshal judges.
type shape struct {
	*jsontext.Decoder
}

func (s shape) value(t reflect.Type, root bool) error {
	optional := t.Kind() == reflect.Pointer
	if optional {
		t = t.Elem()
	}
	kind := s.PeekKind()
	if kind == 'n' && !optional {
		if err := s.SkipValue(); err != nil {
			return err
		}
		return &FieldError{fieldPath(s.StackPointer()), "must not be null"}
	}
	switch {
	case reflect.PointerTo(t).Implements(reflect.TypeFor[json.Unmarshaler]()):
		return s.SkipValue()
	case t.Kind() == reflect.Struct && kind == '{':
		return s.object(structOf(t), root)
	case (t.Kind() == reflect.Slice || t.Kind() == reflect.Array) && kind == '[':
		return s.array(t.Elem())
	}
	return s.SkipValue()
}

func (s shape) object(fields structFields, root bool) error {
	if _, err := s.ReadToken(); err != nil {
		return err
	}
	here := s.StackPointer()
	found := make(map[string]bool, len(fields.required))
	for s.PeekKind() != '}' {
		token, err := s.ReadToken()
		if err != nil {
			return err
		}
		name := token.String()
		t, known := fields.types[name]
		switch {
		case known:
			err = s.value(t, false)
		case root && name == "action":
			err = s.SkipValue()
		default:
			err = &FieldError{fieldPath(s.StackPointer()), "is an unknown field"}
		}
		if err != nil {
			return err
		}
		found[name] = true
	}
	for _, name := range fields.required {
		if !found[name] {
			return &FieldError{fieldPath(here.AppendToken(name)), "is missing"}
		}
	}
	_, err := s.ReadToken()
	return err
}

func (s shape) array(element reflect.Type) error {
	if _, err := s.ReadToken(); err != nil {
		return err
	}
	for s.PeekKind() != ']' {
		if err := s.value(element, false); err != nil {
			return err
		}
	}
	_, err := s.ReadToken()
	return err
}

// fieldPath writes a JSON pointer as players read it: /reels/3/stop is reels[3].stop.
func fieldPath(pointer jsontext.Pointer) string {
	var path strings.Builder
	for token := range pointer.Tokens() {
		switch _, err := strconv.ParseUint(token, 10, 32); {
		case err == nil:
			path.WriteString("[" + token + "]")
		case path.Len() > 0:
			path.WriteString("." + token)
		default:
			path.WriteString(token)
		}
	}
	if path.Len() == 0 {
		return "payload"
	}
	return clip(path.String())
}

func syntaxError(err error) error {
	var field *FieldError
	if errors.As(err, &field) {
		return field
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) && errors.Is(err, jsontext.ErrDuplicateName) {
		return &FieldError{fieldPath(syntax.JSONPointer), "appears twice"}
	}
	return &FieldError{"payload", "must be valid JSON"}
}

func typeError(err error) error {
	var semantic *jsonv2.SemanticError
	if !errors.As(err, &semantic) {
		return syntaxError(err)
	}
	field := fieldPath(semantic.JSONPointer)
	var number *money.NumberError
	switch {
	case errors.As(err, &number):
		return &FieldError{field, number.Reason}
	case errors.Is(err, strconv.ErrRange):
		return &FieldError{field, "is out of range"}
	case semantic.GoType == nil:
		return &FieldError{field, "has a value of the wrong type"}
	}
	return &FieldError{field, expectation(semantic.GoType)}
}

func expectation(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return "must be a whole number"
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return "must be a whole number, not negative"
	case reflect.Bool:
		return "must be true or false"
	case reflect.String:
		return "must be a string"
	case reflect.Slice:
		return "must be an array"
	case reflect.Array:
		return fmt.Sprintf("must be an array of %d", t.Len())
	case reflect.Struct:
		return "must be an object"
	}
	return "has a value of the wrong type"
}
