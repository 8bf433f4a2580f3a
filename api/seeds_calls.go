package api

import (
	"context"
	"strconv"

	"croupier/session"
)

func (s *Server) getSeeds(ctx context.Context, _ *nothing) (session.SeedState, error) {
	return s.Floor.SeedsOf(ctx, requestOf(ctx).claims.PlayerID)
}

type seedHistoryInput struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"50" doc:"How many at most"`
	Cursor string `query:"cursor" maxLength:"10" doc:"The nextCursor of the page before"`
}

type seedHistoryData struct {
	Seeds      []session.PastSeed `json:"seeds" doc:"Newest first"`
	NextCursor string             `json:"nextCursor,omitempty" doc:"Not there: this is the last page"`
}

func (s *Server) listSeeds(ctx context.Context, in *seedHistoryInput) (seedHistoryData, error) {
	var cursor *int32
	if in.Cursor != "" {
		n, err := strconv.ParseInt(in.Cursor, 10, 32)
		if err != nil {
			return seedHistoryData{}, badCursor()
		}
		cursor = new(int32(n))
	}
	list, next, err := s.Floor.SeedHistory(ctx, requestOf(ctx).claims.PlayerID, cursor, in.Limit)
	data := seedHistoryData{Seeds: append([]session.PastSeed{}, list...)}
	if next != nil {
		data.NextCursor = strconv.Itoa(int(*next))
	}
	return data, err
}

type rotateInput struct {
	Body struct {
		ClientSeed optionalText `json:"clientSeed,omitzero" minLength:"1" maxLength:"64" doc:"1–64 printable ASCII characters without ':' and '#'. Left out, the server makes one, and says so" example:"my lucky seed"`
		Expected   optionalText `json:"expectedServerSeedHash,omitzero" pattern:"^[0-9a-f]{64}$" patternDescription:"64 lowercase hex digits" doc:"The serverSeedHash of the pair to be revealed: if another is active, nothing is rotated and the answer is 80007"`
	}
}

func (s *Server) rotateSeeds(ctx context.Context, in *rotateInput) (session.SeedRotated, error) {
	player, body := requestOf(ctx).claims.PlayerID, in.Body
	if body.Expected.text == "" {
		return s.Floor.RotateSeeds(ctx, player, body.ClientSeed.text)
	}
	return s.Floor.RotateSeedsFrom(ctx, player, body.Expected.text, body.ClientSeed.text)
}
