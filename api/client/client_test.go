package client_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"croupier/api/client"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/sandbox"
	"croupier/sandbox/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// newHouse starts a whole sandbox.
func newHouse(t *testing.T) sandbox.Info {
	t.Helper()
	catalogue, err := games.NewCatalogue(builtin.Games()...)
	must(t, err)
	s, err := sandbox.Start(t.Context(), sandbox.Options{Listen: "127.0.0.1:0", DataDir: t.TempDir(), DatabaseURL: pgtest.New(t), Catalogue: catalogue,
		Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("close the sandbox: %v", err)
		}
	})
	return s.Info()
}

func newClient(t testing.TB, base string, o client.Options) *client.Client {
	t.Helper()
	c, err := client.New(base, o)
	must(t, err)
	return c
}

func TestOperatorsDay(t *testing.T) {
	t.Parallel()
	ctx, house := t.Context(), newHouse(t)
	c := newClient(t, house.BaseURL, client.Options{Key: house.APIKey, Secret: house.APISecret})
	token, err := c.CreateSSOToken(ctx, client.Launch{PlayerID: "p 1/ü", Currency: "USD", Jurisdiction: "MT", Locale: "en", GameID: "blackjack"})
	must(t, err)
	session, err := c.Exchange(ctx, token.LaunchToken)
	must(t, err)
	if _, err := c.Exchange(ctx, token.LaunchToken); !errors.Is(err, client.LaunchUsed) {
		t.Errorf("used twice: %v", err)
	}
	transfer := client.Transfer{PlayerID: "p 1/ü", Amount: "100.10", Currency: "USD", TransactionID: "d-1"}
	first, err := c.Deposit(ctx, transfer)
	must(t, err)
	again, err := c.Deposit(ctx, transfer)
	must(t, err)
	if first.Duplicate || !again.Duplicate || again.Balance != "100.10" {
		t.Errorf("%+v, then %+v", first, again)
	}
	if _, err := c.Withdraw(ctx, client.Transfer{PlayerID: session.Player.ID, Amount: "100.11", Currency: "USD", TransactionID: "w-1"}); !errors.Is(err,
		client.NotEnoughMoney) {
		t.Errorf("too much: %v", err)
	}
	var bad *client.Error
	_, err = c.Deposit(ctx, client.Transfer{PlayerID: "p 1/ü", Amount: "0.001", Currency: "USD", TransactionID: "d-2"})
	if !errors.As(err, &bad) || bad.Code != client.InvalidRequest || bad.Status != 400 || bad.RequestID == "" || !strings.Contains(string(bad.Details["fields"]), "amount") {
		t.Errorf("%#v", err)
	}
	if _, err := c.Deposit(ctx, client.Transfer{PlayerID: "p 1/ü", Amount: "1e3", Currency: "USD", TransactionID: "d-3"}); !errors.Is(err, client.ErrDecimal) {
		t.Errorf("an exponent: %v", err)
	}

	renewed, err := c.Refresh(ctx, session.RefreshToken)
	must(t, err)
	ticket, err := c.Ticket(ctx, renewed.SessionToken, "blackjack")
	must(t, err)
	socket, _, err := websocket.DefaultDialer.DialContext(ctx, c.SocketURL(ticket, "blackjack"), nil)
	must(t, err)
	defer socket.Close()
	open := playUntilOpen(t, socket)
	round, err := c.Round(ctx, open)
	must(t, err)
	if round.Status != "in_progress" || round.Stake != "5.00" || len(round.Actions) != 1 {
		t.Errorf("%+v", round)
	}
	voided, err := c.VoidRound(ctx, open, "the table burnt down")
	must(t, err)
	if _, err := c.VoidRound(ctx, open, "another reason"); !errors.Is(err, client.Conflict) {
		t.Errorf("voided twice: %v", err)
	}
	if voided.Refund != "5.00" || voided.Status != "voided" {
		t.Errorf("%+v", voided)
	}
	seen := 0
	for r, err := range c.Rounds(ctx, client.RoundQuery{PlayerID: session.Player.ID, GameID: "blackjack", Status: "voided", From: time.Now().Add(-time.Hour)}) {
		must(t, err)
		if seen++; r.RoundID != open {
			t.Errorf("round %s", r.RoundID)
		}
	}
	balance, err := c.Balance(ctx, session.Player.ID)
	must(t, err)
	if seen != 1 || balance.Balance != voided.Balance || balance.Escrow != "0.00" {
		t.Errorf("%d rounds, %+v", seen, balance)
	}
	if _, err := c.Balance(ctx, "nobody"); !errors.Is(err, client.PlayerNotFound) {
		t.Errorf("nobody: %v", err)
	}
}

