package api

import (
	"context"
	"encoding/json"
	"net/http"
	"reflect"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	jsonv2 "github.com/go-json-experiment/json"

	"croupier/session"
	"croupier/wallet/money"
)

// rest registers the calls of the REST API.
type rest struct {
	server *Server
	api    huma.API
}

// callGroup is calls that belong together for a reader.
type callGroup struct {
	*rest
	tag string
}

func (r *rest) group(name, about string) callGroup {
	r.api.OpenAPI().Tags = append(r.api.OpenAPI().Tags, &huma.Tag{Name: name, Description: about})
	return callGroup{r, name}
}

// success is the envelope of every answer that is not an error.
type success[T any] struct {
	Success   bool   `json:"success" enum:"true"`
	Data      T      `json:"data"`
	RequestID string `json:"requestId" doc:"The X-Request-Id of the request, or one that the server made"`
}

type answer[T any] struct {
	Body success[T]
}

// nothing is the input of a call that takes none.
type nothing struct{}

// call registers one call: who may make it, its method and path below apiPrefix, what it does, and the codes that it may refuse with
// beside those of every call of its audience. An error of do is told by Server.refusal, whatever it is.
func call[I, T any](g callGroup, who audience, methodAndPath, title, about string, do func(context.Context, *I) (T, error), refuses ...session.Code) {
	method, path, _ := strings.Cut(methodAndPath, " ")
	op := huma.Operation{
		Method: method, Path: apiPrefix + path, OperationID: operationID(method, path),
		Tags: []string{g.tag}, Summary: title, Description: about + who.scopeDoc(), DefaultStatus: http.StatusOK,
		Security: who.security(), Responses: g.refusals(who, refuses),
		Extensions:   map[string]any{"x-order": len(g.api.OpenAPI().Paths)}, // JSON has none, a reader wants one
		Middlewares:  huma.Middlewares{g.server.authenticate(who)},
		MaxBodyBytes: maxBody + 1, // it is refused before, with our words
	}
	huma.Register(g.api, op, func(ctx context.Context, in *I) (*answer[T], error) {
		data, err := do(ctx, in)
		if err != nil {
			return nil, g.server.refusal(ctx, err)
		}
		return &answer[T]{success[T]{Success: true, Data: data, RequestID: requestOf(ctx).id}}, nil
	})
}

// operationID names a call for generated clients: "post-wallet-deposit", "get-games-gameId-config".
func operationID(method, path string) string {
	return strings.ToLower(method) + strings.NewReplacer("/", "-", "{", "", "}", "").Replace(path)
}

// refusals documents the errors that a call may be answered with.
func (g callGroup) refusals(who audience, own []session.Code) map[string]*huma.Response {
	schema := g.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[failure](), true, "")
	responses := make(map[string]*huma.Response)
	for _, example := range exampleRefusals(who, own) {
		responses[strconv.Itoa(example.status)] = &huma.Response{
			Description: example.Reason.Message,
			Content:     map[string]*huma.MediaType{"application/json": {Schema: schema, Example: example}},
		}
	}
	return responses
}

// decodeStrictly reads a request body. Repeated and unknown members, names in another case and invalid UTF-8 are refused.
func decodeStrictly(body []byte, into any) error {
	return jsonv2.Unmarshal(body, into, jsonv2.RejectUnknownMembers(true))
}

// number is a JSON number as it came, exact and not yet judged: what it may be depends on the currency.
type number string

// UnmarshalJSON keeps the token. One that is too long to be an amount is kept only so far that it stays too long.
func (n *number) UnmarshalJSON(token []byte) error {
	*n = number(token[:min(len(token), 64)])
	return nil
}

// Schema says to the outside that it is a number.
func (number) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Description: "An exact decimal without an exponent, with at most the currency's decimals"}
}

// optionalText is a string that may be left out, but not null: huma takes null for left out, and a client that sends null by accident
// means something else.
type optionalText struct {
	text string
	null bool
}

// UnmarshalJSON takes what huma found to be a string, or null.
func (o *optionalText) UnmarshalJSON(token []byte) error {
	o.null = string(token) == "null"
	return json.Unmarshal(token, &o.text)
}

// Resolve refuses null.
func (o *optionalText) Resolve(_ huma.Context, path *huma.PathBuffer) []error {
	if !o.null {
		return nil
	}
	return []error{&huma.ErrorDetail{Location: path.String(), Message: "must be a string, or left out"}}
}

// Schema says to the outside that it is a string.
func (optionalText) Schema(huma.Registry) *huma.Schema { return &huma.Schema{Type: huma.TypeString} }

// exactNumber is how money looks in a schema.
type exactNumber struct{}

func (exactNumber) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeNumber, Description: "An exact decimal with the currency's decimals: read it as a decimal, not as a float"}
}

// teachNumbers tells the schemas what the types of other packages look like in JSON.
func teachNumbers(schemas huma.Registry) {
	for _, t := range []reflect.Type{reflect.TypeFor[money.Amount](), reflect.TypeFor[money.Number]()} {
		schemas.RegisterTypeAlias(t, reflect.TypeFor[exactNumber]())
	}
}

// writeJSON answers a request that huma has no part in.
func writeJSON(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(body) // the client is gone
}
