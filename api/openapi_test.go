package api

import (
	"bytes"
	"encoding/json"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

type apiDescription struct {
	OpenAPI    string
	Paths      map[string]map[string]apiOperation
	Components struct {
		Schemas         map[string]json.RawMessage
		SecuritySchemes map[string]json.RawMessage
	}
}

type apiOperation struct {
	OperationID          string
	Summary, Description string
	Security             []map[string][]string
	RequestBody          *struct {
		Content map[string]struct{ Schema json.RawMessage }
	}
	Responses map[string]struct {
		Content map[string]struct{ Schema, Example json.RawMessage }
	}
}

var schemaRef = regexp.MustCompile(`"\$ref":"#/components/schemas/([^"]+)"`)

func TestOpenAPI(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	text := s.get(t, "/openapi.json").text
	var api apiDescription
	must(t, json.Unmarshal([]byte(text), &api))
	if !strings.HasPrefix(api.OpenAPI, "3.1") || len(api.Paths) < 20 {
		t.Fatalf("OpenAPI %q with %d paths", api.OpenAPI, len(api.Paths))
	}
	for _, ref := range schemaRef.FindAllStringSubmatch(text, -1) {
		if api.Components.Schemas[ref[1]] == nil {
			t.Errorf("schema %s is not there", ref[1])
		}
	}
	seen := map[string]bool{}
	for path, item := range api.Paths {
		for method, op := range item {
			name := strings.ToUpper(method) + " " + path
			if op.OperationID == "" || seen[op.OperationID] || op.Summary == "" || op.Description == "" {
				t.Errorf("%s: operationId %q, summary %q, description %q", name, op.OperationID, op.Summary, op.Description)
			}
			seen[op.OperationID] = true
			for _, way := range op.Security {
				for scheme := range way {
					if api.Components.SecuritySchemes[scheme] == nil {
						t.Errorf("%s: security scheme %s is not there", name, scheme)
					}
				}
			}
			if content := op.Responses["200"].Content["application/json"]; len(content.Schema) == 0 {
				t.Errorf("%s: no schema of its answer", name)
			}
			checkRefusals(t, name, op)
			checkItAnswers(t, s, strings.ToUpper(method), path, len(op.Security) > 0)
		}
	}
}

// ownRefusals are the statuses that not every call may be answered with.
var ownRefusals = map[string]string{
	"POST /auth/sso/exchange": "401 403", "POST /auth/refresh": "401 403",
	"GET /games": "304", "GET /games/{gameId}": "304 404", "GET /games/{gameId}/config": "304 404",
	"GET /operator/games": "304", "GET /operator/games/{gameId}": "304 404", "PUT /operator/games/{gameId}": "404 412 428",
	"GET /operator/games/{gameId}/history": "404", "GET /players/{playerId}": "404", "GET /reports/games": "304",
	"GET /wallet/balance": "404", "GET /wallet/transactions": "304 404", "POST /wallet/deposit": "404 409", "POST /wallet/withdraw": "402 404 409",
	"GET /rounds": "404", "GET /log/proof": "404", "GET /rounds/{roundId}": "404", "GET /rounds/{roundId}/verification": "404", "POST /rounds/{roundId}/void": "404 409", "POST /seeds/rotate": "409",
	"POST /rounds/{roundId}/replay-links": "404", "POST /sessions/{sessionId}/end": "404", "POST /replay/round": "403", "POST /replay/verification": "403",
	"GET /players/{playerId}/limits": "404", "PUT /players/{playerId}/limits": "404", "POST /players/{playerId}/suspend": "404",
	"POST /players/{playerId}/reinstate": "404 409", "POST /players/{playerId}/exclude": "404 409",
	"POST /test/players": "409", "POST /test/players/{playerId}/add-balance": "404", "POST /test/players/{playerId}/reset": "404 409",
	"POST /seamless/wallet": "409", "POST /seamless/unresolved/{transactionId}/retry": "404 409",
	"POST /test/force-outcome": "404", "POST /keys/{keyId}/rotate": "404 409", "POST /keys/{keyId}/revoke": "404",
	"GET /sso":                 "404",
	"POST /webhooks/endpoints": "409", "GET /webhooks/endpoints/{endpointId}": "404", "PUT /webhooks/endpoints/{endpointId}": "404",
	"DELETE /webhooks/endpoints/{endpointId}": "404", "POST /webhooks/endpoints/{endpointId}/enable": "404", "POST /webhooks/endpoints/{endpointId}/disable": "404",
	"POST /webhooks/endpoints/{endpointId}/rotate-secret": "404", "POST /webhooks/endpoints/{endpointId}/test": "404", "POST /webhooks/endpoints/{endpointId}/resend-dead": "404",
	"GET /webhooks/deliveries": "404", "GET /webhooks/dead": "404", "POST /webhooks/dead/{deadId}/resend": "404",
	"DELETE /webhooks/dead/{deadId}": "404",
}

// checkRefusals holds the documented errors of a call against what it can answer.
func checkRefusals(t *testing.T, name string, op apiOperation) {
	t.Helper()
	common := "200 400 429 500 503 "
	if len(op.Security) > 0 {
		common += "401 403 "
	}
	want := strings.Fields(common + ownRefusals[strings.Replace(name, apiPrefix, "", 1)])
	if strings.HasPrefix(name, "POST ") && len(op.Security) == 1 && op.Security[0]["apiKey"] != nil {
		want = append(want, "409") // of an Idempotency-Key
	}
	slices.Sort(want)
	want = slices.Compact(want)
	if got := slices.Sorted(maps.Keys(op.Responses)); !slices.Equal(got, want) {
		t.Errorf("%s: documents %q, want %q", name, got, want)
	}
	for status, response := range op.Responses {
		content := response.Content["application/json"]
		if status != "200" && status != "304" && (len(content.Schema) == 0 || !strings.Contains(string(content.Example), `"code":"`)) {
			t.Errorf("%s: error %s has no schema or example", name, status)
		}
	}
}

// checkItAnswers calls what is documented: a route that is there refuses an empty call by its own words.
func checkItAnswers(t *testing.T, s *testServer, method, path string, guarded bool) {
	t.Helper()
	reply := s.do(t, method, strings.NewReplacer("{", "", "}", "").Replace(path), nil, nil)
	want := http.StatusBadRequest
	if guarded {
		want = http.StatusUnauthorized
	}
	if !guarded && reply.Success { // it needs nothing
		return
	}
	if reply.status != want || reply.Error.Code == "" {
		t.Errorf("%s %s: status %d, want %d: %s", method, path, reply.status, want, reply.text)
	}
}

func TestMoneyIsANumberInTheDescription(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	var api struct {
		Components struct {
			Schemas map[string]struct{ Properties map[string]struct{ Type any } }
		}
	}
	must(t, json.Unmarshal([]byte(s.get(t, "/openapi.json").text), &api))
	for schema, members := range map[string]string{"BalanceData": "balance escrow", "TransferData": "balance", "Transfer": "amount balance", "Record": "stake payout",
		"RecordedAction": "stake payout balance", "TransferInputBody": "amount", "Limits": "min max"} {
		for name := range strings.FieldsSeq(members) {
			if got := api.Components.Schemas[schema].Properties[name].Type; got != "number" {
				t.Errorf("%s.%s: type %v, want number", schema, name, got)
			}
		}
	}
}

func TestDocsPageNeedsNothingElse(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for path, contentType := range map[string]string{"/docs": "text/html", "/docs/docs.css": "text/css", "/docs/docs.js": "text/javascript"} {
		reply := s.get(t, path)
		if reply.status != http.StatusOK || !strings.HasPrefix(reply.header.Get("Content-Type"), contentType) {
			t.Errorf("%s: status %d, type %s", path, reply.status, reply.header.Get("Content-Type"))
		}
		if bytes.Contains([]byte(reply.text), []byte("://")) || !strings.Contains(reply.header.Get("Content-Security-Policy"), "default-src 'none'") {
			t.Errorf("%s reaches out, or may", path)
		}
	}
}
