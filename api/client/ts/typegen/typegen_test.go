package typegen_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"croupier/api/client/ts/typegen"
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

// The types in the repository are those of the API that this binary serves. With CROUPIER_WRITE_TYPES they become so.
func TestTypesAreUpToDate(t *testing.T) {
	t.Parallel()
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
	answer, err := http.Get(s.Info().BaseURL + "/openapi.json")
	must(t, err)
	defer answer.Body.Close()
	description, err := io.ReadAll(answer.Body)
	must(t, err)
	types, err := typegen.Generate(description, "/api/v1")
	must(t, err)
	const file = "../src/types.ts"
	if os.Getenv("CROUPIER_WRITE_TYPES") != "" {
		must(t, os.WriteFile(file, types, 0o644))
	}
	if there, err := os.ReadFile(file); err != nil || !bytes.Equal(there, types) {
		t.Errorf("%s is not what the API is now (%v): run scripts/client.sh", file, err)
	}
}

func TestGenerate(t *testing.T) {
	t.Parallel()
	const description = `{"components":{"schemas":{
		"A":{"properties":{"b":{"$ref":"#/components/schemas/B"},"kind":{"type":"string","enum":["x","y"]},"list":{"type":"array","items":{"type":"integer"}},
			"money":{"type":"number","description":"Not */ a float"},"any":{},"maybe":{"type":["object","null"],"properties":{"ok":{"type":"boolean"}}},"map":{"type":"object","additionalProperties":{"type":"number"}}},"required":["b"]},
		"B":{"properties":{"ok":{"type":"boolean"}}},
		"SuccessA":{"properties":{"data":{"$ref":"#/components/schemas/A"}}}}},
		"paths":{"/api/v1/a/{id}":{"post":{"summary":"Do it","parameters":[{"name":"id","in":"path","required":true,"schema":{"type":"string"}},
			{"name":"n","in":"query","schema":{"type":"integer"}}],
			"requestBody":{"required":true,"content":{"application/json":{"schema":{"$ref":"#/components/schemas/B"}}}},
			"responses":{"200":{"content":{"application/json":{"schema":{"$ref":"#/components/schemas/SuccessA"}}}}}}}}}`
	out, err := typegen.Generate([]byte(description), "/api/v1")
	must(t, err)
	for _, part := range []string{"export interface A {", "  b: B;", `  kind?: "x" | "y";`, "  list?: Array<number>;", `  /** Not *\/ a float */`, "  money?: Decimal;",
		"  any?: unknown;", "  maybe?: {\n    ok?: boolean;\n  } | null;", "  map?: { [name: string]: Decimal };", `  "POST /a/{id}": {`, "    path: { id: string };", "    query?: { n?: number };", "    body: B;",
		"    data: A;", `decimals: readonly string[] = ["map", "money"];`} {
		if !strings.Contains(string(out), part+"\n") && !strings.Contains(string(out), part) {
			t.Errorf("no %q in\n%s", part, out)
		}
	}
	for _, bad := range []string{`{`, strings.Replace(description, `"type":"boolean"`, `"type":"tuple"`, 1),
		strings.Replace(description, `"ok":{"type":"boolean"}`, `"money":{"type":"integer"}`, 1)} {
		if _, err := typegen.Generate([]byte(bad), ""); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
