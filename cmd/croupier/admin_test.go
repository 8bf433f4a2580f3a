package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/sandbox/pgtest"
)

var oldKey, newKey = strings.Repeat("01", 32), strings.Repeat("02", 32)

// The commands of administrators take the keys that the server takes, while a new master key takes over from an old one.
func TestAdministratorsRotateTheMasterKey(t *testing.T) {
	t.Parallel()
	database := "CROUPIER_DATABASE_URL=" + pgtest.New(t)
	before, after := program{database, "CROUPIER_MASTER_KEY=" + oldKey}, program{database, "CROUPIER_MASTER_KEY=" + newKey + "," + oldKey}
	before.ok(t, "keys", "rotate-signing")
	made := newKeyOf(t, before.ok(t, "operator", "create", "--name", "Casino", "--json"))

	after.ok(t, "keys", "rotate-signing")
	another := newKeyOf(t, after.ok(t, "operator", "key", "--operator", made.OperatorID.String(), "--json"))
	if another.OperatorID != made.OperatorID || another.KeyID == made.KeyID || another.APISecret == made.APISecret {
		t.Errorf("first key %+v, second %+v", made, another)
	}
	after.ok(t, "operator", "create", "--name", "Another", "--mode", "sandbox")
	after.ok(t, "operator", "revoke", "--key", made.KeyID.String())
	if list := after.ok(t, "operator", "list"); !strings.Contains(list, "Casino") || !strings.Contains(list, "Another") {
		t.Errorf("operators: %s", list)
	}
	if _, said, status := (program{database, "CROUPIER_MASTER_KEY=" + newKey}).run(t, "keys", "rotate-signing"); status == 0 || said == "" {
		t.Error("the new key alone opened what the old one sealed")
	}
}

// What is changed by command says who did it, and what is not given stays.
func TestAdministratorsChangeOperators(t *testing.T) {
	t.Parallel()
	p := program{"CROUPIER_DATABASE_URL=" + pgtest.New(t), "CROUPIER_MASTER_KEY=" + oldKey}
	p.ok(t, "keys", "rotate-signing")
	id := newKeyOf(t, p.ok(t, "operator", "create", "--name", "Casino", "--origin", "https://casino.example", "--json")).OperatorID.String()
	if said := p.ok(t, "operator", "change", "--operator", id, "--name", "Royale", "--by", "anna"); !strings.Contains(said, "Royale") || !strings.Contains(said, "https://casino.example") {
		t.Errorf("renamed: %s", said)
	}
	if said := p.ok(t, "operator", "change", "--operator", id, "--no-origins"); strings.Contains(said, "https:") {
		t.Errorf("without origins: %s", said)
	}
	for want, args := range map[string][]string{
		"give --name": {}, "--no-origins": {"--origin", "https://a.example", "--no-origins"}, "allowedOrigins": {"--origin", "a.example"},
	} {
		if _, said, status := p.run(t, append([]string{"operator", "change", "--operator", id}, args...)...); status == 0 || !strings.Contains(said, want) {
			t.Errorf("%v: exit status %d: %s", args, status, said)
		}
	}
}

func newKeyOf(t *testing.T, out string) (k keyReport) {
	t.Helper()
	if err := json.Unmarshal([]byte(out), &k); err != nil || k.OperatorID == uuid.Nil || k.KeyID == uuid.Nil ||
		!strings.HasPrefix(k.APIKey, "sk_live_") || k.APISecret == "" {
		t.Fatalf("%v: %s", err, out)
	}
	return k
}

func TestMigrateOnANewerSchema(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	if _, err := conn.Exec(t.Context(), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`); err != nil {
		t.Fatal(err)
	}
	p := program{"CROUPIER_DATABASE_URL=" + url}
	status := p.ok(t, "migrate", "status")
	if lines := strings.Split(strings.TrimSpace(status), "\n"); !strings.HasPrefix(lines[len(lines)-1], " 9999  newer than this binary") {
		t.Errorf("status:\n%s", status)
	}
	for _, args := range [][]string{{"migrate", "up"}, {"migrate", "down", "--yes"}} {
		if _, said, status := p.run(t, args...); status != 1 || !strings.Contains(said, "9999") {
			t.Errorf("%s: exit status %d: %s", strings.Join(args, " "), status, said)
		}
	}
}
