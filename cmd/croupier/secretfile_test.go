package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"croupier/sandbox/pgtest"
)

// Whatever is a secret can be given in a file, and the help says so.
func TestEverySecretHasAFile(t *testing.T) {
	t.Parallel()
	var cli commands
	parser, err := kong.New(&cli, options(t.Context())...)
	must(t, err)
	secrets := 0
	_ = kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		if flag, ok := node.(*kong.Flag); ok && slices.Contains([]string{"database-url", "master-key", "api-key", "api-secret", "token"},
			flag.Name) {
			secrets++
			if !flag.Tag.Has("secret") || !strings.Contains(secretHelp(flag.Value), flag.Envs[0]+"_FILE names") {
				t.Errorf("--%s ($%s) cannot be given in a file, or its help does not say so", flag.Name, flag.Envs[0])
			}
		}
		return next(nil)
	})
	if secrets < 10 {
		t.Errorf("%d secrets were found", secrets)
	}
}

// A command finds its secrets in files as it finds them in the environment.
func TestSecretsFromFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	url, key := pgtest.New(t), strings.Repeat("ab", 32)
	database := "CROUPIER_DATABASE_URL_FILE=" + file("url", url+"\n")
	two := "CROUPIER_MASTER_KEY_FILE=" + file("keys", "  "+key+","+strings.Repeat("cd", 32)+"\r\n")
	program{database, two}.ok(t, "operator", "create", "--name", "In files")
	if out := (program{"CROUPIER_DATABASE_URL=" + url, "CROUPIER_MASTER_KEY=" + key}).ok(t, "operator", "list"); !strings.Contains(out,
		"In files") {
		t.Errorf("made elsewhere: %s", out)
	}
	if out := (program{database, two}).ok(t, "operator", "list", "--master-key", key); !strings.Contains(out, "In files") { // a flag wins
		t.Errorf("%s", out)
	}
	bad := file("bad", "not-a-key-but-secret")
	for complaint, environment := range map[string]program{
		"both set":               {database, two, "CROUPIER_MASTER_KEY=" + key},
		"CROUPIER_MASTER_KEY_FI": {database, "CROUPIER_MASTER_KEY_FILE=" + filepath.Join(dir, "none")},
		"is empty":               {database, "CROUPIER_MASTER_KEY_FILE=" + file("empty", "\n")},
		"master-key: key 1":      {database, "CROUPIER_MASTER_KEY_FILE=" + bad},
		"missing flags":          {database, "CROUPIER_MASTER_KEY_FILE="},
	} {
		_, said, status := environment.run(t, "operator", "list")
		if status == 0 || !strings.Contains(said, complaint) || strings.Contains(said, "but-secret") || strings.Contains(said, key) {
			t.Errorf("want %q, got exit status %d: %s", complaint, status, said)
		}
	}
}
