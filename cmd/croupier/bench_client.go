package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
)

// What every client plays: a stake of 1.00 USD on all lines.
const (
	benchSpin  = `{"action":"spin","betPerLine":0.05,"activePaylines":20}`
	benchStake = 100 // minor units
)

// benchClient plays on one socket and believes nothing: every answer is held against the request, the stake, the win and the balance
// that the client knows. It does so on the bytes, because it shares the machine with what it measures.
type benchClient struct {
	conn    *websocket.Conn
	ids     string   // what its request ids begin with
	sent    int64    // requests
	balance int64    // minor units, -1: not known yet
	request []byte   // the message under way
	answer  []byte   // the last message that came
	keep    *samples // if not nil, the answers are kept here
	release func() bool
}

// newBenchClient takes over a connection, and cuts it when the context ends.
func newBenchClient(ctx context.Context, conn *websocket.Conn) *benchClient {
	return &benchClient{conn: conn, ids: uuid.NewString()[:24], balance: -1, answer: make([]byte, 0, 8<<10),
		release: context.AfterFunc(ctx, func() { conn.Close() })}
}

func (c *benchClient) close() {
	c.release()
	c.conn.Close()
}

func asPlayers(clients []*benchClient) []roundPlayer {
	players := make([]roundPlayer, len(clients))
	for i, c := range clients {
		players[i] = c
	}
	return players
}

// longestAnswer is how long a client waits for an answer before the benchmark is a failure.
const longestAnswer = 30 * time.Second

// round implements roundPlayer. A busy server is asked again with the same request id, in the time of the same round.
func (c *benchClient) round(ctx context.Context, failed func(code string)) error {
	c.sent++
	id := fmt.Appendf(nil, "%s%012d", c.ids, c.sent)
	c.request = append(c.request[:0], `{"type":"action","payload":`+benchSpin+`,"requestId":"`...)
	c.request = append(append(c.request, id...), `"}`...)
	for {
		refusal, err := c.ask(id)
		if err != nil {
			return fmt.Errorf("request %s: %w", id, err)
		}
		if refusal == nil {
			return nil
		}
		failed(refusal.Code)
		pause := time.Duration(refusal.Details.RetryAfterMs) * time.Millisecond
		if pause == 0 { // asking again will not help
			return wait(ctx, 100*time.Millisecond)
		}
		if err := wait(ctx, pause); err != nil {
			return err
		}
	}
}

// refusal is the payload of an error.
type refusal struct {
	Code    string
	Details struct{ RetryAfterMs int64 }
}

// ask sends the request and reads its answer.
func (c *benchClient) ask(id []byte) (*refusal, error) {
	_ = c.conn.SetReadDeadline(time.Now().Add(longestAnswer)) // an error shows at once when reading
	if err := c.conn.WriteMessage(websocket.TextMessage, c.request); err != nil {
		return nil, err
	}
	for {
		if err := c.read(); err != nil {
			return nil, err
		}
		switch {
		case bytes.HasPrefix(c.answer, []byte(`{"type":"action_result",`)):
			return nil, c.check(id)
		case bytes.HasPrefix(c.answer, []byte(`{"type":"error",`)):
			var m struct{ Payload refusal }
			return &m.Payload, json.Unmarshal(c.answer, &m)
		}
	}
}

// read reads the next message into answer.
func (c *benchClient) read() error {
	_, r, err := c.conn.NextReader()
	if err != nil {
		return err
	}
	c.answer = c.answer[:0]
	for {
		if len(c.answer) == cap(c.answer) {
			c.answer = append(c.answer, 0)[:len(c.answer)]
		}
		n, err := r.Read(c.answer[len(c.answer):cap(c.answer)])
		c.answer = c.answer[:len(c.answer)+n]
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// check returns an error unless the answer is for this request and its money adds up with all that went before.
func (c *benchClient) check(id []byte) error {
	payload, told, found := cutLast(c.answer, `,"requestId":"`)
	if !found || !bytes.HasPrefix(told, id) || told[len(id)] != '"' {
		return fmt.Errorf("the answer is not to this request: %s", c.answer)
	}
	_, balance, found := cutLast(payload, `"balance":{"before":`)
	_, win, found2 := bytes.Cut(payload, []byte(`"totalWin":`))
	if !found || !found2 {
		return fmt.Errorf("balance or totalWin is missing: %s", c.answer)
	}
	before, rest, ok := minorUnits(balance)
	after, _, ok2 := minorUnits(bytes.TrimPrefix(rest, []byte(`,"after":`)))
	won, _, ok3 := minorUnits(win)
	if !ok || !ok2 || !ok3 {
		return fmt.Errorf("an amount is not written as 0.00: %s", c.answer)
	}
	if c.balance >= 0 && before != c.balance || after != before-benchStake+won {
		return fmt.Errorf("the money does not add up: had %d, staked %d, won %d: %s", c.balance, benchStake, won, c.answer)
	}
	c.balance = after
	if c.keep != nil {
		c.keep.add(bytes.TrimPrefix(payload, []byte(`{"type":"action_result","payload":`)), won)
	}
	return nil
}

func cutLast(text []byte, separator string) (before, after []byte, found bool) {
	i := bytes.LastIndex(text, []byte(separator))
	if i < 0 {
		return nil, nil, false
	}
	return text[:i], text[i+len(separator):], true
}

// minorUnits reads an amount with two decimals from the beginning of a text, as whole cents.
func minorUnits(text []byte) (cents int64, rest []byte, ok bool) {
	point := bytes.IndexByte(text[:min(len(text), 18)], '.')
	if point < 1 || len(text) < point+3 {
		return 0, nil, false
	}
	whole, err := strconv.ParseUint(string(text[:point]), 10, 62)
	part, err2 := strconv.ParseUint(string(text[point+1:point+3]), 10, 8)
	return int64(whole)*100 + int64(part), text[point+3:], err == nil && err2 == nil
}
