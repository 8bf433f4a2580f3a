package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"croupier/session"
)

// withProfiles makes a server play by the profiles of jurisdictions, by a clock that a test puts forward.
func withProfiles(t testing.TB, ahead *atomic.Int64, profiles string) func(*Config) {
	t.Helper()
	j, err := session.ReadJurisdictions([]byte(profiles))
	must(t, err)
	return func(c *Config) {
		c.Jurisdictions = j
		c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	}
}

// put calls as the player.
func (p *testPlayer) put(t testing.TB, path string, body any) *reply {
	t.Helper()
	return p.server.do(t, "PUT", path, body, p.header())
}

const checkedProfile = `{"jurisdictions": {"UK": {"realityCheck": {"every": "10m", "answerWithin": "60s"}, "autoplay": false, "maxBet": {"USD": 2.00}}}}`

// A player who does nothing is warned by the clock, in every tab; betting stops without an acknowledgement, and goes on after it.
func TestSessionWarningIsPushed(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	s := newTestServer(t, withLadder(t), withProfiles(t, &ahead, checkedProfile))
	p := s.operator(t).player(t, "USD", "100.00") // of no jurisdiction: the strictest
	slots, ladder := p.connect(t, "slots"), p.connect(t, "test-ladder")
	spun := slots.spin("1").result(t)
	ladder.wantNothing()
	ahead.Store(int64(10*time.Minute + time.Second))
	for _, c := range []*client{slots, ladder} {
		e := c.awaitType("session_warning")
		if got := strings.Join(keysOf(t, e.Payload), " "); got != "expiresIn netResult nextAction sessionDuration totalWagered warningType" || e.RequestID != "" {
			t.Errorf("got %s", e.Payload)
		}
		var w struct {
			Type            string `json:"warningType"`
			NextAction      string
			ExpiresIn       int
			SessionDuration int
		}
		if err := json.Unmarshal(e.Payload, &w); err != nil || w.Type != "reality_check" || w.NextAction != "acknowledge" || w.ExpiresIn < 50 || w.ExpiresIn > 60 || w.SessionDuration < 600 {
			t.Errorf("warned of %s, %v", e.Payload, err)
		}
		if !strings.Contains(string(e.Payload), `"totalWagered":1.00`) {
			t.Errorf("wagered %s, want 1.00", e.Payload)
		}
	}
	slots.spin("2").result(t)
	ahead.Add(int64(time.Minute))
	if d := slots.spin("3").wantError(t, string(session.CheckWaits)); d["warningType"] != "reality_check" {
		t.Errorf("refused with %v", d)
	}
	slots.ask("acknowledge", `{"warningType":"nothing"}`, "bad").wantError(t, string(session.Malformed))
	if e := ladder.ask("acknowledge", `{"warningType":"reality_check"}`, "seen"); e.Type != "acknowledged" || string(e.Payload) != `{"warningType":"reality_check"}` {
		t.Errorf("answered %s %s", e.Type, e.Payload)
	}
	if got := slots.spin("3").result(t); got.RoundID == spun.RoundID {
		t.Error("an old round was told")
	}
	slots.ask("action", `{"action":"spin","betPerLine":0.11,"activePaylines":20}`, "4").wantError(t, string(session.OutsideLimits))
	var state struct {
		Jurisdiction        string
		Autoplay            bool
		RealityCheckSeconds int
		SessionDuration     int
		MaxBet              json.Number
	}
	p.get(t, "/me/session").into(t, &state)
	if state.Jurisdiction != "strictest" || state.Autoplay || state.RealityCheckSeconds != 600 || state.SessionDuration < 600 || state.MaxBet != "2.00" {
		t.Errorf("the session is %+v", state)
	}
}

// A suspension ends the connections on which nothing is open, at once; where a round is open the player is told, and finishes it.
func TestSuspensionClosesSockets(t *testing.T) {
	t.Parallel()
	a := newTestServer(t, withLadder(t))
	b := newTestServer(t, withLadder(t), func(c *Config) { c.DatabaseURL = a.config.DatabaseURL })
	o := a.operator(t)
	p := o.player(t, "USD", "100.00")
	slots, ladder := p.connectAt(t, b, "slots"), p.connectAt(t, b, "test-ladder")
	o.post(t, "/test/force-outcome", map[string]any{"playerId": p.ID, "gameId": "ladder", "outcome": json.RawMessage(`{"fallOnRung":null}`)}).wantsSuccess(t)
	slots.spin("1").result(t)
	ladder.ask("action", `{"action":"bet","amount":10.00}`, "open").result(t)
	path := "/players/" + p.ExternalID
	o.post(t, path+"/suspend", map[string]any{}).wants(t, http.StatusBadRequest, session.InvalidRequest)
	o.post(t, path+"/suspend", map[string]any{"reason": "documents are being checked"}).wantsSuccess(t)
	code, last := slots.awaitClose()
	if d := last.wantError(t, string(session.PlayerExcluded)); code != closeForbidden || d["status"] != "suspended" {
		t.Errorf("closed with %d after %s", code, last.Payload)
	}
	if d := ladder.awaitType("error").wantError(t, string(session.PlayerExcluded)); d["openRound"] == nil {
		t.Errorf("told %v", d)
	}
	again := p.connectAt(t, a, "test-ladder") // a new connection may finish the round, too
	again.awaitType("round_recovered")
	again.ask("action", `{"action":"climb"}`, "climb").result(t)
	again.ask("cashout", `{}`, "out").result(t)
	if code, _ := again.awaitClose(); code != closeForbidden {
		t.Errorf("closed with %d when the round was over", code)
	}
	refused := p.connectAt(t, a, "slots")
	if code, last := refused.awaitClose(); code != closeForbidden || last.Type != "error" {
		t.Errorf("connected: %d, %s", code, last.Payload)
	}
	p.get(t, "/me/limits").wants(t, http.StatusForbidden, session.PlayerExcluded)
	o.post(t, path+"/reinstate", map[string]any{"reason": "all is well"}).wantsSuccess(t)
	p.connectAt(t, a, "slots").spin("2").result(t)
	o.post(t, "/players/nobody/suspend", map[string]any{"reason": "x"}).wants(t, http.StatusNotFound, session.PlayerNotFound)
	a.operator(t).post(t, "/players/"+p.ID+"/suspend", map[string]any{"reason": "x"}).wants(t, http.StatusNotFound, session.PlayerNotFound)
}

