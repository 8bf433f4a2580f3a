package games_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/big"
	"strings"
	"testing"

	"croupier/games"
	"croupier/games/gamestest"
	"croupier/wallet/money"
)

func catalogue(t testing.TB) *games.Catalogue {
	t.Helper()
	c, err := games.NewCatalogue(gamestest.Game())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLookup(t *testing.T) {
	t.Parallel()
	c := catalogue(t)
	for _, name := range []string{"ladder", "steps", "test-ladder"} {
		if g, ok := c.Lookup(name); !ok || g.ID != "ladder" || g.Name != "Ladder" {
			t.Errorf("Lookup(%q) = %+v, %v", name, g, ok)
		}
	}
	for _, name := range []string{"", "Ladder", "snake"} {
		if g, ok := c.Lookup(name); ok {
			t.Errorf("Lookup(%q) found %s", name, g.ID)
		}
	}
	if all := c.Games(); len(all) != 1 || all[0].ID != "ladder" {
		t.Errorf("Games() = %+v", all)
	}
	g, _ := c.Lookup("steps")
	if v, ok := g.Variant("RTP_92"); !ok || v.RTP().FloatString(6) != "0.920000" {
		t.Errorf("got %+v, %v", v, ok)
	}
	if _, ok := g.Variant("RTP_1000"); ok {
		t.Error("found a variant that is not there")
	}
}

func TestRulesHash(t *testing.T) {
	t.Parallel()
	g, _ := catalogue(t).Lookup("ladder")
	v, _ := g.Variant("RTP_96")
	want := `{"game":"ladder","rules":{"firstLoose":3,"holds":12,"looseRungs":8,"returnPercent":96,"sides":25,"topRung":9,` +
		`"version":1},"variant":"RTP_96"}`
	if string(v.RulesJSON) != want {
		t.Errorf("hashed %s, want %s", v.RulesJSON, want)
	}
	sum := sha256.Sum256([]byte(want))
	if v.RulesHash != hex.EncodeToString(sum[:]) {
		t.Errorf("the hash is %s", v.RulesHash)
	}
	if other, _ := g.Variant("RTP_92"); other.RulesHash == v.RulesHash {
		t.Error("two variants share a hash")
	}
}

// odd is an engine with rules and a return of the test's choosing.
type odd struct {
	games.Engine
	rules any
	rtp   *big.Rat
}

func (o odd) Rules() any    { return o.rules }
func (o odd) RTP() *big.Rat { return o.rtp }

func TestNewCatalogueRefuses(t *testing.T) {
	t.Parallel()
	usd, eur := currency(t, "USD"), currency(t, "EUR")
	limits := func(code string, low, high money.Amount) map[string]games.Limits {
		return map[string]games.Limits{code: {Min: low, Max: high}}
	}
	engine := func(rules any, rtp *big.Rat) func(*games.Game) {
		return func(g *games.Game) { g.Variants[0].Engine = odd{rules: rules, rtp: rtp} }
	}
	half := big.NewRat(1, 2)
	for complaint, change := range map[string]func(*games.Game){
		`"Ladder" is not an id`:          func(g *games.Game) { g.ID = "Ladder" },
		`"" is not an id`:                func(g *games.Game) { g.ID = "" },
		`"a b" is not an id`:             func(g *games.Game) { g.Aliases = []string{"a b"} },
		`the id "ladder" is taken`:       func(g *games.Game) { g.Aliases = []string{"ladder"} },
		"it has no name":                 func(g *games.Game) { g.Name = "" },
		`there is no default variant`:    func(g *games.Game) { g.Default = "RTP_99" },
		`no default variant "RTP_96"`:    func(g *games.Game) { g.Variants = nil },
		`"RTP_96" is not a variant id`:   func(g *games.Game) { g.Variants[0].ID = "RTP_96" },
		`"x/y" is not a variant id`:      func(g *games.Game) { g.Variants[0].ID = "x/y" },
		"it has no engine":               func(g *games.Game) { g.Variants[0].Engine = nil },
		"it has no return to player":     engine(1, nil),
		"return to player is 1.500000,":  engine(1, big.NewRat(3, 2)),
		"rules hold 0.5 at /rules/x":     engine(map[string]any{"x": 0.5}, half),
		"rules hold 9007199254740992":    engine(int64(1<<53), half),
		"Go chan int":                    engine(make(chan int), half),
		"unknown currency":               func(g *games.Game) { g.Limits = limits("ZZZ", money.New(usd, 1), money.New(usd, 2)) },
		"limits of USD are in EUR":       func(g *games.Game) { g.Limits = limits("USD", money.New(eur, 1), money.New(usd, 2)) },
		"limits of USD, 2.00 to 1.00":    func(g *games.Game) { g.Limits = limits("USD", money.New(usd, 200), money.New(usd, 100)) },
		"0.00 to 1.00, are not 0 < min":  func(g *games.Game) { g.Limits = limits("USD", money.Zero(usd), money.New(usd, 100)) },
		"limits of USD are in no curren": func(g *games.Game) { g.Limits = limits("USD", money.Amount{}, money.Amount{}) },
	} {
		g := gamestest.Game()
		change(&g)
		if _, err := games.NewCatalogue(g); err == nil || !strings.Contains(err.Error(), complaint) {
			t.Errorf("got %v, want %q", err, complaint)
		}
	}
	twin := gamestest.Game()
	twin.ID, twin.Name = "other", ""
	_, err := games.NewCatalogue(gamestest.Game(), twin)
	if err == nil || !strings.Contains(err.Error(), `"steps" is taken`) || !strings.Contains(err.Error(), "it has no name") {
		t.Errorf("not every mistake is named: %v", err)
	}
}

func TestCheckStake(t *testing.T) {
	t.Parallel()
	usd, jpy := currency(t, "USD"), currency(t, "JPY")
	g, _ := catalogue(t).Lookup("ladder")
	for minor, ok := range map[int64]bool{9: false, 10: true, 10_000: true, 10_001: false, -10: false, 0: false} {
		err := g.CheckStake(money.New(usd, minor))
		var outside *games.LimitError
		if errors.As(err, &outside) == ok || ok && err != nil {
			t.Errorf("%d cents: %v", minor, err)
		}
		if outside != nil && (outside.Min.String() != "0.10" || outside.Max.String() != "100.00") {
			t.Errorf("limits %v to %v", outside.Min, outside.Max)
		}
	}
	g.Limits = map[string]games.Limits{"USD": {Min: money.New(usd, 1), Max: money.New(usd, 2)}}
	var absent *games.CurrencyError
	if err := g.CheckStake(money.New(jpy, 100)); !errors.As(err, &absent) || absent.Game != "ladder" || absent.Currency != jpy {
		t.Errorf("got %v", err)
	}
	if _, ok := g.LimitsFor(jpy); ok {
		t.Error("a currency without limits has limits")
	}
}

func TestDefaultLimitsCoverEveryCurrency(t *testing.T) {
	t.Parallel()
	limits := games.DefaultLimits()
	for _, c := range money.Currencies() {
		l, ok := limits[c.Code()]
		if !ok || l.Min.Currency() != c || l.Min.Sign() <= 0 || !l.Min.Times(1000).Equal(l.Max) {
			t.Errorf("%v: %v to %v", c, l.Min, l.Max)
		}
		// A round number, so that limits read well.
		if digits := strings.TrimRight(l.Min.Minor().String(), "0"); digits != "1" && digits != "2" && digits != "5" {
			t.Errorf("%v: the minimum is %v", c, l.Min)
		}
	}
	if len(limits) != len(money.Currencies()) {
		t.Errorf("%d limits for %d currencies", len(limits), len(money.Currencies()))
	}
	for code, want := range map[string]string{"USD": "0.10", "JPY": "10", "BTC": "0.00000100", "KWD": "0.020"} {
		if got := limits[code].Min.String(); got != want {
			t.Errorf("%s: %s, want %s", code, got, want)
		}
	}
	delete(limits, "USD")
	if _, ok := games.DefaultLimits()["USD"]; !ok {
		t.Error("the table can be changed from outside")
	}
}
