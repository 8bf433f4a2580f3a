package session

import (
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"croupier/games"
)

// However play, rotations and the clock follow one another: the nonces of a pair have no gap, a pair that is revealed has no open
// round and all of its rounds, and no more rounds are opened under a pair than the policy says, but while another is open.
func TestRotationsKeepTheNonces(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	var ahead atomic.Int64
	nodes := []*node{b.later(t, 0), b.later(t, 0)}
	for _, n := range nodes {
		n.floor.now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	}
	rapid.Check(t, func(r *rapid.T) {
		most := rapid.SampledFrom([]int32{0, 10, 12}).Draw(r, "rounds")
		b.policy(t, most, rapid.SampledFrom([]int32{0, 2}).Draw(r, "hours"))
		who := b.player(t, "10000.00")
		b.lastingSessions(t)
		var slots, ladders []chair
		for _, n := range nodes {
			slots, ladders = append(slots, n.sit(t, who, "slots")), append(ladders, n.sit(t, who, "ladder"))
		}
		climbing := false
		node := rapid.IntRange(0, 1)
		r.Repeat(map[string]func(*rapid.T){
			"spin": func(r *rapid.T) { slots[node.Draw(r, "node")].spins(t, rapid.IntRange(1, 4).Draw(r, "rounds")) },
			"ladder": func(r *rapid.T) {
				c := ladders[node.Draw(r, "node")]
				if !climbing {
					climbing = c.do(t, uuid.NewString(), betPayload).Status == games.InProgress
				} else {
					climbing = c.do(t, uuid.NewString(), climbPayload).Status == games.InProgress
				}
			},
			"rotate": func(r *rapid.T) {
				_, err := slots[node.Draw(r, "node")].Rotate(t.Context(), request(uuid.NewString(), `{}`), "")
				if (err != nil) != climbing {
					r.Fatalf("rotation with a round open: %v, error %v", climbing, err)
				}
			},
			"job": func(r *rapid.T) {
				must(t, second(nodes[node.Draw(r, "node")].floor.RotateAgedSeeds(t.Context(), 10)))
			},
			"wait": func(*rapid.T) { ahead.Add(int64(40 * time.Minute)) },
			"": func(r *rapid.T) {
				if row := b.seat(t, who.ID); most > 0 && !climbing && row.Nonce >= int64(most) {
					r.Fatalf("%d rounds under a pair, %d are allowed", row.Nonce, most)
				}
				if wrong := b.nonceFaults(t, who.ID); wrong != "" {
					r.Fatal(wrong)
				}
			},
		})
	})
	b.clean(t)
}

// nonceFaults says what is wrong with a player's seed pairs and nonces, "" if nothing is.
func (b *floorBundle) nonceFaults(t testing.TB, player uuid.UUID) string {
	t.Helper()
	rows, err := b.admin.Query(t.Context(), `
		SELECT p.seq, p.revealed_at IS NOT NULL, coalesce(p.rounds, -1), s.seed_seq, s.next_nonce,
			count(r.id), coalesce(max(r.nonce), -1), count(r.id) FILTER (WHERE r.status = 'in_progress')
		FROM seed_pairs p JOIN seats s USING (player_id) LEFT JOIN rounds r ON r.player_id = p.player_id AND r.seed_seq = p.seq
		WHERE p.player_id = $1 GROUP BY p.player_id, p.seq, s.player_id ORDER BY p.seq`, player)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var seq, active int32
		var revealed bool
		var told, next, played, highest, open int64
		must(t, rows.Scan(&seq, &revealed, &told, &active, &next, &played, &highest, &open))
		switch {
		case played != highest+1:
			return fmt.Sprintf("pair %d: %d rounds up to nonce %d", seq, played, highest)
		case revealed != (seq < active), revealed && (open > 0 || told != played), seq == active && next != played, seq > active && played > 0:
			return fmt.Sprintf("pair %d of %d: revealed %v with %d rounds told, %d played, %d open, next nonce %d", seq, active,
				revealed, told, played, open, next)
		}
	}
	must(t, rows.Err())
	return ""
}
