package api

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"croupier/session"
)

func TestBadRequests(t *testing.T) {
	t.Parallel()
	o := newTestServer(t).operator(t)
	p := o.player(t, "USD", "50")
	good := transferOf(p.ID, "5", "USD", "t-1")
	for name, c := range map[string]struct{ body, fields string }{
		"no body":            {``, "body"},
		"not JSON":           {`{`, "body"},
		"two values":         {good + good, "body"},
		"an array":           {`[]`, "body"},
		"null":               {`null`, "body"},
		"not UTF-8":          {strings.Replace(good, "t-1", "\xff", 1), "body"},
		"a member twice":     {strings.Replace(good, `"amount"`, `"amount":1,"amount"`, 1), "body"},
		"nothing in it":      {`{}`, "playerId amount currency transactionId"},
		"unknown member":     {strings.Replace(good, `{`, `{"bonus":1,`, 1), "bonus"},
		"another case":       {strings.Replace(good, `amount`, `Amount`, 1), "amount Amount"},
		"wrong types":        {`{"playerId":1,"amount":"5","currency":true,"transactionId":null}`, "playerId amount currency transactionId"},
		"too long":           {transferOf(p.ID, "5", "USD", strings.Repeat("x", 129)), "transactionId"},
		"a strange id":       {transferOf(p.ID, "5", "USD", "a b"), "transactionId"},
		"65,537 bytes":       {good + strings.Repeat(" ", maxBody+1-len(good)), "body"},
		"a megabyte":         {strings.Repeat("[", 1<<20), "body"},
		"deep":               {strings.Repeat("[", maxBody), "body"},
		"a NUL in an id":     {transferOf("x\x00y", "5", "USD", "t-1"), ""},
		"a player's own nul": {`{"playerId":"a\u0000b","amount":5,"currency":"USD","transactionId":"t-1"}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			reply := o.post(t, "/wallet/deposit", c.body)
			if c.fields == "" {
				if reply.status < 400 || reply.status >= 500 {
					t.Fatalf("status %d: %s", reply.status, reply.text)
				}
				return
			}
			reply.wants(t, http.StatusBadRequest, session.InvalidRequest)
			named := reply.fields()
			for field := range strings.FieldsSeq(c.fields) {
				if named[field] == "" {
					t.Errorf("fields %v, want a reason for %s", named, field)
				}
				delete(named, field)
			}
			if len(named) > 0 {
				t.Errorf("fields %v were named too", named)
			}
		})
	}
	if got := p.balance(t); got != "50.00" {
		t.Errorf("balance %s, want 50.00", got)
	}
	o.post(t, "/wallet/deposit", good+strings.Repeat(" ", maxBody-len(good))).into(t, &transferred{})
}

func TestContentType(t *testing.T) {
	t.Parallel()
	o := newTestServer(t).operator(t)
	body := []byte(`{"externalId":"x","currency":"USD"}`)
	for contentType, ok := range map[string]bool{"application/json": true, "application/json; charset=utf-8": true, "text/plain": false,
		"application/x-www-form-urlencoded": false, "application/cbor": false, ";+": false} {
		r := o.server.request(t, "POST", "/test/players", body, o.sign("POST", apiPrefix+"/test/players", body, o.server.now()))
		r.Header.Set("Content-Type", contentType)
		reply := o.server.send(t, r)
		if ok {
			reply.into(t, &struct{}{})
			continue
		}
		reply.wants(t, http.StatusBadRequest, session.InvalidRequest)
	}
}

func TestRoutesThatAreNotThere(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for _, path := range []string{"/api/v1/nothing", "/api/v2/games", "/api/v1", "/api/v1/games/slots/nothing", "/nothing"} {
		s.get(t, path).wants(t, http.StatusNotFound, session.NotFound)
	}
	for method, path := range map[string]string{"GET": "/wallet/deposit", "DELETE": "/games", "BREW": "/seeds", "POST": "/healthz"} {
		reply := s.do(t, method, path, nil, nil)
		reply.wants(t, http.StatusMethodNotAllowed, session.NotFound)
		if reply.header.Get("Allow") == "" {
			t.Errorf("%s %s: no Allow header", method, path)
		}
	}
}

// Pages may take every path, as the sandbox's does, and the API's answers stay the API's.
func TestPagesBesideTheAPI(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, func(c *Config) {
		c.Extra = func(mux *http.ServeMux, _ *Server) {
			mux.HandleFunc("GET /", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("page")) })
			mux.HandleFunc("GET /nothing/panic", func(http.ResponseWriter, *http.Request) { panic("a secret of the page") })
		}
	})
	if got := s.get(t, "/nothing"); got.text != "page" {
		t.Errorf("got %s", got.text)
	}
	s.get(t, "/api/v1/nothing").wants(t, http.StatusNotFound, session.NotFound)
	reply := s.get(t, "/nothing/panic")
	reply.wants(t, http.StatusInternalServerError, session.Internal)
	incident, _ := reply.Error.Details["incidentId"].(string)
	if incident == "" || strings.Count(s.logs.String(), incident) != 1 || strings.Contains(reply.text, "secret") {
		t.Errorf("incident %q must be in the log once: %s", incident, reply.text)
	}
}

func TestRequestIDs(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for id, echoed := range map[string]bool{"my-request_1": true, strings.Repeat("x", 64): true, strings.Repeat("x", 65): false, "a b": false, "ü": false, "": false} {
		reply := s.do(t, "GET", "/games", nil, http.Header{"X-Request-Id": {id}})
		if got := reply.header.Get("X-Request-Id"); got != reply.RequestID || (got == id) != echoed || got == "" {
			t.Errorf("sent %q: header %q, body %q", id, got, reply.RequestID)
		}
	}
}

func TestUnexpectedErrorsAreToldWithoutTheirCause(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	f := s.refusal(t.Context(), &json.UnsupportedValueError{Str: "password=hunter2"})
	text, err := json.Marshal(f)
	must(t, err)
	incident, _ := f.Reason.Details["incidentId"].(string)
	if f.status != http.StatusInternalServerError || strings.Contains(string(text), "hunter2") || strings.Count(s.logs.String(), incident) != 1 {
		t.Errorf("got %d: %s", f.status, text)
	}
	if f = s.refusal(t.Context(), context.DeadlineExceeded); f.status != http.StatusServiceUnavailable || f.Reason.Code != session.Unavailable {
		t.Errorf("out of time: got %d %s", f.status, f.Reason.Code)
	}
}

func TestDatabaseThatIsGone(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "USD", "10")
	s.cancel() // what listens would hold its connection
	s.db.Close()
	p.get(t, "/wallet/balance").wants(t, http.StatusServiceUnavailable, session.Unavailable)
	reply := s.get(t, "/readyz")
	if reply.status != http.StatusServiceUnavailable || !strings.Contains(reply.text, `"database":"failed"`) {
		t.Errorf("readyz: %d %s", reply.status, reply.text)
	}
	if alive := s.get(t, "/healthz"); alive.status != http.StatusOK {
		t.Errorf("healthz: %d", alive.status)
	}
}
