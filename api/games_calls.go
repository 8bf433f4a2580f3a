package api

import (
	"context"
	"encoding/json"
	"errors"
	"math/big"

	"croupier/games"
	"croupier/session"
)

// GameData is a game as it is played here now.
type GameData struct {
	GameID    string                  `json:"gameId" example:"slots"`
	Name      string                  `json:"name" example:"Slots"`
	Aliases   []string                `json:"aliases" doc:"Other ids that it may be connected to by"`
	Variant   string                  `json:"variant" doc:"The build that new rounds are played by" example:"RTP_96"`
	RTP       rtpData                 `json:"rtp"`
	RulesHash string                  `json:"rulesHash" doc:"Hex SHA-256 of the rules' canonical JSON"`
	Limits    map[string]games.Limits `json:"limits" doc:"Smallest and largest stake of a round, by currency: a player sees its own"`
	Available bool                    `json:"available" doc:"New rounds can be opened. A round that is open is finished either way"`
}

type rtpData struct {
	Fraction string `json:"fraction" doc:"The return to player: exactly, or the lower end of what is proven of it" example:"24/25"`
	Decimal  string `json:"decimal" doc:"The same to 12 decimals, truncated" example:"0.960000000000"`
}

type variantData struct {
	Variant   string  `json:"variant"`
	RTP       rtpData `json:"rtp"`
	RulesHash string  `json:"rulesHash"`
}

type gameConfigData struct {
	GameData
	Variants  []variantData   `json:"variants" doc:"All builds that an operator may choose from"`
	Rules     json.RawMessage `json:"rules" doc:"All that an outcome depends on, in canonical JSON (RFC 8785)"`
	RulesText string          `json:"rulesText" doc:"The rules as the text that rulesHash is of, for clients whose JSON parser does not keep it: SHA-256(rulesText) = rulesHash"`
}

type gamesData struct {
	Games []GameData `json:"games"`
}

// listGames lists what the caller's operator offers. Players are not shown what they cannot play.
func (s *Server) listGames(ctx context.Context, _ *nothing) (gamesData, error) {
	request := requestOf(ctx)
	offers, err := s.Floor.Offers(ctx, request.operator())
	if err != nil {
		return gamesData{}, err
	}
	list := []GameData{}
	for _, o := range offers {
		if data, ok := gameFor(request, o); ok && (data.Available || request.claims == nil) {
			list = append(list, data)
		}
	}
	return gamesData{list}, nil
}

// OfGame is the path of the calls about one game.
type OfGame struct {
	GameID string `path:"gameId" maxLength:"64" doc:"An id or an alias" example:"slots"`
}

func (s *Server) getGame(ctx context.Context, in *OfGame) (GameData, error) {
	_, data, err := s.findGame(ctx, in.GameID)
	return data, err
}

func (s *Server) getGameConfig(ctx context.Context, in *OfGame) (gameConfigData, error) {
	g, data, err := s.findGame(ctx, in.GameID)
	if err != nil {
		return gameConfigData{}, err
	}
	config := gameConfigData{GameData: data, Variants: []variantData{}}
	for _, v := range g.Variants {
		config.Variants = append(config.Variants, variantData{v.ID, rtpOf(v), v.RulesHash})
	}
	variant, _ := g.Variant(g.Default)
	config.Rules, config.RulesText = variant.RulesJSON, string(variant.RulesJSON)
	return config, nil
}

func (s *Server) findGame(ctx context.Context, name string) (session.Offer, GameData, error) {
	o, err := s.Floor.Offer(ctx, requestOf(ctx).operator(), name)
	if errors.Is(err, &session.Error{Code: session.GameNotAvailable}) {
		return o, GameData{}, session.Errorf(session.NotFound, "Game not found")
	}
	if err != nil {
		return o, GameData{}, err
	}
	data, ok := gameFor(requestOf(ctx), o)
	if !ok {
		return o, GameData{}, session.Errorf(session.NotFound, "Game not available in the player's currency")
	}
	return o, data, nil
}

// gameFor is a game as who asks may play it; ok is false when a player's currency is not one of the game's, or its build is not there.
func gameFor(r *restRequest, o session.Offer) (data GameData, ok bool) {
	variant, ok := o.Variant(o.Default)
	if !ok {
		return data, false
	}
	data = GameData{GameID: o.ID, Name: o.Name, Aliases: append([]string{}, o.Aliases...), Variant: variant.ID, RTP: rtpOf(variant),
		RulesHash: variant.RulesHash, Limits: o.Limits, Available: o.Revision.Enabled}
	if r.claims == nil {
		return data, true
	}
	limits, ok := o.LimitsFor(r.claims.Currency)
	data.Limits = map[string]games.Limits{r.claims.Currency.Code(): limits}
	return data, ok
}

// rtpOf writes a variant's return. The decimal is truncated, so that it never promises more than the fraction.
func rtpOf(v games.Variant) rtpData {
	return rtpData{Fraction: v.RTP().RatString(), Decimal: truncated(v.RTP(), rtpDecimals)}
}

const rtpDecimals = 12

// truncated is a fraction to some decimals, without its rest.
func truncated(r *big.Rat, decimals int) string {
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(decimals)), nil)
	scaled := new(big.Int).Mul(r.Num(), power)
	scaled.Quo(scaled, r.Denom())
	return new(big.Rat).SetFrac(scaled, power).FloatString(decimals)
}
