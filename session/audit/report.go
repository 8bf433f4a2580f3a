package audit

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"croupier/games"
	"croupier/session"
	"croupier/wallet"
	"croupier/wallet/money"
)

// Report is what an audit found. Its money is exact; its other decimals are for reading.
type Report struct {
	OK         bool      `json:"ok"`     // no difference was found; what could not be recomputed is in Unchecked
	Source     string    `json:"source"` // what was audited
	AuditedAt  time.Time `json:"auditedAt"`
	Seconds    float64   `json:"seconds"`
	SnapshotAt time.Time `json:"snapshotAt"`
	Filters    Filters   `json:"filters"`

	Players   int64 `json:"players"`
	SeedPairs int64 `json:"seedPairs"` // that rounds were played under
	Rounds    int64 `json:"rounds"`
	Actions   int64 `json:"actions"`
	Transfers int64 `json:"transfers"`
	Verified  int64 `json:"verified"`  // rounds that were recomputed, and are as they are recorded
	Differing int64 `json:"differing"` // rounds that were recomputed, and are not
	Forced    int64 `json:"forced"`    // sandbox rounds whose outcome was asked for
	Voided    int64 `json:"voided"`    // rounds that the operator ended, with their stakes returned

	Found       int64            `json:"found"`       // differences in all
	ByCheck     map[string]int64 `json:"byCheck"`     // the same by check
	Differences []Difference     `json:"differences"` // the first ones
	Unchecked   []Reason         `json:"unchecked"`   // rounds that could not be recomputed, and why
	NotCovered  []string         `json:"notCovered"`  // what this audit did not look at

	Games    []GameReport       `json:"games"`
	Untested []Untested         `json:"untested"` // what no statistical test was made of
	Tests    []Test             `json:"tests"`
	Hours    []HourCount        `json:"hours"`
	Ledger   *wallet.Proof      `json:"ledger,omitempty"` // of a database only
	Stored   *StoredReport      `json:"stored,omitempty"` // of a database only
	Log      *session.LogReport `json:"log,omitempty"`    // of a database that keeps a commitment log
	Passed   []string           `json:"passed"`           // checks that were made and found nothing
}

// StoredReport is what was checked of a database beside its rounds.
type StoredReport struct {
	SeedPairs int64 `json:"seedPairs"`
	Revealed  int64 `json:"revealed"`
	Builds    int64 `json:"builds"`
}

// GameReport is what the rounds of a variant came to.
type GameReport struct {
	Game     string        `json:"game"`
	Variant  string        `json:"variant"`
	Rounds   int64         `json:"rounds"`
	Verified int64         `json:"verified"`
	Money    []MoneyReport `json:"money"`

	// Of the rounds that are over and were left to chance.
	Played   int64   `json:"played"`
	RTP      float64 `json:"rtp"`  // their mean return: 1 + (payout − stakes) / opening stake
	Band     float64 `json:"band"` // the half width of its 99 % confidence band, from the variance of these rounds
	Variance float64 `json:"variance"`
	HitRate  float64 `json:"hitRate"`
	Classes  []Class `json:"classes"` // payouts, as multiples of the opening stake

	// What is known exactly of the variant's rules, null where this program does not have them.
	rulesHash string
	Exact     *ExactReturn `json:"exact"`
	Verdict   string       `json:"verdict"` // what the comparison says
}

// MoneyReport is the money of a currency.
type MoneyReport struct {
	Currency string       `json:"currency"`
	Staked   money.Number `json:"staked"`
	Paid     money.Number `json:"paid"`
}

// Class is how many rounds paid so much.
type Class struct {
	Multiple string `json:"multiple"`
	Rounds   int64  `json:"rounds"`
}

// ExactReturn is a variant's exact return: of its plainest strategy, and the least and the most of any.
type ExactReturn struct {
	Strategy string  `json:"strategy"`
	RTP      string  `json:"rtp"`
	Lowest   string  `json:"lowest"`
	Highest  string  `json:"highest"`
	low      float64 // of RTP
	least    float64
	most     float64
}

// HourCount is how many rounds were opened in an hour.
type HourCount struct {
	Hour   time.Time `json:"hour"`
	Rounds int64     `json:"rounds"`
}

// report sums up what was found.
func (a *auditing) report() *Report {
	a.tally.flushHour()
	r := &Report{AuditedAt: a.started.UTC(), Seconds: time.Since(a.started).Seconds(),
		SnapshotAt: a.header.SnapshotAt, Filters: a.header.Filters,
		Players: a.order.players, SeedPairs: a.order.pairs, Rounds: a.order.counts.Rounds, Actions: a.order.counts.Actions,
		Transfers: a.order.counts.Transfers, Differences: []Difference{}, Unchecked: []Reason{}, Games: []GameReport{}, Tests: []Test{}, Untested: []Untested{},
		Hours: []HourCount{}, ByCheck: map[string]int64{}}
	for _, reason := range a.tally.reasons {
		r.Unchecked = append(r.Unchecked, *reason)
	}
	slices.SortFunc(r.Unchecked, func(x, y Reason) int { return cmp.Or(cmp.Compare(y.Rounds, x.Rounds), cmp.Compare(x.Why, y.Why)) })
	for _, k := range slices.SortedFunc(maps.Keys(a.tally.games), key.compare) {
		r.game(a.Catalogue, k, a.tally.games[k])
	}
	for _, hour := range slices.Sorted(maps.Keys(a.tally.hours)) {
		r.Hours = append(r.Hours, HourCount{time.Unix(hour*3600, 0).UTC(), a.tally.hours[hour]})
	}
	r.notCovered()
	r.judgeTests(&a.found)
	r.add(&a.found)
	return r
}

