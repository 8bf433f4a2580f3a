// Package history is what the clients of a torture run sent and what they were told, in their own words: the evidence that
// sandbox/torture/check holds against the database. It knows nothing of how a server works.
package history

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// History is one run. It is written by the clients and read by the checker, only after the last client has ended.
type History struct {
	Seed    uint64    `json:"seed"`
	Began   time.Time `json:"began"`
	Players []Player  `json:"players"`
	Faults  []Fault   `json:"faults"` // in their order
	Ops     []Op      `json:"-"`      // in any order; a client's own are in the order in which it sent them
}

// Player is a test player of the run.
type Player struct {
	ID       string `json:"id"`
	Operator string `json:"operator"`
	Currency string `json:"currency"`
	Balance  string `json:"balance"` // a decimal: what the player was made with, before the first Op
}

// Fault is one thing that was done to the servers, the database or the connections.
type Fault struct {
	At   time.Duration `json:"at"` // since the run began
	For  time.Duration `json:"for,omitempty"`
	Kind string        `json:"kind"` // as "kill server", "kill postgres", "cut sockets"
	What string        `json:"what,omitempty"`
}

// Kind is what an Op asks for: the types of the wire protocol, and the operator's two calls.
type Kind string

// The kinds of an Op.
const (
	Action     Kind = "action"
	Cashout    Kind = "cashout"
	Rotate     Kind = "seed_rotate"
	Balance    Kind = "balance_get"
	Seeds      Kind = "seed_get"
	Deposit    Kind = "deposit"    // POST /api/v1/wallet/…, Request is the transaction id, Game and Session are ""
	Withdrawal Kind = "withdrawal" // likewise
)

// Op is one request of one client, with all the times that it was sent. Its effect, if it has one, came between the first Sent and
// the first Told that is an answer for good (Settled).
type Op struct {
	Client  int             `json:"client"` // a client sends one Op after the other; a player may have several clients
	Player  string          `json:"player"`
	Session string          `json:"session,omitempty"`
	Game    string          `json:"game,omitempty"`
	Kind    Kind            `json:"kind"`
	Request string          `json:"request"` // the requestId
	Payload json.RawMessage `json:"payload"` // as it was sent
	Tries   []Try           `json:"tries"`
}

// Try is one sending of an Op and what came of it.
type Try struct {
	Server int             `json:"server"`           // which of the run's servers it was sent to, from 0
	Sent   time.Duration   `json:"sent"`             // since the run began, before the first byte was written
	Told   time.Duration   `json:"told,omitempty"`   // after the answer was read; 0: there was none
	Type   string          `json:"type,omitempty"`   // of the message: "action_result", "error", …; for the operator's calls "success" or "error"
	Code   string          `json:"code,omitempty"`   // of an error
	Answer json.RawMessage `json:"answer,omitempty"` // its payload, byte for byte; for the operator's calls data or error
}

// Open tells the codes that leave open whether the request took or will take effect, or ask for it to be sent again.
func (t Try) Open() bool {
	if t.Told == 0 {
		return true
	}
	if t.Type != "error" {
		return false
	}
	switch t.Code {
	case "30029", "30429", "30999", "80003", "80009":
		return true
	}
	return false
}

// Settled returns the first try that was answered for good: with a result, or with a refusal that changed nothing. ok is false when
// the client never learnt what became of the Op.
func (o Op) Settled() (t Try, ok bool) {
	for _, t := range o.Tries {
		if !t.Open() {
			return t, true
		}
	}
	return Try{}, false
}

// Loose tells whether an Op that was refused may have taken effect all the same, even after the refusal was told: a try of it that was
// sent before had no answer, perhaps because its connection was cut, and may still wait on its server. A refusal leaves no trace, so
// that try is carried out if it can be by then. The protocol allows this; an effect after a refusal that is not loose it does not.
func (o Op) Loose() bool {
	refusal, ok := o.Settled()
	if !ok || refusal.Type != "error" {
		return false
	}
	for _, t := range o.Tries {
		if t.Told == 0 && t.Sent < refusal.Told {
			return true
		}
	}
	return false
}

// Write writes a history as JSON lines: the run first, then an Op a line.
func Write(w io.Writer, h *History) error {
	buffered := bufio.NewWriter(w)
	lines := json.NewEncoder(buffered)
	lines.SetEscapeHTML(false)
	if err := lines.Encode(h); err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	for i := range h.Ops {
		if err := lines.Encode(&h.Ops[i]); err != nil {
			return fmt.Errorf("write history: %w", err)
		}
	}
	return buffered.Flush()
}

// Read reads what Write wrote.
func Read(r io.Reader) (*History, error) {
	lines := json.NewDecoder(bufio.NewReader(r))
	h := &History{}
	if err := lines.Decode(h); err != nil {
		return nil, fmt.Errorf("read history: %w", err)
	}
	for {
		var o Op
		switch err := lines.Decode(&o); {
		case err == io.EOF:
			return h, nil
		case err != nil:
			return nil, fmt.Errorf("read history: op %d: %w", len(h.Ops), err)
		}
		h.Ops = append(h.Ops, o)
	}
}
