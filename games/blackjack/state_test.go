package blackjack

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"

	"croupier/games"
	"croupier/wallet/money"
)

// TestStatesOfOtherPlayAreRefused changes stored states into those that no play leads to.
func TestStatesOfOtherPlayAreRefused(t *testing.T) {
	t.Parallel()
	plain := open(t, engineOf(t, nil), "USD", "1.00", `{"player":["TS","2H"],"dealer":["7D","5C"],"next":["2S","9H"]}`)
	plain.moves("hit")
	split := open(t, engineOf(t, nil), "USD", "1.00", `{"player":["8S","8H"],"dealer":["AD","5C"],"next":["3S","TS","9S"]}`)
	split.moves("decline", "split", "double") // 8 3 T doubled, 8 9 active
	asked := open(t, engineOf(t, nil), "USD", "1.00", `{"player":["TS","2H"],"dealer":["AD","5C"]}`)
	single := open(t, engineOf(t, func(r *Rules) { r.Decks = 1 }), "USD", "1.00",
		`{"player":["TS","2H"],"dealer":["7D","5C"],"next":["2S"]}`)
	noDAS := open(t, engineOf(t, func(r *Rules) { r.DoubleAfterSplit = false }), "USD", "1.00",
		`{"player":["8S","8H"],"dealer":["7D","5C"],"next":["3S","TS","9S"]}`)
	noDAS.moves("split", "hit")
	european := open(t, engineOf(t, noPeek), "USD", "1.00", `{"player":["TS","2H"],"dealer":["7D"]}`)
	aces := open(t, engineOf(t, func(r *Rules) { r.ResplitAces = true }), "USD", "1.00",
		`{"player":["AS","AH"],"dealer":["7D","5C"],"next":["5S","AD"]}`)
	aces.moves("split") // A 5 stood, A A active
	for name, test := range map[string]struct {
		of       *playing
		old, new string
	}{
		"an older version":                 {plain, `"version":1`, `"version":0`},
		"no version":                       {plain, `"version":1,`, ``},
		"an unknown field":                 {plain, `"version":1`, `"version":1,"hole":"5C"`},
		"no card":                          {plain, `7D5C`, `7D5X`},
		"half a card":                      {plain, `7D5C`, `7D5`},
		"a third card of the dealer":       {plain, `7D5C`, `7D5C5C`},
		"no hole card":                     {plain, `7D5C`, `7D`},
		"a hole card that is not dealt":    {european, `"7D"`, `"7D5C"`},
		"a dealer's blackjack":             {plain, `7D5C`, `TDAC`},
		"insurance against a seven":        {plain, `"none"`, `"declined"`},
		"insurance that was not asked":     {asked, `"offered"`, `"none"`},
		"insurance of another name":        {asked, `"offered"`, `"maybe"`},
		"insurance that was not paid":      {asked, `"offered"`, `"taken"`},
		"insurance asked of three cards":   {asked, `TS2H`, `TS2H2D`},
		"no hands":                         {plain, `[{"cards":"TS2H2S","doubled":false}]`, `[]`},
		"an empty hand":                    {plain, `TS2H2S`, ``},
		"a hand of one card":               {plain, `TS2H2S`, `TS`},
		"an active hand of 21":             {plain, `TS2H2S`, `TS2H9S`},
		"an active hand that is bust":      {plain, `TS2H2S`, `TS2HTS`},
		"a blackjack in play":              {plain, `TS2H2S`, `TSAH`},
		"a card on 21":                     {plain, `TS2H2S`, `TSAH2S`},
		"a doubled hand in play":           {plain, `2S","doubled":false`, `2S","doubled":true`},
		"an active hand that is not there": {plain, `"active":0`, `"active":1`},
		"a negative active hand":           {plain, `"active":0`, `"active":-1`},
		"a shoe without a card":            {plain, `"next":"9H`, `"next":"`},
		"a shoe with a card too many":      {plain, `"next":"`, `"next":"9H`},
		"a shoe that is not one":           {plain, `"next":"9H`, `"next":"9X`},
		"a card twice in one deck":         {single, `7D5C`, `7D7D`},
		"doubled twice over":               {split, `8S3STS`, `8S3S2STS`},
		"doubled without a card":           {split, `8S3STS`, `8S3S`},
		"hands of no pair":                 {split, `"8H9S"`, `"9H9S"`},
		"a waiting hand with two cards":    {split, `"active":1`, `"active":0`},
		"a hand that was doubled for free": {noDAS, `8S3STS","doubled":false`, `8S3STS","doubled":true`},
		"a card on a split ace":            {aces, `AS5S`, `AS5S5H`},
		"a split ace that cannot go on":    {aces, `AHAD`, `AH7D`},
		"two objects":                      {plain, `}]`, `}],"hands":[]`},
	} {
		if strings.Count(string(test.of.state), test.old) != 1 {
			t.Errorf("%s: %q is not once in %s", name, test.old, test.of.state)
		}
		state := strings.Replace(string(test.of.state), test.old, test.new, 1)
		checkRefusedState(t, name, test.of, test.of.round, json.RawMessage(state))
	}
	for name, text := range map[string]string{"nothing": "", "null": "null", "a list": "[]", "cut short": string(plain.state[:40])} {
		checkRefusedState(t, name, plain, plain.round, json.RawMessage(text))
	}
	for name, change := range map[string]func(*games.Round){
		"no bet":          func(r *games.Round) { r.Bet = money.Zero(r.Currency) },
		"another stake":   func(r *games.Round) { r.Stake = r.Stake.Add(r.Bet) },
		"another bet":     func(r *games.Round) { r.Bet = r.Bet.Times(2) },
		"other insurance": func(r *games.Round) { r.Stake = r.Stake.Add(money.New(r.Currency, 50)) },
	} {
		round := split.round
		change(&round)
		checkRefusedState(t, name, split, round, split.state)
	}
	three := open(t, engineOf(t, func(r *Rules) { r.ResplitAces = true }), "USD", "1.00",
		`{"player":["AS","AH"],"dealer":["7D","5C"],"next":["5S","AD","AC"]}`)
	three.moves("split", "split")
	once := *three
	once.engine = engineOf(t, nil)
	checkRefusedState(t, "aces split twice", &once, once.round, once.state)
}

