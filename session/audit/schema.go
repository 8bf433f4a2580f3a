package audit

import (
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/wallet/money"
)

// Schema names the form of an export that this package writes and reads. docs/auditing.md describes it.
const Schema = "croupier-rounds/1"

// The kinds of lines of an export, in the order in which they come: one header, rounds and transfers by player, one end.
const (
	lineHeader   = "header"
	lineRound    = "round"
	lineTransfer = "transfer"
	lineEnd      = "end"
)

// Header is the first line of an export.
type Header struct {
	Line       string    `json:"line"` // "header"
	Schema     string    `json:"schema"`
	SnapshotAt time.Time `json:"snapshotAt"` // when the database was looked at
	Filters    Filters   `json:"filters"`
}

// Filters say which part of a database an export holds. The zero value is all of it.
type Filters struct {
	Since    *time.Time `json:"since"` // rounds that were open then or opened later
	Until    *time.Time `json:"until"` // rounds that were opened before then
	Operator *uuid.UUID `json:"operator"`
	Player   *uuid.UUID `json:"player"`
	Game     *string    `json:"game"` // its id, not an alias
}

// Counts are what an export holds, as its last line says.
type Counts struct {
	Rounds    int64 `json:"rounds"`
	Actions   int64 `json:"actions"`
	Transfers int64 `json:"transfers"`
}

// end is the last line of an export: without it, the export was cut short.
type end struct {
	Line string `json:"line"` // "end"
	Counts
}

// entry is a line with a round or a transfer. Texts are parts of the chunk that it was read from.
type entry struct {
	kind       string
	operatorID string
	playerID   string

	// A round.
	seedSeq    int64
	seedRounds int64 // how many rounds were played under its seed pair, -1 while that is not revealed
	steps      int64
	bet        money.Number
	openedAt   time.Time
	closedAt   time.Time // zero while it is open
	record     games.Record
	told       []told // what the player was told, of each action

	// A transfer: money that the operator paid in or out.
	code           string // "deposit" or "withdrawal"
	transactionID  string
	currency       string
	amount, stands money.Number // stands is the player's balance after it
	at             time.Time
}

// told is what the stored answer to an action says beside the outcome.
type told struct {
	there          bool // whether there was an answer that could be read
	roundID        string
	before, after  money.Number
	fair           bool // whether it has the two below, which the answer to a cash-out has not
	nonce          int64
	serverSeedHash string
}
