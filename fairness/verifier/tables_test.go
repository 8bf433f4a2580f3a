package verifier_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"croupier/games"
	"croupier/games/builtin"
	"croupier/wallet/money"
)

var update = flag.Bool("update", false, "write the tables of rules and currencies into the verifiers anew")

// TestTables holds the tables in both verifiers to those that the server plays by: the rules of every variant, to the byte, and the
// decimals of every currency.
func TestTables(t *testing.T) {
	for file, currencies := range map[string]func(scale int, codes string) string{
		"verifier.html": func(scale int, codes string) string { return fmt.Sprintf("%d: %s\n", scale, codes) },
		"verify.py": func(scale int, codes string) string {
			return fmt.Sprintf("    **dict.fromkeys(%q.split(), %d),\n", codes, scale)
		},
	} {
		has, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want := between(t, has, "rules", rulesLines(t))
		want = between(t, want, "currencies", currencyLines(currencies))
		if bytes.Equal(has, want) {
			continue
		}
		if !*update {
			t.Errorf("the tables in %s are not those that the server plays by; run: go test ./fairness/verifier -run TestTables -update", file)
			continue
		}
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// between puts text between the marks of a table.
func between(t *testing.T, file []byte, table, text string) []byte {
	t.Helper()
	head, rest, begins := bytes.Cut(file, []byte("# BEGIN "+table+"\n"))
	_, tail, ends := bytes.Cut(rest, []byte("# END "+table+"\n"))
	if !begins || !ends {
		t.Fatalf("the marks of the table %s are missing", table)
	}
	indent := "" // of the last mark
	if i := bytes.LastIndexByte(head, '\n'); i >= 0 {
		indent = string(head[i+1:])
	}
	return fmt.Appendf(nil, "%s# BEGIN %s\n%s%s# END %s\n%s", head, table, text, indent, table, tail)
}

// rulesLines are the rules of every variant, a line each.
func rulesLines(t *testing.T) string {
	t.Helper()
	c, err := games.NewCatalogue(builtin.Games()...)
	if err != nil {
		t.Fatal(err)
	}
	var lines strings.Builder
	for _, g := range c.Games() {
		for _, v := range g.Variants {
			text := string(v.RulesJSON)
			if strings.ContainsAny(text, "\n\\<") || strings.Contains(text, `"""`) {
				t.Fatalf("the rules of %s %s cannot stand in a page and a program as they are", g.ID, v.ID)
			}
			lines.WriteString(text + "\n")
		}
	}
	return lines.String()
}

// currencyLines are all currencies by their scales, some on a line.
func currencyLines(line func(scale int, codes string) string) string {
	const most, perLine = 18, 24
	var lines strings.Builder
	for scale := range most + 1 {
		var codes []string
		for _, c := range money.Currencies() {
			if c.Scale() == scale {
				codes = append(codes, c.Code())
			}
		}
		for len(codes) > 0 {
			n := min(perLine, len(codes))
			lines.WriteString(line(scale, strings.Join(codes[:n], " ")))
			codes = codes[n:]
		}
	}
	return lines.String()
}
