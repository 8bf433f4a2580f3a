package api

import (
	"encoding/json"
	"testing"
	"time"
	"unicode/utf8"

	"croupier/session"
)

// FuzzDecodeMessage feeds the envelope's decoder whatever there is: it must not panic, must name what is wrong in valid JSON, and must
// take nothing that is not exactly a message.
func FuzzDecodeMessage(f *testing.F) {
	for _, seed := range []string{
		`{"type":"ping","payload":{},"requestId":"r"}`, `{"type":"action","payload":{"action":"spin","betPerLine":1e9},"requestId":"r"}`,
		`{"type":null}`, `{}`, `[]`, `{"type":"a","type":"b"}`, "\xff", `{"payload":{"a":{"a":{"a":1}}}}`, `{"requestId":"\u0000"}`, `"`,
		`{"type":"ping","payload":{},"requestId":"r"} {}`, `{"a/b~c":1}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		m, bad := decodeMessage(text)
		if bad == nil {
			if !json.Valid(text) || session.CheckRequestID(m.requestID) != nil || m.payload[0] != '{' {
				t.Fatalf("%q was taken as %+v", text, m)
			}
			_, _ = actionName(m.payload)
			bad = decodePayload(m.payload, &struct{}{})
		}
		if bad == nil {
			return
		}
		answer := appendMessage(nil, "error", errorPayload(bad), m.requestID, time.UnixMilli(1))
		if !json.Valid(answer) || !utf8.Valid(answer) || len(answer) > 2_000 || bad.Details["reason"] == "" {
			t.Fatalf("%q is answered with %s", text, answer)
		}
	})
}

func TestAppendMessageWritesOneEnvelope(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1719849600000)
	for _, tt := range []struct{ id, want string }{
		{"", `{"type":"pong","payload":{},"timestamp":1719849600000}`},
		{"a\"b\\é", `{"type":"pong","payload":{},"requestId":"a\"b\\é","timestamp":1719849600000}`},
	} {
		if got := string(appendMessage(nil, "pong", []byte("{}"), tt.id, at)); got != tt.want {
			t.Errorf("got %s, want %s", got, tt.want)
		}
	}
}
