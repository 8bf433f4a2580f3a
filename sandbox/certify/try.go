package certify

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/google/uuid"

	"croupier/wallet/money"
)

// try is a check under way.
type try struct {
	ctx      context.Context
	config   Config
	currency money.Currency
	unit     money.Amount
	http     *http.Client
	held     money.Amount // what the player must have now

	mu     sync.Mutex
	result Result
}

// message is the body of a call. Fields that are "" are left out, but for the player and the currency.
type message struct {
	TransactionID string        `json:"transactionId,omitempty"`
	PlayerID      string        `json:"playerId"`
	Currency      string        `json:"currency"`
	Amount        *money.Amount `json:"amount,omitempty"`
	RoundID       string        `json:"roundId,omitempty"`
	GameID        string        `json:"gameId,omitempty"`
}

// reply is what a call was answered with.
type reply struct {
	status int
	text   string
	err    error
	body   struct {
		TransactionID string       `json:"transactionId"`
		Balance       money.Number `json:"balance"`
		Currency      string       `json:"currency"`
		Error         struct {
			Code string `json:"code"`
		} `json:"error"`
	}
}

func (r reply) String() string {
	if r.err != nil {
		return r.err.Error()
	}
	return fmt.Sprintf("%d %.300s", r.status, r.text)
}

// signedInstead is the key of the body that a call is signed for where that is not its own.
type signedInstead struct{}

var bigThree = big.NewInt(3)

// newID is a transaction's or a round's.
func newID() string { return uuid.Must(uuid.NewV7()).String() }

// move is the message of a bet, a win or a rollback of the unit.
func (t *try) move(id string) message {
	return message{TransactionID: id, Amount: &t.unit, RoundID: "certify-" + id, GameID: "certify"}
}

// call makes a signed call.
func (t *try) call(kind string, m message) reply {
	if m.PlayerID == "" {
		m.PlayerID = t.config.Player
	}
	if m.Currency == "" {
		m.Currency = t.config.Currency
	}
	body, err := json.Marshal(m)
	if err != nil {
		return reply{err: err}
	}
	return t.post(kind, body, t.config.Secret, time.Now())
}

// post makes a call signed by a secret at a time.
func (t *try) post(kind string, body []byte, secret string, at time.Time) reply {
	return t.send(t.ctx, http.MethodPost, "/"+kind, body, secret, at)
}

func (t *try) send(ctx context.Context, method, path string, body []byte, secret string, at time.Time) (r reply) {
	began := time.Now()
	defer func() {
		e := Exchange{Call: method + " " + path, Sent: string(body), Status: r.status, Got: r.text, Millis: time.Since(began).Milliseconds()}
		if r.err != nil {
			e.Error = r.err.Error()
		}
		t.mu.Lock()
		t.result.Exchanges = append(t.result.Exchanges, e)
		t.mu.Unlock()
	}()
	request, err := http.NewRequestWithContext(ctx, method, t.config.URL+path, bytes.NewReader(body))
	if err != nil {
		return reply{err: err}
	}
	timestamp := fmt.Sprintf("%d.%09d", at.Unix(), at.Nanosecond())
	request.Header.Set("Content-Type", "application/json")
	if secret != "" {
		mac := hmac.New(sha256.New, []byte(secret))
		signed := body
		if instead, ok := ctx.Value(signedInstead{}).([]byte); ok {
			signed = instead
		}
		fmt.Fprintf(mac, "%s.%s.%s.%s", timestamp, method, request.URL.RequestURI(), signed)
		request.Header.Set("X-Timestamp", timestamp)
		request.Header.Set("X-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	response, err := t.http.Do(request)
	if err != nil {
		return reply{err: err}
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	r = reply{status: response.StatusCode, text: string(text), err: err}
	_ = json.Unmarshal(text, &r.body) // what cannot be read is not what is expected
	return r
}

// list asks for the transactions since a time.
func (t *try) list(from, to time.Time) reply {
	query := url.Values{"from": {from.UTC().Format(time.RFC3339Nano)}, "to": {to.UTC().Format(time.RFC3339Nano)}, "limit": {"1000"}}
	return t.send(t.ctx, http.MethodGet, "/transactions?"+query.Encode(), nil, t.config.Secret, time.Now())
}

// problem notes what was expected and what came.
func (t *try) problem(format string, args ...any) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.result.Problems = append(t.result.Problems, fmt.Sprintf(format, args...))
}

// balanceOf reads an answer of the contract's form.
func (t *try) balanceOf(r reply) (money.Amount, bool) {
	if r.err != nil || r.status != http.StatusOK || r.body.Currency != t.config.Currency || r.body.Balance == "" {
		return money.Amount{}, false
	}
	balance, err := money.Parse(t.currency, r.body.Balance)
	return balance, err == nil && balance.Sign() >= 0
}

// took expects that a call was accepted and that the balance is then what the player must have.
func (t *try) took(what string, r reply, id string) {
	balance, ok := t.balanceOf(r)
	switch {
	case !ok:
		t.problem("%s: expected 200 with transactionId, balance and currency, got %s", what, r)
	case r.body.TransactionID != id:
		t.problem("%s: expected transactionId %q in the answer, got %q", what, id, r.body.TransactionID)
	case !balance.Equal(t.held):
		t.problem("%s: expected a balance of %s, got %s", what, t.held, balance)
	}
}

// refuses expects a refusal of the contract's form. Status 0: any 4xx; code "": any.
func (t *try) refuses(what string, r reply, status int, code string) {
	switch {
	case r.err != nil || r.status < 400 || r.status > 499:
		t.problem("%s: expected a 4xx, got %s", what, r)
	case status != 0 && r.status != status:
		t.problem("%s: expected %d, got %s", what, status, r)
	case r.body.Error.Code == "" || code != "" && r.body.Error.Code != code:
		t.problem("%s: expected {\"error\":{\"code\":%q,…}}, got %s", what, code, r)
	}
}

// holds expects that the wallet says what the player must have.
func (t *try) holds(what string) {
	r := t.call("balance", message{})
	balance, ok := t.balanceOf(r)
	switch {
	case !ok:
		t.problem("%s: the balance cannot be asked: %s", what, r)
	case !balance.Equal(t.held):
		t.problem("%s: expected that the player has %s, and he has %s", what, t.held, balance)
		t.held = balance
	}
}

// same expects the first answer again.
func (t *try) same(what string, first, again reply) {
	if again.err != nil || again.status != first.status || again.body != first.body {
		t.problem("%s: expected the first answer again, %s, got %s", what, first, again)
	}
}

// prepare finds out whether the player can be used.
func (t *try) prepare() error {
	t.result = Result{}
	r := t.call("authenticate", message{})
	balance, ok := t.balanceOf(r)
	if !ok {
		return fmt.Errorf("the player %s cannot be used: POST %s/authenticate was answered with %s", t.config.Player, t.config.URL, r)
	}
	if need := t.unit.Times(10); balance.Cmp(need) < 0 {
		return fmt.Errorf("the player %s has %s and needs %s at least: give him money, or name a smaller amount", t.config.Player, balance, need)
	}
	return nil
}

// together makes calls at the same time, and returns their answers in order.
func (t *try) together(n int, call func(i int) reply) []reply {
	replies := make([]reply, n)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range replies {
		all.Go(func() {
			<-start
			replies[i] = call(i)
		})
	}
	close(start)
	all.Wait()
	return replies
}
