package api

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/session"
)

// spin plays a round of slots for a dollar and returns its id.
func (p *testPlayer) spin(t testing.TB) string {
	t.Helper()
	claims, err := p.server.Tokens.Verify(t.Context(), p.token)
	must(t, err)
	visit, err := p.server.Floor.Sit(t.Context(), session.Guest{Player: claims.PlayerID, Session: claims.SessionID, Game: "slots", Notify: func(session.Event) {}})
	must(t, err)
	defer visit.Leave()
	answer, err := visit.Act(t.Context(), session.Request{ID: uuid.NewString(), Action: "spin",
		Payload: json.RawMessage(`{"action":"spin","betPerLine":0.05,"activePaylines":20}`)})
	must(t, err)
	var round struct{ RoundID string }
	must(t, json.Unmarshal(answer, &round))
	return round.RoundID
}

func TestGames(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "JPY", "0")
	type game struct {
		GameID, Variant, RulesHash string
		Aliases                    []string
		RTP                        rtpData
		Limits                     map[string]map[string]json.Number
	}
	var forPlayer, forOperator struct{ Games []game }
	p.get(t, "/games").into(t, &forPlayer)
	o.get(t, "/games").into(t, &forOperator)
	offered := len(testCatalogue().Games())
	if len(forPlayer.Games) != offered || forPlayer.Games[0].GameID != "slots" || len(forPlayer.Games[0].Limits) != 1 || forPlayer.Games[0].Limits["JPY"]["min"] == "" {
		t.Errorf("a player sees %+v", forPlayer)
	}
	if len(forOperator.Games) != offered || len(forOperator.Games[0].Limits) < 100 {
		t.Errorf("an operator sees %+v", forOperator)
	}
	var one game
	p.get(t, "/games/slotty-slots").into(t, &one)
	if one.GameID != "slots" || one.Variant != "RTP_96" || !strings.HasPrefix(one.RTP.Decimal, "0.95") || !strings.Contains(one.RTP.Fraction, "/") {
		t.Errorf("got %+v", one)
	}
	for _, path := range []string{"/games/roulette", "/games/roulette/config", "/games/%00"} {
		p.get(t, path).wants(t, http.StatusNotFound, session.NotFound)
	}
}

func TestRulesAreServedAsTheyAreHashed(t *testing.T) {
	t.Parallel()
	o := newTestServer(t).operator(t)
	var config struct {
		RulesHash, RulesText string
		Rules                json.RawMessage
		Variants             []variantData
	}
	o.get(t, "/games/slots/config").into(t, &config)
	for form, text := range map[string]string{"rules": string(config.Rules), "rulesText": config.RulesText} {
		if sum := sha256.Sum256([]byte(text)); hex.EncodeToString(sum[:]) != config.RulesHash {
			t.Errorf("SHA-256 of %s is not the rulesHash", form)
		}
	}
	if len(config.Variants) != 4 {
		t.Errorf("variants %+v, want four", config.Variants)
	}
}

