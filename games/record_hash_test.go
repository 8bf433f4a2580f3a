package games

import (
	"crypto/sha256"
	"encoding/json"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"croupier/fairness"
)

func hashedRecord() Record {
	return Record{
		RoundID: "0198b6f0-7a52-7c3e-9d0a-3f1f6f0c2b11", GameID: "dice", Variant: "RTP_99", RulesHash: strings.Repeat("a", 64), Status: Completed,
		Stake: "1.00", Payout: "0.00", Currency: "USD", ServerSeedHash: strings.Repeat("b", 64), ServerSeed: strings.Repeat("c", 64), ClientSeed: `my "seed"`, Nonce: 7,
		Actions: []RecordedAction{{RequestID: "r\u00e91", Type: TypeAction, Payload: json.RawMessage(`{"b": 1.50,"a":[ {"z":true,"y":null}, -0.0, "x\u0041" ]}`),
			Outcome: json.RawMessage(`{"roll":4250,"Over":[]}`), Stake: "1.00", Payout: "0.00", Balance: "99.10",
			At: time.Date(2026, 11, 21, 18, 0, 0, 120_000_000, time.FixedZone("", 3600))}},
	}
}

const hashedCanonical = `{"actions":[{"at":"2026-11-21T17:00:00.12Z","balance":99.1,"outcome":{"Over":[],"roll":4250},` +
	`"payload":{"a":[{"y":null,"z":true},0,"xA"],"b":1.5},"payout":0,"requestId":"r` + "\u00e9" + `1","stake":1,"step":0,"type":"action"}],` +
	`"clientSeed":"my \"seed\"","currency":"USD","forced":null,"gameId":"dice","nonce":7,"payout":0,` +
	`"roundId":"0198b6f0-7a52-7c3e-9d0a-3f1f6f0c2b11","rulesHash":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",` +
	`"serverSeedHash":"bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb","stake":1,"status":"completed","variant":"RTP_99"}`

func TestCanonicalRecord(t *testing.T) {
	t.Parallel()
	rec := hashedRecord()
	text, err := rec.Canonical()
	if err != nil {
		t.Fatal(err)
	}
	if string(text) != hashedCanonical {
		t.Errorf("got  %s\nwant %s", text, hashedCanonical)
	}
	if hash, err := rec.Hash(); err != nil || hash != sha256.Sum256([]byte(hashedCanonical)) {
		t.Errorf("hash %x, %v", hash, err)
	}
}

// The hash is of what a record says: it outlives the seed's reveal, other programs' JSON and a script that is empty or not there.
func TestHashOfARecordThatWentThroughOthers(t *testing.T) {
	t.Parallel()
	rec := hashedRecord()
	want, err := rec.Hash()
	if err != nil {
		t.Fatal(err)
	}
	same := func(what string, other Record) {
		t.Helper()
		if got, err := other.Hash(); err != nil || got != want {
			t.Errorf("%s: hash %x, %v", what, got, err)
		}
	}
	hidden := hashedRecord()
	hidden.ServerSeed = ""
	same("without the seed", hidden)
	text, err := json.Marshal(rec)
	if err != nil {
		t.Fatal(err)
	}
	again, err := ParseRecord(text)
	if err != nil {
		t.Fatal(err)
	}
	same("as the API gives it", again)
	var loose any // numbers as float64, members sorted, as a careless program has it
	if err := json.Unmarshal(text, &loose); err != nil {
		t.Fatal(err)
	}
	text, err = json.MarshalIndent(loose, "", "\t")
	if err != nil {
		t.Fatal(err)
	}
	if again, err = ParseRecord(text); err != nil {
		t.Fatal(err)
	}
	same("through another program", again)
}

