package api

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"croupier/fairness"
	"croupier/games"
	"croupier/session"
)

// A link shows its round to whoever has it, for as long as it says, and nothing else to anybody.
func TestReplayLinks(t *testing.T) {
	t.Parallel()
	clock := &shiftedClock{}
	s := newTestServer(t, func(c *Config) { c.Now = clock.now })
	o, stranger := s.operator(t), s.operator(t)
	p, other := o.player(t, "USD", "10.00"), o.player(t, "USD", "10.00")
	_, spun := p.connect(t, "slots").askForAll("action", spinPayload, "spin")
	path := "/rounds/" + spun.Payload.RoundID
	var record games.Record
	whole := p.get(t, path)
	whole.into(t, &record)

	show := func(what, token string) *reply {
		t.Helper()
		return s.do(t, "POST", "/replay/"+what, encode(t, map[string]string{"token": token}), nil)
	}
	var byPlayer, byOperator replayLinkData
	p.post(t, path+"/replay-links", `{"expiresInSeconds":300}`).into(t, &byPlayer)
	o.post(t, path+"/replay-links", `{}`).into(t, &byOperator)
	if byPlayer.URL != s.URL()+path+"#replay="+byPlayer.Token || byPlayer.Token == byOperator.Token ||
		time.Until(byOperator.ExpiresAt) < 23*time.Hour || time.Until(byPlayer.ExpiresAt) > 5*time.Minute {
		t.Errorf("links %+v and %+v", byPlayer, byOperator)
	}
	for _, link := range []replayLinkData{byPlayer, byOperator} {
		got := show("round", link.Token)
		var shown games.Record
		got.into(t, &shown)
		if shown.RoundID != record.RoundID || shown.ServerSeed != "" || shown.Payout != record.Payout {
			t.Errorf("shown %s, want %s", got.text, whole.text)
		}
		var found verificationData
		if show("verification", link.Token).into(t, &found); found.Verdict != "unrevealed" {
			t.Errorf("verdict %+v", found)
		}
	}
	p.post(t, "/seeds/rotate", `{}`).into(t, &struct{}{})
	var found verificationData
	if show("verification", byPlayer.Token).into(t, &found); found.Verdict != "verified" {
		t.Errorf("after the reveal: %+v", found)
	}

	other.post(t, path+"/replay-links", `{}`).wants(t, http.StatusNotFound, session.NotFound)
	stranger.post(t, path+"/replay-links", `{}`).wants(t, http.StatusNotFound, session.NotFound)
	o.post(t, "/rounds/x/replay-links", `{}`).wants(t, http.StatusNotFound, session.NotFound)
	for _, bad := range []string{`{"expiresInSeconds":299}`, `{"expiresInSeconds":2592001}`, `{"expiresInSeconds":"day"}`} {
		o.post(t, path+"/replay-links", bad).wants(t, http.StatusBadRequest, session.InvalidRequest)
	}

	// What is no token, is sealed for another use, or was changed in one character, shows nothing.
	vault, err := fairness.NewVault(testKeys()[0])
	must(t, err)
	sealed := vault.Seal(make([]byte, 40), []byte("state/"))
	bad := []string{"x", byPlayer.Token + "A", strings.Repeat("A", 512), base64.RawURLEncoding.EncodeToString(sealed), byPlayer.Token + "\n"}
	for i := range byPlayer.Token {
		changed := []byte(byPlayer.Token)
		if changed[i] = 'A'; byPlayer.Token[i] == 'A' {
			changed[i] = 'B'
		}
		bad = append(bad, string(changed))
	}
	for _, token := range bad {
		show("round", token).wants(t, http.StatusForbidden, session.Forbidden)
	}
	s.do(t, "GET", path, nil, http.Header{"Authorization": {"Bearer " + byPlayer.Token}}).wants(t, http.StatusUnauthorized, session.SessionExpired)

	clock.by.Store(int64(5 * time.Minute))
	if got := show("round", byPlayer.Token); got.status != http.StatusForbidden || !strings.Contains(got.text, "expired") {
		t.Errorf("after its time: %s", got.text)
	}
	show("verification", byPlayer.Token).wants(t, http.StatusForbidden, session.Forbidden)
	show("round", byOperator.Token).into(t, &record)
	if log := s.logs.String(); strings.Contains(log, byOperator.Token) || strings.Contains(log, byPlayer.Token) {
		t.Error("a link is in the log")
	}
}

// A player sees where he is signed in, and ends what he does not know; nobody ends another's.
func TestPlayersSeeTheirSessions(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p, other := o.player(t, "USD", "10.00"), o.player(t, "USD", "10.00")
	var launch struct{ LaunchToken string }
	o.post(t, "/auth/sso/create-token", map[string]string{"playerId": p.ExternalID, "currency": "USD", "jurisdiction": "MT", "locale": "en"}).into(t, &launch)
	var there sessionData
	s.post(t, "/auth/sso/exchange", map[string]string{"launchToken": launch.LaunchToken}).into(t, &there)
	elsewhere := *p
	elsewhere.token = there.SessionToken
	socket := elsewhere.connect(t, "slots")
	var list sessionsData
	p.get(t, "/sessions").into(t, &list)
	if len(list.Sessions) != 2 || !list.Sessions[1].Current || list.Sessions[0].Current || !list.Sessions[0].Active || !list.Sessions[1].Active {
		t.Fatalf("sessions %+v", list)
	}
	id := list.Sessions[0].SessionID
	other.post(t, "/sessions/"+id+"/end", nil).wants(t, http.StatusNotFound, session.NotFound)
	other.post(t, "/sessions/x/end", nil).wants(t, http.StatusNotFound, session.NotFound)
	var ended heldSession
	for range 2 { // the second time changes nothing
		p.post(t, "/sessions/"+id+"/end", nil).into(t, &ended)
		if ended.SessionID != id || ended.Active || ended.EndedAt == nil {
			t.Errorf("ended %+v", ended)
		}
	}
	if code, _ := socket.awaitClose(); code != closeNotAuthenticated {
		t.Errorf("its socket is closed with %d", code)
	}
	elsewhere.get(t, "/sessions").wants(t, http.StatusUnauthorized, session.SessionExpired)
	p.get(t, "/sessions?limit=1").into(t, &list)
	if len(list.Sessions) != 1 || list.Sessions[0].Active {
		t.Errorf("the newest is %+v", list)
	}
}
