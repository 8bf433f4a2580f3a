package games_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	jsonv2 "github.com/go-json-experiment/json"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
	"croupier/wallet/money"
)

// record plays the ladder as a server would and returns the round's record: bet, climb as often as asked while it lasts, and
// cash out if it still can.
func record(t testing.TB, c *games.Catalogue, nonce uint64, amount money.Number, climbs int, forced fairness.Script) games.Record {
	t.Helper()
	game, _ := c.Lookup("ladder")
	variant, _ := game.Variant(game.Default)
	pair := newPair(t)
	usd := currency(t, "USD")
	r := games.Round{Currency: usd}
	rec := games.Record{
		RoundID: "round-1", GameID: "steps", Variant: variant.ID, RulesHash: variant.RulesHash, Currency: "USD",
		ServerSeedHash: pair.ServerSeed.Hash(), ServerSeed: pair.ServerSeed.Reveal(), ClientSeed: pair.ClientSeed,
		Nonce: nonce, Forced: forced,
	}
	var state json.RawMessage
	paid := money.Zero(usd)
	step := func(kind games.ActionType, a games.Action) {
		draws := pair.Round(nonce)
		if forced != nil {
			draws = fairness.Forced(draws, forced)
		}
		var result games.Result
		var err error
		if kind == games.TypeCashOut {
			result, err = games.CashOut(variant, r, state, draws)
		} else {
			result, err = games.Play(variant, r, state, a, draws)
		}
		if err != nil {
			t.Fatal(err)
		}
		paid = paid.Add(result.Payout)
		rec.Actions = append(rec.Actions, games.RecordedAction{
			Step: r.Step, RequestID: "req-" + r.Label(), Type: kind, Payload: a.Payload, Outcome: result.Outcome,
			Stake: result.Stake.Number(), Payout: result.Payout.Number(), Balance: paid.Number(),
			At: time.Date(2026, 11, 21, 1, 2, r.Step, 345_000_000, time.UTC),
		})
		r, state, rec.Status = r.Next(result), result.State, result.Status
	}
	step(games.TypeAction, games.Action{Name: "bet", Payload: json.RawMessage(`{"action":"bet","amount":` + string(amount) + `}`)})
	for range climbs {
		if state != nil {
			step(games.TypeAction, games.Action{Name: "climb", Payload: json.RawMessage(`{"action":"climb"}`)})
		}
	}
	if state != nil && climbs > 0 {
		step(games.TypeCashOut, games.Action{Payload: json.RawMessage("{}")})
	}
	rec.Stake, rec.Payout = r.Stake.Number(), paid.Number()
	return rec
}

func failures(report games.Report) string {
	var names []string
	for _, check := range report.Checks {
		if !check.OK {
			names = append(names, check.Name)
		}
	}
	return strings.Join(names, ", ")
}

func TestVerifyPlayedRounds(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	seen := make(map[games.Status]bool)
	rounded := false
	for nonce := range uint64(200) {
		rec := record(t, c, nonce, "0.13", 1+int(nonce%4), nil)
		report, err := games.Verify(c, rec)
		if err != nil || !report.OK || report.Forced || failures(report) != "" {
			t.Fatalf("nonce %d: %s, %v", nonce, failures(report), err)
		}
		if len(report.Draws) != len(rec.Actions) || report.Draws[0].Draws[0].Label != "init" {
			t.Fatalf("nonce %d: draws %+v", nonce, report.Draws)
		}
		last := report.Draws[len(report.Draws)-1].Draws
		rounded = rounded || len(last) > 0 && last[len(last)-1].Label == "pay"
		seen[rec.Status] = true
	}
	if !seen[games.Completed] || !seen[games.CashedOut] || !rounded {
		t.Errorf("not every way was gone: %v, rounded %v", seen, rounded)
	}
}

