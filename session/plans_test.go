package session

import (
	"errors"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestLeasesOfARate(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	subject, slow := newID(), Rate{PerSecond: 1, Burst: 10}
	begun := time.Now()
	lease := func(made, n int) RateGrant {
		t.Helper()
		g, err := b.operators.LeaseRate(t.Context(), subject, slow, made, n)
		must(t, err)
		return g
	}
	first, second, third := lease(0, 4), lease(3, 10), lease(5, 1)
	late := int(time.Since(begun).Seconds()) + 1 // so many more may have come due
	if first.Granted != 4 || first.Left < 6 || first.Left > 6+late {
		t.Errorf("4 of 10: %+v", first)
	}
	if second.Granted < 3 || second.Granted > 3+late || second.Left < 0 || second.Left > late {
		t.Errorf("3 that were made, and what is left: %+v", second)
	}
	if third.Left < -5 || third.Left > -5+late || third.Wait > 6*time.Second || late < 4 && (third.Granted != 0 || third.Wait < time.Second) {
		t.Errorf("5 more that were made: %+v", third)
	}
	other, err := b.operators.LeaseRate(t.Context(), newID(), slow, 0, 99)
	must(t, err)
	if other.Granted != 10 {
		t.Errorf("another subject: %+v", other)
	}
	// What was paid for long ago is forgotten, and is a full burst again.
	_, err = b.admin.Exec(t.Context(), `UPDATE rate_usage SET at = now() - interval '3 hours'`)
	must(t, err)
	if n, err := b.operators.SweepRates(t.Context()); err != nil || n != 2 {
		t.Errorf("%d swept, %v", n, err)
	}
	if g := lease(0, 99); g.Granted != 10 {
		t.Errorf("after hours: %+v", g)
	}
	// Whoever comes from a slow plan does not wait at the slow rate, and nobody owes more than two bursts.
	quick, err := b.operators.LeaseRate(t.Context(), subject, Rate{PerSecond: 1000, Burst: 100}, 0, 5)
	must(t, err)
	owing := lease(1000, 1)
	if quick.Granted != 5 || owing.Granted != 0 || owing.Left > 0 || owing.Left < -10 {
		t.Errorf("on a quicker plan %+v, owing %+v", quick, owing)
	}
}

func TestPlans(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	house := NewOperators(b.admin, b.vault, b.clock.now)
	by, err := ByCommand("a test")
	must(t, err)
	named := func(key uuid.UUID) string {
		t.Helper()
		book, err := b.operators.PlanBook(t.Context(), Live)
		must(t, err)
		return book.Of(b.operator.ID, key).Name
	}
	if named(b.key.ID) != "sandbox" {
		t.Errorf("a sandbox operator is on %s", named(b.key.ID))
	}
	book, err := b.operators.PlanBook(t.Context(), Live)
	must(t, err)
	if plan := book.Of(newID(), newID()); plan.Name != "standard" || plan.Key.PerSecond < 1 || len(book.Plans) != 3 {
		t.Errorf("an operator that the book does not know is on %+v, of %d", plan, len(book.Plans))
	}
	must(t, house.DefinePlan(t.Context(), Plan{"gold", Rate{5, 10}, Rate{1, 2}}))
	must(t, house.UsePlan(t.Context(), b.operator.ID, "gold", by))
	must(t, house.UsePlan(t.Context(), b.key.ID, "premium", by))
	if named(b.key.ID) != "premium" || named(newID()) != "gold" || named(uuid.Nil) != "gold" {
		t.Errorf("the key is on %s, the operator on %s", named(b.key.ID), named(uuid.Nil))
	}
	must(t, house.UsePlan(t.Context(), b.key.ID, "", by))
	if named(b.key.ID) != "gold" {
		t.Errorf("the key is on %s", named(b.key.ID))
	}
	for name, err := range map[string]error{"plan": house.UsePlan(t.Context(), b.operator.ID, "lead", by), "subject": house.UsePlan(t.Context(), newID(), "gold", by)} {
		if !errors.Is(err, &Error{Code: NotFound}) {
			t.Errorf("%s that is not there: %v", name, err)
		}
	}
	for _, p := range []Plan{{"Gold", Rate{1, 1}, Rate{1, 1}}, {"x", Rate{0, 1}, Rate{1, 1}}, {"x", Rate{1, 1}, Rate{1000, 1_000_001}}, {"x", Rate{1, 3601}, Rate{1, 1}}} {
		if err := house.DefinePlan(t.Context(), p); !errors.Is(err, &Error{Code: InvalidRequest}) {
			t.Errorf("%+v: %v", p, err)
		}
	}
	if b.operators.DefinePlan(t.Context(), Plan{"mine", Rate{1, 1}, Rate{1, 1}}) == nil || b.operators.UsePlan(t.Context(), b.operator.ID, "premium", by) == nil {
		t.Error("the server's role may change plans")
	}
}
