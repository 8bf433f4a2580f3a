package fairness_test

import (
	"go/build"
	"slices"
	"testing"
)

// Everything that the package may lean on. log/slog is there for its Value type alone: a seed says how it is logged.
var allowedImports = []string{
	"crypto/aes", "crypto/cipher", "crypto/hmac", "crypto/rand", "crypto/sha256", "crypto/sha512", "crypto/subtle",
	"encoding/base64", "encoding/binary", "encoding/hex", "errors", "fmt", "hash", "log/slog", "math/big", "math/rand/v2", "strconv", "strings",
}

func TestPackageIsPure(t *testing.T) {
	t.Parallel()
	pkg, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range pkg.Imports {
		if !slices.Contains(allowedImports, path) {
			t.Errorf("fairness imports %s: is it still pure?", path)
		}
	}
}
