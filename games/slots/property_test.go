package slots

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// TestAnyLegalSpin plays legal spins, some of them forced, from real seeds.
func TestAnyLegalSpin(t *testing.T) {
	t.Parallel()
	game := Game()
	currencies := []money.Currency{currency(t, "USD"), currency(t, "JPY"), currency(t, "BTC"), currency(t, "ETH")}
	serverSeed := fairness.NewServerSeed()
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SampledFrom(game.Variants).Draw(t, "variant")
		c := rapid.SampledFrom(currencies).Draw(t, "currency")
		betPerLine := money.New(c, rapid.Int64Range(1, 1_000_000_000_000).Draw(t, "bet per line"))
		lines := rapid.IntRange(1, 20).Draw(t, "lines")
		nonce := rapid.Uint64().Draw(t, "nonce")
		positions := rapid.SliceOfN(rapid.IntRange(0, 31), 0, 5).Draw(t, "positions")
		payload := fmt.Appendf(nil, `{"action":"spin","betPerLine":%s,"activePaylines":%d}`, betPerLine.Number(), lines)
		play := func() games.Result {
			draws := fairness.Pair{ServerSeed: serverSeed, ClientSeed: "player"}.Round(nonce)
			if len(positions) == 5 {
				text, _ := json.Marshal(map[string]any{"reelPositions": positions})
				script, err := v.Force(text)
				if err != nil {
					t.Fatal(err)
				}
				draws = fairness.Forced(draws, script)
			}
			result, err := games.Play(v, games.Round{Currency: c}, nil, games.Action{Name: "spin", Payload: payload}, draws)
			if err != nil {
				t.Fatalf("%s: %v", payload, err)
			}
			return result
		}
		result := play()
		checkMoney(t, result, betPerLine, lines)
		if again := play(); !bytes.Equal(again.Outcome, result.Outcome) || !again.Payout.Equal(result.Payout) {
			t.Fatalf("the same draws gave\n%s and\n%s", result.Outcome, again.Outcome)
		}
	})
}

// checkMoney adds up the wins that the player is told of.
func checkMoney(t *rapid.T, result games.Result, betPerLine money.Amount, lines int) {
	outcome := result.Step.Outcome.(Outcome)
	if !result.Stake.Equal(betPerLine.Times(int64(lines))) {
		t.Fatalf("stake %s for %d lines of %s", result.Stake, lines, betPerLine)
	}
	add := func(s Spin) money.Amount {
		sum := s.ScatterWin
		for _, line := range s.Paylines {
			if line.Line < 1 || line.Line > lines || line.Win.Sign() <= 0 {
				t.Fatalf("of %d lines, number %d wins %s", lines, line.Line, line.Win)
			}
			sum = sum.Add(line.Win)
		}
		return sum
	}
	total := add(outcome.Spin)
	for k, free := range outcome.FreeSpins {
		if !free.Win.Equal(add(free.Spin)) {
			t.Fatalf("free spin %d wins %s, its parts %s", k, free.Win, add(free.Spin))
		}
		total = total.Add(free.Win)
	}
	if !total.Equal(outcome.TotalWin) || !total.Equal(result.Payout) || total.Sign() < 0 {
		t.Fatalf("the wins make %s, totalWin is %s, the payout %s", total, outcome.TotalWin, result.Payout)
	}
	if outcome.FreeSpinsTriggered != (len(outcome.FreeSpins) > 0) || len(outcome.FreeSpins) > 110 {
		t.Fatalf("triggered: %v, with %d free spins", outcome.FreeSpinsTriggered, len(outcome.FreeSpins))
	}
}

// FuzzSpin throws payloads at the engine: it refuses with an error that names the field, or plays a legal stake.
func FuzzSpin(f *testing.F) {
	for _, seed := range []string{
		`{"action":"spin","betPerLine":1.00,"activePaylines":20}`,
		`{"betPerLine":0.01,"activePaylines":1}`,
		`{"betPerLine":-0.00,"activePaylines":1}`,
		`{"betPerLine":1e999999999,"activePaylines":1}`,
		`{"betPerLine":999999999999999.99,"activePaylines":20}`,
		`{"betPerLine":1,"activePaylines":20.0}`,
		`{"betPerLine":1,"betPerLine":2,"activePaylines":20}`,
		`{"betPerLine":1,"activePaylines":20}{}`,
		"{\"betPerLine\":1,\"active\xffPaylines\":20}",
		`null`, ``, `[[[[`,
	} {
		f.Add([]byte(seed))
	}
	engine := variant(f, "RTP_96")
	c := currency(f, "USD")
	f.Fuzz(func(t *testing.T, payload []byte) {
		result, err := games.Play(engine, games.Round{Currency: c}, nil, games.Action{Name: "spin", Payload: payload}, fairness.NewSimulation(1))
		var wrong *games.FieldError
		if errors.As(err, &wrong) {
			if wrong.Field == "" || wrong.Reason == "" {
				t.Fatalf("%q: an error that says nothing: %#v", payload, wrong)
			}
			return
		}
		if err != nil {
			t.Fatalf("%q: %v is no FieldError", payload, err)
		}
		if result.Stake.Sign() <= 0 || result.Payout.Sign() < 0 {
			t.Fatalf("%q: stake %s, payout %s", payload, result.Stake, result.Payout)
		}
	})
}

