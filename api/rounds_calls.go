package api

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/session"
	"croupier/wallet/money"
)

type roundsInput struct {
	OfPlayer
	GameID string    `query:"gameId" maxLength:"64" doc:"Of this game only: an id or an alias"`
	Status string    `query:"status" enum:"in_progress,completed,cashed_out,voided" doc:"Of this status only"`
	From   time.Time `query:"from" doc:"Opened at this time or later (RFC 3339)"`
	To     time.Time `query:"to" doc:"Opened before this time (RFC 3339)"`
	Limit  int       `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most"`
	Cursor string    `query:"cursor" maxLength:"64" doc:"The nextCursor of the page before"`
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
	q := session.RoundQuery{Operator: operator, Player: player, Status: games.Status(in.Status), From: in.From, To: in.To,
		Cursor: in.Cursor, Limit: in.Limit}
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

type voidInput struct {
	RoundID string `path:"roundId" maxLength:"64" example:"0198b6f0-7a52-7c3e-9d0a-3f1f6f0c2b11"`
	Body    struct {
		Reason string `json:"reason" minLength:"1" maxLength:"200" doc:"Why, in words that the player may read: printable, on one line" example:"The round could not be played on after the incident of 21 November"`
	}
}

// voidData is a round that was voided. Money is in its currency.
type voidData struct {
	RoundID  uuid.UUID    `json:"roundId"`
	PlayerID uuid.UUID    `json:"playerId"`
	GameID   string       `json:"gameId"`
	Status   games.Status `json:"status" enum:"voided"`
	Reason   string       `json:"reason"`
	By       string       `json:"by" doc:"The id of the API key, or who did it by command"`
	Refund   money.Amount `json:"refund" doc:"All that was staked in the round"`
	Balance  money.Amount `json:"balance" doc:"The player's, after the refund"`
	Currency string       `json:"currency"`
	At       time.Time    `json:"at"`
}

func (s *Server) voidRound(ctx context.Context, in *voidInput) (voidData, error) {
	id, err := uuid.Parse(in.RoundID)
	if err != nil {
		return voidData{}, session.Errorf(session.NotFound, "Round not found")
	}
	caller := requestOf(ctx).caller
	done, err := s.Floor.Void(ctx, caller.ID, id, games.Voiding{Reason: in.Body.Reason, By: "API key " + caller.KeyID.String()})
	if err == nil {
		s.log.Info("voided a round", "round_id", id, "player", done.PlayerID, "reason", done.Reason, "by", done.By)
	}
	return voidData(done), err
}

// verificationData is what the server finds when it recomputes a round.
type verificationData struct {
	Verdict string        `json:"verdict" enum:"verified,failed,unrevealed"`
	Report  *games.Report `json:"report,omitempty" doc:"Every draw and every comparison; not there while the server seed is in use"`
}

func (s *Server) verifyRound(ctx context.Context, in *roundInput) (verificationData, error) {
	record, err := s.getRound(ctx, in)
	if err != nil {
		return verificationData{}, err
	}
	return s.verification(record)
}

func (s *Server) verification(record games.Record) (verificationData, error) {
	report, err := games.Verify(s.Floor.Catalogue(), record)
	switch {
	case errors.Is(err, games.ErrNotRevealed):
		return verificationData{Verdict: "unrevealed"}, nil
	case err != nil:
		return verificationData{}, err
	case !report.OK:
		return verificationData{Verdict: "failed", Report: &report}, nil
	}
	return verificationData{Verdict: "verified", Report: &report}, nil
}
