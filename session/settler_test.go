package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"go.uber.org/goleak"

	"croupier/wallet/money"
)

// moveOf computes a player's next move, which nobody has settled yet.
func moveOf(t testing.TB, c chair, id, payload string) *move {
	t.Helper()
	at, err := c.seat.floor.load(t.Context(), c.seat.player)
	must(t, err)
	r := request(id, payload)
	m, _, err := c.compute(at, actionRequest, r.Action, r.Payload)
	must(t, err)
	m.session, m.requestID, m.kind, m.request = c.session, r.ID, actionRequest, r.Payload
	return m
}

// verdictOf returns what a move was told, which must be there.
func verdictOf(t testing.TB, m *move) verdict {
	t.Helper()
	select {
	case told := <-m.settled:
		return told
	default:
		t.Fatalf("move %s was told nothing", m.requestID)
		return failed
	}
}

// Each of these moves is one that the rules and the position never make: the database is the last line.
var badMoves = map[string]func(m *move){
	"a status that there is not":        func(m *move) { m.status = "won" },
	"more than the player has":          func(m *move) { m.stake = m.before.Add(m.before) },
	"an answer that is not JSON":        func(m *move) { m.answer = []byte(`{"win":`) },
	"text that is not UTF-8":            func(m *move) { m.request = []byte("{\"a\":\"\xff\"}") },
	"JSON that is nested without sense": func(m *move) { m.request = []byte(strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)) },
	"a request id that is too long":     func(m *move) { m.requestID = strings.Repeat("x", 65) },
	"a payout while the round is open":  func(m *move) { m.state, m.status, m.payout = []byte{1}, "in_progress", m.before },
	"a negative payout":                 func(m *move) { m.payout = m.before.Neg() },
	"a session out of all time":         func(m *move) { m.session = uuid.Max },
	"a seed pair that is not active":    nil, // below: it needs the database's help
}

func TestBadMoveFailsAlone(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	for name, spoil := range badMoves {
		t.Run(name, func(t *testing.T) {
			var group []*move
			var bad *move
			players := make([]somebody, 5)
			for i := range players {
				players[i] = b.player(t, "10.00")
				m := moveOf(t, b.sit(t, players[i], "slots"), name, spinPayload)
				if i == 2 {
					if bad = m; spoil != nil {
						spoil(m)
					} else {
						// The pair is revealed behind the seat's back: rotate, then put the position of before into the move.
						_, err := b.floor.RotateSeeds(t.Context(), m.player, "")
						must(t, err)
						_, err = b.admin.Exec(t.Context(), `ALTER TABLE seats DISABLE TRIGGER guard`)
						must(t, err)
						_, err = b.admin.Exec(t.Context(), `UPDATE seats SET seed_seq = 0, version = $2 WHERE player_id = $1`, m.player, m.version)
						must(t, err)
						_, err = b.admin.Exec(t.Context(), `ALTER TABLE seats ENABLE TRIGGER guard`)
						must(t, err)
					}
				}
				group = append(group, m)
			}
			before := b.seat(t, bad.player)
			b.settler.writeGroup(&batch{}, group)
			for _, m := range group {
				want := written
				if m == bad {
					want = failed
				}
				if told := verdictOf(t, m); told != want {
					t.Errorf("verdict %d, want %d (bad: %v)", told, want, m == bad)
				}
				if n := b.count(t, `SELECT count(*) FROM rounds WHERE id = $1`, m.round); n != 1 && m != bad {
					t.Error("a neighbour's round is not there")
				}
			}
			if after := b.seat(t, bad.player); after != before {
				t.Errorf("the bad move moved the seat from %+v to %+v", before, after)
			}
			for table, sql := range map[string]string{
				"rounds":    `SELECT count(*) FROM rounds WHERE player_id = $1`,
				"actions":   `SELECT count(*) FROM actions WHERE player_id = $1`,
				"transfers": `SELECT count(*) FROM transfers WHERE player_id = $1 AND code <> 'deposit'`,
			} {
				if n := b.count(t, sql, bad.player); n != 0 {
					t.Errorf("the bad move left %d %s", n, table)
				}
			}
		})
	}
	b.clean(t)
}

