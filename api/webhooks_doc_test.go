package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"testing"

	"croupier/games"
	"croupier/games/builtin"
	"croupier/games/gamestest"
	"croupier/session"
	"croupier/wallet"
)

// The examples of docs/webhooks.md have the members that the real events have, in their order, and there is one of every event.
func TestDocumentedWebhooks(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	r, gone := newReceiver(t), newReceiver(t)
	o.hear(t, r, map[string]any{"ordering": "player", "jackpotFrom": 2}, "*")
	gone.answer = func(told) int { return http.StatusGone }
	o.hear(t, gone, nil, "wallet.deposit_confirmed") // and so an incident
	p := o.player(t, "USD", "100.00")
	c := p.connect(t, "dice")
	for i := range 200 { // a chance of a third pays about three times the stake
		c.ask("action", `{"action":"roll","amount":0.10,"chance":33.00}`, fmt.Sprint("roll-", i))
		if i%20 == 19 && slices.Contains(r.types(), "round.jackpot_won") {
			break
		}
	}
	open := p.connect(t, "guess").ask("action", `{"action":"bet","amount":1.00}`, "open")
	var round struct{ RoundID string }
	must(t, json.Unmarshal(open.Payload, &round))
	o.post(t, "/rounds/"+round.RoundID+"/void", map[string]any{"reason": "an example"}).into(t, &map[string]any{})
	o.post(t, "/wallet/withdraw", transferOf(p.ID, "1.00", "USD", "w-1")).into(t, &map[string]any{})
	o.post(t, "/wallet/withdraw", transferOf(p.ID, "5000.00", "USD", "w-2")).wants(t, http.StatusPaymentRequired, session.NotEnoughMoney)
	o.do(t, "PUT", "/players/"+p.ID+"/limits", exampleLimits).wantsSuccess(t)
	o.post(t, "/wallet/deposit", transferOf(p.ID, "500.00", "USD", "d-1")).wants(t, http.StatusForbidden, session.LimitReached)
	o.post(t, "/players/"+o.player(t, "USD", "1").ID+"/suspend", exampleReason).wantsSuccess(t)
	o.post(t, "/players/"+p.ID+"/exclude", exclusionOf(60)).wantsSuccess(t)
	more, err := games.NewCatalogue(append(builtin.Games(), gamestest.Game())...) // a release with a game more
	must(t, err)
	_, err = session.NewFloor(t.Context(), s.db, nil, more, s.settler, s.now, s.log)
	must(t, err)
	others := []wallet.EventType{wallet.Maintenance}
	real := map[wallet.EventType]told{}
	r.waitFor("every event comes", func(list []told) bool {
		for _, e := range list {
			if _, known := real[wallet.EventType(e.Type)]; !known {
				real[wallet.EventType(e.Type)] = e
			}
		}
		return !slices.ContainsFunc(wallet.EventTypes(), func(e wallet.EventType) bool {
			_, came := real[e]
			return !came && !slices.Contains(others, e)
		})
	})

	text, err := os.ReadFile("../docs/webhooks.md")
	must(t, err)
	examples := map[wallet.EventType]json.RawMessage{}
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllSubmatch(text, -1) {
		var e told
		must(t, json.Unmarshal(block[1], &e))
		examples[wallet.EventType(e.Type)] = e.Data
	}
	for _, kind := range wallet.EventTypes() {
		if !bytes.Contains(text, []byte("`"+string(kind)+"`")) {
			t.Errorf("docs/webhooks.md does not have %s", kind)
		}
		e, came := real[kind]
		if !came {
			continue
		}
		if got, want := members(t, e.Data), members(t, examples[kind]); !slices.Equal(got, want) {
			t.Errorf("%s has %v, its example has %v:\n{\"type\":\"%s\",\"timestamp\":\"%s\",\"data\":%s}", kind, got, want, kind,
				e.At.Format("2006-01-02T15:04:05.000000Z07:00"), e.Data)
		}
	}
}

// members are the names of an object's members, in order.
func members(t testing.TB, object json.RawMessage) (names []string) {
	t.Helper()
	if len(object) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(object))
	_, err := d.Token()
	must(t, err)
	for d.More() {
		name, err := d.Token()
		must(t, err)
		names = append(names, name.(string))
		var value json.RawMessage
		must(t, d.Decode(&value))
	}
	return names
}
