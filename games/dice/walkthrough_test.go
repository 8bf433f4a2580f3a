package dice

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

var update = flag.Bool("update", false, "write the code that docs/adding-a-game.md quotes anew")

// quotedBlock is code on the page: ```go FILE NAME, where NAME is a function, a method as Type.Name, a type, a constant or a variable.
var quotedBlock = regexp.MustCompile("(?m)^```go ?([^ \n]*) ?([^ \n]*)\n((?:[^`\n].*\n|\n)*)```$")

// TestWalkthroughQuotesTheSource keeps the code on the page equal to the code that is run.
func TestWalkthroughQuotesTheSource(t *testing.T) {
	t.Parallel()
	const path = "../../docs/adding-a-game.md"
	page, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	blocks := 0
	current := quotedBlock.ReplaceAllFunc(page, func(block []byte) []byte {
		blocks++
		parts := quotedBlock.FindSubmatch(block)
		file, name := string(parts[1]), string(parts[2])
		source, err := declaration(filepath.Join("../..", file), name)
		if err != nil {
			t.Errorf("a block of the page: %v", err)
			return block
		}
		if !*update && string(parts[3]) != source {
			t.Errorf("the page quotes %s of %s otherwise than it is (go test ./games/dice -run Walkthrough -update writes it)", name, file)
		}
		return fmt.Appendf(nil, "```go %s %s\n%s```", file, name, source)
	})
	if opened := len(regexp.MustCompile("(?m)^```go").FindAll(page, -1)); opened != blocks || blocks < 20 {
		t.Errorf("the page has %d blocks of Go, and %d that name their source", opened, blocks)
	}
	if *update && !t.Failed() {
		if err := os.WriteFile(path, current, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// declaration returns a declaration as it stands in a file, with its comment.
func declaration(path, name string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	positions := token.NewFileSet()
	file, err := parser.ParseFile(positions, path, text, parser.ParseComments)
	if err != nil {
		return "", err
	}
	for _, d := range file.Decls {
		if names, doc := declared(d); names[name] {
			start := d.Pos()
			if doc != nil {
				start = doc.Pos()
			}
			return string(text[positions.Position(start).Offset:positions.Position(d.End()).Offset]) + "\n", nil
		}
	}
	return "", fmt.Errorf("%s does not declare %s", path, name)
}

// declared returns what a declaration declares, and its comment.
func declared(d ast.Decl) (names map[string]bool, doc *ast.CommentGroup) {
	names = make(map[string]bool)
	switch d := d.(type) {
	case *ast.FuncDecl:
		name := d.Name.Name
		if d.Recv != nil {
			receiver := d.Recv.List[0].Type
			if star, ok := receiver.(*ast.StarExpr); ok {
				receiver = star.X
			}
			name = fmt.Sprint(receiver) + "." + name
		}
		names[name] = true
		return names, d.Doc
	case *ast.GenDecl:
		for _, spec := range d.Specs {
			switch spec := spec.(type) {
			case *ast.TypeSpec:
				names[spec.Name.Name] = true
			case *ast.ValueSpec:
				for _, name := range spec.Names {
					names[name.Name] = true
				}
			}
		}
		return names, d.Doc
	}
	return names, nil
}
