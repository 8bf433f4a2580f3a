package api

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"croupier/sandbox/pgtest"
	"croupier/session"
)

// world is what the calls of TestEveryDocumentedResponseOccurs are made in.
type world struct {
	*testServer
	t      *testing.T
	o      *testOperator
	p      *testPlayer
	ended  string // a round that is over
	opened string // the hash of p's active seed

	hooks    *hookWorld // nil: not needed yet
	seamless *seamless  // nil: not needed yet
}

// try is one call: who makes it, to which path below apiPrefix, with which body and headers.
type try struct {
	by     string // operator, player or anyone
	path   string
	body   any
	header http.Header
	player *testPlayer // who makes it; nil: the world's

	operator *testOperator // who makes it; nil: the world's
}

// trial says how a call succeeds, and how each of its own refusals comes about.
type trial struct {
	succeeds func(w *world) try
	refuses  map[int]func(w *world) try
}

// trials are all calls of the API. A call that is not here fails TestEveryDocumentedResponseOccurs.
var trials = mergedTrials(playTrials, replayTrials, accessTrials, gamingTrials, webhookTrials, seamlessTrials)

func mergedTrials(parts ...map[string]trial) map[string]trial {
	all := map[string]trial{}
	for _, part := range parts {
		maps.Copy(all, part)
	}
	return all
}

func byOperator(path string, body any) func(*world) try {
	return func(*world) try { return try{by: "operator", path: path, body: body} }
}

func byPlayer(path string, body any) func(*world) try {
	return func(*world) try { return try{by: "player", path: path, body: body} }
}

// with adds a refusal.
func with(refuses map[int]func(*world) try, status int, by func(*world) try) map[int]func(*world) try {
	all := maps.Clone(refuses)
	if all == nil {
		all = map[int]func(*world) try{}
	}
	all[status] = by
	return all
}

// unchangedOf makes a call with the ETag that it was answered with before.
func unchangedOf(by func(*world) try) map[int]func(*world) try {
	return map[int]func(*world) try{304: func(w *world) try {
		one := by(w)
		one.header = http.Header{"If-None-Match": {w.make(http.MethodGet, one).header.Get("ETag")}}
		return one
	}}
}

func (w *world) player(balance string) *testPlayer { return w.o.player(w.t, "USD", balance) }

// make makes a call, with whose credentials it is to be made.
func (w *world) make(method string, one try) *reply {
	return w.makeAs(w.testServer, cmp.Or(one.operator, w.o), method, one)
}

func (w *world) makeAs(s *testServer, o *testOperator, method string, one try) *reply {
	w.t.Helper()
	text, header := encode(w.t, one.body), http.Header{}
	switch one.by {
	case "operator":
		header = o.sign(method, fullPath(one.path), text, time.Now())
	case "player":
		p := w.p
		if one.player != nil {
			p = one.player
		}
		header = p.header()
	}
	maps.Copy(header, one.header)
	return s.do(w.t, method, one.path, text, header)
}

// occurred is what calls were answered with.
type occurred struct {
	t        *testing.T
	api      *huma.OpenAPI
	statuses map[string]map[string]bool // by call
}

func describe(t *testing.T, s *testServer) *huma.OpenAPI {
	t.Helper()
	r := &rest{server: s.Server, api: humago.New(http.NewServeMux(), apiConfig(s.URL()))}
	r.calls()
	return r.api.OpenAPI()
}

func operationOf(api *huma.OpenAPI, name string) *huma.Operation {
	method, path, _ := strings.Cut(name, " ")
	item := api.Paths[apiPrefix+path]
	if item == nil {
		return nil
	}
	return map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete, "PATCH": item.Patch}[method]
}

// note holds an answer against what is documented of its call.
func (o *occurred) note(name string, r *reply, want int) {
	o.t.Helper()
	if r.status != want {
		o.t.Errorf("%s: status %d, want %d: %s", name, r.status, want, r.text)
		return
	}
	status := strconv.Itoa(r.status)
	response := operationOf(o.api, name).Responses[status]
	if response == nil {
		o.t.Errorf("%s: status %s occurs and is not documented: name its code in routes.go: %s", name, status, r.text)
		return
	}
	if o.statuses[name] == nil {
		o.statuses[name] = map[string]bool{}
	}
	o.statuses[name][status] = true
	content := response.Content["application/json"]
	if content == nil {
		if r.text != "" {
			o.t.Errorf("%s: status %s has a body: %s", name, status, r.text)
		}
		return
	}
	var body any
	must(o.t, json.Unmarshal([]byte(r.text), &body))
	result := &huma.ValidateResult{}
	huma.Validate(o.api.Components.Schemas, content.Schema, huma.NewPathBuffer(nil, 0), huma.ModeReadFromServer, body, result)
	for _, err := range result.Errors {
		o.t.Errorf("%s: status %s is not as it is documented: %v: %.300s", name, status, err, r.text)
	}
}

