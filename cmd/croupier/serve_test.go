package main

import (
	"strings"
	"testing"
)

// What is wrong with a configuration is told at once and all together, one mistake on a line, and no secret with it.
func TestServeNamesAllMistakes(t *testing.T) {
	t.Parallel()
	bad := "not-a-key-but-secret"
	_, said, status := program{"CROUPIER_MASTER_KEY=" + strings.Join([]string{bad, strings.Repeat("ab", 32), bad}, ",")}.run(t, "serve",
		"--database-url=postgres://me:hidden@host:port/x", "--listen=nowhere", "--public-url=zzz", "--settlers=-1", "--connections-per-ip=-5",
		"--messages-per-second=-0.5", "--message-burst=-1", "--requests-per-second=-1", "--request-burst=-1")
	if status != 1 {
		t.Errorf("exit status %d", status)
	}
	mistakes := strings.Split(strings.TrimSpace(strings.TrimPrefix(said, "croupier: ")), "\n")
	for _, want := range []string{"master-key: key 1: ", "master-key: key 3: ", "database-url: ", "listen: ", "public-url: ", "settlers: ",
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
	if len(mistakes) != 11 || strings.Contains(said, bad) || strings.Contains(said, "hidden") {
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
