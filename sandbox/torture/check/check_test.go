package check_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"croupier/sandbox/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// The check shares no code with what it judges, not even through another package.
func TestImports(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "croupier/sandbox/torture/check").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	packages := strings.Fields(string(out))
	if !slices.Contains(packages, "croupier/sandbox/torture/check") {
		t.Fatalf("go list does not list what was asked for: %s", out)
	}
	allowed := []string{"croupier/sandbox/torture/check", "croupier/sandbox/torture/history", "croupier/wallet/money", "croupier/games", "croupier/fairness"}
	for _, name := range packages {
		if strings.HasPrefix(name, "croupier/") && !slices.Contains(allowed, name) && !strings.HasPrefix(name, "croupier/games/") {
			t.Errorf("the check depends on %s", name)
		}
	}
}
