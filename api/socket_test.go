package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"croupier/games"
	"croupier/games/builtin"
	"croupier/games/gamestest"
)

// withLadder offers a game of several steps beside slots.
func withLadder(t testing.TB) func(*Config) {
	t.Helper()
	c, err := games.NewCatalogue(append(builtin.Games(), gamestest.Game())...)
	must(t, err)
	return func(config *Config) { config.Catalogue = c }
}

func keysOf(t testing.TB, object json.RawMessage) []string {
	t.Helper()
	var fields map[string]json.RawMessage
	must(t, json.Unmarshal(object, &fields))
	return slices.Sorted(maps.Keys(fields))
}

func TestSpinIsAnsweredAsTheSeedSays(t *testing.T) {
	t.Parallel()
	p := newTestServer(t).operator(t).player(t, "USD", "100.00")
	c := p.connect(t, "slotty-slots")
	e := c.spin("req-001")
	if e.Type != "action_result" || e.RequestID != "req-001" || time.Since(time.UnixMilli(e.Timestamp)).Abs() > time.Minute {
		t.Errorf("envelope %+v", e)
	}
	if got := keysOf(t, e.Payload); !slices.Equal(got, []string{"balance", "outcome", "provablyFair", "roundId", "status"}) {
		t.Errorf("payload has %v", got)
	}
	r := e.result(t)
	if r.Status != "completed" || r.Balance.Before != "100.00" || r.Balance.Currency != "USD" || r.ProvablyFair.Nonce != 0 {
		t.Errorf("result %+v", r)
	}
	if got := p.balance(t); got != string(r.Balance.After) {
		t.Errorf("told %s, the wallet has %s", r.Balance.After, got)
	}
	for _, field := range []string{"reelPositions", "paylines", "totalWin", "freeSpinsTriggered"} {
		var told struct{ Outcome json.RawMessage }
		must(t, json.Unmarshal(e.Payload, &told))
		if !slices.Contains(keysOf(t, told.Outcome), field) {
			t.Errorf("outcome has no %s: %s", field, told.Outcome)
		}
	}
}

