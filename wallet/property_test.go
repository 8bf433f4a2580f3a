package wallet_test

import (
	"errors"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

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

func TestLedgerFollowsTheModel(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, code := range []string{"ETH", "JPY"} {
		t.Run(code, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) { b.followModel(t, rt, currency(t, code)) })
		})
	}
	b.clean(t)
}

func (b *bundle) followModel(t *testing.T, rt *rapid.T, c money.Currency) {
	players := []uuid.UUID{b.player(t, c.Code()), b.player(t, c.Code())}
	m := &model{map[uuid.UUID]money.Amount{players[0]: money.Zero(c), players[1]: money.Zero(c)},
		map[string]wallet.Receipt{}, map[string]wallet.Order{}, map[string]wallet.Code{}}
	run := uuid.NewString()
	move := func(rt *rapid.T, code wallet.Code, do func(wallet.Order) (wallet.Receipt, error)) {
		o := b.order(rapid.SampledFrom(players).Draw(rt, "player"), // few amounts and few ids, so that they meet again
			money.New(c, rapid.OneOf(rapid.Int64Range(1, 3), rapid.Just[int64](1<<62)).Draw(rt, "amount")),
			run+rapid.StringMatching(`[a-f]`).Draw(rt, "id"))
		want, wantErr := m.move(o, code)
		got, err := do(o)
		if wantErr != nil {
			if !errors.Is(err, wantErr) {
				rt.Fatalf("%s %+v: error %v, want %v", code, o, err, wantErr)
			}
			return
		}
		if err != nil || got.Duplicate != want.Duplicate || !got.Balance.Equal(want.Balance) || got.TransactionID != want.TransactionID {
			rt.Fatalf("%s %+v: %+v, %v, want %+v", code, o, got, err, want)
		}
		if want.Duplicate && got.Transfer != m.done[o.TransactionID].Transfer {
			rt.Fatalf("transfer %s, was %s", got.Transfer, m.done[o.TransactionID].Transfer)
		}
		want.Duplicate, want.Transfer = false, got.Transfer
		m.done[o.TransactionID] = want
	}
	rt.Repeat(map[string]func(*rapid.T){
		"deposit": func(rt *rapid.T) {
			move(rt, wallet.Deposit, func(o wallet.Order) (wallet.Receipt, error) { return b.ledger.Deposit(t.Context(), o) })
		},
		"withdraw": func(rt *rapid.T) {
			move(rt, wallet.Withdrawal, func(o wallet.Order) (wallet.Receipt, error) { return b.ledger.Withdraw(t.Context(), o) })
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
