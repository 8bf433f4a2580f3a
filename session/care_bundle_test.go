package session

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/sandbox/pgtest"
	"croupier/wallet"
	"croupier/wallet/money"
)

// careBundle is a floorBundle whose nodes share a clock that the test moves.
type careBundle struct {
	*floorBundle
	clock *handClock
	nodes []*node
}

// setupCare opens so many nodes, by the profiles of a file; "" for none. Its clock begins on Wednesday, 4 March 2026, at noon.
func setupCare(t testing.TB, nodes int, profiles string) *careBundle {
	t.Helper()
	b := &careBundle{floorBundle: setupFloor(t), clock: &handClock{at: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)}}
	var j *Jurisdictions
	if profiles != "" {
		var err error
		j, err = ReadJurisdictions([]byte(profiles))
		must(t, err)
	}
	for range nodes {
		n := &node{db: pgtest.App(t, b.url)}
		n.settler = NewSettler(n.db, slog.New(slog.DiscardHandler), SettlerConfig{})
		t.Cleanup(n.settler.Stop)
		var err error
		n.floor, err = NewFloor(t.Context(), n.db, b.vault, floorCatalogue(t), n.settler, b.clock.now, slog.New(slog.DiscardHandler))
		must(t, err)
		n.floor.Regulate(j)
		b.nodes = append(b.nodes, n)
	}
	b.node = b.nodes[0]
	b.players = NewPlayers(b.db, b.vault, b.clock.now)
	b.ledger = &wallet.Ledger{DB: b.db, Now: b.clock.now, Admit: b.players.AdmitDeposit}
	const hear = `INSERT INTO webhook_endpoints (id, operator_id, url, events, ordering, jackpot_from, enabled, created_at) VALUES ($1, $2,
		'https://hooks.example', '{player.created,player.suspended,player.self_excluded,player.limit_reached}', 'none', 100, true, now())`
	must(t, second(b.admin.Exec(t.Context(), hear, newID(), b.operator.ID)))
	return b
}

// player is a player of a jurisdiction with a session that lasts for years.
func (b *careBundle) player(t testing.TB, jurisdiction, balance string) somebody {
	t.Helper()
	p, err := b.players.Ensure(t.Context(), b.operator, PlayerSpec{ExternalID: uuid.NewString(), Currency: "USD", Jurisdiction: jurisdiction})
	must(t, err)
	who := somebody{Player: p, session: b.session(t, p.ID)}
	must(t, b.pay(t, who, balance))
	return who
}

func (b *careBundle) session(t testing.TB, player uuid.UUID) uuid.UUID {
	t.Helper()
	id := newID()
	_, err := b.db.Exec(t.Context(), `INSERT INTO sessions (id, player_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
		id, player, b.clock.now(), b.clock.now().AddDate(5, 0, 0))
	must(t, err)
	return id
}

// pay makes a deposit.
func (b *careBundle) pay(t testing.TB, who somebody, number string) error {
	t.Helper()
	return second(b.ledger.Deposit(t.Context(), wallet.Order{Operator: b.operator.ID, Player: who.ID, Amount: amount(t, money.Number(number)),
		TransactionID: uuid.NewString()}))
}

// limit sets a limit; "" removes it.
func (b *careBundle) limit(t testing.TB, who somebody, kind LimitType, period LimitPeriod, value money.Number) []Limit {
	t.Helper()
	limits, err := b.players.SetLimits(t.Context(), b.operator.ID, who.ID, []LimitChange{{kind, period, value}}, ThePlayer(""))
	must(t, err)
	return limits
}

// roll stakes on dice and returns why it was refused.
func (c chair) roll(t testing.TB, stake string) error {
	t.Helper()
	return second(c.Act(t.Context(), request(uuid.NewString(), fmt.Sprintf(`{"action":"roll","amount":%s,"chance":50.00}`, stake))))
}

// told counts the events of a type, which wait for the operator's webhook.
func (b *careBundle) told(t testing.TB, who somebody, kind wallet.EventType) int {
	t.Helper()
	return b.count(t, `SELECT count(*) FROM webhook_letters WHERE player_id = $1 AND type = $2`, who.ID, kind)
}

// openRound is the player's open round.
func (b *careBundle) openRound(t testing.TB, who somebody) (id uuid.UUID) {
	t.Helper()
	must(t, b.admin.QueryRow(t.Context(), `SELECT id FROM rounds WHERE player_id = $1 AND status = 'in_progress'`, who.ID).Scan(&id))
	return id
}
