package api

import (
	_ "embed"
	"encoding/json"
	"sync"

	"github.com/danielgtaylor/huma/v2"
)

// examplesText are calls that a test made, and how they were answered: its -update-examples writes them.
//
//go:embed examples.json
var examplesText []byte

// callExample is a call that succeeded.
type callExample struct {
	Request  json.RawMessage `json:"request,omitempty"` // nothing: it has no body
	Response json.RawMessage `json:"response"`
}

// callExamples are those of all calls, by "METHOD /path".
var callExamples = sync.OnceValue(func() (all map[string]callExample) {
	if err := json.Unmarshal(examplesText, &all); err != nil {
		panic("api: examples.json: " + err.Error()) // embedded: wrong for everyone or nobody
	}
	return all
})

// showExamples puts the examples into the description of the calls.
func showExamples(api *huma.OpenAPI) {
	for path, item := range api.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			example, ok := callExamples()[method+" "+path[min(len(path), len(apiPrefix)):]]
			if op == nil || !ok {
				continue
			}
			if body := op.RequestBody; body != nil && len(example.Request) > 0 {
				body.Content["application/json"].Example = example.Request
			}
			op.Responses["200"].Content["application/json"].Example = example.Response
		}
	}
}

// allowNull says of members that may be null that they may.
func allowNull(schemas huma.Registry) {
	for _, name := range []string{"Record", "RoundOfList"} {
		if schema := schemas.Map()[name]; schema != nil {
			schema.Properties["forced"].Nullable = true
		}
	}
}