func (r *reply) wantsSuccess(t testing.TB) {
	t.Helper()
	if r.status != http.StatusOK || !r.Success {
		t.Fatalf("status %d, want a success: %s", r.status, r.text)
	}
}

// A player excludes himself: nothing takes it back, deposits are refused, and withdrawals work.
func TestPlayersExcludeThemselves(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "USD", "100.00")
	slots := p.connect(t, "slots")
	slots.spin("1").result(t)
	until := time.Now().Add(48 * time.Hour).UTC().Format(time.RFC3339)
	for _, body := range []map[string]any{{}, {"indefinite": true, "until": until}, {"until": time.Now().Add(time.Hour)}} {
		p.post(t, "/me/exclude", body).wants(t, http.StatusBadRequest, session.InvalidRequest)
	}
	var standing standingData
	p.post(t, "/me/exclude", map[string]any{"until": until}).into(t, &standing)
	if standing.Status != "excluded" || standing.Until == nil || standing.Until.Format(time.RFC3339) != until {
		t.Errorf("answered %+v", standing)
	}
	if code, _ := slots.awaitClose(); code != closeForbidden {
		t.Errorf("closed with %d", code)
	}
	path := "/players/" + p.ID
	o.post(t, path+"/exclude", map[string]any{"reason": "less", "until": time.Now().Add(30 * time.Hour)}).wants(t, http.StatusConflict, session.Conflict)
	o.post(t, path+"/reinstate", map[string]any{"reason": "he asks for it"}).wants(t, http.StatusConflict, session.Conflict)
	o.post(t, "/wallet/deposit", transferOf(p.ID, "1.00", "USD", "in")).wants(t, http.StatusForbidden, session.PlayerExcluded)
	o.post(t, "/wallet/withdraw", transferOf(p.ID, "1.00", "USD", "out")).wantsSuccess(t)
	o.post(t, path+"/exclude", map[string]any{"reason": "for good"}).wantsSuccess(t)
}

// Limits by operator and by player are the same limits, and hold for bets and deposits.
func TestLimitsByREST(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "USD", "100.00")
	slots := p.connect(t, "slots")
	limits := func(list ...map[string]any) map[string]any { return map[string]any{"limits": list, "reason": "a test"} }
	one := func(kind, period, value string) map[string]any {
		return map[string]any{"type": kind, "period": period, "amount": json.Number(value)}
	}
	p.put(t, "/me/limits", limits(one("wagering", "day", "1.50"), one("session", "session", "45"))).wantsSuccess(t)
	slots.spin("1").result(t)
	d := slots.spin("2").wantError(t, string(session.LimitReached))
	if d["type"] != "wagering" || d["period"] != "day" || d["limit"] != 1.5 || d["used"] != 1.0 || d["until"] == nil {
		t.Errorf("refused with %v", d)
	}
	path := "/players/" + p.ExternalID + "/limits"
	o.do(t, "PUT", path, map[string]any{"limits": []any{one("loss", "day", "5.00")}}).wants(t, http.StatusBadRequest, session.InvalidRequest) // no reason
	for _, bad := range []map[string]any{one("loss", "session", "5.00"), one("loss", "day", "5.001"), {"type": "loss", "period": "day"},
		{"type": "loss", "period": "day", "amount": 1, "remove": true}, one("session", "session", "1.5")} {
		o.do(t, "PUT", path, limits(bad)).wants(t, http.StatusBadRequest, session.InvalidRequest)
	}
	o.do(t, "PUT", path, limits(one("deposit", "month", "110.00"), map[string]any{"type": "wagering", "period": "day", "remove": true})).wantsSuccess(t)
	o.post(t, "/wallet/deposit", transferOf(p.ID, "10.01", "USD", "in")).wants(t, http.StatusForbidden, session.LimitReached)
	o.post(t, "/wallet/deposit", transferOf(p.ID, "10.00", "USD", "in")).wantsSuccess(t)
	o.post(t, "/wallet/deposit", transferOf(p.ID, "10.00", "USD", "in")).wantsSuccess(t) // sent again: the first answer
	slots.spin("3").wantError(t, string(session.LimitReached))                           // the removal waits
	want := `[{"type":"deposit","period":"month","amount":110.00,"used":110.00},{"type":"session","period":"session","amount":45},` +
		`{"type":"wagering","period":"day","amount":1.50,"used":1.00,"pending":{"from":"`
	for _, reply := range []*reply{o.get(t, path), p.get(t, "/me/limits")} {
		if !strings.Contains(reply.text, want) {
			t.Errorf("limits are %s, want %s…", reply.text, want)
		}
	}
}
