package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/games"
	"croupier/wallet"
	"croupier/wallet/money"
)

// GameSettings are what an operator makes of a game of the house. The zero value of a field but Enabled leaves that as the house has it.
type GameSettings struct {
	Enabled bool                    // whether new rounds may be opened; a round that is open is finished either way
	Variant string                  // the build of new rounds: one of the game's
	Name    string                  // for people; at most 100 printable characters
	Aliases []string                // more ids that the operator's players may connect by; at most 20
	Limits  map[string]games.Limits // by currency code; within the game's own
}

// GameRevision is one state of an operator's game and how it came about.
type GameRevision struct {
	GameSettings
	GameID    string
	Revision  int // from 1; 0: the operator changed nothing, and the rest is as the house has it
	ChangedBy string
	Reason    string
	ChangedAt time.Time
}

// Offer is a game as an operator's players play it: with its own name, aliases, default variant and limits.
type Offer struct {
	games.Game
	Revision GameRevision
}

// houseOffer is a game of which an operator has changed nothing.
func houseOffer(g games.Game) Offer {
	return Offer{Game: g, Revision: GameRevision{GameID: g.ID, GameSettings: GameSettings{Enabled: true}}}
}

// offerOf is a game with what an operator has made of it. A build that this server does not have makes the game unavailable, not another one.
func offerOf(g games.Game, r GameRevision) Offer {
	o := Offer{Game: g, Revision: r}
	o.Aliases = append(slices.Clone(g.Aliases), r.Aliases...)
	if r.Name != "" {
		o.Name = r.Name
	}
	if r.Variant != "" {
		o.Default = r.Variant
	}
	o.Limits = make(map[string]games.Limits, len(g.Limits))
	for code, own := range g.Limits {
		o.Limits[code] = narrowed(own, r.Limits[code])
	}
	return o
}

// narrowed is what both limits take: the game's own may have become narrower since the operator's were set. A zero Limits takes everything.
func narrowed(own, set games.Limits) games.Limits {
	if !set.Max.Currency().Valid() {
		return own
	}
	if set.Min.Cmp(own.Min) > 0 {
		own.Min = set.Min
	}
	if set.Max.Cmp(own.Max) < 0 {
		own.Max = set.Max
	}
	return own
}

// gameRevisionColumns are what scanGameRevision reads.
const gameRevisionColumns = `g.game_id, g.revision, g.enabled, g.variant, g.name, g.aliases, g.limits, g.changed_by, g.reason, g.changed_at`

const currentGamesSQL = `SELECT DISTINCT ON (g.game_id) ` + gameRevisionColumns + ` FROM operator_games g
	WHERE g.operator_id = $1 ORDER BY g.game_id, g.revision DESC`

// storedLimits are limits as they are kept: with texts, because JSON numbers pass through too many hands.
type storedLimits struct {
	Min string `json:"min"`
	Max string `json:"max"`
}

func scanGameRevision(row pgx.CollectableRow) (r GameRevision, err error) {
	var limits []byte
	err = row.Scan(&r.GameID, &r.Revision, &r.Enabled, &r.Variant, &r.Name, &r.Aliases, &limits, &r.ChangedBy, &r.Reason, &r.ChangedAt)
	if err != nil {
		return r, err
	}
	r.ChangedAt = r.ChangedAt.UTC()
	var stored map[string]storedLimits
	if err := json.Unmarshal(limits, &stored); err != nil {
		return r, fmt.Errorf("limits of %s: %w", r.GameID, err)
	}
	r.Limits = map[string]games.Limits{}
	for code, l := range stored {
		if r.Limits[code], err = readLimits(code, l); err != nil {
			return r, fmt.Errorf("limits of %s: %w", r.GameID, err)
		}
	}
	return r, nil
}

func readLimits(code string, l storedLimits) (limits games.Limits, err error) {
	c, err := money.LookupCurrency(code)
	if err != nil {
		return limits, err
	}
	if limits.Min, err = money.Parse(c, l.Min); err != nil {
		return limits, err
	}
	limits.Max, err = money.Parse(c, l.Max)
	return limits, err
}

func writeLimits(limits map[string]games.Limits) ([]byte, error) {
	stored := make(map[string]storedLimits, len(limits))
	for code, l := range limits {
		stored[code] = storedLimits{Min: l.Min.String(), Max: l.Max.String()}
	}
	return json.Marshal(stored)
}

// Offers returns all games of the house as an operator offers them, in the house's order; those that it disabled too.
func (f *Floor) Offers(ctx context.Context, operator uuid.UUID) ([]Offer, error) {
	set, err := f.gameRevisions(ctx, operator)
	if err != nil {
		return nil, err
	}
	list := make([]Offer, 0, len(f.catalogue.Games()))
	for _, g := range f.catalogue.Games() {
		list = append(list, f.offered(g, set))
	}
	return list, nil
}

