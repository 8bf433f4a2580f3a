package games

import (
	"encoding/json"
	"errors"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
)

// What Plain accepts is strict JSON that means the same to a decoder.
func FuzzPlain(f *testing.F) {
	for _, seed := range []string{
		`{"action":"spin","betPerLine":1.00,"activePaylines":20}`, `{ "activePaylines" : 7 , "betPerLine" : 0 , "action" : "" }`,
		`{"a":01}`, `{"a":1.}`, `{"a":.1}`, `{"a":-1}`, `{"a":1e3}`, `{"a":1,"a":2}`, `{"a":"b","A":"c"}`, `{"a":"\u0062"}`, `{"a":"é"}`,
		`{"a":1}{`, `{"a":1} `, `{"a":1,}`, `{"a":}`, `{"a"`, `{`, ``, `{}`, `[1]`, "{\"a\":\t1}", `{"a":null}`, `{"a":{"b":1}}`,
		`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8}`, `{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		read := map[string]string{}
		plain := Plain(payload, func(name, value []byte) bool {
			read[string(name)] = string(value)
			return true
		})
		if !plain {
			return
		}
		var decoded map[string]json.RawMessage
		if err := jsonv2.Unmarshal(payload, &decoded); err != nil || len(decoded) != len(read) {
			t.Fatalf("%q: read as %q, decoded as %q, %v", payload, read, decoded, err)
		}
		for name, value := range decoded {
			if read[name] != string(value) {
				t.Fatalf("%q: member %q is read as %q, decoded as %q", payload, name, read[name], value)
			}
		}
	})
}

func TestPlainReadsWhatClientsWrite(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]bool{
		`{"action":"spin","betPerLine":0.25,"activePaylines":20}`: true, `{"action": "bet", "amount": 100}`: true, `{"action":"hit"}`: true,
		`{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8}`: true, `{"a":1,"b":2,"c":3,"d":4,"e":5,"f":6,"g":7,"h":8,"i":9}`: false,
		`{"a":1,"a":1}`: false, `{"a":1}x`: false,
	} {
		if got := Plain([]byte(payload), func(_, _ []byte) bool { return true }); got != want {
			t.Errorf("%s: %v", payload, got)
		}
	}
	if Plain([]byte(`{"action":"hit"}`), func(_, _ []byte) bool { return false }) {
		t.Error("Plain does not listen to accept")
	}
}

// A payload that is not plain has its action too, and the same things are wrong with it whichever way it is read.
func TestActionName(t *testing.T) {
	t.Parallel()
	for payload, want := range map[string]string{
		`{"action":"spin","betPerLine":1}`: "spin", `{"betPerLine":1}`: "", `{"Action":"spin"}`: "", `{"action":"\u0073pin"}`: "spin",
		`{"cells":[1],"action":"open"}`: "open", `{"action":null}`: "", `{"amount":1,"action":"bet"}`: "bet",
	} {
		if got, err := actionName(json.RawMessage(payload)); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", payload, got, err, want)
		}
	}
	for _, payload := range []string{
		`{"action":1}`, `{"action":"a","action":"a"}`, `{"action":"a","b":1,"b":1}`, `{"action":"a"}{}`, `"spin"`, `null x`, ``,
		"{\"action\":\"\xff\"}", `{"action":"a","b":01}`,
	} {
		var wrong *FieldError
		if got, err := actionName(json.RawMessage(payload)); !errors.As(err, &wrong) || wrong.Field != "payload" {
			t.Errorf("%s: %q, %v", payload, got, err)
		}
	}
}
