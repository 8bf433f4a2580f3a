package api

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strconv"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"croupier/games"
	"croupier/session"
)

// message is what a client asks for, whatever dialect it speaks.
type message struct {
	kind      string
	payload   json.RawMessage // an object; it may be a part of the text that was decoded
	compact   bool            // whether the payload is known to hold no white space
	requestID string
	action    string // what actionName would say of the payload; "" where it was not asked
}

// decodeMessage reads a client's envelope {"type", "payload", "requestId"}: nothing is guessed, nothing silently dropped. With an error
// it still returns the request id if it could be read, so that the error can be told to whom it concerns.
func decodeMessage(text []byte) (message, *session.Error) {
	if m, ok := plainMessage(text); ok {
		return m, nil
	}
	return decodeAnyMessage(text)
}

func decodeAnyMessage(text []byte) (message, *session.Error) {
	var wire struct {
		Type      *string        `json:"type"`
		Payload   jsontext.Value `json:"payload"`
		RequestID *string        `json:"requestId"`
	}
	var m message
	err := jsonv2.Unmarshal(text, &wire, jsonv2.RejectUnknownMembers(true))
	if wire.RequestID != nil && session.CheckRequestID(*wire.RequestID) == nil {
		m.requestID = *wire.RequestID
	}
	switch {
	case err != nil:
		return m, malformed(err)
	case wire.Type == nil:
		return m, session.FieldError(session.Malformed, "type", "is missing")
	case wire.RequestID == nil:
		return m, session.FieldError(session.Malformed, "requestId", "is missing")
	case len(wire.Payload) == 0:
		return m, session.FieldError(session.Malformed, "payload", "is missing")
	case wire.Payload.Kind() != '{':
		return m, session.FieldError(session.Malformed, "payload", "must be an object")
	}
	if err := session.CheckRequestID(*wire.RequestID); err != nil {
		return m, asError(err)
	}
	m.kind, m.payload = *wire.Type, json.RawMessage(wire.Payload)
	return m, nil
}

// decodePayload reads the payload of a message that no game decides about into a struct, whose fields are all it may have.
func decodePayload(payload json.RawMessage, into any) *session.Error {
	if err := jsonv2.Unmarshal(payload, into, jsonv2.RejectUnknownMembers(true)); err != nil {
		return malformed(err)
	}
	return nil
}

// actionName reads which action a payload asks for. The rest of it is for the game to check.
func actionName(payload json.RawMessage) (string, *session.Error) {
	var named struct {
		Action *string `json:"action"`
	}
	if err := jsonv2.Unmarshal(payload, &named); err != nil {
		return "", malformed(err)
	}
	if named.Action == nil || *named.Action == "" {
		return "", session.FieldError(session.Malformed, "action", "is missing")
	}
	return *named.Action, nil
}

// malformed says which field is wrong and why, without repeating what the client sent.
func malformed(err error) *session.Error {
	var semantic *jsonv2.SemanticError
	if errors.As(err, &semantic) {
		field := fieldName(semantic.JSONPointer)
		if errors.Is(err, jsonv2.ErrUnknownName) {
			return session.FieldError(session.Malformed, field, "is not a field of this message")
		}
		return session.FieldError(session.Malformed, field, "must be "+wanted(semantic.GoType))
	}
	var syntax *jsontext.SyntacticError
	if errors.As(err, &syntax) {
		if errors.Is(err, jsontext.ErrDuplicateName) {
			return session.FieldError(session.Malformed, fieldName(syntax.JSONPointer), "is there twice")
		}
		return session.FieldError(session.Malformed, "message", "must be one JSON object in UTF-8; it breaks at byte "+strconv.FormatInt(syntax.ByteOffset, 10))
	}
	return session.FieldError(session.Malformed, "message", "must be one JSON object in UTF-8")
}

// fieldName turns a JSON pointer into the name that people use, and bounds it.
func fieldName(pointer jsontext.Pointer) string {
	const longest = 64
	name := strings.ReplaceAll(strings.TrimPrefix(string(pointer), "/"), "/", ".")
	if name == "" {
		return "message"
	}
	if len(name) > longest {
		name = strings.ToValidUTF8(name[:longest], "")
	}
	return name
}

// wanted says in a client's words what a Go type takes.
func wanted(t reflect.Type) string {
	for t != nil && t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch {
	case t == nil:
		return "valid"
	case t.Kind() == reflect.String:
		return "a string"
	case t.Kind() == reflect.Struct:
		return "an object"
	}
	return "valid"
}

// appendMessage writes a server's envelope. The payload is JSON already; an answer to no request has no requestId.
func appendMessage(b []byte, kind string, payload []byte, requestID string, at time.Time) []byte {
	return appendResult(b, kind, payload, requestID, &games.Receipt{}, at)
}

// appendResult is appendMessage with a receipt, if there is one: beside the payload, which is the same for every retry.
func appendResult(b []byte, kind string, payload []byte, requestID string, receipt *games.Receipt, at time.Time) []byte {
	b = append(b, `{"type":"`...)
	b = append(b, kind...)
	b = append(b, `","payload":`...)
	b = append(b, payload...)
	if requestID != "" {
		b = append(b, `,"requestId":`...)
		b, _ = jsontext.AppendQuote(b, requestID) // valid UTF-8: it was decoded from JSON
	}
	if receipt.Size > 0 {
		b = receipt.AppendJSON(append(b, `,"receipt":`...))
	}
	b = append(b, `,"timestamp":`...)
	b = strconv.AppendInt(b, at.UnixMilli(), 10)
	return append(b, '}')
}

// errorPayload is the payload of an error.
func errorPayload(e *session.Error) []byte {
	var b bytes.Buffer
	b.WriteString(`{"code":`)
	quoted, _ := jsontext.AppendQuote(nil, string(e.Code))
	b.Write(quoted)
	b.WriteString(`,"message":`)
	quoted, _ = jsontext.AppendQuote(nil, strings.ToValidUTF8(e.Message, "\ufffd"))
	b.Write(quoted)
	if e.Details != nil {
		details, err := jsonv2.Marshal(e.Details, jsonv2.Deterministic(true))
		if err == nil {
			b.WriteString(`,"details":`)
			b.Write(details)
		}
	}
	b.WriteByte('}')
	return b.Bytes()
}

// asError returns the protocol's error in err; anything else is Internal, to be logged by the caller.
func asError(err error) *session.Error {
	var e *session.Error
	if errors.As(err, &e) {
		return e
	}
	return session.Errorf(session.Internal, "Internal error; nothing was charged")
}
