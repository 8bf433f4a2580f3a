package audit

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"croupier/games"
	"croupier/wallet/money"
)

// The checks, by the names that a report gives their differences.
const (
	checkFile       = "file"       // the export itself: lines that cannot be read, lines out of order, an end that is missing
	checkCommitment = "commitment" // a revealed server seed hashes to what was committed to
	checkSeedPair   = "seed pair"  // all rounds of a pair show the same seeds, and their number is the pair's
	checkNonce      = "nonce"      // 0, 1, 2, … under every seed pair
	checkOutcome    = "outcome"    // what the seeds and the actions give, recomputed: outcomes, stakes, payouts, status
	checkAction     = "action"     // actions are there, from step 0 without a gap
	checkSum        = "sum"        // a round's bet, stake and payout are those of its actions
	checkTold       = "told"       // what the player was told is what is stored
	checkBalance    = "balance"    // each balance follows from the one before it
	checkRound      = "round"      // what else a round says of itself
	checkChance     = "chance"     // what was drawn and paid is spread as chance spreads it
	checkBuild      = "build"      // stored rules hash to their rulesHash (database only)
	checkLedger     = "ledger"     // what croupier ledger check proves (database only)
	checkLog        = "log"        // what croupier log check proves (database only, where a commitment log is kept)
)

// The reasons for which something could not be checked.
const (
	whyOpen        = "the round is open"
	whyNotRevealed = "the server seed is not revealed yet"
	whyUnknown     = "the rules of its rulesHash are not in this program"
)

// Difference is something that is recorded otherwise than it must be.
type Difference struct {
	Check    string `json:"check"`
	Line     int64  `json:"line,omitempty"` // of the export, from 1; of the export that would be made, where a database is audited
	PlayerID string `json:"playerId,omitempty"`
	RoundID  string `json:"roundId,omitempty"`
	What     string `json:"what"`               // in a sentence
	Expected string `json:"expected,omitempty"` // computed
	Got      string `json:"got,omitempty"`      // recorded
}

// checker checks lines one by one. Workers have one each.
type checker struct {
	catalogue *games.Catalogue
	verifier  *games.Verifier
	entry     entry
	line      int64
	found     *findings
	tally     *tallies
	steps     []stepAmounts // of the last round, whose space is used again
	moved     []move        // of all lines of the chunk: links hold parts of it
	rules     rules
}

// rules are what a round says that it was played by.
type rules struct {
	game, variant, hash string
	known               bool // whether the catalogue has them
}

// differ adds a difference of the line that is being checked.
func (c *checker) differ(check, what, expected, got string) {
	e := &c.entry
	c.found.add(Difference{Check: check, Line: c.line, PlayerID: e.playerID, RoundID: e.record.RoundID, What: what,
		Expected: expected, Got: got})
}

// round checks everything that one round says by itself, and returns what the order of rounds is checked by.
func (c *checker) round() link {
	e := &c.entry
	rec := &e.record
	l := link{kind: lineRound, line: c.line, player: e.playerID, round: rec.RoundID, operator: e.operatorID,
		seq: e.seedSeq, nonce: rec.Nonce, opened: e.openedAt, pair: pairOf(e), actions: len(rec.Actions)}
	currency, err := money.LookupCurrency(rec.Currency)
	if err != nil {
		c.differ(checkRound, "its currency is not one", "a currency", strconv.Quote(rec.Currency))
		return l
	}
	m := c.amounts(currency)
	if !m.ok {
		return l
	}
	l.moves = c.moves(&m)
	c.structure(&m)
	c.tally.round(e, &m, c.recompute(), c.known(rec))
	return l
}

func pairOf(e *entry) pair {
	return pair{hash: e.record.ServerSeedHash, server: e.record.ServerSeed, client: e.record.ClientSeed, rounds: e.seedRounds}
}

// amounts are the sums of a round, read.
type amounts struct {
	ok                 bool
	bet, stake, payout money.Amount
	steps              []stepAmounts
}

type stepAmounts struct {
	stake, payout, balance money.Amount
	before, after          money.Amount // as told
	told                   bool
}

