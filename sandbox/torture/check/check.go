// Package check proves what the clients of a torture run sent and were told (package history) against what the database holds. It
// is the run's judge, so it shares no code with what it judges: it must never import the server's session, api or ledger, and has
// its own arithmetic. Rounds are replayed by the games' own rules, as any auditor would.
package check

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"

	"github.com/jackc/pgx/v5"

	"croupier/games"
	"croupier/games/builtin"
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
	requests, err := byPlayer(h)
	if err != nil {
		return nil, fmt.Errorf("check the run: %w", err)
	}
	catalogue, err := games.NewCatalogue(builtin.Games()...)
	if err != nil {
		return nil, fmt.Errorf("check the run: %w", err)
	}
	conn, err := connect(ctx, databaseURL)
	if err != nil {
		return nil, fmt.Errorf("check the run: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	found := newFindings()
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, conn, options, func(tx pgx.Tx) error {
		if err := checkTotals(ctx, tx, found); err != nil {
			return err
		}
		return checkPlayers(ctx, tx, h.Players, requests, catalogue, found, progress)
	})
	if err != nil {
		return nil, fmt.Errorf("check the run: %w", err)
	}
	return found.done(), nil
}

func connect(ctx context.Context, databaseURL string) (*pgx.Conn, error) {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return nil, errors.New("the database URL is not one") // it may hold a password: do not repeat it
	}
	config.RuntimeParams["timezone"] = "UTC"
	config.RuntimeParams["jit"] = "off" // many small queries
	return pgx.ConnectConfig(ctx, config)
}

// byPlayer reads what the clients were told. Returns an error for a history that is none.
func byPlayer(h *history.History) (map[string][]*request, error) {
	requests := make(map[string][]*request, len(h.Players))
	for _, p := range h.Players {
		requests[p.ID] = nil
	}
	for i := range h.Ops {
		op := &h.Ops[i]
		if _, known := requests[op.Player]; !known {
			return nil, fmt.Errorf("history: %s %s is of player %q, who is not in it", op.Kind, op.Request, op.Player)
		}
		if results[op.Kind] == "" {
			return nil, fmt.Errorf("history: request %s is a %q", op.Request, op.Kind)
		}
		if len(op.Tries) == 0 { // never sent
			continue
		}
		r, err := newRequest(op)
		if err != nil {
			return nil, fmt.Errorf("history: %s %s: %w", op.Kind, op.Request, err)
		}
		requests[op.Player] = append(requests[op.Player], r)
	}
	return requests, nil
}

// checkPlayers reads one player after the other and checks as many at once as there are processors: a run has more players than fit
// the memory.
func checkPlayers(ctx context.Context, tx pgx.Tx, players []history.Player, requests map[string][]*request, catalogue *games.Catalogue,
	found *findings, progress func(string, int, int)) error {
	toCheck := make(chan *playerCheck)
	counts := make([]Counts, runtime.GOMAXPROCS(0))
	var workers sync.WaitGroup
	for i := range counts {
		workers.Go(func() {
			for p := range toCheck {
				p.run()
				counts[i].add(p.counts)
			}
		})
	}
	err := func() error {
		defer close(toCheck)
		for n, player := range players {
			if progress != nil {
				progress("players", n, len(players))
			}
			all, err := readRows(ctx, tx, player.ID)
			if err != nil {
				return err
			}
			select {
			case toCheck <- &playerCheck{Player: player, rows: all, requests: requests[player.ID], catalogue: catalogue, found: found}:
				delete(requests, player.ID) // what was read of it is free when it is checked
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		return nil
	}()
	workers.Wait()
	for _, c := range counts {
		found.report.Counts.add(c)
	}
	if err == nil && progress != nil {
		progress("players", len(players), len(players))
	}
	return err
}