func TestBadMessagesAreNamedAndChangeNothing(t *testing.T) {
	t.Parallel()
	p := newTestServer(t).operator(t).player(t, "USD", "100.00")
	c := p.connect(t, "slots")
	action := func(payload string) string { return `{"type":"action","requestId":"x","payload":` + payload + `}` }
	for _, tt := range []struct{ name, text, code, field string }{
		{"not JSON", `spin please`, "30001", "message"},
		{"an array", `[]`, "30001", "message"},
		{"two values", `{"type":"ping","payload":{},"requestId":"a"}{}`, "30001", "message"},
		{"no type", `{"payload":{},"requestId":"x"}`, "30001", "type"},
		{"type of another kind", `{"type":7,"payload":{},"requestId":"x"}`, "30001", "type"},
		{"type in other letters", `{"Type":"ping","payload":{},"requestId":"x"}`, "30001", "Type"},
		{"unknown type", `{"type":"jackpot","payload":{},"requestId":"x"}`, "30002", "type"},
		{"acknowledge of something else", `{"type":"acknowledge","payload":{"warningType":"x"},"requestId":"x"}`, "30001", "warningType"},
		{"acknowledge of nothing", `{"type":"acknowledge","payload":{},"requestId":"x"}`, "30001", "warningType"},
		{"no requestId", `{"type":"ping","payload":{}}`, "30001", "requestId"},
		{"empty requestId", `{"type":"ping","payload":{},"requestId":""}`, "30001", "requestId"},
		{"long requestId", `{"type":"ping","payload":{},"requestId":"` + strings.Repeat("r", 65) + `"}`, "30001", "requestId"},
		{"requestId with a control character", `{"type":"ping","payload":{},"requestId":"a\u0000"}`, "30001", "requestId"},
		{"requestId is a number", `{"type":"ping","payload":{},"requestId":5}`, "30001", "requestId"},
		{"no payload", `{"type":"ping","requestId":"x"}`, "30001", "payload"},
		{"payload is null", `{"type":"ping","payload":null,"requestId":"x"}`, "30001", "payload"},
		{"unknown field", `{"type":"ping","payload":{},"requestId":"x","extra":1}`, "30001", "extra"},
		{"a field twice", `{"type":"ping","type":"ping","payload":{},"requestId":"x"}`, "30001", "type"},
		{"unknown field in the payload", `{"type":"ping","payload":{"a":1},"requestId":"x"}`, "30001", "a"},
		{"cashout with a field", `{"type":"cashout","payload":{"all":true},"requestId":"x"}`, "30001", "all"},
		{"no action", action(`{}`), "30001", "action"},
		{"action is null", action(`{"action":null}`), "30001", "action"},
		{"unknown action", action(`{"action":"hit"}`), "30602", ""},
		{"no bet", action(`{"action":"spin","activePaylines":20}`), "30001", "betPerLine"},
		{"bet is a string", action(`{"action":"spin","betPerLine":"1","activePaylines":20}`), "30001", "betPerLine"},
		{"bet with an exponent", action(`{"action":"spin","betPerLine":1e2,"activePaylines":20}`), "30001", "betPerLine"},
		{"bet far too long", action(`{"action":"spin","betPerLine":` + strings.Repeat("9", 4000) + `,"activePaylines":20}`), "30001", "betPerLine"},
		{"bet with too many decimals", action(`{"action":"spin","betPerLine":0.051,"activePaylines":20}`), "30001", "betPerLine"},
		{"bet of nothing", action(`{"action":"spin","betPerLine":0,"activePaylines":20}`), "", ""},
		{"negative bet", action(`{"action":"spin","betPerLine":-1,"activePaylines":20}`), "", ""},
		{"no lines", action(`{"action":"spin","betPerLine":1,"activePaylines":0}`), "30001", "activePaylines"},
		{"too many lines", action(`{"action":"spin","betPerLine":1,"activePaylines":21}`), "30001", "activePaylines"},
		{"half a line", action(`{"action":"spin","betPerLine":1,"activePaylines":1.5}`), "30001", "activePaylines"},
		{"a field too many", action(`{"action":"spin","betPerLine":1,"activePaylines":20,"force":[1]}`), "30001", "force"},
		{"above the limit", action(`{"action":"spin","betPerLine":1000000,"activePaylines":20}`), "30008", ""},
		{"more than there is", action(`{"action":"spin","betPerLine":5.01,"activePaylines":20}`), "", ""},
		{"a bad client seed", `{"type":"seed_rotate","payload":{"clientSeed":"a:b"},"requestId":"x"}`, "30001", "clientSeed"},
		{"a client seed that is null", `{"type":"seed_rotate","payload":{"clientSeed":null},"requestId":"x"}`, "30001", "clientSeed"},
		{"an empty client seed", `{"type":"seed_rotate","payload":{"clientSeed":""},"requestId":"x"}`, "30001", "clientSeed"},
		{"cash-out without a round", `{"type":"cashout","payload":{},"requestId":"x"}`, "30601", ""},
	} {
		c.send(tt.text)
		e := c.read()
		if tt.code == "" {
			if e.Type != "error" {
				t.Errorf("%s: got %s, want an error", tt.name, e.Type)
			}
		} else if details := e.wantError(t, tt.code); tt.field != "" && details["field"] != tt.field {
			t.Errorf("%s: details %v, want field %s", tt.name, details, tt.field)
		}
		if pong := c.ask("ping", `{}`, "still there"); pong.Type != "pong" {
			t.Fatalf("%s: the connection is no longer served: %s", tt.name, pong.Payload)
		}
	}
	if got := p.balance(t); got != "100.00" {
		t.Errorf("balance %s after nothing but bad messages", got)
	}
	if r := c.spin("good").result(t); r.ProvablyFair.Nonce != 0 {
		t.Errorf("bad messages spent %d nonces", r.ProvablyFair.Nonce)
	}
}

func TestInsufficientBalanceTellsHowMuchIsMissing(t *testing.T) {
	t.Parallel()
	p := newTestServer(t).operator(t).player(t, "USD", "0.99")
	details := p.connect(t, "slots").spin("a").wantError(t, "30007")
	if fmt.Sprint(details) != "map[available:0.99 currency:USD required:1]" {
		t.Errorf("details %v", details)
	}
}

