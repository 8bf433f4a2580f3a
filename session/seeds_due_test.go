package session

import (
	"bytes"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/fairness"
)

// policy sets the operator's seed policy.
func (b *floorBundle) policy(t testing.TB, rounds, hours int32) {
	t.Helper()
	must(t, second(NewOperators(b.db, b.vault, time.Now).
		Change(t.Context(), b.operator.ID, Settings{Seeds: &SeedPolicy{Rounds: rounds, Hours: hours}}, KeyAdmin{name: "test"})))
}

// lastingSessions makes everybody's session good for years, for tests that put the clock forward.
func (b *floorBundle) lastingSessions(t testing.TB) {
	t.Helper()
	must(t, second(b.admin.Exec(t.Context(), `UPDATE sessions SET expires_at = now() + interval '10 years'`)))
}

// knows makes the visit's client know its seeds, as a client does that asks for them.
func (c chair) knows(t testing.TB) SeedState {
	t.Helper()
	seeds, err := c.Seeds(t.Context())
	must(t, err)
	return seeds
}

// spins plays rounds of slots.
func (c chair) spins(t testing.TB, n int) (last told) {
	t.Helper()
	for range n {
		last = c.spin(t, uuid.NewString())
	}
	return last
}

// rotatesAged runs the job once, which must rotate the seeds of so many players.
func (n *node) rotatesAged(t testing.TB, limit, want int) {
	t.Helper()
	if rotated, err := n.floor.RotateAgedSeeds(t.Context(), limit); err != nil || rotated != want {
		t.Errorf("%d rotated, want %d: %v", rotated, want, err)
	}
}

// onPair wants a player to be on a seed pair.
func (b *floorBundle) onPair(t testing.TB, who somebody, seq int32) {
	t.Helper()
	if row := b.seat(t, who.ID); row.Seq != seq {
		t.Errorf("seat %+v, want it on pair %d", row, seq)
	}
}

// rotatedEvent is the visit's event of a rotation that is there already. News of it by way of the database may come before it.
func (c chair) rotatedEvent(t testing.TB) *SeedRotated {
	t.Helper()
	for {
		select {
		case e := <-c.events:
			if e.Rotated != nil {
				return e.Rotated
			}
			if !e.Seeds {
				t.Fatalf("event %+v, want a rotation", e)
			}
		default:
			t.Fatal("no event of a rotation")
		}
	}
}

func TestSeedsRotateAfterSoManyRounds(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.policy(t, 10, 0)
	elsewhere := b.open(t, SettlerConfig{})
	elsewhere.listen(t)
	who := b.player(t, "100.00")
	elsewhere.heard(t) // of the deposit
	c, far := b.sit(t, who, "slots"), elsewhere.sit(t, who, "dice")
	before := c.knows(t)
	far.knows(t)
	c.spins(t, 9)
	c.quiet(t)
	if last := c.spins(t, 1); last.Fair.Nonce != 9 || last.Fair.Hash != before.ServerSeedHash {
		t.Errorf("the tenth round was played under %+v", last.Fair)
	}
	r := c.rotatedEvent(t) // it is there before the answer is
	seed, err := fairness.ParseServerSeed(r.Revealed.ServerSeed)
	must(t, err)
	if seed.Hash() != before.ServerSeedHash || r.Revealed.Rounds != 10 || r.Revealed.ClientSeed != before.ClientSeed ||
		r.ServerSeedHash != before.NextServerSeedHash || r.ClientSeedBy != "server" || r.ClientSeed == before.ClientSeed || r.Nonce != 0 {
		t.Errorf("rotated %+v from %+v", r, before)
	}
	history, _, err := b.floor.SeedHistory(t.Context(), who.ID, nil, 10)
	must(t, err)
	if len(history) != 1 || history[0].RevealedSeed != r.Revealed || history[0].RevealedAt.Before(history[0].ActivatedAt) {
		t.Errorf("history %+v", history)
	}
	if e := far.event(t); !e.Seeds {
		t.Errorf("event %+v on the other server", e)
	}
	if told, err := far.Rotation(t.Context()); err != nil || told == nil || *told != *r {
		t.Errorf("there told %+v, %v, here %+v", told, err, r)
	}
	if again, err := far.Rotation(t.Context()); err != nil || again != nil {
		t.Errorf("told again: %+v, %v", again, err)
	}
	if next := c.spins(t, 1); next.Fair.Nonce != 0 || next.Fair.Hash != r.ServerSeedHash || next.Fair.ClientSeed != r.ClientSeed {
		t.Errorf("the next round was played under %+v", next.Fair)
	}
	b.clean(t)
}

