package session

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/games"
)

func TestSpin(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	c := b.sit(t, who, "slotty-slots")
	seeds, err := c.Seeds(t.Context())
	must(t, err)
	answer := c.spin(t, "spin-1")
	if answer.Status != games.Completed || answer.Fair.Step != 0 || answer.Fair.Nonce != 0 ||
		answer.Fair.Hash != seeds.ServerSeedHash || answer.Fair.ClientSeed != seeds.ClientSeed {
		t.Errorf("answer %s does not go with the commitment %+v", answer.text, seeds)
	}
	if answer.Balance.Before != "100.00" || answer.Balance.Currency != "USD" {
		t.Errorf("balance %+v, had 100.00 USD", answer.Balance)
	}
	record, err := b.floor.Round(t.Context(), b.operator.ID, &who.ID, answer.RoundID)
	must(t, err)
	if want := amount(t, "99.00").Add(amount(t, record.Payout)); !want.Equal(amount(t, answer.Balance.After)) || record.Stake != "1.00" {
		t.Errorf("stake %s, payout %s, but the balance is %s", record.Stake, record.Payout, answer.Balance.After)
	}
	if record.ServerSeed != "" {
		t.Error("the record shows a server seed that is in play")
	}
	row := b.seat(t, who.ID)
	if row.Balance != string(answer.Balance.After) || row.Escrow != "0" && row.Escrow != "0.00" || row.Nonce != 1 {
		t.Errorf("seat %+v after %s", row, answer.text)
	}
	b.stored(t, who, "spin-1", answer.text)
	b.clean(t)
}

func TestSitRefusesUnknownGame(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "0")
	_, err := b.floor.Sit(t.Context(), Guest{Player: who.ID, Session: who.session, Game: "roulette", Notify: func(Event) {}})
	wantCode(t, err, GameNotAvailable)
}

func TestRetryIsAnsweredByteForByte(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	c := b.sit(t, who, "slots")
	first := c.spin(t, "same")
	c.spin(t, "other")
	after := b.seat(t, who.ID)
	other := b.open(t, SettlerConfig{})
	for name, again := range map[string]chair{
		"same visit": c, "new visit": b.sit(t, who, "slots"), "another node": other.sit(t, who, "slots"),
	} {
		for range 2 { // from what the seat knows, and from the database
			if answer := again.spin(t, "same"); answer.text != first.text {
				t.Errorf("%s: answered %s, was %s", name, answer.text, first.text)
			}
			// White space is not part of a payload.
			if answer := again.do(t, "same", strings.ReplaceAll(spinPayload, ",", " ,\n\t")); answer.text != first.text {
				t.Errorf("%s: with other white space answered %s, was %s", name, answer.text, first.text)
			}
			_, err := again.Act(t.Context(), request("same", `{"action":"spin","betPerLine":0.05,"activePaylines":19}`))
			wantCode(t, err, RequestReused)
			_, err = again.CashOut(t.Context(), request("same", `{}`))
			wantCode(t, err, RequestReused)
			_, err = again.Rotate(t.Context(), request("same", `{}`), "")
			wantCode(t, err, RequestReused)
		}
	}
	if now := b.seat(t, who.ID); now != after {
		t.Errorf("retries moved the seat from %+v to %+v", after, now)
	}
	b.clean(t)
}

func TestSameIDInAnotherSessionIsAnotherRequest(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	first := b.sit(t, who, "slots").spin(t, "id")
	who.session = b.session(t, who.ID)
	if second := b.sit(t, who, "slots").spin(t, "id"); second.RoundID == first.RoundID {
		t.Error("the request of another session was answered with this one's round")
	}
}

