package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/session"
)

type replayLinkInput struct {
	RoundID string `path:"roundId" maxLength:"64" example:"0198b6f0-7a52-7c3e-9d0a-3f1f6f0c2b11"`
	Body    struct {
		ExpiresInSeconds *int `json:"expiresInSeconds,omitempty" minimum:"300" maximum:"2592000" doc:"How long the link shows the round; left out: a day" example:"86400"`
	}
}

type replayLinkData struct {
	URL       string    `json:"url" doc:"A page that draws the round step by step. What is after # stays in the browser, and in nobody's logs"`
	Token     string    `json:"token" doc:"The same for a program: POST /replay/round"`
	ExpiresAt time.Time `json:"expiresAt"`
}

func (s *Server) makeReplayLink(ctx context.Context, in *replayLinkInput) (replayLinkData, error) {
	id, err := uuid.Parse(in.RoundID)
	if err != nil {
		return replayLinkData{}, session.Errorf(session.NotFound, "Round not found")
	}
	lasts := session.DefaultReplay
	if seconds := in.Body.ExpiresInSeconds; seconds != nil {
		lasts = time.Duration(*seconds) * time.Second
	}
	request := requestOf(ctx)
	var token string
	var ends time.Time
	if claims := request.claims; claims != nil {
		token, ends, err = s.Floor.ReplayToken(ctx, claims.OperatorID, &claims.PlayerID, id, lasts)
	} else {
		token, ends, err = s.Floor.ReplayToken(ctx, request.caller.ID, nil, id, lasts)
	}
	if err != nil {
		return replayLinkData{}, err
	}
	return replayLinkData{URL: s.URL() + "/rounds/" + id.String() + "#replay=" + token, Token: token, ExpiresAt: ends.UTC()}, nil
}

type replayInput struct {
	Body struct {
		Token string `json:"token" minLength:"1" maxLength:"512" doc:"Of a link to the round"`
	}
}

func (s *Server) replayRound(ctx context.Context, in *replayInput) (games.Record, error) {
	return s.Floor.Replay(ctx, in.Body.Token)
}

func (s *Server) replayVerification(ctx context.Context, in *replayInput) (verificationData, error) {
	record, err := s.Floor.Replay(ctx, in.Body.Token)
	if err != nil {
		return verificationData{}, err
	}
	return s.verification(record)
}
