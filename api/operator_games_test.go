package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"croupier/session"
)

// put changes a game from a state.
func (o *testOperator) put(t testing.TB, path, tag string, body any) *reply {
	t.Helper()
	text := encode(t, body)
	h := o.sign("PUT", fullPath(path), text, o.now())
	if tag != "" {
		h["If-Match"] = []string{tag}
	}
	return o.server.do(t, "PUT", path, text, h)
}

// with makes a signed call with a header more.
func (o *testOperator) with(t testing.TB, method, path string, body any, name, value string) *reply {
	t.Helper()
	text := encode(t, body)
	h := o.sign(method, fullPath(path), text, o.now())
	h[name] = []string{value}
	return o.server.do(t, method, path, text, h)
}

const (
	slotsConfig = "/operator/games/slots"
	narrowSlots = `{"enabled":true,"variant":"RTP_94","name":"Lucky Reels","aliases":["lucky-reels"],"limits":{"USD":{"min":0.50,"max":2.00}},"reason":"House limits"}`
)

// An operator's game is what it says, for its players, from the next round on, and nobody else's.
func TestOperatorConfiguresAGame(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o, rival := s.operator(t), s.operator(t)
	p, stranger := o.player(t, "USD", "100"), rival.player(t, "USD", "100")
	table := p.connect(t, "slots")
	before := table.spin("1")

	var changed struct {
		Revision  int
		Effective struct {
			Name, Variant, RulesHash string
			Aliases                  []string
			Limits                   map[string]map[string]json.Number
		}
		Changed struct{ By, Reason string }
	}
	reply := o.put(t, slotsConfig, `"0"`, narrowSlots)
	reply.into(t, &changed)
	if changed.Revision != 1 || reply.header.Get("ETag") != `"1"` || changed.Effective.Name != "Lucky Reels" || changed.Effective.Variant != "RTP_94" ||
		changed.Effective.Limits["USD"]["max"] != "2.00" || changed.Effective.Limits["EUR"]["max"] == "2.00" ||
		changed.Changed.Reason != "House limits" || changed.Changed.By != "API key "+o.APIKey.ID.String() {
		t.Errorf("changed: %s", reply.text)
	}
	var shown GameData
	p.get(t, "/games/lucky-reels").into(t, &struct{}{})
	must(t, json.Unmarshal(p.get(t, "/games/lucky-reels").Data, &struct{ GameID *string }{&shown.GameID}))
	if shown.GameID != "slots" {
		t.Errorf("by the operator's alias: %+v", shown)
	}
	stranger.get(t, "/games/lucky-reels").wants(t, http.StatusNotFound, session.NotFound)
	if text := stranger.get(t, "/games/slots").text; !strings.Contains(text, `"name":"Slots"`) || !strings.Contains(text, `"variant":"RTP_96"`) {
		t.Errorf("another operator's player sees %s", text)
	}

	eventually(t, "the server has heard of it", func() bool { // the server that plays has heard of it
		after := p.roundOf(t, table.spin(uuid.NewString()))
		return after.Variant == "RTP_94"
	})
	if was := p.roundOf(t, before); was.Variant != "RTP_96" {
		t.Errorf("a round of before is of %s", was.Variant)
	}
	tooMuch := table.ask("action", `{"action":"spin","betPerLine":0.15,"activePaylines":20}`, "too much")
	var refused struct {
		Code    string
		Details struct{ Min, Max json.Number }
	}
	must(t, json.Unmarshal(tooMuch.Payload, &refused))
	if refused.Code != "30008" || refused.Details.Min != "0.50" || refused.Details.Max != "2.00" {
		t.Errorf("a stake outside of the operator's limits: %+v", refused)
	}
	o.put(t, "/operator/games/blackjack", `"0"`, `{"enabled":true,"aliases":["my-jack"],"reason":"x"}`).into(t, &struct{}{})
	o.put(t, "/operator/games/move", `"0"`, `{"enabled":true,"aliases":["my-move"],"reason":"x"}`).into(t, &struct{}{})
	if e := p.connect(t, "my-move").ask("action", `{"action":"bet","amount":1.00}`, "bet"); !strings.Contains(string(e.Payload), "in_progress") {
		t.Fatalf("by an alias: %s", e.Payload)
	}
	if e := p.connect(t, "my-move").awaitType("round_recovered"); !strings.Contains(string(e.Payload), `"gameId":"my-move"`) {
		t.Errorf("a message to who connected by the operator's alias: %s", e.Payload)
	}
	if e := stranger.connect(t, "lucky-reels").awaitType("error"); e.Type != "error" || !strings.Contains(string(e.Payload), "30021") {
		t.Errorf("another operator's player: %+v", e)
	}
	o.post(t, "/auth/sso/create-token", `{"playerId":"x","currency":"USD","jurisdiction":"MT","locale":"en","gameId":"lucky-reels"}`).into(t, &struct{}{})
	rival.post(t, "/auth/sso/create-token", `{"playerId":"x","currency":"USD","jurisdiction":"MT","locale":"en","gameId":"lucky-reels"}`).wants(t, 400, session.InvalidRequest)
	forced := map[string]any{"playerId": p.ID, "gameId": "lucky-reels", "outcome": map[string]any{"reelPositions": []int{0, 0, 0, 0, 0}}}
	o.post(t, "/test/force-outcome", forced).into(t, &struct{}{})
}

