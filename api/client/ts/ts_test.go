package ts_test

import (
	"bytes"
	"context"
	"io/fs"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"croupier/games"
	"croupier/games/builtin"
	"croupier/sandbox"
	"croupier/sandbox/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// node is Node with what it needs to run the client. make test has it, and the compiler, from scripts/setup.sh.
func node(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node is not installed: scripts/setup.sh test does that")
	}
	return path
}

func compiler(t *testing.T) string {
	t.Helper()
	path, err := filepath.Abs("node_modules/typescript/bin/tsc")
	must(t, err)
	if _, err := os.Stat(path); err != nil {
		t.Skip("the TypeScript compiler is not installed: scripts/setup.sh test does that")
	}
	return path
}

func run(t *testing.T, environment []string, name string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Env = append(os.Environ(), environment...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %s: %v\n%s", filepath.Base(name), strings.Join(args, " "), err, out)
	}
	return string(out)
}

// house starts a sandbox and says in environment variables where it is.
func house(t *testing.T) []string {
	t.Helper()
	catalogue, err := games.NewCatalogue(builtin.Games()...)
	must(t, err)
	s, err := sandbox.Start(t.Context(), sandbox.Options{Listen: "127.0.0.1:0", DataDir: t.TempDir(), DatabaseURL: pgtest.New(t), Catalogue: catalogue,
		Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		must(t, s.Close(ctx))
	})
	info := s.Info()
	return []string{"CROUPIER_URL=" + info.BaseURL, "CROUPIER_API_KEY=" + info.APIKey, "CROUPIER_API_SECRET=" + info.APISecret}
}

// What is committed in dist is what the sources make.
func TestDistIsUpToDate(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	run(t, nil, node(t), compiler(t), "--project", ".", "--outDir", out)
	made := files(t, out)
	for name, text := range files(t, "dist") {
		if !bytes.Equal(text, made[name]) {
			t.Errorf("dist/%s is not what the sources make: run scripts/client.sh", name)
		}
		delete(made, name)
	}
	for name := range made {
		t.Errorf("dist/%s is missing: run scripts/client.sh", name)
	}
}

func files(t *testing.T, folder string) map[string][]byte {
	t.Helper()
	found := map[string][]byte{}
	must(t, filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(name)
		relative, _ := filepath.Rel(folder, name)
		found[relative] = text
		return err
	}))
	if len(found) < 10 {
		t.Fatalf("%d files in %s", len(found), folder)
	}
	return found
}

// The client's own tests, against a server; and what that said is of the types that the client has for it.
func TestClient(t *testing.T) {
	t.Parallel()
	node, heard := node(t), filepath.Join(t.TempDir(), "messages.ts")
	environment := append(house(t), "CROUPIER_MESSAGES="+heard)
	run(t, environment, node, "--experimental-websocket", "--test", "test/operator.test.mjs", "test/player.test.mjs")
	t.Run("messages", func(t *testing.T) {
		tsc := compiler(t)
		messages, err := os.ReadFile(heard)
		must(t, err)
		here, err := filepath.Abs("src/messages.js")
		must(t, err)
		check := func(text string) ([]byte, error) {
			must(t, os.WriteFile(heard, []byte("import type { ServerMessage } from \""+here+"\";\n"+text), 0o600))
			return exec.CommandContext(t.Context(), node, tsc, "--noEmit", "--strict", "--target", "ES2022", "--module", "ES2022", "--moduleResolution", "bundler",
				heard).CombinedOutput()
		}
		if out, err := check(string(messages)); err != nil {
			t.Errorf("the server says what the types do not: %s", out)
		}
		if _, err := check(strings.Replace(string(messages), `"roundId":"`, `"roundID":"`, 1)); err == nil {
			t.Error("a message that is not as it should be passes")
		}
	})
}

// The program that docs/clients.md shows does what the page says.
func TestQuickStart(t *testing.T) {
	t.Parallel()
	node := node(t)
	source, err := os.ReadFile("quickstart.mjs")
	must(t, err)
	page, err := os.ReadFile("../../../docs/clients.md")
	must(t, err)
	if !strings.Contains(string(page), "```js\n"+string(source)+"```") {
		t.Error("docs/clients.md does not show quickstart.mjs as it is")
	}
	out := run(t, house(t), node, "--experimental-websocket", "quickstart.mjs")
	for _, line := range []string{"send the player to https://casino.example/play#launchToken=lt_", "the player has 25.00", "connection: online", "round completed balance ", "staked 5.00 paid "} {
		if !strings.Contains(out, line) {
			t.Errorf("no %q in:\n%s", line, out)
		}
	}
}
