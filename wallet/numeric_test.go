package wallet_test

import (
	"math/big"
	"testing"

	"github.com/jackc/pgx/v5/pgtype"
	"pgregory.net/rapid"

	"croupier/wallet"
	"croupier/wallet/money"
)

func TestNumericGoesThroughPostgres(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rapid.Check(t, func(rt *rapid.T) {
		c := currency(t, rapid.SampledFrom([]string{"JPY", "USD", "BTC", "ETH"}).Draw(rt, "currency"))
		minor := new(big.Int).Mul(big.NewInt(rapid.Int64().Draw(rt, "a")), big.NewInt(rapid.Int64().Draw(rt, "b")))
		want := money.FromMinor(c, minor)
		var kept pgtype.Numeric
		var text string
		if err := b.db.QueryRow(t.Context(), `SELECT $1::numeric, $1::numeric::text`, wallet.Numeric(want)).Scan(&kept, &text); err != nil {
			rt.Fatal(err)
		}
		got, err := wallet.FromNumeric(c, kept)
		if err != nil || !got.Equal(want) || text != want.String() {
			rt.Fatalf("%s came back as %s (%s), %v", want, got, text, err)
		}
	})
	usd := currency(t, "USD")
	for _, text := range []string{"'NaN'", "'Infinity'", "'-Infinity'", "NULL", "0.001"} {
		var kept pgtype.Numeric
		must(t, b.db.QueryRow(t.Context(), `SELECT `+text+`::numeric`).Scan(&kept))
		if a, err := wallet.FromNumeric(usd, kept); err == nil {
			t.Errorf("%s came back as %s", text, a)
		}
	}
}
