package api

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"croupier/session"
)

func TestSigningInAndOut(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	ask := map[string]any{"playerId": "p-1", "currency": "USD", "jurisdiction": "MT", "locale": "en-GB", "gameId": "slotty-slots", "username": "Ada", "demoMode": true}

	var launch launchData
	asked := time.Now()
	o.post(t, "/auth/sso/create-token", ask).into(t, &launch)
	if early, late := launch.ExpiresAt.Sub(asked), time.Until(launch.ExpiresAt); early < 29*time.Second || late > 30*time.Second {
		t.Errorf("launch token expires in %v to %v, want 30 s", late, early)
	}
	var first, second sessionData
	s.post(t, "/auth/sso/exchange", launchOf(launch.LaunchToken)).into(t, &first)
	if first.Player.ExternalID != "p-1" || first.Player.Username != "Ada" || first.Player.Currency != "USD" || first.GameID != "slotty-slots" {
		t.Errorf("exchange: got %+v", first)
	}
	s.post(t, "/auth/sso/exchange", launchOf(launch.LaunchToken)).wants(t, http.StatusUnauthorized, session.LaunchUsed)
	s.post(t, "/auth/sso/exchange", launchOf("lt_nothing")).wants(t, http.StatusUnauthorized, session.LaunchInvalid)

	s.post(t, "/auth/refresh", map[string]any{"refreshToken": first.RefreshToken}).into(t, &second)
	p := &testPlayer{token: second.SessionToken, server: s}
	if got := p.balance(t); got != "0.00" {
		t.Errorf("balance %s, want 0.00", got)
	}
	var ticket ticketData
	p.post(t, "/socket-tickets", map[string]any{"gameId": "slots"}).into(t, &ticket)
	if ticket.Ticket == "" || time.Until(ticket.ExpiresAt) > time.Minute {
		t.Errorf("ticket %+v", ticket)
	}
	p.post(t, "/socket-tickets", map[string]any{"gameId": "roulette"}).wants(t, http.StatusBadRequest, session.InvalidRequest)

	p.post(t, "/auth/logout", nil).into(t, &endedData{})
	p.get(t, "/wallet/balance").wants(t, http.StatusUnauthorized, session.SessionExpired)
	s.post(t, "/auth/refresh", map[string]any{"refreshToken": second.RefreshToken}).wants(t, http.StatusUnauthorized, session.SessionExpired)

	logs := s.logs.String()
	for name, secret := range map[string]string{"launch token": launch.LaunchToken, "session token": first.SessionToken, "refresh token": first.RefreshToken,
		"ticket": ticket.Ticket, "API key": o.Key, "API secret": o.Secret} {
		if strings.Contains(logs, secret) {
			t.Errorf("the log holds the %s", name)
		}
	}
}

func launchOf(token string) map[string]any { return map[string]any{"launchToken": token} }

func TestUsedTwiceARefreshTokenEndsTheSession(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	p := s.operator(t).player(t, "EUR", "10")
	again := map[string]any{"refreshToken": p.refresh}
	s.post(t, "/auth/refresh", again).into(t, &sessionData{})
	s.post(t, "/auth/refresh", again).wants(t, http.StatusUnauthorized, session.SessionExpired)
	p.get(t, "/seeds").wants(t, http.StatusUnauthorized, session.SessionExpired)
}

func TestWhoMayCall(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "USD", "10")
	const path = "/wallet/deposit"
	body := []byte(`{"playerId":"` + p.ID + `","amount":5,"currency":"USD","transactionId":"t-1"}`)
	now := time.Now()
	signed := func(change func(http.Header)) http.Header {
		h := o.sign("POST", apiPrefix+path, body, now)
		change(h)
		return h
	}
	for name, c := range map[string]struct {
		header http.Header
		code   session.Code
	}{
		"nothing":             {nil, session.InvalidKey},
		"no scheme":           {signed(func(h http.Header) { h.Set("Authorization", o.Key) }), session.InvalidKey},
		"unknown key":         {signed(func(h http.Header) { h.Set("Authorization", "Bearer sk_sandbox_x") }), session.InvalidKey},
		"a player":            {p.header(), session.InvalidKey},
		"no signature":        {signed(func(h http.Header) { h.Del("X-Signature") }), session.InvalidSignature},
		"no time":             {signed(func(h http.Header) { h.Del("X-Timestamp") }), session.InvalidSignature},
		"other signature":     {signed(func(h http.Header) { h.Set("X-Signature", "sha256="+strings.Repeat("00", 32)) }), session.InvalidSignature},
		"old":                 {o.sign("POST", apiPrefix+path, body, now.Add(-6*time.Minute)), session.InvalidSignature},
		"another path":        {o.sign("POST", apiPrefix+"/wallet/withdraw", body, now), session.InvalidSignature},
		"another method":      {o.sign("PUT", apiPrefix+path, body, now), session.InvalidSignature},
		"another body":        {o.sign("POST", apiPrefix+path, append(body, ' '), now), session.InvalidSignature},
		"a query of its own":  {o.sign("POST", apiPrefix+path+"?x=1", body, now), session.InvalidSignature},
		"the key's own other": {func() http.Header { x := *o; x.Secret = "ss_x"; return x.sign("POST", apiPrefix+path, body, now) }(), session.InvalidSignature},
	} {
		t.Run(name, func(t *testing.T) {
			s.do(t, "POST", path, body, c.header).wants(t, http.StatusUnauthorized, c.code)
		})
	}
	o.get(t, "/seeds").wants(t, http.StatusUnauthorized, session.SessionExpired)
	s.get(t, "/seeds").wants(t, http.StatusUnauthorized, session.SessionExpired)
	s.do(t, "GET", "/wallet/balance", nil, http.Header{"Authorization": {"Bearer x.y.z"}}).wants(t, http.StatusUnauthorized, session.SessionExpired)
	if got := p.balance(t); got != "10.00" {
		t.Errorf("balance %s after refused deposits, want 10.00", got)
	}
}

// A query is signed as it was sent, whatever it looks like decoded.
func TestSignedQuery(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "USD", "10")
	for _, id := range []string{p.ID, p.ExternalID, strings.ReplaceAll(p.ExternalID, "-", "%2D")} {
		reply := o.get(t, "/wallet/balance?playerId="+id)
		if reply.status != http.StatusOK {
			t.Errorf("playerId %q: %s", id, reply.text)
		}
	}
}

func TestPlayersSeeOnlyThemselves(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o, rival := s.operator(t), s.operator(t)
	p, other := o.player(t, "USD", "10"), o.player(t, "USD", "20")
	p.get(t, "/wallet/balance?playerId="+other.ID).wants(t, http.StatusForbidden, session.Forbidden)
	p.get(t, "/wallet/transactions?playerId="+other.ID).wants(t, http.StatusForbidden, session.Forbidden)
	p.get(t, "/rounds?playerId="+other.ID).wants(t, http.StatusForbidden, session.Forbidden)
	for _, id := range []string{p.ID, p.ExternalID} {
		rival.get(t, "/wallet/balance?playerId="+id).wants(t, http.StatusNotFound, session.PlayerNotFound)
		rival.post(t, "/wallet/withdraw", transferOf(id, "5", "USD", "steal")).wants(t, http.StatusNotFound, session.PlayerNotFound)
		rival.post(t, "/test/players/"+id+"/reset", nil).wants(t, http.StatusNotFound, session.PlayerNotFound)
	}
	o.get(t, "/wallet/balance").wants(t, http.StatusBadRequest, session.InvalidRequest)
	if got := p.balance(t); got != "10.00" {
		t.Errorf("balance %s, want 10.00", got)
	}
}
