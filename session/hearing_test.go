package session

import (
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// hook makes a webhook endpoint of the bundle's operator, and tells the nodes of it.
func (b *floorBundle) hook(t testing.TB, events ...string) (endpoint uuid.UUID) {
	t.Helper()
	endpoint = newID()
	must(t, pgx.BeginFunc(t.Context(), b.db, func(tx pgx.Tx) error {
		_, err := tx.Exec(t.Context(), `INSERT INTO webhook_endpoints (id, operator_id, url, events, ordering, jackpot_from, enabled, created_at)
			VALUES ($1, $2, 'https://hooks.example', $3, 'none', 100, true, now())`, endpoint, b.operator.ID, events)
		if err != nil {
			return err
		}
		return NotifyPolicy(t.Context(), tx)
	}))
	return endpoint
}

// heardMoves are how many moves wait for an endpoint.
func (b *floorBundle) heardMoves(t testing.TB, endpoint uuid.UUID) int {
	t.Helper()
	return b.count(t, `SELECT coalesce(sum(cardinality(rounds)), 0) FROM webhook_moves WHERE endpoint_id = $1`, endpoint)
}

// What is played is written down for the endpoints that want it, and for no others; a node that has not been told yet asks.
func TestPlayIsHeardByWhoWantsIt(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	c := b.sit(t, who, "slots")
	c.spins(t, 1)
	hears, other := b.hook(t, "wallet.bet_placed"), b.hook(t, "wallet.deposit_confirmed")
	disabled := b.hook(t, "*")
	must(t, second(b.admin.Exec(t.Context(), `UPDATE webhook_endpoints SET enabled = false, disabled_at = now() WHERE id = $1`, disabled)))
	c.spins(t, 3) // the node does not listen, and so cannot know that nobody wants it
	if b.heardMoves(t, hears) != 3 || b.heardMoves(t, other) != 0 || b.heardMoves(t, disabled) != 0 {
		t.Errorf("%d, %d and %d moves are heard", b.heardMoves(t, hears), b.heardMoves(t, other), b.heardMoves(t, disabled))
	}
	b.listen(t)
	c.spins(t, 2)
	if got := b.heardMoves(t, hears); got != 5 {
		t.Errorf("%d moves are heard by a node that listens, want 5", got)
	}
	must(t, pgx.BeginFunc(t.Context(), b.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `DELETE FROM webhook_endpoints`); err != nil {
			return err
		}
		return NotifyPolicy(t.Context(), tx)
	}))
	eventually(t, "the node knows that nobody hears", func() bool {
		known := b.settler.hearing.operators.Load()
		return known != nil && len(*known) == 0
	})
	c.spins(t, 1)
	late := b.hook(t, "round.completed")
	eventually(t, "the node knows that the operator hears", func() bool { return b.settler.hearing.of()(b.operator.ID) })
	c.spins(t, 1)
	if b.heardMoves(t, hears) != 5 || b.heardMoves(t, late) != 1 {
		t.Errorf("%d and %d moves are heard", b.heardMoves(t, hears), b.heardMoves(t, late))
	}
}

// A group that the database takes only in part is heard only in part.
func TestOnlyWhatTakesEffectIsHeard(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	endpoint := b.hook(t, "*")
	good, stale := b.sit(t, b.player(t, "10.00"), "slots"), b.sit(t, b.player(t, "10.00"), "slots")
	first, again := moveOf(t, good, "a", spinPayload), moveOf(t, stale, "b", spinPayload)
	stale.spins(t, 1) // and so the other move of the player is stale
	done, err := b.settler.commit(&batch{}, []*move{first, again})
	must(t, err)
	if !done[0] || done[1] || b.heardMoves(t, endpoint) != 2 {
		t.Errorf("%v were written, %d are heard", done, b.heardMoves(t, endpoint))
	}
	if n := b.count(t, `SELECT count(*) FROM webhook_moves WHERE $1 = ANY (rounds)`, again.round); n != 0 {
		t.Error("a move without effect is heard")
	}
}
