package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
)

// plainExamples are envelopes, good and bad, around what plainMessage reads itself.
var plainExamples = []string{
	`{"type":"action","payload":{"action":"spin","betPerLine":0.05,"activePaylines":20},"requestId":"1"}`,
	` { "requestId" : "0192a0b0-1234" , "payload" : { "over" : true , "target" : -62.5 , "action" : "roll" } , "type" : "action" } `,
	`{"type":"action","payload":{"betPerLine":1},"requestId":"1"}`, `{"type":"action","payload":{"action":""},"requestId":"1"}`,
	`{"type":"action","payload":{"action":"a","action":"b"},"requestId":"1"}`, `{"type":"action","payload":{"a":1,"b":2,"a":3},"requestId":"1"}`,
	`{"type":"action","type":"action","payload":{"action":"a"}}`, `{"type":"action","payload":{"action":7},"requestId":"1"}`,
	`{"type":"cashout","payload":{},"requestId":"1"}`, `{"type":"ping","payload":{},"requestId":"\u0041"}`, `{"type":"dance","payload":{"a":1},"requestId":"1"}`,
	`{"type":"action","payload":{"action":"a","n":01},"requestId":"1"}`, `{"type":"action","payload":{"action":"a","n":1.},"requestId":"1"}`,
	`{"type":"action","payload":{"action":"a","n":-},"requestId":"1"}`, `{"type":"action","payload":{"action":"a","n":1e3},"requestId":"1"}`,
	`{"type":"action","payload":{"action":"a","n":truefalse},"requestId":"1"}`, `{"type":"action","payload":{"action":"a","n":null},"requestId":"1"}`,
	`{"type":"action","payload":{"action":"a",},"requestId":"1"}`, `{"type":"action","payload":{"action":"a"},"requestId":"1"},`,
	`{"type":"action","payload":{"action":"a"},"requestId":"1","extra":1}`, `{"type":"action","payload":{"action":"a"},"requestId":""}`,
	`{"type":"action","payload":{"action":"a"},"requestId":"` + strings.Repeat("x", 65) + `"}`,
	`{"type":"action","payload":{"action":"a\n"},"requestId":"1"}`, `{"type":"action","payload":{"action":"ä"},"requestId":"1"}`,
	`{"type":"action","payload":[1],"requestId":"1"}`, `{"type":"action","payload":null,"requestId":"1"}`, `{}`, `[]`, `null`, ``, `{`,
	`{"type":"action","payload":{"action":"a","1":1,"2":1,"3":1,"4":1,"5":1,"6":1,"7":1,"8":1},"requestId":"1"}`,
}

// What is read in one pass must be what the way for everything says of it.
func FuzzPlainMessage(f *testing.F) {
	for _, text := range plainExamples {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, ok := plainMessage(text)
		if !ok {
			return
		}
		want, bad := decodeAnyMessage(text)
		if bad != nil {
			t.Fatalf("%q: was read, but must be refused: %v", text, bad)
		}
		if got.kind != want.kind || got.requestID != want.requestID || string(got.payload) != string(want.payload) {
			t.Fatalf("%q: was read as %+v, not as %+v", text, got, want)
		}
		var compact bytes.Buffer
		if err := json.Compact(&compact, want.payload); err != nil || got.compact && compact.String() != string(got.payload) {
			t.Fatalf("%q: is not compact: %v", text, err)
		}
		action, bad := actionName(want.payload)
		if got.action != "" && (bad != nil || got.action != action) {
			t.Fatalf("%q: action %q, not %q, %v", text, got.action, action, bad)
		}
	})
}

// What clients write is read in one pass: it is what that is for.
func TestPlainMessagesAreReadInOnePass(t *testing.T) {
	t.Parallel()
	for _, text := range plainExamples[:3] {
		if _, ok := plainMessage([]byte(text)); !ok {
			t.Errorf("left to the way for everything: %s", text)
		}
	}
	for _, text := range plainExamples[4:7] {
		if m, ok := plainMessage([]byte(text)); ok {
			t.Errorf("%s was read as %+v", text, m)
		}
	}
}