// add adds differences, and says what then holds.
func (r *Report) add(f *findings) {
	for check, n := range f.counts {
		r.ByCheck[check] += n
	}
	r.Found += f.overall
	r.Differences = append(r.Differences, f.kept[:min(len(f.kept), keptDifferences-len(r.Differences))]...)
	r.OK = r.Found == 0
	made := []string{checkFile, checkCommitment, checkSeedPair, checkNonce, checkOutcome, checkAction, checkSum, checkTold, checkBalance,
		checkRound}
	if len(r.Tests) > 0 {
		made = append(made, checkChance)
	}
	if r.Stored != nil {
		made = append(made, checkBuild, checkLedger)
	}
	if r.Log != nil {
		made = append(made, checkLog)
	}
	r.Passed = slices.DeleteFunc(made, func(check string) bool { return r.ByCheck[check] > 0 })
}

// notCovered says what no audit of this export can see.
func (r *Report) notCovered() {
	if f := &r.Filters; f.Game != nil {
		r.NotCovered = append(r.NotCovered, "gaps of nonces, and balances from round to round: the export is of one game alone")
	} else if f.Since != nil || f.Until != nil {
		r.NotCovered = append(r.NotCovered, "nonces and balances before and after the time that the export is of")
	}
}

// game reports on a variant, and adds the tests of what is known of it.
func (r *Report) game(catalogue *games.Catalogue, k key, t *tally) {
	g := GameReport{Game: k.game, Variant: k.variant, Rounds: t.rounds, Verified: t.verified, Played: t.played,
		Classes: []Class{}, Money: []MoneyReport{}}
	r.Verified += t.verified
	r.Differing += t.differing
	r.Forced += t.forced
	r.Voided += t.voided
	slices.SortFunc(t.money, func(x, y turnover) int {
		return strings.Compare(x.staked.Currency().Code(), y.staked.Currency().Code())
	})
	for _, one := range t.money {
		g.Money = append(g.Money, MoneyReport{one.staked.Currency().Code(), one.staked.Number(), one.paid.Number()})
	}
	for i, n := range t.classes {
		g.Classes = append(g.Classes, Class{multiples[i].name, n})
	}
	if n := float64(t.played); n > 0 {
		g.RTP, g.HitRate = t.sum/n, float64(t.hits)/n
		if n > 1 {
			g.Variance = max(0, (t.squares-t.sum*t.sum/n)/(n-1))
			g.Band = z99 * math.Sqrt(g.Variance/n)
		}
	}
	var engine games.Engine
	if k.known {
		engine = g.exact(catalogue)
	} else {
		g.Variant += ", other rules"
	}
	g.judge()
	r.Games = append(r.Games, g)
	r.tests(&g, t, engine)
}

// exact computes what is known of the variant's rules, and returns their engine.
func (g *GameReport) exact(catalogue *games.Catalogue) games.Engine {
	game, _ := catalogue.Lookup(g.Game)
	variant, ok := game.Variant(g.Variant)
	if !ok {
		return nil
	}
	g.rulesHash = variant.RulesHash
	analysis, ok := analyse(variant)
	if !ok {
		return variant.Engine
	}
	first := analysis.Outlooks[0]
	g.Exact = &ExactReturn{Strategy: first.Strategy, RTP: percent(first.Return.Low), Lowest: percent(analysis.Bounds.Lowest),
		Highest: percent(analysis.Bounds.Highest)}
	g.Exact.low, _ = first.Return.Low.Float64()
	g.Exact.least, _ = analysis.Bounds.Lowest.Float64()
	g.Exact.most, _ = analysis.Bounds.Highest.Float64()
	return variant.Engine
}

// analyses are those that were computed, by the hash of the rules: some take a second.
var analyses sync.Map

func analyse(variant games.Variant) (games.Analysis, bool) {
	if known, ok := analyses.Load(variant.RulesHash); ok {
		return known.(games.Analysis), true
	}
	analyst, ok := variant.Engine.(games.Analyst)
	if !ok {
		return games.Analysis{}, false
	}
	analysis, err := analyst.Analyse()
	if err != nil || len(analysis.Outlooks) == 0 {
		return games.Analysis{}, false
	}
	analyses.Store(variant.RulesHash, analysis)
	return analysis, true
}

func percent(share *big.Rat) string {
	return new(big.Rat).Mul(share, big.NewRat(100, 1)).FloatString(4) + " %"
}

// judge compares the rounds' return with what the rules can return. In the games that are played in more ways than one, that is a range:
// how they were played is not guessed.
func (g *GameReport) judge() {
	switch {
	case g.Exact == nil:
		g.Verdict = "nothing to compare with: the rules are not in this program"
	case g.Played < 30:
		g.Verdict = "too few rounds to compare"
	case g.RTP+g.Band < g.Exact.least:
		g.Verdict = "below what any strategy returns, beyond the 99 % band"
	case g.RTP-g.Band > g.Exact.most:
		g.Verdict = "above what any strategy returns, beyond the 99 % band"
	default:
		g.Verdict = "agrees"
	}
}

// Rate says how fast the audit was.
func (r *Report) Rate() string {
	if r.Seconds <= 0 {
		return ""
	}
	return fmt.Sprintf("%.0f rounds/s", float64(r.Rounds)/r.Seconds)
}
