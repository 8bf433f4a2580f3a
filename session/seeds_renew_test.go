package session

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
)

// After it no server seed is in use, or will be next, that was there before; who has a round open is named, and done another time.
func TestRenewalLeavesNoSeedThatWasThere(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	crowd := make([]somebody, 5)
	for i := range crowd {
		crowd[i] = b.player(t, "100.00")
		b.sit(t, crowd[i], "slots").spins(t, i)
	}
	ladder := b.sit(t, crowd[2], "ladder")
	must(t, b.floor.ForceOutcome(t.Context(), b.operator.ID, crowd[2].ID, "ladder", []byte(`{"fallOnRung":null}`)))
	ladder.do(t, "bet", betPayload)
	const known = `SELECT array_agg(server_seed_hash) FROM seed_pairs`
	var before []string
	must(t, b.admin.QueryRow(t.Context(), known).Scan(&before))
	since := time.Now()
	r := SeedRenewer{DB: b.db, Vault: b.vault, Now: time.Now}
	if n, err := r.Count(t.Context(), since); err != nil || n != 5 {
		t.Errorf("%d players have old seeds, %v", n, err)
	}

	// It is killed after the second player, and begun again.
	killed, kill := context.WithCancel(t.Context())
	done := 0
	if _, err := r.Renew(killed, since, func() {
		if done++; done == 2 {
			kill()
		}
	}); err == nil {
		t.Error("it went on")
	}
	open, err := r.Renew(t.Context(), since, func() {})
	must(t, err)
	if !slices.Equal(open, []uuid.UUID{crowd[2].ID}) {
		t.Errorf("players with open rounds: %v", open)
	}
	ladder.do(t, "climb", climbPayload)
	ladder.cashOut(t, "out")
	if open, err := r.Renew(t.Context(), since, func() {}); err != nil || len(open) != 0 {
		t.Errorf("afterwards: %v, %v", open, err)
	}
	for _, who := range crowd {
		c := b.sit(t, who, "slots")
		seeds := c.knows(t)
		if slices.Contains(before, seeds.ServerSeedHash) || slices.Contains(before, seeds.NextServerSeedHash) || b.seat(t, who.ID).Seq != 2 {
			t.Errorf("pair %d: %+v was there before", b.seat(t, who.ID).Seq, seeds)
		}
		c.spins(t, 1)
	}
	if n, err := r.Count(t.Context(), since); err != nil || n != 0 {
		t.Errorf("%d players have old seeds, %v", n, err)
	}
	b.clean(t)
}