func TestRounds(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p, other, rival := o.player(t, "USD", "100"), o.player(t, "USD", "0"), s.operator(t)
	ids := []string{p.spin(t), p.spin(t), p.spin(t)}

	var listed []string
	cursor := ""
	for range 3 {
		var page struct {
			Rounds     []json.RawMessage
			NextCursor string
		}
		p.get(t, "/rounds?limit=2&gameId=slotty-slots"+cursor).into(t, &page)
		for _, text := range page.Rounds {
			rec, err := games.ParseRecord(text)
			must(t, err)
			listed = append([]string{rec.RoundID}, listed...)
		}
		if cursor = "&cursor=" + page.NextCursor; page.NextCursor == "" {
			break
		}
	}
	if fmt.Sprint(listed) != fmt.Sprint(ids) {
		t.Errorf("listed %v, played %v", listed, ids)
	}
	path := "/rounds/" + ids[0]
	for name, reply := range map[string]*reply{"player": p.get(t, path), "operator": o.get(t, path)} {
		var record json.RawMessage
		reply.into(t, &record)
		rec, err := games.ParseRecord(record)
		must(t, err)
		if rec.Stake != "1.00" || len(rec.Actions) != 1 || rec.ServerSeed != "" || rec.Forced != nil {
			t.Errorf("%s: record %s", name, record)
		}
	}
	other.get(t, path).wants(t, http.StatusNotFound, session.NotFound)
	rival.get(t, path).wants(t, http.StatusNotFound, session.NotFound)
	p.get(t, "/rounds/x").wants(t, http.StatusNotFound, session.NotFound)
	p.get(t, "/rounds/"+uuid.NewString()).wants(t, http.StatusNotFound, session.NotFound)
	for _, query := range []string{"cursor=x", "limit=101", "gameId=roulette"} {
		p.get(t, "/rounds?"+query).wants(t, http.StatusBadRequest, session.InvalidRequest)
	}
	var all struct {
		Rounds []struct{ RoundID, PlayerID string }
	}
	o.get(t, "/rounds").into(t, &all)
	if len(all.Rounds) != 3 || fmt.Sprint(all.Rounds[0].PlayerID) != p.ID {
		t.Errorf("of all players: %+v", all.Rounds)
	}
	rival.get(t, "/rounds").into(t, &all)
	if len(all.Rounds) != 0 {
		t.Errorf("another operator sees %+v", all.Rounds)
	}
	for _, query := range []string{"cursor=x", "minPayout=1e3", "forced=maybe", "status=open"} {
		o.get(t, "/rounds?"+query).wants(t, http.StatusBadRequest, session.InvalidRequest)
	}
	o.get(t, "/rounds?forced=true&playerId="+p.ID).wants(t, http.StatusBadRequest, session.InvalidRequest)
	o.get(t, "/rounds?playerId="+p.ExternalID).into(t, &struct{}{})
}

func TestSeeds(t *testing.T) {
	t.Parallel()
	p := newTestServer(t).operator(t).player(t, "USD", "100")
	var before, after session.SeedState
	p.get(t, "/seeds").into(t, &before)
	round := p.spin(t)
	for _, seed := range []string{"a:b", "a#b", "ü", strings.Repeat("x", 65)} {
		reply := p.post(t, "/seeds/rotate", map[string]any{"clientSeed": seed})
		reply.wants(t, http.StatusBadRequest, session.InvalidRequest)
		if reply.fields()["clientSeed"] == "" {
			t.Errorf("client seed %.10q: fields %v", seed, reply.fields())
		}
	}
	var rotated session.SeedRotated
	p.post(t, "/seeds/rotate", map[string]any{"clientSeed": "my seed"}).into(t, &rotated)
	if sum := sha256.Sum256([]byte(rotated.Revealed.ServerSeed)); hex.EncodeToString(sum[:]) != before.ServerSeedHash {
		t.Error("what was revealed is not what was committed")
	}
	p.get(t, "/seeds").into(t, &after)
	if after != rotated.SeedState || after.ServerSeedHash != before.NextServerSeedHash || after.ClientSeed != "my seed" || after.Nonce != 0 || rotated.Revealed.Rounds != 1 {
		t.Errorf("before %+v, rotated %+v, after %+v", before, rotated, after)
	}
	var record struct{ ServerSeed string }
	p.get(t, "/rounds/"+round).into(t, &record)
	if record.ServerSeed != rotated.Revealed.ServerSeed {
		t.Errorf("record's server seed %q", record.ServerSeed)
	}
	p.post(t, "/seeds/rotate", "{}").into(t, &rotated)
	if rotated.ClientSeedBy != "server" {
		t.Errorf("client seed by %q", rotated.ClientSeedBy)
	}
	var page, last struct {
		Seeds      []session.PastSeed
		NextCursor string
	}
	p.get(t, "/seeds/history?limit=1").into(t, &page)
	p.get(t, "/seeds/history?limit=1&cursor="+page.NextCursor).into(t, &last)
	if len(page.Seeds) != 1 || page.Seeds[0].Seq != 1 || len(last.Seeds) != 1 || last.Seeds[0].Seq != 0 || last.NextCursor != "" {
		t.Errorf("pages %+v %+v", page, last)
	}
	p.get(t, "/seeds/history?limit=100").into(t, &page)
	p.get(t, "/seeds/history?limit=101").wants(t, http.StatusBadRequest, session.InvalidRequest)
	p.get(t, "/seeds/history?cursor=x").wants(t, http.StatusBadRequest, session.InvalidRequest)
	p.get(t, "/seeds/history?cursor=9999999999").wants(t, http.StatusBadRequest, session.InvalidRequest)
}

