package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"croupier/session"
)

// named makes a signed POST with an Idempotency-Key.
func (o *testOperator) named(t testing.TB, key, path string, body any) *reply {
	t.Helper()
	return o.with(t, "POST", path, body, idempotencyHeader, key)
}

// The same call with the same key is answered byte for byte as the first time, and takes effect once, also when it was refused.
func TestIdempotencyKeyAnswersAsTheFirstTime(t *testing.T) {
	t.Parallel()
	clock := &shiftedClock{}
	s := newTestServer(t, func(c *Config) { c.Now = clock.now })
	o, rival := s.operator(t), s.operator(t)
	o.clock, rival.clock = clock.now, clock.now
	p, theirs := o.player(t, "USD", "10.00"), rival.player(t, "USD", "10.00")
	path := "/test/players/" + p.ID + "/add-balance" // which makes a transactionId of its own: nothing else makes it happen once
	ask := `{"amount":5.00,"currency":"USD"}`
	first, again := o.named(t, "one", path, ask), o.named(t, "one", path, ask)
	first.into(t, &struct{}{})
	if again.text != first.text || again.status != first.status || again.header.Get("Idempotency-Replayed") != "true" || first.header.Get("Idempotency-Replayed") != "" {
		t.Errorf("first %s, again %s", first.text, again.text)
	}
	if got := s.balanceOf(t, o, p); got != "15.00" {
		t.Errorf("balance %s", got)
	}
	o.named(t, "one", path, `{"amount":6.00,"currency":"USD"}`).wants(t, http.StatusConflict, session.Conflict)
	o.named(t, "one", "/wallet/deposit", transferOf(p.ID, "5", "USD", "x")).wants(t, http.StatusConflict, session.Conflict)
	rival.named(t, "one", "/test/players/"+theirs.ID+"/add-balance", ask).into(t, &struct{}{}) // keys are each operator's own
	rival.named(t, "two", path, ask).wants(t, http.StatusNotFound, session.PlayerNotFound)

	poor := transferOf(p.ID, "500", "USD", "too-much")
	refused := o.named(t, "refused", "/wallet/withdraw", poor)
	refused.wants(t, http.StatusPaymentRequired, session.NotEnoughMoney)
	o.post(t, "/wallet/deposit", transferOf(p.ID, "1000", "USD", "rich")).into(t, &struct{}{})
	if again := o.named(t, "refused", "/wallet/withdraw", poor); again.text != refused.text || again.status != refused.status {
		t.Errorf("refused with %s, again %s", refused.text, again.text)
	}
	for _, key := range []string{"", "a b", strings.Repeat("k", 129), "schlüssel"} {
		reply := o.named(t, key, path, ask)
		reply.wants(t, http.StatusBadRequest, session.InvalidRequest)
	}
	clock.by.Add(int64(24*time.Hour + time.Second))
	o.named(t, "refused", "/wallet/withdraw", poor).into(t, &struct{}{}) // it is another call by now
	must(t, s.Operators.ForgetAnswers(t.Context()))
	var left int
	must(t, s.db.QueryRow(t.Context(), `SELECT count(*) FROM idempotency_keys`).Scan(&left))
	if left != 1 {
		t.Errorf("%d answers are kept", left)
	}
}

// Of many equal calls at once one is made, on whatever server; the others are told to wait, or the answer.
func TestIdempotencyKeyAtOnce(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	other := newTestServer(t, func(c *Config) { c.DatabaseURL = s.config.DatabaseURL })
	o := s.operator(t)
	there := &testOperator{Operator: o.Operator, APIKey: o.APIKey, server: other}
	p := o.player(t, "USD", "10.00")
	path, ask := "/test/players/"+p.ID+"/add-balance", `{"amount":5.00,"currency":"USD"}`
	var calls sync.WaitGroup
	answers := make(chan string, 16)
	for i := range 16 {
		caller := o
		if i%2 == 1 {
			caller = there
		}
		calls.Go(func() {
			for {
				reply := caller.named(t, "at-once", path, ask)
				if reply.status == http.StatusConflict && reply.header.Get("Retry-After") == "1" {
					continue
				}
				answers <- reply.text
				return
			}
		})
	}
	calls.Wait()
	close(answers)
	first := <-answers
	for text := range answers {
		if text != first {
			t.Errorf("one was answered %s, another %s", first, text)
		}
	}
	if got := s.balanceOf(t, o, p); got != "15.00" || !strings.Contains(first, `"success":true`) {
		t.Errorf("balance %s after %s", got, first)
	}
}

