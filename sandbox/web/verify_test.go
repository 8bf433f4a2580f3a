package web

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/wallet/money"
)

// expectation is a round and what the page's verifier must find of it.
type expectation struct {
	Name      string          `json:"name"`
	RulesText string          `json:"rulesText"`
	Record    json.RawMessage `json:"record"`
	Verdict   string          `json:"verdict"`
	Check     string          `json:"check,omitempty"` // one that must fail
}

// TestVerifier runs the page's verifier in Node against the test vectors, rounds that the engine played, and forgeries of them.
func TestVerifier(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("Node is not installed; the test in Chromium runs the verifier too")
	}
	c, err := games.NewCatalogue(append(builtin.Games(), machines(t)...)...)
	if err != nil {
		t.Fatal(err)
	}
	var all []expectation
	game, _ := c.Lookup("slots")
	for i, variant := range game.Variants {
		for nonce := range uint64(40) {
			all = append(all, played(t, c, variant, nonce, 1+(int(nonce)+i)%20, nil))
		}
	}
	for nonce := range uint64(40) { // enough for free spins that win more free spins
		all = append(all, played(t, c, game.Variants[2], nonce, 20, []byte(`{"reelPositions":[0,7,9,0,0]}`)))
	}
	all = append(all, forgeries(t, all[len(all)-1])...)
	all = append(all, playedBySteps(t, c)...)
	all = append(all, blackjackRounds(t)...)
	all = append(all, longRounds(t, c)...)
	all = append(all, playedByMachines(t, c)...)
	all = append(all, forgedSteps(t, c)...)
	all = append(all, forgedVoids(t, c)...)
	all = append(all, forgedCents(t, c)...)
	all = append(all, unknownRound(t))
	all = append(all, forgedHands(t, c)...)
	all = append(all, vectorRounds(t, c)...)

	var rules []string
	for _, g := range c.Games() {
		v, _ := g.Variant(g.Default)
		rules = append(rules, string(v.RulesJSON))
	}
	scales := map[string]int{}
	for _, currency := range money.Currencies() {
		scales[currency.Code()] = currency.Scale()
	}
	text, err := json.Marshal(map[string]any{"rounds": all, "rules": rules, "scales": scales})
	if err != nil {
		t.Fatal(err)
	}
	expectations := filepath.Join(t.TempDir(), "rounds.json")
	if err := os.WriteFile(expectations, text, 0o600); err != nil {
		t.Fatal(err)
	}
	run := exec.CommandContext(t.Context(), node, "--test", "--test-reporter=tap", "testdata/verify.test.js")
	run.Env = append(os.Environ(), "VECTORS="+filepath.Join("..", "..", "fairness", "testdata", "vectors.json"), "EXPECTATIONS="+expectations)
	if out, err := run.CombinedOutput(); err != nil {
		t.Errorf("node: %v\n%s", err, out)
	}
}

// played is a round that the server's code plays, and finds right itself.
func played(t *testing.T, c *games.Catalogue, v games.Variant, nonce uint64, lines int, force json.RawMessage) expectation {
	t.Helper()
	usd, err := money.LookupCurrency("USD")
	if err != nil {
		t.Fatal(err)
	}
	seed, err := fairness.ParseServerSeed("392def0dfac4df187783bcff22d3485a0c9cae9b0fcc54286fc505a8d743c4bc")
	if err != nil {
		t.Fatal(err)
	}
	pair := fairness.Pair{ServerSeed: seed, ClientSeed: "the page " + v.ID}
	draws := pair.Round(nonce)
	var script fairness.Script
	if force != nil {
		if script, err = v.Force(force); err != nil {
			t.Fatal(err)
		}
		draws = fairness.Forced(draws, script)
	}
	payload := json.RawMessage(fmt.Sprintf(`{"action":"spin","betPerLine":0.1,"activePaylines":%d}`, lines))
	result, err := games.Play(v, games.Round{Currency: usd}, nil, games.Action{Name: "spin", Payload: payload}, draws)
	if err != nil {
		t.Fatal(err)
	}
	stake, payout := result.Stake.Number(), result.Payout.Number()
	record := games.Record{RoundID: fmt.Sprintf("%s-%d", v.ID, nonce), GameID: "slots", Variant: v.ID, RulesHash: v.RulesHash,
		Status: result.Status, Stake: stake, Payout: payout, Currency: "USD", ServerSeedHash: seed.Hash(), ServerSeed: seed.Reveal(),
		ClientSeed: pair.ClientSeed, Nonce: nonce, Forced: script,
		Actions: []games.RecordedAction{{RequestID: "r", Type: games.TypeAction, Payload: payload, Outcome: result.Outcome,
			Stake: stake, Payout: payout, Balance: "1000.00", At: time.Unix(1_800_000_000, 0).UTC()}}}
	if report, err := games.Verify(c, record); err != nil || !report.OK {
		t.Fatalf("%s: %v, %+v", record.RoundID, err, report.Checks)
	}
	text, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	return expectation{Name: record.RoundID, RulesText: string(v.RulesJSON), Record: text, Verdict: "verified"}
}

