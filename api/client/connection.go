package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

// Message is what the server says on a player's connection; docs/protocol.md has the types and their payloads.
type Message struct {
	Type      string          `json:"type"`
	Payload   json.RawMessage `json:"payload"` // money in it is a JSON number: read it as json.Number, not as a float
	RequestID string          `json:"requestId,omitempty"`
	Timestamp int64           `json:"timestamp"` // Unix milliseconds
	Receipt   json.RawMessage `json:"receipt,omitempty"`
}

// The reconnect procedure, and how long a connection may be silent: the server pings every 25 seconds.
const (
	reconnectAfter    = 2 * time.Second
	reconnectAttempts = 5
	connectionSilence = 60 * time.Second
	connectionWrite   = 10 * time.Second
)

// ErrConnectionOver is why a request has no answer: the connection was closed, or could not be made again. What was sent may have taken effect;
// the same requestId on a later connection of the session learns it.
var ErrConnectionOver = errors.New("the connection is over")

// ConnectionOptions say how a player is connected.
type ConnectionOptions struct {
	SessionToken string
	GameID       string        // an id or an alias
	OnMessage    func(Message) // is told what answers no request, as round_recovered and balance_update, in order. It must not wait for a Request. nil: nobody
	// Renew, if not nil, is asked for a new session token when the server does not take the old one any more (4401).
	Renew func(context.Context) (sessionToken string, err error)

	wait time.Duration // before an attempt; 0: reconnectAfter
}

// Connection is one player at one game. When it breaks it is made again: after 2 seconds, at most 5 times in a row. A request that was not answered
// is sent again then with the same requestId, so that it takes effect at most once.
type Connection struct {
	client  *Client
	options ConnectionOptions
	end     context.CancelFunc
	over    chan struct{} // closed when it is over
	err     error         // why, once it is

	mu      sync.Mutex
	socket  *websocket.Conn // nil: not connected now
	waiting []*asked        // in the order of asking
}

type asked struct {
	id     string
	text   []byte
	answer chan Message
}

// Connect opens a player's connection. It ends with ctx, by Close, and when it cannot be made again.
func (c *Client) Connect(ctx context.Context, o ConnectionOptions) (*Connection, error) {
	if o.OnMessage == nil {
		o.OnMessage = func(Message) {}
	}
	if o.wait == 0 {
		o.wait = reconnectAfter
	}
	ctx, end := context.WithCancel(ctx)
	k := &Connection{client: c, options: o, end: end, over: make(chan struct{})}
	socket, err := k.dial(ctx)
	if err != nil {
		end()
		return nil, err
	}
	go k.run(ctx, socket)
	return k, nil
}

// Close ends the connection, and waits until it is over. A round in progress stays as it is.
func (k *Connection) Close() {
	k.end()
	<-k.over
}

// Over is closed when the connection is over; Err says why then.
func (k *Connection) Over() <-chan struct{} { return k.over }

// Err is why the connection is over, nil while it is not.
func (k *Connection) Err() error {
	select {
	case <-k.over:
		return k.err
	default:
		return nil
	}
}

// Request sends a message that is answered, as "action", and returns the answer, over any number of reconnects. Returns *Error when the server
// refuses it; what it says is only to be tried later (30029, 30429) is tried again. Returns ErrConnectionOver, and what ended ctx.
func (k *Connection) Request(ctx context.Context, kind string, payload any) (Message, error) {
	return k.RequestAs(ctx, uuid.NewString(), kind, payload)
}

// RequestAs is Request under a requestId of one's own: one that was sent before in the session is answered as it was then.
func (k *Connection) RequestAs(ctx context.Context, requestID, kind string, payload any) (Message, error) {
	text, err := json.Marshal(map[string]any{"type": kind, "payload": payload, "requestId": requestID})
	if err != nil {
		return Message{}, fmt.Errorf("%s: %w", kind, err)
	}
	for {
		m, err := k.ask(ctx, &asked{id: requestID, text: text, answer: make(chan Message, 1)})
		if err != nil || m.Type != "error" {
			return m, err
		}
		refused := refusalIn(kind, m)
		if refused.Code != "30029" && refused.Code != "30429" {
			return m, refused
		}
		select {
		case <-time.After(max(refused.RetryAfter, 100*time.Millisecond)):
		case <-ctx.Done():
			return m, refused
		}
	}
}

func (k *Connection) ask(ctx context.Context, a *asked) (Message, error) {
	k.mu.Lock()
	k.waiting = append(k.waiting, a)
	k.write(a)
	k.mu.Unlock()
	select {
	case m := <-a.answer:
		return m, nil
	case <-ctx.Done():
		k.take(a.id)
		return Message{}, ctx.Err()
	case <-k.over:
		return Message{}, errors.Join(ErrConnectionOver, k.err)
	}
}

