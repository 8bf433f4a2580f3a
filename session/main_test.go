package session

import (
	"testing"

	"croupier/sandbox/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
