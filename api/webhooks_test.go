package api

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"croupier/api/webhooks"
	"croupier/session"
)

// told is an event as a receiver got it.
type told struct {
	id   string
	Type string          `json:"type"`
	At   time.Time       `json:"timestamp"`
	Data json.RawMessage `json:"data"`
}

// receiver is an operator's own server, which checks every signature.
type receiver struct {
	*httptest.Server
	t testing.TB

	mu     sync.Mutex
	secret *standardwebhooks.Webhook
	answer func(told) int // nil: 204
	tried  []told
	taken  []told // that were answered with success
}

func newReceiver(t testing.TB) *receiver {
	r := &receiver{t: t}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	return r
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.secret == nil {
		r.t.Error("an event came before the secret was known")
		return
	}
	if err := r.secret.Verify(body, q.Header); err != nil {
		r.t.Errorf("signature: %v", err)
	}
	e := told{id: q.Header.Get("webhook-id")}
	if err := json.Unmarshal(body, &e); err != nil || e.id == "" || q.Method != http.MethodPost || q.Header.Get("Content-Type") != "application/json" {
		r.t.Errorf("%s %v: %s: %v", q.Method, q.Header, body, err)
	}
	r.tried = append(r.tried, e)
	status := http.StatusNoContent
	if r.answer != nil {
		status = r.answer(e)
	}
	if status < 300 {
		r.taken = append(r.taken, e)
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "thank\x1b[31m you")
}

// hear makes an endpoint of the operator's that is the receiver.
func (o *testOperator) hear(t testing.TB, r *receiver, more map[string]any, events ...string) endpointData {
	t.Helper()
	body := map[string]any{"url": r.URL + "/hook", "events": events}
	for name, value := range more {
		body[name] = value
	}
	var made newEndpointData
	r.mu.Lock()
	defer r.mu.Unlock()
	o.post(t, "/webhooks/endpoints", body).into(t, &made)
	var err error
	r.secret, err = standardwebhooks.NewWebhook(made.Secret)
	must(t, err)
	return made.Endpoint
}

// got is what was taken, in the order of coming.
func (r *receiver) got() []told {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.taken)
}

func (r *receiver) types() (list []string) {
	for _, e := range r.got() {
		list = append(list, e.Type)
	}
	return list
}

