package api

import (
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
	"github.com/google/uuid"

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
}

// try is one call: who makes it, to which path below apiPrefix, with which body and headers.
type try struct {
	by     string // operator, player or anyone
	path   string
	body   any
	header http.Header
	player *testPlayer // who makes it; nil: the world's
}

// trial says how a call succeeds, and how each of its own refusals comes about.
type trial struct {
	succeeds func(w *world) try
	refuses  map[int]func(w *world) try
}

func byOperator(path string, body any) func(*world) try {
	return func(*world) try { return try{by: "operator", path: path, body: body} }
}

func byPlayer(path string, body any) func(*world) try {
	return func(*world) try { return try{by: "player", path: path, body: body} }
}

const exampleGame = `{"enabled":true,"variant":"RTP_96","name":"Lucky Reels","aliases":["lucky-reels"],"limits":{"USD":{"min":1.00,"max":50.00}},"reason":"House limits for November"}`

// trials are all calls of the API. A call that is not here fails TestEveryDocumentedResponseOccurs.
var trials = map[string]trial{
	"POST /auth/sso/create-token": {succeeds: byOperator("/auth/sso/create-token", `{"playerId":"player-42","currency":"USD","jurisdiction":"MT","locale":"en","gameId":"slots"}`)},
	"POST /auth/sso/exchange": {succeeds: func(w *world) try { return try{by: "anyone", path: "/auth/sso/exchange", body: launchOf(w.launch())} },
		refuses: map[int]func(*world) try{
			401: func(*world) try { return try{by: "anyone", path: "/auth/sso/exchange", body: launchOf("lt_x")} },
			403: func(w *world) try {
				token := w.launch()
				w.suspend("launched")
				return try{by: "anyone", path: "/auth/sso/exchange", body: launchOf(token)}
			}}},
	"POST /auth/refresh": {succeeds: func(w *world) try {
		return try{by: "anyone", path: "/auth/refresh", body: map[string]string{"refreshToken": w.player("1").refresh}}
	}, refuses: map[int]func(*world) try{
		401: func(*world) try {
			return try{by: "anyone", path: "/auth/refresh", body: map[string]string{"refreshToken": "rt_x"}}
		},
		403: func(w *world) try {
			p := w.player("1")
			w.suspend(p.ExternalID)
			return try{by: "anyone", path: "/auth/refresh", body: map[string]string{"refreshToken": p.refresh}}
		}}},
	"POST /auth/logout":    {succeeds: func(w *world) try { return try{by: "player", path: "/auth/logout", player: w.player("1")} }},
	"POST /socket-tickets": {succeeds: byPlayer("/socket-tickets", `{"gameId":"slots"}`)},

	"GET /games":                           {byOperator("/games", nil), unchangedOf(byOperator("/games", nil))},
	"GET /games/{gameId}":                  {byOperator("/games/slots", nil), with(unchangedOf(byOperator("/games/slots", nil)), 404, byOperator("/games/roulette", nil))},
	"GET /games/{gameId}/config":           {byOperator("/games/dice/config", nil), with(unchangedOf(byOperator("/games/dice/config", nil)), 404, byOperator("/games/roulette/config", nil))},
	"GET /operator/games":                  {byOperator("/operator/games", nil), unchangedOf(byOperator("/operator/games", nil))},
	"GET /operator/games/{gameId}":         {byOperator("/operator/games/slots", nil), with(unchangedOf(byOperator("/operator/games/slots", nil)), 404, byOperator("/operator/games/roulette", nil))},
	"GET /operator/games/{gameId}/history": {byOperator("/operator/games/slots/history", nil), with(nil, 404, byOperator("/operator/games/roulette/history", nil))},
	"PUT /operator/games/{gameId}": {succeeds: func(w *world) try { return w.setGame("slots", w.gameTag()) }, refuses: map[int]func(*world) try{
		404: func(w *world) try { return w.setGame("roulette", `"0"`) },
		412: func(w *world) try { return w.setGame("slots", `"99"`) },
		428: func(w *world) try { return w.setGame("slots", "") }}},
	"GET /players":            {succeeds: byOperator("/players", nil)},
	"GET /players/{playerId}": {func(w *world) try { return try{by: "operator", path: "/players/" + w.p.ID} }, with(nil, 404, byOperator("/players/nobody", nil))},
	"GET /reports/games":      {byOperator("/reports/games?groupBy=day,game", nil), unchangedOf(byOperator("/reports/games?from=2026-01-01", nil))},

	"GET /wallet/balance": {func(w *world) try { return try{by: "operator", path: "/wallet/balance?playerId=" + w.p.ID} },
		with(nil, 404, byOperator("/wallet/balance?playerId=nobody", nil))},
	"GET /wallet/transactions": {transactionsOf, with(unchangedOf(transactionsOf), 404, byOperator("/wallet/transactions?playerId=nobody", nil))},
	"POST /wallet/deposit":     {moving("/wallet/deposit", "25.00"), map[int]func(*world) try{404: movingNobody("/wallet/deposit"), 409: movingAgain("/wallet/deposit")}},
	"POST /wallet/withdraw": {moving("/wallet/withdraw", "1.00"), map[int]func(*world) try{402: moving("/wallet/withdraw", "99999.00"),
		404: movingNobody("/wallet/withdraw"), 409: movingAgain("/wallet/withdraw")}},

	"GET /rounds":           {func(w *world) try { return try{by: "operator", path: "/rounds?playerId=" + w.p.ID} }, with(nil, 404, byOperator("/rounds?playerId=nobody", nil))},
	"GET /rounds/{roundId}": {func(w *world) try { return try{by: "operator", path: "/rounds/" + w.ended} }, with(nil, 404, byOperator("/rounds/"+exampleID, nil))},
	"GET /rounds/{roundId}/verification": {func(w *world) try { return try{by: "operator", path: "/rounds/" + w.ended + "/verification"} },
		with(nil, 404, byOperator("/rounds/"+exampleID+"/verification", nil))},
	"POST /rounds/{roundId}/void": {func(w *world) try {
		return try{by: "operator", path: "/rounds/" + w.open(w.player("10")) + "/void", body: `{"reason":"Incident"}`}
	},
		map[int]func(*world) try{404: byOperator("/rounds/"+exampleID+"/void", `{"reason":"Incident"}`),
			409: func(w *world) try {
				return try{by: "operator", path: "/rounds/" + w.ended + "/void", body: `{"reason":"Incident"}`}
			}}},

	"GET /seeds":         {succeeds: byPlayer("/seeds", nil)},
	"GET /seeds/history": {succeeds: byPlayer("/seeds/history", nil)},
	"POST /seeds/rotate": {func(w *world) try {
		return try{by: "player", path: "/seeds/rotate", body: `{"clientSeed":"my lucky seed"}`, player: w.player("1")}
	},
		map[int]func(*world) try{409: func(w *world) try {
			return try{by: "player", path: "/seeds/rotate", body: `{"expectedServerSeedHash":"` + strings.Repeat("0", 64) + `"}`}
		}}},
	"GET /log/proof": {func(w *world) try { return try{by: "anyone", path: "/log/proof?commitment=" + w.opened} },
		with(nil, 404, func(*world) try { return try{by: "anyone", path: "/log/proof?commitment=" + strings.Repeat("0", 64)} })},
	"GET /log/rates":       {succeeds: func(*world) try { return try{by: "anyone", path: "/log/rates"} }},
	"GET /log/consistency": {succeeds: func(*world) try { return try{by: "anyone", path: "/log/consistency?from=1"} }},

	"GET /keys":  {succeeds: byOperator("/keys", nil)},
	"POST /keys": {succeeds: byOperator("/keys", `{"scopes":["wallet:read","wallet:write"],"allowedFrom":["203.0.113.0/24"],"expiresAt":"2099-01-01T00:00:00Z"}`)},
	"POST /keys/{keyId}/rotate": {func(w *world) try {
		return try{by: "operator", path: "/keys/" + w.key() + "/rotate", body: `{"overlapSeconds":3600}`}
	},
		map[int]func(*world) try{404: byOperator("/keys/"+exampleID+"/rotate", `{}`), 409: func(w *world) try {
			id := w.key()
			w.o.post(w.t, "/keys/"+id+"/revoke", nil)
			return try{by: "operator", path: "/keys/" + id + "/rotate", body: `{}`}
		}}},
	"POST /keys/{keyId}/revoke": {func(w *world) try { return try{by: "operator", path: "/keys/" + w.key() + "/revoke"} },
		with(nil, 404, byOperator("/keys/"+exampleID+"/revoke", nil))},

	"POST /test/players": {byOperator("/test/players", `{"externalId":"test-player-1","currency":"USD","startingBalance":1000.00,"username":"Ada"}`),
		with(nil, 409, byOperator("/test/players", `{"externalId":"test-player-1","currency":"USD","startingBalance":5.00}`))},
	"POST /test/players/{playerId}/add-balance": {byOperator("/test/players/test-player-1/add-balance", `{"amount":100.00,"currency":"USD"}`),
		with(nil, 404, byOperator("/test/players/nobody/add-balance", `{"amount":100.00,"currency":"USD"}`))},
	"POST /test/players/{playerId}/reset": {byOperator("/test/players/test-player-1/reset", `{"amount":1000.00,"currency":"USD"}`),
		map[int]func(*world) try{404: byOperator("/test/players/nobody/reset", nil), 409: func(w *world) try {
			p := w.player("10")
			w.open(p)
			return try{by: "operator", path: "/test/players/" + p.ID + "/reset"}
		}}},
	"POST /test/force-outcome": {byOperator("/test/force-outcome", `{"playerId":"test-player-1","gameId":"slots","outcome":{"reelPositions":[1,2,3,4,5]}}`),
		with(nil, 404, byOperator("/test/force-outcome", `{"playerId":"nobody","gameId":"slots","outcome":{"reelPositions":[1,2,3,4,5]}}`))},
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

func transactionsOf(w *world) try {
	return try{by: "operator", path: "/wallet/transactions?to=2026-01-01T00:00:00Z&playerId=" + w.p.ID}
}

func moving(path, amount string) func(*world) try {
	return func(w *world) try {
		return try{by: "operator", path: path, body: transferOf(w.p.ID, amount, "USD", uuid.NewString())}
	}
}

func movingNobody(path string) func(*world) try {
	return byOperator(path, transferOf("nobody", "1", "USD", "x"))
}

// movingAgain moves another amount by the same transactionId.
func movingAgain(path string) func(*world) try {
	return func(w *world) try {
		id := uuid.NewString()
		w.make("POST", try{by: "operator", path: path, body: transferOf(w.p.ID, "1.00", "USD", id)})
		return try{by: "operator", path: path, body: transferOf(w.p.ID, "2.00", "USD", id)}
	}
}

func (w *world) player(balance string) *testPlayer { return w.o.player(w.t, "USD", balance) }

func (w *world) launch() string {
	var made struct{ LaunchToken string }
	w.o.post(w.t, "/auth/sso/create-token", `{"playerId":"launched","currency":"USD","jurisdiction":"MT","locale":"en"}`).into(w.t, &made)
	return made.LaunchToken
}

func (w *world) suspend(externalID string) {
	_, err := w.db.Exec(w.t.Context(), `UPDATE players SET status = 'suspended' WHERE external_id = $1`, externalID)
	must(w.t, err)
}

func (w *world) key() string { return w.o.may(w.t, session.ScopeLaunch).APIKey.ID.String() }

// open opens a round and leaves it so.
func (w *world) open(p *testPlayer) string {
	var round struct{ RoundID string }
	must(w.t, json.Unmarshal(p.connect(w.t, "move").ask("action", `{"action":"bet","amount":1.00}`, uuid.NewString()).Payload, &round))
	return round.RoundID
}

func (w *world) gameTag() string {
	return w.o.get(w.t, "/operator/games/slots").header.Get("ETag")
}

func (w *world) setGame(game, tag string) try {
	header := http.Header{}
	if tag != "" {
		header.Set("If-Match", tag)
	}
	return try{by: "operator", path: "/operator/games/" + game, body: exampleGame, header: header}
}

// make makes a call, with whose credentials it is to be made.
func (w *world) make(method string, one try) *reply { return w.makeAs(w.testServer, w.o, method, one) }

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
			t.Errorf("%s is documented and not tried: say in trials (occurrences_test.go) how it succeeds and how each of its own refusals comes about", name)
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
				t.Errorf("%s: status %s is documented and did not occur: add to its trial in occurrences_test.go how it comes about, or document it no more",
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
			w.o.named(w.t, "the-same-for-all", "/test/players", `{"externalId":"one","currency":"USD"}`)
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
	for _, table := range []string{"api_keys", "sessions", "one_use_tokens", "log_leaves", "log_checkpoints", "round_hours"} {
		_, err := owner.Exec(t.Context(), fmt.Sprintf(`ALTER TABLE %s RENAME TO gone_%s`, table, table))
		must(t, err)
	}
}
