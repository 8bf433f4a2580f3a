package session

import (
	"testing"
	"time"
)

// BenchmarkCompute computes a spin of a player whom nothing bounds, from a position that is known: what a round costs before it is written,
// the database apart.
//
//	go test ./session -run XXX -bench 'Compute|Usage'
func BenchmarkCompute(b *testing.B) {
	floor := setupFloor(b)
	c := floor.sit(b, floor.player(b, "1000000.00"), "slots")
	at, err := floor.floor.load(b.Context(), c.seat.player)
	must(b, err)
	r := request("x", spinPayload)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := c.compute(at, actionRequest, r.Action, r.Payload); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkUsage counts what a player used of limits who has played 50,000 rounds in the month: what loading such a position costs more.
func BenchmarkUsage(b *testing.B) {
	floor := setupFloor(b)
	who := floor.player(b, "1000000.00")
	_, err := floor.admin.Exec(b.Context(), `INSERT INTO transfers (player_id, id, debit, credit, amount, code, round_id, balance, at)
		SELECT $1, overlay(gen_random_uuid()::text PLACING left(uuid_floor(now())::text, 13) FROM 1 FOR 13)::uuid, 'player', 'house', 1, 'stake', gen_random_uuid(), 1, now() FROM generate_series(1, 100000)`, who.ID)
	must(b, err)
	_, err = floor.admin.Exec(b.Context(), `ANALYZE transfers`)
	must(b, err)
	conn, err := floor.db.Acquire(b.Context())
	must(b, err)
	defer conn.Release()
	cpu := cpuOf(b, int(conn.Conn().PgConn().PID()))
	for b.Loop() {
		if _, err := usageOf(b.Context(), conn, who.ID, who.Currency, time.Now()); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric((cpuOf(b, int(conn.Conn().PgConn().PID()))-cpu).Seconds()*1e3/float64(b.N), "backend-ms/op")
}
