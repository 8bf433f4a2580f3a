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
