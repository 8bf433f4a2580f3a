package api

import (
	"context"

	"croupier/session"
)

const rateLimitsDoc = "Of the API key of the call, of each of your players, and of one address. All servers count together for keys and players. Every answer " +
	"says where the narrowest of those that it was counted against stands: X-RateLimit-Limit, -Remaining and -Reset (in seconds). A call over a limit is 80003, with " +
	"Retry-After, and was not made."

type rateData struct {
	PerSecond float64 `json:"requestsPerSecond" doc:"For ever"`
	Burst     int     `json:"burst" doc:"At once, after a pause"`
}

type rateLimitsData struct {
	Plan    string    `json:"plan" doc:"Which the house put your operator, or this key, on; none: this server has no limits for keys and players"`
	Key     *rateData `json:"key,omitempty" doc:"Of this API key"`
	Player  *rateData `json:"player,omitempty" doc:"Of each player, over REST"`
	Address rateData  `json:"address" doc:"Of one address, on each server"`
}

func (s *Server) getRateLimits(ctx context.Context, _ *nothing) (rateLimitsData, error) {
	data := rateLimitsData{Plan: "none", Address: rateData{s.config.Limits.RequestsPerSecond, s.config.Limits.RequestBurst}}
	if s.shared == nil {
		return data, nil
	}
	caller, book := requestOf(ctx).caller, s.shared.book.Load()
	ofKey, ofPlayers := book.Of(caller.ID, caller.KeyID), book.Of(caller.ID, [16]byte{})
	out := func(r session.Rate) *rateData { return &rateData{float64(r.PerSecond), r.Burst} }
	data.Plan, data.Key, data.Player = ofKey.Name, out(ofKey.Key), out(ofPlayers.Player)
	return data, nil
}
