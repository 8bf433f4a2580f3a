package api

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"croupier/session"
)

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