func TestConnectionsThatMayNotPlayAreToldWhy(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	p := s.operator(t).player(t, "USD", "10.00")
	dial := func(query url.Values, header http.Header) *client {
		conn, _, err := websocket.DefaultDialer.Dial(p.socketURL(query), header)
		must(t, err)
		t.Cleanup(func() { conn.Close() })
		return &client{t: t, conn: conn}
	}
	ticket := func() string {
		var made struct{ Ticket string }
		p.post(t, "/socket-tickets", map[string]any{"gameId": "slots"}).into(t, &made)
		return made.Ticket
	}
	used := ticket()
	if e := dial(url.Values{"ticket": {used}}, nil).ask("ping", "{}", "1"); e.Type != "pong" {
		t.Fatalf("a ticket does not open: %s", e.Payload)
	}
	if e := dial(url.Values{"ticket": {ticket()}, "gameId": {"slotty-slots"}}, nil).ask("ping", "{}", "1"); e.Type != "pong" {
		t.Fatalf("a ticket does not open its game by another of its names: %s", e.Payload)
	}
	if e := dial(url.Values{"token": {p.token}, "gameId": {"slots"}}, nil).ask("ping", "{}", "1"); e.Type != "pong" {
		t.Fatalf("a token in the URL does not open: %s", e.Payload)
	}
	own := http.Header{"Origin": {"http://" + s.Addr().String()}}
	if e := dial(url.Values{"token": {p.token}, "gameId": {"slots"}}, own).ask("ping", "{}", "1"); e.Type != "pong" {
		t.Fatalf("the server's own page is refused: %s", e.Payload)
	}
	allowed := http.Header{"Origin": {"https://casino.example"}}
	if e := dial(url.Values{"token": {p.token}, "gameId": {"slots"}}, allowed).ask("ping", "{}", "1"); e.Type != "pong" {
		t.Fatalf("the operator's page is refused: %s", e.Payload)
	}
	for _, tt := range []struct {
		name   string
		query  url.Values
		header http.Header
		close  int
		code   string
	}{
		{"no token", url.Values{"gameId": {"slots"}}, nil, closeNotAuthenticated, "30101"},
		{"garbage", url.Values{"token": {"garbage"}, "gameId": {"slots"}}, nil, closeNotAuthenticated, "30101"},
		{"a changed token", url.Values{"token": {p.token[:len(p.token)-3] + "AAA"}, "gameId": {"slots"}}, nil, closeNotAuthenticated, "30101"},
		{"a used ticket", url.Values{"ticket": {used}}, nil, closeNotAuthenticated, "30101"},
		{"another game's ticket", url.Values{"ticket": {ticket()}, "gameId": {"blackjack"}}, nil, closeUnknownGame, "30021"},
		{"unknown game", url.Values{"token": {p.token}, "gameId": {"nonesuch"}}, nil, closeUnknownGame, "30021"},
		{"no game", url.Values{"token": {p.token}}, nil, closeUnknownGame, "30021"},
		{"a foreign page", url.Values{"token": {p.token}, "gameId": {"slots"}}, http.Header{"Origin": {"https://evil.example"}}, closeForbidden, "80005"},
	} {
		code, last := dial(tt.query, tt.header).awaitClose()
		if code != tt.close {
			t.Errorf("%s: closed with %d, want %d (%s)", tt.name, code, tt.close, last.Payload)
		}
		last.wantError(t, tt.code)
	}
}

