package wallet_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"croupier/sandbox/pgtest"
	"croupier/wallet"
	"croupier/wallet/money"
)

// model is what the ledger must do, in a few lines.
type model struct {
	balance map[uuid.UUID]money.Amount
	done    map[string]wallet.Receipt
	orders  map[string]wallet.Order
	code    map[string]wallet.Code
}

func (m *model) move(o wallet.Order, code wallet.Code) (wallet.Receipt, error) {
	if old, ok := m.orders[o.TransactionID]; ok {
		if old.Player != o.Player || m.code[o.TransactionID] != code || !old.Amount.Equal(o.Amount) {
			return wallet.Receipt{}, wallet.ErrReused
		}
		r := m.done[o.TransactionID]
		r.Duplicate = true
		return r, nil
	}
	delta := o.Amount
	if code == wallet.Withdrawal {
		delta = delta.Neg()
	}
	after := m.balance[o.Player].Add(delta)
	if after.Sign() < 0 {
		return wallet.Receipt{}, wallet.ErrInsufficient
	}
	if code == wallet.Deposit && len(after.Decimal().Truncate(0).String()) > money.MaxIntegerDigits {
		return wallet.Receipt{}, wallet.ErrTooMuch
	}
	m.balance[o.Player] = after
	m.orders[o.TransactionID], m.code[o.TransactionID] = o, code
	m.done[o.TransactionID] = wallet.Receipt{TransactionID: o.TransactionID, Balance: after}
	return m.done[o.TransactionID], nil
}

// hold makes the model's move and says where the ledger's differs from it; "" if it does not.
func (m *model) hold(a asked) string {
	want, wantErr := m.move(a.order, a.code)
	switch {
	case wantErr != nil && !errors.Is(a.err, wantErr):
		return fmt.Sprintf("%s %+v: error %v, want %v", a.code, a.order, a.err, wantErr)
	case wantErr != nil:
		return ""
	case a.err != nil || a.got.Duplicate != want.Duplicate || !a.got.Balance.Equal(want.Balance) || a.got.TransactionID != want.TransactionID,
		want.Duplicate && a.got.Transfer != want.Transfer:
		return fmt.Sprintf("%s %+v: %+v, %v, want %+v", a.code, a.order, a.got, a.err, want)
	}
	want.Duplicate, want.Transfer = false, a.got.Transfer
	m.done[a.order.TransactionID] = want
	return ""
}

// after returns the model as it stands when two orders at once were carried out in this order, nil if that does not explain them.
func (m *model) after(one, other asked) *model {
	then := &model{maps.Clone(m.balance), maps.Clone(m.done), maps.Clone(m.orders), maps.Clone(m.code)}
	if then.hold(one)+then.hold(other) != "" {
		return nil
	}
	return then
}

// asked is an order that some node was given, and what became of it.
type asked struct {
	node  *wallet.Ledger
	order wallet.Order
	code  wallet.Code
	got   wallet.Receipt
	err   error
}

func (a *asked) carryOut(ctx context.Context) {
	do := a.node.Deposit
	if a.code == wallet.Withdrawal {
		do = a.node.Withdraw
	}
	a.got, a.err = do(ctx, a.order)
}

func TestLedgerFollowsTheModel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	nodes := []*wallet.Ledger{b.ledger, {DB: pgtest.App(t, b.url), Now: time.Now}} // two servers, each with its connections
	for _, code := range []string{"ETH", "JPY"} {
		t.Run(code, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) { b.followModel(t, rt, currency(t, code), nodes) })
		})
	}
	b.clean(t)
}

func (b *bundle) followModel(t *testing.T, rt *rapid.T, c money.Currency, nodes []*wallet.Ledger) {
	players := []uuid.UUID{b.player(t, c.Code()), b.player(t, c.Code())}
	m := &model{map[uuid.UUID]money.Amount{players[0]: money.Zero(c), players[1]: money.Zero(c)},
		map[string]wallet.Receipt{}, map[string]wallet.Order{}, map[string]wallet.Code{}}
	run := uuid.NewString()
	draw := func(rt *rapid.T) asked {
		return asked{node: rapid.SampledFrom(nodes).Draw(rt, "node"), code: rapid.SampledFrom([]wallet.Code{wallet.Deposit, wallet.Withdrawal}).Draw(rt, "code"),
			order: b.order(rapid.SampledFrom(players).Draw(rt, "player"), // few amounts and few ids, so that they meet again
				money.New(c, rapid.OneOf(rapid.Int64Range(1, 3), rapid.Just[int64](1<<62)).Draw(rt, "amount")),
				run+rapid.StringMatching(`[a-f]`).Draw(rt, "id"))}
	}
	rt.Repeat(map[string]func(*rapid.T){
		"one order": func(rt *rapid.T) {
			a := draw(rt)
			a.carryOut(t.Context())
			if wrong := m.hold(a); wrong != "" {
				rt.Fatal(wrong)
			}
		},
		"two at once": func(rt *rapid.T) {
			two := []asked{draw(rt), draw(rt)}
			if rapid.Bool().Draw(rt, "the same") { // as an operator does that had no answer
				two[1] = two[0]
				two[1].node = nodes[1]
			}
			atOnce(2, func(i int) { two[i].carryOut(t.Context()) })
			then := m.after(two[0], two[1])
			if then == nil {
				then = m.after(two[1], two[0])
			}
			if then == nil {
				rt.Fatalf("no order explains %+v and %+v", two[0], two[1])
			}
			m = then
		},
		"": func(rt *rapid.T) {
			for player, want := range m.balance {
				have, err := b.ledger.Balances(t.Context(), b.operator.ID, player)
				if err != nil || !have.Balance.Equal(want) {
					rt.Fatalf("player %s has %v, %v, want %s", player, have.Balance, err, want)
				}
			}
		},
	})
}
