package torture

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/websocket"

	"croupier/sandbox/torture/history"
)

// line is one WebSocket of a client. The client writes to it; a goroutine of its own reads, and writes down what came, also after the
// client has gone on to another line.
type line struct {
	client *client
	server int
	game   string
	conn   *websocket.Conn
	ended  chan struct{} // closed when nothing more will be read

	mu        sync.Mutex
	waiting   map[string][]asked // by request id: what was sent and is not answered, in the order sent
	answered  map[string]bool    // request ids that were
	recovered json.RawMessage    // the round that was open when the line began, nil if none
	code      int                // of the close frame, after ended
}

// asked is one try of an op.
type asked struct {
	op  *op
	try int
}

// op is an Op under way. Its tries are guarded by the client's mu.
type op struct {
	history.Op
	told chan struct{} // receives after every answer
}

// dialTime bounds how long a client waits for a connection.
const dialTime = 3 * time.Second

// dial opens a line at one of the servers.
func (c *client) dial(ctx context.Context, server int, game string) (*line, error) {
	place, err := url.Parse("ws" + strings.TrimPrefix(c.run.bases[server], "http") + "/ws")
	if err != nil {
		return nil, err
	}
	query := url.Values{"gameId": {game}}
	dialer := websocket.Dialer{HandshakeTimeout: dialTime, Subprotocols: []string{"croupier.v1", "bearer." + c.token}}
	if c.luck.IntN(4) == 0 {
		query.Set("token", c.token)
		dialer.Subprotocols = nil
	}
	place.RawQuery = query.Encode()
	conn, _, err := dialer.DialContext(ctx, place.String(), http.Header{})
	if err != nil {
		return nil, fmt.Errorf("connect to server %d: %w", server, err)
	}
	l := &line{client: c, server: server, game: game, conn: conn, ended: make(chan struct{}),
		waiting: map[string][]asked{}, answered: map[string]bool{}}
	c.lines.Go(l.read)
	return l, nil
}

// send writes a try of an op. What becomes of it shows in the op's tries.
func (l *line) send(o *op) {
	c := l.client
	message, err := json.Marshal(struct {
		Type      history.Kind    `json:"type"`
		Payload   json.RawMessage `json:"payload"`
		RequestID string          `json:"requestId"`
	}{o.Kind, o.Payload, o.Request})
	if err != nil {
		c.run.finding(Harness, o.Request, "%v", err)
		return
	}
	c.mu.Lock()
	o.Tries = append(o.Tries, history.Try{Server: l.server, Sent: time.Since(c.run.began)})
	try := len(o.Tries) - 1
	c.mu.Unlock()
	l.mu.Lock()
	l.waiting[o.Request] = append(l.waiting[o.Request], asked{o, try})
	l.mu.Unlock()
	_ = l.conn.SetWriteDeadline(time.Now().Add(dialTime)) // an error shows at once when writing
	if err := l.conn.WriteMessage(websocket.TextMessage, message); err != nil {
		l.conn.Close() // and the reader ends
	}
}

// read takes in all that comes until the line ends.
func (l *line) read() {
	defer close(l.ended)
	defer l.conn.Close()
	for {
		_, text, err := l.conn.ReadMessage()
		if err != nil {
			var closed *websocket.CloseError
			if errors.As(err, &closed) {
				l.mu.Lock()
				l.code = closed.Code
				l.mu.Unlock()
			}
			return
		}
		told := time.Since(l.client.run.began)
		var m struct {
			Type      string          `json:"type"`
			Payload   json.RawMessage `json:"payload"`
			RequestID string          `json:"requestId"`
		}
		if err := json.Unmarshal(text, &m); err != nil {
			l.client.run.finding(Wire, l.client.player.ID, "not a message: %v: %.200s", err, text)
			return
		}
		if m.RequestID == "" {
			l.unasked(m.Type, m.Payload)
			continue
		}
		l.answer(m.RequestID, told, m.Type, m.Payload)
	}
}

// unasked takes in what the server says of itself.
func (l *line) unasked(kind string, payload json.RawMessage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch kind {
	case "round_recovered":
		var m struct{ State json.RawMessage }
		if json.Unmarshal(payload, &m) == nil {
			l.recovered = m.State
		}
	case "error": // why it is being closed
	case "balance_update", "round_expired", "seed_rotated":
	default:
		l.client.run.finding(Wire, l.client.player.ID, "unasked, and the protocol has none: %s %.200s", kind, payload)
	}
}

// answer writes down what a try was told. Every message is answered once.
func (l *line) answer(id string, told time.Duration, kind string, payload json.RawMessage) {
	c := l.client
	l.mu.Lock()
	waiting, again := l.waiting[id], l.answered[id]
	if len(waiting) > 0 {
		l.waiting[id] = waiting[1:]
	}
	l.answered[id] = true
	l.mu.Unlock()
	if len(waiting) == 0 {
		c.run.finding(Wire, c.player.ID, "an answer that nobody waits for (answered before: %v): request %q: %s %.200s", again, id, kind, payload)
		return
	}
	a := waiting[0]
	var refused struct{ Code string }
	if kind == "error" {
		_ = json.Unmarshal(payload, &refused) // without a code it is no code that leaves anything open
	}
	c.mu.Lock()
	t := &a.op.Tries[a.try]
	t.Told, t.Type, t.Code, t.Answer = told, kind, refused.Code, payload
	c.mu.Unlock()
	select {
	case a.op.told <- struct{}{}:
	default: // it has not looked since the last one, and will see both
	}
}

// over tells whether the line has ended.
func (l *line) over() bool {
	select {
	case <-l.ended:
		return true
	default:
		return false
	}
}

// closeCode is that of the close frame, 0 if there was none.
func (l *line) closeCode() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.code
}

// takeRecovered returns the state of the round that was open when the line began, once.
func (l *line) takeRecovered() json.RawMessage {
	l.mu.Lock()
	defer l.mu.Unlock()
	state := l.recovered
	l.recovered = nil
	return state
}

// hangUp ends the line in good order.
func (l *line) hangUp() {
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = l.conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(time.Second)) // the end comes in any case
	select {
	case <-l.ended:
	case <-time.After(time.Second):
		l.conn.Close()
		<-l.ended
	}
}