func TestRefusalsChangeNothing(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "0.50")
	c, ladder := b.sit(t, who, "slots"), b.sit(t, who, "ladder")
	before := b.seat(t, who.ID)
	for name, test := range map[string]struct {
		at      chair
		payload string
		code    Code
		details []string
	}{
		"too little money":   {c, spinPayload, InsufficientBalance, []string{"required", "available", "currency"}},
		"under the minimum":  {c, `{"action":"spin","betPerLine":0.01,"activePaylines":1}`, OutsideLimits, []string{"min", "max"}},
		"over the maximum":   {c, `{"action":"spin","betPerLine":1000000.00,"activePaylines":20}`, OutsideLimits, []string{"min", "max"}},
		"unknown action":     {c, `{"action":"hop"}`, InvalidAction, []string{"allowed"}},
		"no action":          {c, `{}`, InvalidAction, []string{"allowed"}},
		"a field too many":   {c, `{"action":"spin","betPerLine":0.05,"activePaylines":20,"win":true}`, Malformed, []string{"field", "reason"}},
		"too many decimals":  {c, `{"action":"spin","betPerLine":0.001,"activePaylines":20}`, Malformed, []string{"field", "reason"}},
		"exponent":           {c, `{"action":"spin","betPerLine":1e-2,"activePaylines":20}`, Malformed, []string{"field", "reason"}},
		"negative":           {c, `{"action":"spin","betPerLine":-0.05,"activePaylines":20}`, Malformed, []string{"field", "reason"}},
		"zero":               {ladder, `{"action":"bet","amount":0}`, Malformed, []string{"field", "reason"}},
		"text for a number":  {ladder, `{"action":"bet","amount":"1.00"}`, Malformed, []string{"field", "reason"}},
		"later action first": {ladder, climbPayload, InvalidAction, []string{"allowed"}},
		"not JSON":           {ladder, `{"action":`, Malformed, []string{"field", "reason"}},
		"nothing":            {ladder, ``, Malformed, []string{"field", "reason"}},
		"two objects":        {ladder, `{}{}`, Malformed, []string{"field", "reason"}},
	} {
		_, err := test.at.Act(t.Context(), request(uuid.NewString(), test.payload))
		e := asError(err)
		if e == nil || e.Code != test.code {
			t.Errorf("%s: error %v, want %s", name, err, test.code)
			continue
		}
		for _, key := range test.details {
			if e.Details[key] == nil {
				t.Errorf("%s: no %q in the details %v", name, key, e.Details)
			}
		}
		if _, err := json.Marshal(e.Details); err != nil {
			t.Errorf("%s: details: %v", name, err)
		}
	}
	for _, id := range []string{"", strings.Repeat("x", 65), "a\x00b", "a\nb", "\xff"} {
		_, err := c.Act(t.Context(), request(id, spinPayload))
		wantCode(t, err, Malformed)
	}
	_, err := ladder.CashOut(t.Context(), request("none", `{}`))
	wantCode(t, err, RoundNotFound)
	if after := b.seat(t, who.ID); after != before {
		t.Errorf("refusals moved the seat from %+v to %+v", before, after)
	}
	if n := b.count(t, `SELECT count(*) FROM actions`); n != 0 {
		t.Errorf("%d refusals were recorded", n)
	}
	// An id whose request was refused is free: nothing happened under it.
	b.deposit(t, who, "100.00")
	c.spin(t, "none")
	b.clean(t)
}

// climb opens rounds until one is on rung 1, and returns it.
func (c chair) climb(t testing.TB) told {
	t.Helper()
	for range 200 {
		c.do(t, uuid.NewString(), betPayload)
		if up := c.do(t, uuid.NewString(), climbPayload); up.Status == games.InProgress {
			return up
		}
	}
	t.Fatal("fell 200 times in a row")
	return told{}
}

func TestRoundGoesOnOnAnotherNode(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "1000.00")
	here := b.sit(t, who, "steps")
	up := here.climb(t)
	row := b.seat(t, who.ID)
	if row.Escrow != "1.00" {
		t.Errorf("escrow %s while 1.00 is at stake", row.Escrow)
	}
	if proof := b.clean(t); proof.OpenRounds != 1 {
		t.Errorf("%d open rounds, want 1", proof.OpenRounds)
	}
	saw, err := here.Recover(t.Context())
	must(t, err)
	if saw.GameID != "steps" || saw.RoundID != up.RoundID.String() || saw.Balance.Current.String() != row.Balance {
		t.Errorf("recovered %+v, want round %s", saw, up.RoundID)
	}
	if strings.Contains(string(saw.State), "loose") {
		t.Errorf("the view tells the secret: %s", saw.State)
	}
	_, err = here.Rotate(t.Context(), request("early", `{}`), "")
	wantCode(t, err, InvalidAction)
	_, err = b.floor.RotateSeeds(t.Context(), who.ID, "")
	wantCode(t, err, InvalidAction)

	there := b.open(t, SettlerConfig{}).sit(t, who, "ladder")
	also, err := there.Recover(t.Context())
	must(t, err)
	if string(also.State) != string(saw.State) || also.RoundID != saw.RoundID {
		t.Errorf("there it is %s %s, here %s %s", also.RoundID, also.State, saw.RoundID, saw.State)
	}
	for up.Status == games.InProgress { // in turns on both nodes, to the top or to the fall
		step := up.Fair.Step
		here, there = there, here
		up = here.do(t, uuid.NewString(), climbPayload)
		if up.RoundID.String() != saw.RoundID || up.Fair.Step != step+1 {
			t.Fatalf("step %d of round %s: %s", step+1, saw.RoundID, up.text)
		}
	}
	_, err = there.CashOut(t.Context(), request("late", `{}`))
	if e := wantCode(t, err, RoundComplete); e.Details["roundId"] != up.RoundID {
		t.Errorf("details %v, want round %s", e.Details, up.RoundID)
	}
	if gone, err := there.Recover(t.Context()); gone != nil || err != nil {
		t.Errorf("recovered %v, %v after the end", gone, err)
	}
	if row := b.seat(t, who.ID); row.Escrow != "0" && row.Escrow != "0.00" {
		t.Errorf("escrow %s after the end", row.Escrow)
	}
	b.clean(t)
}

