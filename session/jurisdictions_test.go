package session

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/wallet/money"
)

const twoProfiles = `{"jurisdictions": {
	"UK": {"maxBet": {"USD": 5.00}, "maxWin": {"USD": 1000.00}, "minimumCycle": {"slots": "2.5s", "other": "5s"}, "autoplay": false, "roundExpiry": "2h"},
	"MT": {"maxBet": {"USD": 50.00, "EUR": 40.00}, "realityCheck": {"every": "30m"}, "sessionLimit": "4h", "coolDown": "10m", "roundExpiry": "12h"}}}`

func TestJurisdictions(t *testing.T) {
	t.Parallel()
	j, err := ReadJurisdictions([]byte(twoProfiles))
	must(t, err)
	usd, eur := currency(t, "USD"), currency(t, "EUR")
	for _, name := range []string{"", "XX", "uk"} {
		s := j.For(name)
		if s.MaxBet[usd].String() != "5.00" || s.MaxBet[eur].String() != "40.00" || s.MaxWin[usd].String() != "1000.00" || s.RoundExpiry != 2*time.Hour ||
			s.RealityCheck != 30*time.Minute || s.answerWithin() != time.Minute || s.SessionLimit != 4*time.Hour || s.coolDown() != 10*time.Minute ||
			s.MinimumCycle[games.Slots] != 2500*time.Millisecond || !s.AutoplayBarred {
			t.Errorf("of %q the strictest is %+v", name, s)
		}
	}
	if mt := j.For("MT"); mt.MaxWin != nil || mt.AutoplayBarred || mt.MinimumCycle != nil {
		t.Errorf("MT has what only others have: %+v", mt)
	}
	if none := (*Jurisdictions)(nil); none.For("UK") != nil {
		t.Error("without a file there is a profile")
	}
	merged, err := j.Expiry(Expiry{In: map[string]time.Duration{"SE": time.Hour}})
	must(t, err)
	if merged.After != 2*time.Hour || merged.In["UK"] != 2*time.Hour || merged.In["MT"] != 12*time.Hour || merged.In["SE"] != time.Hour {
		t.Errorf("rounds are ended after %+v", merged)
	}
	if _, err := j.Expiry(Expiry{In: map[string]time.Duration{"UK": time.Hour}}); err == nil {
		t.Error("two times for a jurisdiction are taken")
	}
}

func currency(t testing.TB, code string) money.Currency {
	t.Helper()
	c, err := money.LookupCurrency(code)
	must(t, err)
	return c
}

func TestFilesThatAreNoJurisdictions(t *testing.T) {
	t.Parallel()
	for _, entry := range []string{`{"maxBet": {"USD": 0.00}}`, `{"maxBet": {"USD": 1.001}}`, `{"maxBet": {"XXX1": 1.00}}`, `{"maxBet": {"USD": 1e3}}`,
		`{"maxBte": {"USD": 1.00}}`, `{"roundExpiry": "1m"}`, `{"roundExpiry": 7200}`, `{"realityCheck": {"every": "-1h"}}`, `{"coolDown": "10m"}`,
		`{"realityCheck": {"answerWithin": "10s"}}`, `{"minimumCycle": {"roulette": "5s"}}`, `{"minimumCycle": {"slots": "1h"}}`, `{"autoplay": "no"}`,
		`{"autoplay": true, "autoplay": false}`, `null, "": {}`} {
		if _, err := ReadJurisdictions([]byte(`{"jurisdictions": {"UK": ` + entry + `}}`)); err == nil {
			t.Errorf("taken: %s", entry)
		}
	}
	for _, text := range []string{``, `{}`, `{"jurisdictions": {}}`, `{"jurisdictions": {"UK": {}}} x`} {
		if _, err := ReadJurisdictions([]byte(text)); err == nil {
			t.Errorf("taken: %s", text)
		}
	}
	_, err := ReadJurisdictions([]byte(`{"jurisdictions": {"B": {"coolDown": "10m"}, "A": {"roundExpiry": "1m"}}}`))
	if err == nil || !strings.Contains(err.Error(), `"A"`) || !strings.Contains(err.Error(), `"B"`) {
		t.Errorf("not every mistake is named: %v", err)
	}
}