// write sends what was asked, if there is a connection: else it is sent when there is one. The caller holds mu.
func (k *Connection) write(a *asked) {
	if k.socket == nil {
		return
	}
	_ = k.socket.SetWriteDeadline(time.Now().Add(connectionWrite))
	if k.socket.WriteMessage(websocket.TextMessage, a.text) != nil {
		_ = k.socket.Close() // the reader notices
	}
}

// take removes what an answer is for, nil for nothing that waits.
func (k *Connection) take(id string) *asked {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i, a := range k.waiting {
		if a.id == id {
			k.waiting = append(k.waiting[:i], k.waiting[i+1:]...)
			return a
		}
	}
	return nil
}

// run reads one socket after the other until it is over.
func (k *Connection) run(ctx context.Context, socket *websocket.Conn) {
	defer close(k.over)
	defer k.end()
	renewed := false // since the server last said something that is no error
	for failed := 0; ; {
		err := k.read(ctx, socket, func() { failed, renewed = 0, false })
		var closed *websocket.CloseError
		if code := 0; errors.As(err, &closed) {
			switch code = closed.Code; {
			case code == 4401 && k.options.Renew != nil && !renewed:
				renewed = true
				token, refused := k.options.Renew(ctx)
				if refused != nil {
					k.err = fmt.Errorf("renew the session: %w", refused)
					return
				}
				k.options.SessionToken = token
			case code >= 4400 && code < 4410 && code != 4408: // the same token does not help
				k.err = err
				return
			}
		}
		for socket = nil; socket == nil; failed++ {
			if failed == reconnectAttempts || ctx.Err() != nil {
				k.err = errors.Join(ctx.Err(), err)
				return
			}
			select {
			case <-time.After(k.options.wait):
			case <-ctx.Done():
				continue
			}
			if socket, err = k.dial(ctx); CodeOf(err) == SessionExpired && k.options.Renew == nil {
				k.err = err
				return
			}
		}
	}
}

// dial opens a socket by a ticket, so that no token stands in a URL.
func (k *Connection) dial(ctx context.Context) (*websocket.Conn, error) {
	ticket, err := k.client.Ticket(ctx, k.options.SessionToken, k.options.GameID)
	if err != nil {
		return nil, err
	}
	socket, _, err := websocket.DefaultDialer.DialContext(ctx, k.client.SocketURL(ticket, k.options.GameID), nil)
	if err != nil {
		return nil, fmt.Errorf("connect: %w", err)
	}
	return socket, nil
}

// read serves one socket until it breaks. alive is told of what shows that it is good.
func (k *Connection) read(ctx context.Context, socket *websocket.Conn, alive func()) error {
	stop := context.AfterFunc(ctx, func() { _ = socket.Close() })
	defer stop()
	defer socket.Close()
	quiet := func() { _ = socket.SetReadDeadline(time.Now().Add(connectionSilence)) }
	pong := socket.PingHandler()
	socket.SetPingHandler(func(text string) error { quiet(); return pong(text) })
	quiet()
	k.mu.Lock()
	k.socket = socket
	for _, a := range k.waiting {
		k.write(a)
	}
	k.mu.Unlock()
	defer func() {
		k.mu.Lock()
		k.socket = nil
		k.mu.Unlock()
	}()
	for {
		_, text, err := socket.ReadMessage()
		if err != nil {
			return err
		}
		quiet()
		var m Message
		if err := json.Unmarshal(text, &m); err != nil {
			return fmt.Errorf("read a message: %w", err)
		}
		if m.Type != "error" {
			alive()
		}
		if k.options.Renew != nil && m.Type == "error" && refusalIn("", m).Code == SessionExpired {
			continue // the close that follows brings a new token, and what waits is sent again
		}
		if a := k.take(m.RequestID); a != nil {
			a.answer <- m
		} else {
			k.options.OnMessage(m)
		}
	}
}

// refusalIn is what an error message says.
func refusalIn(kind string, m Message) *Error {
	var told struct {
		Code    Code
		Message string
		Details map[string]json.RawMessage
	}
	_ = json.Unmarshal(m.Payload, &told) // what cannot be read has no code
	e := &Error{Call: kind, Code: told.Code, Message: told.Message, Details: told.Details, RequestID: m.RequestID}
	var wait int64
	if json.Unmarshal(told.Details["retryAfterMs"], &wait) == nil {
		e.RetryAfter = time.Duration(wait) * time.Millisecond
	}
	return e
}
