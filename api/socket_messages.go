package api

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"croupier/games"
	"croupier/session"
)

// answers are where answers are written, one after the other: a connection that waits holds none.
var answers = sync.Pool{New: func() any { return new([]byte) }}

// serve answers one message, exactly once. Nothing keeps the text.
func (c *socket) serve(ctx context.Context, text []byte) {
	start := time.Now()
	m, bad := decodeMessage(text)
	var kind string
	var payload []byte
	c.receipt = games.Receipt{}
	e := bad
	if limited := c.limited(); limited != nil {
		e = limited
	} else if e == nil {
		kind, payload, e = c.answer(ctx, m)
	}
	code := ""
	if e != nil {
		kind, payload, code, c.receipt = "error", errorPayload(e), string(e.Code), games.Receipt{}
	}
	answer := answers.Get().(*[]byte)
	*answer = appendResult((*answer)[:0], kind, payload, m.requestID, &c.receipt, c.server.now())
	if c.out.reply(*answer) {
		answers.Put(answer)
	}
	c.count(code)
	if e != nil && e.Code == session.PlayerExcluded {
		c.excluded(e)
	} else if c.barred.Load() {
		go c.tellCare(ctx) // the round that it stayed for may be over
	}
	c.server.metrics.messages.WithLabelValues(knownKind(m.kind), code).Inc()
	c.server.metrics.answers.WithLabelValues(knownKind(m.kind)).Observe(time.Since(start).Seconds())
}

// count closes a connection that goes on sending what cannot be served.
func (c *socket) count(code string) {
	c.malformed++
	c.overLimit++
	switch session.Code(code) {
	case session.Malformed, session.UnknownType:
		c.overLimit = 0
	case session.TooManyMessages:
		c.malformed = 0
	case session.SessionExpired:
		c.part(closeNotAuthenticated, "session expired")
	default:
		c.malformed, c.overLimit = 0, 0
	}
	if c.malformed >= maxMalformed || c.overLimit >= maxOverLimit {
		c.part(closeTooMany, "too many messages that cannot be served")
	}
}

// limited returns TooManyMessages when the connection sends faster than it may.
func (c *socket) limited() *session.Error {
	if c.limiter.Allow() {
		return nil
	}
	r := c.limiter.Reserve()
	if wait := r.Delay(); wait > 0 {
		r.Cancel()
		return &session.Error{Code: session.TooManyMessages, Message: "Too many messages",
			Details: map[string]any{"retryAfterMs": wait.Milliseconds() + 1}}
	}
	return nil
}

// answer does what a message asks for and returns the type and payload of its result.
func (c *socket) answer(ctx context.Context, m message) (kind string, payload []byte, e *session.Error) {
	defer c.rescue(m.kind, m.requestID, func(told *session.Error) { e = told })
	if !c.server.now().Before(c.claims.ExpiresAt) {
		return "", nil, session.Errorf(session.SessionExpired, "Session expired")
	}
	kind, payload, err := c.dispatch(ctx, m)
	if err != nil {
		return "", nil, c.explain(err, m.kind, m.requestID)
	}
	return kind, payload, nil
}

func (c *socket) dispatch(ctx context.Context, m message) (kind string, payload []byte, err error) {
	request := session.Request{ID: m.requestID, Payload: m.payload, Compact: m.compact}
	switch m.kind {
	case "action":
		if request.Action = m.action; request.Action == "" {
			var bad *session.Error
			if request.Action, bad = actionName(m.payload); bad != nil {
				return "", nil, bad
			}
		}
		request.Receipt = &c.receipt
		payload, err = c.visit.Act(ctx, request)
		return "action_result", payload, err
	case "cashout":
		if bad := decodePayload(m.payload, &struct{}{}); bad != nil {
			return "", nil, bad
		}
		request.Receipt = &c.receipt
		payload, err = c.visit.CashOut(ctx, request)
		return "cashout_result", payload, err
	case "seed_rotate":
		var wants struct {
			ClientSeed jsontext.Value `json:"clientSeed"`
		}
		if bad := decodePayload(m.payload, &wants); bad != nil {
			return "", nil, bad
		}
		var seed string
		if len(wants.ClientSeed) > 0 { // null and "" are not leaving it out: a rotation cannot be taken back
			if err := jsonv2.Unmarshal(wants.ClientSeed, &seed); err != nil || seed == "" {
				return "", nil, session.FieldError(session.Malformed, "clientSeed", "must be a string of 1 to 64 characters, or left out")
			}
		}
		payload, err = c.visit.Rotate(ctx, request, seed)
		return "seed_rotated", payload, err
	}
	return c.query(ctx, m)
}

// query answers the messages that change nothing, or the same however often they come: afresh every time, whatever their request id.
func (c *socket) query(ctx context.Context, m message) (kind string, payload []byte, err error) {
	if knownKind(m.kind) == "unknown" {
		return "", nil, &session.Error{Code: session.UnknownType, Message: "Unknown message type",
			Details: map[string]any{"field": "type", "allowed": kinds}}
	}
	if m.kind == "acknowledge" {
		var asks struct {
			WarningType string `json:"warningType"`
		}
		if bad := decodePayload(m.payload, &asks); bad != nil {
			return "", nil, bad
		}
		return marshalled("acknowledged")(c.visit.Acknowledge(ctx, asks.WarningType))
	}
	if bad := decodePayload(m.payload, &struct{}{}); bad != nil {
		return "", nil, bad
	}
	switch m.kind {
	case "ping":
		return "pong", append(strconv.AppendInt([]byte(`{"serverTime":`), c.server.now().UnixMilli(), 10), '}'), nil
	case "balance_get":
		return marshalled("balance_update")(c.visit.Balance(ctx))
	default: // seed_get
		return marshalled("seed_state")(c.visit.Seeds(ctx))
	}
}

// kinds are the messages that this server understands.
var kinds = []string{"action", "cashout", "seed_rotate", "ping", "balance_get", "seed_get", "acknowledge"}

// knownKind bounds what a client can make a metric's label of.
func knownKind(kind string) string {
	for _, k := range kinds {
		if k == kind {
			return k
		}
	}
	return "unknown"
}

func marshalled(kind string) func(any, error) (string, []byte, error) {
	return func(payload any, err error) (string, []byte, error) {
		if err != nil {
			return "", nil, err
		}
		text, err := json.Marshal(payload)
		return kind, text, err
	}
}
