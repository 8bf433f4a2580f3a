package api

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/session"
	"croupier/wallet/money"
)

type roundsInput struct {
	PlayerID  string    `query:"playerId" maxLength:"128" doc:"For operators: the player's id or your own id of the player; left out: the rounds of all of your players"`
	GameID    string    `query:"gameId" maxLength:"64" doc:"Of this game only: an id or an alias"`
	Status    string    `query:"status" enum:"in_progress,completed,cashed_out,voided" doc:"Of this status only"`
	From      time.Time `query:"from" doc:"Opened at this time or later (RFC 3339)"`
	To        time.Time `query:"to" doc:"Opened before this time (RFC 3339)"`
	Forced    string    `query:"forced" enum:"true,false" doc:"Without playerId: those whose outcome was forced in the sandbox, or those that were not"`
	MinPayout string    `query:"minPayout" maxLength:"40" pattern:"^[0-9]{1,15}(\\.[0-9]{1,18})?$" patternDescription:"a decimal" doc:"Without playerId: that paid this much or more, each in its own currency"`
	Limit     int       `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most"`
	Cursor    string    `query:"cursor" maxLength:"64" doc:"The nextCursor of the page before"`
}

// roundOfList is a round, and whose it is where that is not said by the call.
type roundOfList struct {
	games.Record
	PlayerID *uuid.UUID `json:"playerId,omitempty" doc:"In the list of all of your players' rounds"`
}

// MarshalJSON writes the record as it writes itself, with the player's id behind the rest.
func (r roundOfList) MarshalJSON() ([]byte, error) {
	text, err := json.Marshal(r.Record)
	if err != nil || r.PlayerID == nil {
		return text, err
	}
	return append(text[:len(text)-1], `,"playerId":"`+r.PlayerID.String()+`"}`...), nil
}

type roundsData struct {
	Rounds     []roundOfList `json:"rounds" doc:"Newest first"`
	NextCursor string        `json:"nextCursor,omitempty" doc:"Not there: this is the last page. Without playerId, a page may have fewer rounds than the limit, or none, and a nextCursor all the same: go on"`
}

func (s *Server) listRounds(ctx context.Context, in *roundsInput) (roundsData, error) {
	gameID, err := s.gameID(ctx, in.GameID)
	if err != nil {
		return roundsData{}, err
	}
	if in.PlayerID == "" && requestOf(ctx).claims == nil {
		return s.listHouseRounds(ctx, in, gameID)
	}
	if in.Forced != "" || in.MinPayout != "" {
		return roundsData{}, session.FieldError(session.InvalidRequest, "playerId", "cannot stand with forced or minPayout")
	}
	operator, player, err := s.subject(ctx, in.PlayerID)
	if err != nil {
		return roundsData{}, err
	}
	list, next, err := s.Floor.ListRounds(ctx, session.RoundQuery{Operator: operator, Player: player, GameID: gameID, Status: games.Status(in.Status),
		From: in.From, To: in.To, Cursor: in.Cursor, Limit: in.Limit})
	data := roundsData{Rounds: make([]roundOfList, 0, len(list)), NextCursor: next}
	for _, record := range list {
		data.Rounds = append(data.Rounds, roundOfList{Record: record})
	}
	return data, err
}

// listHouseRounds lists the rounds of all players of the operator that calls.
func (s *Server) listHouseRounds(ctx context.Context, in *roundsInput, gameID string) (roundsData, error) {
	q := session.HouseRoundQuery{Operator: requestOf(ctx).caller.ID, GameID: gameID, Status: games.Status(in.Status), From: in.From, To: in.To,
		MinPayout: in.MinPayout, Cursor: in.Cursor, Limit: in.Limit}
	if in.Forced != "" {
		forced := in.Forced == "true"
		q.Forced = &forced
	}
	list, next, err := s.Floor.HouseRounds(ctx, q)
	data := roundsData{Rounds: make([]roundOfList, 0, len(list)), NextCursor: next}
	for _, one := range list {
		data.Rounds = append(data.Rounds, roundOfList{Record: one.Record, PlayerID: &one.PlayerID})
	}
	return data, err
}

// gameID is the id of the game that whoever calls means, "" for no game. Returns InvalidRequest.
func (s *Server) gameID(ctx context.Context, name string) (string, error) {
	return s.gameOf(ctx, requestOf(ctx).operator(), name)
}

// gameOf is gameID for what an operator's player means.
func (s *Server) gameOf(ctx context.Context, operator uuid.UUID, name string) (string, error) {
	if name == "" {
		return "", nil
	}
	id, err := s.Floor.GameID(ctx, operator, name)
	if errors.Is(err, &session.Error{Code: session.GameNotAvailable}) {
		return "", session.FieldError(session.InvalidRequest, "gameId", "is not a game of this server")
	}
	return id, err
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
