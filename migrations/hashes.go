package migrations

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"strings"
)

// Hash is the SHA-256 of one migration's file, in lowercase hex.
type Hash struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

// Hashes returns the SHA-256 of every migration in the order of their names, and that of the whole schema: of the lines that
// `sha256sum *.sql` prints in this directory, so that anyone can compare them with nothing but the source.
func Hashes() (schema string, each []Hash, err error) {
	names, err := fs.Glob(files, "*.sql") // sorted
	if err != nil {
		return "", nil, fmt.Errorf("migrations: %w", err)
	}
	var lines strings.Builder
	for _, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			return "", nil, fmt.Errorf("migrations: %w", err)
		}
		h := Hash{File: name, SHA256: hexSHA256(text)}
		each = append(each, h)
		fmt.Fprintf(&lines, "%s  %s\n", h.SHA256, h.File)
	}
	return hexSHA256([]byte(lines.String())), each, nil
}

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}