// FuzzForce throws outcomes at Force: it refuses with an error that names the field, or gives five stops.
func FuzzForce(f *testing.F) {
	for _, seed := range []string{
		`{"reelPositions":[0,1,2,3,4]}`, `{"reelPositions":[0,1,2,3]}`, `{"reelPositions":[32,0,0,0,0]}`, `{"reelPositions":null}`, `{}`,
	} {
		f.Add([]byte(seed))
	}
	engine := variant(f, "RTP_96")
	f.Fuzz(func(t *testing.T, outcome []byte) {
		script, err := engine.Force(outcome)
		var wrong *games.FieldError
		switch {
		case err == nil && (len(script) != 1 || len(script[""]) != 5):
			t.Fatalf("%q gave the script %v", outcome, script)
		case err != nil && !errors.As(err, &wrong):
			t.Fatalf("%q: %v is no FieldError", outcome, err)
		}
	})
}

// playSome plays rounds of an engine and checks that they can be: wins add up and keep to the maximum.
func playSome(t interface{ Fatalf(string, ...any) }, e *Engine, count int) {
	m, draws := e.machine, fairness.NewSimulation(1)
	var r round
	for range count {
		m.play(&r, len(m.lines), draws)
		total := r.pay()
		for _, free := range r.free {
			total += free.win
		}
		limit := m.winCap * int64(len(m.lines))
		switch {
		case r.total < 0, int64(len(r.free)) > m.mostFree:
			t.Fatalf("wins %d with %d free spins", r.total, len(r.free))
		case m.winCap > 0 && total > limit && (r.total != limit || !r.capped):
			t.Fatalf("wins %d, capped %v, but the maximum is %d", r.total, r.capped, limit)
		case (m.winCap == 0 || total <= limit) && (r.total != total || r.capped):
			t.Fatalf("wins %d, capped %v, but its spins win %d", r.total, r.capped, total)
		}
	}
}

func sortedNames[V any](of map[string]V) []string { return slices.Sorted(maps.Keys(of)) }

// FuzzPlainBet holds the quick way to read a bet against games.Decode: what it accepts means the same.
func FuzzPlainBet(f *testing.F) {
	for _, seed := range []string{
		`{"action":"spin","betPerLine":1.00,"activePaylines":20}`, `{ "activePaylines" : 7 , "betPerLine" : 0 , "action" : "" }`,
		`{"action":"spin","betPerLine":01,"activePaylines":20}`, `{"action":"spin","betPerLine":1.,"activePaylines":20}`,
		`{"action":"spin","betPerLine":1,"betPerLine":2,"activePaylines":20}`, `{"action":"spin","betPerLine":1,"activePaylines":1.0}`,
		`{"action":"spin","action":"spin","betPerLine":1}`, `{"action":"spin","betPerLine":1,"activePaylines":}`, `{`, ``, `{"action`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, payload []byte) {
		quick, ok := plainBet(payload)
		if !ok {
			return
		}
		var slow bet
		if err := games.Decode(payload, &slow); err != nil || quick != slow {
			t.Fatalf("%q: %+v, but decoded it is %+v, %v", payload, quick, slow, err)
		}
	})
}

func TestPlainBetReadsWhatClientsWrite(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{`{"action":"spin","betPerLine":0.25,"activePaylines":20}`,
		`{"action": "spin", "activePaylines": 1, "betPerLine": 100}`, string(spinOf(20).Payload)} {
		if _, ok := plainBet([]byte(payload)); !ok {
			t.Errorf("%s is left to games.Decode", payload)
		}
	}
}

// TestOutcomeWritesItself compares AppendJSON with what the tags of Outcome say.
func TestOutcomeWritesItself(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.slots.json")
	if err != nil {
		t.Fatal(err)
	}
	capped := 0
	for _, file := range append(files, "slots.json") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := parsed(t, string(text))
		engine, err := New(d, d.variants()[0])
		if err != nil {
			t.Fatal(err)
		}
		var r round
		draws, one := fairness.NewSimulation(5), money.New(currency(t, "EUR"), 5)
		for range 3000 {
			engine.machine.play(&r, len(engine.machine.lines), draws)
			r.capped = r.capped || engine.machine.winCap > 0 && len(r.free) > 20 // rare, so some are said to be
			outcome := engine.machine.outcome(&r, one)
			want, err := jsonv2.Marshal(outcome, jsonv2.Deterministic(true))
			if err != nil {
				t.Fatal(err)
			}
			if got := outcome.AppendJSON(nil); !bytes.Equal(got, want) {
				t.Fatalf("%s:\ngot  %s\nwant %s", file, got, want)
			}
			if outcome.Capped {
				capped++
			}
		}
	}
	if capped == 0 {
		t.Error("no outcome was capped")
	}
}