// waitFor waits until a condition on what was taken holds.
func (r *receiver) waitFor(what string, ok func([]told) bool) {
	r.t.Helper()
	for end := time.Now().Add(time.Minute); !ok(r.got()); {
		if time.Now().After(end) {
			r.t.Fatalf("in a minute it did not come true that %s: %+v", what, r.types())
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// A whole server tells of all that happens to a player: play, deposits, withdrawals, one that is refused.
func TestOperatorsAreToldOfWhatHappens(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	r := newReceiver(t)
	o.hear(t, r, map[string]any{"ordering": "player"}, "*")
	p := o.player(t, "USD", "100.00")
	c := p.connect(t, "slots")
	for i := range 5 {
		c.spin(fmt.Sprint("spin-", i))
	}
	o.post(t, "/wallet/withdraw", transferOf(p.ID, "5.00", "USD", "w-1")).into(t, &map[string]any{})
	o.post(t, "/wallet/withdraw", transferOf(p.ID, "5000.00", "USD", "w-2")).wants(t, http.StatusPaymentRequired, session.NotEnoughMoney)
	r.waitFor("all is told", func(list []told) bool {
		return slices.ContainsFunc(list, func(e told) bool { return e.Type == "wallet.withdrawal_failed" })
	})
	for _, e := range r.got() {
		t.Logf("%s %s %s", e.id, e.Type, e.Data)
	}
}

// The whole life of an endpoint by REST, and that it is its operator's only.
func TestWebhookEndpoints(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o, other := s.operator(t), s.operator(t)
	r := newReceiver(t)
	made := o.hear(t, r, map[string]any{"description": "bookkeeping"}, "round.completed")
	path := "/webhooks/endpoints/" + made.EndpointID
	var e endpointData
	o.get(t, path).into(t, fresh(&e))
	if e.URL != r.URL+"/hook" || !e.Enabled || e.Ordering != "none" || e.JackpotFrom != 100 || e.Description != "bookkeeping" || e.FailingSince != nil {
		t.Errorf("%+v", e)
	}
	var tested deliveryData
	o.post(t, path+"/test", nil).into(t, fresh(&tested))
	if !tested.Delivered || tested.Status == nil || *tested.Status != http.StatusNoContent || len(r.got()) != 1 || r.types()[0] != "webhook.test" ||
		r.got()[0].id != tested.EventID {
		t.Errorf("%+v, %v", tested, r.types())
	}
	r.mu.Lock()
	r.answer = func(told) int { return http.StatusTeapot }
	r.mu.Unlock()
	o.post(t, path+"/test", nil).into(t, fresh(&tested))
	if tested.Delivered || tested.Failure != "answered 418" || tested.Answer != "thank [31m you" {
		t.Errorf("%+v", tested)
	}
	var log deliveriesData
	o.get(t, "/webhooks/deliveries?limit=1").into(t, fresh(&log))
	if len(log.Deliveries) != 1 || log.Deliveries[0].DeliveryID != tested.DeliveryID || log.NextCursor == "" {
		t.Fatalf("%+v", log)
	}
	o.get(t, "/webhooks/deliveries?endpointId="+made.EndpointID+"&cursor="+log.NextCursor).into(t, fresh(&log))
	if len(log.Deliveries) != 1 || !log.Deliveries[0].Delivered || log.NextCursor != "" {
		t.Errorf("%+v", log)
	}
	o.get(t, "/webhooks/deliveries?failed=true").into(t, fresh(&log))
	if len(log.Deliveries) != 1 || log.Deliveries[0].Delivered {
		t.Errorf("%+v", log)
	}

	for method, paths := range map[string][]string{"GET": {path}, "PUT": {path}, "DELETE": {path, "/webhooks/dead/" + made.EndpointID},
		"POST": {path + "/enable", path + "/disable", path + "/rotate-secret", path + "/test", path + "/resend-dead", "/webhooks/dead/" + made.EndpointID + "/resend"}} {
		for _, p := range paths {
			body := any(nil)
			if method == "PUT" {
				body = map[string]any{"url": "http://127.0.0.1:1/", "events": []string{"*"}}
			} else if method == "POST" && p == path+"/rotate-secret" {
				body = map[string]any{}
			}
			other.do(t, method, p, body).wants(t, http.StatusNotFound, session.NotFound)
		}
	}
	other.get(t, "/webhooks/deliveries?endpointId="+made.EndpointID).into(t, fresh(&log))
	var endpoints endpointsData
	other.get(t, "/webhooks/endpoints").into(t, &endpoints)
	if len(log.Deliveries) != 0 || len(endpoints.Endpoints) != 0 {
		t.Errorf("another operator sees %+v and %+v", log, endpoints)
	}

	o.do(t, "PUT", path, map[string]any{"url": "http://127.0.0.1:1/", "events": []string{"*"}, "ordering": "player", "jackpotFrom": 7}).into(t, fresh(&e))
	if e.URL != "http://127.0.0.1:1/" || e.Ordering != "player" || e.JackpotFrom != 7 || e.Description != "" {
		t.Errorf("changed: %+v", e)
	}
	o.post(t, path+"/disable", nil).into(t, fresh(&e))
	if e.Enabled || e.DisabledAt == nil || e.DisabledReason == "" {
		t.Errorf("disabled: %+v", e)
	}
	o.post(t, path+"/enable", nil).into(t, fresh(&e))
	if !e.Enabled || e.DisabledAt != nil {
		t.Errorf("enabled: %+v", e)
	}
	for field, body := range map[string]map[string]any{
		"url": {"url": "ftp://hooks.example", "events": []string{"*"}}, "events": {"url": "https://hooks.example", "events": []string{"round.started"}},
		"jackpotFrom": {"url": "https://hooks.example", "events": []string{"*"}, "jackpotFrom": 1},
		"ordering":    {"url": "https://hooks.example", "events": []string{"*"}, "ordering": "best"},
	} {
		reply := o.post(t, "/webhooks/endpoints", body)
		if reply.wants(t, http.StatusBadRequest, session.InvalidRequest); reply.fields()[field] == "" {
			t.Errorf("%v: %s", body, reply.text)
		}
	}
	o.do(t, "DELETE", path, nil).into(t, &deletedData{})
	o.get(t, path).wants(t, http.StatusNotFound, session.NotFound)
	for i := range webhooks.MaxEndpoints {
		o.post(t, "/webhooks/endpoints", map[string]any{"url": fmt.Sprint("https://hooks.example/", i), "events": []string{"*"}}).into(t, &newEndpointData{})
	}
	o.post(t, "/webhooks/endpoints", map[string]any{"url": "https://hooks.example/more", "events": []string{"*"}}).wants(t, http.StatusConflict, session.Conflict)
}

// fresh is where an answer is decoded to, without what was there.
func fresh[T any](into *T) *T {
	var none T
	*into = none
	return into
}

// On a live server endpoints are https, and public.
func TestLiveEndpointsArePublic(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, func(c *Config) { c.Mode = "live" })
	o := s.operatorIn(t, session.Live)
	for _, url := range []string{"http://hooks.example/", "https://127.0.0.1/", "https://localhost/", "https://10.0.0.7/"} {
		o.post(t, "/webhooks/endpoints", map[string]any{"url": url, "events": []string{"*"}}).wants(t, http.StatusBadRequest, session.InvalidRequest)
	}
	inside := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("an address inside was called") }))
	t.Cleanup(inside.Close)
	var made newEndpointData
	o.post(t, "/webhooks/endpoints", map[string]any{"url": "https://hooks.example/", "events": []string{"*"}}).into(t, &made)
	_, err := s.db.Exec(t.Context(), `UPDATE webhook_endpoints SET url = $1`, inside.URL) // as if its name led there
	must(t, err)
	var tested deliveryData
	o.post(t, "/webhooks/endpoints/"+made.Endpoint.EndpointID+"/test", nil).into(t, &tested)
	if tested.Delivered || tested.Failure != "not called: the address is not public" || tested.Status != nil {
		t.Errorf("%+v", tested)
	}
}
