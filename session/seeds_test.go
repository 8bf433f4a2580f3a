package session

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"

	"croupier/fairness"
	"croupier/games"
)

// rotated is a seed_rotated.
func (c chair) rotated(t testing.TB, id, clientSeed string) (SeedRotated, string) {
	t.Helper()
	text, err := c.Rotate(t.Context(), request(id, `{}`), clientSeed)
	must(t, err)
	var r SeedRotated
	must(t, json.Unmarshal(text, &r))
	return r, string(text)
}

func TestRotationRevealsWhatWasCommittedTo(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	c := b.sit(t, who, "slots")
	before, err := c.Seeds(t.Context())
	must(t, err)
	c.spin(t, "1")
	c.spin(t, "2")
	r, text := c.rotated(t, "rotate", "my own seed")
	seed, err := fairness.ParseServerSeed(r.Revealed.ServerSeed)
	must(t, err)
	if seed.Hash() != before.ServerSeedHash || r.Revealed.ServerSeedHash != before.ServerSeedHash ||
		r.Revealed.ClientSeed != before.ClientSeed || r.Revealed.ClientSeedBy != "server" || r.Revealed.Rounds != 2 {
		t.Errorf("revealed %+v, committed to %+v and played 2", r.Revealed, before)
	}
	if r.ServerSeedHash != before.NextServerSeedHash || r.ClientSeed != "my own seed" || r.ClientSeedBy != "player" || r.Nonce != 0 ||
		r.NextServerSeedHash == before.NextServerSeedHash {
		t.Errorf("now %+v, before %+v", r.SeedState, before)
	}
	now, err := c.Seeds(t.Context())
	must(t, err)
	if now != r.SeedState {
		t.Errorf("the state is %+v, told was %+v", now, r.SeedState)
	}
	b.stored(t, who, "rotate", text)
	if next := c.spin(t, "3"); next.Fair.Nonce != 0 || next.Fair.Hash != now.ServerSeedHash || next.Fair.ClientSeed != "my own seed" {
		t.Errorf("the first round under the new seeds: %s", next.text)
	}
	b.clean(t)
}

func TestRotationTakesEffectOnce(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	c := b.sit(t, who, "slots")
	first := c.spin(t, "spin")
	_, text := c.rotated(t, "rotate", "")
	other := b.open(t, SettlerConfig{}).sit(t, who, "slots")
	for _, at := range []chair{c, other} {
		at.spin(t, uuid.NewString()) // so that the seat knows its position
		if _, again := at.rotated(t, "rotate", ""); again != text {
			t.Errorf("answered %s, was %s", again, text)
		}
		at.spin(t, uuid.NewString())
		_, err := at.Rotate(t.Context(), request("spin", `{}`), "")
		wantCode(t, err, RequestReused)
		at.spin(t, uuid.NewString())
		_, err = at.Rotate(t.Context(), request("rotate", `{"clientSeed":"another"}`), "another")
		wantCode(t, err, RequestReused)
		_, err = at.Act(t.Context(), request("rotate", spinPayload))
		wantCode(t, err, RequestReused)
		_, err = at.Rotate(t.Context(), request("colon", `{"clientSeed":"a:b"}`), "a:b")
		wantCode(t, err, Malformed)
	}
	if again := c.spin(t, "spin"); again.text != first.text {
		t.Errorf("after the rotation answered %s, was %s", again.text, first.text)
	}
	if n := b.count(t, `SELECT count(*) FROM seed_pairs`); n != 3 {
		t.Errorf("%d seed pairs after one rotation", n)
	}
}

