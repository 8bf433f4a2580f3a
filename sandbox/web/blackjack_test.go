package web

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/blackjack"
	"croupier/games/gamestest"
)

// blackjackRounds are rounds of blackjack under many sets of switches, half of them beginning with a pair or with an ace against the
// player, so that splits and insurance are among them.
func blackjackRounds(t *testing.T) (all []expectation) {
	t.Helper()
	const tables, rounds = 40, 8
	r := rand.New(rand.NewPCG(2, 1))
	pair := testPair(t, "tables of blackjack")
	seen := map[string]int{}
	for i := range tables {
		game := tableOf(t, fmt.Sprintf("TABLE_%d", i), switches(r))
		c, err := games.NewCatalogue(game)
		if err != nil {
			t.Fatal(err)
		}
		game = c.Games()[0]
		for nonce := range uint64(rounds) {
			recorder, err := gamestest.NewRecorder(game, game.Default, []string{"USD", "JPY"}[r.IntN(2)], pair, nonce, begin(r, game.Variants[0]))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := recorder.Act(fmt.Sprintf(`{"action":"bet","amount":%d}`, 1+r.IntN(9))); err != nil {
				t.Fatal(err)
			}
			for tries := 0; recorder.Open() && tries < 200 && (tries < 5 || r.IntN(40) > 0); tries++ {
				_, _ = recorder.Act(players["blackjack"].next(r)) // what is refused leaves the round as it was
			}
			if recorder.Open() {
				if _, err := recorder.Expire(); err != nil {
					t.Fatal(err)
				}
			}
			record := recorder.Record()
			note(seen, record)
			all = append(all, expected(t, c, record, game.Variants[0]))
		}
	}
	for _, what := range []string{`"won"`, `"lost"`, `"declined"`, `"doubled":true`, `"surrender"`, `"blackjack"`, `"bust"`, `"push"`, "2 hands", "3 hands", "4 hands", "expiry"} {
		if seen[what] < 3 {
			t.Errorf("%s was seen %d times in the rounds of blackjack: %v", what, seen[what], seen)
		}
	}
	return all
}

func note(seen map[string]int, record games.Record) {
	last := record.Actions[len(record.Actions)-1]
	outcome := string(last.Outcome)
	for _, what := range []string{`"won"`, `"lost"`, `"declined"`, `"doubled":true`, `"surrender"`, `"blackjack"`, `"bust"`, `"push"`} {
		if strings.Contains(outcome, what) {
			seen[what]++
		}
	}
	seen[fmt.Sprintf("%d hands", strings.Count(outcome, `"multiplier"`)-1)]++
	seen[string(last.Type)]++
}

// switches are rules at random.
func switches(r *rand.Rand) blackjack.Rules {
	yes := func() bool { return r.IntN(2) == 0 }
	rules := blackjack.Standard()
	rules.Decks = []int{0, 1, 2, 4, 6, 8}[r.IntN(6)]
	rules.HitSoft17, rules.DoubleAfterSplit, rules.ResplitAces = yes(), yes(), yes()
	rules.LateSurrender, rules.Peek, rules.Insurance = yes(), yes(), r.IntN(4) > 0
	rules.BlackjackPays = []blackjack.Odds{{Num: 3, Den: 2}, {Num: 6, Den: 5}}[r.IntN(2)]
	rules.DoubleOn = []blackjack.DoubleOn{blackjack.AnyTwo, blackjack.NineToEleven, blackjack.TenToEleven}[r.IntN(3)]
	rules.MaxHands = 2 + r.IntN(3)
	rules.Commission = []int{0, 719, 10_000}[r.IntN(3)]
	return rules
}

// tableOf is a game with one variant. Its return is not what is looked at here.
func tableOf(t *testing.T, id string, rules blackjack.Rules) games.Game {
	t.Helper()
	engine, err := blackjack.New(blackjack.Variant{ID: id, Rules: rules, RTP: big.NewRat(1, 2)})
	if err != nil {
		t.Fatal(err)
	}
	built := blackjack.Game()
	return games.Game{ID: built.ID, Name: built.Name, Default: id, Limits: built.Limits, Variants: []games.Variant{{ID: id, Engine: engine}}}
}

// begin forces the first cards of a round, or leaves them to chance.
func begin(r *rand.Rand, v games.Variant) fairness.Script {
	ranks := strings.Split("A28TJA", "")
	rank := ranks[r.IntN(len(ranks))]
	dealer := []string{`"AD","KC"`, `"AD","7C"`, `"TD","AC"`, `"6D","TC"`}[r.IntN(4)]
	next := slices.Concat([]string{rank + "D", rank + "C"}, []string{"5S", "TC", "4D", "9S"}[:r.IntN(5)])
	if r.IntN(2) == 0 {
		return nil
	}
	for _, hole := range []string{dealer, dealer[:4]} { // without a peek there is no hole card
		script, err := v.Force([]byte(fmt.Sprintf(`{"player":["%sS","%sH"],"dealer":[%s],"next":["%s"]}`, rank, rank, hole, strings.Join(next, `","`))))
		if err == nil {
			return script
		}
	}
	return nil // more of a card than the shoe has
}

// forgedHands are lies about a round of blackjack with insurance, a split and a double.
func forgedHands(t *testing.T, c *games.Catalogue) (all []expectation) {
	t.Helper()
	g, _ := c.Lookup("blackjack")
	v := g.Variants[0]
	script, err := v.Force([]byte(`{"player":["8S","8H"],"dealer":["AD","7C"],"next":["3D","TC","KS"]}`))
	if err != nil {
		t.Fatal(err)
	}
	recorder, err := gamestest.NewRecorder(g, v.ID, "USD", testPair(t, "forged hands"), 0, script)
	if err != nil {
		t.Fatal(err)
	}
	for _, payload := range []string{`{"action":"bet","amount":10}`, `{"action":"insurance","accept":true}`, `{"action":"split"}`, `{"action":"double"}`, `{"action":"stand"}`} {
		if _, err := recorder.Act(payload); err != nil {
			t.Fatal(err)
		}
	}
	of := expected(t, c, recorder.Record(), v)
	for _, lie := range []struct{ name, check, old, new string }{
		{"insurance that was declined", "outcome", `"accept":true`, `"accept":false`},
		{"a hit instead of the double", "outcome", `"action":"double"`, `"action":"hit"`},
		{"a stand retold as an expiry", "record", `"type":"action","payload":{"action":"stand"}`, `"type":"expiry","payload":{"action":"stand"}`},
		{"a surrender after a split", "record", `"action":"stand"`, `"action":"surrender"`},
		{"a split of what is no pair", "record", `"action":"double"`, `"action":"split"`},
		{"another hole card", "outcome", `"AD","7C"`, `"AD","8C"`},
		{"a hand that pushed and lost", "outcome", `"result":"push"`, `"result":"lose"`},
		{"insurance that cost more", "stake of the action", `"stake":5.00,"payout":0.00`, `"stake":5.01,"payout":0.00`},
		{"a double for nothing", "outcome", `"doubled":true`, `"doubled":false`},
		{"a card of another deck", "outcome", `"forced":{"init":[`, `"forced":{"init":[1,`},
	} {
		if !strings.Contains(string(of.Record), lie.old) {
			t.Errorf("%s: the record does not hold %s: %s", lie.name, lie.old, of.Record)
		}
		text := strings.ReplaceAll(string(of.Record), lie.old, lie.new)
		all = append(all, expectation{Name: lie.name, RulesText: of.RulesText, Record: []byte(text), Verdict: "failed", Check: lie.check})
	}
	return all
}
