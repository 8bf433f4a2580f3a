package session

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/wallet"
	"croupier/wallet/money"
)

func TestDepositReachesAVisit(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.listen(t)
	who := b.player(t, "0.50")
	b.heard(t)
	c := b.sit(t, who, "slots")
	_, err := c.Act(t.Context(), request("poor", spinPayload))
	wantCode(t, err, InsufficientBalance)
	b.deposit(t, who, "7.25")
	e := c.event(t)
	if e.Balance == nil || e.Balance.Balance.String() != "7.75" || e.Balance.Reason != "deposit" || e.Balance.Amount.String() != "7.25" {
		t.Errorf("event %+v", e)
	}
	if answer := c.spin(t, "rich"); answer.Balance.Before != "7.75" {
		t.Errorf("the spin began with %s", answer.Balance.Before)
	}
	if _, err := b.ledger.Withdraw(t.Context(), order(t, b, who, "0.25")); err != nil {
		t.Fatal(err)
	}
	if e := c.event(t); e.Balance == nil || e.Balance.Reason != "withdrawal" || e.Balance.Amount.String() != "-0.25" {
		t.Errorf("event %+v", e)
	}
}

// News of a deposit that arrives after the answer to a later spin must not put an older balance on the player's screen.
func TestLateNewsTellsTheNewestBalance(t *testing.T) {
	t.Parallel()
	b := setupFloor(t) // which does not listen
	who := b.player(t, "1.00")
	c := b.sit(t, who, "slots")
	b.deposit(t, who, "50.00")
	told := c.spin(t, "1").Balance.After
	late := fmt.Sprintf(`{"player":%q,"reason":"deposit","currency":"USD","balance":"51.00","amount":"50.00","version":1}`, who.ID)
	if err := b.floor.playerChanged(late); err != nil {
		t.Fatal(err)
	}
	if e := c.event(t); e.Balance == nil || e.Balance.Balance.String() != string(told) || e.Balance.Amount.String() != "50.00" {
		t.Errorf("the spin told %s, the news %+v", told, e.Balance)
	}
}

func order(t testing.TB, b *floorBundle, who somebody, number string) wallet.Order {
	t.Helper()
	return wallet.Order{Operator: b.operator.ID, Player: who.ID, Amount: amount(t, money.Number(number)), TransactionID: uuid.NewString()}
}

func TestDepositIsSeenWithoutANotification(t *testing.T) {
	t.Parallel()
	b := setupFloor(t) // which does not listen
	who := b.player(t, "1.00")
	c := b.sit(t, who, "slots")
	first := c.spin(t, "1")
	b.deposit(t, who, "50.00")
	second := c.spin(t, "2")
	if want := amount(t, first.Balance.After).Add(amount(t, "50.00")); !want.Equal(amount(t, second.Balance.Before)) {
		t.Errorf("the spin began with %s, want %s", second.Balance.Before, want)
	}
}

// What took effect is told even when the session has ended since: "session expired" would say that nothing was charged.
func TestAnswerOutlivesItsSession(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	told, err := b.sit(t, who, "slots").Act(t.Context(), request("1", spinPayload))
	must(t, err)
	must(t, b.access.Logout(t.Context(), who.session))
	other := b.open(t, SettlerConfig{}).sit(t, who, "slots")
	again, err := other.Act(t.Context(), request("1", spinPayload))
	if err != nil || string(again) != string(told) {
		t.Errorf("told %s and then %s, %v", told, again, err)
	}
	_, err = other.Act(t.Context(), request("2", spinPayload))
	wantCode(t, err, SessionExpired)
}

