// Package check proves what the clients of a torture run sent and were told (package history) against what the database holds. It
// is the run's judge, so it shares no code with what it judges: it must never import the server's session, api or ledger, and has
// its own arithmetic. Rounds are replayed by the games' own rules, as any auditor would.
package check

import (
	"context"

	"croupier/sandbox/torture/history"
)

// The rules, as Finding.Rule names them.
const (
	Stored  = "every acknowledged result is stored as told"
	Once    = "no request took effect twice, after its refusal, or unasked"
	Money   = "every balance equals its transfers and the client's own arithmetic"
	Nonces  = "nonces and seed pairs have no gap and no repeat"
	Replay  = "every finished round replays to the same bytes"
	Escrow  = "no escrow without an open round, no open round without its escrow"
	Retries = "idempotent retries gave equal answers"
	Order   = "each player's history is linearizable"
	Learnt  = "whoever had a request carried out learnt of it"
)

// Rules are all of them in the order in which people are shown them.
var Rules = []string{Stored, Once, Money, Nonces, Replay, Escrow, Retries, Order, Learnt}

// Run holds a history against the database that the run's servers wrote, in one snapshot of it and without changing anything. No
// server should be writing any more. The run's database role must be able to read all tables. progress, if not nil, is told what is
// being looked at, with how many players of how many are done; calls do not overlap. An error means that the check could not be
// made: what it found is in the report.
func Run(ctx context.Context, databaseURL string, h *history.History, progress func(step string, n, of int)) (*Report, error) {
	panic("not there yet")
}
