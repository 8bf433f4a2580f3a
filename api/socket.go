package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"croupier/games"
	"croupier/session"
)

// The close codes of a socket beside those of RFC 6455. A client should not reconnect with the same token after 4401, 4403, 4404 and
// 4409; after all others it should.
const (
	closeNotAuthenticated = 4401
	closeForbidden        = 4403
	closeUnknownGame      = 4404
	closeIdle             = 4408
	closeReplaced         = 4409
	closeTooMany          = 4429
)

// The limits of a socket.
const (
	maxMessage    = 16 << 10 // bytes
	writeTimeout  = 10 * time.Second
	maxUnsent     = 256 << 10 // bytes that a client may leave unread before it is cut off
	maxMalformed  = 10        // messages in a row
	maxOverLimit  = 100       // messages in a row past the rate
	upgradeBuffer = 1 << 10
)

// upgrader checks no origin: admit has done so, against the operator's list, and can tell the browser why. No compression: a read
// limit counts compressed bytes.
var upgrader = websocket.Upgrader{
	ReadBufferSize: upgradeBuffer, WriteBufferSize: 4 << 10, WriteBufferPool: &sync.Pool{}, HandshakeTimeout: 10 * time.Second,
	Subprotocols: []string{subprotocol}, CheckOrigin: func(*http.Request) bool { return true },
}

const subprotocol = "croupier.v1"

// socket is one client's connection at one game.
type socket struct {
	server  *Server
	conn    *websocket.Conn
	claims  session.Claims
	visit   *session.Visit
	limiter *rate.Limiter
	out     outbox

	lastPing  atomic.Int64             // Unix nanoseconds
	farewell  atomic.Pointer[farewell] // why the socket is being closed by another goroutine than its reader
	receipt   games.Receipt            // of the answer under way; zero where there is none
	malformed int                      // messages in a row
	overLimit int                      // messages in a row

	barred  atomic.Bool // the client was told that its player may not play any more, with a round to finish
	telling sync.Mutex  // held while the client is told of rounds that others have ended, and of rotations elsewhere
	tells   bool        // whether it may be told of them now
}

// farewell is a close code and its reason.
type farewell struct {
	code   int
	reason string
}

// serveSocket is GET /ws. A browser cannot read the status of a refused upgrade, so a client that may not play is upgraded, told why
// and closed.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !websocket.IsWebSocketUpgrade(r) {
		w.Header().Set("Upgrade", "websocket")
		http.Error(w, "this is a WebSocket: connect with a WebSocket client", http.StatusUpgradeRequired)
		return
	}
	if err := s.rates.take(w.Header(), r); err != nil { // before the database is asked who it is
		http.Error(w, err.Error(), http.StatusTooManyRequests)
		return
	}
	ip := proxies(s.config.TrustedProxies).client(r)
	if !s.sockets.reserve(ip, s.config.Limits.ConnectionsPerIP) {
		w.Header().Set("Retry-After", "5")
		http.Error(w, "too many connections from this address", http.StatusTooManyRequests)
		return
	}
	handedOver := false
	defer func() { // also when admit panics
		if !handedOver {
			s.sockets.release(ip)
		}
	}()
	claims, game, refused := s.admit(r)
	conn, err := upgrader.Upgrade(w, r, nil)
	if err != nil {
		return // the upgrader has answered
	}
	c := &socket{server: s, conn: conn, claims: claims,
		limiter: rate.NewLimiter(rate.Limit(s.config.Limits.MessagesPerSecond), s.config.Limits.MessageBurst)}
	c.out.conn = conn
	handedOver = true
	go func() { // of its own: the request, its buffers and a stack that has grown are not kept for as long as a player sits
		defer s.sockets.release(ip)
		c.live(game, refused)
	}()
}

// live is the socket's whole life. A panic in it ends this connection and no other.
func (c *socket) live(game string, refused error) {
	defer c.out.close()
	defer c.rescue("connection", "", func(*session.Error) {})
	c.conn.SetReadLimit(maxMessage)
	if refused != nil {
		c.refuse(refused)
		return
	}
	c.run(game)
}

// admit finds out who comes, and for which game: by ticket, by subprotocol or by the token in the URL.
func (s *Server) admit(r *http.Request) (claims session.Claims, game string, refused error) {
	query := r.URL.Query()
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
	defer cancel()
	game = query.Get("gameId")
	token := query.Get("token")
	for _, p := range websocket.Subprotocols(r) {
		if bearer, ok := strings.CutPrefix(p, "bearer."); ok {
			token = bearer
		}
	}
	if ticket := query.Get("ticket"); ticket != "" {
		var ticketGame string
		if claims, ticketGame, refused = s.Access.RedeemTicket(ctx, ticket); refused != nil {
			return claims, game, refused
		}
		if game == "" {
			game = ticketGame
		} else if !s.sameGame(ctx, claims.OperatorID, game, ticketGame) {
			return claims, game, session.Errorf(session.GameNotAvailable, "The ticket is for another game")
		}
	} else if claims, refused = s.Tokens.Verify(ctx, token); refused != nil {
		return claims, game, refused
	} else if refused = s.Access.Check(ctx, claims); refused != nil {
		return claims, game, refused
	}
	return claims, game, s.checkOrigin(ctx, r, claims.OperatorID)
}