func TestMovesThatTheirPositionLeftBehindAreStale(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	c := b.sit(t, who, "slots")
	ladder := b.sit(t, b.player(t, "10.00"), "ladder")
	ladder.do(t, "bet", betPayload)
	climb := moveOf(t, ladder, "climb", climbPayload)
	climb.round = newID() // of a round that there is not
	spoiled := func(id string, spoil func(m *move)) *move {
		m := moveOf(t, c, id, spinPayload)
		spoil(m)
		return m
	}
	usd := amount(t, "0.01")
	for name, m := range map[string]*move{
		"version":    spoiled("1", func(m *move) { m.version++ }),
		"balance":    spoiled("2", func(m *move) { m.before = m.before.Add(usd) }),
		"nonce":      spoiled("3", func(m *move) { m.nonce++ }),
		"seed pair":  spoiled("4", func(m *move) { m.seedSeq++ }),
		"no player":  spoiled("5", func(m *move) { m.player = newID() }),
		"open round": climb,
	} {
		b.settler.writeGroup(&batch{}, []*move{m})
		if told := verdictOf(t, m); told != stale {
			t.Errorf("%s: verdict %d, want stale", name, told)
		}
	}
	// Of two moves of one player in a group, one is written.
	pair := []*move{moveOf(t, c, "a", spinPayload), moveOf(t, c, "b", spinPayload)}
	b.settler.writeGroup(&batch{}, pair)
	if one, other := verdictOf(t, pair[0]), verdictOf(t, pair[1]); one+other != written+stale {
		t.Errorf("verdicts %d and %d, want one written and one stale", one, other)
	}
	b.clean(t)
}

func TestFullQueueIsBusyAtOnce(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	n := b.open(t, SettlerConfig{Writers: 1, Group: 1, Queue: 1})
	who := []somebody{b.player(t, "10.00"), b.player(t, "10.00"), b.player(t, "10.00")}
	lock, err := b.admin.Begin(t.Context())
	must(t, err)
	defer lock.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // it was rolled back before
	_, err = lock.Exec(t.Context(), `SELECT FROM seats WHERE player_id = $1 FOR UPDATE`, who[0].ID)
	must(t, err)

	answers := make(chan error, 2)
	play := func(p somebody) {
		answers <- second(n.sit(t, p, "slots").Act(t.Context(), request("spin", spinPayload)))
	}
	go play(who[0]) // which the writer takes, and waits for its seat
	eventually(t, "the writer waits for the seat", func() bool {
		return b.count(t, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) > 0
	})
	go play(who[1]) // which fills the queue
	eventually(t, "the queue is full", func() bool { return len(n.settler.queue) == 1 })
	before := b.seat(t, who[2].ID)
	_, err = n.sit(t, who[2], "slots").Act(t.Context(), request("spin", spinPayload))
	if e := wantCode(t, err, Busy); e.Details["retryAfterMs"] == nil {
		t.Errorf("details %v", e.Details)
	}
	if after := b.seat(t, who[2].ID); after != before {
		t.Errorf("a move that was refused moved the seat from %+v to %+v", before, after)
	}
	must(t, lock.Rollback(t.Context()))
	for range 2 {
		must(t, <-answers)
	}
	n.sit(t, who[2], "slots").spin(t, "spin")
	b.clean(t)
}

// Not parallel: it looks at the goroutines of the process.
func TestStopAnswersWhatIsQueued(t *testing.T) {
	b := setupFloor(t)
	const many = 40
	moves := make([]*move, many)
	for i := range moves {
		moves[i] = moveOf(t, b.sit(t, b.player(t, "10.00"), "slots"), "spin", spinPayload)
	}
	late := moveOf(t, b.sit(t, b.player(t, "10.00"), "slots"), "late", spinPayload)
	before := goleak.IgnoreCurrent()
	s := NewSettler(b.db, slog.New(slog.DiscardHandler), SettlerConfig{Group: 3})
	for _, m := range moves {
		s.queue <- m
	}
	s.Stop()
	s.Stop()
	for _, m := range moves {
		if told := verdictOf(t, m); told != written {
			t.Errorf("verdict %d, want written", told)
		}
	}
	_, err := s.settle(late)
	wantCode(t, err, Busy)
	b.db.Reset() // the pool's connections are not the settler's
	goleak.VerifyNone(t, before, goleak.IgnoreAnyFunction("github.com/jackc/pgx/v5/pgxpool.(*Pool).backgroundHealthCheck"))
	if n := b.count(t, `SELECT count(*) FROM rounds`); n != many {
		t.Errorf("%d rounds of %d", n, many)
	}
	b.clean(t)
}

