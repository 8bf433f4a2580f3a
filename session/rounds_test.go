package session

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/games"
)

func TestRoundsAreListedInPages(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who, other := b.player(t, "1000.00"), b.player(t, "10.00")
	b.sit(t, other, "slots").spin(t, "other")
	spins, ladder := b.sit(t, who, "slots"), b.sit(t, who, "ladder")
	var want []string // newest first
	played := func(round uuid.UUID) { want = append([]string{round.String()}, want...) }
	for i := range 7 {
		played(spins.spin(t, uuid.NewString()).RoundID)
		if i == 3 {
			spins.rotated(t, "rotate", "")
		}
	}
	open := ladder.do(t, "bet", betPayload).RoundID
	played(open)
	for _, limit := range []int{-5, 0, 1, 3, 8, 9, 10_000} {
		var got []string
		for cursor := ""; ; {
			page, next, err := b.floor.ListRounds(t.Context(), RoundQuery{Operator: b.operator.ID, Player: who.ID, Cursor: cursor, Limit: limit})
			must(t, err)
			if len(page) > max(1, limit) || len(page) == 0 {
				t.Fatalf("limit %d: a page of %d", limit, len(page))
			}
			for _, r := range page {
				got = append(got, r.RoundID)
			}
			if cursor = next; next == "" {
				break
			}
		}
		if len(got) != len(want) {
			t.Fatalf("limit %d: %d rounds, want %d", limit, len(got), len(want))
		}
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("limit %d: round %d is %s, want %s", limit, i, got[i], want[i])
			}
		}
	}
	page, next, err := b.floor.ListRounds(t.Context(), RoundQuery{Operator: b.operator.ID, Player: who.ID, GameID: "ladder", Limit: 5})
	must(t, err)
	if len(page) != 1 || next != "" || page[0].RoundID != open.String() || page[0].Status != games.InProgress || page[0].ServerSeed != "" {
		t.Errorf("ladder rounds %+v, next %q", page, next)
	}
	for _, cursor := range []string{"x", "1", "1-", "-1", "1-2-3", "1-x", "99999999999-1", "1-99999999999999999999", " 1-2"} {
		_, _, err := b.floor.ListRounds(t.Context(), RoundQuery{Operator: b.operator.ID, Player: who.ID, Cursor: cursor, Limit: 5})
		wantCode(t, err, InvalidRequest)
	}
	page, next, err = b.floor.ListRounds(t.Context(), RoundQuery{Operator: uuid.New(), Player: who.ID, Limit: 5})
	must(t, err)
	if len(page) != 0 || page == nil || next != "" {
		t.Errorf("another operator sees %v", page)
	}
}

