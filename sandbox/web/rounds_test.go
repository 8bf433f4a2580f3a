package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
	"croupier/games/slots"
	"croupier/wallet/money"
)

// steps says how the test plays a game of several steps: the opening payload, and any next one, which may be refused.
type steps struct {
	open func(r *rand.Rand) string
	next func(r *rand.Rand) string // nil where a round is one step
}

var players = map[string]steps{
	"blackjack": {open: bet, next: func(r *rand.Rand) string {
		return []string{`{"action":"hit"}`, `{"action":"stand"}`, `{"action":"double"}`, `{"action":"split"}`, `{"action":"split"}`, `{"action":"surrender"}`,
			`{"action":"insurance","accept":true}`, `{"action":"insurance","accept":false}`}[r.IntN(8)]
	}},
	"dice": {open: func(r *rand.Rand) string {
		return fmt.Sprintf(`{"action":"roll","amount":%d.%02d,"chance":%d.%02d}`, r.IntN(9), 1+r.IntN(99), 1+r.IntN(97), r.IntN(100))
	}},
	"guess": {open: bet, next: func(r *rand.Rand) string {
		return fmt.Sprintf(`{"action":"guess","position":%d,"character":%q}`, r.IntN(12), []string{"A", "B", "0", "9", "Z", "K"}[r.IntN(6)])
	}},
	"launch": {open: bet, next: func(r *rand.Rand) string {
		return fmt.Sprintf(`{"action":"launch","angle":%d.%d,"power":%d}`, 10+r.IntN(70), r.IntN(10), 100+r.IntN(1900)/(1+r.IntN(4)))
	}},
	"move": {open: bet, next: func(r *rand.Rand) string {
		return fmt.Sprintf(`{"action":"move","dx":%.1f,"dy":%.1f}`, float64(r.IntN(41)-20)/10, float64(r.IntN(41)-20)/10)
	}},
	"smash": {open: bet, next: func(*rand.Rand) string { return `{"action":"hit"}` }},
}

func bet(r *rand.Rand) string {
	return fmt.Sprintf(`{"action":"bet","amount":%d.%02d}`, r.IntN(9), 10+r.IntN(90))
}

// playedBySteps are rounds of every game and variant by random play: to the end, to a cash-out, to an expiry, to a void.
func playedBySteps(t *testing.T, c *games.Catalogue) (all []expectation) {
	t.Helper()
	const rounds = 30 // of a variant
	voided := 0
	for _, g := range c.Games() {
		player, ok := players[g.ID]
		if !ok {
			continue
		}
		for _, variant := range g.Variants {
			r := rand.New(rand.NewPCG(1, uint64(len(all))))
			pair := testPair(t, "steps "+g.ID+" "+variant.ID)
			ended := map[games.ActionType]int{}
			for nonce := range uint64(rounds) {
				currency := []string{"USD", "BHD", "BTC", "ETH"}[nonce%4] // of 2, 3, 8 and 18 decimals
				recorder, err := gamestest.NewRecorder(g, variant.ID, currency, pair, nonce, nil)
				if err != nil {
					t.Fatal(err)
				}
				player.play(t, r, recorder, int(nonce))
				record := recorder.Record()
				ended[record.Actions[len(record.Actions)-1].Type]++
				all = append(all, expected(t, c, record, variant))
			}
			voided += ended[games.TypeVoid]
			if player.next != nil && (ended[games.TypeAction] == 0 || ended[games.TypeExpiry] == 0) {
				t.Errorf("%s %s: the rounds ended by %v", g.ID, variant.ID, ended)
			}
		}
	}
	if voided == 0 {
		t.Error("no round was voided")
	}
	return all
}