// A record that is cut back to any of its steps, and says itself that its round goes on, is one of no round: its seed would not be
// revealed.
func TestVerifyFindsOpenRounds(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	cut := 0
	for nonce := range uint64(60) {
		whole := record(t, c, nonce, "0.13", 3, nil)
		for steps := 1; steps < len(whole.Actions); steps++ {
			rec := whole
			rec.Actions, rec.Status, rec.Payout = whole.Actions[:steps], games.InProgress, "0.00"
			cut++
			report, err := games.Verify(c, rec)
			if err != nil || report.OK || failures(report) != "status" {
				t.Fatalf("nonce %d, %d of %d steps: found %q, %v", nonce, steps, len(whole.Actions), failures(report), err)
			}
			status := report.Checks[len(report.Checks)-3]
			if status.Name != "status" || !strings.Contains(status.Expected, "over") || status.Got != "in_progress" {
				t.Fatalf("nonce %d: %+v", nonce, status)
			}
			rec.ServerSeed = ""
			if _, err := games.Verify(c, rec); !errors.Is(err, games.ErrNotRevealed) {
				t.Fatalf("nonce %d: an open round whose seed is kept: %v", nonce, err)
			}
		}
	}
	if cut < 100 {
		t.Errorf("%d records were cut back", cut)
	}
}

