package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"croupier/session"
)

// A server that is not a sandbox calls no address that is not public, however it is written; and none that another leads to.
func TestOperatorsAreCalledAtPublicAddressesOnly(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"127.0.0.1:80", "127.9.9.9:80", "10.1.2.3:443", "172.16.0.1:443", "192.168.1.1:443", "169.254.169.254:80", "0.0.0.0:80",
		"100.64.0.1:80", "192.0.2.1:80", "198.18.0.1:80", "203.0.113.5:80", "224.0.0.1:80", "255.255.255.255:80", "[::1]:80", "[::]:80", "[fe80::1%lo]:80",
		"[fc00::1]:80", "[fd12::1]:80", "[::ffff:127.0.0.1]:80", "[::ffff:10.0.0.1]:80", "[64:ff9b::7f00:1]:80", "[2002:7f00:1::]:80", "[ff02::1]:80", "nonsense"} {
		if mayCall(address, true) == nil {
			t.Errorf("%s may be called", address)
		}
	}
	for _, address := range []string{"8.8.8.8:443", "[2606:4700::1111]:443", "172.32.0.1:443"} {
		if err := mayCall(address, true); err != nil {
			t.Error(err)
		}
	}
	called := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	defer inside.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(inside.URL, "http://"), ":")
	for _, url := range []string{inside.URL, "http://localhost:" + port, "http://[::ffff:127.0.0.1]:" + port, "http://0:" + port} {
		if response, err := newOutbound(true, time.Second, 1).client.Get(url); err == nil {
			response.Body.Close()
			t.Errorf("%s was called", url)
		}
	}
	if called {
		t.Error("what is inside was called")
	}
	elsewhere := httptest.NewServer(http.RedirectHandler(inside.URL, http.StatusTemporaryRedirect))
	defer elsewhere.Close()
	response, err := newOutbound(false, time.Second, 1).client.Get(elsewhere.URL)
	must(t, err)
	response.Body.Close()
	if response.StatusCode != http.StatusTemporaryRedirect || called {
		t.Error("a redirect was followed")
	}
}

// What a wallet answers is believed only if it is the contract's; and only a refusal in the contract's form says that a bet was not taken.
func TestAnswersOfWalletsAreReadStrictly(t *testing.T) {
	t.Parallel()
	var status int
	var body, kind string
	wallet := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", kind)
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	defer wallet.Close()
	client := newWalletClient(false, 5*time.Second, time.Now)
	s := newTestServer(t)
	player, err := s.Players.Ensure(t.Context(), s.operator(t).Operator, session.PlayerSpec{ExternalID: "p", Currency: "USD"})
	must(t, err)
	for i, c := range []struct {
		status     int
		kind, body string
		want       string // "ok", "refused", "formless" or "unknown"
	}{
		{200, "application/json", `{"transactionId":"","balance":12.30,"currency":"USD"}`, "ok"},
		{200, "application/json; charset=utf-8", `{"transactionId":"","balance":0,"currency":"USD","more":{"of":"theirs"}}`, "ok"},
		{200, "application/json", `{"transactionId":"","balance":12.305,"currency":"USD"}`, "unknown"},
		{200, "application/json", `{"transactionId":"","balance":"12.30","currency":"USD"}`, "unknown"},
		{200, "application/json", `{"transactionId":"","balance":1e3,"currency":"USD"}`, "unknown"},
		{200, "application/json", `{"transactionId":"","balance":1,"balance":2,"currency":"USD"}`, "unknown"},
		{200, "application/json", `{"transactionId":"","balance":1,"currency":"EUR"}`, "unknown"},
		{200, "application/json", `{"transactionId":"another","balance":1,"currency":"USD"}`, "unknown"},
		{200, "application/json", `{"transactionId":"","currency":"USD"}`, "unknown"},
		{200, "text/html", `{"transactionId":"","balance":1,"currency":"USD"}`, "unknown"},
		{200, "application/json", ``, "unknown"},
		{200, "application/json", `{"a":"` + strings.Repeat("x", 70000) + `"}`, "unknown"},
		{201, "application/json", `{"transactionId":"","balance":1,"currency":"USD"}`, "unknown"},
		{500, "application/json", `{"error":{"code":"insufficient_funds"}}`, "unknown"},
		{429, "application/json", `{"error":{"code":"insufficient_funds"}}`, "unknown"},
		{408, "application/json", `{"error":{"code":"insufficient_funds"}}`, "unknown"},
		{402, "application/json", `{"error":{"code":"insufficient_funds","message":"x"}}`, "refused"},
		{404, "text/html", `<h1>not found</h1>`, "formless"},
		{403, "application/json", `{}`, "formless"},
	} {
		status, kind, body = c.status, c.kind, c.body
		_, err := client.call(t.Context(), session.WalletTarget{URL: wallet.URL}, session.WalletCall{Kind: session.WalletBalance, Player: player})
		got := "unknown"
		if refused, ok := err.(*session.WalletRefusal); ok && refused.Code != "" { //nolint:errorlint // it comes as it is
			got = "refused"
		} else if ok {
			got = "formless"
		} else if err == nil {
			got = "ok"
		}
		if got != c.want {
			t.Errorf("%d: %d %.80s: %s, want %s: %v", i, c.status, c.body, got, c.want, err)
		}
	}
}
