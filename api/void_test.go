package api

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"croupier/games"
	"croupier/session"
)

// voidedPayload is what a test looks at in a round_voided.
type voidedPayload struct {
	result
	GameID string      `json:"gameId"`
	Reason string      `json:"reason"`
	By     string      `json:"by"`
	Stake  json.Number `json:"stake"`
	Refund json.Number `json:"refund"`
	At     time.Time   `json:"at"`
}

func (e envelope) voided(t testing.TB) (p voidedPayload) {
	t.Helper()
	if e.Type != "round_voided" || e.RequestID != "" {
		t.Fatalf("got %s %s, want a round_voided", e.Type, e.Payload)
	}
	if got := strings.Join(keysOf(t, e.Payload), " "); got != "at balance by gameId outcome provablyFair reason refund roundId stake status" {
		t.Errorf("fields %s", got)
	}
	must(t, json.Unmarshal(e.Payload, &p))
	return p
}

// voidAnswer is what a test looks at in the answer to a void.
type voidAnswer struct {
	RoundID, PlayerID, GameID, Status, Reason, By, Currency string
	Refund, Balance                                         json.Number
	At                                                      time.Time
}

const voidBody = `{"reason":"the cards were shown <twice>"}`

func TestVoidedRoundIsToldAtOnceAndOnce(t *testing.T) {
	t.Parallel()
	a := newTestServer(t, withLadder(t))
	b := newTestServer(t, withLadder(t), func(c *Config) { c.DatabaseURL = a.config.DatabaseURL })
	o := a.operator(t)
	p := o.player(t, "USD", "100.00")
	c, slots := p.connect(t, "test-ladder"), p.connect(t, "slots")
	opened := c.ask("action", `{"action":"bet","amount":10.00}`, "open").result(t)
	path := "/rounds/" + opened.RoundID + "/void"
	onB := *o
	onB.server = b // on another node than the player's
	first := onB.post(t, path, voidBody)
	var done voidAnswer
	first.into(t, &done)
	if done.RoundID != opened.RoundID || done.PlayerID != p.ID || done.GameID != "ladder" || done.Status != "voided" ||
		done.Reason != "the cards were shown <twice>" || done.By != "API key "+o.APIKey.ID.String() || done.Currency != "USD" ||
		done.Refund != "10.00" || done.Balance != "100.00" {
		t.Errorf("answered %s", first.text)
	}
	told := c.awaitType("round_voided").voided(t)
	if told.RoundID != opened.RoundID || told.GameID != "test-ladder" || told.Status != "voided" || told.Stake != "10.00" || told.Refund != "10.00" ||
		told.Reason != done.Reason || told.By != done.By || told.Balance.Before != "90.00" || told.Balance.After != "100.00" ||
		told.ProvablyFair.ServerSeedHash != opened.ProvablyFair.ServerSeedHash || !told.At.Equal(done.At) {
		t.Errorf("told %+v", told)
	}
	a.wantMarked(t)
	if again := o.post(t, path, voidBody); string(again.Data) != string(first.Data) {
		t.Errorf("answered %s, then %s", first.Data, again.Data)
	}
	c.ask("cashout", `{}`, "late").wantError(t, string(session.RoundComplete))
	c.wantNothing()
	slots.wantNothing()
	p.connect(t, "ladder").wantNothing()
	p.connectAt(t, b, "ladder").wantNothing()
	var record games.Record
	p.get(t, "/rounds/"+opened.RoundID).into(t, &record)
	if last := record.Actions[len(record.Actions)-1]; record.Status != games.Voided || last.Type != games.TypeVoid || last.Payout != "10.00" {
		t.Errorf("recorded %+v", record)
	}
	var list roundsData
	p.get(t, "/rounds?status=voided").into(t, &list)
	if len(list.Rounds) != 1 || list.Rounds[0].RoundID != opened.RoundID {
		t.Errorf("listed %+v", list.Rounds)
	}
	if transfers := p.get(t, "/wallet/transactions").text; !strings.Contains(transfers, `"code":"refund","debit":"escrow","credit":"player","amount":10.00`) {
		t.Errorf("transfers %s", transfers)
	}
	// Once the seed is revealed, the round verifies as any other.
	p.post(t, "/seeds/rotate", `{}`).into(t, &session.SeedRotated{})
	var verdict verificationData
	p.get(t, "/rounds/"+opened.RoundID+"/verification").into(t, &verdict)
	if verdict.Verdict != "verified" {
		t.Errorf("verification %+v", verdict.Report)
	}
	a.wantWholeLedger(t)
}

// Who was away is told on the next connection, which shows no open round.
func TestVoidedRoundIsToldToWhoWasAway(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, withLadder(t))
	o := s.operator(t)
	p := o.player(t, "USD", "100.00")
	gone := p.connect(t, "ladder")
	opened := gone.ask("action", `{"action":"bet","amount":10.00}`, "open").result(t)
	cut(gone.conn)
	for tick := time.Tick(10 * time.Millisecond); len(s.sockets.all()) > 0; <-tick {
	}
	o.post(t, "/rounds/"+opened.RoundID+"/void", voidBody).into(t, &voidAnswer{})
	c := p.connect(t, "ladder")
	if told := c.read().voided(t); told.RoundID != opened.RoundID {
		t.Errorf("told %+v", told)
	}
	s.wantMarked(t)
	c.wantNothing()
	p.connect(t, "ladder").wantNothing()
}

func TestVoidIsRefusedOverREST(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, withLadder(t))
	o, other := s.operator(t), s.operator(t)
	p := o.player(t, "USD", "100.00")
	c := p.connect(t, "ladder")
	open := c.ask("action", `{"action":"bet","amount":10.00}`, "open").result(t).RoundID
	settled := p.connect(t, "slots").spin("1").result(t).RoundID
	path := "/rounds/" + open + "/void"
	other.post(t, path, voidBody).wants(t, http.StatusNotFound, session.NotFound)
	p.post(t, path, voidBody).wants(t, http.StatusUnauthorized, session.InvalidKey)
	s.post(t, path, voidBody).wants(t, http.StatusUnauthorized, session.InvalidKey)
	o.post(t, "/rounds/none/void", voidBody).wants(t, http.StatusNotFound, session.NotFound)
	reply := o.post(t, "/rounds/"+settled+"/void", voidBody)
	reply.wants(t, http.StatusConflict, session.Conflict)
	if !strings.Contains(reply.Error.Message, "deposit") {
		t.Errorf("it is not said what to do: %s", reply.text)
	}
	for _, body := range []string{`{}`, `{"reason":""}`, `{"reason":"   "}`, `{"reason":"a\nb"}`, `{"reason":"why","by":"me"}`, `{"reason":"` + strings.Repeat("x", 201) + `"}`} {
		reply := o.post(t, path, body)
		reply.wants(t, http.StatusBadRequest, session.InvalidRequest)
		if len(reply.fields()) != 1 {
			t.Errorf("%s: %s", body, reply.text)
		}
	}
	if got := p.balance(t); got != s.balanceOf(t, o, p) {
		t.Errorf("balance %s", got)
	}
	c.ask("action", `{"action":"climb"}`, "go on").result(t)
	o.post(t, path, `{"reason":"`+strings.Repeat("ß", 200)+`"}`)
	s.wantWholeLedger(t)
}
