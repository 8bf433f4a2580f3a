package audit

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"croupier/wallet/money"
)

// link is what of a line is compared with the lines before it.
type link struct {
	kind     string
	line     int64
	player   string
	operator string
	round    string
	seq      int64
	nonce    uint64
	opened   time.Time // or when the transfer was
	pair     pair
	actions  int
	moves    []move // none if its money cannot be read
}

// pair is what a round says of its seed pair.
type pair struct {
	hash, server, client string
	rounds               int64 // played under it, -1 while it is not revealed
}

// move is a change of a player's balance.
type move struct {
	at            time.Time
	step          int // of its round, -1 for a transfer
	before, after money.Amount
}

// order follows the lines of an export from one to the next. It knows only the player that it is at, of whom at most one round a game
// is open at a time.
type order struct {
	filters Filters
	found   *findings
	counts  Counts
	players int64
	pairs   int64

	player   string
	operator string
	seq      int64 // of the seed pair, -1 before the player's first round
	next     uint64
	pair     pair
	played   int64 // rounds of the pair that are there
	whole    bool  // whether the pair's first round is there
	early    bool  // whether the last round was opened before the time that the export begins at
	chain    chain
}

// add follows a round or a transfer.
func (o *order) add(l *link) {
	if l.player != o.player {
		o.endPlayer()
		if l.player < o.player {
			o.differ(checkFile, l, "the lines are not in the order of players", "more than "+o.player, l.player)
		}
		o.players++
		o.player, o.operator, o.seq = strings.Clone(l.player), strings.Clone(l.operator), -1
		o.chain = chain{order: o, known: o.filters.Since == nil}
	}
	if l.operator != o.operator {
		o.differ(checkRound, l, "it is of another operator than the player's other lines", o.operator, l.operator)
	}
	if l.kind == lineRound {
		o.counts.Rounds++
		o.counts.Actions += int64(l.actions)
		o.nonce(l)
	} else {
		o.counts.Transfers++
	}
	if o.filters.Game == nil {
		o.chain.add(l)
	}
}

// nonce checks that nonces have no gap and that none comes twice.
func (o *order) nonce(l *link) {
	if l.seq != o.seq {
		o.endPair()
		if l.seq < o.seq {
			o.differ(checkFile, l, "the lines are not in the order of seed pairs", "more than "+strconv.FormatInt(o.seq, 10),
				strconv.FormatInt(l.seq, 10))
		}
		o.pairs++
		o.seq, o.played, o.next, o.pair = l.seq, 0, 0, l.pair.clone()
		o.whole = o.filters.Since == nil && o.filters.Game == nil
		if !o.whole {
			o.next = l.nonce
		}
	}
	if l.pair != o.pair {
		o.differ(checkSeedPair, l, "it shows other seeds than the rounds before it under the same pair", o.pair.String(), l.pair.String())
	}
	// After a round that was opened before the export's time and was still open then, others may be left out.
	skips := o.filters.Game != nil || o.early && o.played > 0
	switch {
	case l.nonce < o.next:
		o.differ(checkNonce, l, "the nonce was there before", "at least "+strconv.FormatUint(o.next, 10), strconv.FormatUint(l.nonce, 10))
	case l.nonce > o.next && !skips:
		o.differ(checkNonce, l, fmt.Sprintf("%d nonces are missing before it", l.nonce-o.next), strconv.FormatUint(o.next, 10),
			strconv.FormatUint(l.nonce, 10))
	}
	if l.nonce >= o.next {
		o.next = l.nonce + 1
	}
	o.played++
	o.early = o.filters.Since != nil && l.opened.Before(*o.filters.Since)
}

// endPair checks at the last round of a pair that it is the last.
func (o *order) endPair() {
	if o.seq < 0 || !o.whole || o.filters.Until != nil || o.pair.rounds < 0 || o.pair.rounds == o.played {
		return
	}
	o.found.add(Difference{Check: checkSeedPair, PlayerID: o.player,
		What:     fmt.Sprintf("rounds of seed pair %d are missing, or are too many", o.seq),
		Expected: strconv.FormatInt(o.pair.rounds, 10), Got: strconv.FormatInt(o.played, 10)})
}

func (o *order) endPlayer() {
	if o.player == "" {
		return
	}
	o.endPair()
	o.chain.end()
}

func (o *order) differ(check string, l *link, what, expected, got string) {
	o.found.add(Difference{Check: check, Line: l.line, PlayerID: l.player, RoundID: l.round, What: what, Expected: expected, Got: got})
}

// clone copies what is a part of a chunk, which would be kept with it.
func (p pair) clone() pair {
	return pair{hash: strings.Clone(p.hash), server: strings.Clone(p.server), client: strings.Clone(p.client), rounds: p.rounds}
}

func (p pair) String() string {
	rounds := "not revealed"
	if p.rounds >= 0 {
		rounds = fmt.Sprintf("%d rounds", p.rounds)
	}
	return fmt.Sprintf("%s, client seed %q, server seed %q, %s", p.hash, p.client, p.server, rounds)
}
