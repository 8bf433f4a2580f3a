package main

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestRTPOfADefinition prints what a file describes: also of a draft that returns too much, with the reason why it cannot be offered.
func TestRTPOfADefinition(t *testing.T) {
	t.Parallel()
	const classic = "../../games/slots/testdata/classic.slots.json"
	text, err := os.ReadFile(classic)
	if err != nil {
		t.Fatal(err)
	}
	generous := strings.Replace(string(text), `{"name": "bar1", "pays": {"3": 12}}`, `{"name": "bar1", "pays": {"3": 1200}}`, 1)
	for name, c := range map[string]struct{ text, printed, complaint string }{
		"as it is": {string(text), "The same returns as fractions", ""},
		"generous": {generous, "The same returns as fractions", "it cannot be offered"},
		"broken":   {`{"game": "broken"`, "", "broken.json"},
	} {
		path := filepath.Join(t.TempDir(), name+".json")
		if err := os.WriteFile(path, []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		err := (&rtpSlotsCmd{Definition: path}).run(&out, noBar)
		if (err == nil) != (c.complaint == "") || err != nil && !strings.Contains(err.Error(), c.complaint) {
			t.Errorf("%s: got %v, want %q", name, err, c.complaint)
		}
		if !strings.Contains(out.String(), c.printed) {
			t.Errorf("%s: printed\n%s", name, out.String())
		}
	}
	cycle := rtpSlotsCmd{Definition: classic, FullCycle: true}
	if err := cycle.run(io.Discard, noBar); err != nil {
		t.Errorf("full cycle: %v", err)
	}
}
