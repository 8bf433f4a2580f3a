package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"croupier/sandbox/pgtest"
)

func TestKeysByCommand(t *testing.T) {
	t.Parallel()
	p := program{"CROUPIER_DATABASE_URL=" + pgtest.New(t), "CROUPIER_MASTER_KEY=" + oldKey}
	made := newKeyOf(t, p.ok(t, "operator", "create", "--name", "Casino", "--json"))
	operator := made.OperatorID.String()
	narrow := newKeyOf(t, p.ok(t, "operator", "key", "--operator", operator, "--scope", "rounds:read,wallet:read", "--allow-from", "10.0.0.0/8,203.0.113.7",
		"--expires", "90d", "--by", "Ada", "--json"))
	said := p.ok(t, "operator", "rotate-key", narrow.KeyID.String(), "--overlap", "7d", "--by", "Bob")
	if !strings.Contains(said, "sk_live_") || !strings.Contains(said, "rounds:read, wallet:read from 10.0.0.0/8, 203.0.113.7/32") ||
		!strings.Contains(said, "The old key "+narrow.KeyID.String()+": in force until "+time.Now().Add(7*24*time.Hour).UTC().Format("2006-01-02")) {
		t.Errorf("rotated: %s", said)
	}
	p.ok(t, "operator", "revoke", "--key", made.KeyID.String(), "--by", "Eve")
	list := p.ok(t, "operator", "list")
	for _, part := range []string{" by Eve\n", "may do all from anywhere", "made with the operator",
		"because another took its place", " by Bob in place of " + narrow.KeyID.String(), "used never",
		"in force until " + time.Now().Add(90*24*time.Hour).UTC().Format("2006-01-02")} {
		if !strings.Contains(list, part) {
			t.Errorf("the list has not %q:\n%s", part, list)
		}
	}
	var listed []operatorListed
	if err := json.Unmarshal([]byte(p.ok(t, "operator", "list", "--json")), &listed); err != nil || len(listed) != 1 || len(listed[0].Keys) != 3 ||
		listed[0].Keys[1].CreatedBy != "command by Ada" || len(listed[0].Keys[2].AllowedFrom) != 2 || listed[0].Keys[2].ExpiresAt == nil {
		t.Errorf("%v: %+v", err, listed)
	}
	for _, args := range [][]string{{"key", "--operator", operator, "--scope", "money"}, {"key", "--operator", operator, "--allow-from", "10.0.0.1/8"},
		{"key", "--operator", operator, "--expires", "soon"}, {"key", "--operator", operator, "--expires", "2020-01-01"},
		{"key", "--operator", operator, "--by", "a\nb"},
		{"rotate-key", narrow.KeyID.String(), "--overlap", "31d"}, {"rotate-key", made.KeyID.String()}, {"rotate-key", operator}} {
		if _, said, status := p.run(t, append([]string{"operator"}, args...)...); status == 0 || said == "" {
			t.Errorf("%q: exit status %d: %s", args, status, said)
		}
	}
}

func TestMoments(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 20, 0, 0, 0, time.UTC)
	for text, want := range map[string]string{"90d": "2027-02-19T20:00:00Z", "36h": "2026-11-23T08:00:00Z", "0": "2026-11-21T20:00:00Z",
		"2027-02-01":                "2027-02-01T00:00:00Z",
		"2027-02-01T15:00:00+01:00": "2027-02-01T14:00:00Z", "-1h": "", "-1d": "", "1.5d": "", "d": "", "90": "", "36501d": "",
		"2027-02-30": "", "tomorrow": ""} {
		var m moment
		err := m.UnmarshalText([]byte(text))
		if want == "" {
			if err == nil {
				t.Errorf("%q is taken for %v", text, m.after(now))
			}
		} else if err != nil || stamp(m.after(now)) != want {
			t.Errorf("%q: %v, %v, want %s", text, m.after(now), err, want)
		}
	}
}
