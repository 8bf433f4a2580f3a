package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// answerWithin is how long a test waits for what must come.
const answerWithin = time.Minute

// client is a real WebSocket client of a test.
type client struct {
	t    testing.TB
	conn *websocket.Conn
}

// envelope is a message as the server sends it.
type envelope struct {
	Type      string          `json:"type"`
	Payload   json.RawMessage `json:"payload"`
	RequestID string          `json:"requestId"`
	Timestamp int64           `json:"timestamp"`
}

func (p *testPlayer) socketURL(query url.Values) string {
	return "ws://" + p.server.Addr().String() + "/ws?" + query.Encode()
}

// dial opens a socket for a game on a server, which need not be the one that the player signed in at.
func (p *testPlayer) dial(s *testServer, game string, header http.Header) (*websocket.Conn, error) {
	dialer := websocket.Dialer{Subprotocols: []string{subprotocol, "bearer." + p.token}, HandshakeTimeout: answerWithin}
	conn, _, err := dialer.Dial("ws://"+s.Addr().String()+"/ws?gameId="+game, header)
	return conn, err
}

func (p *testPlayer) connect(t testing.TB, game string) *client {
	return p.connectAt(t, p.server, game)
}

func (p *testPlayer) connectAt(t testing.TB, s *testServer, game string) *client {
	t.Helper()
	conn, err := p.dial(s, game, nil)
	must(t, err)
	t.Cleanup(func() { conn.Close() })
	return &client{t: t, conn: conn}
}

// send sends a message as it is.
func (c *client) send(text string) {
	c.t.Helper()
	must(c.t, c.conn.WriteMessage(websocket.TextMessage, []byte(text)))
}

// ask sends a message and returns its answer, passing over what nobody asked for.
func (c *client) ask(kind, payload, id string) envelope {
	c.t.Helper()
	c.send(fmt.Sprintf(`{"type":%q,"payload":%s,"requestId":%q}`, kind, payload, id))
	for {
		if e := c.read(); e.RequestID == id {
			return e
		}
	}
}

func (c *client) spin(id string) envelope {
	c.t.Helper()
	return c.ask("action", spinPayload, id)
}

const spinPayload = `{"action":"spin","betPerLine":0.05,"activePaylines":20}`

// read returns the next message that is not about money from elsewhere: the deposit that a player begins with may come late.
func (c *client) read() envelope {
	c.t.Helper()
	for {
		if e := c.next(); e.Type != "balance_update" || e.RequestID != "" {
			return e
		}
	}
}

// next returns the next message.
func (c *client) next() envelope {
	c.t.Helper()
	must(c.t, c.conn.SetReadDeadline(time.Now().Add(answerWithin)))
	_, text, err := c.conn.ReadMessage()
	must(c.t, err)
	return parse(c.t, text)
}

func parse(t testing.TB, text []byte) (e envelope) {
	t.Helper()
	if err := json.Unmarshal(text, &e); err != nil || e.Type == "" || e.Timestamp == 0 {
		t.Fatalf("not an envelope: %v: %s", err, text)
	}
	return e
}

// awaitType reads until a message of the type comes.
func (c *client) awaitType(kind string) envelope {
	c.t.Helper()
	for {
		if e := c.next(); e.Type == kind {
			return e
		}
	}
}

// awaitClose reads until the server closes, and returns the code and the last error message before it.
func (c *client) awaitClose() (code int, last envelope) {
	c.t.Helper()
	must(c.t, c.conn.SetReadDeadline(time.Now().Add(answerWithin)))
	for {
		_, text, err := c.conn.ReadMessage()
		var closed *websocket.CloseError
		if errors.As(err, &closed) {
			return closed.Code, last
		}
		must(c.t, err)
		last = parse(c.t, text)
	}
}

// cut ends the connection as a broken network does.
func cut(conn *websocket.Conn) {
	if tcp, ok := conn.UnderlyingConn().(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	conn.Close()
}

// wantError fails the test unless the message is an error of the code, and returns its details.
func (e envelope) wantError(t testing.TB, code string) map[string]any {
	t.Helper()
	var told struct {
		Code    string         `json:"code"`
		Message string         `json:"message"`
		Details map[string]any `json:"details"`
	}
	must(t, json.Unmarshal(e.Payload, &told))
	if e.Type != "error" || told.Code != code || told.Message == "" {
		t.Fatalf("got %s %s, want error %s", e.Type, e.Payload, code)
	}
	return told.Details
}

// result is what a test looks at in an action_result.
type result struct {
	RoundID string `json:"roundId"`
	Status  string `json:"status"`
	Outcome struct {
		TotalWin json.Number `json:"totalWin"`
	} `json:"outcome"`
	Balance struct {
		Before   json.Number `json:"before"`
		After    json.Number `json:"after"`
		Currency string      `json:"currency"`
	} `json:"balance"`
	ProvablyFair struct {
		ServerSeedHash string `json:"serverSeedHash"`
		ClientSeed     string `json:"clientSeed"`
		Nonce          int64  `json:"nonce"`
	} `json:"provablyFair"`
}

func (e envelope) result(t testing.TB) (r result) {
	t.Helper()
	if !strings.HasSuffix(e.Type, "_result") {
		t.Fatalf("got %s %s, want a result", e.Type, e.Payload)
	}
	must(t, json.Unmarshal(e.Payload, &r))
	return r
}
