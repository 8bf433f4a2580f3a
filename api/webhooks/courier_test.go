package webhooks

import (
	"context"
	"errors"
	"math/big"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/session"
	"croupier/wallet"
)

// An operator's endpoints are each told what they want, and one that fails keeps none of the others waiting.
func TestEachEndpointIsToldWhatItWants(t *testing.T) {
	t.Parallel()
	b := setup(t)
	all, rounds, money := b.hear(t, Spec{}, AllEvents), b.hear(t, Spec{}, wallet.RoundCompleted), b.hear(t, Spec{}, wallet.DepositConfirmed)
	broken := b.hear(t, Spec{}, AllEvents)
	broken.answers(func(told) int { return http.StatusInternalServerError })
	p := b.player(t, "100.00")
	for range 3 {
		p.spin(t)
	}
	b.deliver(t)
	if len(rounds.got()) != 3 || len(money.got()) != 1 || len(all.got()) < 7 || len(broken.got()) != 0 || len(broken.attempts()) == 0 {
		t.Errorf("%d rounds, %d deposits, %d of all; the broken one was tried %d times", len(rounds.got()), len(money.got()), len(all.got()),
			len(broken.attempts()))
	}
	all.once(t)
	must(t, b.Disable(t.Context(), b.operator.ID, rounds.endpoint.ID, "a test"))
	p.spin(t)
	b.deliver(t)
	if len(rounds.got()) != 3 || b.count(t, `SELECT count(*) FROM webhook_moves WHERE endpoint_id = $1`, rounds.endpoint.ID) != 0 {
		t.Error("a disabled endpoint is told")
	}
	must(t, b.Delete(t.Context(), b.operator.ID, all.endpoint.ID))
	for _, table := range []string{"webhook_moves", "webhook_letters", "webhook_deliveries", "webhook_secrets"} {
		if n := b.count(t, `SELECT count(*) FROM `+table+` WHERE endpoint_id = $1`, all.endpoint.ID); n != 0 {
			t.Errorf("%d rows of %s are left of a deleted endpoint", n, table)
		}
	}
}

// During the overlap of a rotation every event is signed with both secrets, afterwards with the new one.
func TestRotatedSecretsSignTogether(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.hear(t, Spec{}, wallet.DepositConfirmed)
	secret, err := b.RotateSecret(t.Context(), b.operator.ID, r.endpoint.ID, time.Hour)
	must(t, err)
	r.mu.Lock()
	key, err := ParseSecret(secret)
	must(t, err)
	r.secrets = append(r.secrets, key) // both must verify
	r.mu.Unlock()
	p := b.player(t, "1.00")
	b.deliver(t)
	b.clock.advance(time.Hour + time.Second)
	r.know(secret)
	p.deposit(t, "2.00")
	b.deliver(t)
	if len(r.got()) != 2 {
		t.Fatalf("%d events came", len(r.got()))
	}
	keys, err := b.keys(t.Context(), r.endpoint.ID)
	must(t, err)
	if len(keys) != 1 {
		t.Errorf("%d secrets sign after the overlap", len(keys))
	}
	if _, err := b.RotateSecret(t.Context(), uuid.New(), r.endpoint.ID, 0); !isCode(err, session.NotFound) {
		t.Errorf("another operator: %v", err)
	}
}

func isCode(err error, code session.Code) bool { return errors.Is(err, &session.Error{Code: code}) }

// An event that is refused again and again is tried by a growing back-off for three days, is a dead letter then, and can be sent again.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.hear(t, Spec{}, wallet.RoundCompleted, wallet.DepositConfirmed)
	r.answers(func(e told) int {
		if e.Type == wallet.RoundCompleted {
			return http.StatusUnprocessableEntity
		}
		return http.StatusOK
	})
	p := b.player(t, "100.00")
	round := p.spin(t)
	for range 80 { // something else is accepted all the time
		b.deliverFor(t, time.Hour)
		p.deposit(t, "1.00")
	}
	dead, next, err := b.Dead(t.Context(), b.operator.ID, Page{Limit: 10})
	must(t, err)
	if len(dead) != 1 || next != uuid.Nil || dead[0].Type != wallet.RoundCompleted || dead[0].Status == nil || *dead[0].Status != 422 || dead[0].PlayerID == nil ||
		*dead[0].PlayerID != p.ID {
		t.Fatalf("dead letters %+v", dead)
	}
	if took := dead[0].DeadAt.Sub(p.b.firstTry(t, dead[0].EventID)); took < 72*time.Hour || took > 73*time.Hour {
		t.Errorf("it was tried for %s", took)
	}
	tries := 0
	for _, e := range r.attempts() {
		if e.id == dead[0].EventID {
			tries++
		}
	}
	if tries != dead[0].Tries || tries < 8 || tries > 25 {
		t.Errorf("it was tried %d times, and says %d", tries, dead[0].Tries)
	}
	r.answers(nil)
	if _, err := b.Resend(t.Context(), uuid.New(), r.endpoint.ID, uuid.Nil); !isCode(err, session.NotFound) {
		t.Errorf("another operator sends it again: %v", err)
	}
	if n, err := b.Resend(t.Context(), b.operator.ID, r.endpoint.ID, dead[0].ID); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	b.deliver(t)
	if !slices.ContainsFunc(r.got(), func(e told) bool { return e.id == dead[0].EventID && e.Data.RoundID == round }) {
		t.Error("it did not come")
	}
	if _, err := b.Resend(t.Context(), b.operator.ID, r.endpoint.ID, dead[0].ID); !isCode(err, session.NotFound) {
		t.Errorf("a letter that is not dead: %v", err)
	}
}