// A round that the server ended is verified like any other: what it returned or paid is recomputed, the fair rounding included.
func TestVerifyExpiredRounds(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	game, _ := c.Lookup("ladder")
	rounded := false
	for nonce := range uint64(60) {
		play, err := gamestest.NewRecorder(game, game.Default, "USD", newPair(t), nonce, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, payload := range []string{`{"action":"bet","amount":0.13}`, `{"action":"climb"}`, `{"action":"climb"}`}[:1+nonce%3] {
			if play.Open() || play.Record().Status == "" {
				if _, err := play.Act(payload); err != nil {
					t.Fatal(err)
				}
			}
		}
		if !play.Open() { // fell
			continue
		}
		untouched := len(play.Record().Actions) == 1
		if _, err := play.Expire(); err != nil {
			t.Fatal(err)
		}
		rec := play.Record()
		last := rec.Actions[len(rec.Actions)-1]
		if last.Type != games.TypeExpiry || untouched != (rec.Payout == "0.13") || untouched != (rec.Status == games.Completed) {
			t.Errorf("nonce %d: record %+v", nonce, rec)
		}
		report, err := games.Verify(c, rec)
		if err != nil || !report.OK {
			t.Fatalf("nonce %d: %s, %v", nonce, failures(report), err)
		}
		draws := report.Draws[len(report.Draws)-1].Draws
		rounded = rounded || len(draws) == 1 && draws[0].Label == "pay"
		// The same end under another name, or with another payout, is found.
		for name, lie := range map[string]func(*games.RecordedAction){
			"played": func(a *games.RecordedAction) {
				a.Type, a.Payload = games.TypeAction, json.RawMessage(`{"action":"expire"}`)
			},
			"kept": func(a *games.RecordedAction) { a.Payout = "0.00" },
		} {
			lied := rec
			lied.Actions = append([]games.RecordedAction(nil), rec.Actions...)
			lie(&lied.Actions[len(lied.Actions)-1])
			if report, err := games.Verify(c, lied); err != nil || report.OK {
				t.Errorf("nonce %d: %s was not found: %v", nonce, name, err)
			}
		}
		if untouched { // nothing could be cashed out: only the server ends such a round
			lied := rec
			lied.Actions = append([]games.RecordedAction(nil), rec.Actions...)
			lied.Actions[1].Type = games.TypeCashOut
			if report, err := games.Verify(c, lied); err != nil || report.OK {
				t.Errorf("nonce %d: a cash-out before the first climb was not found: %v", nonce, err)
			}
		}
	}
	if !rounded {
		t.Error("no expiry was rounded")
	}
}

// A round that was voided gave back all that was staked in it, whatever it was worth, and what was played of it is recomputed.
func TestVerifyVoidedRounds(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	voided := func() games.Record {
		rec := record(t, c, 7, "0.13", 2, fairness.Script{"init": {7}, "1": {0}, "2": {0}})
		rec.Actions[3].Type, rec.Actions[3].Payload, rec.Actions[3].Outcome = games.TypeVoid, json.RawMessage(`{"reason":"é ☂","by":"me"}`), json.RawMessage(`{}`)
		rec.Actions[3].Payout, rec.Payout, rec.Status = "0.13", "0.13", games.Voided
		return rec
	}
	for name, test := range map[string]struct {
		lie   func(*games.Record)
		found string
	}{
		"none":           {func(*games.Record) {}, ""},
		"status flipped": {func(r *games.Record) { r.Status = games.Completed }, "status"},
		"refund altered": {func(r *games.Record) { r.Actions[3].Payout, r.Payout = "0.12", "0.12" }, "action 3 payout, payout"},
		"worth more":     {func(r *games.Record) { r.Actions[3].Payout, r.Payout = "0.50", "0.50" }, "action 3 payout, payout"},
		"a stake":        {func(r *games.Record) { r.Actions[3].Stake = "0.01" }, "action 3 stake"},
		"an outcome":     {func(r *games.Record) { r.Actions[3].Outcome = json.RawMessage(`{"rung":2}`) }, "action 3 outcome"},
		"a draw":         {func(r *games.Record) { r.Actions[1].Outcome = json.RawMessage(`{"rung":9}`) }, "action 1 outcome"},
		"no reason":      {func(r *games.Record) { r.Actions[3].Payload = json.RawMessage(`{"by":"me"}`) }, "action 3"},
		"nobody":         {func(r *games.Record) { r.Actions[3].Payload = json.RawMessage(`{"reason":"why"}`) }, "action 3"},
		"a long reason": {func(r *games.Record) {
			r.Actions[3].Payload = json.RawMessage(`{"reason":"` + strings.Repeat("x", 201) + `","by":"me"}`)
		}, "action 3"},
		"more than a reason": {func(r *games.Record) { r.Actions[3].Payload = json.RawMessage(`{"reason":"why","by":"me","x":1}`) }, "action 3"},
		"an action":          {func(r *games.Record) { r.Actions[3].Type = games.TypeAction }, "action 3"},
		"a cash-out":         {func(r *games.Record) { r.Actions[3].Type = games.TypeCashOut }, "action 3"},
		"an expiry":          {func(r *games.Record) { r.Actions[3].Type = games.TypeExpiry }, "action 3"},
		"opening":            {func(r *games.Record) { r.Actions = r.Actions[3:] }, "action 0 step, action 0"},
		"twice": {func(r *games.Record) {
			again := r.Actions[3]
			again.Step = 4
			r.Actions = append(r.Actions, again)
		}, "action 4"},
	} {
		rec := voided()
		test.lie(&rec)
		report, err := games.Verify(c, rec)
		if err != nil || failures(report) != test.found || report.OK != (test.found == "") {
			t.Errorf("%s: found %q, %v; want %q", name, failures(report), err, test.found)
		}
	}
	// What was signed is the reason, too.
	rec := voided()
	before, err := rec.HashTo(3)
	if err != nil {
		t.Fatal(err)
	}
	rec.Actions[3].Payload = json.RawMessage(`{"reason":"another","by":"me"}`)
	if after, err := rec.HashTo(3); err != nil || after == before {
		t.Errorf("another reason has the same hash: %v", err)
	}
}

// A verifier that accepts everything would pass the test above. Each lie here is found, and nothing else is complained of.
func TestVerifyFindsEveryLie(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	script := fairness.Script{"init": {7}, "1": {0}, "2": {0}}
	for name, test := range map[string]struct {
		lie   func(*games.Record)
		found string
	}{
		"none":                    {func(*games.Record) {}, ""},
		"commitment":              {func(r *games.Record) { r.ServerSeedHash = strings.Repeat("0", 64) }, "commitment"},
		"game":                    {func(r *games.Record) { r.GameID = "a game of this catalogue" }, "game"},
		"variant":                 {func(r *games.Record) { r.Variant = "a variant of ladder" }, "variant"},
		"other variant":           {func(r *games.Record) { r.Variant = "RTP_92" }, "rulesHash"},
		"rules":                   {func(r *games.Record) { r.RulesHash = "" }, "rulesHash"},
		"status":                  {func(r *games.Record) { r.Status = games.Completed }, "status"},
		"stake":                   {func(r *games.Record) { r.Stake = "0.14" }, "stake"},
		"payout":                  {func(r *games.Record) { r.Payout = "1000000" }, "payout"},
		"no money":                {func(r *games.Record) { r.Payout = "" }, "payout"},
		"step":                    {func(r *games.Record) { r.Actions[1].Step = 2 }, "action 1 step"},
		"outcome":                 {func(r *games.Record) { r.Actions[1].Outcome = json.RawMessage(`{"rung":9}`) }, "action 1 outcome"},
		"broken outcome":          {func(r *games.Record) { r.Actions[1].Outcome = json.RawMessage(`{`) }, "action 1 outcome"},
		"no outcome":              {func(r *games.Record) { r.Actions[1].Outcome = nil }, "action 1 outcome"},
		"action's stake":          {func(r *games.Record) { r.Actions[0].Stake = "0.12" }, "action 0 stake"},
		"action's payout":         {func(r *games.Record) { r.Actions[3].Payout = "0.01" }, "action 3 payout"},
		"half a cent":             {func(r *games.Record) { r.Actions[0].Stake = "0.135" }, "action 0 stake"},
		"bet":                     {func(r *games.Record) { r.Actions[0].Payload = json.RawMessage(`{"action":"bet","amount":0.10}`) }, "action 0 stake, action 3 payout, stake, payout"},
		"impossible":              {func(r *games.Record) { r.Actions[1].Payload = json.RawMessage(`{"action":"jump"}`) }, "action 1"},
		"unnamed":                 {func(r *games.Record) { r.Actions[1].Payload = nil }, "action 1"},
		"type":                    {func(r *games.Record) { r.Actions[1].Type = "bonus" }, "action 1"},
		"retold as an expiry":     {func(r *games.Record) { r.Actions[2].Type = games.TypeExpiry }, "action 2"},
		"a cash-out that decides": {func(r *games.Record) { r.Actions[3].Payload = json.RawMessage(`{"action":"climb"}`) }, "action 3"},
		"opening cash-out":        {func(r *games.Record) { r.Actions = r.Actions[3:] }, "action 0 step, action 0"},
		"missing end":             {func(r *games.Record) { r.Actions = r.Actions[:3] }, "status, payout"},
		"cut back": {func(r *games.Record) {
			r.Actions, r.Status, r.Payout = r.Actions[:3], games.InProgress, "0.00"
		}, "status"},
		"quoted expectation": {func(r *games.Record) {
			r.Actions, r.Payout = r.Actions[:3], "0.00"
			r.Status = "a round that is over, because its server seed is revealed"
		}, "status"},
		"nothing": {func(r *games.Record) { r.Actions = nil }, "status, stake, payout"},
		"nothing at all": {func(r *games.Record) {
			r.Actions, r.Status, r.Stake, r.Payout = nil, "not opened", "0.00", "0.00"
		}, "status"},
		"second end": {func(r *games.Record) { r.Actions = append(r.Actions, r.Actions[3]) }, "action 4 step, action 4"},
		"a new bet after the end": {func(r *games.Record) {
			again := r.Actions[0]
			again.Step = 4
			r.Actions = append(r.Actions, again)
		}, "action 4"},
	} {
		rec := record(t, c, 7, "0.13", 2, script)
		test.lie(&rec)
		report, err := games.Verify(c, rec)
		if err != nil || failures(report) != test.found || report.OK != (test.found == "") || !report.Forced {
			t.Errorf("%s: found %q, %v; want %q", name, failures(report), err, test.found)
		}
	}
	// Seeds, nonce and script decide the outcome, so a lie about them is found in it.
	honest := record(t, c, 7, "0.13", 2, nil)
	for name, lie := range map[string]func(*games.Record){
		"client seed": func(r *games.Record) { r.ClientSeed = "someone else" },
		"nonce":       func(r *games.Record) { r.Nonce++ },
		"script":      func(r *games.Record) { r.Forced = fairness.Script{"init": {0}, "1": {24}} },
	} {
		found := false
		for nonce := uint64(7); nonce < 20 && !found; nonce++ { // not every nonce gives another outcome
			rec := record(t, c, nonce, "0.13", 2, nil)
			lie(&rec)
			report, err := games.Verify(c, rec)
			found = err != nil || !report.OK
		}
		if !found {
			t.Errorf("%s: a lie was not found", name)
		}
	}
	if report, err := games.Verify(c, honest); err != nil || !report.OK {
		t.Errorf("the honest record: %s, %v", failures(report), err)
	}
}

func TestVerifyNeedsARecord(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	for name, spoil := range map[string]func(*games.Record){
		"seed":     func(r *games.Record) { r.ServerSeed = "abc" },
		"client":   func(r *games.Record) { r.ClientSeed = "a:b" },
		"no seed":  func(r *games.Record) { r.ServerSeed = "" },
		"currency": func(r *games.Record) { r.Currency = "ZZZ" },
	} {
		rec := record(t, c, 1, "1", 1, nil)
		spoil(&rec)
		_, err := games.Verify(c, rec)
		if err == nil || errors.Is(err, games.ErrNotRevealed) != (name == "no seed") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestRecordJSON(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	rec := record(t, c, 3, "10", 0, nil)
	rec.RulesHash, rec.ServerSeedHash = "aa", "bb"
	want := `{"roundId":"round-1","gameId":"steps","variant":"RTP_96","rulesHash":"aa","status":"in_progress","stake":10.00,` +
		`"payout":0.00,"currency":"USD","serverSeedHash":"bb","serverSeed":"` + rec.ServerSeed + `","clientSeed":"player","nonce":3,` +
		`"actions":[{"step":0,"requestId":"req-0","type":"action","payload":{"action":"bet","amount":10},` +
		`"outcome":{"rung":0,"multiplier":0.96,"canCashOut":false},"stake":10.00,"payout":0.00,"balance":0.00,` +
		`"at":"2026-11-21T01:02:00.345Z"}],"forced":null}`
	v1, err1 := json.Marshal(rec)
	v2, err2 := jsonv2.Marshal(rec)
	if string(v1) != want || string(v2) != want || err1 != nil || err2 != nil {
		t.Errorf("got  %s, %v\nand  %s, %v\nwant %s", v1, err1, v2, err2, want)
	}
	for _, script := range []fairness.Script{nil, {"init": {7}, "1": {0}}} {
		played := record(t, c, 3, "10", 3, script)
		text, err := json.Marshal(played)
		if err != nil {
			t.Fatal(err)
		}
		text = append([]byte(`{"later":"an addition",`), text[1:]...)
		back, err := games.ParseRecord(text)
		if err != nil {
			t.Fatal(err)
		}
		if report, err := games.Verify(c, back); err != nil || !report.OK || report.Forced != (script != nil) {
			t.Errorf("%s: %s, %v", text, failures(report), err)
		}
	}
	if _, err := games.ParseRecord([]byte(`{"stake":1e9}`)); err == nil {
		t.Error("an exponent was read")
	}
}

// A record comes from anyone: whatever it says, Verify answers.
func FuzzVerify(f *testing.F) {
	c := catalogue(f)
	for climbs := range 4 {
		text, err := json.Marshal(record(f, c, uint64(climbs), "0.13", climbs, fairness.Script{"1": {0}}))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		rec, err := games.ParseRecord(text)
		if err != nil {
			return
		}
		if report, err := games.Verify(c, rec); err == nil && report.OK != (failures(report) == "") {
			t.Fatalf("%s: %+v", text, report)
		}
	})
}
