package session

import (
	"flag"
	"os"
	"testing"

	"croupier/sandbox/pgtest"
)

func TestMain(m *testing.M) {
	if os.Getenv("RAPID_CHECKS") == "" { // 100, unless the flag says otherwise, are many for a model of a database
		_ = flag.Set("rapid.checks", "16")
	}
	pgtest.Main(m)
}
