// Package wallet keeps the money: the double-entry ledger and the rules by which it may move. A movement is one immutable row
// that names both accounts, so it balances by construction; every stored balance equals the sum of its transfers at every
// instant. It never rounds, and never tells of a movement before it is committed.
package wallet

import (
	"encoding/binary"
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"croupier/wallet/money"
)

// Numeric returns the amount as Postgres keeps it, with the currency's own scale.
func Numeric(a money.Amount) pgtype.Numeric {
	return pgtype.Numeric{Int: a.Minor(), Exp: -int32(a.Currency().Scale()), Valid: true}
}

// FromNumeric returns an amount that Postgres kept. It errs on NULL, NaN, infinity, and on more decimals than the currency has.
func FromNumeric(c money.Currency, n pgtype.Numeric) (money.Amount, error) {
	if !n.Valid || n.NaN || n.InfinityModifier != pgtype.Finite {
		return money.Amount{}, fmt.Errorf("stored amount is not a number")
	}
	return money.FromDecimal(c, decimal.NewFromBigInt(n.Int, n.Exp))
}

// AppendNumeric appends the amount as Postgres takes a numeric in binary (numeric_recv), with the currency's own scale: how many digits
// follow, the power of 10,000 of the first, the sign, the scale, then the digits in base 10,000, those after the point aligned to it.
func AppendNumeric(b []byte, a money.Amount) []byte {
	minor, ok := a.Int64()
	if !ok {
		return appendHuge(b, Numeric(a))
	}
	scale := a.Currency().Scale()
	sign, rest := uint16(0), uint64(minor)
	if minor < 0 {
		sign, rest = 0x4000, -rest
	}
	// The digits from the last to the first. A group after the point that is not full is filled with zeros.
	var digits [10]uint16
	n := 0
	if part := scale % 4; part > 0 {
		digits[0], rest = uint16(rest%pow10[part]*pow10[4-part]), rest/pow10[part]
		n = 1
	}
	for ; rest > 0; n++ {
		digits[n], rest = uint16(rest%10_000), rest/10_000
	}
	zeros := 0 // at the end, which Postgres leaves out
	for zeros < n && digits[zeros] == 0 {
		zeros++
	}
	if zeros == n {
		return append(b, 0, 0, 0, 0, 0, 0, byte(scale>>8), byte(scale))
	}
	weight := n - (scale+3)/4 - 1
	b = binary.BigEndian.AppendUint16(b, uint16(n-zeros))
	b = binary.BigEndian.AppendUint16(b, uint16(int16(weight)))
	b = binary.BigEndian.AppendUint16(b, sign)
	b = binary.BigEndian.AppendUint16(b, uint16(scale))
	for i := n - 1; i >= zeros; i-- {
		b = binary.BigEndian.AppendUint16(b, digits[i])
	}
	return b
}

var pow10 = [...]uint64{1, 10, 100, 1_000, 10_000}

// appendHuge appends what an int64 cannot hold.
func appendHuge(b []byte, n pgtype.Numeric) []byte {
	plan := pgtype.NumericCodec{}.PlanEncode(nil, pgtype.NumericOID, pgtype.BinaryFormatCode, n)
	b, err := plan.Encode(n, b)
	if err != nil { // which a finite number never gives
		panic(fmt.Sprintf("encode an amount: %v", err))
	}
	return b
}