func TestRotationByRESTIsSeenAtTheSeat(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	c := b.sit(t, who, "slots")
	c.spin(t, "1")
	r, err := b.floor.RotateSeeds(t.Context(), who.ID, "")
	must(t, err)
	if next := c.spin(t, "2"); next.Fair.Nonce != 0 || next.Fair.Hash != r.ServerSeedHash {
		t.Errorf("%s after the rotation to %+v", next.text, r.SeedState)
	}
	now, err := b.floor.SeedsOf(t.Context(), who.ID)
	must(t, err)
	if now.Nonce != 1 || now.ServerSeedHash != r.ServerSeedHash {
		t.Errorf("state %+v", now)
	}
	_, err = b.floor.RotateSeeds(t.Context(), uuid.New(), "")
	wantCode(t, err, PlayerNotFound)
	_, err = b.floor.SeedsOf(t.Context(), uuid.New())
	wantCode(t, err, PlayerNotFound)
}

// A caller who got no answer sends the same again: the seeds are rotated once.
func TestRotationFromAPairTakesEffectOnce(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	before, err := b.floor.SeedsOf(t.Context(), who.ID)
	must(t, err)
	answers := make([]SeedRotated, 6)
	rotated := 0
	for i, err := range race(len(answers), func(i int) (err error) {
		answers[i], err = b.floor.RotateSeedsFrom(t.Context(), who.ID, before.ServerSeedHash, "mine")
		return err
	}) {
		if err == nil {
			rotated++
			if answers[i].Revealed.ServerSeedHash != before.ServerSeedHash || answers[i].ServerSeedHash != before.NextServerSeedHash {
				t.Errorf("rotated %+v from %+v", answers[i], before)
			}
			continue
		}
		// One that came while another was under way is not told what is active: that was not certain yet.
		if active := wantCode(t, err, Conflict).Details["serverSeedHash"]; active != nil && active != before.NextServerSeedHash {
			t.Errorf("active is said to be %v, want %s", active, before.NextServerSeedHash)
		}
		if answers[i] != (SeedRotated{}) {
			t.Errorf("refused, but told %+v", answers[i])
		}
	}
	if row := b.seat(t, who.ID); rotated != 1 || row.Seq != 1 {
		t.Errorf("rotated %d times, to pair %d", rotated, row.Seq)
	}
	_, err = b.floor.RotateSeedsFrom(t.Context(), who.ID, "", "mine")
	wantCode(t, err, Conflict)
}

func TestOpenRoundsRefuseARotation(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	c := b.sit(t, who, "ladder")
	opened := c.do(t, "1", betPayload)
	_, err := c.Rotate(t.Context(), request("2", `{}`), "")
	e := wantCode(t, err, InvalidAction)
	allowed, ok := e.Details["allowed"].([]string)
	rounds, _ := e.Details["openRounds"].([]uuid.UUID)
	if !ok || len(allowed) != 0 || e.Details["reason"] == "" || len(rounds) != 1 || rounds[0] != opened.RoundID {
		t.Errorf("details %+v", e.Details)
	}
}

func TestRotationsAtOnce(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	chairs := []chair{b.sit(t, who, "slots"), b.open(t, SettlerConfig{}).sit(t, who, "slots")}
	answers := make([]string, 8)
	for _, err := range race(len(answers), func(i int) error {
		text, err := chairs[i%2].Rotate(t.Context(), request("same", `{}`), "")
		answers[i] = string(text)
		return err
	}) {
		must(t, err)
	}
	for _, a := range answers[1:] {
		if a != answers[0] {
			t.Errorf("one request was answered %s and %s", a, answers[0])
		}
	}
	for _, err := range race(4, func(i int) error {
		return second(chairs[i%2].Rotate(t.Context(), request(uuid.NewString(), `{}`), ""))
	}) {
		must(t, err)
	}
	if row := b.seat(t, who.ID); row.Seq != 5 {
		t.Errorf("seed pair %d after 5 rotations", row.Seq)
	}
}