func TestSeedsDoNotRotateUnderAnOpenRound(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.policy(t, 10, 1)
	who := b.player(t, "1000.00")
	c, ladder := b.sit(t, who, "slots"), b.sit(t, who, "ladder")
	c.knows(t)
	c.spins(t, 9)
	must(t, b.floor.ForceOutcome(t.Context(), b.operator.ID, who.ID, "ladder", []byte(`{"fallOnRung":null}`)))
	ladder.do(t, "bet", betPayload)
	c.spins(t, 5)
	b.later(t, 24*time.Hour).rotatesAged(t, 10, 0)
	if row := b.seat(t, who.ID); row.Seq != 0 || row.Nonce != 15 {
		t.Errorf("seat %+v, want 15 rounds under the first pair", row)
	}
	c.quiet(t)
	ladder.do(t, "climb", climbPayload)
	c.quiet(t)
	ladder.cashOut(t, "out")
	if r := c.rotatedEvent(t); r.Revealed.Rounds != 15 {
		t.Errorf("rotated %+v", r)
	}
	b.clean(t)
}

// The job finds the players who are away. Who plays, or comes back, does not wait for it.
func TestSeedsRotateAfterSoManyHours(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.policy(t, 0, 24)
	away, back, idle := b.player(t, "10.00"), b.player(t, "10.00"), b.player(t, "10.00")
	b.lastingSessions(t)
	b.sit(t, away, "slots").spins(t, 3)
	b.sit(t, back, "slots").spins(t, 2)
	hours := func(n int) *node { return b.later(t, time.Duration(n)*time.Hour) }
	hours(23).rotatesAged(t, 100, 0)
	// Who comes back is told nothing but the new seeds.
	c := hours(25).sit(t, back, "slots")
	if r, err := c.Recover(t.Context()); err != nil || r != nil {
		t.Errorf("recovered %+v, %v", r, err)
	}
	c.quiet(t)
	if seeds := c.knows(t); seeds.Nonce != 0 || b.seat(t, back.ID).Seq != 1 {
		t.Errorf("seeds %+v", seeds)
	}
	hours(25).rotatesAged(t, 100, 1)
	hours(26).rotatesAged(t, 100, 0)
	b.onPair(t, away, 1)
	b.onPair(t, idle, 0)
	hours(200).rotatesAged(t, 100, 0) // nothing was played since: there is nothing to reveal
	// A player under whose eyes the time is over is told after a round.
	n := hours(100)
	p := n.sit(t, back, "slots")
	p.knows(t)
	p.spins(t, 1)
	if r := p.rotatedEvent(t); r.Revealed.Rounds != 1 {
		t.Errorf("rotated %+v", r)
	}
	b.clean(t)
}

// A round that nobody finishes keeps the seeds in use until it is ended.
func TestSeedsRotateWhenAnAbandonedRoundIsEnded(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.policy(t, 0, 1)
	who := b.player(t, "10.00")
	b.sit(t, who, "ladder").do(t, "bet", betPayload)
	n := b.later(t, 25*time.Hour)
	n.rotatesAged(t, 10, 0)
	if ended := n.expire(t); ended != 1 {
		t.Errorf("%d rounds were ended", ended)
	}
	b.onPair(t, who, 1)
	b.clean(t)
}

func TestServersThatRotateAtOnceRotateOnce(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.policy(t, 10, 24)
	crowd := make([]somebody, 12)
	for i := range crowd {
		crowd[i] = b.player(t, "100.00")
		b.sit(t, crowd[i], "slots").spins(t, 1+i%3)
	}
	b.lastingSessions(t)
	nodes := []*node{b.later(t, 25*time.Hour), b.later(t, 25*time.Hour)}
	var rotated atomic.Int64
	for _, err := range race(4, func(i int) error {
		n, err := nodes[i%2].floor.RotateAgedSeeds(t.Context(), 100)
		rotated.Add(int64(n))
		return err
	}) {
		must(t, err)
	}
	if rotated.Load() != int64(len(crowd)) {
		t.Errorf("%d rotations of %d players", rotated.Load(), len(crowd))
	}
	// And by playing on two servers at once: the pair changes after 10 rounds or a few more, never twice.
	who := crowd[0]
	chairs := []chair{nodes[0].sit(t, who, "slots"), nodes[1].sit(t, who, "slots")}
	for _, err := range race(2, func(i int) error {
		for range 15 {
			err := error(busy())
			for r := request(uuid.NewString(), spinPayload); errors.Is(err, busy()); { // the two move each other's player
				err = second(chairs[i].Act(t.Context(), r))
			}
			if err != nil {
				return err
			}
		}
		return nil
	}) {
		must(t, err)
	}
	rows, err := b.admin.Query(t.Context(), `SELECT rounds FROM seed_pairs
		WHERE player_id = $1 AND revealed_at IS NOT NULL AND seq > 0`, who.ID)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var n int
		must(t, rows.Scan(&n))
		if n < 10 {
			t.Errorf("a pair was rotated after %d rounds", n)
		}
	}
	b.clean(t)
}

