package api

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var updateExamples = flag.Bool("update-examples", false, "write examples.json anew from the calls that TestEveryDocumentedResponseOccurs makes")

// exampleOf is a call as it was made and answered, as the documentation shows it.
func exampleOf(t *testing.T, ask try, told *reply) (e callExample) {
	t.Helper()
	if body := encode(t, ask.body); body != nil {
		e.Request = encode(t, trimmed("", decodeExactly(t, body)))
	}
	e.Response = encode(t, trimmed("", decodeExactly(t, []byte(told.text))))
	return e
}

// checkExamples holds the examples that are shown against calls that were made: each has the members that the call's have.
func checkExamples(t *testing.T, made map[string]callExample) {
	t.Helper()
	if *updateExamples {
		text, err := json.MarshalIndent(made, "", "  ")
		must(t, err)
		must(t, os.WriteFile("examples.json", append(text, '\n'), 0o644))
		return
	}
	for name, want := range made {
		shown := callExamples()[name]
		for what, pair := range map[string][2]json.RawMessage{"request": {want.Request, shown.Request}, "response": {want.Response, shown.Response}} {
			if is, says := shapeOf(t, pair[0]), shapeOf(t, pair[1]); !slices.Equal(is, says) {
				t.Errorf("%s: the example of its %s has %q, but the call has %q: go test ./api -run TestEveryDocumentedResponseOccurs -update-examples",
					name, what, says, is)
			}
		}
	}
	for name := range callExamples() {
		if _, is := made[name]; !is {
			t.Errorf("there is an example of %s, and no such call: see -update-examples", name)
		}
	}
}

// shapeOf are the paths of the members of a JSON text, but those that depend on what was played.
func shapeOf(t *testing.T, text json.RawMessage) (paths []string) {
	t.Helper()
	if len(text) == 0 {
		return nil
	}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, value := range v {
				paths = append(paths, path+"."+key)
				if !slices.Contains([]string{"outcome", "report", "rules", "receipt"}, key) {
					walk(path+"."+key, value)
				}
			}
		case []any:
			for _, value := range v {
				walk(path+"[]", value)
			}
		}
	}
	walk("", decodeExactly(t, text))
	slices.Sort(paths)
	return slices.Compact(paths)
}

// trimmed is an example as it is shown: without secrets, and no longer than a reader wants it.
func trimmed(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		short := map[string]any{}
		_, byCurrency := v["USD"]
		for key, value := range v {
			if (name == "limits" || name == "widestLimits") && byCurrency && key != "USD" {
				continue
			}
			short[key] = trimmed(key, value)
		}
		return short
	case []any:
		if len(v) > 1 {
			v = v[:1]
		}
		short := make([]any, len(v))
		for i := range v {
			short[i] = trimmed(name, v[i])
		}
		return short
	case string:
		for _, secret := range []string{"apiKey", "apiSecret", "sessionToken", "refreshToken", "launchToken", "ssoToken", "ticket", "signature", "token", "secret", "walletSecret"} {
			if name == secret {
				return v[:min(3, len(v))] + "…"
			}
		}
		if link, _, is := strings.Cut(v, "#replay="); is {
			return link + "#replay=…"
		}
		if len(v) > 200 {
			return v[:200] + "…"
		}
	}
	return v
}

// decodeExactly reads JSON, numbers as they came.
func decodeExactly(t *testing.T, text []byte) (v any) {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	must(t, decoder.Decode(&v))
	return v
}
