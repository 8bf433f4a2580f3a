package session

import (
	"context"
	"strings"
	"testing"
	"time"
)

func TestLaunchTokenLetsAPlayerInOnce(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	launch, expires, err := b.access.CreateLaunch(t.Context(), b.operator, PlayerSpec{ExternalID: "p", Currency: "USD", Username: "Ann"}, "slots")
	must(t, err)
	if !strings.HasPrefix(launch, "lt_") || !expires.Equal(b.clock.now().Add(30*time.Second)) {
		t.Fatalf("launch token %s until %v", launch, expires)
	}
	grant, err := b.access.Exchange(t.Context(), launch)
	must(t, err)
	if grant.Player.Username != "Ann" || grant.GameID != "slots" || !grant.ExpiresAt.Equal(b.clock.now().Add(time.Hour).Truncate(time.Second)) {
		t.Fatalf("grant %+v", grant)
	}
	claims := b.verify(t, grant.SessionToken)
	if claims.PlayerID != grant.Player.ID || claims.OperatorID != b.operator.ID || claims.Currency != grant.Player.Currency || !claims.ExpiresAt.Equal(grant.ExpiresAt) {
		t.Fatalf("claims %+v of %+v", claims, grant)
	}
	must(t, b.access.Check(t.Context(), claims))
	_, err = b.access.Exchange(t.Context(), launch)
	wantCode(t, err, LaunchUsed)

	late, _, err := b.access.CreateLaunch(t.Context(), b.operator, PlayerSpec{ExternalID: "p", Currency: "USD"}, "")
	must(t, err)
	b.clock.advance(DefaultLifetimes().Launch)
	_, err = b.access.Exchange(t.Context(), late)
	wantCode(t, err, LaunchExpired)
	_, err = b.access.Exchange(t.Context(), launch)
	wantCode(t, err, LaunchUsed)
}

func TestLaunchRefusesBadRequests(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	for _, game := range []string{strings.Repeat("g", 65), "a\x00b", "\xff"} {
		_, _, err := b.access.CreateLaunch(t.Context(), b.operator, PlayerSpec{ExternalID: "p", Currency: "USD"}, game)
		wantCode(t, err, InvalidRequest)
	}
	_, _, err := b.access.CreateLaunch(t.Context(), b.operator, PlayerSpec{ExternalID: "p", Currency: "XXX"}, "slots")
	wantCode(t, err, InvalidCurrency)
	if n := b.count(t, `SELECT count(*) FROM players`); n != 0 {
		t.Errorf("%d players", n)
	}
}

func TestRefreshGoesOnUntilTheSessionEnds(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	first := b.arrive(t, "p")
	session := b.verify(t, first.SessionToken).SessionID
	end := b.clock.now().Add(24 * time.Hour)
	grant := first
	for range 47 {
		b.clock.advance(30 * time.Minute)
		next, err := b.access.Refresh(t.Context(), grant.RefreshToken)
		must(t, err)
		if b.verify(t, next.SessionToken).SessionID != session {
			t.Fatal("a refresh began another session")
		}
		grant = next
	}
	if !grant.ExpiresAt.Equal(end.Truncate(time.Second)) {
		t.Errorf("the last token expires at %v, the session at %v", grant.ExpiresAt, end)
	}
	b.clock.advance(30 * time.Minute)
	_, err := b.access.Refresh(t.Context(), grant.RefreshToken)
	wantCode(t, err, SessionExpired)
	wantCode(t, b.access.Check(t.Context(), b.verify(t, grant.SessionToken)), SessionExpired) // within the leeway, but the session is over
}

func TestReplayedRefreshTokenEndsTheSession(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	first := b.arrive(t, "p")
	other := b.arrive(t, "p")
	second, err := b.access.Refresh(t.Context(), first.RefreshToken)
	must(t, err)
	claims := b.verify(t, second.SessionToken)
	must(t, b.access.Check(t.Context(), claims))

	_, err = b.access.Refresh(t.Context(), first.RefreshToken)
	wantCode(t, err, SessionExpired)
	wantCode(t, b.access.Check(t.Context(), claims), SessionExpired)
	_, err = b.access.Refresh(t.Context(), second.RefreshToken)
	wantCode(t, err, SessionExpired)
	must(t, b.access.Check(t.Context(), b.verify(t, other.SessionToken))) // the player's other session goes on
}