// Every response that is documented of a call really occurs, and is as it is documented.
func TestEveryDocumentedResponseOccurs(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	w := &world{testServer: s, t: t, o: s.operator(t)}
	w.p = w.player("1000.00")
	w.ended = w.p.spin(t)
	var seeds struct{ ServerSeedHash string }
	w.p.get(t, "/seeds").into(t, &seeds)
	w.opened = seeds.ServerSeedHash
	w.make("POST", try{by: "operator", path: "/test/players", body: `{"externalId":"test-player-1","currency":"USD","startingBalance":1000.00}`})
	eventually(t, "the log has the commitment", func() bool { return s.get(t, "/log/proof?commitment="+w.opened).Success })
	seen := &occurred{t: t, api: describe(t, s), statuses: map[string]map[string]bool{}}
	names, examples := documentedCalls(seen.api), map[string]callExample{}
	for _, name := range names {
		one, ok := trials[name]
		if !ok {
			t.Errorf("%s is documented and not tried: say in trials (occurrences_*_test.go) how it succeeds and how each of its own refusals comes about", name)
			continue
		}
		method, _, _ := strings.Cut(name, " ")
		ask := one.succeeds(w)
		told := w.make(method, ask)
		seen.note(name, told, http.StatusOK)
		examples[name] = exampleOf(t, ask, told)
		for _, status := range slices.Sorted(maps.Keys(one.refuses)) {
			seen.note(name, w.make(method, one.refuses[status](w)), status)
		}
	}
	for name := range trials {
		if !slices.Contains(names, name) {
			t.Errorf("%s is tried and not documented", name)
		}
	}
	checkExamples(t, examples)
	w.refusedByAll(seen, names)
	for _, name := range names {
		for status := range operationOf(seen.api, name).Responses {
			if !seen.statuses[name][status] {
				t.Errorf("%s: status %s is documented and did not occur: add to its trial in occurrences_*_test.go how it comes about, or document it no more",
					name, status)
			}
		}
	}
}

func documentedCalls(api *huma.OpenAPI) (names []string) {
	for path, item := range api.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "DELETE": item.Delete, "PATCH": item.Patch} {
			if op != nil {
				names = append(names, method+" "+strings.TrimPrefix(path, apiPrefix))
			}
		}
	}
	slices.Sort(names)
	return names
}

// refusedByAll provokes the refusals that every call has.
func (w *world) refusedByAll(seen *occurred, names []string) {
	elsewhere := w.o.withKey(w.t, session.KeySpec{Scopes: []session.Scope{session.ScopeAll}, AllowedFrom: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}})
	barred := w.player("1")
	w.suspend(barred.ExternalID)
	limited := newTestServer(w.t, func(c *Config) {
		c.DatabaseURL, c.Limits = w.config.DatabaseURL, Limits{RequestsPerSecond: 1e-9, RequestBurst: 1}
	})
	limited.get(w.t, "/log/rates")
	gone, closed := newTestServer(w.t), newTestServer(w.t)
	op, key := gone.operator(w.t), closed.operator(w.t)
	theirs, others := op.player(w.t, "USD", "1"), key.player(w.t, "USD", "1")
	breakTables(w.t, gone)
	closed.db.Close()
	for _, name := range names {
		one, ok := trials[name]
		if !ok {
			continue
		}
		method, _, _ := strings.Cut(name, " ")
		ask := one.succeeds(w)
		guarded := ask.by != "anyone"
		unknown := ask
		unknown.path += map[bool]string{true: "&", false: "?"}[strings.Contains(ask.path, "?")] + "no-such-parameter=1"
		seen.note(name, w.make(method, unknown), http.StatusBadRequest)
		if guarded {
			seen.note(name, w.makeAs(w.testServer, w.o, method, try{by: "anyone", path: ask.path, body: ask.body}), http.StatusUnauthorized)
			forbidden := ask
			forbidden.player = barred
			seen.note(name, w.makeAs(w.testServer, elsewhere, method, forbidden), http.StatusForbidden)
		}
		seen.note(name, w.makeAs(limited, w.o, method, ask), http.StatusTooManyRequests)
		there := ask
		there.player = theirs
		seen.note(name, w.makeAs(gone, op, method, there), http.StatusInternalServerError)
		there.player = others
		seen.note(name, w.makeAs(closed, key, method, there), http.StatusServiceUnavailable)
		if o := operationOf(seen.api, name); o.Responses["409"] != nil && !seen.statuses[name]["409"] {
			named := ask
			named.header = maps.Clone(ask.header)
			if named.header == nil {
				named.header = http.Header{}
			}
			named.header.Set(idempotencyHeader, "the-same-for-all")
			cmp.Or(ask.operator, w.o).named(w.t, "the-same-for-all", "/test/players", `{"externalId":"one","currency":"USD"}`)
			if name == "POST /test/players" {
				named.body = `{"externalId":"another","currency":"USD"}`
			}
			seen.note(name, w.make(method, named), http.StatusConflict)
		}
	}
}

// breakTables takes the tables away that calls begin with: what then goes wrong is nobody's fault but the server's.
func breakTables(t *testing.T, s *testServer) {
	t.Helper()
	owner := pgtest.Owner(t, s.config.DatabaseURL)
	for _, table := range []string{"api_keys", "sessions", "one_use_tokens", "log_leaves", "log_checkpoints", "round_hours", "rounds"} {
		_, err := owner.Exec(t.Context(), fmt.Sprintf(`ALTER TABLE %s RENAME TO gone_%s`, table, table))
		must(t, err)
	}
}