// playUntilOpen bets until a hand is not over at once, and returns its round.
func playUntilOpen(t *testing.T, socket *websocket.Conn) string {
	t.Helper()
	must(t, socket.SetReadDeadline(time.Now().Add(time.Minute)))
	for n := range 20 {
		must(t, socket.WriteJSON(map[string]any{"type": "action", "requestId": fmt.Sprint("bet-", n), "payload": map[string]any{"action": "bet", "amount": 5}}))
		for {
			var m struct {
				Type    string
				Payload struct{ RoundID, Status, Message string }
			}
			must(t, socket.ReadJSON(&m))
			if m.Type == "error" {
				t.Fatal(m.Payload.Message)
			}
			if m.Type == "action_result" {
				if m.Payload.Status == "in_progress" {
					return m.Payload.RoundID
				}
				break
			}
		}
	}
	t.Fatal("every hand was over at once")
	return ""
}

// Page after page, to the last one.
func TestStatementHasAllPages(t *testing.T) {
	t.Parallel()
	ctx, house := t.Context(), newHouse(t)
	c := newClient(t, house.BaseURL, client.Options{Key: house.APIKey, Secret: house.APISecret})
	must(t, c.Do(ctx, client.Request{Method: "POST", Path: "/test/players", Body: map[string]string{"externalId": "p", "currency": "JPY"}, Again: true}, nil))
	const count = 203
	for n := range count {
		_, err := c.Deposit(ctx, client.Transfer{PlayerID: "p", Amount: "1", Currency: "JPY", TransactionID: fmt.Sprint(n)})
		must(t, err)
	}
	want := count
	for m, err := range c.Statement(ctx, "p") {
		must(t, err)
		if m.Balance != client.Decimal(fmt.Sprint(want)) {
			t.Fatalf("%+v, want a balance of %d", m, want)
		}
		want--
	}
	if want != 0 {
		t.Errorf("%d are missing", want)
	}
	for range c.Statement(ctx, "p") { // whoever has seen enough goes
		break
	}
}