func checkRefusedState(t *testing.T, name string, p *playing, round games.Round, state json.RawMessage) {
	t.Helper()
	_, view := p.engine.View(round, state)
	_, act := p.engine.Act(round, state, games.Action{Name: "stand", Payload: json.RawMessage(`{}`)}, nil)
	_, expire := p.engine.Expire(round, state)
	_, cashOut := p.engine.CashOut(round, state)
	for what, err := range map[string]error{"View": view, "Act": act, "Expire": expire, "CashOut": cashOut} {
		var wrong *games.StateError
		if !errors.As(err, &wrong) {
			t.Errorf("%s, %s: %v is no StateError: %s", name, what, err, state)
		}
	}
}

// TestNothingLeaks: what players are shown of two rounds that differ only in the hole card and the shoe is the same to the byte.
func TestNothingLeaks(t *testing.T) {
	t.Parallel()
	shuffled := func(cards string) string {
		list, _ := parseCardList(cards)
		slices.Reverse(list)
		return cardList(list)
	}
	for _, test := range []struct {
		forced string
		moves  []string
	}{
		{`{"player":["8S","8H"],"dealer":["6D","TC"],"next":["3S","2S"]}`, []string{"split", "hit"}},
		{`{"player":["8S","8H"],"dealer":["TD","6C"],"next":["3S","2S"]}`, []string{"hit"}},
		{`{"player":["8S","8H"],"dealer":["AD","TC"]}`, nil}, // insurance is asked, and the dealer has a blackjack
		{`{"player":["8S","8H"],"dealer":["AD","9C"]}`, []string{"insure"}},
	} {
		p := open(t, engineOf(t, nil), "USD", "1.00", test.forced)
		shown := []string{string(p.last.Outcome)}
		for _, move := range test.moves {
			p.moves(move)
			shown = append(shown, string(p.last.Outcome))
		}
		var s state
		if err := games.Decode(p.state, &s); err != nil {
			t.Fatal(err)
		}
		secrets := []string{s.Dealer[2:], s.Next}
		s.Next, s.Dealer = shuffled(s.Next), s.Dealer[:2]+"4C"
		other := *p
		var err error
		if other.state, err = games.Encode(s); err != nil {
			t.Fatal(err)
		}
		if a, b := viewOf(t, p), viewOf(t, &other); a != b {
			t.Errorf("%s: the views differ:\n%s\n%s", test.forced, a, b)
		}
		for _, text := range append(shown, viewOf(t, p)) {
			for _, secret := range secrets {
				if strings.Contains(text, secret) {
					t.Errorf("%s: %s shows %s", test.forced, text, secret)
				}
			}
		}
	}
}

// TestStateOutlivesTheRound: whatever is loaded is saved as the same bytes.
func TestStateIsSavedAsItWasLoaded(t *testing.T) {
	t.Parallel()
	e := engineOf(t, nil)
	p := open(t, e, "USD", "1.00", `{"player":["8S","8H"],"dealer":["AD","5C"],"next":["8D","3S","TS","KH","9C","2D"]}`)
	seen := map[string]bool{}
	for _, move := range []string{"insure", "split", "split", "double", "stand"} {
		seat, err := e.load(p.round, p.state)
		if err != nil {
			t.Fatal(err)
		}
		saved, err := seat.save()
		if err != nil || string(saved) != string(p.state) {
			t.Errorf("before %s: %v\n%s\n%s", move, err, saved, p.state)
		}
		seen[string(saved)] = true
		p.moves(move)
	}
	if len(seen) != 5 {
		t.Errorf("there were %d states: %q", len(seen), slices.Collect(maps.Keys(seen)))
	}
}