// play plays a round for so many steps, and ends it then in one way or the other.
func (p steps) play(t *testing.T, r *rand.Rand, recorder *gamestest.Recorder, length int) {
	t.Helper()
	if _, err := recorder.Act(p.open(r)); err != nil {
		t.Fatal(err)
	}
	for tries := 0; recorder.Open() && len(recorder.Record().Actions) <= length && tries < 1000; tries++ {
		_, _ = recorder.Act(p.next(r)) // what is refused leaves the round as it was
	}
	if recorder.Open() && length%5 == 1 {
		if _, err := recorder.Void(games.Voiding{Reason: "an outage é ☂", By: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	if recorder.Open() && length%2 == 0 {
		_, _ = recorder.CashOut() // refused before the first step
	}
	if recorder.Open() {
		if _, err := recorder.Expire(); err != nil {
			t.Fatal(err)
		}
	}
}

// expected is a round that the server's verifier finds right.
func expected(t *testing.T, c *games.Catalogue, record games.Record, v games.Variant) expectation {
	t.Helper()
	if report, err := games.Verify(c, record); err != nil || !report.OK {
		t.Fatalf("%s: %v, %+v", record.RoundID, err, report.Checks)
	}
	text, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	return expectation{Name: fmt.Sprintf("%s %s %d", record.GameID, v.ID, record.Nonce), RulesText: string(v.RulesJSON), Record: text, Verdict: "verified"}
}

// vectorRounds are the rounds of the test vectors, as far as they are of games of the catalogue.
func vectorRounds(t *testing.T, c *games.Catalogue) (all []expectation) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "fairness", "testdata", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Rounds []json.RawMessage `json:"rounds"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for i, text := range file.Rounds {
		record, err := games.ParseRecord(text)
		if err != nil {
			t.Fatal(err)
		}
		game, _ := c.Lookup(record.GameID)
		if _, ok := players[game.ID]; !ok && game.ID != "slots" {
			continue // the page says that it cannot recompute the game
		}
		v, ok := game.Variant(record.Variant)
		if !ok || v.RulesHash != record.RulesHash {
			t.Fatalf("round %d of the vectors is of no variant of the catalogue", i)
		}
		all = append(all, expectation{Name: fmt.Sprintf("vector %d", i), RulesText: string(v.RulesJSON), Record: text, Verdict: "verified"})
	}
	return all
}

func testPair(t *testing.T, clientSeed string) fairness.Pair {
	t.Helper()
	seed, err := fairness.ParseServerSeed("392def0dfac4df187783bcff22d3485a0c9cae9b0fcc54286fc505a8d743c4bc")
	if err != nil {
		t.Fatal(err)
	}
	return fairness.Pair{ServerSeed: seed, ClientSeed: clientSeed}
}

// forgedSteps are lies about a round of several steps that was cashed out after a step.
func forgedSteps(t *testing.T, c *games.Catalogue) (all []expectation) {
	t.Helper()
	g, _ := c.Lookup("guess")
	v := g.Variants[0]
	recorder, err := gamestest.NewRecorder(g, v.ID, "USD", testPair(t, "forged steps"), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, payload := range []string{`{"action":"bet","amount":1.00}`, `{"action":"guess","position":0,"character":"A"}`, `{"action":"guess","position":3,"character":"B"}`} {
		if _, err := recorder.Act(payload); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := recorder.CashOut(); err != nil {
		t.Fatal(err)
	}
	of := expected(t, c, recorder.Record(), v)
	type object = map[string]any
	forge := func(name, check string, change func(record object, actions []any)) {
		var record object
		if err := json.Unmarshal(of.Record, &record); err != nil {
			t.Fatal(err)
		}
		change(record, record["actions"].([]any))
		text, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, expectation{Name: name, RulesText: of.RulesText, Record: text, Verdict: "failed", Check: check})
	}
	forge("a step left out", "step", func(r object, a []any) { r["actions"] = append(a[:1:1], a[2:]...) })
	forge("a step after the end", "the end", func(r object, a []any) { r["actions"] = append(a, a[2]) })
	forge("an expiry that was a cash-out", "status", func(r object, a []any) {
		a[3].(object)["type"], r["status"] = "expiry", "completed"
	})
	forge("a round of nothing", "status", func(r object, _ []any) {
		r["actions"], r["status"], r["stake"], r["payout"] = []any{}, "not opened", json.Number("0.00"), json.Number("0.00")
	})
	forge("a round cut back to before its cash-out", "status", func(r object, a []any) {
		r["actions"], r["status"], r["payout"] = a[:3], "in_progress", json.Number("0.00")
	})
	forge("a bet of half a cent", "record", func(r object, a []any) {
		bet := a[0].(object)
		bet["payload"], bet["stake"], r["stake"] = object{"action": "bet", "amount": json.Number("0.135")}, json.Number("0.135"), json.Number("0.135")
	})
	forge("decimals that the currency does not have", "stake", func(r object, _ []any) { r["stake"] = json.Number("1.000") })
	forge("another currency", "payout of the action", func(r object, _ []any) { r["currency"] = "JPY" })
	forge("a cash-out that decides", "record", func(_ object, a []any) { a[3].(object)["payload"] = object{"action": "guess"} })
	forge("a cash-out before the first step", "record", func(r object, a []any) { r["actions"] = []any{a[0], a[3]} })
	forge("another trace", "outcome", func(_ object, a []any) { a[1].(object)["outcome"].(object)["trace"] = 1 })
	forge("another key", "outcome", func(_ object, a []any) { a[3].(object)["outcome"].(object)["key"] = "AAAAAAAAAAAA" })
	forge("a higher multiplier", "outcome", func(_ object, a []any) { a[2].(object)["outcome"].(object)["multiplier"] = 1 })
	forge("a smaller payout of the cash-out", "payout of the action", func(_ object, a []any) { a[3].(object)["payout"] = json.Number("0.01") })
	forge("a guess of something that was struck", "record", func(_ object, a []any) {
		a[2].(object)["payload"] = a[1].(object)["payload"]
	})
	return all
}

// forgedVoids are lies about a round that was voided after a step.
func forgedVoids(t *testing.T, c *games.Catalogue) (all []expectation) {
	t.Helper()
	g, _ := c.Lookup("guess")
	v := g.Variants[0]
	recorder, err := gamestest.NewRecorder(g, v.ID, "USD", testPair(t, "forged voids"), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, payload := range []string{`{"action":"bet","amount":1.00}`, `{"action":"guess","position":0,"character":"A"}`} {
		if _, err := recorder.Act(payload); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := recorder.Void(games.Voiding{Reason: "an outage", By: "test"}); err != nil {
		t.Fatal(err)
	}
	of := expected(t, c, recorder.Record(), v)
	for _, lie := range []struct {
		check string
		tell  func(*games.Record, *games.RecordedAction)
	}{
		{"status", func(r *games.Record, _ *games.RecordedAction) { r.Status = games.Completed }},
		{"payout of the action", func(r *games.Record, a *games.RecordedAction) { a.Payout, r.Payout = "0.50", "0.50" }},
		{"payout", func(r *games.Record, _ *games.RecordedAction) { r.Payout = "0.50" }},
		{"outcome", func(_ *games.Record, a *games.RecordedAction) { a.Outcome = json.RawMessage(`{"won":true}`) }},
		{"record", func(_ *games.Record, a *games.RecordedAction) { a.Payload = json.RawMessage(`{"by":"test"}`) }},
		{"record", func(_ *games.Record, a *games.RecordedAction) {
			a.Payload = json.RawMessage(`{"reason":"","by":"test"}`)
		}},
		{"record", func(_ *games.Record, a *games.RecordedAction) {
			a.Payload = json.RawMessage(`{"reason":7,"by":"test"}`)
		}},
		{"record", func(r *games.Record, _ *games.RecordedAction) { r.Actions = r.Actions[2:] }},
		{"the end", func(r *games.Record, a *games.RecordedAction) { r.Actions = append(r.Actions, *a) }},
	} {
		record := recorder.Record()
		record.Actions = slices.Clone(record.Actions)
		lie.tell(&record, &record.Actions[2])
		text, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, expectation{Name: "a void with another " + lie.check, RulesText: of.RulesText, Record: text, Verdict: "failed", Check: lie.check})
	}
	return append(all, of)
}

// forgedCents are cash-outs worth a fraction of a cent more than is recorded to be paid: what is recorded is the fraction, not the money
// that the draw of pay gave for it. Who lets the record say how many decimals its currency has finds nothing wrong.
func forgedCents(t *testing.T, c *games.Catalogue) (all []expectation) {
	t.Helper()
	g, _ := c.Lookup("smash")
	v, _ := g.Variant(g.Default)
	for nonce := uint64(0); len(all) < 3; nonce++ {
		recorder, err := gamestest.NewRecorder(g, v.ID, "USD", testPair(t, "forged cents"), nonce, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, payload := range []string{`{"action":"bet","amount":0.13}`, `{"action":"hit"}`} {
			if _, err := recorder.Act(payload); err != nil {
				t.Fatal(err)
			}
		}
		if !recorder.Open() {
			continue
		}
		var state struct{ Value int64 }
		if _, text := recorder.Round(); json.Unmarshal(text, &state) != nil || state.Value == 0 {
			t.Fatalf("the state is %s", text)
		}
		if _, err := recorder.CashOut(); err != nil {
			t.Fatal(err)
		}
		of := expected(t, c, recorder.Record(), v)
		exact := money.Number(fmt.Sprintf("0.%010d", 13*state.Value)) // a stake of 13 cents, a value in units of 10^-8
		forged := recorder.Record()
		forged.Actions = slices.Clone(forged.Actions)
		forged.Stake, forged.Payout = "0.1300000000", exact
		forged.Actions[2].Payout = forged.Payout
		if report, err := games.Verify(c, forged); err != nil || report.OK {
			t.Errorf("the server's verifier lets a payout of %s pass: %v", exact, err)
		}
		if of.Record, err = json.Marshal(forged); err != nil {
			t.Fatal(err)
		}
		of.Name, of.Verdict, of.Check = "a payout of a fraction of a cent", "failed", "payout"
		all = append(all, of)
	}
	unknown := all[0]
	unknown.Name, unknown.Verdict, unknown.Check = "a currency that nobody knows", "unknown", ""
	unknown.Record = bytes.Replace(unknown.Record, []byte(`"USD"`), []byte(`"ZZZ"`), 1)
	return append(all, unknown)
}

// machines are slot machines of other shapes, from definition files.
func machines(t *testing.T) (all []games.Game) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("..", "..", "games", "slots", "testdata", "*.slots.json"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d, err := slots.ParseDefinition(text)
		if err != nil {
			t.Fatal(err)
		}
		g, err := slots.GameOf(d)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, g)
	}
	return all
}

// playedByMachines are rounds of the machines.
func playedByMachines(t *testing.T, c *games.Catalogue) (all []expectation) {
	t.Helper()
	const rounds = 60 // of a variant: enough for free spins
	for _, machine := range machines(t) {
		g, _ := c.Lookup(machine.ID)
		for _, v := range g.Variants {
			lines := len(v.Rules().(slots.Rules).Paylines)
			for nonce := range uint64(rounds) {
				recorder, err := gamestest.NewRecorder(g, v.ID, "USD", testPair(t, "machine "+v.ID), nonce, nil)
				if err != nil {
					t.Fatal(err)
				}
				payload := fmt.Sprintf(`{"action":"spin","betPerLine":0.1,"activePaylines":%d}`, 1+int(nonce)%lines)
				if _, err := recorder.Act(payload); err != nil {
					t.Fatal(err)
				}
				all = append(all, expected(t, c, recorder.Record(), v))
			}
		}
	}
	return all
}

// unknownRound is a round of a game that the page has no verifier for.
func unknownRound(t *testing.T) expectation {
	t.Helper()
	c, err := games.NewCatalogue(gamestest.Game())
	if err != nil {
		t.Fatal(err)
	}
	g := c.Games()[0]
	v, _ := g.Variant(g.Default)
	recorder, err := gamestest.NewRecorder(g, v.ID, "USD", testPair(t, "unknown"), 0, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := recorder.Act(`{"action":"bet","amount":1.00}`); err != nil {
		t.Fatal(err)
	}
	if _, err := recorder.Expire(); err != nil {
		t.Fatal(err)
	}
	e := expected(t, c, recorder.Record(), v)
	e.Verdict = "unknown"
	return e
}
