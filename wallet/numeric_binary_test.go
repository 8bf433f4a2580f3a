package wallet_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
	"pgregory.net/rapid"

	"croupier/wallet"
	"croupier/wallet/money"
)

// Currencies of every scale that there is a rest of four for, and the most that there can be.
var scales = []string{"JPY", "USD", "KWD", "BTC", "ETH"}

func TestNumericIsBinaryAsPostgresHasIt(t *testing.T) {
	t.Parallel()
	codec, types := pgtype.NumericCodec{}, pgtype.NewMap()
	rapid.Check(t, func(t *rapid.T) {
		c, err := money.LookupCurrency(rapid.SampledFrom(scales).Draw(t, "currency"))
		if err != nil {
			t.Fatal(err)
		}
		minor := big.NewInt(rapid.OneOf(rapid.Int64(), rapid.Int64Range(-100_000, 100_000),
			rapid.SampledFrom([]int64{0, 1, -1, 10_000, 100_000_000, math.MaxInt64, math.MinInt64})).Draw(t, "minor units"))
		if rapid.Bool().Draw(t, "huge") {
			minor.Mul(minor, big.NewInt(math.MaxInt64))
		}
		amount := money.FromMinor(c, minor)
		binary := wallet.AppendNumeric([]byte("before"), amount)[len("before"):]
		var read pgtype.Numeric
		if err := codec.PlanScan(types, pgtype.NumericOID, pgtype.BinaryFormatCode, &read).Scan(binary, &read); err != nil {
			t.Fatalf("%v: %x: %v", amount, binary, err)
		}
		back, err := wallet.FromNumeric(c, read)
		if err != nil || !back.Equal(amount) {
			t.Fatalf("%v was written as %x, and read as %v, %v", amount, binary, back, err)
		}
		if scale := int(binary[6])<<8 + int(binary[7]); scale != c.Scale() {
			t.Fatalf("%v was written with %d decimals", amount, scale)
		}
	})
}