func TestSeedHistoryPages(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	for range 5 {
		_, err := b.floor.RotateSeeds(t.Context(), who.ID, "")
		must(t, err)
	}
	for _, limit := range []int{-1, 0, 1, 2, 5, 100} {
		var cursor *int32
		var seen []int32
		for {
			page, next, err := b.floor.SeedHistory(t.Context(), who.ID, cursor, limit)
			must(t, err)
			for _, s := range page {
				seen = append(seen, s.Seq)
				seed, err := fairness.ParseServerSeed(s.ServerSeed)
				must(t, err)
				if seed.Hash() != s.ServerSeedHash || s.RevealedAt.Before(s.ActivatedAt) {
					t.Errorf("%+v", s)
				}
			}
			if cursor = next; next == nil {
				break
			}
		}
		if len(seen) != 5 || seen[0] != 4 || seen[4] != 0 {
			t.Errorf("limit %d: pairs %v, want 4 to 0", limit, seen)
		}
	}
}

// A server seed that the database holds but that is not the committed one is never played.
func TestSeedsAreHeldAgainstTheirCommitment(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	other := fairness.NewServerSeed()
	_, err := b.admin.Exec(t.Context(), `UPDATE seed_pairs SET sealed_seed = $2 WHERE player_id = $1 AND seq = 0`,
		who.ID, b.vault.Seal([]byte(other.Reveal()), SeedAAD(who.ID, 0)))
	must(t, err)
	if _, err := b.floor.SeedsOf(t.Context(), who.ID); err == nil || !strings.Contains(err.Error(), "committed") {
		t.Errorf("error %v", err)
	}
}

func TestRecordedRoundsVerify(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "1000.00")
	spins, ladder := b.sit(t, who, "slots"), b.sit(t, who, "ladder")
	for i := range 5 {
		spins.spin(t, uuid.NewString())
		ladder.climb(t)
		if i%2 == 0 {
			ladder.cashOut(t, uuid.NewString())
		} else {
			for ladder.do(t, uuid.NewString(), climbPayload).Status == games.InProgress {
			}
		}
	}
	page, _, err := b.floor.ListRounds(t.Context(), RoundQuery{Operator: b.operator.ID, Player: who.ID, Limit: 1})
	must(t, err)
	if _, err := games.Verify(b.floor.Catalogue(), page[0]); err != games.ErrNotRevealed {
		t.Errorf("error %v before the rotation", err)
	}
	spins.rotated(t, "rotate", "")
	played := b.seatRounds(t, who)
	if len(played) < 10 {
		t.Errorf("%d rounds", len(played))
	}
	for i, record := range played {
		text, err := json.Marshal(record) // as an auditor gets it
		must(t, err)
		parsed, err := games.ParseRecord(text)
		must(t, err)
		report, err := games.Verify(b.floor.Catalogue(), parsed)
		must(t, err)
		if !report.OK || report.Forced || record.Nonce != uint64(len(played)-1-i) {
			t.Errorf("round %d: %+v of %s", i, report.Checks, text)
		}
	}
	b.clean(t)
}

// seatRounds returns all rounds of a player, newest first.
func (b *floorBundle) seatRounds(t testing.TB, who somebody) (all []games.Record) {
	t.Helper()
	for cursor := ""; ; {
		page, next, err := b.floor.ListRounds(t.Context(), RoundQuery{Operator: b.operator.ID, Player: who.ID, Cursor: cursor, Limit: MaxRounds})
		must(t, err)
		all = append(all, page...)
		if cursor = next; next == "" {
			return all
		}
	}
}

// Rotations of one player by REST must not take the connections that everybody else needs: one at a time, the others are refused.
func TestRotationsOfOnePlayerDoNotQueue(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "1.00")
	tx, err := b.admin.Begin(t.Context())
	must(t, err)
	defer func() { _ = tx.Rollback(t.Context()) }()
	_, err = tx.Exec(t.Context(), `SELECT FROM seats WHERE player_id = $1 FOR UPDATE`, who.ID)
	must(t, err)
	first := make(chan error)
	go func() {
		_, err := b.floor.RotateSeeds(t.Context(), who.ID, "")
		first <- err
	}()
	for { // until the first waits for the seat
		if _, under := b.floor.rotating.Load(who.ID); under {
			break
		}
	}
	_, err = b.floor.RotateSeeds(t.Context(), who.ID, "")
	wantCode(t, err, Conflict)
	must(t, tx.Rollback(t.Context()))
	must(t, <-first)
}