// An answer that is lost is asked for again where that does no harm, and nowhere else.
func TestLostAnswers(t *testing.T) {
	t.Parallel()
	ctx, house := t.Context(), newHouse(t)
	target, err := url.Parse(house.BaseURL)
	must(t, err)
	var lose, calls atomic.Int64
	forward := httputil.NewSingleHostReverseProxy(target)
	road := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if lose.Add(-1) >= 0 { // it arrives, and its answer does not
			forward.ServeHTTP(httptest.NewRecorder(), r)
			panic(http.ErrAbortHandler)
		}
		forward.ServeHTTP(w, r)
	}))
	road.Config.SetKeepAlivesEnabled(false)
	t.Cleanup(road.Close)
	o := client.Options{Key: house.APIKey, Secret: house.APISecret, HTTP: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}}
	c := newClient(t, road.URL, o)
	must(t, c.Do(ctx, client.Request{Method: "POST", Path: "/test/players", Body: map[string]string{"externalId": "p", "currency": "USD"}}, nil))
	asks := func(name string, lost, want int64, do func() error, ok bool) {
		t.Helper()
		calls.Store(0)
		lose.Store(lost)
		if err := do(); (err == nil) != ok || calls.Load() != want {
			t.Errorf("%s: %d calls, want %d; %v", name, calls.Load(), want, err)
		}
		lose.Store(0)
	}
	transfer := client.Transfer{PlayerID: "p", Amount: "7.00", Currency: "USD", TransactionID: "t"}
	asks("deposit", 2, 3, func() error { _, err := c.Deposit(ctx, transfer); return err }, true)
	asks("balance", 1, 2, func() error {
		b, err := c.Balance(ctx, "p")
		if b.Balance != "7.00" {
			t.Errorf("deposited three times: %s", b.Balance)
		}
		return err
	}, true)
	add := client.Request{Method: "POST", Path: "/test/players/p/add-balance", Body: map[string]any{"amount": 1, "currency": "USD"}}
	asks("what has no id", 1, 1, func() error { return c.Do(ctx, add, nil) }, false)
	asks("for ever", 99, 4, func() error { _, err := c.Deposit(ctx, transfer); return err }, false)
	token, err := c.CreateSSOToken(ctx, client.Launch{PlayerID: "p", Currency: "USD", Jurisdiction: "MT", Locale: "en"})
	must(t, err)
	session, err := c.Exchange(ctx, token.LaunchToken)
	must(t, err)
	asks("refresh", 1, 1, func() error { _, err := c.Refresh(ctx, session.RefreshToken); return err }, false)
}

func TestRefusalsAreWaitedFor(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	status := http.StatusTooManyRequests
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Idempotency-Key") != "k" {
			t.Error("no Idempotency-Key")
		}
		if calls.Add(1) < 3 {
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, `{"success":false,"error":{"code":"80003","message":"Too many requests"},"requestId":"r"}`)
			return
		}
		_, _ = io.WriteString(w, `{"success":true,"data":{"n":1.50},"requestId":"r"}`)
	}))
	t.Cleanup(server.Close)
	c := newClient(t, server.URL, client.Options{})
	begun := time.Now()
	var data struct{ N client.Decimal }
	must(t, c.Do(t.Context(), client.Request{Method: "POST", Path: "/x", IdempotencyKey: "k"}, &data))
	if took := time.Since(begun); data.N != "1.50" || took < 2*time.Second {
		t.Errorf("%q after %s: Retry-After is not kept", data.N, took)
	}
}

// The library of Standard Webhooks signs, this package verifies.
func TestWebhookVerification(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Second)
	secret := func(fill string) string {
		return "whsec_" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat(fill, 24)))
	}
	old, next, foreign := secret("a"), secret("b"), secret("c")
	body := []byte(`{"type":"round.completed","timestamp":"2026-11-21T00:00:00Z","data":{"roundId":"r"}}`)
	signed := func(at time.Time, body []byte, secrets ...string) http.Header {
		h := http.Header{}
		h.Set("webhook-id", "msg_1")
		h.Set("webhook-timestamp", fmt.Sprint(at.Unix()))
		var all []string
		for _, s := range secrets {
			hook, err := standardwebhooks.NewWebhook(s)
			must(t, err)
			signature, err := hook.Sign("msg_1", at, body)
			must(t, err)
			all = append(all, signature)
		}
		h.Set("webhook-signature", strings.Join(all, " "))
		return h
	}
	without := func(h http.Header, name string) http.Header { h = h.Clone(); h.Del(name); return h }
	verifier, err := client.NewWebhooks(old, next)
	must(t, err)
	verifier = verifier.At(func() time.Time { return now })
	for name, c := range map[string]struct {
		header http.Header
		body   []byte
		ok     bool
	}{
		"old secret": {signed(now, body, old), body, true}, "new secret": {signed(now, body, next), body, true},
		"both, beside an unknown one": {signed(now, body, foreign, next, old), body, true},
		"a foreign secret":            {signed(now, body, foreign), body, false},
		"another body":                {signed(now, body, old), []byte(`{"type":"x"}`), false},
		"another id":                  {func() http.Header { h := signed(now, body, old); h.Set("webhook-id", "msg_2"); return h }(), body, false},
		"another version": {func() http.Header {
			h := signed(now, body, old)
			h.Set("webhook-signature", strings.Replace(h.Get("webhook-signature"), "v1,", "v2,", 1))
			return h
		}(), body, false},
		"five minutes old": {signed(now.Add(-5*time.Minute), body, old), body, true},
		"older":            {signed(now.Add(-5*time.Minute-time.Second), body, old), body, false},
		"of the future":    {signed(now.Add(5*time.Minute+time.Second), body, old), body, false},
		"no id":            {without(signed(now, body, old), "webhook-id"), body, false},
		"no time":          {without(signed(now, body, old), "webhook-timestamp"), body, false},
		"no signature":     {without(signed(now, body, old), "webhook-signature"), body, false},
		"not JSON":         {signed(now, []byte("x"), old), []byte("x"), false},
	} {
		event, err := verifier.Verify(c.header, c.body)
		if (err == nil) != c.ok || err != nil && !errors.Is(err, client.ErrWebhook) {
			t.Errorf("%s: %v", name, err)
		}
		if c.ok && (event.ID != "msg_1" || event.Type != "round.completed" || event.Timestamp.Year() != 2026 || string(event.Data) != `{"roundId":"r"}`) {
			t.Errorf("%s: %+v", name, event)
		}
	}
	for _, bad := range [][]string{{}, {"whsec_"}, {"whsec_!"}, {old, ""}} {
		if _, err := client.NewWebhooks(bad...); err == nil {
			t.Errorf("%q are taken", bad)
		}
	}
}

