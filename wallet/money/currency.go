package money

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Currency is a currency's code and its scale, the number of decimals that its minor unit has. Currencies are compared with ==.
// The zero Currency is none: no Amount can be in it.
type Currency struct {
	index uint16 // of its code in codes: small and quick to compare, as it is in every Amount
	scale uint8
}

// currencyCodes lists every currency by its scale. Fiat: ISO 4217 list one, without funds codes, metals and test codes. Crypto:
// the asset's own smallest unit (satoshi, wei, sun, …).
var currencyCodes = map[uint8]string{
	0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
	2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE " +
		"CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR " +
		"KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB " +
		"PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY " +
		"TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG",
	3:  "BHD IQD JOD KWD LYD OMR TND",
	6:  "ADA TRX USDC USDT XRP",
	8:  "BCH BTC DOGE LTC",
	9:  "SOL TON",
	18: "BNB DAI ETH",
}

var (
	currenciesByCode = make(map[string]Currency)
	currenciesSorted []Currency
	codes            = []string{""} // sorted; the zero Currency has the first
)

func init() {
	scales := make(map[string]uint8)
	for scale, list := range currencyCodes {
		for code := range strings.FieldsSeq(list) {
			scales[code] = scale
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	for i, code := range codes[1:] {
		c := Currency{index: uint16(i + 1), scale: scales[code]}
		currenciesByCode[code] = c
		currenciesSorted = append(currenciesSorted, c)
	}
}

// ErrUnknownCurrency is what LookupCurrency's errors wrap.
var ErrUnknownCurrency = errors.New("unknown currency")

// LookupCurrency returns the currency of a code in upper case, such as USD, JPY or BTC. Its error wraps ErrUnknownCurrency.
func LookupCurrency(code string) (Currency, error) {
	c, ok := currenciesByCode[code]
	if !ok {
		return Currency{}, fmt.Errorf("%w %.12q", ErrUnknownCurrency, code)
	}
	return c, nil
}

// Currencies returns every known currency, sorted by code.
func Currencies() []Currency { return slices.Clone(currenciesSorted) }

// Code returns the currency's code, "" for the zero Currency.
func (c Currency) Code() string { return codes[c.index] }

// Scale returns the number of decimals of the currency's minor unit, 0–18: 2 for USD, 0 for JPY, 8 for BTC.
func (c Currency) Scale() int { return int(c.scale) }

// Valid says whether c is a currency, which only the zero Currency is not.
func (c Currency) Valid() bool { return c.index != 0 }

// String returns the code, or "no currency".
func (c Currency) String() string {
	if !c.Valid() {
		return "no currency"
	}
	return c.Code()
}

// MarshalText writes the code. The zero Currency is an error.
func (c Currency) MarshalText() ([]byte, error) {
	if !c.Valid() {
		return nil, errors.New("money: cannot write the zero currency")
	}
	return []byte(c.Code()), nil
}

// UnmarshalText reads a code as LookupCurrency does.
func (c *Currency) UnmarshalText(text []byte) error {
	found, err := LookupCurrency(string(text))
	if err != nil {
		return err
	}
	*c = found
	return nil
}
