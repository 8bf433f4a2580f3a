package api

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"slices"
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
	op := g.operation(who, methodAndPath, title, about, refuses)
	huma.Register(g.api, op, func(ctx context.Context, in *I) (*answer[T], error) {
		data, err := do(ctx, in)
		if err != nil {
			return nil, g.server.refusal(ctx, err)
		}
		return &answer[T]{success[T]{Success: true, Data: data, RequestID: requestOf(ctx).id}}, nil
	})
}

// tagged is call with an ETag: a GET whose If-None-Match has it is answered 304.
func tagged[I, T any](g callGroup, who audience, methodAndPath, title, about string, do func(context.Context, *I) (T, error), refuses ...session.Code) {
	op := g.operation(who, methodAndPath, title, about, refuses)
	g.documentTag(&op)
	huma.Register(g.api, op, func(ctx context.Context, in *I) (*answer[T], error) {
		data, err := do(ctx, in)
		if err == nil {
			err = tag(ctx, data, op.Method)
		}
		if same := (unchanged{}); errors.As(err, &same) {
			return nil, same
		}
		if err != nil {
			return nil, g.server.refusal(ctx, err)
		}
		return &answer[T]{success[T]{Success: true, Data: data, RequestID: requestOf(ctx).id}}, nil
	})
}

// tag puts the tag of data into the answer. Returns unchanged when the client has the data already.
func tag(ctx context.Context, data any, method string) error {
	tag, err := tagOf(data)
	if err != nil {
		return err
	}
	if requestOf(ctx).putTag(tag, method) {
		return unchanged{}
	}
	return nil
}

func (g callGroup) documentTag(op *huma.Operation) {
	ok := g.success(op)
	ok.Headers = tagHeader
	if op.Method == http.MethodGet {
		op.Parameters = append(op.Parameters, ifNoneMatchParam)
		op.Responses["304"] = &huma.Response{Description: "Nothing has changed since the answer whose ETag was sent", Headers: tagHeader}
	}
}

// success is the documented answer of a call that succeeds.
func (g callGroup) success(op *huma.Operation) *huma.Response {
	if op.Responses["200"] == nil {
		op.Responses["200"] = &huma.Response{Description: "Success"}
	}
	return op.Responses["200"]
}

// table registers a call that answers with JSON or, where it is asked for, with a table, both with an ETag.
func table[I any, In interface {
	*I
	wantsCSV() bool
}, T tabular](g callGroup, who audience, methodAndPath, title, about string, do func(context.Context, *I) (T, error), refuses ...session.Code) {
	op := g.operation(who, methodAndPath, title, about, refuses)
	g.documentTag(&op)
	g.success(&op).Content = map[string]*huma.MediaType{
		"application/json": {Schema: g.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[success[T]](), true, "")},
		"text/csv":         {Schema: &huma.Schema{Type: huma.TypeString}},
	}
	huma.Register(g.api, op, func(ctx context.Context, in *I) (*huma.StreamResponse, error) {
		data, err := do(ctx, in)
		if err == nil {
			err = tag(ctx, data, op.Method)
		}
		if same := (unchanged{}); errors.As(err, &same) {
			return nil, same
		}
		if err != nil {
			return nil, g.server.refusal(ctx, err)
		}
		return &huma.StreamResponse{Body: func(out huma.Context) { g.writeTable(out, In(in).wantsCSV(), data, requestOf(ctx).id) }}, nil
	})
}

// writeTable answers with data in the one form or the other.
func (g callGroup) writeTable(out huma.Context, asCSV bool, data tabular, requestID string) {
	if !asCSV {
		out.SetHeader("Content-Type", "application/json")
		out.SetStatus(http.StatusOK)
		_ = g.api.Marshal(out.BodyWriter(), "application/json", success[tabular]{Success: true, Data: data, RequestID: requestID}) // the client is gone
		return
	}
	file, header, rows := data.table()
	out.SetHeader("Content-Type", "text/csv; charset=utf-8; header=present")
	out.SetHeader("Content-Disposition", `attachment; filename="`+file+`.csv"`)
	if page, ok := data.(interface{ next() string }); ok && page.next() != "" {
		out.SetHeader("X-Next-Cursor", page.next())
	}
	out.SetStatus(http.StatusOK)
	_ = writeCSV(out.BodyWriter(), header, rows)
}

// operation is what all calls have in common.
func (g callGroup) operation(who audience, methodAndPath, title, about string, refuses []session.Code) huma.Operation {
	method, path, _ := strings.Cut(methodAndPath, " ")
	op := huma.Operation{
		Method: method, Path: apiPrefix + path, OperationID: operationID(method, path),
		Tags: []string{g.tag}, Summary: title, Description: about + who.scopeDoc(), DefaultStatus: http.StatusOK,
		Security:     who.security(),
		Extensions:   map[string]any{"x-order": len(g.api.OpenAPI().Paths)}, // JSON has none, a reader wants one
		Middlewares:  huma.Middlewares{g.server.authenticate(who)},
		MaxBodyBytes: maxBody + 1, // it is refused before, with our words
	}
	if who.takesIdempotencyKey(method) {
		op.Middlewares = append(op.Middlewares, g.server.idempotently)
		op.Parameters = append(op.Parameters, idempotencyParam)
		refuses = append(slices.Clone(refuses), session.Conflict)
	}
	op.Responses = g.refusals(who, refuses)
	return op
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