func TestLogoutReachesEveryNodeAtOnce(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	grant := b.arrive(t, "p")
	claims := b.verify(t, grant.SessionToken)
	ticket, _, err := b.access.Ticket(t.Context(), claims, "slots")
	must(t, err)
	listener, err := b.db.Acquire(t.Context())
	must(t, err)
	defer listener.Release()
	_, err = listener.Exec(t.Context(), "LISTEN "+sessionChannel)
	must(t, err)

	must(t, b.access.Logout(t.Context(), claims.SessionID))
	must(t, b.access.Logout(t.Context(), claims.SessionID))
	must(t, b.access.Logout(t.Context(), newID()))
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	told, err := listener.Conn().WaitForNotification(ctx)
	must(t, err)
	if told.Payload != claims.SessionID.String() {
		t.Errorf("told of session %s, want %s", told.Payload, claims.SessionID)
	}
	if n := b.count(t, `SELECT version FROM seats WHERE player_id = $1`, claims.PlayerID); n != 1 {
		t.Errorf("the seat's version is %d, want 1", n)
	}
	wantCode(t, b.access.Check(t.Context(), claims), SessionExpired)
	_, err = b.access.Refresh(t.Context(), grant.RefreshToken)
	wantCode(t, err, SessionExpired)
	_, _, err = b.access.RedeemTicket(t.Context(), ticket)
	wantCode(t, err, SessionExpired)
}

func TestOnlyActivePlayersComeIn(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	grant := b.arrive(t, "p")
	claims := b.verify(t, grant.SessionToken)
	ticket, _, err := b.access.Ticket(t.Context(), claims, "slots")
	must(t, err)
	launch, _, err := b.access.CreateLaunch(t.Context(), b.operator, PlayerSpec{ExternalID: "p", Currency: "USD"}, "")
	must(t, err)
	enter := map[string]func() error{
		"exchange": func() error { _, err := b.access.Exchange(t.Context(), launch); return err },
		"refresh":  func() error { _, err := b.access.Refresh(t.Context(), grant.RefreshToken); return err },
		"ticket":   func() error { _, _, err := b.access.RedeemTicket(t.Context(), ticket); return err },
		"check":    func() error { return b.access.Check(t.Context(), claims) },
	}
	for _, status := range []string{PlayerSuspended, PlayerBarred} {
		b.exec(t, `UPDATE players SET status = $1`, status)
		for name, do := range enter {
			if e := wantCode(t, do(), PlayerExcluded); e.Details["status"] != status {
				t.Errorf("%s: %v, want the status %s", name, e, status)
			}
		}
	}
	b.exec(t, `UPDATE players SET status = 'active'`)
	for name, do := range enter {
		if err := do(); err != nil {
			t.Errorf("%s after all: %v", name, err)
		}
	}
}

func TestCheckKnowsWhoseSessionItIs(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	ann, bob := b.verify(t, b.arrive(t, "ann").SessionToken), b.verify(t, b.arrive(t, "bob").SessionToken)
	for name, change := range map[string]func(*Claims){
		"another player":   func(c *Claims) { c.PlayerID = bob.PlayerID },
		"another session":  func(c *Claims) { c.SessionID = bob.SessionID },
		"another operator": func(c *Claims) { c.OperatorID = newID() },
		"no such session":  func(c *Claims) { c.SessionID = newID() },
		"expired":          func(c *Claims) { c.ExpiresAt = b.clock.now().Add(-tokenLeeway) },
	} {
		claims := ann
		change(&claims)
		if err := b.access.Check(t.Context(), claims); asError(err) == nil || asError(err).Code != SessionExpired {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, b.access.Check(t.Context(), ann))
}

func TestTicketStandsForItsToken(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	claims := b.verify(t, b.arrive(t, "p").SessionToken)
	b.clock.advance(59*time.Minute + 30*time.Second)
	ticket, expires, err := b.access.Ticket(t.Context(), claims, "slots")
	must(t, err)
	if !strings.HasPrefix(ticket, "st_") || !expires.Equal(b.clock.now().Add(time.Minute)) {
		t.Fatalf("ticket %s until %v", ticket, expires)
	}
	got, game, err := b.access.RedeemTicket(t.Context(), ticket)
	must(t, err)
	if got != claims || game != "slots" { // the token's own expiry too: a socket must not outlive it
		t.Fatalf("claims %+v for %s, want %+v", got, game, claims)
	}
	_, _, err = b.access.RedeemTicket(t.Context(), ticket)
	wantCode(t, err, SessionExpired)

	late, _, err := b.access.Ticket(t.Context(), claims, "slots")
	must(t, err)
	b.clock.advance(30*time.Second + tokenLeeway) // the ticket is good for another 25 s, its token is not
	_, _, err = b.access.RedeemTicket(t.Context(), late)
	if e := wantCode(t, err, SessionExpired); e.Message != "session expired" {
		t.Errorf("message %q", e.Message)
	}
	b.clock.advance(30 * time.Second)
	_, _, err = b.access.RedeemTicket(t.Context(), late)
	if e := wantCode(t, err, SessionExpired); !strings.Contains(e.Message, "ticket has expired") {
		t.Errorf("message %q", e.Message)
	}
	for _, game := range []string{"", "a\nb", strings.Repeat("g", 65)} {
		_, _, err = b.access.Ticket(t.Context(), claims, game)
		wantCode(t, err, InvalidRequest)
	}
}
