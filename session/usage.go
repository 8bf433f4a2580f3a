package session

import (
	"context"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"croupier/wallet"
	"croupier/wallet/money"
)

// totals are what a player's money did since a time.
type totals struct {
	staked, paid, refunded, deposited money.Amount
}

func noTotals(c money.Currency) totals {
	none := money.Zero(c)
	return totals{none, none, none, none}
}

// used is what a limit of a type bounds.
func (t totals) used(of LimitType) money.Amount {
	switch of {
	case DepositLimit:
		return t.deposited
	case LossLimit:
		return t.staked.Sub(t.paid).Sub(t.refunded)
	}
	return t.staked.Sub(t.refunded)
}

// sumsOf reads a player's totals since each of some times. Transfers are found by their keys, which are of the machine's clock, while their
// times are of the server's: what the server's clock says was so long ago, the machine's says so too, to a day.
func sumsOf(ctx context.Context, db querier, player uuid.UUID, c money.Currency, now time.Time, since ...time.Time) ([]totals, error) {
	sums := make([]totals, len(since))
	for i := range sums {
		sums[i] = noTotals(c)
	}
	sorted := slices.SortedFunc(slices.Values(since), time.Time.Compare)
	keys := time.Now().Add(sorted[0].Sub(now)).Add(-24 * time.Hour)
	const sql = `
		SELECT code, width_bucket(at, $4::timestamptz[]), sum(amount)
		FROM transfers WHERE player_id = $1 AND id >= uuid_floor($2) AND at >= $3 AND code IN ('stake', 'payout', 'refund', 'deposit')
		GROUP BY 1, 2`
	rows, err := db.Query(ctx, sql, player, keys, sorted[0], sorted)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var code wallet.Code
		var bucket int // how many of the times it is not before
		var sum pgtype.Numeric
		if err := rows.Scan(&code, &bucket, &sum); err != nil {
			return nil, err
		}
		amount, err := wallet.FromNumeric(c, sum)
		if err != nil {
			return nil, err
		}
		for i, from := range since {
			if !from.After(sorted[bucket-1]) {
				sums[i].add(code, amount)
			}
		}
	}
	return sums, rows.Err()
}

func (t *totals) add(code wallet.Code, amount money.Amount) {
	switch code {
	case wallet.Stake:
		t.staked = t.staked.Add(amount)
	case wallet.Payout:
		t.paid = t.paid.Add(amount)
	case wallet.Refund:
		t.refunded = t.refunded.Add(amount)
	case wallet.Deposit:
		t.deposited = t.deposited.Add(amount)
	}
}

// periods are those that money is counted over.
var periods = []LimitPeriod{Day, Week, Month}

// usage is how much of a player's limits is used, as of a position: it goes on with every move.
type usage struct {
	day  time.Time // the day that it is of: with it, weeks and months end
	sums [3]totals // by the place in periods
}

// usageOf reads a player's usage.
func usageOf(ctx context.Context, db querier, player uuid.UUID, c money.Currency, now time.Time) (*usage, error) {
	since := make([]time.Time, len(periods))
	for i, p := range periods {
		since[i] = p.since(now)
	}
	sums, err := sumsOf(ctx, db, player, c, now, since...)
	if err != nil {
		return nil, err
	}
	return &usage{day: since[0], sums: [3]totals(sums)}, nil
}

// of is what is used of a limit of a type and a period.
func (u *usage) of(t LimitType, p LimitPeriod) decimal.Decimal {
	for i, period := range periods {
		if period == p {
			return u.sums[i].used(t).Decimal()
		}
	}
	return decimal.Decimal{}
}

// advance follows a committed move.
func (u *usage) advance(m *move) {
	for i := range u.sums {
		u.sums[i].add(wallet.Stake, m.stake)
		if m.kind == voidRequest {
			u.sums[i].add(wallet.Refund, m.payout)
		} else {
			u.sums[i].add(wallet.Payout, m.payout)
		}
	}
}