// firstTry is when an event was tried first.
func (b *bundle) firstTry(t testing.TB, event string) (at time.Time) {
	t.Helper()
	must(t, b.db.QueryRow(t.Context(), `SELECT min(at) FROM webhook_deliveries WHERE event_id = $1`, event).Scan(&at))
	return at
}

// An endpoint that accepts nothing for three days is disabled, which the operator's others are told of. It is called ever less until then.
// Enabled again it is told what waited, and nothing of what happened meanwhile.
func TestEndpointIsDisabledAfterDays(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r, other := b.hear(t, Spec{}, wallet.RoundCompleted), b.hear(t, Spec{}, wallet.Incident)
	r.answers(func(told) int { return http.StatusServiceUnavailable })
	p := b.player(t, "1000.00")
	var want []string
	for range 40 {
		want = append(want, "evt_"+hexOf(p.spin(t))+"_0_completed")
		b.deliverFor(t, 2*time.Hour)
	}
	e, err := b.ByID(t.Context(), b.operator.ID, r.endpoint.ID)
	must(t, err)
	if e.Enabled || e.DisabledAt == nil || e.FailingSince == nil || e.DisabledAt.Sub(*e.FailingSince) < 72*time.Hour || !strings.HasPrefix(e.DisabledReason,
		"it has accepted nothing since ") {
		t.Fatalf("%+v", e)
	}
	if n := len(r.attempts()); n < 20 || n > 1500 {
		t.Errorf("it was called %d times in three days", n)
	}
	if got := other.got(); len(got) != 1 || got[0].Data.Kind != "webhook_endpoint_disabled" {
		t.Errorf("the other endpoint is told %+v", got)
	}
	p.spin(t) // which it is not told
	r.answers(nil)
	must(t, b.Enable(t.Context(), b.operator.ID, r.endpoint.ID))
	_, err = b.Resend(t.Context(), b.operator.ID, r.endpoint.ID, uuid.Nil)
	must(t, err)
	b.deliverFor(t, time.Hour)
	recorded := 0
	for _, id := range r.ids() {
		if !slices.Contains(want, id) {
			t.Errorf("told of %s", id)
		}
		recorded++
	}
	if recorded < 36 || recorded > 40 { // as many as were played before it was disabled
		t.Errorf("told of %d rounds", recorded)
	}
}

// What is delivered and not written down, because the server is killed in between, is delivered again: nothing is lost.
func TestNothingIsLostBetweenDeliveryAndRecord(t *testing.T) {
	t.Parallel()
	for _, ordering := range []Ordering{Unordered, ByPlayer} {
		b := setup(t)
		r := b.hear(t, Spec{Ordering: ordering}, AllEvents)
		p := b.player(t, "100.00")
		for range 5 {
			p.spin(t)
		}
		// A run that ends after the last request, and before it writes down anything: all that a kill leaves.
		killed := uuid.New()
		mine, err := b.beRunner(t.Context(), killed, r.endpoint.ID)
		must(t, err)
		l := &load{run: killed, begun: b.Now()}
		_, err = b.find(t.Context(), l, r.endpoint.ID)
		must(t, err)
		must(t, b.take(t.Context(), l, 8))
		keys, err := b.keys(t.Context(), r.endpoint.ID)
		must(t, err)
		b.tryAll(t.Context(), l, keys)
		before := r.ids()
		if !mine || len(before) < 11 {
			t.Fatalf("%s: %d events came", ordering, len(before))
		}
		b.deliver(t) // the killed run is taken to be alive
		if len(r.got()) != len(before) {
			t.Errorf("%s: two runs serve one endpoint", ordering)
		}
		b.clock.advance(runnerFor + time.Second)
		b.deliver(t)
		if !slices.Equal(r.ids(), before) || len(r.got()) != 2*len(before) {
			t.Errorf("%s: %d events came %d times", ordering, len(r.ids()), len(r.got()))
		}
		if n := b.count(t, `SELECT (SELECT count(*) FROM webhook_moves) + (SELECT count(*) FROM webhook_letters)`); n != 0 {
			t.Errorf("%s: %d rows wait", ordering, n)
		}
	}
}

