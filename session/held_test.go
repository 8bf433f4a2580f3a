package session

import (
	"context"
	"testing"
)

// A seat that somebody keeps locked does not keep its neighbours in the group from playing.
func TestHeldSeatFailsAlone(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	n := b.openOn(t, b.db, b.pool(t, nil, map[string]string{"lock_timeout": "200ms"}), SettlerConfig{})
	var group []*move
	for range 5 {
		group = append(group, moveOf(t, n.sit(t, b.player(t, "10.00"), "slots"), "spin", spinPayload))
	}
	stuck := group[2]
	tx, err := b.admin.Begin(t.Context())
	must(t, err)
	defer tx.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // nothing was changed
	must(t, second(tx.Exec(t.Context(), `SELECT FROM seats WHERE player_id = $1 FOR UPDATE`, stuck.player)))
	n.settler.writeGroup(&batch{}, group)
	for _, m := range group {
		want := written
		if m == stuck {
			want = later
		}
		if told := verdictOf(t, m); told != want {
			t.Errorf("verdict %d, want %d (held: %v)", told, want, m == stuck)
		}
	}
	must(t, tx.Rollback(t.Context()))
	b.clean(t)
}
