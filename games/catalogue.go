package games

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"slices"

	"croupier/wallet/money"
)

// Game is a game as the catalogue offers it.
type Game struct {
	ID       string            // lowercase letters, digits and dashes: "slots"
	Name     string            // for people: "Slots"
	Aliases  []string          // other ids that it is known by
	Variants []Variant         // at least one
	Default  string            // id of the variant that is played where nothing else is chosen
	Limits   map[string]Limits // by currency code; a currency without limits is not played. nil means DefaultLimits
}

// Variant is one build of a game: its engine with the rules that give it its return.
type Variant struct {
	ID string // letters, digits and underscores: "RTP_96"
	Engine
	RulesJSON json.RawMessage // RFC 8785 form of {"game", "rules", "variant"}, set by NewCatalogue
	RulesHash string          // hex SHA-256 of RulesJSON, set by NewCatalogue
}

// Variant returns the variant of an id.
func (g Game) Variant(id string) (Variant, bool) {
	i := slices.IndexFunc(g.Variants, func(v Variant) bool { return v.ID == id })
	if i < 0 {
		return Variant{}, false
	}
	return g.Variants[i], true
}

// LimitsFor returns the game's limits in a currency. ok is false when the game is not available in it.
func (g Game) LimitsFor(c money.Currency) (limits Limits, ok bool) {
	limits, ok = g.Limits[c.Code()]
	return limits, ok
}

// CheckStake returns *LimitError unless the game takes a as the stake of an opening action, and *CurrencyError when the game is
// not available in the currency at all.
func (g Game) CheckStake(a money.Amount) error {
	limits, ok := g.LimitsFor(a.Currency())
	if !ok {
		return &CurrencyError{Game: g.ID, Currency: a.Currency()}
	}
	if a.Cmp(limits.Min) < 0 || a.Cmp(limits.Max) > 0 {
		return &LimitError{Min: limits.Min, Max: limits.Max, Stake: a}
	}
	return nil
}

// Catalogue is the games that a server offers. It does not change and is safe for concurrent use.
type Catalogue struct {
	games  []Game
	byName map[string]int // by id and alias
}

// NewCatalogue checks the games and computes the hash of every variant's rules. Its error names every mistake at once.
func NewCatalogue(games ...Game) (*Catalogue, error) {
	c := &Catalogue{byName: make(map[string]int)}
	var mistakes []error
	for _, g := range games {
		if err := c.add(g); err != nil {
			mistakes = append(mistakes, fmt.Errorf("game %q: %w", g.ID, err))
		}
	}
	if err := errors.Join(mistakes...); err != nil {
		return nil, err
	}
	return c, nil
}

// Games returns all games in the order in which NewCatalogue was given them. They are shared: do not change what they hold.
func (c *Catalogue) Games() []Game { return slices.Clone(c.games) }

// Lookup returns the game of an id or alias. It is shared: do not change what it holds.
func (c *Catalogue) Lookup(idOrAlias string) (Game, bool) {
	i, ok := c.byName[idOrAlias]
	if !ok {
		return Game{}, false
	}
	return c.games[i], true
}

// ValidID says whether a text can be a game's id or alias: 1 to 64 lowercase letters, digits and dashes, a letter first.
func ValidID(id string) bool { return gameID.MatchString(id) }

var (
	gameID    = regexp.MustCompile(`^[a-z][a-z0-9-]{0,63}$`)
	variantID = regexp.MustCompile(`^[A-Za-z0-9_]{1,32}$`)
)

func (c *Catalogue) add(g Game) error {
	g.Aliases, g.Variants = slices.Clone(g.Aliases), slices.Clone(g.Variants)
	if g.Limits == nil {
		g.Limits = DefaultLimits()
	}
	var mistakes []error
	for _, name := range append([]string{g.ID}, g.Aliases...) {
		if !gameID.MatchString(name) {
			mistakes = append(mistakes, fmt.Errorf("%q is not an id of lowercase letters, digits and dashes", name))
		}
		if _, taken := c.byName[name]; taken {
			mistakes = append(mistakes, fmt.Errorf("the id %q is taken", name))
		}
		c.byName[name] = len(c.games)
	}
	if g.Name == "" {
		mistakes = append(mistakes, errors.New("it has no name"))
	}
	for code, limits := range g.Limits {
		mistakes = append(mistakes, limits.check(code))
	}
	mistakes = append(mistakes, g.completeVariants())
	c.games = append(c.games, g)
	return errors.Join(mistakes...)
}

func (g Game) completeVariants() error {
	var mistakes []error
	if _, ok := g.Variant(g.Default); !ok {
		mistakes = append(mistakes, fmt.Errorf("there is no default variant %q", g.Default))
	}
	seen := make(map[string]bool)
	for i := range g.Variants {
		v := &g.Variants[i]
		if seen[v.ID] || !variantID.MatchString(v.ID) {
			mistakes = append(mistakes, fmt.Errorf("%q is not a variant id of its own", v.ID))
		}
		seen[v.ID] = true
		if err := v.complete(g.ID); err != nil {
			mistakes = append(mistakes, fmt.Errorf("variant %s: %w", v.ID, err))
		}
	}
	return errors.Join(mistakes...)
}

func (v *Variant) complete(game string) error {
	if v.Engine == nil {
		return errors.New("it has no engine")
	}
	switch rtp := v.RTP(); {
	case rtp == nil:
		return errors.New("it has no return to player")
	case rtp.Sign() < 0 || rtp.Cmp(big.NewRat(1, 1)) > 0:
		return fmt.Errorf("its return to player is %s, not from 0 to 1", rtp.FloatString(6))
	}
	rules, err := canonicalRules(map[string]any{"game": game, "rules": v.Rules(), "variant": v.ID})
	if err != nil {
		return err
	}
	sum := sha256.Sum256(rules)
	v.RulesJSON, v.RulesHash = rules, hex.EncodeToString(sum[:])
	return nil
}
