package api

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// serverFiles are the sources of what runs in a server, parsed.
func serverFiles(t *testing.T, visit func(name string, file *ast.File)) {
	t.Helper()
	seen := 0
	for _, room := range []string{".", "../session", "../wallet", "../games", "../fairness", "../migrations"} {
		err := filepath.WalkDir(room, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") || strings.Contains(name,
				"gamestest") {
				return err
			}
			file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
			if err == nil {
				visit(name, file)
				seen++
			}
			return err
		})
		must(t, err)
	}
	if seen < 100 {
		t.Fatalf("%d files were looked at", seen)
	}
}

// selectors are what a file uses of the packages that it imports, as "http.Get".
func selectors(file *ast.File) (used []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		if s, ok := n.(*ast.SelectorExpr); ok {
			if from, ok := s.X.(*ast.Ident); ok && from.Obj == nil {
				used = append(used, from.Name+"."+s.Sel.Name)
			}
		}
		return true
	})
	return used
}

// A server calls nobody but its database, and what operators name: that in one place, which says what may be called.
func TestServerCallsNobody(t *testing.T) {
	t.Parallel()
	calls := regexp.MustCompile(`^(http\.(Get|Post|Head|PostForm|Client|DefaultClient|Transport|DefaultTransport|NewRequest.*)|` +
		`net\.(Dial.*|Lookup.*|Resolver)|tls\.Dial.*|websocket\.(DefaultDialer|Dialer|NewClient)|smtp\..*|rpc\.Dial.*|exec\..*)$`)
	// What goes out is checked in one place; others make its requests.
	allowed := map[string][]string{
		"outbound/outbound.go": {"http.Client", "http.Transport", "net.Dialer", "net.Resolver"}, "webhooks/dial.go": {"http.Client", "net.Resolver"},
		"sso_keys.go": {"http.Client", "http.NewRequestWithContext"}, "wallet_client.go": {"http.Client", "http.NewRequestWithContext"},
		"webhooks/send.go": {"http.Client", "http.NewRequestWithContext"}, "webhooks/courier.go": {"http.Client"},
	}
	serverFiles(t, func(name string, file *ast.File) {
		if strings.HasPrefix(name, "client/") { // the client is no part of the server
			return
		}
		for _, s := range selectors(file) {
			if calls.MatchString(s) && !slices.Contains(allowed[name], s) {
				t.Errorf("%s uses %s: who is called, and who says so? Write it into docs/security.md", name, s)
			}
		}
	})
}

// Where a MAC is made, it is compared in constant time.
func TestMACsAreComparedInConstantTime(t *testing.T) {
	t.Parallel()
	compared := 0
	serverFiles(t, func(name string, file *ast.File) {
		used := selectors(file)
		if strings.HasPrefix(name, "../fairness") || !slices.Contains(used, "hmac.New") {
			return // fairness draws by HMAC: what it makes is published
		}
		for _, s := range used {
			switch s {
			case "hmac.Equal", "subtle.ConstantTimeCompare":
				compared++
			case "bytes.Equal", "bytes.Compare", "slices.Equal", "reflect.DeepEqual", "strings.EqualFold", "strings.Compare":
				t.Errorf("%s makes a MAC, and compares by %s", name, s)
			}
		}
	})
	if compared == 0 {
		t.Error("no MAC is compared anywhere")
	}
}

// Every test that docs/security.md and docs/operations.md name is there.
func TestDocumentedTestsExist(t *testing.T) {
	t.Parallel()
	there := map[string]bool{}
	err := filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || !strings.HasSuffix(name, "_test.go") {
			return err
		}
		text, err := os.ReadFile(name)
		for _, found := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(text, -1) {
			there[string(found[1])] = true
		}
		return err
	})
	must(t, err)
	for document, least := range map[string]int{"../docs/security.md": 40, "../docs/operations.md": 15, "../docs/compliance.md": 60} {
		text, err := os.ReadFile(document)
		must(t, err)
		named := regexp.MustCompile("`(Test\\w+)").FindAllSubmatch(text, -1)
		for _, found := range named {
			if !there[string(found[1])] {
				t.Errorf("%s names %s, which is not there", document, found[1])
			}
		}
		if len(named) < least {
			t.Errorf("%s names %d tests", document, len(named))
		}
	}
}
