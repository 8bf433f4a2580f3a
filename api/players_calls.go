package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"croupier/session"
	"croupier/wallet/money"
)

type playersInput struct {
	Status     string    `query:"status" enum:"active,suspended,excluded" doc:"Of this status only"`
	Currency   string    `query:"currency" maxLength:"10" doc:"Of this currency only" example:"USD"`
	ExternalID string    `query:"externalIdPrefix" maxLength:"128" doc:"Whose id of yours begins like this" example:"vip-"`
	From       time.Time `query:"from" doc:"Made at this time or later (RFC 3339)"`
	To         time.Time `query:"to" doc:"Made before this time (RFC 3339)"`
	Limit      int       `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most"`
	Cursor     string    `query:"cursor" maxLength:"64" doc:"The nextCursor of the page before"`
}

// ListedPlayer is a player with what it has.
type ListedPlayer struct {
	PlayerID     string       `json:"playerId"`
	ExternalID   string       `json:"externalId" doc:"Your own id of the player"`
	Username     string       `json:"username,omitempty"`
	Currency     string       `json:"currency"`
	Jurisdiction string       `json:"jurisdiction,omitempty"`
	Locale       string       `json:"locale,omitempty"`
	Status       string       `json:"status" enum:"active,suspended,excluded"`
	Balance      money.Amount `json:"balance" doc:"Free to stake or withdraw"`
	Escrow       money.Amount `json:"escrow" doc:"At stake in open rounds"`
	CreatedAt    time.Time    `json:"createdAt"`
}

type playersData struct {
	Players    []ListedPlayer `json:"players" doc:"Newest first"`
	NextCursor string         `json:"nextCursor,omitempty" doc:"Not there: this is the last page"`
}

type playerDetails struct {
	ListedPlayer
	Rounds     int64      `json:"rounds" doc:"That the player ever opened"`
	OpenRounds int64      `json:"openRounds" doc:"In progress"`
	LastSeenAt *time.Time `json:"lastSeenAt,omitempty" doc:"When the last session began; not there: never"`
}

func listedOut(p session.ListedPlayer) ListedPlayer {
	return ListedPlayer{PlayerID: p.ID.String(), ExternalID: p.ExternalID, Username: p.Username, Currency: p.Currency.Code(), Jurisdiction: p.Jurisdiction,
		Locale: p.Locale, Status: p.Status, Balance: p.Balance, Escrow: p.Escrow, CreatedAt: p.CreatedAt}
}

func (s *Server) listPlayers(ctx context.Context, in *playersInput) (playersData, error) {
	q := session.PlayerQuery{Operator: requestOf(ctx).caller.ID, Status: in.Status, Currency: in.Currency, Prefix: in.ExternalID, From: in.From, To: in.To,
		Limit: in.Limit}
	if in.Cursor != "" {
		var err error
		if q.Cursor, err = uuid.Parse(in.Cursor); err != nil {
			return playersData{}, badCursor()
		}
	}
	if _, err := money.LookupCurrency(in.Currency); in.Currency != "" && err != nil {
		return playersData{}, session.FieldError(session.InvalidCurrency, "currency", "is not known")
	}
	page, next, err := s.Players.List(ctx, q)
	data := playersData{Players: make([]ListedPlayer, 0, len(page))}
	for _, p := range page {
		data.Players = append(data.Players, listedOut(p))
	}
	if next != uuid.Nil {
		data.NextCursor = next.String()
	}
	return data, err
}

type playerInput struct {
	PlayerID string `path:"playerId" maxLength:"128" doc:"The player's id or your own id of the player" example:"player-42"`
}

func (s *Server) getPlayer(ctx context.Context, in *playerInput) (playerDetails, error) {
	p, err := s.playerOf(ctx, in.PlayerID)
	if err != nil {
		return playerDetails{}, err
	}
	d, err := s.Players.Details(ctx, p.OperatorID, p.ID)
	return playerDetails{ListedPlayer: listedOut(d.ListedPlayer), Rounds: d.Rounds, OpenRounds: d.OpenRounds, LastSeenAt: d.LastSeen}, err
}