func (f *Floor) offered(g games.Game, set []GameRevision) Offer {
	for _, r := range set {
		if r.GameID == g.ID {
			return offerOf(g, r)
		}
	}
	return houseOffer(g)
}

// Offer returns a game as an operator offers it, by its id, an alias of the house or one of the operator's. Returns GameNotAvailable.
func (f *Floor) Offer(ctx context.Context, operator uuid.UUID, name string) (Offer, error) {
	list, err := f.Offers(ctx, operator)
	if err != nil {
		return Offer{}, err
	}
	for _, o := range list { // no alias of an operator's is a name of the house
		if o.ID == name || slices.Contains(o.Aliases, name) {
			return o, nil
		}
	}
	return Offer{}, gameNotAvailable(name)
}

func gameNotAvailable(name string) *Error {
	return &Error{Code: GameNotAvailable, Message: "Game not available", Details: map[string]any{"gameId": name}}
}

func (f *Floor) gameRevisions(ctx context.Context, operator uuid.UUID) ([]GameRevision, error) {
	rows, err := f.db.Query(ctx, currentGamesSQL, operator)
	if err != nil {
		return nil, fmt.Errorf("games of operator %s: %w", operator, err)
	}
	set, err := pgx.CollectRows(rows, scanGameRevision)
	if err != nil {
		return nil, fmt.Errorf("games of operator %s: %w", operator, err)
	}
	return set, nil
}

// MaxGameRevisions is the most revisions of one page.
const MaxGameRevisions = 100

// GameHistory returns the revisions of an operator's game before one, newest first, at most limit, and which the next page is before: 0 if there
// is none. before is 0 for the newest page.
func (f *Floor) GameHistory(ctx context.Context, operator uuid.UUID, game string, before, limit int) (page []GameRevision, next int, err error) {
	limit = max(1, min(limit, MaxGameRevisions))
	rows, err := f.db.Query(ctx, `SELECT `+gameRevisionColumns+` FROM operator_games g
		WHERE g.operator_id = $1 AND g.game_id = $2 AND ($3 = 0 OR g.revision < $3) ORDER BY g.revision DESC LIMIT $4`,
		operator, game, before, limit+1)
	if err == nil {
		page, err = pgx.CollectRows(rows, scanGameRevision)
	}
	if err != nil {
		return nil, 0, fmt.Errorf("history of %s: %w", game, err)
	}
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].Revision
	}
	return page, next, nil
}

// GameChange asks for another state of an operator's game.
type GameChange struct {
	GameSettings
	GameID   string
	Revision int    // that the change was made from: 0 of a game that was never changed
	By       string // 1–100 characters
	Reason   string // 1–200 printable characters
}

// SetGame puts an operator's game into another state, for the rounds that are opened from now on, on all nodes. The same state again is answered
// as it is, and makes no revision. Returns NotFound; InvalidRequest, which names what is wrong; and Conflict when the game is not at
// the revision any more, with the one that it is at.
func (f *Floor) SetGame(ctx context.Context, operator uuid.UUID, change GameChange) (Offer, error) {
	game, ok := f.catalogue.Lookup(change.GameID)
	if !ok || game.ID != change.GameID {
		return Offer{}, Errorf(NotFound, "Game not found")
	}
	if err := change.check(f.catalogue, game); err != nil {
		return Offer{}, err
	}
	var now GameRevision
	err := wallet.Transact(ctx, f.db, func(tx pgx.Tx) (err error) {
		now, err = f.setGame(ctx, tx, operator, change)
		return err
	})
	if err != nil {
		return Offer{}, fmt.Errorf("set game %s: %w", game.ID, err)
	}
	return offerOf(game, now), nil
}

// setGame holds the operator's row: aliases are judged over all of its games.
func (f *Floor) setGame(ctx context.Context, tx pgx.Tx, operator uuid.UUID, change GameChange) (now GameRevision, err error) {
	if err := tx.QueryRow(ctx, `SELECT id FROM operators WHERE id = $1 FOR NO KEY UPDATE`, operator).Scan(&operator); errors.Is(err, pgx.ErrNoRows) {
		return now, Errorf(NotFound, "operator %s not found", operator)
	} else if err != nil {
		return now, err
	}
	rows, err := tx.Query(ctx, currentGamesSQL, operator)
	if err != nil {
		return now, err
	}
	set, err := pgx.CollectRows(rows, scanGameRevision)
	if err != nil {
		return now, err
	}
	old := GameRevision{GameID: change.GameID, GameSettings: GameSettings{Enabled: true}}
	for _, other := range set {
		if other.GameID == change.GameID {
			old = other
			continue
		}
		for _, alias := range change.Aliases {
			if slices.Contains(other.Aliases, alias) {
				return now, FieldError(InvalidRequest, "aliases", fmt.Sprintf("%q is an alias of %s", alias, other.GameID))
			}
		}
	}
	if old.Revision != change.Revision {
		return now, &Error{Code: Conflict, Message: "The game was changed meanwhile: read it again", Details: map[string]any{"revision": old.Revision}}
	}
	if old.same(change.GameSettings) {
		return old, nil
	}
	now = GameRevision{GameSettings: change.GameSettings, GameID: change.GameID, Revision: old.Revision + 1, ChangedBy: change.By,
		Reason: change.Reason, ChangedAt: f.now().UTC().Truncate(time.Microsecond)}
	return now, insertGameRevision(ctx, tx, operator, now)
}

