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

	"croupier/fairness"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/games/gamestest"
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

// vectorRounds are the rounds that the file holds, at least one of every game: played here from seeds that are written down. An
// action is a payload, or cashout or expiry.
var vectorRounds = []struct {
	game, variant, currency string
	clientSeed              string
	nonce                   uint64
	actions                 []string
}{
	{"slots", "RTP_96", "USD", "whole rounds", 0, []string{`{"action":"spin","betPerLine":0.05,"activePaylines":20}`}},
	{"slots", "RTP_92", "JPY", "whole rounds", 1, []string{`{"action":"spin","betPerLine":10,"activePaylines":1}`}},
	{"slots", "RTP_96", "BTC", "free spins", 180, []string{`{"action":"spin","betPerLine":0.00000100,"activePaylines":20}`}},
	{"blackjack", "STANDARD", "USD", "whole rounds", 3, []string{`{"action":"bet","amount":10.00}`, `{"action":"stand"}`}},
	{"blackjack", "RTP_96", "JPY", "whole rounds", 4, []string{`{"action":"bet","amount":101}`, `{"action":"insurance","accept":true}`}},
	{"blackjack", "RTP_96", "USD", "whole rounds", 11, []string{`{"action":"bet","amount":1.01}`, `{"action":"double"}`}},
	{"guess", "RTP_96", "USD", "whole rounds", 5, []string{`{"action":"bet","amount":0.37}`,
		`{"action":"guess","position":3,"character":"K"}`, `{"action":"guess","position":3,"character":"0"}`, "cashout"}},
	{"launch", "RTP_97", "EUR", "whole rounds", 6, []string{`{"action":"bet","amount":1.01}`,
		`{"action":"launch","angle":62.0,"power":1800}`}},
	{"launch", "RTP_96", "USD", "whole rounds", 7, []string{`{"action":"bet","amount":1.00}`,
		`{"action":"launch","angle":45,"power":250}`, `{"action":"launch","angle":10.5,"power":400}`, "cashout"}},
	{"smash", "RTP_92", "USD", "whole rounds", 12, []string{`{"action":"bet","amount":2.22}`,
		`{"action":"hit"}`, `{"action":"hit"}`, `{"action":"hit"}`, "cashout"}},
	{"move", "RTP_94", "USD", "whole rounds", 8, []string{`{"action":"bet","amount":0.33}`,
		`{"action":"move","dx":1.0,"dy":-1.5}`, "cashout"}},
	{"move", "RTP_96", "USD", "whole rounds", 9, []string{`{"action":"bet","amount":5}`, `{"action":"move","dx":0.1,"dy":0}`, "expiry"}},
	{"dice", "RTP_96", "USD", "whole rounds", 10, []string{`{"action":"roll","amount":0.25,"chance":49.50}`}},
}

func vectorCatalogue(t *testing.T) *games.Catalogue {
	t.Helper()
	c, err := games.NewCatalogue(builtin.Games()...)
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
	seed, err := fairness.ParseServerSeed(strings.Repeat(fmt.Sprintf("%02x", i+1), 32))
	if err != nil {
		t.Fatal(err)
	}
	pair := fairness.Pair{ServerSeed: seed, ClientSeed: want.clientSeed}
	recorder, err := gamestest.NewRecorder(game, want.variant, want.currency, pair, want.nonce, nil)
	if err != nil {
		t.Fatalf("round %d: %v", i, err)
	}
	for _, action := range want.actions {
		var err error
		switch games.ActionType(action) {
		case games.TypeCashOut:
			_, err = recorder.CashOut()
		case games.TypeExpiry:
			_, err = recorder.Expire()
		default:
			_, err = recorder.Act(action)
		}
		if err != nil {
			t.Fatalf("round %d, %s: %v", i, action, err)
		}
	}
	if recorder.Open() {
		t.Fatalf("round %d is not over", i)
	}
	v := roundVector{record: recorder.Record()}
	v.record.RoundID = fmt.Sprintf("00000000-0000-7000-8000-%012d", i)
	report, err := games.Verify(catalogue, v.record)
	if err != nil {
		t.Fatal(err)
	}
	v.draws = allDraws(report)
	return v
}