func TestRoundsAreFilteredByTimeAndStatus(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	spins, ladder := b.sit(t, who, "slots"), b.sit(t, who, "ladder")
	one, open, two := spins.spin(t, "1").RoundID, ladder.do(t, "bet", betPayload).RoundID, spins.spin(t, "2").RoundID
	record, err := b.floor.Round(t.Context(), b.operator.ID, nil, open)
	must(t, err)
	middle := record.Actions[0].At
	for name, test := range map[string]struct {
		q    RoundQuery
		want []uuid.UUID // newest first
	}{
		"all":               {RoundQuery{}, []uuid.UUID{two, open, one}},
		"open ones":         {RoundQuery{Status: games.InProgress}, []uuid.UUID{open}},
		"completed ones":    {RoundQuery{Status: games.Completed}, []uuid.UUID{two, one}},
		"from a time":       {RoundQuery{From: middle}, []uuid.UUID{two, open}},
		"before a time":     {RoundQuery{To: middle}, []uuid.UUID{one}},
		"between two times": {RoundQuery{From: middle, To: middle.Add(time.Microsecond)}, []uuid.UUID{open}},
		"none":              {RoundQuery{From: middle, To: middle}, nil},
		"of all kinds":      {RoundQuery{GameID: "slots", Status: games.Completed, From: middle}, []uuid.UUID{two}},
	} {
		test.q.Operator, test.q.Player, test.q.Limit = b.operator.ID, who.ID, 1
		var got []uuid.UUID
		for first := true; first || test.q.Cursor != ""; first = false {
			page, next, err := b.floor.ListRounds(t.Context(), test.q)
			must(t, err)
			for _, r := range page {
				got = append(got, uuid.MustParse(r.RoundID))
			}
			test.q.Cursor = next
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestRoundIsOnlyForThoseItConcerns(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who, other := b.player(t, "10.00"), b.player(t, "10.00")
	round := b.sit(t, who, "slots").spin(t, "spin").RoundID
	for _, owner := range []*uuid.UUID{nil, &who.ID} {
		if _, err := b.floor.Round(t.Context(), b.operator.ID, owner, round); err != nil {
			t.Error(err)
		}
	}
	for _, ask := range []struct {
		operator, round uuid.UUID
		player          *uuid.UUID
	}{{b.operator.ID, round, &other.ID}, {uuid.New(), round, nil}, {b.operator.ID, uuid.New(), nil}} {
		_, err := b.floor.Round(t.Context(), ask.operator, ask.player, ask.round)
		wantCode(t, err, NotFound)
	}
}

func TestRecordHoldsEveryAction(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "1000.00")
	c := b.sit(t, who, "steps")
	up := c.climb(t)
	paid := c.cashOut(t, "cash")
	record, err := b.floor.Round(t.Context(), b.operator.ID, nil, up.RoundID)
	must(t, err)
	if record.GameID != "ladder" || record.Variant != "RTP_96" || record.Status != games.CashedOut || record.Stake != "1.00" ||
		record.Payout != paid.Win || record.Forced != nil || len(record.Actions) != 3 {
		t.Fatalf("record %+v", record)
	}
	last := record.Actions[2]
	if last.Type != games.TypeCashOut || last.RequestID != "cash" || last.Payout != paid.Win || last.Balance != paid.Balance.After || last.Step != 2 {
		t.Errorf("cash-out %+v, told was %s", last, paid.text)
	}
	if string(record.Actions[1].Outcome) != string(up.Outcome) || record.Actions[0].Stake != "1.00" || string(record.Actions[0].Payload) != betPayload {
		t.Errorf("actions %+v", record.Actions)
	}
	b.stored(t, who, "cash", paid.text)
}

// force asks for a ladder's outcome by hand, as the sandbox does.
func (b *floorBundle) force(t testing.TB, who somebody, game, outcome string) {
	t.Helper()
	g, _ := b.floor.Catalogue().Lookup(game)
	script, err := b.floor.defaultBuild(g).variant.Engine.Force(json.RawMessage(outcome))
	must(t, err)
	text, err := json.Marshal(script)
	must(t, err)
	_, err = b.admin.Exec(t.Context(), `WITH moved AS (UPDATE seats SET version = version + 1 WHERE player_id = $1)
		INSERT INTO forced_outcomes (player_id, game_id, script, created_at) VALUES ($1, $2, $3, now())`, who.ID, game, text)
	must(t, err)
}

func TestForcedOutcomeIsPlayedOnceAndMarked(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "1000.00")
	c := b.sit(t, who, "ladder")
	c.warmUp(t) // the position is known before the outcome is forced
	b.force(t, who, "ladder", `{"fallOnRung": 3}`)
	b.sit(t, who, "slots").spin(t, "slots") // does not use it up
	bet := c.do(t, "bet", betPayload)
	if n := b.count(t, `SELECT count(*) FROM forced_outcomes`); n != 0 {
		t.Error("the forced outcome was not used up")
	}
	here, there := c, b.open(t, SettlerConfig{}).sit(t, who, "ladder") // which reads the script from the round
	for rung := 1; rung <= 3; rung++ {
		here, there = there, here
		if up := here.do(t, uuid.NewString(), climbPayload); (up.Status == games.InProgress) != (rung < 3) {
			t.Fatalf("rung %d: %s, should fall on rung 3", rung, up.text)
		}
	}
	free := c.do(t, "free", betPayload)
	c.do(t, "end", climbPayload)
	for round, forced := range map[uuid.UUID]bool{bet.RoundID: true, free.RoundID: false} {
		record, err := b.floor.Round(t.Context(), b.operator.ID, nil, round)
		must(t, err)
		if (record.Forced != nil) != forced {
			t.Errorf("round %s is marked %v", round, record.Forced)
		}
	}
	if again := c.do(t, "bet", betPayload); again.text != bet.text {
		t.Errorf("answered %s, was %s", again.text, bet.text)
	}
	if up, _ := c.Recover(t.Context()); up != nil {
		c.cashOut(t, "so that the seeds can be revealed")
	}
	c.rotated(t, "rotate", "")
	for _, record := range b.seatRounds(t, who) {
		report, err := games.Verify(b.floor.Catalogue(), record)
		must(t, err)
		if !report.OK || report.Forced != (record.RoundID == bet.RoundID.String()) {
			t.Errorf("round %s: %+v", record.RoundID, report)
		}
	}
	b.clean(t)
}

// warmUp plays some ladder to its end.
func (c chair) warmUp(t testing.TB) {
	t.Helper()
	c.climb(t)
	c.cashOut(t, uuid.NewString())
}
