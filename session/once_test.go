package session

import (
	"strings"
	"testing"
	"time"
)

func TestOnlyOneOfManyUsesATokenUp(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	grant := b.arrive(t, "p")
	claims := b.verify(t, grant.SessionToken)
	launch, _, err := b.access.CreateLaunch(t.Context(), b.operator, PlayerSpec{ExternalID: "p", Currency: "USD"}, "")
	must(t, err)
	ticket, _, err := b.access.Ticket(t.Context(), claims, "slots")
	must(t, err)
	for _, test := range []struct {
		name string
		use  func() error
		code Code
	}{
		{"launch", func() error { _, err := b.access.Exchange(t.Context(), launch); return err }, LaunchUsed},
		{"ticket", func() error { _, _, err := b.access.RedeemTicket(t.Context(), ticket); return err }, SessionExpired},
		{"refresh", func() error { _, err := b.access.Refresh(t.Context(), grant.RefreshToken); return err }, SessionExpired},
	} {
		won := 0
		for _, err := range race(12, func(int) error { return test.use() }) {
			if err == nil {
				won++
			} else {
				wantCode(t, err, test.code)
			}
		}
		if won != 1 {
			t.Errorf("%s: %d of 12 won, want 1", test.name, won)
		}
	}
	if n := b.count(t, `SELECT count(*) FROM sessions`); n != 2 {
		t.Errorf("%d sessions, want the first and one of the race", n)
	}
}

func TestStaleTokensAreSweptAfterAnHour(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	launch := func() {
		_, _, err := b.access.CreateLaunch(t.Context(), b.operator, PlayerSpec{ExternalID: "p", Currency: "USD"}, "")
		must(t, err)
	}
	const made = onceSwept + 1
	for range made {
		launch()
	}
	b.clock.advance(DefaultLifetimes().Launch + onceKept)
	for _, want := range []int{
		made + 1, // none is stale for more than an hour yet
		made + 2 - onceSwept,
		made + 3 - onceSwept - 1,
	} {
		launch()
		if n := b.count(t, `SELECT count(*) FROM one_use_tokens`); n != want {
			t.Fatalf("%d rows, want %d", n, want)
		}
		b.clock.advance(time.Second)
	}
}

func TestTokensOfOneUseThatAreNone(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	grant := b.arrive(t, "p")
	ticket, _, err := b.access.Ticket(t.Context(), b.verify(t, grant.SessionToken), "slots")
	must(t, err)
	launch, _, err := b.access.CreateLaunch(t.Context(), b.operator, PlayerSpec{ExternalID: "p", Currency: "USD"}, "")
	must(t, err)
	bad := []string{"", "lt_", "x", "\x00", "\xff\xfe", strings.Repeat("lt_", 1<<20), "lt_" + randomText(), "rt_" + randomText(), "st_" + randomText(),
		launch + "A", launch[:len(launch)-1], strings.ToUpper(launch), "rt_" + launch[3:], "lt_" + grant.RefreshToken[3:],
		ticket[:strings.IndexByte(ticket, '.')], ticket + "0", ticket[:strings.IndexByte(ticket, '.')] + ".99999999999"}
	for _, text := range bad {
		for what, use := range map[string]func(string) error{
			"launch":  func(s string) error { _, err := b.access.Exchange(t.Context(), s); return err },
			"refresh": func(s string) error { _, err := b.access.Refresh(t.Context(), s); return err },
			"ticket":  func(s string) error { _, _, err := b.access.RedeemTicket(t.Context(), s); return err },
		} {
			code := SessionExpired
			if what == "launch" {
				code = LaunchInvalid
			}
			if e := wantCode(t, use(text), code); !strings.HasSuffix(e.Message, "is not valid") {
				t.Errorf("%s %.60q: %q, want it not valid", what, text, e.Message)
			}
		}
	}
	for name, use := range map[string]func() error{ // all are still good for their own purpose
		"launch":  func() error { _, err := b.access.Exchange(t.Context(), launch); return err },
		"ticket":  func() error { _, _, err := b.access.RedeemTicket(t.Context(), ticket); return err },
		"refresh": func() error { _, err := b.access.Refresh(t.Context(), grant.RefreshToken); return err },
	} {
		if err := use(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzPlausibleOnce: the database is asked only for what could be a token of the purpose.
func FuzzPlausibleOnce(f *testing.F) {
	for _, seed := range []string{"", "lt_", "lt_" + randomText(), "st_" + randomText() + ".1772370000", "rt_" + strings.Repeat("é", 50)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		plausible := 0
		for _, purpose := range []oncePurpose{purposeLaunch, purposeRefresh, purposeTicket} {
			if plausibleOnce(purpose, text) {
				plausible++
			}
		}
		if plausible > 1 || plausible == 1 && (len(text) < 46 || len(text) > maxSecretLen) {
			t.Fatalf("%q is plausible for %d purposes", text, plausible)
		}
	})
}
