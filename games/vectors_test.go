package games_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/slots"
	"croupier/wallet/money"
)

var updateRounds = flag.Bool("update-rounds", false, "write the rounds of ../fairness/testdata/vectors.json anew")

const vectorsFile = "../fairness/testdata/vectors.json"

// roundVector is a whole round for other people's implementations: its record, and in the same object every draw in the order made.
type roundVector struct {
	record games.Record
	draws  []fairness.Draw
}

func (v roundVector) MarshalJSON() ([]byte, error) {
	record, err := json.Marshal(v.record)
	if err != nil {
		return nil, err
	}
	draws, err := json.Marshal(v.draws)
	return fmt.Appendf(nil, `%s,"draws":%s}`, bytes.TrimSuffix(record, []byte("}")), draws), err
}

// vectorRounds are the rounds that the file holds, at least one of every game: played here from seeds that are written down.
var vectorRounds = []struct {
	game, variant, currency, action string
	clientSeed                      string
	nonce                           uint64
}{
	{"slots", "RTP_96", "USD", `{"action":"spin","betPerLine":0.05,"activePaylines":20}`, "whole rounds", 0},
	{"slots", "RTP_92", "JPY", `{"action":"spin","betPerLine":10,"activePaylines":1}`, "whole rounds", 1},
	{"slots", "RTP_96", "BTC", `{"action":"spin","betPerLine":0.00000100,"activePaylines":20}`, "free spins", 180},
}

func vectorCatalogue(t *testing.T) *games.Catalogue {
	t.Helper()
	c, err := games.NewCatalogue(slots.Game())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestVectorsHoldARoundOfEveryGame recomputes every round of the vectors file, outcome and draws.
func TestVectorsHoldARoundOfEveryGame(t *testing.T) {
	if *updateRounds {
		writeRoundVectors(t)
	}
	text, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Rounds []json.RawMessage `json:"rounds"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	catalogue := vectorCatalogue(t)
	missing := map[string]bool{}
	for _, g := range catalogue.Games() {
		missing[g.ID] = true
	}
	for i, text := range file.Rounds {
		var drawn struct {
			Draws []fairness.Draw `json:"draws"`
		}
		record, err := games.ParseRecord(text)
		if err == nil {
			err = json.Unmarshal(text, &drawn)
		}
		if err != nil {
			t.Fatalf("round %d: %v", i, err)
		}
		report, err := games.Verify(catalogue, record)
		if err != nil || !report.OK {
			t.Errorf("round %d does not verify: %v %+v", i, err, report.Checks)
		}
		if got := allDraws(report); !reflect.DeepEqual(got, drawn.Draws) {
			t.Errorf("round %d: draws %+v, file has %+v", i, got, drawn.Draws)
		}
		delete(missing, record.GameID)
	}
	if len(missing) > 0 {
		t.Errorf("%s has no round of %v", vectorsFile, missing)
	}
}

func allDraws(report games.Report) (all []fairness.Draw) {
	for _, step := range report.Draws {
		all = append(all, step.Draws...)
	}
	return all
}

func writeRoundVectors(t *testing.T) {
	catalogue := vectorCatalogue(t)
	var lines []string
	for i := range vectorRounds {
		line, err := json.Marshal(playVector(t, catalogue, i))
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(line))
	}
	text, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	head, _, found := bytes.Cut(text, []byte("\"rounds\": [\n"))
	if !found {
		t.Fatalf("%s has no section for rounds", vectorsFile)
	}
	whole := fmt.Sprintf("%s\"rounds\": [\n%s\n]\n}\n", head, strings.Join(lines, ",\n"))
	if err := os.WriteFile(vectorsFile, []byte(whole), 0o644); err != nil {
		t.Fatal(err)
	}
}

func playVector(t *testing.T, catalogue *games.Catalogue, i int) roundVector {
	t.Helper()
	want := vectorRounds[i]
	game, _ := catalogue.Lookup(want.game)
	variant, ok := game.Variant(want.variant)
	currency, err := money.LookupCurrency(want.currency)
	if !ok || err != nil {
		t.Fatalf("round %d: no variant %s, or currency: %v", i, want.variant, err)
	}
	seed, err := fairness.ParseServerSeed(strings.Repeat(fmt.Sprintf("%02x", i+1), 32))
	if err != nil {
		t.Fatal(err)
	}
	draws := fairness.Pair{ServerSeed: seed, ClientSeed: want.clientSeed}.Round(want.nonce)
	action := games.Action{Name: "spin", Payload: json.RawMessage(want.action)}
	result, err := games.Play(variant, games.Round{Currency: currency}, nil, action, draws)
	if err != nil {
		t.Fatal(err)
	}
	v := roundVector{record: games.Record{
		RoundID: fmt.Sprintf("00000000-0000-7000-8000-%012d", i), GameID: want.game, Variant: want.variant, RulesHash: variant.RulesHash,
		Status: result.Status, Stake: result.Stake.Number(), Payout: result.Payout.Number(), Currency: want.currency,
		ServerSeedHash: seed.Hash(), ServerSeed: seed.Reveal(), ClientSeed: want.clientSeed, Nonce: want.nonce,
		Actions: []games.RecordedAction{{RequestID: "vector", Type: games.TypeAction, Payload: action.Payload, Outcome: result.Outcome,
			Stake: result.Stake.Number(), Payout: result.Payout.Number(), Balance: result.Payout.Number(), At: time.Unix(0, 0).UTC()}},
	}}
	report, err := games.Verify(catalogue, v.record)
	if err != nil {
		t.Fatal(err)
	}
	v.draws = allDraws(report)
	return v
}
