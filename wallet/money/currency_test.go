package money_test

import (
	"encoding/json"
	"errors"
	"testing"

	"croupier/wallet/money"
)

// currency returns a known currency.
func currency(t testing.TB, code string) money.Currency {
	t.Helper()
	c, err := money.LookupCurrency(code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestScales(t *testing.T) {
	t.Parallel()
	for code, scale := range map[string]int{
		"USD": 2, "EUR": 2, "GBP": 2, "HUF": 2, "JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "ISK": 0, "KWD": 3, "BHD": 3, "TND": 3,
		"BTC": 8, "ETH": 18, "USDT": 6, "USDC": 6, "LTC": 8, "DOGE": 8, "TRX": 6, "BNB": 18,
	} {
		if c := currency(t, code); c.Scale() != scale || c.Code() != code || c.String() != code || !c.Valid() {
			t.Errorf("%s: scale %d, code %q, want scale %d", code, c.Scale(), c.Code(), scale)
		}
	}
}

func TestUnknownCurrency(t *testing.T) {
	t.Parallel()
	for _, code := range []string{"", "usd", "US", "USDD", "XXX", " USD", "USD\x00"} {
		if c, err := money.LookupCurrency(code); !errors.Is(err, money.ErrUnknownCurrency) || c.Valid() {
			t.Errorf("LookupCurrency(%q) = %v, %v", code, c, err)
		}
	}
}

func TestCurrenciesAreSortedAndDistinct(t *testing.T) {
	t.Parallel()
	all := money.Currencies()
	if len(all) < 150 {
		t.Fatalf("only %d currencies", len(all))
	}
	for i, c := range all[1:] {
		if all[i].Code() >= c.Code() {
			t.Errorf("%v before %v", all[i], c)
		}
		if c.Scale() > money.MaxDecimals {
			t.Errorf("%v has a scale that no Number can have", c)
		}
	}
	all[0] = money.Currency{}
	if !money.Currencies()[0].Valid() {
		t.Error("the list can be changed from outside")
	}
}

func TestCurrencyJSON(t *testing.T) {
	t.Parallel()
	usd := currency(t, "USD")
	text, err := json.Marshal(map[money.Currency]money.Currency{usd: usd})
	if err != nil || string(text) != `{"USD":"USD"}` {
		t.Errorf("got %s, %v", text, err)
	}
	var back map[money.Currency]money.Currency
	if err := json.Unmarshal(text, &back); err != nil || back[usd] != usd {
		t.Errorf("got %v, %v", back, err)
	}
	var c money.Currency
	if err := json.Unmarshal([]byte(`"ZZZ"`), &c); !errors.Is(err, money.ErrUnknownCurrency) {
		t.Errorf("got %v", err)
	}
	if _, err := json.Marshal(money.Currency{}); err == nil {
		t.Error("the zero currency was written")
	}
}
