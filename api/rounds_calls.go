package api

import (
	"context"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/session"
)

type roundsInput struct {
	OfPlayer
	GameID string `query:"gameId" maxLength:"64" doc:"Of this game only: an id or an alias"`
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most"`
	Cursor string `query:"cursor" maxLength:"64" doc:"The nextCursor of the page before"`
}

type roundsData struct {
	Rounds     []games.Record `json:"rounds" doc:"Newest first"`
	NextCursor string         `json:"nextCursor,omitempty" doc:"Not there: this is the last page"`
}

func (s *Server) listRounds(ctx context.Context, in *roundsInput) (roundsData, error) {
	operator, player, err := s.subject(ctx, in.PlayerID)
	if err != nil {
		return roundsData{}, err
	}
	q := session.RoundQuery{Operator: operator, Player: player, Cursor: in.Cursor, Limit: in.Limit}
	if in.GameID != "" {
		game, ok := s.Floor.Catalogue().Lookup(in.GameID)
		if !ok {
			return roundsData{}, s.checkGame(in.GameID)
		}
		q.GameID = game.ID
	}
	list, next, err := s.Floor.ListRounds(ctx, q)
	return roundsData{Rounds: append([]games.Record{}, list...), NextCursor: next}, err
}

type roundInput struct {
	RoundID string `path:"roundId" maxLength:"64" example:"0198b6f0-7a52-7c3e-9d0a-3f1f6f0c2b11"`
}

func (s *Server) getRound(ctx context.Context, in *roundInput) (games.Record, error) {
	id, err := uuid.Parse(in.RoundID)
	if err != nil {
		return games.Record{}, session.Errorf(session.NotFound, "Round not found")
	}
	request := requestOf(ctx)
	if claims := request.claims; claims != nil {
		return s.Floor.Round(ctx, claims.OperatorID, &claims.PlayerID, id)
	}
	return s.Floor.Round(ctx, request.caller.ID, nil, id)
}