// sameGame knows a game by all of its ids, those too that the operator gave it.
func (s *Server) sameGame(ctx context.Context, operator uuid.UUID, a, b string) bool {
	if a == b {
		return true
	}
	one, err1 := s.Floor.GameID(ctx, operator, a)
	other, err2 := s.Floor.GameID(ctx, operator, b)
	return err1 == nil && err2 == nil && one == other
}

// checkOrigin returns Forbidden when a browser comes from a page that the operator does not allow. The server's own pages may come;
// no Origin means that it is not a browser.
func (s *Server) checkOrigin(ctx context.Context, r *http.Request, operator uuid.UUID) error {
	origin := r.Header.Get("Origin")
	if _, host, found := strings.Cut(origin, "://"); origin == "" || found && strings.EqualFold(host, r.Host) {
		return nil
	}
	o, err := s.Operators.ByID(ctx, operator)
	if err != nil {
		return err
	}
	if !o.AllowsOrigin(origin) {
		return session.Errorf(session.Forbidden, "Origin is not on the operator's allow-list")
	}
	return nil
}

// refuse tells the client why it may not play, and closes.
func (c *socket) refuse(err error) {
	e := c.explain(err, "connect", "")
	c.out.reply(appendMessage(nil, "error", errorPayload(e), "", c.server.now()))
	code := closeNotAuthenticated
	switch e.Code {
	case session.Forbidden, session.PlayerExcluded, session.PlayerNotFound:
		code = closeForbidden
	case session.GameNotAvailable:
		code = closeUnknownGame
	case session.Internal, session.Busy:
		code = websocket.CloseTryAgainLater
	}
	c.out.bye(farewell{code, e.Message})
}

// run plays until the connection ends. The round in progress, if there is one, comes first.
func (c *socket) run(game string) {
	ctx := context.Background() // a request that is under way is finished whatever happens to the connection
	visit, err := c.server.Floor.Sit(ctx, session.Guest{Player: c.claims.PlayerID, Session: c.claims.SessionID, Operator: c.claims.OperatorID,
		Game: game, Notify: c.notify})
	if err != nil {
		c.refuse(err)
		return
	}
	defer visit.Leave()
	c.visit = visit
	if err := c.server.Access.Check(ctx, c.claims); err != nil { // it may have ended before the visit could be told so
		c.refuse(err)
		return
	}
	if !c.server.sockets.add(c) {
		c.out.bye(farewell{websocket.CloseGoingAway, "server going away"})
		return
	}
	defer c.server.sockets.remove(c)
	connected := time.Now()
	c.server.log.Info("connected", "player", c.claims.PlayerID, "session", c.claims.SessionID, "game", visit.GameID())
	defer func() {
		c.server.log.Info("disconnected", "player", c.claims.PlayerID, "session", c.claims.SessionID, "game", visit.GameID(), "duration", time.Since(connected).String())
	}()
	c.lastPing.Store(time.Now().UnixNano())
	c.conn.SetPongHandler(func(string) error { return c.heard() })
	if err := c.heard(); err != nil {
		return
	}
	recovered, err := visit.Recover(ctx)
	if err != nil {
		c.refuse(err)
		return
	}
	if recovered != nil {
		c.push("round_recovered", recovered)
	}
	c.mayTell(true)
	defer c.mayTell(false)
	c.tellExpired(ctx)
	c.tellCare(ctx)
	c.read(ctx)
}

// mayTell begins and ends the time in which tellExpired does something. It waits for what is being told.
func (c *socket) mayTell(now bool) {
	c.telling.Lock()
	defer c.telling.Unlock()
	c.tells = now
}

// tellExpired tells the client of the rounds of its game that were ended by another than the player, each until it was sent once. What
// is missed here is told on the next connection.
func (c *socket) tellExpired(ctx context.Context) {
	c.telling.Lock()
	defer c.telling.Unlock()
	if !c.tells {
		return
	}
	list, err := c.visit.Untold(ctx)
	for _, e := range list {
		kind := "round_expired"
		if e.Voided {
			kind = "round_voided"
		}
		if !c.out.deliver(appendResult(nil, kind, e.Payload, "", &e.Receipt, c.server.now())) {
			return
		}
		if err = c.visit.Told(ctx, e.Round); err != nil {
			break
		}
	}
	if err != nil {
		c.server.log.Warn("tell of expired rounds", "player", c.claims.PlayerID, "error", err)
	}
}