func TestDecimal(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{"0": true, "25.00": true, "-0.10": true, "999999999999999.123456789012345678": true, "1e3": false, "01": false,
		".5": false, "5.": false, "": false, "NaN": false, "1000000000000000": false, `"1"`: false, "null": false} {
		var d client.Decimal
		if err := d.UnmarshalJSON([]byte(text)); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
		if written, err := json.Marshal(client.Decimal(text)); (err == nil) != ok || ok && string(written) != text {
			t.Errorf("%q is written as %q: %v", text, written, err)
		}
	}
	if client.Decimal("0.10").Rat().RatString() != "1/10" {
		t.Error("0.10 is not a tenth")
	}
}

func TestLaunchURL(t *testing.T) {
	t.Parallel()
	if got, err := client.LaunchURL("https://casino.example/play?lang=en", "lt_a-b_c", "slots"); err != nil ||
		got != "https://casino.example/play?lang=en#gameId=slots&launchToken=lt_a-b_c" {
		t.Errorf("%s, %v", got, err)
	}
	for _, bad := range []string{"/play", "https://casino.example/play#top", "::"} {
		if _, err := client.LaunchURL(bad, "lt_x", ""); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}

// The program that docs/clients.md shows does what the page says.
func TestQuickStart(t *testing.T) {
	t.Parallel()
	house := newHouse(t)
	source, err := os.ReadFile("quickstart/main.go")
	must(t, err)
	page, err := os.ReadFile("../../docs/clients.md")
	must(t, err)
	_, program, _ := strings.Cut(string(source), "package main\n")
	if !strings.Contains(string(page), "```go\npackage main\n"+program+"```") {
		t.Error("docs/clients.md does not show quickstart/main.go as it is")
	}
	run := exec.CommandContext(t.Context(), "go", "run", "./quickstart")
	run.Env = append(os.Environ(), "CROUPIER_URL="+house.BaseURL, "CROUPIER_API_KEY="+house.APIKey, "CROUPIER_API_SECRET="+house.APISecret)
	out, err := run.CombinedOutput()
	must(t, err)
	for _, line := range []string{"send the player to https://casino.example/play#gameId=slots&launchToken=lt_", "the player has 25.00 USD", "that is more than there is",
		"deposit 25.00 makes 25.00"} {
		if !strings.Contains(string(out), line) {
			t.Errorf("no %q in:\n%s", line, out)
		}
	}
}
