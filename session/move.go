package session

import (
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/wallet/money"
)

// move is one step of one round, computed but not yet committed: what it was computed from, and what it changes.
type move struct {
	// What must still hold when it is written.
	player  uuid.UUID
	version int64
	before  money.Amount // the player's balance
	seedSeq int32
	nonce   int64

	// The round that it opens or goes on with.
	opens    bool
	operator uuid.UUID
	round    uuid.UUID
	game     string
	build    int32
	step     int32 // of the action, from 0
	status   string
	state    []byte // sealed; nil when the round is over
	forced   []byte // the script of a forced opening, nil otherwise

	// The money: stake leaves the player, for the house if the move is the whole round, else into escrow; lapse leaves escrow for
	// the house when the round is over; payout leaves the house for the player. Of a round that is voided, lapse and payout are one
	// amount, which goes from escrow to the player.
	stake, lapse, payout money.Amount
	after                money.Amount // the player's balance when it is written

	// The request and what it is answered with.
	session   uuid.UUID
	requestID string
	kind      requestKind
	request   json.RawMessage
	answer    json.RawMessage
	at        time.Time

	// What its receipt is made of.
	of      *openRound // the round before it
	outcome json.RawMessage
	record  games.Hash // of the round's record with this step; zero: nobody wants a receipt
	signed  *games.ReceiptGroup
	place   int // in signed

	settled chan verdict // one verdict is sent; buffered, so that no settler ever waits for a player
	cause   error        // why it was not written, set before the verdict
}

// verdict is what became of a move.
type verdict int

const (
	written verdict = iota + 1 // committed
	stale                      // not written: something it was computed from has changed, or its request was answered before
	failed                     // not written, and never will be: the database refuses what is in it
	later                      // not written: the database cannot take it now
	unknown                    // the connection broke: look its request up
	final                      // not written, and refused by an operator's wallet: the position has nothing to do with it
)