// A game that is switched off refuses new rounds; one that is open is finished.
func TestDisabledGameFinishesItsRounds(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "USD", "100")
	o.post(t, "/test/force-outcome", map[string]any{"playerId": p.ID, "gameId": "smash",
		"outcome": map[string]any{"multipliers": []any{}, "hammerBreakOnHit": nil}}).into(t, &struct{}{})
	c := p.connect(t, "smash")
	if e := c.ask("action", `{"action":"bet","amount":1.00}`, "bet"); e.Type != "action_result" {
		t.Fatalf("%+v", e)
	}
	other := o.player(t, "USD", "100").connect(t, "smash") // whose server has heard of the change when its rounds are refused
	o.put(t, "/operator/games/smash", `"0"`, `{"enabled":false,"reason":"Maintenance"}`).into(t, &struct{}{})
	eventually(t, "a new round is refused", func() bool {
		e := other.ask("action", `{"action":"bet","amount":1.00}`, uuid.NewString())
		if e.Type == "action_result" {
			other.ask("action", `{"action":"hit"}`, uuid.NewString())
			other.ask("cashout", `{}`, uuid.NewString())
		}
		return e.Type == "error" && strings.Contains(string(e.Payload), `"30021"`)
	})
	if e := c.ask("action", `{"action":"hit"}`, "hit"); e.Type != "action_result" {
		t.Errorf("an open round is not gone on with: %s", e.Payload)
	}
	c.ask("cashout", `{}`, "cash")
	if e := c.ask("action", `{"action":"bet","amount":1.00}`, "another"); !strings.Contains(string(e.Payload), `"30021"`) {
		t.Errorf("a new round: %s", e.Payload)
	}
	if text := p.get(t, "/games").text; strings.Contains(text, `"gameId":"smash"`) {
		t.Error("a player is shown a game that cannot be played")
	}
	if text := o.get(t, "/games/smash").text; !strings.Contains(text, `"available":false`) {
		t.Errorf("the operator sees %s", text)
	}
}

func TestGameChangesThatAreRefused(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	refuse := func(body, field string) {
		t.Helper()
		reply := o.put(t, slotsConfig, `"0"`, body)
		if reply.status != http.StatusBadRequest || !strings.Contains(fmt.Sprint(reply.fields()), field) {
			t.Errorf("%s: %s", body, reply.text)
		}
	}
	for body, field := range map[string]string{
		`{"enabled":true,"variant":"RTP_99","reason":"x"}`:                             "variant",
		`{"enabled":true,"aliases":["smash"],"reason":"x"}`:                            "aliases",
		`{"enabled":true,"aliases":["slotty-slots"],"reason":"x"}`:                     "aliases",
		`{"enabled":true,"aliases":["UPPER"],"reason":"x"}`:                            "aliases",
		`{"enabled":true,"aliases":["a","a"],"reason":"x"}`:                            "aliases",
		`{"enabled":true,"limits":{"USD":{"min":0.01,"max":2}},"reason":"x"}`:          "limits.USD",
		`{"enabled":true,"limits":{"USD":{"min":1,"max":1000}},"reason":"x"}`:          "limits.USD",
		`{"enabled":true,"limits":{"USD":{"min":2,"max":1}},"reason":"x"}`:             "limits.USD",
		`{"enabled":true,"limits":{"USD":{"min":1.001,"max":2}},"reason":"x"}`:         "limits.USD",
		`{"enabled":true,"limits":{"XXXX":{"min":1,"max":2}},"reason":"x"}`:            "limits",
		`{"enabled":true,"name":"a\u202eb","reason":"x"}`:                              "name",
		`{"enabled":true,"reason":"two\nlines"}`:                                       "reason",
		`{"enabled":true}`:                                                             "reason",
		`{"reason":"x"}`:                                                               "enabled",
		`{"enabled":true,"limits":{"USD":{"min":1e0,"max":2}},"reason":"no exponent"}`: "limits.USD",
	} {
		refuse(body, field)
	}
	ok := `{"enabled":true,"aliases":["mine"],"reason":"x"}`
	o.put(t, slotsConfig, "", ok).wants(t, http.StatusPreconditionRequired, session.InvalidRequest)
	for _, tag := range []string{`"1"`, `"x"`} {
		o.put(t, slotsConfig, tag, ok).wants(t, http.StatusPreconditionFailed, session.Conflict)
	}
	for _, tag := range []string{`0`, `W/"0"`, `*`, `"0", "1"`} {
		o.put(t, slotsConfig, tag, ok).wants(t, http.StatusPreconditionRequired, session.InvalidRequest)
	}
	o.put(t, "/operator/games/roulette", `"0"`, ok).wants(t, http.StatusNotFound, session.NotFound)
	o.put(t, slotsConfig, `"0"`, ok).into(t, &struct{}{})
	o.put(t, "/operator/games/dice", `"0"`, ok).wants(t, http.StatusBadRequest, session.InvalidRequest) // the alias is taken
	reply := o.put(t, slotsConfig, `"1"`, ok)
	if reply.into(t, &struct{}{}); reply.header.Get("ETag") != `"1"` {
		t.Errorf("the same settings made another revision: %s", reply.text)
	}
}

