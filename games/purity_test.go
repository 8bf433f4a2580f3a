package games_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// pure are the trees that compute outcomes.
var pure = []string{"../games", "../fairness"}

// The rules reach no database, network or process, not even through another package.
func TestDependencies(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "croupier/games/...", "croupier/fairness/...").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	packages := strings.Fields(string(out))
	if !slices.Contains(packages, "croupier/games") || !slices.Contains(packages, "croupier/fairness") {
		t.Fatalf("go list does not list what was asked for: %s", out)
	}
	for _, name := range packages {
		forbidden := slices.Contains([]string{"net", "net/http", "os/exec", "database/sql"}, name) ||
			strings.HasPrefix(name, "github.com/jackc/") || name == "croupier/wallet" || name == "croupier/session"
		if forbidden {
			t.Errorf("games or fairness depend on %s", name)
		}
	}
}

// Imports run one way: cmd → {sandbox, api} → session → {wallet, games → fairness}. What a package may import of ours, by the room
// that it is in; a room is a package and all below it. Tests may import what they need to set up.
func TestImportsRunOneWay(t *testing.T) {
	t.Parallel()
	rooms := map[string][]string{
		"cmd":          {"api", "fairness", "games", "migrations", "sandbox", "session", "wallet"},
		"sandbox":      {"api", "fairness", "games", "migrations", "session", "wallet"},
		"api":          {"fairness", "games", "migrations", "session", "wallet"},
		"session":      {"fairness", "games", "wallet"},
		"games":        {"fairness", "wallet/money"},
		"wallet":       {},
		"fairness":     {},
		"migrations":   {},
		"wallet/money": {},
		"demo":         {},
	}
	out, err := exec.Command("go", "list", "-f", "{{.ImportPath}} {{join .Imports \" \"}}", "croupier/...").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		for _, complaint := range wrongWays(rooms, strings.Fields(line), seen) {
			t.Error(complaint)
		}
	}
	for room := range rooms {
		if !seen[room] {
			t.Errorf("there is no package in %s", room)
		}
	}
	for _, wrong := range []string{"croupier/session croupier/api", "croupier/games/slots croupier/wallet", "croupier/fairness croupier/games",
		"croupier/wallet/money croupier/wallet", "croupier/api croupier/sandbox/web", "croupier/util fmt"} {
		if len(wrongWays(rooms, strings.Fields(wrong), seen)) != 1 {
			t.Errorf("not noticed: %s", wrong)
		}
	}
}

// wrongWays lists the imports of a package, as a line of its path and theirs, that its room does not allow.
func wrongWays(rooms map[string][]string, line []string, seen map[string]bool) (found []string) {
	room := roomOf(rooms, line[0])
	if room == "" {
		return []string{line[0] + " is in no room of the house"}
	}
	seen[room] = true
	for _, name := range line[1:] {
		of, ours := strings.CutPrefix(name, "croupier/")
		allowed := slices.ContainsFunc(rooms[room], func(may string) bool { return of == may || strings.HasPrefix(of, may+"/") })
		if ours && !allowed && roomOf(rooms, name) != room && !strings.HasPrefix(of, room+"/") {
			found = append(found, line[0]+" imports "+name)
		}
	}
	return found
}

// roomOf is the longest room that a package is in, "" for none.
func roomOf(rooms map[string][]string, name string) (longest string) {
	for room := range rooms {
		path := "croupier/" + room
		if (name == path || strings.HasPrefix(name, path+"/")) && len(room) > len(longest) {
			longest = room
		}
	}
	return longest
}

// What outcomes are computed with: no floating point, no clock, no log, no randomness but draws.
func TestPurity(t *testing.T) {
	t.Parallel()
	files := 0
	for _, root := range pure {
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			files++
			for _, complaint := range impurities(path, nil) {
				t.Error(complaint)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if files < 10 {
		t.Errorf("only %d files were looked at", files)
	}
}

func TestPurityFindsImpurities(t *testing.T) {
	t.Parallel()
	for source, want := range map[string]int{
		`import "net"`: 1, `import "log/slog"`: 1, `import "os"`: 1, `import "context"`: 1, `import "math/rand"`: 1,
		`import x "crypto/rand"`: 1, "var x float64": 1, "var x = []float32{}": 1, "var x = 0.5": 1, "var x = 1e3": 1,
		"import \"time\"\nvar x = time.Now()": 1, "import clock \"time\"\nvar x = clock.Since(y)": 1,
		"import \"math/rand/v2\"\nvar x = rand.IntN(2)": 2, "var x = 2i": 1, "// float64\nvar x = 5": 0,
		"import \"time\"\nvar x time.Time": 0, "var now = y.Now()": 0,
	} {
		if got := impurities("../games/x.go", "package x\n"+source); len(got) != want {
			t.Errorf("%q: %q, want %d", source, got, want)
		}
	}
	source := "package x\nimport \"log/slog\"\nimport \"math/rand/v2\"\nimport \"crypto/rand\"\nvar x = rand.NewPCG(1, 2)"
	if got := impurities("../fairness/x.go", source); len(got) != 0 {
		t.Errorf("fairness may do that: %q", got)
	}
}

// impurities lists what a file (or a source, if it is not nil) has no business with.
func impurities(path string, source any) []string {
	positions := token.NewFileSet()
	file, err := parser.ParseFile(positions, path, source, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	var found []string
	complain := func(node ast.Node, text string) {
		found = append(found, fmt.Sprintf("%s: %s", positions.Position(node.Pos()), text))
	}
	imported := make(map[string]string) // local name → path
	for _, spec := range file.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		local := filepath.Base(strings.TrimSuffix(name, "/v2"))
		if spec.Name != nil {
			local = spec.Name.Name
		}
		imported[local] = name
		if !mayImport(path, name) {
			complain(spec, "imports "+name)
		}
	}
	ast.Inspect(file, func(node ast.Node) bool {
		switch n := node.(type) {
		case *ast.Ident:
			if n.Name == "float64" || n.Name == "float32" {
				complain(n, n.Name)
			}
		case *ast.BasicLit:
			if n.Kind == token.FLOAT || n.Kind == token.IMAG {
				complain(n, "floating-point constant "+n.Value)
			}
		case *ast.SelectorExpr:
			if of, ok := n.X.(*ast.Ident); ok && !mayUse(imported[of.Name], n.Sel.Name) {
				complain(n, of.Name+"."+n.Sel.Name)
			}
		}
		return true
	})
	return found
}

// mayImport says which packages outcomes may be made with. Fairness makes seeds, hides them from logs and simulates.
func mayImport(path, name string) bool {
	if strings.HasPrefix(path, "../fairness/") && slices.Contains([]string{"log/slog", "crypto/rand", "math/rand/v2"}, name) {
		return true
	}
	first, _, _ := strings.Cut(name, "/")
	return !slices.Contains([]string{"net", "os", "log", "context", "database", "syscall", "unsafe", "plugin"}, first) &&
		name != "crypto/rand" && name != "math/rand" && name != "math/rand/v2"
}

// mayUse says which symbols are left of packages that are allowed for their types only.
func mayUse(name, symbol string) bool {
	switch name {
	case "time":
		return !slices.Contains([]string{"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Sleep"}, symbol)
	case "math/rand/v2": // generators with a seed of their own, not the process's
		return slices.Contains([]string{"PCG", "NewPCG", "ChaCha8", "NewChaCha8", "Rand", "New", "Source"}, symbol)
	}
	return true
}
