package api

import (
	"os"
	"testing"

	"croupier/sandbox/pgtest"
)

func TestMain(m *testing.M) {
	if url := os.Getenv(serveEnv); url != "" {
		serveForTest(url)
	}
	pgtest.Main(m)
}