// Every change is told for ever, to its operator only; of two at once one is refused.
func TestGameHistory(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o, rival := s.operator(t), s.operator(t)
	statuses := make(chan int, 4)
	for i := range 4 {
		go func() {
			statuses <- o.put(t, slotsConfig, `"0"`, fmt.Sprintf(`{"enabled":true,"name":"Name %d","reason":"change %d"}`, i, i)).status
		}()
	}
	won := 0
	for range 4 {
		if status := <-statuses; status == http.StatusOK {
			won++
		} else if status != http.StatusPreconditionFailed {
			t.Errorf("status %d", status)
		}
	}
	if won != 1 {
		t.Fatalf("%d of 4 changes of one state were made", won)
	}
	for i := 1; i < 4; i++ {
		o.put(t, slotsConfig, fmt.Sprintf(`"%d"`, i), fmt.Sprintf(`{"enabled":%t,"reason":"change %d"}`, i%2 == 0, i)).into(t, &struct{}{})
	}
	var page struct {
		Changes []struct {
			Revision   int
			Reason, By string
		}
		NextCursor int
	}
	o.get(t, slotsConfig+"/history?limit=3").into(t, &page)
	if len(page.Changes) != 3 || page.Changes[0].Revision != 4 || page.Changes[0].Reason != "change 3" || page.NextCursor != 2 {
		t.Errorf("%+v", page)
	}
	o.get(t, slotsConfig+"/history?limit=3&cursor=2").into(t, &page)
	if len(page.Changes) != 1 || page.Changes[0].Revision != 1 {
		t.Errorf("%+v", page)
	}
	rival.get(t, slotsConfig+"/history").into(t, &page)
	if len(page.Changes) != 0 {
		t.Errorf("another operator sees %+v", page)
	}
}

// An answer with an ETag is not sent again while nothing has changed.
func TestETags(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "USD", "10")
	for _, path := range []string{"/games", "/games/slots", "/games/slots/config", "/operator/games", slotsConfig, "/reports/games?from=2026-01-01",
		"/wallet/transactions?playerId=" + p.ID} {
		first := o.get(t, path)
		tag := first.header.Get("ETag")
		if first.status != http.StatusOK || tag == "" || first.header.Get("Cache-Control") != "private, no-cache" {
			t.Errorf("%s: status %d, tag %q", path, first.status, tag)
		}
		for _, sent := range []string{tag, `"other", ` + tag, "*"} {
			again := o.with(t, "GET", path, nil, "If-None-Match", sent)
			if again.status != http.StatusNotModified || again.text != "" || again.header.Get("ETag") != tag {
				t.Errorf("%s with %s: status %d, %q", path, sent, again.status, again.text)
			}
		}
		if again := o.with(t, "GET", path, nil, "If-None-Match", `"other"`); again.status != http.StatusOK {
			t.Errorf("%s: status %d", path, again.status)
		}
	}
	tag := o.get(t, "/games").header.Get("ETag")
	o.put(t, slotsConfig, `"0"`, narrowSlots).into(t, &struct{}{})
	if again := o.with(t, "GET", "/games", nil, "If-None-Match", tag); again.status != http.StatusOK {
		t.Errorf("after a change: status %d", again.status)
	}
}