// forgeries are lies about a round, each of which the verifier must find.
func forgeries(t *testing.T, of expectation) (all []expectation) {
	t.Helper()
	type object = map[string]any
	forge := func(name, verdict, check string, change func(record object, action object, outcome object)) {
		var record object
		if err := json.Unmarshal(of.Record, &record); err != nil {
			t.Fatal(err)
		}
		action := record["actions"].([]any)[0].(object)
		change(record, action, action["outcome"].(object))
		text, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, expectation{Name: name, RulesText: of.RulesText, Record: text, Verdict: verdict, Check: check})
	}
	forge("seed not revealed", "unrevealed", "", func(r, _, _ object) { delete(r, "serverSeed") })
	forge("another seed", "failed", "commitment", func(r, _, _ object) { r["serverSeed"] = r["serverSeedHash"] })
	forge("seed that is none", "failed", "record", func(r, _, _ object) { r["serverSeed"] = "A" })
	forge("another client seed", "failed", "outcome", func(r, _, _ object) { r["clientSeed"] = "somebody else" })
	forge("another nonce", "failed", "outcome", func(r, _, _ object) { r["nonce"] = 4 })
	forge("a force that is denied", "failed", "outcome", func(r, _, _ object) { r["forced"] = nil })
	forge("rules that are not at hand", "unknown", "", func(r, _, _ object) { r["rulesHash"] = r["serverSeedHash"] })
	forge("another variant", "unknown", "", func(r, _, _ object) { r["variant"] = "RTP_92" })
	forge("unknown rules and another seed", "failed", "commitment", func(r, _, _ object) {
		r["rulesHash"], r["serverSeed"] = r["serverSeedHash"], r["serverSeedHash"]
	})
	forge("a smaller payout", "failed", "payout", func(r, _, _ object) { r["payout"] = json.Number("0.00") })
	forge("a smaller payout of the action", "failed", "payout of the action", func(_, a, _ object) { a["payout"] = json.Number("0.00") })
	forge("a larger stake", "failed", "stake", func(r, _, _ object) { r["stake"] = json.Number("2.01") })
	forge("another total", "failed", "outcome", func(_, _, o object) { o["totalWin"] = json.Number("1.00") })
	forge("another stop", "failed", "outcome", func(_, _, o object) { o["reelPositions"].([]any)[4] = 1 })
	forge("another symbol", "failed", "outcome", func(_, _, o object) { o["window"].([]any)[0].([]any)[0] = "wild" })
	forge("a free spin less", "failed", "outcome", func(_, _, o object) { o["freeSpins"] = o["freeSpins"].([]any)[1:] })
	forge("a field more", "failed", "outcome", func(_, _, o object) { o["bonus"] = 1 })
	forge("an action more", "failed", "the end", func(r, a, _ object) { r["actions"] = []any{a, a} })
	forge("not over", "failed", "status", func(r, _, _ object) { r["status"] = "in_progress" })
	forge("another bet", "failed", "outcome", func(_, a, _ object) { a["payload"].(object)["betPerLine"] = json.Number("0.2") })
	return all
}
