package api

import (
	"context"
	"time"

	"croupier/session"
)

type createTokenInput struct {
	Body struct {
		PlayerID     string `json:"playerId" minLength:"1" maxLength:"128" doc:"Your own id of the player, who is made if there is none" example:"player-42"`
		Currency     string `json:"currency" minLength:"1" maxLength:"10" doc:"Of the player; it never changes" example:"USD"`
		Jurisdiction string `json:"jurisdiction" minLength:"1" maxLength:"64" doc:"Whose rules the player plays under" example:"MT"`
		Locale       string `json:"locale" minLength:"1" maxLength:"64" example:"en-GB"`
		GameID       string `json:"gameId,omitempty" maxLength:"64" doc:"What the player came for" example:"slots"`
		Username     string `json:"username,omitempty" maxLength:"128" doc:"What the player is called on the screen" example:"Ada"`
		DemoMode     bool   `json:"demoMode,omitempty" doc:"Play money. A sandbox operator's players never have other money, a live operator's never have this"`
	}
}

type launchData struct {
	LaunchToken string    `json:"launchToken" doc:"Of one use"`
	ExpiresAt   time.Time `json:"expiresAt" doc:"30 seconds from now"`
}

func (s *Server) createToken(ctx context.Context, in *createTokenInput) (launchData, error) {
	operator, b := requestOf(ctx).caller.Operator, &in.Body
	if b.DemoMode && operator.Mode != session.Sandbox {
		return launchData{}, session.FieldError(session.InvalidRequest, "demoMode", "needs a sandbox operator: this one's players play for real money")
	}
	if _, err := s.gameID(ctx, b.GameID); err != nil {
		return launchData{}, err
	}
	spec := session.PlayerSpec{ExternalID: b.PlayerID, Currency: b.Currency, Jurisdiction: b.Jurisdiction, Locale: b.Locale, Username: b.Username}
	token, expires, err := s.Access.CreateLaunch(ctx, operator, spec, b.GameID)
	return launchData{token, expires}, err
}

type exchangeInput struct {
	Body struct {
		LaunchToken   string `json:"launchToken,omitempty" maxLength:"256" doc:"Made by POST /auth/sso/create-token" example:"lt_…"`
		OperatorToken string `json:"operatorToken,omitempty" maxLength:"4096" doc:"In place of it: a JWT that the operator made. Its operatorId is needed too"`
		OperatorID    string `json:"operatorId,omitempty" maxLength:"64" doc:"Whose operatorToken it is"`
	}
}

type sessionData struct {
	SessionToken string     `json:"sessionToken" doc:"A JWT: the bearer of the player's calls and of the WebSocket"`
	ExpiresAt    time.Time  `json:"expiresAt" doc:"Of the session token: refresh before"`
	RefreshToken string     `json:"refreshToken" doc:"Of one use. Used twice, it ends the session"`
	Player       playerData `json:"player"`
	GameID       string     `json:"gameId,omitempty" doc:"What the launch token was made for"`
}

type playerData struct {
	ID         string `json:"id"`
	ExternalID string `json:"externalId"`
	Username   string `json:"username"`
	Currency   string `json:"currency"`
}

func (s *Server) exchange(ctx context.Context, in *exchangeInput) (data sessionData, err error) {
	var grant session.Grant
	switch b := &in.Body; {
	case b.LaunchToken == "" && b.OperatorToken == "":
		return data, session.FieldError(session.InvalidRequest, "launchToken", "is missing, and there is no operatorToken")
	case b.LaunchToken != "" && b.OperatorToken != "":
		return data, session.FieldError(session.InvalidRequest, "operatorToken", "must not come with a launchToken")
	case b.OperatorToken != "":
		grant, err = s.arrive(ctx, b.OperatorID, b.OperatorToken)
	case b.OperatorID != "":
		return data, session.FieldError(session.InvalidRequest, "operatorId", "belongs to an operatorToken")
	default:
		grant, err = s.Access.Exchange(ctx, b.LaunchToken)
	}
	if err != nil {
		return data, err
	}
	return sessionOf(grant), nil
}

type refreshInput struct {
	Body struct {
		RefreshToken string `json:"refreshToken" minLength:"1" maxLength:"256" example:"rt_…"`
	}
}

func (s *Server) refresh(ctx context.Context, in *refreshInput) (sessionData, error) {
	grant, err := s.Access.Refresh(ctx, in.Body.RefreshToken)
	return sessionOf(grant), err
}

func sessionOf(g session.Grant) sessionData {
	return sessionData{SessionToken: g.SessionToken, ExpiresAt: g.ExpiresAt, RefreshToken: g.RefreshToken, Player: playerOut(g.Player), GameID: g.GameID}
}

func playerOut(p session.Player) playerData {
	return playerData{ID: p.ID.String(), ExternalID: p.ExternalID, Username: p.Username, Currency: p.Currency.Code()}
}

type endedData struct {
	Ended bool `json:"ended" doc:"Always true: the session's tokens are refused from now on, and its sockets are closed"`
}

func (s *Server) logout(ctx context.Context, _ *nothing) (endedData, error) {
	return endedData{true}, s.Access.Logout(ctx, requestOf(ctx).claims.SessionID)
}

type ticketInput struct {
	Body struct {
		GameID string `json:"gameId" minLength:"1" maxLength:"64" doc:"An id or an alias" example:"slots"`
	}
}

type ticketData struct {
	Ticket    string    `json:"ticket" doc:"Opens one socket: /ws?ticket=…"`
	ExpiresAt time.Time `json:"expiresAt" doc:"60 seconds from now"`
}

func (s *Server) createTicket(ctx context.Context, in *ticketInput) (ticketData, error) {
	if _, err := s.gameID(ctx, in.Body.GameID); err != nil {
		return ticketData{}, err
	}
	ticket, expires, err := s.Access.Ticket(ctx, *requestOf(ctx).claims, in.Body.GameID)
	return ticketData{ticket, expires}, err
}
