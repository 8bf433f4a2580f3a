package check

import (
	"encoding/json"
	"fmt"
)

// played is what an action_result or a cashout_result says, of what is held against something.
type played struct {
	RoundID string `json:"roundId"`
	Status  string `json:"status"`
	Balance struct {
		Before   amount `json:"before"`
		After    amount `json:"after"`
		Currency string `json:"currency"`
	} `json:"balance"`
	Fair *struct { // nil in a cashout_result
		ServerSeedHash string `json:"serverSeedHash"`
		ClientSeed     string `json:"clientSeed"`
		Nonce          int64  `json:"nonce"`
		Step           int    `json:"step"`
	} `json:"provablyFair"`
	Outcome json.RawMessage `json:"outcome"`
}

// seeds is what a seed_state says.
type seeds struct {
	ServerSeedHash     string `json:"serverSeedHash"`
	ClientSeed         string `json:"clientSeed"`
	ClientSeedBy       string `json:"clientSeedBy"`
	Nonce              int64  `json:"nonce"`
	NextServerSeedHash string `json:"nextServerSeedHash"`
}

// rotated is what a seed_rotated says.
type rotated struct {
	seeds
	Revealed struct {
		ServerSeed     string `json:"serverSeed"`
		ServerSeedHash string `json:"serverSeedHash"`
		ClientSeed     string `json:"clientSeed"`
		Rounds         int64  `json:"rounds"`
	} `json:"revealed"`
}

// asked is what a balance_update says to a balance_get.
type asked struct {
	Balance  amount `json:"balance"`
	Currency string `json:"currency"`
}

// moved is what a deposit or a withdrawal was answered with.
type moved struct {
	PlayerID      string `json:"playerId"`
	Balance       amount `json:"balance"`
	Currency      string `json:"currency"`
	TransactionID string `json:"transactionId"`
}

// order is the part of a deposit's or a withdrawal's request that says how much.
type order struct {
	Amount amount `json:"amount"`
}

// refusal is the details of the errors that say something about the player.
type refusal struct {
	Details struct {
		Required  amount `json:"required"`
		Available amount `json:"available"`
		Unknown   bool   `json:"unknown"`
	} `json:"details"`
}

// read decodes an answer.
func read[T any](text []byte) (*T, error) {
	answer := new(T)
	if err := json.Unmarshal(text, answer); err != nil {
		return nil, fmt.Errorf("unreadable answer: %w", err)
	}
	return answer, nil
}
