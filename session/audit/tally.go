package audit

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"croupier/games"
	"croupier/wallet/money"
)

// key is a game's variant.
type key struct {
	game, variant string
	known         bool // whether the rules that rounds were played by are those that this program has
}

// multiples are the classes that payouts are counted in, as multiples of the opening stake: each up to and including its bound in
// hundredths, and more than the one before. The last has no bound.
var multiples = []struct {
	name string
	upTo int64
}{
	{"0", 0}, {"to 0.5", 50}, {"below 1", 99}, {"1", 100}, {"to 2", 200}, {"to 5", 500}, {"to 10", 1_000}, {"to 20", 2_000}, {"to 50", 5_000},
	{"to 100", 10_000}, {"to 500", 50_000}, {"over 500", -1},
}

// classOf returns the class of a payout of a stake.
func classOf(payout, stake int64) int {
	if stake <= 0 || payout > 1<<50 || stake > 1<<50 {
		return len(multiples) - 1
	}
	for i, m := range multiples[:len(multiples)-1] {
		bound := stake * m.upTo
		if payout*100 <= bound || m.upTo == 99 && payout < stake { // all that is less than the stake is "below 1"
			return i
		}
	}
	return len(multiples) - 1
}

// byteValues is how many values the top byte of a word has.
const byteValues = 256

// rollBins is how many classes the rolls of dice are counted in, of 100 rolls each.
const rollBins = 100

// tally is what the rounds of a variant come to. Its floats are for statistics, and add up the same on any machine because chunks are
// added in their order.
type tally struct {
	rounds, verified, forced, open, refunded int64
	differing                                int64
	voided                                   int64

	// Of rounds that are over, were left to chance, and were not given back unplayed: 1 + (payout − stakes) / opening stake.
	played       int64
	sum, squares float64
	hits         int64
	classes      []int64 // by multiples
	asked        []byte  // of slots: the payload that was read last, and its number of paylines
	lines        int64
	spins        map[spin]int64
	rolls        []int64        // of dice
	bets         map[int64]bets // of dice, by the chance in hundredths of a percent
	draws        draws          // what was drawn
	words        []int64        // top bytes of all words that were drawn
	money        []turnover     // by currency, open and forced rounds included, voided ones not
}

// turnover is what was staked and paid in a currency.
type turnover struct{ staked, paid money.Amount }

// tallies are what rounds come to, by variant, and when they were opened.
type tallies struct {
	games    map[key]*tally
	hours    map[int64]int64 // rounds by the hour, in hours since 1970, in which they were opened
	reasons  map[string]*Reason
	lastKey  key
	lastOf   *tally
	lastHour int64
	inHour   int64
}

// Reason is why some rounds could not be recomputed.
type Reason struct {
	Why     string `json:"why"`
	Rounds  int64  `json:"rounds"`
	Example string `json:"example"` // a round
}

func newTallies() *tallies {
	return &tallies{games: map[key]*tally{}, hours: map[int64]int64{}, reasons: map[string]*Reason{}}
}

func (t *tallies) of(rec *games.Record, known bool) *tally {
	k := key{rec.GameID, rec.Variant, known}
	if t.lastOf != nil && k == t.lastKey {
		return t.lastOf
	}
	one := t.games[k]
	if one == nil {
		k = key{strings.Clone(k.game), strings.Clone(k.variant), known}
		one = newTally()
		t.games[k] = one
	}
	t.lastKey, t.lastOf = k, one
	return one
}

func newTally() *tally {
	return &tally{classes: make([]int64, len(multiples)), rolls: make([]int64, rollBins), words: make([]int64, byteValues),
		spins: map[spin]int64{}, bets: map[int64]bets{}}
}

// round counts a round. known says whether this program has the rules that it was played by.
func (t *tallies) round(e *entry, m *amounts, v verdict, known bool) {
	rec := &e.record
	one := t.of(rec, known)
	one.rounds++
	t.hour(e.openedAt)
	if rec.Status == games.Voided { // neither wagered nor won
		one.voided++
	} else {
		one.turnOver(turnover{m.stake, m.payout})
	}
	switch {
	case v.why != "":
		t.reason(v.why, rec)
	case v.report.OK:
		one.verified++
	default:
		one.differing++
	}
	switch {
	case rec.Forced != nil:
		one.forced++
	case rec.Status == games.Voided:
	case rec.Status == games.InProgress:
		one.open++
	case refunded(rec, m):
		one.refunded++
	default:
		one.chance(rec, m)
	}
	if rec.Forced == nil {
		one.drawn(&v.report)
	}
}

// refunded says whether nothing was played on a bet before the server gave it back.
func refunded(rec *games.Record, m *amounts) bool {
	return len(rec.Actions) == 2 && rec.Actions[1].Type == games.TypeExpiry && m.payout.Cmp(m.stake) == 0
}

func (t *tallies) hour(at time.Time) {
	hour := at.Unix() / 3600
	if hour != t.lastHour {
		t.flushHour()
		t.lastHour = hour
	}
	t.inHour++
}

func (t *tallies) flushHour() {
	if t.inHour > 0 {
		t.hours[t.lastHour] += t.inHour
	}
	t.inHour = 0
}

func (t *tallies) reason(why string, rec *games.Record) {
	if why == whyUnknown {
		why += ": " + rec.GameID + " " + rec.Variant + " " + rec.RulesHash
	}
	r := t.reasons[why]
	if r == nil {
		why = strings.Clone(why)
		if len(t.reasons) >= keptDifferences { // who makes up rules must not fill our memory
			why = "other reasons"
		}
		r = &Reason{Why: why, Example: strings.Clone(rec.RoundID)}
		t.reasons[why] = r
	}
	r.Rounds++
}