// The example is good, and is the one that the page shows.
func TestExampleOfJurisdictions(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../deploy/jurisdictions.json")
	must(t, err)
	if _, err := ReadJurisdictions(text); err != nil {
		t.Error(err)
	}
	page, err := os.ReadFile("../docs/compliance.md")
	must(t, err)
	if !strings.Contains(string(page), string(text)) {
		t.Error("docs/compliance.md shows another example than deploy/jurisdictions.json")
	}
}

// Stakes are bounded by the profile before they are played, also by what a round could win; and no round is ever cut afterwards.
func TestStakesOfAJurisdiction(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 1, strings.Replace(twoProfiles, `"minimumCycle": {"slots": "2.5s", "other": "5s"}, `, "", 1))
	play := func(who somebody, game, payload string) error {
		t.Helper()
		return second(b.sit(t, who, game).Act(t.Context(), request(uuid.NewString(), payload)))
	}
	brit, nobody, malta := b.player(t, "UK", "1000.00"), b.player(t, "", "1000.00"), b.player(t, "MT", "1000.00")
	for _, who := range []somebody{brit, nobody} {
		must(t, play(who, "dice", `{"action":"roll","amount":5.00,"chance":50.00}`))
		e := wantCode(t, play(who, "dice", `{"action":"roll","amount":5.01,"chance":50.00}`), OutsideLimits)
		if most, ok := e.Details["max"].(money.Amount); !ok || most.String() != "5.00" {
			t.Errorf("refused with %v", e.Details)
		}
	}
	must(t, play(malta, "dice", `{"action":"roll","amount":50.00,"chance":50.00}`))
	wantCode(t, play(malta, "dice", `{"action":"roll","amount":50.01,"chance":50.00}`), OutsideLimits)

	// UK's 1000.00 bound what a round of slots can win on all lines: 118,000 stakes would be too much of anything but a cent.
	e := wantCode(t, play(brit, "slots", spinPayload), OutsideLimits)
	if win, ok := e.Details["maxWin"].(money.Amount); !ok || win.String() != "1000.00" {
		t.Errorf("refused with %v", e.Details)
	}
	before := b.seat(t, brit.ID)
	wantCode(t, play(brit, "slots", spinPayload), OutsideLimits)
	if after := b.seat(t, brit.ID); after != before {
		t.Errorf("a refused bet moved the seat from %+v to %+v", before, after)
	}
	must(t, play(malta, "slots", spinPayload))
	yen, err := b.players.Ensure(t.Context(), b.operator, PlayerSpec{ExternalID: uuid.NewString(), Currency: "JPY", Jurisdiction: "UK"})
	must(t, err)
	who := somebody{Player: yen, session: b.session(t, yen.ID)} // UK says nothing of yen: so no bet is taken
	wantCode(t, play(who, "dice", `{"action":"roll","amount":100,"chance":50.00}`), GameNotAvailable)
	b.clean(t)
}

// The next round begins no sooner than the cycle of the last one allows, in whatever tab, game and server.
func TestMinimumCycle(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 2, `{"jurisdictions": {"UK": {"minimumCycle": {"slots": "2.5s", "other": "5s"}}}}`)
	who := b.player(t, "UK", "100.00")
	dice, slots, ladder := b.nodes[0].sit(t, who, "dice"), b.nodes[1].sit(t, who, "slots"), b.nodes[0].sit(t, who, "ladder")
	slots.spin(t, "1")
	soon := func(err error, wait int64) {
		t.Helper()
		if e := wantCode(t, err, TooManyMessages); e.Details["retryAfterMs"] != wait {
			t.Errorf("refused with %v, want a wait of %d ms", e.Details, wait)
		}
	}
	soon(dice.roll(t, "1.00"), 2500)
	b.clock.advance(2499 * time.Millisecond)
	soon(second(slots.Act(t.Context(), request("2", spinPayload))), 1)
	b.clock.advance(time.Millisecond)
	must(t, second(ladder.Act(t.Context(), request("bet", betPayload))))
	b.clock.advance(time.Second)
	_ = second(ladder.Act(t.Context(), request("climb", climbPayload))) // a step is no round
	soon(dice.roll(t, "1.00"), 4000)
	if got := slots.spin(t, "1"); got.RoundID == uuid.Nil { // a retry is answered at any time
		t.Error("no answer to a retry")
	}
	b.clock.advance(4 * time.Second)
	must(t, dice.roll(t, "1.00"))
	other := b.player(t, "UK", "100.00")
	must(t, b.sit(t, other, "dice").roll(t, "1.00"))
	b.clean(t)
}
