package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"

	"croupier/games"
	"croupier/games/builtin"
)

func TestVersionHashes(t *testing.T) {
	t.Parallel()
	var r versionReport
	if err := json.Unmarshal([]byte(program{}.ok(t, "version", "--hashes", "--json")), &r); err != nil {
		t.Fatal(err)
	}
	binary, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(binary); r.Binary != hex.EncodeToString(sum[:]) {
		t.Errorf("binary %s, want %x", r.Binary, sum)
	}
	// The schema's hash is what the documented command prints.
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "sha256sum *.sql | sha256sum")
	cmd.Dir = "../../migrations"
	if sum, err := cmd.Output(); err != nil || r.Schema != strings.Fields(string(sum))[0] {
		t.Errorf("schema %s, sha256sum says %s, %v", r.Schema, sum, err)
	}
	offered, err := games.NewCatalogue(builtin.Games()...)
	if err != nil {
		t.Fatal(err)
	}
	human := program{}.ok(t, "version", "--hashes")
	n := 0
	for _, g := range offered.Games() {
		for _, v := range g.Variants {
			if r.Rules[n] != (rulesReport{g.ID, v.ID, v.RulesHash}) || !strings.Contains(human, v.RulesHash) {
				t.Errorf("rules %d: %+v, want %s %s", n, r.Rules[n], g.ID, v.ID)
			}
			n++
		}
	}
	if n != len(r.Rules) || n < 20 {
		t.Errorf("%d rules, %d are offered", len(r.Rules), n)
	}
	for _, hash := range []string{r.Binary, r.Schema, r.Files[0].SHA256} {
		if !strings.Contains(human, hash) {
			t.Errorf("%s is not in\n%s", hash, human)
		}
	}
	if plain := (program{}).ok(t, "version"); !strings.HasPrefix(plain, "croupier ") || strings.Contains(plain, r.Binary) {
		t.Errorf("version: %q", plain)
	}
}