func TestRunOfTheJobIsBounded(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.policy(t, 0, 1)
	for range 5 {
		b.sit(t, b.player(t, "10.00"), "slots").spins(t, 1)
	}
	n := b.later(t, 2*time.Hour)
	for _, want := range []int{2, 2, 1, 0} {
		n.rotatesAged(t, 2, want)
	}
}

// A rotation that cannot be made is no reason not to play.
func TestRotationThatFailsDoesNotStopPlay(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.policy(t, 10, 0)
	log := &bytes.Buffer{}
	b.floor.log = slog.New(slog.NewTextHandler(log, nil))
	who := b.player(t, "100.00")
	c := b.sit(t, who, "slots")
	c.knows(t)
	c.spins(t, 9)
	const damage = `UPDATE seed_pairs SET sealed_seed = $2 WHERE player_id = $1 AND seq = 0`
	var good []byte
	must(t, b.admin.QueryRow(t.Context(), `SELECT sealed_seed FROM seed_pairs WHERE player_id = $1 AND seq = 0`, who.ID).Scan(&good))
	must(t, second(b.admin.Exec(t.Context(), damage, who.ID, append(good[:len(good):len(good)], 0))))
	c.spins(t, 1)
	c.quiet(t)
	if n := strings.Count(log.String(), "seeds are due and not rotated"); n != 1 {
		t.Errorf("logged %d times: %s", n, log)
	}
	must(t, second(b.admin.Exec(t.Context(), damage, who.ID, good)))
	c.spins(t, 3)
	c.quiet(t) // it is left alone for a minute
	b.floor.now = func() time.Time { return time.Now().Add(2 * againAfter) }
	c.spins(t, 1)
	if r := c.rotatedEvent(t); r.Revealed.Rounds != 14 {
		t.Errorf("rotated %+v", r)
	}
	b.clean(t)
}

func TestRotationElsewhereIsTold(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.listen(t)
	who := b.player(t, "10.00")
	b.heard(t)
	c, other, stranger := b.sit(t, who, "slots"), b.sit(t, who, "ladder"), b.sit(t, who, "dice")
	c.knows(t)
	other.knows(t)
	r, _ := c.rotated(t, "rotate", "mine")
	for _, v := range []chair{c, other, stranger} {
		if e := v.event(t); !e.Seeds {
			t.Errorf("event %+v", e)
		}
	}
	if told, err := other.Rotation(t.Context()); err != nil || told == nil || *told != r {
		t.Errorf("told %+v, %v, want %+v", told, err, r)
	}
	for name, v := range map[string]chair{"who rotated": c, "who was told nothing yet": stranger} {
		if told, err := v.Rotation(t.Context()); err != nil || told != nil {
			t.Errorf("%s is told %+v, %v", name, told, err)
		}
	}
	must(t, second(b.floor.RotateSeeds(t.Context(), who.ID, "")))
	b.heard(t)
	// What is missed while nobody listens is made up for.
	deaf := b.open(t, SettlerConfig{})
	d := deaf.sit(t, who, "slots")
	d.knows(t)
	must(t, second(b.floor.RotateSeeds(t.Context(), who.ID, "")))
	deaf.listen(t)
	if e := d.event(t); !e.Seeds {
		t.Errorf("event %+v", e)
	}
}

func TestSeedPolicyIsCheckedAndKnownAtOnce(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.listen(t)
	operators, nobody := NewOperators(b.db, b.vault, time.Now), KeyAdmin{name: "test"}
	for field, bad := range map[string][]SeedPolicy{
		"rounds": {{Rounds: -1}, {Rounds: 9}, {Rounds: 1_000_001}}, "hours": {{Hours: -1}, {Hours: 8761}, {Rounds: 10, Hours: 9000}},
	} {
		for _, p := range bad {
			if e := wantCode(t, second(operators.Change(t.Context(), b.operator.ID, Settings{Seeds: &p}, nobody)), InvalidRequest); e.Details["field"] != field {
				t.Errorf("%+v is refused for %v", p, e.Details)
			}
		}
	}
	wantCode(t, second(operators.Change(t.Context(), uuid.New(), Settings{Seeds: &SeedPolicy{}}, nobody)), NotFound)
	who := b.player(t, "100.00")
	b.heard(t)
	c := b.sit(t, who, "slots")
	c.knows(t)
	c.spins(t, 20)
	c.quiet(t)
	b.policy(t, 20, 8760)
	if o, err := operators.ByID(t.Context(), b.operator.ID); err != nil || o.Seeds != (SeedPolicy{20, 8760}) {
		t.Errorf("operator %+v, %v", o, err)
	}
	b.heard(t)
	c.spins(t, 1)
	c.rotatedEvent(t)
	b.policy(t, 0, 0)
	if list, err := operators.List(t.Context()); err != nil || list[0].Seeds != (SeedPolicy{}) {
		t.Errorf("operators %+v, %v", list, err)
	}
	b.heard(t)
	c.spins(t, 25)
	if row := b.seat(t, who.ID); row.Nonce != 25 {
		t.Errorf("seat %+v", row)
	}
}
