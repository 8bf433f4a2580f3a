package main

import (
	"strings"
	"testing"

	"croupier/sandbox/pgtest"
)

func TestPlansByCommand(t *testing.T) {
	t.Parallel()
	p := program{"CROUPIER_DATABASE_URL=" + pgtest.New(t), "CROUPIER_MASTER_KEY=" + oldKey}
	made := newKeyOf(t, p.ok(t, "operator", "create", "--name", "Casino", "--json"))
	operator := made.OperatorID.String()
	if list := p.ok(t, "operator", "plan", "list"); !strings.Contains(list, "1000/s, 4000 at once") || !strings.Contains(list, operator+"  standard  Casino") {
		t.Errorf("at first: %s", list)
	}
	p.ok(t, "operator", "plan", "define", "gold", "--key-rate", "7", "--key-burst", "8", "--player-rate", "3", "--player-burst", "4")
	if said := p.ok(t, "operator", "plan", "use", "gold", "--operator", operator, "--by", "Ada"); !strings.Contains(said, "is on the plan gold") {
		t.Errorf("said %s", said)
	}
	p.ok(t, "operator", "plan", "use", "premium", "--key", made.KeyID.String())
	list := p.ok(t, "operator", "plan", "list", "--json")
	for _, part := range []string{`{"plan":"gold","keyRate":7,"keyBurst":8,"playerRate":3,"playerBurst":4}`, `"plan":"gold"}]`} {
		if !strings.Contains(list, part) {
			t.Errorf("no %s in %s", part, list)
		}
	}
	p.ok(t, "operator", "plan", "use", "default", "--operator", operator)
	if list := p.ok(t, "operator", "plan", "list"); !strings.Contains(list, operator+"  standard  Casino") {
		t.Errorf("at last: %s", list)
	}
	for _, args := range [][]string{{"use", "gold"}, {"use", "lead", "--operator", operator}, {"use", "gold", "--operator", operator, "--key", made.KeyID.String()},
		{"use", "gold", "--key", "01a1fd9d-6a12-7951-b86e-97c511510dd3"},
		{"define", "x", "--key-rate", "0", "--key-burst", "1", "--player-rate", "1", "--player-burst", "1"}} {
		if _, said, status := p.run(t, append([]string{"operator", "plan"}, args...)...); status == 0 || said == "" {
			t.Errorf("%v: status %d: %s", args, status, said)
		}
	}
}