func TestCashOutIsPaidOnce(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "1000.00")
	c := b.sit(t, who, "ladder")
	c.climb(t)
	before := b.seat(t, who.ID)
	paid := c.cashOut(t, "mine")
	if paid.Status != games.CashedOut || amount(t, paid.Win).Sign() <= 0 || string(paid.Balance.Before) != before.Balance ||
		!amount(t, paid.Balance.After).Equal(amount(t, paid.Balance.Before).Add(amount(t, paid.Win))) {
		t.Errorf("cash-out from %+v: %s", before, paid.text)
	}
	for _, at := range []chair{c, b.open(t, SettlerConfig{}).sit(t, who, "ladder")} {
		if again := at.cashOut(t, "mine"); again.text != paid.text {
			t.Errorf("answered %s, was %s", again.text, paid.text)
		}
		_, err := at.CashOut(t.Context(), request("twice", `{}`))
		wantCode(t, err, RoundComplete)
	}
	// A new round, too early to cash out: that the last round is over does not matter.
	c.do(t, "new", betPayload)
	_, err := c.CashOut(t.Context(), request("too early", `{}`))
	wantCode(t, err, InvalidAction)
	b.clean(t)
}

func TestTwoGamesAtOneSeat(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "1000.00")
	ladder, spins := b.sit(t, who, "ladder"), b.sit(t, who, "slots")
	up := ladder.climb(t)
	var last told
	for range 5 {
		last = spins.spin(t, uuid.NewString())
	}
	if last.Fair.Nonce != up.Fair.Nonce+5 {
		t.Errorf("nonce %d after 5 spins beside round %d", last.Fair.Nonce, up.Fair.Nonce)
	}
	paid := ladder.cashOut(t, "cash")
	if paid.RoundID != up.RoundID || paid.Balance.Before != last.Balance.After {
		t.Errorf("cash-out %s after %s", paid.text, last.text)
	}
	ladder.quiet(t)
	spins.quiet(t)
	b.clean(t)
}

func TestSeatsAreForgottenWhenAllHaveLeft(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	one, two := b.sit(t, who, "slots"), b.sit(t, who, "ladder")
	if one.seat != two.seat {
		t.Error("one player has two seats")
	}
	one.Leave()
	one.Leave()
	if len(b.floor.seats) != 1 || len(two.seat.all()) != 1 {
		t.Errorf("%d seats, %d visits while one is there", len(b.floor.seats), len(two.seat.all()))
	}
	two.Leave()
	if len(b.floor.seats) != 0 {
		t.Errorf("%d seats when all have left", len(b.floor.seats))
	}
}

func TestTooManyRequestsOfOnePlayer(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	c := b.sit(t, who, "slots")
	<-c.seat.turn // somebody's request takes long
	errs := make(chan error, maxTurns+1)
	for range maxTurns + 1 {
		go func() { errs <- second(c.Act(t.Context(), request(uuid.NewString(), spinPayload))) }()
	}
	select {
	case err := <-errs:
		e := wantCode(t, err, Busy)
		if e.Details["retryAfterMs"] == nil {
			t.Errorf("details %v", e.Details)
		}
	case <-time.After(patience):
		t.Fatal("none of too many requests was answered at once")
	}
	c.seat.give()
	codes := map[Code]int{}
	for range maxTurns {
		if err := <-errs; err != nil {
			codes[asError(err).Code]++
		}
	}
	if codes[Busy] != 0 || slices.ContainsFunc([]Code{Internal, SessionExpired}, func(c Code) bool { return codes[c] != 0 }) {
		t.Errorf("those who waited were answered %v", codes)
	}
	b.clean(t)
}
