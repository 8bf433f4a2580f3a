package session

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/games"
	"croupier/wallet/money"
)

// loadOffersSQL finds what a player's operator has made of its games: nothing, mostly.
const loadOffersSQL = `SELECT DISTINCT ON (g.game_id) ` + gameRevisionColumns + ` FROM operator_games g
	WHERE g.operator_id = (SELECT operator_id FROM players WHERE id = $1) ORDER BY g.game_id, g.revision DESC`

// queueOffers loads what a player's operator offers into a position. A change of it, like one of the seed policy, makes all seats look anew.
func (f *Floor) queueOffers(b *pgx.Batch, player uuid.UUID, p *position) {
	b.Queue(loadOffersSQL, player).Query(func(rows pgx.Rows) error {
		set, err := pgx.CollectRows(rows, scanGameRevision)
		if err != nil {
			return fmt.Errorf("games of the operator: %w", err)
		}
		for _, r := range set {
			g, ok := f.catalogue.Lookup(r.GameID)
			if !ok || g.ID != r.GameID { // of another release's catalogue
				continue
			}
			if p.offers == nil {
				p.offers = make(map[string]Offer, len(set))
			}
			p.offers[g.ID] = offerOf(g, r)
		}
		return nil
	})
}

// openingBuild is what a new round of a game is played by. Returns GameNotAvailable.
func (f *Floor) openingBuild(at *position, g games.Game) (*build, error) {
	offer, changed := at.offers[g.ID]
	if !changed {
		return f.defaultBuild(g), nil
	}
	if !offer.Revision.Enabled {
		return nil, &Error{Code: GameNotAvailable, Message: "The game is not offered now", Details: map[string]any{"gameId": g.ID}}
	}
	return f.buildOf(offer)
}

// buildOf is the build that an operator offers a game in. Returns GameNotAvailable for one that this server does not have.
func (f *Floor) buildOf(o Offer) (*build, error) {
	v, ok := o.Variant(o.Default)
	if !ok {
		return nil, &Error{Code: GameNotAvailable, Message: "The build that the operator offers is not available here",
			Details: map[string]any{"gameId": o.ID, "variant": o.Default}}
	}
	return f.builds[v.RulesHash], nil
}

// checkOpening returns an error of the rules unless a stake may open a round: within the game's limits, and within the operator's.
func (p *position) checkOpening(g games.Game, stake money.Amount) error {
	if err := g.CheckStake(stake); err != nil {
		return err
	}
	if offer, changed := p.offers[g.ID]; changed {
		return offer.CheckStake(stake)
	}
	return nil
}

// gameNamed is the game that an operator's player means by a name. An operator's own aliases are looked up only for what the house has no name for.
func (f *Floor) gameNamed(ctx context.Context, operator uuid.UUID, name string) (games.Game, error) {
	if game, ok := f.catalogue.Lookup(name); ok {
		return game, nil
	}
	if operator == (uuid.UUID{}) || !games.ValidID(name) {
		return games.Game{}, gameNotAvailable(name)
	}
	offer, err := f.Offer(ctx, operator, name)
	if err != nil {
		return games.Game{}, err
	}
	game, _ := f.catalogue.Lookup(offer.ID)
	return game, nil
}

// GameID returns the id of the game that a name stands for with an operator: an id, an alias of the house or one of the operator's. Returns
// GameNotAvailable.
func (f *Floor) GameID(ctx context.Context, operator uuid.UUID, name string) (string, error) {
	game, err := f.gameNamed(ctx, operator, name)
	return game.ID, err
}