func TestLogoutEndsPlayAtOnce(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	other := b.open(t, SettlerConfig{})
	third := b.open(t, SettlerConfig{})
	third.listen(t)
	for name, meanwhile := range map[string]func(c chair){
		"nothing":                func(chair) {},
		"a look at the balance":  func(c chair) { _, _ = c.Balance(t.Context()) },
		"a look at the seeds":    func(c chair) { _, _ = c.Seeds(t.Context()) },
		"a recovery":             func(c chair) { _, _ = c.Recover(t.Context()) },
		"play in another one":    nil,
		"a refusal":              func(c chair) { _, _ = c.Act(t.Context(), request("bad", `{"action":"hop"}`)) },
		"the end of the session": func(c chair) { _, _ = c.CashOut(t.Context(), request("bad", `{}`)) },
	} {
		who := b.player(t, "100.00")
		chairs := []chair{b.sit(t, who, "slots"), other.sit(t, who, "slots"), third.sit(t, who, "slots")}
		for _, c := range chairs {
			c.spin(t, uuid.NewString())
		}
		must(t, b.access.Logout(t.Context(), who.session))
		before := b.seat(t, who.ID)
		late := who
		late.session = b.session(t, who.ID)
		for i, c := range chairs {
			if meanwhile != nil {
				meanwhile(c)
			} else {
				n := []*node{b.node, other, third}[i]
				n.sit(t, late, "ladder").do(t, uuid.NewString(), `{"action":"bet","amount":1.00}`)
				before = b.seat(t, who.ID)
			}
			for _, try := range []error{
				second(c.Act(t.Context(), request("late", spinPayload))),
				second(c.CashOut(t.Context(), request("late", `{}`))),
				second(c.Rotate(t.Context(), request("late", `{}`), "")),
			} {
				if !errors.Is(try, &Error{Code: SessionExpired}) {
					t.Errorf("after %s: error %v, want %s", name, try, SessionExpired)
				}
			}
			if meanwhile == nil {
				break // a second bet would be refused: the round is open
			}
		}
		if after := b.seat(t, who.ID); after != before {
			t.Errorf("after %s: a session that was ended moved the seat from %+v to %+v", name, before, after)
		}
		for e := chairs[2].event(t); !e.Ended; e = chairs[2].event(t) {
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestSessionExpiresWhilePlaying(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	clock := &handClock{at: time.Now()}
	b.floor.now = clock.now
	who := b.player(t, "100.00")
	c := b.sit(t, who, "slots")
	c.spin(t, "in time")
	clock.advance(2 * time.Hour)
	_, err := c.Act(t.Context(), request("late", spinPayload))
	wantCode(t, err, SessionExpired)
}

func TestExcludedPlayerPlaysNoMore(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	c := b.sit(t, who, "slots")
	first := c.spin(t, "before")
	_, err := b.admin.Exec(t.Context(), `WITH p AS (UPDATE players SET status = 'excluded' WHERE id = $1)
		UPDATE seats SET version = version + 1 WHERE player_id = $1`, who.ID)
	must(t, err)
	_, err = c.Balance(t.Context())
	must(t, err)
	_, err = c.Act(t.Context(), request("after", spinPayload))
	wantCode(t, err, PlayerExcluded)
	if again := c.spin(t, "before"); again.text != first.text {
		t.Errorf("answered %s, was %s", again.text, first.text)
	}
}

func TestVisitsOfTheSameGameAreReplaced(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.listen(t)
	other := b.open(t, SettlerConfig{})
	other.listen(t)
	who, neighbour := b.player(t, "10.00"), b.player(t, "10.00")
	b.heard(t)
	other.heard(t)
	first, ladder, beside := b.sit(t, who, "slots"), b.sit(t, who, "ladder"), b.sit(t, neighbour, "slots")
	second := b.sit(t, who, "slotty-slots")
	if e := first.event(t); !e.Replaced {
		t.Errorf("event %+v on the same node", e)
	}
	first.Leave()
	third := other.sit(t, who, "slots")
	if e := second.event(t); !e.Replaced {
		t.Errorf("event %+v on another node", e)
	}
	b.heard(t)
	other.heard(t)
	for _, c := range []chair{first, second, third, ladder, beside} {
		c.quiet(t)
	}
	// The replaced visit's round trip is not cut: its request is played like every other.
	second.spin(t, "from the replaced")
	third.spin(t, "from the new")
}

// A notification may be late: what it tells of was before the visit that now is.
func TestOlderVisitElsewhereDoesNotReplace(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	other := b.open(t, SettlerConfig{})
	conn, err := b.admin.Acquire(t.Context())
	must(t, err)
	defer conn.Release()
	_, err = conn.Exec(t.Context(), `LISTEN `+helloChannel)
	must(t, err)
	who := b.player(t, "10.00")
	other.sit(t, who, "slots")
	n, err := conn.Conn().WaitForNotification(t.Context())
	must(t, err)
	newer := b.sit(t, who, "slots")
	must(t, b.floor.visitElsewhere(n.Payload))
	newer.quiet(t)
}
