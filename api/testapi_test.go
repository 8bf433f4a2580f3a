package api

import (
	"encoding/json"
	"net/http"
	"testing"

	"croupier/session"
)

type testPlayerAnswer struct {
	Player playerData
	Wallet struct {
		ID, Currency string
		Balance      json.Number
	}
	SSOToken string
}

func TestMakeATestPlayer(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	ask := `{"externalId":"tp","currency":"USD","startingBalance":1000.00,"username":"Ada"}`
	var first, again testPlayerAnswer
	o.post(t, "/test/players", ask).into(t, &first)
	if first.Wallet.Balance != "1000.00" || first.Wallet.ID != first.Player.ID || first.Player.Username != "Ada" {
		t.Errorf("got %+v", first)
	}
	o.post(t, "/test/players", ask).into(t, &again)
	if again.Wallet.Balance != "1000.00" || again.Player.ID != first.Player.ID || again.SSOToken == first.SSOToken {
		t.Errorf("again: got %+v", again)
	}
	s.post(t, "/auth/sso/exchange", launchOf(again.SSOToken)).into(t, &sessionData{})
	o.post(t, "/test/players", `{"externalId":"tp","currency":"USD","startingBalance":5}`).wants(t, http.StatusConflict, session.Conflict)
	o.post(t, "/test/players", `{"externalId":"tp","currency":"EUR"}`).wants(t, http.StatusBadRequest, session.InvalidCurrency)
	o.post(t, "/test/players", `{"externalId":"poor","currency":"JPY"}`).into(t, &again)
	if again.Wallet.Balance != "0" {
		t.Errorf("without a starting balance: %s", again.Wallet.Balance)
	}
	for body, field := range map[string]string{
		`{"externalId":"x","currency":"USD","startingBalance":-1}`:    "startingBalance",
		`{"externalId":"x","currency":"USD","startingBalance":0.001}`: "startingBalance",
		`{"externalId":"a\u0007","currency":"USD"}`:                   "externalId",
		`{"externalId":"","currency":"USD"}`:                          "externalId",
		`{"currency":"USD"}`:                                          "externalId",
	} {
		reply := o.post(t, "/test/players", body)
		reply.wants(t, http.StatusBadRequest, session.InvalidRequest)
		if reply.fields()[field] == "" {
			t.Errorf("%s: fields %v, want %s", body, reply.fields(), field)
		}
	}
}

func TestAddBalanceAndReset(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "USD", "10")
	path := "/test/players/" + p.ExternalID
	steps := []struct{ call, body, balance string }{
		{"/add-balance", `{"amount":2.50,"currency":"USD"}`, "12.50"},
		{"/add-balance", `{"amount":2.50,"currency":"USD"}`, "15.00"},
		{"/reset", `{"amount":100,"currency":"USD"}`, "100.00"},
		{"/reset", `{"amount":7,"currency":"USD"}`, "7.00"},
		{"/reset", `{}`, "0.00"},
		{"/reset", ``, "0.00"},
	}
	for _, step := range steps {
		var got testPlayerAnswer
		o.post(t, path+step.call, step.body).into(t, &got)
		if got.Wallet.Balance.String() != step.balance || p.balance(t) != step.balance {
			t.Fatalf("%s %s: wallet %s, balance %s, want %s", step.call, step.body, got.Wallet.Balance, p.balance(t), step.balance)
		}
	}
	o.post(t, path+"/add-balance", `{"amount":0,"currency":"USD"}`).wants(t, http.StatusBadRequest, session.InvalidRequest)
	o.post(t, path+"/add-balance", `{"amount":1,"currency":"EUR"}`).wants(t, http.StatusBadRequest, session.InvalidCurrency)
	o.post(t, path+"/reset", `{"amount":1}`).wants(t, http.StatusBadRequest, session.InvalidCurrency)
	o.post(t, path+"/reset", `{"amount":-1,"currency":"USD"}`).wants(t, http.StatusBadRequest, session.InvalidRequest)
	o.post(t, "/test/players/nobody/reset", nil).wants(t, http.StatusNotFound, session.PlayerNotFound)
}

func TestForceAnOutcome(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "USD", "10")
	force := func(player, game, outcome string) *reply {
		t.Helper()
		return o.post(t, "/test/force-outcome", `{"playerId":"`+player+`","gameId":"`+game+`","outcome":`+outcome+`}`)
	}
	var got forceData
	force(p.ExternalID, "slotty-slots", `{"reelPositions":[1,2,3,4,5]}`).into(t, &got)
	if want := (forceData{p.ID, "slots", true}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for outcome, field := range map[string]string{
		`{"reelPositions":[1,2,3,4,100000]}`: "outcome.reelPositions[4]", `{"reelPositions":[1,2]}`: "outcome.reelPositions",
		`{}`: "outcome.reelPositions", `5`: "outcome", `null`: "outcome", `{"reelPositions":[1,2,3,4,5],"more":1}`: "outcome.more",
	} {
		reply := force(p.ID, "slots", outcome)
		reply.wants(t, http.StatusBadRequest, session.InvalidRequest)
		if reply.fields()[field] == "" {
			t.Errorf("%s: fields %v, want %s", outcome, reply.fields(), field)
		}
	}
	force(p.ID, "roulette", `{}`).wants(t, http.StatusBadRequest, session.InvalidRequest)
	force("nobody", "slots", `{"reelPositions":[1,2,3,4,5]}`).wants(t, http.StatusNotFound, session.PlayerNotFound)
}

func TestSandboxAndLiveAreApart(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	live := s.operatorIn(t, session.Live)
	made := map[string]any{"playerId": "p", "currency": "USD", "jurisdiction": "MT", "locale": "en"}
	var launch launchData
	var grant sessionData
	live.post(t, "/auth/sso/create-token", made).into(t, &launch)
	s.post(t, "/auth/sso/exchange", launchOf(launch.LaunchToken)).into(t, &grant)
	live.post(t, "/wallet/deposit", transferOf("p", "5", "USD", "d-1")).into(t, &transferred{})
	made["demoMode"] = true
	live.post(t, "/auth/sso/create-token", made).wants(t, http.StatusBadRequest, session.InvalidRequest)

	testCalls := map[string]string{
		"/test/players": `{"externalId":"x","currency":"USD"}`, "/test/players/p/add-balance": `{"amount":5,"currency":"USD"}`, "/test/players/p/reset": `{}`,
		"/test/force-outcome": `{"playerId":"p","gameId":"slots","outcome":{"reelPositions":[1,2,3,4,5]}}`,
	}
	for path, body := range testCalls {
		live.post(t, path, body).wants(t, http.StatusForbidden, session.Forbidden)
	}
	// The same database behind a server in live mode.
	strict := newTestServer(t, func(c *Config) { c.Mode, c.DatabaseURL = "live", s.config.DatabaseURL })
	sandbox := s.operator(t)
	sandbox.server, live.server = strict, strict
	sandbox.get(t, "/games").wants(t, http.StatusUnauthorized, session.InvalidKey)
	live.get(t, "/games").into(t, &struct{}{})
	for path, body := range testCalls {
		live.post(t, path, body).wants(t, http.StatusNotFound, session.NotFound)
		sandbox.post(t, path, body).wants(t, http.StatusNotFound, session.NotFound)
	}
	p := &testPlayer{token: grant.SessionToken, server: strict}
	if got := p.balance(t); got != "5.00" {
		t.Errorf("balance %s, want 5.00", got)
	}
}