func (c *checker) amounts(currency money.Currency) (m amounts) {
	e := &c.entry
	m.ok = true
	read := func(name string, n money.Number) money.Amount {
		a, err := money.Parse(currency, n)
		if err != nil {
			m.ok = false
			c.differ(checkRound, name+" is no amount of "+currency.Code(), "an amount", string(n))
		}
		return a
	}
	m.stake, m.payout = read("its stake", e.record.Stake), read("its payout", e.record.Payout)
	if m.bet = m.stake; e.bet != e.record.Stake {
		m.bet = read("its bet", e.bet)
	}
	c.steps = slices.Grow(c.steps[:0], len(e.record.Actions))[:len(e.record.Actions)]
	m.steps = c.steps
	for i := range m.steps {
		m.steps[i] = stepAmounts{}
		a, t, s := &e.record.Actions[i], &e.told[i], &m.steps[i]
		// Most rounds are one action, whose amounts are the round's.
		if s.stake = m.stake; a.Stake != e.record.Stake {
			s.stake = read("a stake", a.Stake)
		}
		if s.payout = m.payout; a.Payout != e.record.Payout {
			s.payout = read("a payout", a.Payout)
		}
		s.balance = read("a balance", a.Balance)
		if s.told = t.there; s.told {
			s.before = read("a balance that was told", t.before)
			if s.after = s.balance; t.after != a.Balance {
				s.after = read("a balance that was told", t.after)
			}
		}
	}
	return m
}

// moves are what the round's actions did to the player's balance. Without what was told, the balance before one is computed.
func (c *checker) moves(m *amounts) []move {
	from := len(c.moved)
	for i := range m.steps {
		s := &m.steps[i]
		one := move{at: c.entry.record.Actions[i].At, step: i, before: s.before, after: s.balance}
		if !s.told {
			one.before = s.balance.Sub(s.payout).Add(s.stake)
		}
		c.moved = append(c.moved, one)
	}
	return c.moved[from:len(c.moved):len(c.moved)]
}

// structure checks what must hold of every round, whether or not its seed is revealed.
func (c *checker) structure(m *amounts) {
	e := &c.entry
	rec := &e.record
	if int64(len(rec.Actions)) != e.steps {
		c.differ(checkAction, "its actions are not as many as its steps", fmt.Sprint(e.steps), fmt.Sprint(len(rec.Actions)))
	}
	if len(rec.Actions) == 0 {
		return
	}
	zero := money.Zero(m.stake.Currency())
	stake, payout := zero, zero
	for i := range m.steps {
		s := &m.steps[i]
		if rec.Actions[i].Step != i {
			c.differ(checkAction, "its steps have a gap or come twice", fmt.Sprint(i), fmt.Sprint(rec.Actions[i].Step))
		}
		stake, payout = stake.Add(s.stake), payout.Add(s.payout)
		c.checkTold(i, s)
	}
	c.equal(checkSum, "its bet is not its first action's stake", m.steps[0].stake, m.bet)
	c.equal(checkSum, "its stake is not the sum of its actions'", stake, m.stake)
	c.equal(checkSum, "its payout is not the sum of its actions'", payout, m.payout)
	voided := rec.Status == games.Voided
	if voided {
		c.equal(checkSum, "it was voided, and what was returned is not its stake", m.stake, m.payout)
	}
	if last := rec.Actions[len(rec.Actions)-1].Type; voided != (last == games.TypeVoid) {
		c.differ(checkRound, "it is voided, or its last action voids it, but not both", string(rec.Status), string(last))
	}
	if open := rec.Status == games.InProgress; open != e.closedAt.IsZero() {
		c.differ(checkRound, "it is open and closed at once", "a time when it was closed, unless it is open", string(rec.Status))
	}
	if rec.Status == games.InProgress && !m.payout.IsZero() {
		c.differ(checkRound, "it has paid while it is open", zero.String(), m.payout.String())
	}
}

// equal compares amounts of one currency. Their texts are made only where they differ.
func (c *checker) equal(check, what string, expected, got money.Amount) {
	if expected.Cmp(got) != 0 {
		c.differ(check, what, expected.String(), got.String())
	}
}