func TestJudge(t *testing.T) {
	t.Parallel()
	server := func(severity, code string) error {
		return fmt.Errorf("settle: %w", &pgconn.PgError{Severity: "FEHLER", SeverityUnlocalized: severity, Code: code})
	}
	for _, test := range []struct {
		err  error
		want verdict
	}{
		{server("ERROR", "23514"), failed}, {server("ERROR", "22P02"), failed}, {server("ERROR", "23505"), failed},
		{server("ERROR", "54001"), failed}, {server("ERROR", "XX001"), failed}, {server("ERROR", "42703"), failed},
		{server("ERROR", "57014"), later}, {server("ERROR", "55P03"), later}, {server("ERROR", "40001"), later},
		{server("ERROR", "53100"), later}, {server("ERROR", "25006"), later},
		{server("FATAL", "57P01"), unknown}, {server("PANIC", "53100"), unknown},
		{errors.New("read: connection reset"), unknown}, {context.DeadlineExceeded, unknown},
		{&notSent{context.DeadlineExceeded}, later}, {&notSent{server("FATAL", "57P01")}, later}, {&notSent{server("ERROR", "42703")}, later},
	} {
		if got := judge(test.err); got != test.want {
			t.Errorf("%v is judged %d, want %d", test.err, got, test.want)
		}
	}
}

// What the rules cannot play is not tried again and again while the player's turn is held.
func TestBrokenStateIsAnIncidentAtOnce(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	c := b.sit(t, who, "ladder")
	round := c.do(t, "bet", betPayload).RoundID
	_, err := b.admin.Exec(t.Context(), `WITH moved AS (UPDATE seats SET version = version + 1 WHERE player_id = $3)
		UPDATE rounds SET sealed_state = $2 WHERE id = $1`, round, b.vault.Seal([]byte(`{"version":99}`), stateAAD(round)), who.ID)
	must(t, err)
	before := b.seat(t, who.ID)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	for range 2 {
		_, err = c.Act(ctx, request("climb", climbPayload))
		e := wantCode(t, err, Internal)
		if e.Details["incidentId"] == nil || e.Details["unknown"] != nil {
			t.Errorf("details %v", e.Details)
		}
	}
	must(t, ctx.Err())
	if after := b.seat(t, who.ID); after != before {
		t.Errorf("moved the seat from %+v to %+v", before, after)
	}
	b.clean(t)
}

func TestEveryCurrencyPlaysExactly(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	for _, test := range []struct{ currency, deposit, line string }{
		{"JPY", "1000", "5"}, {"USD", "999999999999.99", "0.05"}, {"ETH", "123456.000000000000000001", "0.000020000000000001"},
	} {
		currency, err := money.LookupCurrency(test.currency)
		must(t, err)
		who := b.playerIn(t, test.currency, test.deposit)
		c := b.sit(t, who, "slots")
		balance, err := money.Parse(currency, test.deposit)
		must(t, err)
		for i := range 10 {
			answer := c.do(t, fmt.Sprint(i), `{"action":"spin","betPerLine":`+test.line+`,"activePaylines":20}`)
			record, err := b.floor.Round(t.Context(), b.operator.ID, &who.ID, answer.RoundID)
			must(t, err)
			stake, err := money.Parse(currency, record.Stake)
			must(t, err)
			payout, err := money.Parse(currency, record.Payout)
			must(t, err)
			balance = balance.Sub(stake).Add(payout)
			if string(answer.Balance.After) != balance.String() || answer.Balance.Currency != test.currency {
				t.Fatalf("balance %s, want %s", answer.Balance.After, balance)
			}
		}
	}
	b.clean(t)
}

// A pooler or an administrator may discard what was prepared; pgx goes on believing in it.
func TestDiscardedStatementsArePreparedAgain(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	slots := b.sit(t, b.player(t, "10.00"), "slots")
	slots.spin(t, "before")
	for _, conn := range b.db.AcquireAllIdle(t.Context()) {
		_, err := conn.Conn().PgConn().Exec(t.Context(), "DISCARD ALL").ReadAll()
		must(t, err)
		conn.Release()
	}
	slots.spin(t, "after")
	b.clean(t)
}
