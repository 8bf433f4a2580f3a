package api

import (
	"context"
	"encoding/json"
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

func (s *Server) listGames(ctx context.Context, _ *nothing) (gamesData, error) {
	list := []GameData{}
	for _, g := range s.Floor.Catalogue().Games() {
		if data, ok := gameFor(requestOf(ctx), g); ok {
			list = append(list, data)
		}
	}
	return gamesData{list}, nil
}

type gameInput struct {
	GameID string `path:"gameId" maxLength:"64" doc:"An id or an alias" example:"slots"`
}

func (s *Server) getGame(ctx context.Context, in *gameInput) (GameData, error) {
	_, data, err := s.findGame(ctx, in.GameID)
	return data, err
}

func (s *Server) getGameConfig(ctx context.Context, in *gameInput) (gameConfigData, error) {
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

func (s *Server) findGame(ctx context.Context, id string) (games.Game, GameData, error) {
	g, ok := s.Floor.Catalogue().Lookup(id)
	if !ok {
		return g, GameData{}, session.Errorf(session.NotFound, "Game not found")
	}
	data, ok := gameFor(requestOf(ctx), g)
	if !ok {
		return g, GameData{}, session.Errorf(session.NotFound, "Game not available in the player's currency")
	}
	return g, data, nil
}

// gameFor is a game as who asks may play it; ok is false when a player's currency is not one of the game's.
func gameFor(r *restRequest, g games.Game) (data GameData, ok bool) {
	variant, _ := g.Variant(g.Default)
	data = GameData{GameID: g.ID, Name: g.Name, Aliases: append([]string{}, g.Aliases...), Variant: variant.ID, RTP: rtpOf(variant),
		RulesHash: variant.RulesHash, Limits: g.Limits}
	if r.claims == nil {
		return data, true
	}
	limits, ok := g.LimitsFor(r.claims.Currency)
	data.Limits = map[string]games.Limits{r.claims.Currency.Code(): limits}
	return data, ok
}

// rtpOf writes a variant's return. The decimal is truncated, so that it never promises more than the fraction.
func rtpOf(v games.Variant) rtpData {
	rtp := v.RTP()
	const decimals = 12
	scaled := new(big.Int).Mul(rtp.Num(), new(big.Int).Exp(big.NewInt(10), big.NewInt(decimals), nil))
	scaled.Quo(scaled, rtp.Denom())
	truncated := new(big.Rat).SetFrac(scaled, new(big.Int).Exp(big.NewInt(10), big.NewInt(decimals), nil))
	return rtpData{Fraction: rtp.RatString(), Decimal: truncated.FloatString(decimals)}
}
