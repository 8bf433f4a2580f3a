package games

import (
	_ "embed"
	"fmt"
	"maps"
	"math/big"
	"sync"

	jsonv2 "github.com/go-json-experiment/json"

	"croupier/wallet/money"
)

// Limits are the smallest and the largest stake of a round's opening action, both allowed.
type Limits struct {
	Min money.Amount `json:"min"`
	Max money.Amount `json:"max"`
}

// aboutOneDollar gives, for every currency, an amount near one US dollar that is 1, 2 or 5 times a power of ten. Limits should
// be round numbers that stay as they are, so the table follows exchange rates only when one has left it far behind.
//
//go:embed limits.json
var aboutOneDollar []byte

// DefaultLimits returns the limits of a game that sets none of its own, by currency code: about 0.10 to 100 US dollars in every
// known currency. The caller may change the map.
func DefaultLimits() map[string]Limits { return maps.Clone(defaultLimits()) }

var defaultLimits = sync.OnceValue(func() map[string]Limits {
	limits, err := parseLimits(aboutOneDollar)
	if err != nil {
		panic("games: limits.json: " + err.Error()) // embedded: wrong for everyone or nobody
	}
	return limits
})

func parseLimits(table []byte) (map[string]Limits, error) {
	var dollars map[string]money.Number
	if err := jsonv2.Unmarshal(table, &dollars); err != nil {
		return nil, err
	}
	limits := make(map[string]Limits, len(dollars))
	for code, number := range dollars {
		c, err := money.LookupCurrency(code)
		if err != nil {
			return nil, err
		}
		dollar, err := money.Parse(c, number)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", code, err)
		}
		tenth, rest := new(big.Int).QuoRem(dollar.Minor(), big.NewInt(10), new(big.Int))
		if rest.Sign() != 0 {
			return nil, fmt.Errorf("%s: a tenth of %v is not a whole number of minor units", code, dollar)
		}
		limits[code] = Limits{Min: money.FromMinor(c, tenth), Max: dollar.Times(100)}
	}
	return limits, nil
}

// check returns what is wrong with limits that stand in a table under a code.
func (l Limits) check(code string) error {
	c, err := money.LookupCurrency(code)
	switch {
	case err != nil:
		return err
	case l.Min.Currency() != c || l.Max.Currency() != c:
		return fmt.Errorf("limits of %s are in %v and %v", code, l.Min.Currency(), l.Max.Currency())
	case l.Min.Sign() <= 0 || l.Min.Cmp(l.Max) > 0:
		return fmt.Errorf("limits of %s, %v to %v, are not 0 < min ≤ max", code, l.Min, l.Max)
	}
	return nil
}
