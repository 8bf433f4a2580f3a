package session

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// FuzzOneUseTokens sends whatever there is where a launch token, a refresh token or a ticket is due, to the real database: it is
// refused by the codes that are meant for it, and nobody is let in.
func FuzzOneUseTokens(f *testing.F) {
	b := setupAccess(f)
	grant := b.arrive(f, "fuzz")
	ticket, _, err := b.access.Ticket(f.Context(), b.verify(f, grant.SessionToken), "slots")
	must(f, err)
	real := []string{grant.RefreshToken, ticket}
	for _, seed := range append([]string{"", "lt_", "st_", "rt_", grant.SessionToken, "st_\x00", "st_" + strings.Repeat("A", 43) + ".99999999999999999999",
		"lt_" + strings.Repeat("A", 43), strings.Repeat("é", 200)}, real...) {
		f.Add(seed)
		f.Add(seed + "0")
		f.Add(strings.ToUpper(seed))
	}
	f.Fuzz(func(t *testing.T, text string) {
		if slices.Contains(real, text) {
			return
		}
		for name, try := range map[string]func() error{
			"exchange": func() error { _, err := b.access.Exchange(t.Context(), text); return err },
			"refresh":  func() error { _, err := b.access.Refresh(t.Context(), text); return err },
			"redeem":   func() error { _, _, err := b.access.RedeemTicket(t.Context(), text); return err },
		} {
			var refused *Error
			if err := try(); !errors.As(err, &refused) || refused.Code != LaunchInvalid && refused.Code != SessionExpired {
				t.Fatalf("%s of %q: %v", name, text, err)
			}
		}
	})
}