func insertGameRevision(ctx context.Context, tx pgx.Tx, operator uuid.UUID, r GameRevision) error {
	limits, err := writeLimits(r.Limits)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `INSERT INTO operator_games (operator_id, game_id, revision, enabled, variant, name, aliases, limits, changed_by, reason, changed_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
		operator, r.GameID, r.Revision, r.Enabled, r.Variant, r.Name, append([]string{}, r.Aliases...), limits, r.ChangedBy, r.Reason, r.ChangedAt)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `SELECT pg_notify($1, '')`, policyChannel) // makes all seats look anew
	return err
}

func (s GameSettings) same(other GameSettings) bool {
	if s.Enabled != other.Enabled || s.Variant != other.Variant || s.Name != other.Name || !slices.Equal(s.Aliases, other.Aliases) ||
		len(s.Limits) != len(other.Limits) {
		return false
	}
	for code, l := range s.Limits {
		o, ok := other.Limits[code]
		if !ok || !l.Min.Equal(o.Min) || !l.Max.Equal(o.Max) {
			return false
		}
	}
	return true
}

// check returns InvalidRequest for what cannot be made of a game.
func (c GameChange) check(catalogue *games.Catalogue, game games.Game) error {
	if n := utf8.RuneCountInString(c.Reason); n < 1 || n > 200 || !printable(c.Reason) {
		return FieldError(InvalidRequest, "reason", "must be 1–200 printable characters on one line")
	}
	if n := utf8.RuneCountInString(c.By); n < 1 || n > 100 || !printable(c.By) {
		return FieldError(InvalidRequest, "by", "must be 1–100 printable characters")
	}
	if utf8.RuneCountInString(c.Name) > 100 || !printable(c.Name) {
		return FieldError(InvalidRequest, "name", "must be at most 100 printable characters")
	}
	if _, ok := game.Variant(c.Variant); c.Variant != "" && !ok {
		return FieldError(InvalidRequest, "variant", fmt.Sprintf("%.40q is none of %s", c.Variant, variantNames(game)))
	}
	if err := checkAliases(c.Aliases, catalogue); err != nil {
		return err
	}
	for code, l := range c.Limits {
		if err := checkLimits(code, l, game); err != nil {
			return err
		}
	}
	return nil
}

func checkAliases(aliases []string, catalogue *games.Catalogue) error {
	if len(aliases) > 20 {
		return FieldError(InvalidRequest, "aliases", "must be 20 at most")
	}
	for i, alias := range aliases {
		_, taken := catalogue.Lookup(alias)
		switch {
		case !games.ValidID(alias):
			return FieldError(InvalidRequest, "aliases", fmt.Sprintf("%.70q is not an id: 1–64 lowercase letters, digits and dashes, a letter first", alias))
		case taken:
			return FieldError(InvalidRequest, "aliases", fmt.Sprintf("%q is a game's own id or alias here", alias))
		case slices.Contains(aliases[:i], alias):
			return FieldError(InvalidRequest, "aliases", fmt.Sprintf("%q is there twice", alias))
		}
	}
	return nil
}

func checkLimits(code string, l games.Limits, game games.Game) error {
	own, ok := game.Limits[code]
	field := "limits." + code
	switch {
	case !ok:
		return FieldError(InvalidRequest, field, "the game is not played in this currency")
	case l.Min.Currency() != own.Min.Currency() || l.Max.Currency() != own.Min.Currency():
		return FieldError(InvalidRequest, field, "must be amounts of the currency")
	case l.Min.Cmp(own.Min) < 0 || l.Max.Cmp(own.Max) > 0 || l.Min.Cmp(l.Max) > 0:
		return &Error{Code: InvalidRequest, Message: fmt.Sprintf("%s: must be within the game's own, %v to %v", field, own.Min, own.Max),
			Details: map[string]any{"field": field, "reason": fmt.Sprintf("must be within the game's own, %v to %v, and min not above max",
				own.Min, own.Max), "min": own.Min, "max": own.Max}}
	}
	return nil
}

func variantNames(g games.Game) (names []string) {
	for _, v := range g.Variants {
		names = append(names, v.ID)
	}
	return names
}