// tellRotation tells the client that its player's seeds were rotated elsewhere, if it does not know. What is missed here shows in the
// next result.
func (c *socket) tellRotation(ctx context.Context) {
	c.telling.Lock()
	defer c.telling.Unlock()
	if !c.tells {
		return
	}
	rotated, err := c.visit.Rotation(ctx)
	if err != nil {
		c.server.log.Warn("tell of a rotation", "player", c.claims.PlayerID, "error", err)
	} else if rotated != nil {
		c.push("seed_rotated", rotated)
	}
}

// heard starts the idle time anew, unless the socket is to close: a pong must not put that off.
func (c *socket) heard() error {
	err := c.conn.SetReadDeadline(time.Now().Add(c.server.config.Limits.IdleAfter))
	if c.farewell.Load() != nil {
		err = c.conn.SetReadDeadline(time.Now())
	}
	return err
}

// read answers message after message until the connection ends.
func (c *socket) read(ctx context.Context) {
	for c.farewell.Load() == nil {
		kind, text, err := c.receive()
		if err != nil {
			c.ended(err)
			return
		}
		if kind != websocket.TextMessage {
			c.part(websocket.CloseUnsupportedData, "messages are text")
			break
		}
		if err := c.heard(); err != nil {
			return
		}
		c.serve(ctx, text.Bytes())
		incoming.Put(text)
	}
	if f := c.farewell.Load(); f != nil {
		c.out.bye(*f)
	}
}

// incoming are what messages are read into: a connection that waits for one holds none.
var incoming = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// receive waits for the next message. Its text is the caller's until he puts it back.
func (c *socket) receive() (kind int, text *bytes.Buffer, err error) {
	kind, message, err := c.conn.NextReader()
	if err != nil {
		return 0, nil, err
	}
	text = incoming.Get().(*bytes.Buffer)
	text.Reset()
	_, err = text.ReadFrom(message)
	return kind, text, err
}

// ended says goodbye when the connection ended for a reason of ours.
func (c *socket) ended(err error) {
	var timeout net.Error
	switch f := c.farewell.Load(); {
	case f != nil:
		c.out.bye(*f)
	case errors.Is(err, websocket.ErrReadLimit): // the library has said 1009
		c.out.linger()
	case errors.As(err, &timeout) && timeout.Timeout():
		c.out.bye(farewell{closeIdle, "idle"})
	}
}

// part ends the connection after what is under way is answered. The first reason counts. It may be called by any goroutine.
func (c *socket) part(code int, reason string) {
	if c.farewell.CompareAndSwap(nil, &farewell{code, reason}) {
		_ = c.conn.SetReadDeadline(time.Now()) // wakes the reader; an error means that it is awake
	}
}

// notify follows what happens to the player elsewhere. It does not block.
func (c *socket) notify(e session.Event) {
	switch {
	case e.Balance != nil:
		c.push("balance_update", e.Balance)
	case e.Ended:
		c.part(closeNotAuthenticated, "session ended")
	case e.Replaced:
		c.part(closeReplaced, "replaced by a newer connection")
	case e.Care:
		go c.tellCare(context.Background())
	case e.Expired:
		go c.tellExpired(context.Background())
	case e.Rotated != nil:
		c.push("seed_rotated", e.Rotated)
	case e.Seeds:
		go c.tellRotation(context.Background())
	}
}

// push sends a message that nobody asked for.
func (c *socket) push(kind string, payload any) {
	text, err := json.Marshal(payload)
	if err != nil {
		c.server.log.Error("push", "type", kind, "error", err)
		return
	}
	c.out.push(appendMessage(nil, kind, text, "", c.server.now()))
}

// explain returns the error that the client is told, and logs what is not for it.
func (c *socket) explain(err error, doing, requestID string) *session.Error {
	var known *session.Error
	if errors.As(err, &known) {
		return known
	}
	if outOfReach(err) { // and the request changes nothing: one that does is answered by session
		c.server.log.Warn("socket request not served", "doing", doing, "request_id", requestID, "player", c.claims.PlayerID, "error", err)
		return &session.Error{Code: session.Busy, Message: "Server busy, nothing was done; retry with the same requestId",
			Details: map[string]any{"retryAfterMs": 250}}
	}
	e := session.Errorf(session.Internal, "Internal error; nothing was charged")
	incident := uuid.NewString()
	e.Details = map[string]any{"incidentId": incident}
	c.server.log.Error("socket", "incident_id", incident, "doing", doing, "request_id", requestID, "player", c.claims.PlayerID, "error", err)
	return e
}

// rescue turns a panic into an internal error: one player's accident is not another's.
func (c *socket) rescue(doing, requestID string, answer func(*session.Error)) {
	if p := recover(); p != nil {
		incident := uuid.NewString()
		c.server.log.Error("panic", "incident_id", incident, "doing", doing, "request_id", requestID, "panic", p, "stack", string(debug.Stack()))
		answer(&session.Error{Code: session.Internal, Message: "Internal error", Details: map[string]any{"incidentId": incident, "unknown": true}})
	}
}
