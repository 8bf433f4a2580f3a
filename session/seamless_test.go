package session

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/wallet/money"
)

// seamlessPlayer makes a player of an operator whose wallet is a function, and a visit to the slots.
func (b *floorBundle) seamlessPlayer(t *testing.T, call CallWallet) (somebody, chair) {
	t.Helper()
	operator, _, _, err := NewOperators(b.db, b.vault, time.Now).CreateSeamless(t.Context(), "Seamless", Sandbox, nil, "http://127.0.0.1:9")
	must(t, err)
	b.floor.ReachWallets(call, time.Second)
	p, err := b.players.Ensure(t.Context(), operator, PlayerSpec{ExternalID: uuid.NewString(), Currency: "USD"})
	must(t, err)
	who := somebody{Player: p, session: b.session(t, p.ID)}
	return who, b.sit(t, who, "slots")
}

// always99 is a wallet that holds 99.00 whatever it is told.
func always99(_ context.Context, _ WalletTarget, c WalletCall) (money.Amount, error) {
	return money.New(c.Player.Currency, 9900), nil
}

// betFor bets for a spin as a move does, and returns the move, which is not written yet.
func (c chair) betFor(t *testing.T, request string) (*walletRow, *move) {
	t.Helper()
	c.seat.forget()
	at, _, err := c.seat.known(t.Context())
	must(t, err)
	r := request0(request)
	s, err := c.step(at, actionRequest, games.Action{Name: r.Action, Payload: r.Payload})
	must(t, err)
	bet, told, err := c.bet(t.Context(), at, s.of, s.result.Stake, r.ID)
	if err != nil || told != written {
		t.Fatal(told, err)
	}
	s.of.id = bet.round
	m, _, err := c.seat.floor.makeMove(at, actionRequest, s)
	must(t, err)
	m.session, m.requestID, m.kind, m.request = c.session, r.ID, actionRequest, r.Payload
	return bet, m
}

func request0(id string) Request { return request(id, spinPayload) }

// A bet is played or given up, never both, whichever comes first; and a request is bet for once.
func TestABetIsPlayedOrGivenUp(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who, c := b.seamlessPlayer(t, always99)
	bet, m := c.betFor(t, "given up first")
	done, err := b.floor.giveUp(t.Context(), who.ID, bet.id, "test")
	if err != nil || !done {
		t.Fatalf("given up: %t, %v", done, err)
	}
	if told, err := b.settler.settle(m); told != stale || err != nil {
		t.Errorf("a move whose bet was given up: %v, %v", told, err)
	}
	bet, m = c.betFor(t, "played first")
	if told, err := b.settler.settle(m); told != written || err != nil {
		t.Fatalf("a move whose bet stands: %v, %v", told, err)
	}
	if done, err := b.floor.giveUp(t.Context(), who.ID, bet.id, "test"); err != nil || done {
		t.Errorf("a bet that was played is given up: %v", err)
	}
	err = b.floor.writeBet(t.Context(), who.Player, walletRow{id: newID(), amount: bet.amount, round: newID(), game: "slots", session: c.session, request: "played first"})
	if !errors.Is(err, errInHand) {
		t.Errorf("a request that has taken effect is bet for again: %v", err)
	}
	must(t, b.floor.book(t.Context(), who.ID))
	must(t, b.floor.book(t.Context(), who.ID)) // again changes nothing
	if n := b.count(t, `SELECT count(*) FROM rounds WHERE player_id = $1`, who.ID); n != 1 {
		t.Errorf("%d rounds", n)
	}
	b.clean(t)
}

// Whatever else happens to a bet that is in hand, another of the same player is not made, on any node.
func TestOneBetInHand(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	var asked atomic.Int32
	who, c := b.seamlessPlayer(t, func(ctx context.Context, to WalletTarget, call WalletCall) (money.Amount, error) {
		asked.Add(1)
		return always99(ctx, to, call)
	})
	c.betFor(t, "a")
	n := b.open(t, SettlerConfig{})
	n.floor.ReachWallets(always99, time.Second)
	other := n.sit(t, who, "slots")
	_, err := other.Act(t.Context(), request("b", spinPayload))
	wantCode(t, err, Busy)
	if asked.Load() != 1 {
		t.Errorf("the wallet was asked %d times", asked.Load())
	}
	answer := other.spin(t, "a") // the same request goes on with its bet, where it left it
	if asked.Load() != 1 || string(answer.Balance.Before) != "100.00" {
		t.Errorf("the wallet was asked %d times; before the round %s", asked.Load(), answer.Balance.Before)
	}
	b.clean(t)
}

// A request whose bet was rolled back because its round was voided has taken effect: it is not bet for again.
func TestAVoidedRequestIsNotBetForAgain(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who, c := b.seamlessPlayer(t, always99)
	bet, m := c.betFor(t, "a")
	if told, err := b.settler.settle(m); told != written {
		t.Fatal(told, err)
	}
	for _, state := range []string{"rolling_back", "rolled_back"} { // as a void leaves it
		if n := b.count(t, `WITH u AS (UPDATE wallet_calls SET state = $2 WHERE id = $1 RETURNING 1) SELECT count(*) FROM u`, bet.id, state); n != 1 {
			t.Fatal(state)
		}
	}
	again := walletRow{id: newID(), amount: bet.amount, round: newID(), game: "slots", session: c.session, request: "a"}
	if err := b.floor.writeBet(t.Context(), who.Player, again); !errors.Is(err, errInHand) {
		t.Errorf("it is bet for again: %v", err)
	}
}
