package check

import (
	"fmt"

	"croupier/games"
	"croupier/sandbox/torture/history"
)

// playerCheck is one player's part of the check.
type playerCheck struct {
	history.Player
	*rows
	requests  []*request
	voids     []*request // what no client asked for: the operator did
	catalogue *games.Catalogue
	found     *findings
	counts    Counts
}

// run holds everything that is known of the player against one another.
func (p *playerCheck) run() {
	p.counts.Players = 1
	if len(p.seats) != 1 || len(p.pairs) == 0 {
		p.found.add(Stored, "player "+p.ID, "the player has %d seats and %d seed pairs", len(p.seats), len(p.pairs))
		return
	}
	unasked, orders := match(p.requests, p.rows)
	for _, r := range p.requests {
		if err := r.readAnswer(); err != nil {
			p.found.add(Stored, p.about(r), "%v", err)
		}
		p.count(r)
	}
	p.countRows()
	unasked = p.takeVoids(unasked)
	p.checkStored()
	p.checkRounds()
	p.checkOnce(unasked, orders)
	p.checkMoney()
	p.checkEscrow()
	p.checkNonces()
	p.replayRounds()
	p.checkRetries()
	p.checkOrder()
}

// about is what a finding on a request is about.
func (p *playerCheck) about(r *request) string { return fmt.Sprintf("player %s: %s", p.ID, r.name()) }

func (p *playerCheck) count(r *request) {
	c := &p.counts
	c.Ops++
	c.Tries += len(r.Tries)
	switch {
	case r.refused != nil:
		c.Refusals++
	case r.result == nil:
		c.Unlearnt++
	case r.mutates():
		c.Results++
	default:
		c.Reads++
	}
}

func (p *playerCheck) countRows() {
	c := &p.counts
	c.Actions, c.Transfers, c.Orders = len(p.actions), len(p.transfers), len(p.orders)
	c.SeedPairs, c.Rounds = len(p.pairs), len(p.rounds)
	for i := range p.rounds {
		if p.rounds[i].open() {
			c.OpenRounds++
		}
	}
}

// pair returns the player's seed pair of a number.
func (p *playerCheck) pair(seq int) *pairRow {
	for i := range p.pairs {
		if p.pairs[i].seq == seq {
			return &p.pairs[i]
		}
	}
	return nil
}

// add counts what another check counted.
func (c *Counts) add(o Counts) {
	for _, sum := range []struct {
		into *int
		n    int
	}{
		{&c.Players, o.Players}, {&c.Ops, o.Ops}, {&c.Tries, o.Tries}, {&c.Results, o.Results}, {&c.Refusals, o.Refusals},
		{&c.Unlearnt, o.Unlearnt}, {&c.Late, o.Late}, {&c.Retried, o.Retried}, {&c.Reads, o.Reads},
		{&c.Actions, o.Actions}, {&c.Transfers, o.Transfers},
		{&c.Orders, o.Orders}, {&c.SeedPairs, o.SeedPairs}, {&c.Rounds, o.Rounds}, {&c.OpenRounds, o.OpenRounds},
		{&c.Replayed, o.Replayed}, {&c.Unrevealed, o.Unrevealed}, {&c.Linearized, o.Linearized}, {&c.Pieces, o.Pieces},
	} {
		*sum.into += sum.n
	}
	c.LargestPiece = max(c.LargestPiece, o.LargestPiece)
}
