package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"croupier/session"
)

type heldSession struct {
	SessionID string     `json:"sessionId"`
	CreatedAt time.Time  `json:"createdAt" doc:"When you came from the operator's site"`
	ExpiresAt time.Time  `json:"expiresAt" doc:"When it ends by itself"`
	EndedAt   *time.Time `json:"endedAt,omitempty" doc:"When it was ended before"`
	Current   bool       `json:"current" doc:"It is the one of this call"`
	Active    bool       `json:"active" doc:"It goes on"`
}

func (s *Server) sessionOut(ctx context.Context, one session.SessionRecord) heldSession {
	return heldSession{SessionID: one.ID.String(), CreatedAt: one.CreatedAt.UTC(), ExpiresAt: one.ExpiresAt.UTC(), EndedAt: one.EndedAt,
		Current: one.ID == requestOf(ctx).claims.SessionID, Active: one.EndedAt == nil && s.now().Before(one.ExpiresAt)}
}

type sessionsData struct {
	Sessions []heldSession `json:"sessions" doc:"Newest first"`
}

func (s *Server) listSessions(ctx context.Context, in *Page) (sessionsData, error) {
	list, err := s.Access.Sessions(ctx, requestOf(ctx).claims.PlayerID, in.Limit)
	data := sessionsData{Sessions: make([]heldSession, 0, len(list))}
	for _, one := range list {
		data.Sessions = append(data.Sessions, s.sessionOut(ctx, one))
	}
	return data, err
}

type endSessionInput struct {
	SessionID string `path:"sessionId" maxLength:"64" example:"0198b6f0-7a52-7c3e-9d0a-3f1f6f0c2b11"`
}

func (s *Server) endSession(ctx context.Context, in *endSessionInput) (heldSession, error) {
	id, err := uuid.Parse(in.SessionID)
	if err != nil {
		return heldSession{}, session.Errorf(session.NotFound, "Session not found")
	}
	one, err := s.Access.EndSession(ctx, requestOf(ctx).claims.PlayerID, id)
	if err != nil {
		return heldSession{}, err
	}
	return s.sessionOut(ctx, one), nil
}
