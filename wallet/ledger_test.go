package wallet_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/google/uuid"

	"croupier/wallet"
	"croupier/wallet/money"
)

func TestDepositAndWithdraw(t *testing.T) {
	t.Parallel()
	b := setup(t)
	player := b.player(t, "ETH")
	r, err := b.ledger.Deposit(t.Context(), b.order(player, amount(t, "ETH", "123456789012345.000000000000000001"), "in"))
	must(t, err)
	if r.Balance.String() != "123456789012345.000000000000000001" || r.Duplicate || r.TransactionID != "in" {
		t.Errorf("deposit: %+v", r)
	}
	r, err = b.ledger.Withdraw(t.Context(), b.order(player, amount(t, "ETH", "0.000000000000000002"), "out"))
	must(t, err)
	if r.Balance.String() != "123456789012344.999999999999999999" {
		t.Errorf("withdrawal: %+v", r)
	}
	have, err := b.ledger.Balances(t.Context(), b.operator.ID, player)
	must(t, err)
	if !have.Balance.Equal(r.Balance) || !have.Escrow.IsZero() {
		t.Errorf("has %+v, want %s", have, r.Balance)
	}
	b.clean(t)
}

func TestOrdersThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t)
	player, other := b.player(t, "USD"), b.player(t, "USD")
	five := amount(t, "USD", "5.00")
	_, err := b.ledger.Deposit(t.Context(), b.order(player, five, "known"))
	must(t, err)
	_, err = b.ledger.Deposit(t.Context(), b.order(other, five, "known to the other"))
	must(t, err)
	stranger := wallet.Order{Operator: uuid.New(), Player: player, Amount: five, TransactionID: "x"}
	for name, test := range map[string]struct {
		order    wallet.Order
		withdraw bool
		want     error
	}{
		"no player":            {b.order(uuid.New(), five, "x"), false, wallet.ErrNoPlayer},
		"another operator's":   {stranger, false, wallet.ErrNoPlayer},
		"another currency":     {b.order(player, amount(t, "EUR", "5.00"), "x"), false, wallet.ErrCurrency},
		"nothing":              {b.order(player, amount(t, "USD", "0.00"), "x"), false, wallet.ErrNotPositive},
		"less than nothing":    {b.order(player, amount(t, "USD", "-1.00"), "x"), true, wallet.ErrNotPositive},
		"more than there is":   {b.order(player, amount(t, "USD", "5.01"), "x"), true, wallet.ErrInsufficient},
		"too much to say":      {b.order(player, amount(t, "USD", "999999999999995.00"), "x"), false, wallet.ErrTooMuch},
		"known, another sum":   {b.order(player, amount(t, "USD", "5.01"), "known"), false, wallet.ErrReused},
		"known, the other way": {b.order(player, five, "known"), true, wallet.ErrReused},
		"known, other player":  {b.order(other, five, "known"), false, wallet.ErrReused},
	} {
		do := b.ledger.Deposit
		if test.withdraw {
			do = b.ledger.Withdraw
		}
		if r, err := do(t.Context(), test.order); !errors.Is(err, test.want) {
			t.Errorf("%s: %+v, error %v, want %v", name, r, err, test.want)
		}
	}
	for _, p := range []uuid.UUID{player, other} {
		if have, err := b.ledger.Balances(t.Context(), b.operator.ID, p); err != nil || !have.Balance.Equal(five) {
			t.Errorf("has %v, %v after nothing but refusals", have.Balance, err)
		}
	}
	if _, err := b.ledger.Balances(t.Context(), uuid.New(), player); !errors.Is(err, wallet.ErrNoPlayer) {
		t.Errorf("another operator is told %v", err)
	}
	// An id whose order was refused is free.
	if _, err := b.ledger.Deposit(t.Context(), b.order(player, five, "x")); err != nil {
		t.Error(err)
	}
	b.clean(t)
}

func TestTransactionIDsOfTwoOperatorsAreTheirOwn(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for range 2 {
		b.operator = b.newOperator(t)
		r, err := b.ledger.Deposit(t.Context(), b.order(b.player(t, "USD"), amount(t, "USD", "1.00"), "same"))
		must(t, err)
		if r.Duplicate {
			t.Error("one operator's transaction was another's")
		}
	}
}

// atOnce runs do n times at the same time.
func atOnce(n int, do func(i int)) {
	var begin, end sync.WaitGroup
	begin.Add(1)
	for i := range n {
		end.Go(func() {
			begin.Wait()
			do(i)
		})
	}
	begin.Done()
	end.Wait()
}

func TestOneTransactionManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	player := b.player(t, "USD")
	const many = 16
	receipts := make([]wallet.Receipt, many)
	errs := make([]error, many)
	atOnce(many, func(i int) {
		receipts[i], errs[i] = b.ledger.Deposit(t.Context(), b.order(player, amount(t, "USD", "3.00"), "same"))
	})
	must(t, errors.Join(errs...))
	first := 0
	for _, r := range receipts {
		if !r.Duplicate {
			first++
		}
		if r.Transfer != receipts[0].Transfer || r.Balance.String() != "3.00" || r.TransactionID != "same" {
			t.Errorf("receipts %+v and %+v", r, receipts[0])
		}
	}
	if first != 1 {
		t.Errorf("%d of %d took effect", first, many)
	}
	b.clean(t)
}

func TestOneTransactionForManyPlayersAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const many = 8
	players := make([]uuid.UUID, many)
	for i := range players {
		players[i] = b.player(t, "USD")
	}
	errs := make([]error, many)
	atOnce(many, func(i int) {
		_, errs[i] = b.ledger.Deposit(t.Context(), b.order(players[i], amount(t, "USD", "3.00"), "same"))
	})
	done := 0
	for i, err := range errs {
		have, e := b.ledger.Balances(t.Context(), b.operator.ID, players[i])
		must(t, e)
		switch {
		case err == nil && have.Balance.String() == "3.00":
			done++
		case errors.Is(err, wallet.ErrReused) && have.Balance.IsZero():
		default:
			t.Errorf("error %v, balance %s", err, have.Balance)
		}
	}
	if done != 1 {
		t.Errorf("%d took effect", done)
	}
	b.clean(t)
}

func TestBalanceIsNotOverdrawnAtOnce(t *testing.T) {
	t.Parallel()
	b := setup(t)
	player := b.player(t, "USD")
	_, err := b.ledger.Deposit(t.Context(), b.order(player, amount(t, "USD", "10.00"), "in"))
	must(t, err)
	const many = 16
	errs := make([]error, many)
	atOnce(many, func(i int) {
		_, errs[i] = b.ledger.Withdraw(t.Context(), b.order(player, amount(t, "USD", "3.00"), fmt.Sprint(i)))
	})
	paid := 0
	for _, err := range errs {
		if err == nil {
			paid++
		} else if !errors.Is(err, wallet.ErrInsufficient) {
			t.Error(err)
		}
	}
	have, err := b.ledger.Balances(t.Context(), b.operator.ID, player)
	must(t, err)
	if paid != 3 || have.Balance.String() != "1.00" {
		t.Errorf("%d withdrawals of 3.00 from 10.00 left %s", paid, have.Balance)
	}
	_, err = b.ledger.Withdraw(t.Context(), b.order(player, amount(t, "USD", "1.01"), "one cent more"))
	var short *wallet.InsufficientError
	if !errors.As(err, &short) || short.Required.String() != "1.01" || short.Available.String() != "1.00" || short.Available.Currency().Code() != "USD" {
		t.Errorf("error %v", err)
	}
	b.clean(t)
}

func TestStatementPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	player := b.player(t, "USD")
	if page, next, err := b.ledger.Statement(t.Context(), wallet.StatementQuery{Operator: b.operator.ID, Player: player, Limit: 10}); err != nil || len(page) != 0 || next != uuid.Nil {
		t.Errorf("of nobody: %v, %v, %v", page, next, err)
	}
	_, err := b.ledger.Deposit(t.Context(), b.order(player, amount(t, "USD", "100.00"), "in"))
	must(t, err)
	b.play(t, player)
	var want int
	must(t, b.admin.QueryRow(t.Context(), `SELECT count(*) FROM transfers`).Scan(&want))
	for _, limit := range []int{-1, 1, 2, want - 1, want, want + 1, 1 << 20} {
		seen := map[uuid.UUID]bool{}
		var all []wallet.Transfer
		for cursor := (uuid.UUID{}); ; {
			page, next, err := b.ledger.Statement(t.Context(), wallet.StatementQuery{Operator: b.operator.ID, Player: player, Cursor: cursor, Limit: limit})
			must(t, err)
			if len(page) == 0 || len(page) > max(1, limit) {
				t.Fatalf("limit %d: a page of %d", limit, len(page))
			}
			for _, transfer := range page {
				if seen[transfer.ID] {
					t.Errorf("limit %d: %s twice", limit, transfer.ID)
				}
				seen[transfer.ID] = true
			}
			all = append(all, page...)
			if cursor = next; next == uuid.Nil {
				break
			}
		}
		if len(all) != want {
			t.Errorf("limit %d: %d transfers, want %d", limit, len(all), want)
		}
		for i := range all[1:] {
			checkStep(t, all[i+1], all[i])
		}
	}
	if _, _, err := b.ledger.Statement(t.Context(), wallet.StatementQuery{Operator: uuid.New(), Player: player, Limit: 10}); !errors.Is(err, wallet.ErrNoPlayer) {
		t.Errorf("another operator is told %v", err)
	}
}

// checkStep holds a transfer's balance against the one before it.
func checkStep(t testing.TB, before, after wallet.Transfer) {
	t.Helper()
	delta := money.Zero(after.Amount.Currency())
	switch "player" {
	case after.Credit:
		delta = after.Amount
	case after.Debit:
		delta = after.Amount.Neg()
	}
	if !before.Balance.Add(delta).Equal(after.Balance) {
		t.Errorf("%s after %s", fmt.Sprintf("%+v", after), fmt.Sprintf("%+v", before))
	}
}
