package session

import (
	"slices"
	"testing"

	"github.com/google/uuid"
)

// What is changed is recorded with who did it and what it was; what is refused, or changes nothing, is not.
func TestOperatorsChange(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	other, _, err := b.operators.Create(t.Context(), "Other", Sandbox, []string{"https://other.example"})
	must(t, err)
	by, err := ByCommand("anna")
	must(t, err)
	name, origins := "Casino Royale", []string{"https://royale.example", "http://localhost:8080"}
	change := func(s Settings) Operator {
		t.Helper()
		o, err := b.operators.Change(t.Context(), b.operator.ID, s, by)
		must(t, err)
		return o
	}
	change(Settings{Name: &name})
	change(Settings{Origins: &origins, Seeds: &SeedPolicy{Rounds: 100}})
	change(Settings{Origins: &origins, Name: &name})
	change(Settings{Origins: &[]string{}})
	for field, bad := range map[string]Settings{
		"name": {Name: new(string)}, "allowedOrigins": {Name: &name, Origins: &[]string{"https://a.example", "*"}},
		"rounds": {Seeds: &SeedPolicy{Rounds: 1}},
	} {
		_, err := b.operators.Change(t.Context(), b.operator.ID, bad, by)
		if e := wantCode(t, err, InvalidRequest); e.Details["field"] != field {
			t.Errorf("%s is refused for %v", field, e.Details)
		}
	}
	_, err = b.operators.Change(t.Context(), b.operator.ID, Settings{}, by)
	wantCode(t, err, InvalidRequest)
	_, err = b.operators.Change(t.Context(), newID(), Settings{Name: &name}, by)
	wantCode(t, err, NotFound)

	now, err := b.operators.ByID(t.Context(), b.operator.ID)
	must(t, err)
	if now.Name != name || len(now.Origins) != 0 || now.Seeds != (SeedPolicy{Rounds: 100}) || now.Mode != b.operator.Mode {
		t.Errorf("became %+v", now)
	}
	unchanged, err := b.operators.ByID(t.Context(), other.ID)
	must(t, err)
	if unchanged.Name != "Other" || !slices.Equal(unchanged.Origins, other.Origins) {
		t.Errorf("another became %+v", unchanged)
	}

	var all []SettingsChange
	for cursor := uuid.Nil; ; {
		page, next, err := b.operators.Changes(t.Context(), b.operator.ID, cursor, 2)
		must(t, err)
		all = append(all, page...)
		if cursor = next; next == uuid.Nil {
			break
		}
	}
	if len(all) != 3 {
		t.Fatalf("recorded %+v, want three changes", all)
	}
	if c := all[2]; c.By != "command by anna" || *c.Was.Name != b.operator.Name || *c.Became.Name != name || c.Became.Origins != nil || c.At.IsZero() {
		t.Errorf("the first is %+v", c)
	}
	if c := all[1]; !slices.Equal(*c.Became.Origins, origins) || *c.Became.Seeds != (SeedPolicy{Rounds: 100}) || *c.Was.Seeds != (SeedPolicy{}) {
		t.Errorf("the second is %+v", c)
	}
	if c := all[0]; !slices.Equal(*c.Was.Origins, origins) || c.Became.Origins == nil || len(*c.Became.Origins) != 0 || c.Became.Name != nil {
		t.Errorf("the third is %+v", c)
	}
	if page, _, err := b.operators.Changes(t.Context(), other.ID, uuid.Nil, 10); err != nil || len(page) != 0 {
		t.Errorf("of another: %+v, %v", page, err)
	}
}
