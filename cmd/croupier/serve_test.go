package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is wrong with a configuration is told at once and all together, one mistake on a line, and no secret with it.
func TestServeNamesAllMistakes(t *testing.T) {
	t.Parallel()
	bad := "not-a-key-but-secret"
	_, said, status := program{"CROUPIER_MASTER_KEY=" + strings.Join([]string{bad, strings.Repeat("ab", 32), bad}, ",")}.run(t, "serve",
		"--database-url=postgres://me:hidden@host:port/x", "--listen=nowhere", "--public-url=zzz", "--tls-cert=x", "--settlers=-1", "--connections-per-ip=-5",
		"--messages-per-second=-0.5", "--message-burst=-1", "--requests-per-second=-1", "--request-burst=-1")
	if status != 1 {
		t.Errorf("exit status %d", status)
	}
	mistakes := strings.Split(strings.TrimSpace(strings.TrimPrefix(said, "croupier: ")), "\n")
	for _, want := range []string{"master-key: key 1: ", "master-key: key 3: ", "database-url: ", "listen: ", "public-url: ", "tls-cert: ", "settlers: ",
		"connections-per-ip: ", "messages-per-second: ", "message-burst: ", "requests-per-second: ", "request-burst: "} {
		named := 0
		for _, line := range mistakes {
			if strings.HasPrefix(line, want) {
				named++
			}
		}
		if named != 1 {
			t.Errorf("%q is named %d times", want, named)
		}
	}
	if len(mistakes) != 12 || strings.Contains(said, bad) || strings.Contains(said, "hidden") {
		t.Errorf("it said:\n%s", said)
	}
}

func TestAdministratorsAreToldAllMistakes(t *testing.T) {
	t.Parallel()
	_, said, status := program{"CROUPIER_MASTER_KEY=x,y", "CROUPIER_DATABASE_URL=postgres://me:hidden@host:port/x"}.run(t, "keys", "rotate-signing")
	for _, want := range []string{"database-url: ", "master-key: key 1: ", "master-key: key 2: "} {
		if !strings.Contains(said, want) {
			t.Errorf("%q is not named", want)
		}
	}
	if status != 1 || strings.Contains(said, "hidden") {
		t.Errorf("exit status %d: %s", status, said)
	}
}

// A slot machine is offered by naming its file, and one that cannot be is refused with its file and the place in it.
func TestSlotsDefinitionsJoinTheCatalogue(t *testing.T) {
	t.Parallel()
	const classic = "../../games/slots/testdata/classic.slots.json"
	text, err := os.ReadFile(classic)
	if err != nil {
		t.Fatal(err)
	}
	var definition struct{ Game string }
	if err := json.Unmarshal(text, &definition); err != nil {
		t.Fatal(err)
	}
	offered, err := gamesFlags{SlotsDefinition: []string{classic}}.catalogue()
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := offered.Lookup(definition.Game); !ok {
		t.Errorf("there is no %q in the catalogue", definition.Game)
	}
	if _, ok := offered.Lookup("blackjack"); !ok {
		t.Error("the built-in games are gone")
	}
	broken := filepath.Join(t.TempDir(), "broken.json")
	if err := os.WriteFile(broken, []byte(`{"game": "broken", "reels": 9}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for complaint, files := range map[string][]string{
		broken:         {broken},
		"is taken":     {classic, classic},
		"no such file": {filepath.Join(t.TempDir(), "none.json")},
	} {
		if _, err := (gamesFlags{SlotsDefinition: files}).catalogue(); err == nil || !strings.Contains(err.Error(), complaint) {
			t.Errorf("got %v, want %q", err, complaint)
		}
	}
}