// Only leaving the client seed out means that the server makes one, and a rotation that names its pair is made once.
func TestRotationsThatAreRefused(t *testing.T) {
	t.Parallel()
	p := newTestServer(t).operator(t).player(t, "USD", "0")
	var before, after session.SeedState
	p.get(t, "/seeds").into(t, &before)
	for body, field := range map[string]string{
		`{"clientSeed":null}`: "clientSeed", `{"clientSeed":""}`: "clientSeed", `{"clientSeed":7}`: "clientSeed", `{"clientSeed":["x"]}`: "clientSeed",
		`{"expectedServerSeedHash":null}`: "expectedServerSeedHash", `{"expectedServerSeedHash":""}`: "expectedServerSeedHash",
		`{"expectedServerSeedHash":"` + strings.ToUpper(before.ServerSeedHash) + `"}`: "expectedServerSeedHash",
	} {
		reply := p.post(t, "/seeds/rotate", body)
		reply.wants(t, http.StatusBadRequest, session.InvalidRequest)
		if reply.fields()[field] == "" {
			t.Errorf("%s: fields %v", body, reply.fields())
		}
	}
	p.get(t, "/seeds").into(t, &after)
	if after != before {
		t.Errorf("refused, but rotated: %+v", after)
	}
	again := map[string]any{"expectedServerSeedHash": before.ServerSeedHash, "clientSeed": "mine"}
	var rotated session.SeedRotated
	p.post(t, "/seeds/rotate", again).into(t, &rotated)
	if rotated.ClientSeed != "mine" || rotated.Revealed.ServerSeedHash != before.ServerSeedHash {
		t.Errorf("rotated %+v", rotated)
	}
	reply := p.post(t, "/seeds/rotate", again)
	reply.wants(t, http.StatusConflict, session.Conflict)
	if reply.Error.Details["serverSeedHash"] != rotated.ServerSeedHash {
		t.Errorf("details %v", reply.Error.Details)
	}
	p.get(t, "/seeds").into(t, &after)
	if after != rotated.SeedState {
		t.Errorf("now %+v, rotated to %+v", after, rotated.SeedState)
	}
}

// A forced round comes out as asked once, and its record says so.
func TestForcedRound(t *testing.T) {
	t.Parallel()
	o := newTestServer(t).operator(t)
	p := o.player(t, "USD", "100")
	force := `{"playerId":"` + p.ID + `","gameId":"slots","outcome":{"reelPositions":[4,3,2,1,0]}}`
	forced := func() (positions string, marked bool) {
		t.Helper()
		var rec struct {
			Actions []struct {
				Outcome struct{ ReelPositions []int }
			}
			Forced map[string][]uint32
		}
		p.get(t, "/rounds/"+p.spin(t)).into(t, &rec)
		return fmt.Sprint(rec.Actions[0].Outcome.ReelPositions), rec.Forced != nil
	}
	o.post(t, "/test/force-outcome", force).into(t, &forceData{})
	if positions, marked := forced(); positions != "[4 3 2 1 0]" || !marked {
		t.Errorf("forced round: %s, marked %v", positions, marked)
	}
	if _, marked := forced(); marked {
		t.Error("the round after it was forced too")
	}
	o.post(t, "/test/force-outcome", force).into(t, &forceData{})
	o.post(t, "/test/players/"+p.ID+"/reset", `{"amount":10,"currency":"USD"}`).into(t, &struct{}{})
	if _, marked := forced(); marked {
		t.Error("a reset did not forget the forced outcome")
	}
}
