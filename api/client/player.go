package client

import (
	"context"
	"net/http"
	"time"
)

// Session is what a player holds.
type Session struct {
	SessionToken string    `json:"sessionToken"` // the bearer of the player's calls
	ExpiresAt    time.Time `json:"expiresAt"`
	RefreshToken string    `json:"refreshToken"` // of one use: used twice, it ends the session
	Player       Player    `json:"player"`
	GameID       string    `json:"gameId,omitempty"` // what the launch was for
}

// Player is a player as its own client sees it.
type Player struct {
	ID         string `json:"id"`
	ExternalID string `json:"externalId"` // the operator's
	Username   string `json:"username"`
	Currency   string `json:"currency"`
}

// Exchange begins a player's session. Browsers do it; a Go program does for tests and bots.
func (c *Client) Exchange(ctx context.Context, launchToken string) (s Session, err error) {
	return s, c.anyone().Do(ctx, Request{Method: http.MethodPost, Path: "/auth/sso/exchange", Body: map[string]string{"launchToken": launchToken}}, &s)
}

// ExchangeOperatorToken begins a player's session by a token that the operator signed itself.
func (c *Client) ExchangeOperatorToken(ctx context.Context, operatorID, token string) (s Session, err error) {
	return s, c.anyone().Do(ctx, Request{Method: http.MethodPost, Path: "/auth/sso/exchange",
		Body: map[string]string{"operatorToken": token, "operatorId": operatorID}}, &s)
}

// Refresh gives a session new tokens. It is never made twice by itself: the second use of a refresh token ends the session.
func (c *Client) Refresh(ctx context.Context, refreshToken string) (s Session, err error) {
	return s, c.anyone().Do(ctx, Request{Method: http.MethodPost, Path: "/auth/refresh", Body: map[string]string{"refreshToken": refreshToken}}, &s)
}

// Ticket makes what opens one WebSocket, within 60 seconds, at SocketURL.
func (c *Client) Ticket(ctx context.Context, sessionToken, gameID string) (ticket string, err error) {
	var data struct {
		Ticket string `json:"ticket"`
	}
	err = c.Do(ctx, Request{Method: http.MethodPost, Path: "/socket-tickets", Body: map[string]string{"gameId": gameID}, Token: sessionToken, Again: true}, &data)
	return data.Ticket, err
}

// anyone is the client without its key: the calls that begin a session have nothing to do with it.
func (c *Client) anyone() *Client {
	changed := *c
	changed.options.Key, changed.options.Secret = "", ""
	return &changed
}
