package session

import (
	"testing"
	"time"
)

// A seed that cannot be unsealed is an incident at once: the player is told that nothing was charged, and nobody waits.
func TestDamagedSeedIsAnIncident(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	c := b.sit(t, who, "slots")
	_, err := b.admin.Exec(t.Context(), `UPDATE seed_pairs SET sealed_seed = '\x00' WHERE player_id = $1 AND seq = 0`, who.ID)
	must(t, err)
	start := time.Now()
	_, err = c.Act(t.Context(), request("1", spinPayload))
	wantCode(t, err, Internal)
	if waited := time.Since(start); waited >= requestTimeout {
		t.Errorf("it took %v to tell", waited)
	}
}
