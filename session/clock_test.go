package session

import (
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/wallet"
	"croupier/wallet/money"
)

// TestClockJumps sets the server's clock back and forth while a round is open. Play does not ask what time it is: rounds go on in the
// order of their nonces, and their records, ids and money are whole. What is judged by the clock is judged by the new one.
func TestClockJumps(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	var ahead atomic.Int64
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	n := &node{db: b.db, settler: b.node.settler}
	var err error
	n.floor, err = NewFloor(t.Context(), n.db, b.vault, floorCatalogue(t), n.settler, clock, slog.New(slog.DiscardHandler))
	must(t, err)
	ledger := &wallet.Ledger{DB: b.db, Now: clock}
	who := b.player(t, "100.00") // whose session is good for an hour
	slots, ladder := n.sit(t, who, "slots"), n.sit(t, who, "ladder")
	ids := map[uuid.UUID]bool{}
	expiry := Expiry{After: 24 * time.Hour}
	for i, jump := range []time.Duration{0, -time.Hour, 50 * time.Minute, -48 * time.Hour, 0} {
		t.Run(jump.String(), func(t *testing.T) {
			ahead.Store(int64(jump))
			must(t, n.floor.ForceOutcome(t.Context(), b.operator.ID, who.ID, "ladder", []byte(`{"fallOnRung":null}`)))
			slots.Balance(t.Context()) //nolint:errcheck // it looks, so that the order is seen
			for _, round := range []told{
				slots.spin(t, fmt.Sprint("spin ", i)), ladder.do(t, fmt.Sprint("bet ", i), betPayload), slots.spin(t, fmt.Sprint("spin again ", i)),
			} {
				if ids[round.RoundID] {
					t.Errorf("round %s is there already", round.RoundID)
				}
				ids[round.RoundID] = true
			}
			ahead.Add(-int64(time.Hour)) // within a round: it ends before it began
			ladder.do(t, fmt.Sprint("climb ", i), climbPayload)
			if ended, err := n.floor.ExpireRounds(t.Context(), expiry); err != nil || ended != 0 {
				t.Errorf("%d rounds were ended, %v", ended, err)
			}
			ladder.cashOut(t, fmt.Sprint("cash out ", i))
			o := wallet.Order{Operator: b.operator.ID, Player: who.ID, Amount: amount(t, "5.00"), TransactionID: fmt.Sprint(i)}
			must(t, second(ledger.Deposit(t.Context(), o)))
			b.clean(t)
		})
	}

	// Sessions are judged by the clock as it is now. Nothing is lost by a wrong judgement: the player goes on when it is right again.
	ahead.Store(int64(2 * time.Hour))
	wantCode(t, second(slots.Act(t.Context(), request("too late", spinPayload))), SessionExpired)
	ahead.Store(0)
	slots.spin(t, "too late")

	// A clock that is a day ahead ends rounds that are still young: by their rule, with what they are worth.
	ladder.do(t, "bet", betPayload)
	ahead.Store(int64(25 * time.Hour))
	if ended, err := n.floor.ExpireRounds(t.Context(), expiry); err != nil || ended != 1 {
		t.Errorf("%d rounds were ended, %v, want 1", ended, err)
	}
	b.clean(t)
}

// Keys begin with the time, and come from the machine's clock. When that went back a server started then makes keys that are older
// than those which are stored: as far as the month before there is a partition for them, and they are found like any other.
func TestKeysOfAClockThatWentBack(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	c := b.sit(t, who, "slots")
	c.spin(t, "first")
	at := time.Now().AddDate(0, 0, -27) // in this month or the one before
	who.session = keyAt(at)
	must(t, second(b.admin.Exec(t.Context(), `INSERT INTO sessions (id, player_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
		who.session, who.ID, at, time.Now().Add(time.Hour))))
	m := moveOf(t, b.sit(t, who, "slots"), "old", spinPayload)
	m.session, m.round, m.at = who.session, keyAt(at), at
	b.settler.writeGroup(&batch{}, []*move{m})
	if told := verdictOf(t, m); told != written {
		t.Fatalf("verdict %d, %v, want written", told, m.cause)
	}
	c.spin(t, "next") // the nonce, not the key, is what rounds follow one another by
	page, _, err := b.floor.ListRounds(t.Context(), RoundQuery{Operator: b.operator.ID, Player: who.ID, Limit: 3})
	must(t, err)
	if len(page) != 3 || page[1].RoundID != m.round.String() {
		t.Errorf("rounds %+v; the one with the old key is not between the others", page)
	}
	b.clean(t)
}

// A token that was issued before the clock went back is one from the future: it is good, and an hour longer.
func TestTokensOfAClockThatWentBack(t *testing.T) {
	t.Parallel()
	tokens, _, clock := offlineTokens(t)
	usd, err := money.LookupCurrency("USD")
	must(t, err)
	player := Player{ID: newID(), OperatorID: newID(), Currency: usd}
	token, err := tokens.Issue(t.Context(), player, newID(), clock.now().Add(time.Hour))
	must(t, err)
	clock.advance(-time.Hour)
	must(t, second(tokens.Verify(t.Context(), token)))
}

// keyAt is a UUIDv7 as it was made at a time.
func keyAt(at time.Time) uuid.UUID {
	id := newID()
	for i, ms := 5, at.UnixMilli(); i >= 0; i, ms = i-1, ms>>8 {
		id[i] = byte(ms)
	}
	return id
}