func (t *tally) turnOver(more turnover) {
	for i := range t.money {
		if one := &t.money[i]; one.staked.Currency() == more.staked.Currency() {
			one.staked, one.paid = one.staked.Add(more.staked), one.paid.Add(more.paid)
			return
		}
	}
	t.money = append(t.money, more)
}

// chance counts what a round that was left to chance came to.
func (t *tally) chance(rec *games.Record, m *amounts) {
	bet, ok1 := m.bet.Int64()
	stake, ok2 := m.stake.Int64()
	payout, ok3 := m.payout.Int64()
	if !ok1 || !ok2 || !ok3 { // eighteen decimals make numbers that no int64 holds
		bet, stake, payout = 1_000_000, ratio(m.stake, m.bet), ratio(m.payout, m.bet)
	}
	if bet <= 0 || len(rec.Actions) == 0 { // which is a difference
		return
	}
	x := 1 + (float64(payout)-float64(stake))/float64(bet)
	t.played++
	t.sum += x
	t.squares += x * x
	if payout > 0 {
		t.hits++
	}
	t.classes[classOf(payout, bet)]++
	switch rec.GameID {
	case "slots":
		if ok1 && ok3 {
			t.slots(rec, payout, bet)
		}
	case "dice":
		t.dice(rec)
	}
}

// ratio returns a in millionths of b, which is more than zero or else so is the result.
func ratio(a, b money.Amount) int64 {
	den := b.Minor()
	if den.Sign() <= 0 {
		return 0
	}
	num := a.Times(1_000_000).Minor()
	if num.Quo(num, den); num.IsInt64() {
		return num.Int64()
	}
	return 1 << 51
}

// slots counts what a spin paid, by the number of its paylines. Most spins are asked for as the one before.
func (t *tally) slots(rec *games.Record, payout, bet int64) {
	a := &rec.Actions[0]
	if !bytes.Equal(a.Payload, t.asked) {
		t.asked, t.lines = append(t.asked[:0], a.Payload...), 0
		var asked struct {
			ActivePaylines int64 `json:"activePaylines"`
		}
		if json.Unmarshal(a.Payload, &asked) == nil {
			t.lines = asked.ActivePaylines
		}
	}
	if t.lines < 1 || t.lines > mostLines || bet%t.lines != 0 {
		return // which recomputing finds
	}
	s := spin{int(t.lines), payout / (bet / t.lines)}
	// No free spin says that it won more unless the paid spin says that it won some. A text that begins with a T is found at once.
	if bytes.Contains(a.Outcome, []byte(`Triggered":true`)) || bytes.Contains(a.Outcome, []byte(`Triggered": true`)) {
		s.win = withFree
	}
	t.spins[s]++
}

// mostLines is more paylines than a machine can have.
const mostLines = 1000

// dice counts what was rolled, and whether it won at the chance that was played.
func (t *tally) dice(rec *games.Record) {
	var outcome struct {
		Roll   money.Number `json:"roll"`
		Chance money.Number `json:"chance"`
		Won    bool         `json:"won"`
	}
	if json.Unmarshal(rec.Actions[0].Outcome, &outcome) != nil {
		return // which recomputing finds
	}
	if roll, err := outcome.Roll.Scaled(2); err == nil && roll >= 0 && roll < rollBins*100 {
		t.rolls[roll/100]++
	}
	if chance, err := outcome.Chance.Scaled(2); err == nil && chance > 0 && chance < rollBins*100 {
		b := t.bets[chance]
		if outcome.Won {
			b.won++
		} else {
			b.lost++
		}
		t.bets[chance] = b
	}
}

// merge adds what lines that come later come to.
func (t *tallies) merge(more *tallies) {
	more.flushHour()
	for hour, n := range more.hours {
		t.hours[hour] += n
	}
	for why, r := range more.reasons {
		if known := t.reasons[why]; known != nil {
			known.Rounds += r.Rounds
		} else {
			t.reasons[why] = r
		}
	}
	for _, k := range slices.SortedFunc(maps.Keys(more.games), key.compare) {
		one := t.games[k]
		if one == nil {
			one = newTally()
			t.games[k] = one
		}
		one.merge(more.games[k])
	}
}

func (k key) compare(other key) int {
	if c := strings.Compare(k.game, other.game); c != 0 {
		return c
	}
	if c := strings.Compare(k.variant, other.variant); c != 0 || k.known == other.known {
		return c
	}
	if k.known {
		return -1
	}
	return 1
}

func (t *tally) merge(more *tally) {
	t.rounds += more.rounds
	t.verified += more.verified
	t.differing += more.differing
	t.voided += more.voided
	t.forced += more.forced
	t.open += more.open
	t.refunded += more.refunded
	t.played += more.played
	t.sum += more.sum
	t.squares += more.squares
	t.hits += more.hits
	t.draws.merge(&more.draws)
	for one, n := range more.spins {
		t.spins[one] += n
	}
	for chance, b := range more.bets {
		of := t.bets[chance]
		t.bets[chance] = bets{of.won + b.won, of.lost + b.lost}
	}
	for _, both := range [][2][]int64{{t.classes, more.classes}, {t.rolls, more.rolls}, {t.words, more.words}} {
		addCounts(both[0], both[1])
	}
	for _, one := range more.money {
		t.turnOver(one)
	}
}