// A courier that is stopped while a receiver is slow writes down what it knows and leaves the rest.
func TestStoppingLeavesWhatIsNotDelivered(t *testing.T) {
	t.Parallel()
	b := setup(t)
	r := b.hear(t, Spec{}, wallet.RoundCompleted)
	p := b.player(t, "100.00")
	for range 8 {
		p.spin(t)
	}
	ctx, stop := context.WithCancel(t.Context())
	r.answers(func(told) int { stop(); return http.StatusOK })
	must(t, b.serve(ctx, uuid.New(), r.endpoint.ID, time.Now().Add(time.Minute)))
	r.answers(nil)
	b.deliver(t)
	if len(r.ids()) != 8 {
		t.Errorf("%d of 8 events came", len(r.ids()))
	}
}

// Whatever is played and however the receivers fail, what comes is what the records say, and for an endpoint that is told in order it
// comes in order: nothing untold, nothing told that did not happen.
func TestWhatIsToldIsWhatHappened(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		b := setup(t)
		random := rand.New(rand.NewPCG(seed, 7))
		chances := rand.New(rand.NewPCG(seed, 8)) // of the receivers, by one lock each
		var all []*receiver
		for _, ordering := range []Ordering{Unordered, ByPlayer} {
			r := b.hear(t, Spec{Ordering: ordering}, AllEvents)
			r.answers(func(told) int { return []int{200, 204, 201, 500, 400, 429}[rollOf(b, chances, 6)] })
			all = append(all, r)
		}
		var crowd []*player
		for range 4 {
			crowd = append(crowd, b.player(t, "50.00"))
		}
		for range 60 {
			p := crowd[random.IntN(len(crowd))]
			switch random.IntN(8) {
			case 0:
				p.deposit(t, "3.00")
			case 1, 2, 3:
				p.act(t, "slots", spinOnce)
			case 4, 5:
				if round, ok := p.act(t, "ladder", `{"action":"bet","amount":1.00}`); ok && random.IntN(3) == 0 {
					_, err := b.floor.Void(t.Context(), b.operator.ID, round, games.Voiding{Reason: "a test", By: "a test"})
					must(t, err)
				}
			case 6:
				p.act(t, "ladder", `{"action":"climb"}`)
			case 7:
				p.act(t, "ladder", `{}`)
			}
			if random.IntN(6) == 0 {
				b.deliverFor(t, time.Duration(random.IntN(100))*time.Second)
			}
		}
		b.deliverFor(t, 48*time.Hour)
		want := b.recorded(t)
		for _, r := range all {
			got := r.ids()
			if !slices.Equal(got, want) {
				t.Errorf("seed %d, %s: told of %d events, %d are recorded\nmissing %v\nand never happened %v", seed, r.endpoint.Ordering, len(got), len(want),
					without(want, got), without(got, want))
			}
			r.once(t)
		}
		inOrder(t, all[1].got())
	}
}

// rollOf draws under the bundle's lock, because requests come at the same time.
func rollOf(b *bundle, r *rand.Rand, n int) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return r.IntN(n)
}

func without(list, other []string) (left []string) {
	for _, s := range list {
		if !slices.Contains(other, s) {
			left = append(left, s)
		}
	}
	return left
}

// inOrder checks that each player's balances follow from each other, from nothing: every event came, and in its place.
func inOrder(t *testing.T, list []told) {
	t.Helper()
	balance := map[uuid.UUID]*big.Rat{}
	for _, e := range list {
		kind := string(e.Type)
		if !strings.HasPrefix(kind, "wallet.") {
			continue
		}
		amount, ok := new(big.Rat).SetString(e.Data.Amount.String())
		after, ok2 := new(big.Rat).SetString(e.Data.Balance.String())
		if !ok || !ok2 {
			t.Fatalf("%s", e.body)
		}
		if e.Type == wallet.BetPlaced {
			amount.Neg(amount)
		}
		before := balance[e.Data.PlayerID]
		if before == nil {
			before = new(big.Rat)
		}
		if amount.Add(amount, before); amount.Cmp(after) != 0 {
			t.Errorf("%s of player %s after a balance of %s: %s", e.id, e.Data.PlayerID, before.FloatString(2), e.body)
		}
		balance[e.Data.PlayerID] = after
	}
}