// An answer that holds a secret is sealed, and told to nobody but the API key that asked for it.
func TestIdempotentAnswersAreSealed(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	ask := `{"scopes":["wallet:read"]}`
	var made, again NewKeyData
	o.named(t, "key", "/keys", ask).into(t, &made)
	o.named(t, "key", "/keys", ask).into(t, &again)
	if made.APISecret == "" || made.APISecret != again.APISecret {
		t.Errorf("made %+v, again %+v", made, again)
	}
	narrow := o.may(t, session.ScopeKeys)
	reply := narrow.named(t, "key", "/keys", ask)
	reply.wants(t, http.StatusConflict, session.Conflict)
	if strings.Contains(reply.text, made.APISecret) {
		t.Error("another key is told the secret")
	}
	rows, err := s.db.Query(t.Context(), `SELECT sealed_answer FROM idempotency_keys`)
	must(t, err)
	defer rows.Close()
	n := 0
	for rows.Next() {
		var sealed []byte
		must(t, rows.Scan(&sealed))
		if n++; strings.Contains(string(sealed), made.APISecret[3:]) || strings.Contains(string(sealed), made.APIKey) {
			t.Error("a secret is stored in clear")
		}
	}
	if n != 1 {
		t.Errorf("%d answers are kept", n)
	}
}

// A server that dies between the effect of a call and its answer leaves the key to whoever asks next, once the call cannot be alive any more. What is
// idempotent by itself has no second effect then.
func TestIdempotencyKeyOfADeadCall(t *testing.T) {
	t.Parallel()
	clock := &shiftedClock{}
	s := newTestServer(t, func(c *Config) { c.Now = clock.now })
	o := s.operator(t)
	o.clock = clock.now
	p := o.player(t, "USD", "10.00")
	path, ask := "/test/players/"+p.ID+"/add-balance", `{"amount":5.00,"currency":"USD"}`
	var first struct{ Wallet struct{ Balance json.Number } }
	o.named(t, "dead", path, ask).into(t, &first)
	_, err := s.db.Exec(t.Context(), `UPDATE idempotency_keys SET status = NULL, sealed_answer = NULL`) // it died before it could keep the answer
	must(t, err)
	reply := o.named(t, "dead", path, ask)
	reply.wants(t, http.StatusConflict, session.Conflict)
	if reply.header.Get("Retry-After") != "1" {
		t.Errorf("no Retry-After: %s", reply.text)
	}
	clock.by.Add(int64(31 * time.Second))
	o.named(t, "dead", path, `{"amount":7.00,"currency":"USD"}`).wants(t, http.StatusConflict, session.Conflict)
	o.named(t, "dead", path, ask).into(t, &first)
	if got := s.balanceOf(t, o, p); got != "15.00" {
		t.Errorf("balance %s", got)
	}
}

// A call that is refused before it is known whose it is leaves nothing behind; one that nobody knows the fate of may be made again.
func TestIdempotencyKeyNeedsAnOperator(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	s.do(t, "POST", "/wallet/deposit", `{}`, http.Header{idempotencyHeader: {"x"}, "Authorization": {"Bearer " + o.Key}}).
		wants(t, http.StatusUnauthorized, session.InvalidSignature)
	o.may(t, session.ScopeLaunch).named(t, "x", "/wallet/deposit", `{}`).wants(t, http.StatusForbidden, session.Forbidden)
	var n int
	must(t, s.db.QueryRow(t.Context(), `SELECT count(*) FROM idempotency_keys`).Scan(&n))
	if n != 0 {
		t.Errorf("%d keys are claimed", n)
	}
	p := o.player(t, "USD", "1.00")
	body := transferOf(p.ID, "1", "USD", "same")
	for i := range 2 { // signed anew each time, as it must be
		if reply := o.named(t, "y", "/wallet/deposit", body); reply.status != http.StatusOK {
			t.Errorf("%d: %s", i, reply.text)
		}
	}
	stamp := o.sign("POST", fullPath("/wallet/deposit"), encode(t, body), time.Now())
	stamp[idempotencyHeader] = []string{"z"}
	for i, want := range []int{http.StatusOK, http.StatusUnauthorized} {
		if reply := s.do(t, "POST", "/wallet/deposit", body, stamp); reply.status != want {
			t.Errorf("a signature for the %s time: %s", fmt.Sprint(i+1), reply.text)
		}
	}
}