// checkTold holds what the player was told at a step against what is stored.
func (c *checker) checkTold(i int, s *stepAmounts) {
	e := &c.entry
	t := &e.told[i]
	step := func() string { return "step " + strconv.Itoa(i) + ": " }
	if !t.there {
		c.differ(checkTold, step()+"the stored answer does not say what the balance was", "a balance before and after", "none")
		return
	}
	if s.after.Cmp(s.balance) != 0 {
		c.equal(checkTold, step()+"the player was told another balance than is stored", s.after, s.balance)
	}
	if after := s.before.Sub(s.stake).Add(s.payout); after.Cmp(s.balance) != 0 {
		c.equal(checkBalance, step()+"the balance before it, less the stake, plus the payout, is not the balance after it", after, s.balance)
	}
	if t.roundID != e.record.RoundID {
		c.differ(checkTold, step()+"the answer is of another round", e.record.RoundID, t.roundID)
	}
	if !t.fair {
		return
	}
	if uint64(t.nonce) != e.record.Nonce {
		c.differ(checkTold, step()+"the player was told another nonce than is stored", strconv.FormatInt(t.nonce, 10),
			strconv.FormatUint(e.record.Nonce, 10))
	}
	if t.serverSeedHash != e.record.ServerSeedHash {
		c.differ(checkTold, step()+"the player was told another commitment than is stored", t.serverSeedHash, e.record.ServerSeedHash)
	}
}

// verdict is what recomputing a round came to.
type verdict struct {
	why    string // why it could not be recomputed, "" if it was
	report games.Report
}

// recompute plays the round again from its seeds, and compares all of it.
func (c *checker) recompute() verdict {
	rec := &c.entry.record
	if rec.ServerSeed == "" {
		if rec.Status == games.InProgress {
			return verdict{why: whyOpen}
		}
		return verdict{why: whyNotRevealed}
	}
	if !c.known(rec) {
		return verdict{why: whyUnknown}
	}
	report, err := c.verifier.Verify(rec)
	if err != nil {
		c.differ(checkOutcome, "it cannot be recomputed: "+err.Error(), "", "")
		return verdict{report: report}
	}
	if report.OK {
		return verdict{report: report}
	}
	for _, one := range report.Checks {
		check := checkOutcome
		if one.Name == "commitment" {
			check = checkCommitment
		}
		c.differ(check, "recomputed, its "+one.Name+" differs", one.Expected, one.Got)
	}
	return verdict{report: report}
}

// known says whether the catalogue has the very rules that a round was played by. Most rounds are played by those of the round before.
func (c *checker) known(rec *games.Record) bool {
	if c.rules.hash == rec.RulesHash && c.rules.game == rec.GameID && c.rules.variant == rec.Variant {
		return c.rules.known
	}
	c.rules = rules{game: strings.Clone(rec.GameID), variant: strings.Clone(rec.Variant), hash: strings.Clone(rec.RulesHash)}
	if game, ok := c.catalogue.Lookup(rec.GameID); ok {
		variant, ok := game.Variant(rec.Variant)
		c.rules.known = ok && variant.RulesHash == rec.RulesHash
	}
	return c.rules.known
}

var errCode = errors.New("it is neither a deposit nor a withdrawal")

// transfer reads money that an operator moved.
func (c *checker) transfer() link {
	e := &c.entry
	l := link{kind: lineTransfer, line: c.line, player: e.playerID, operator: e.operatorID, opened: e.at}
	one, err := e.moved()
	if err != nil {
		c.differ(checkRound, "transfer "+strconv.Quote(e.transactionID)+" cannot be read: "+err.Error(), "", "")
		return l
	}
	c.moved = append(c.moved, one)
	l.moves = c.moved[len(c.moved)-1 : len(c.moved) : len(c.moved)]
	return l
}

func (e *entry) moved() (m move, err error) {
	currency, err := money.LookupCurrency(e.currency)
	if err != nil {
		return m, err
	}
	amount, err := money.Parse(currency, e.amount)
	if err != nil {
		return m, err
	}
	after, err := money.Parse(currency, e.stands)
	if err != nil {
		return m, err
	}
	switch e.code {
	case "deposit":
		return move{at: e.at, step: -1, before: after.Sub(amount), after: after}, nil
	case "withdrawal":
		return move{at: e.at, step: -1, before: after.Add(amount), after: after}, nil
	}
	return m, errCode
}