// Every member but the server seed counts.
func TestHashOfAChangedRecord(t *testing.T) {
	t.Parallel()
	rec := hashedRecord()
	seen := map[[32]byte]string{}
	for name, change := range map[string]func(*Record){
		"nothing": func(*Record) {}, "roundId": func(r *Record) { r.RoundID += "0" }, "gameId": func(r *Record) { r.GameID += "0" },
		"variant": func(r *Record) { r.Variant += "0" }, "rulesHash": func(r *Record) { r.RulesHash += "0" }, "status": func(r *Record) { r.Status = CashedOut },
		"stake": func(r *Record) { r.Stake = "1.01" }, "payout": func(r *Record) { r.Payout = "1" }, "currency": func(r *Record) { r.Currency = "EUR" },
		"serverSeedHash": func(r *Record) { r.ServerSeedHash += "0" }, "clientSeed": func(r *Record) { r.ClientSeed += "0" }, "nonce": func(r *Record) { r.Nonce++ },
		"forced": func(r *Record) { r.Forced = fairness.Script{"": {1}} }, "an empty script": func(r *Record) { r.Forced = fairness.Script{} },
		"an action more": func(r *Record) { r.Actions = append(r.Actions, r.Actions[0]) }, "no action": func(r *Record) { r.Actions = nil },
		"step": func(r *Record) { r.Actions[0].Step++ }, "requestId": func(r *Record) { r.Actions[0].RequestID += "0" }, "type": func(r *Record) { r.Actions[0].Type = TypeExpiry },
		"payload": func(r *Record) { r.Actions[0].Payload = json.RawMessage(`{}`) }, "outcome": func(r *Record) { r.Actions[0].Outcome = json.RawMessage(`{}`) },
		"its stake": func(r *Record) { r.Actions[0].Stake = "2" }, "its payout": func(r *Record) { r.Actions[0].Payout = "2" },
		"balance": func(r *Record) { r.Actions[0].Balance = "2" }, "at": func(r *Record) { r.Actions[0].At = r.Actions[0].At.Add(time.Microsecond) },
	} {
		other := hashedRecord()
		change(&other)
		hash, err := other.Hash()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if was, twice := seen[hash]; twice {
			t.Errorf("%s and %s have one hash", name, was)
		}
		seen[hash] = name
	}
	for _, bad := range []string{`{"a":1,"a":2}`, `{"a":1e3}`, `{"a":}`, `{} {}`, `{"a":"` + "\xff" + `"}`, `nul`} {
		rec.Actions[0].Payload = json.RawMessage(bad)
		if hash, err := rec.Hash(); err == nil {
			t.Errorf("a payload of %s has the hash %x", bad, hash)
		}
	}
}

// The form is that of comparableJSON, which is written otherwise: of every recorded round's payloads and outcomes, and of awkward values.
func TestCanonicalValues(t *testing.T) {
	t.Parallel()
	values := []string{`{}`, `[]`, ` [ 1 , 2.50 ] `, `"\u00e9\n\u0001\/"`, `{"b":{"d":[],"c":""},"a":-1.10}`, `-0`, `0.000`, `true`, `{"é":1,"e":2,"\n":3,"\"":4}`, "\"\u007f\u2028\""}
	text, err := os.ReadFile("../fairness/testdata/vectors.json")
	if err != nil {
		t.Fatal(err)
	}
	var vectors struct {
		Rounds []struct{ Actions []RecordedAction }
	}
	if err := json.Unmarshal(text, &vectors); err != nil || len(vectors.Rounds) == 0 {
		t.Fatalf("%d rounds, %v", len(vectors.Rounds), err)
	}
	for _, r := range vectors.Rounds {
		for _, a := range r.Actions {
			values = append(values, string(a.Payload), string(a.Outcome))
		}
	}
	for _, value := range values {
		checkCanonical(t, []byte(value))
	}
}

func checkCanonical(t *testing.T, value []byte) {
	t.Helper()
	var c canonical
	c.json(value)
	want, err := comparableJSON(value)
	if (err == nil) != (c.err == nil) || err == nil && string(c.b) != want {
		t.Errorf("%s is %s, %v; want %s, %v", value, c.b, c.err, want, err)
	}
}

func FuzzCanonical(f *testing.F) {
	for _, seed := range []string{`{"b":1.50,"a":[null,true,"\u0041"]}`, `[[],{},-0.0]`, `"x`, `1e5`, `{"a":{"a":{"a":1}}}`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		if len(value) == 0 || strings.ContainsAny(string(value), "eE") || !jsontext.Value(value).IsValid() {
			return // exponents are refused by the one and kept by the other
		}
		for _, r := range string(value) {
			if r > 0xffff || strings.Contains(string(value), `\u`) { // which RFC 8785 sorts by their halves
				return
			}
		}
		checkCanonical(t, value)
	})
}

func BenchmarkHash(b *testing.B) {
	rec := hashedRecord()
	rec.Actions[0].Outcome = json.RawMessage(`{"reelPositions":[8,10,20,25,19],"grid":[["plum","lemon","plum","lemon","wild"],["grapes","plum","grapes","grapes","bell"]],` +
		`"wins":[{"line":5,"symbol":"plum","count":3,"amount":0.60},{"line":16,"symbol":"plum","count":3,"amount":0.60}],"freeSpins":[],"multiplier":1}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := rec.Hash(); err != nil {
			b.Fatal(err)
		}
	}
}
