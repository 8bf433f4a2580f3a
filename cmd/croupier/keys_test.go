package main

import (
	"encoding/json"
	"strings"
	"testing"

	"croupier/sandbox/pgtest"
)

// A new master key takes the place of an old one, which is not needed any more afterwards.
func TestKeysRotate(t *testing.T) {
	t.Parallel()
	database := "CROUPIER_DATABASE_URL=" + pgtest.New(t)
	with := func(keys ...string) program {
		return program{database, "CROUPIER_MASTER_KEY=" + strings.Join(keys, ",")}
	}
	with(oldKey).ok(t, "keys", "rotate-signing")
	with(oldKey).ok(t, "operator", "create", "--name", "Casino")

	out, said, status := with(newKey).run(t, "keys", "rotate")
	if status != 1 || !strings.Contains(out, "does not open") || !strings.Contains(out, "not in --master-key") ||
		!strings.Contains(said, "still needed") {
		t.Errorf("without the old key: status %d: %s%s", status, out, said)
	}
	var report rotationReport
	if err := json.Unmarshal([]byte(with(newKey, oldKey).ok(t, "keys", "rotate", "--json")), &report); err != nil {
		t.Fatal(err)
	}
	done := 0
	for _, c := range report.Columns {
		done += c.Resealed
	}
	if report.Left != 0 || done != 3 { // two signing keys, because the first one was there already, and an API secret
		t.Errorf("%+v", report)
	}
	if out := with(newKey).ok(t, "keys", "rotate"); !strings.Contains(out, "Nothing is left under another key than the first.") {
		t.Errorf("with the new key alone: %s", out)
	}
	with(newKey).ok(t, "operator", "list")
	if _, _, status := with(oldKey).run(t, "operator", "list"); status == 0 {
		t.Error("the old key alone opens something")
	}
	if out := with(newKey).ok(t, "keys", "renew-seeds"); !strings.Contains(out, "0 of 0 players") {
		t.Errorf("renew-seeds: %s", out)
	}
	if _, said, status := with(oldKey).run(t, "keys", "renew-seeds"); status == 0 || !strings.Contains(said, "signing key") {
		t.Errorf("renew-seeds under another key: status %d: %s", status, said)
	}
}

func TestOperatorSeeds(t *testing.T) {
	t.Parallel()
	p := program{"CROUPIER_DATABASE_URL=" + pgtest.New(t), "CROUPIER_MASTER_KEY=" + oldKey}
	id := newKeyOf(t, p.ok(t, "operator", "create", "--name", "Casino", "--json")).OperatorID.String()
	for _, c := range []struct{ args, want string }{
		{"", "by players only"},
		{"--rounds 1000", "after 1000 rounds"},
		{"--hours 24", "after 24 hours"},
		{"--rounds 1000 --hours 24", "after 1000 rounds or 24 hours"},
	} {
		args := append([]string{"operator", "seeds", "--operator", id}, strings.Fields(c.args)...)
		if out := p.ok(t, args...); !strings.Contains(out, c.want+".") {
			t.Errorf("%s: %s", c.args, out)
		}
		if list := p.ok(t, "operator", "list"); !strings.Contains(list, "Casino; seeds are rotated "+c.want+"\n") {
			t.Errorf("%s: %s", c.args, list)
		}
	}
	_, said, status := p.run(t, "operator", "seeds", "--operator", id, "--rounds", "9")
	if status == 0 || !strings.Contains(said, "from 10 to 1000000") {
		t.Errorf("status %d: %s", status, said)
	}
}