func TestConnectionsAreClosedForCause(t *testing.T) {
	t.Parallel()
	idleAfter := func(idle time.Duration) *testOperator {
		return newTestServer(t, func(c *Config) {
			c.Limits = Limits{MessagesPerSecond: 0.001, MessageBurst: 150, PingEvery: idle / 25, IdleAfter: idle}
		}).operator(t)
	}
	// Patient enough for a machine that stops for long, or for seconds, and not at all.
	patient, lively, hasty := idleAfter(time.Minute), idleAfter(5*time.Second), idleAfter(100*time.Millisecond)
	for _, tt := range []struct {
		name  string
		do    func(c *client)
		close int
	}{
		{"binary", func(c *client) { must(t, c.conn.WriteMessage(websocket.BinaryMessage, []byte("{}"))) }, websocket.CloseUnsupportedData},
		{"too big", func(c *client) { c.send(strings.Repeat(" ", maxMessage+1)) }, websocket.CloseMessageTooBig},
		{"ten malformed in a row", func(c *client) {
			for range maxMalformed {
				c.send("?")
			}
		}, closeTooMany},
		{"faster than it may", func(c *client) {
			for range 150 + maxOverLimit {
				c.send(`{"type":"ping","payload":{},"requestId":"p"}`)
			}
		}, closeTooMany},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := patient.player(t, "USD", "1.00").connect(t, "slots")
			tt.do(c)
			if code, last := c.awaitClose(); code != tt.close {
				t.Errorf("closed with %d, want %d; last message %s", code, tt.close, last.Payload)
			}
		})
	}
	t.Run("no answer to pings", func(t *testing.T) {
		t.Parallel()
		c := hasty.player(t, "USD", "1.00").connect(t, "slots")
		c.conn.SetPingHandler(func(string) error { return nil })
		if code, last := c.awaitClose(); code != closeIdle {
			t.Errorf("closed with %d, want %d; last message %s", code, closeIdle, last.Payload)
		}
	})
	t.Run("a silent client that answers pings stays", func(t *testing.T) {
		t.Parallel()
		c := lively.player(t, "USD", "1.00").connect(t, "slots")
		pings := 0
		answer := c.conn.PingHandler()
		c.conn.SetPingHandler(func(data string) error {
			if pings++; pings == 30 { // past the idle time
				c.send(`{"type":"ping","payload":{},"requestId":"p"}`)
			}
			return answer(data)
		})
		if e := c.read(); e.Type != "pong" {
			t.Errorf("got %s", e.Type)
		}
	})
}

func TestGarbageDoesNotDisturbANeighbour(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	neighbour := o.player(t, "USD", "1000.00").connect(t, "slots")
	vandal := o.player(t, "USD", "1000.00")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for sent := 0; sent < 10_000; {
			conn, err := vandal.dial(s, "slots", nil)
			if err != nil {
				t.Errorf("dial: %v", err)
				return
			}
			for sent < 10_000 && conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"action","payload":{"action":{`)) == nil {
				sent++
			}
			conn.Close()
		}
	}()
	spins := 0
	for playing := true; playing; spins++ {
		neighbour.spin(fmt.Sprint("spin-", spins)).result(t)
		select {
		case <-done:
			playing = false
		default:
		}
	}
	if got := vandal.balance(t); got != "1000.00" {
		t.Errorf("garbage changed a balance to %s", got)
	}
	t.Logf("%d spins beside 10,000 garbage messages", spins)
}

func TestAClientThatDoesNotReadIsCutOff(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, func(c *Config) { c.Limits = Limits{MessagesPerSecond: 1e6, MessageBurst: 1e6} })
	p := s.operator(t).player(t, "USD", "1.00")
	conn, err := p.dial(s, "slots", nil)
	must(t, err)
	defer conn.Close()
	must(t, conn.SetWriteDeadline(time.Now().Add(4*answerWithin)))
	id := strings.Repeat("x", 64)
	for err == nil { // until the server, whose answers nobody reads, closes the connection
		err = conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"seed_get","payload":{},"requestId":"`+id+`"}`))
	}
	if strings.Contains(err.Error(), "timeout") {
		t.Errorf("the server went on with a client that does not read: %v", err)
	}
}

func TestConnectionsOfOneAddressAreBounded(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, func(c *Config) { c.Limits = Limits{ConnectionsPerIP: 2} })
	o := s.operator(t)
	first := o.player(t, "USD", "1.00").connect(t, "slots")
	o.player(t, "USD", "1.00").connect(t, "slots")
	p := o.player(t, "USD", "1.00")
	if _, err := p.dial(s, "slots", nil); err == nil {
		t.Fatal("a third connection was let in")
	}
	first.conn.Close()
	for deadline := time.Now().Add(answerWithin); ; {
		conn, err := p.dial(s, "slots", nil)
		if err == nil {
			conn.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("no place after one left: %v", err)
		}
	}
}
