package games

import (
	"encoding/json"
	"fmt"
	"time"

	jsonv2 "github.com/go-json-experiment/json"

	"croupier/fairness"
	"croupier/wallet/money"
)

// Record is what a round leaves behind, in the JSON that the API gives and the verifiers take. With the server seed in it, the
// whole round can be recomputed.
type Record struct {
	RoundID        string           `json:"roundId"`
	GameID         string           `json:"gameId"`
	Variant        string           `json:"variant"`
	RulesHash      string           `json:"rulesHash"`
	Status         Status           `json:"status"`
	Stake          money.Number     `json:"stake"`  // of all actions
	Payout         money.Number     `json:"payout"` // of all actions
	Currency       string           `json:"currency"`
	ServerSeedHash string           `json:"serverSeedHash"`
	ServerSeed     string           `json:"serverSeed,omitempty"` // "" until it is revealed
	ClientSeed     string           `json:"clientSeed"`
	Nonce          uint64           `json:"nonce"`
	Actions        []RecordedAction `json:"actions"`
	Forced         fairness.Script  `json:"forced"`            // null but for forced outcomes, which only the sandbox has
	Receipt        *Receipt         `json:"receipt,omitempty"` // the server's signature of all this; not in lists
}

// ActionType is what kind of message asked for a recorded action.
type ActionType string

// The kinds of recorded actions.
const (
	TypeAction  ActionType = "action"
	TypeCashOut ActionType = "cashout"
	TypeExpiry  ActionType = "expiry" // nobody finished the round in time, and the server did
	TypeVoid    ActionType = "void"   // the operator ended the round, and its stake was returned; its payload is a Voiding
)

// RecordedAction is one step of a recorded round. Money is in the round's currency.
type RecordedAction struct {
	Step      int             `json:"step"` // from 0, without gaps
	RequestID string          `json:"requestId"`
	Type      ActionType      `json:"type"`
	Payload   json.RawMessage `json:"payload"`
	Outcome   json.RawMessage `json:"outcome"`
	Stake     money.Number    `json:"stake"`
	Payout    money.Number    `json:"payout"`
	Balance   money.Number    `json:"balance"` // the player's, after this step
	At        time.Time       `json:"at"`
}

// MarshalJSON writes the same bytes for the same record, and null for a script that there is not, whichever JSON library asks.
func (r Record) MarshalJSON() ([]byte, error) {
	type plain Record
	return jsonv2.Marshal(plain(r), jsonv2.Deterministic(true), jsonv2.FormatNilMapAsNull(true))
}

// ParseRecord reads a record's JSON. Members that it does not know are left out.
func ParseRecord(text []byte) (Record, error) {
	var rec Record
	if err := jsonv2.Unmarshal(text, &rec); err != nil {
		return Record{}, fmt.Errorf("read round record: %w", err)
	}
	return rec, nil
}
