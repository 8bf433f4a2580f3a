// Package typegen writes the TypeScript types of the REST API from its OpenAPI description: an interface for each schema, and one that says
// of every call what it takes and gives. It knows what our descriptions have, and returns an error for what they have not.
package typegen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

type document struct {
	Paths      map[string]map[string]operation
	Components struct{ Schemas map[string]schema }
}

type operation struct {
	Summary     string
	Parameters  []parameter
	RequestBody *struct {
		Required bool
		Content  map[string]struct{ Schema schema }
	}
	Responses map[string]struct {
		Content map[string]struct{ Schema schema }
	}
}

type parameter struct {
	Name, In string
	Required bool
	Schema   schema
}

type schema struct {
	Ref                  string `json:"$ref"`
	Type                 json.RawMessage
	Description          string
	Enum                 []json.RawMessage
	Properties           map[string]schema
	Required             []string
	Items                *schema
	AdditionalProperties json.RawMessage
}

// Generate returns the source of types.ts for an OpenAPI description. prefix is cut from the paths.
func Generate(openapi []byte, prefix string) ([]byte, error) {
	var d document
	if err := json.Unmarshal(openapi, &d); err != nil {
		return nil, fmt.Errorf("read the description: %w", err)
	}
	g := &generator{schemas: d.Components.Schemas, decimals: map[string]bool{}, integers: map[string]bool{}}
	g.line("// The types of the REST API, written by typegen from /openapi.json. Do not edit: scripts/client.sh writes them anew.")
	g.line("\n/** An exact decimal as it stands in JSON, as \"25.00\". Compute with a decimal library, never with Number(). */\nexport type Decimal = string;")
	for _, name := range slices.Sorted(maps.Keys(d.Components.Schemas)) {
		if !strings.HasPrefix(name, "Success") { // the envelope is the client's affair
			g.declare(name, d.Components.Schemas[name])
		}
	}
	g.operations(d.Paths, prefix)
	g.names()
	return g.out.Bytes(), g.err
}

type generator struct {
	out                bytes.Buffer
	err                error
	schemas            map[string]schema
	decimals, integers map[string]bool // members that are numbers of either kind
}

func (g *generator) line(format string, args ...any) { fmt.Fprintf(&g.out, format+"\n", args...) }

func (g *generator) declare(name string, s schema) {
	g.line("\nexport interface %s %s", name, g.object(s, ""))
}

// object writes the members of an object.
func (g *generator) object(s schema, indent string) string {
	var b strings.Builder
	b.WriteString("{\n")
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		member := s.Properties[name]
		if text := comment(member.Description); text != "" {
			fmt.Fprintf(&b, "%s  /** %s */\n", indent, text)
		}
		optional := "?"
		if slices.Contains(s.Required, name) {
			optional = ""
		}
		fmt.Fprintf(&b, "%s  %s%s: %s;\n", indent, name, optional, g.typeOf(name, member, indent+"  "))
	}
	b.WriteString(indent + "}")
	return b.String()
}

func comment(text string) string {
	return strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "*/", "*\\/")
}

// typeOf is what a member of a name is.
func (g *generator) typeOf(name string, s schema, indent string) string {
	if s.Ref != "" {
		return strings.TrimPrefix(s.Ref, "#/components/schemas/")
	}
	if len(s.Enum) > 0 {
		words := make([]string, len(s.Enum))
		for i, word := range s.Enum {
			words[i] = string(word)
		}
		return strings.Join(words, " | ")
	}
	var orNull []string // such as ["object","null"]
	if err := json.Unmarshal(s.Type, &orNull); err == nil && len(orNull) == 2 && orNull[1] == "null" {
		s.Type = json.RawMessage(`"` + orNull[0] + `"`)
		return g.typeOf(name, s, indent) + " | null"
	}
	switch strings.Trim(string(s.Type), `"`) {
	case "string":
		return "string"
	case "boolean":
		return "boolean"
	case "integer":
		g.integers[name] = true
		return "number"
	case "number":
		g.decimals[name] = true
		return "Decimal"
	case "array":
		if s.Items == nil {
			return "unknown[]"
		}
		return "Array<" + g.typeOf(name, *s.Items, indent) + ">"
	case "object":
		return g.objectType(name, s, indent)
	case "":
		return "unknown"
	}
	g.err = fmt.Errorf("%s: no TypeScript type is known for %s", name, s.Type)
	return "unknown"
}

func (g *generator) objectType(name string, s schema, indent string) string {
	if len(s.Properties) > 0 {
		return g.object(s, indent)
	}
	var values schema
	if len(s.AdditionalProperties) > 0 && s.AdditionalProperties[0] == '{' {
		if err := json.Unmarshal(s.AdditionalProperties, &values); err != nil {
			g.err = err
		}
	}
	return "{ [name: string]: " + g.typeOf(name, values, indent) + " }"
}

// operations writes what every call takes and gives.
func (g *generator) operations(paths map[string]map[string]operation, prefix string) {
	calls := map[string]operation{}
	for path, item := range paths {
		for method, op := range item {
			calls[strings.ToUpper(method)+" "+strings.TrimPrefix(path, prefix)] = op
		}
	}
	g.line("\n/** Every call: what it takes, and the data of its answer. */\nexport interface Operations {")
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		op := calls[name]
		g.line("  /** %s */\n  %q: {", comment(op.Summary), name)
		for _, place := range []string{"path", "query"} {
			g.parameters(op.Parameters, place)
		}
		if op.RequestBody != nil {
			optional := "?"
			if op.RequestBody.Required {
				optional = ""
			}
			g.line("    body%s: %s;", optional, g.typeOf("body", op.RequestBody.Content["application/json"].Schema, "    "))
		}
		envelope := g.schemas[strings.TrimPrefix(op.Responses["200"].Content["application/json"].Schema.Ref, "#/components/schemas/")]
		g.line("    data: %s;\n  };", g.typeOf("data", envelope.Properties["data"], "    "))
	}
	g.line("}")
}

func (g *generator) parameters(all []parameter, place string) {
	var members []string
	optional := "?"
	for _, p := range all {
		if p.In != place {
			continue
		}
		mark := "?"
		if p.Required {
			mark, optional = "", ""
		}
		members = append(members, p.Name+mark+": "+g.typeOf(p.Name, p.Schema, ""))
	}
	slices.Sort(members)
	if len(members) > 0 {
		g.line("    %s%s: { %s };", place, optional, strings.Join(members, "; "))
	}
}

// names writes which members are decimals: the reader and the writer of JSON go by them, so none may be something else elsewhere.
func (g *generator) names() {
	var list []string
	for _, name := range slices.Sorted(maps.Keys(g.decimals)) {
		if g.integers[name] {
			g.err = fmt.Errorf("%s is a decimal in one schema and a whole number in another: give one of them another name", name)
		}
		list = append(list, fmt.Sprintf("%q", name))
	}
	g.line("\n/** The members that are Decimals, wherever they stand. */\nexport const decimals: readonly string[] = [%s];", strings.Join(list, ", "))
}
