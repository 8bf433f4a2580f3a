package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
	"github.com/google/uuid"

	"croupier/session"
)

// audience is who may make a call.
type audience struct {
	kind  audienceKind
	scope session.Scope // what an operator's key needs; "", by mistake: every scope
}

type audienceKind int

const (
	toAnyone           audienceKind = iota
	toOperators                     // by an API key and a signature
	toPlayers                       // by a session token
	toBoth                          // either of them
	toSandboxOperators              // operators whose key is a sandbox key
)

// The audiences. Those with operators in them are to be given a scope by need.
var (
	anyone           = audience{kind: toAnyone}
	operators        = audience{kind: toOperators}
	players          = audience{kind: toPlayers}
	both             = audience{kind: toBoth}
	sandboxOperators = audience{kind: toSandboxOperators, scope: session.ScopeTest}
)

// need is the audience, of whose operators' keys only those may make the call that have a scope.
func (who audience) need(scope session.Scope) audience {
	who.scope = scope
	return who
}

// authenticate finds out whose call it is, or refuses it.
func (s *Server) authenticate(who audience) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, w := humago.Unwrap(ctx)
		if err := s.admitCall(w.Header(), r, who); err != nil {
			s.refuse(w, r, err)
			return
		}
		next(ctx)
	}
}

func (s *Server) admitCall(h http.Header, r *http.Request, who audience) error {
	if who.kind == toAnyone {
		return nil
	}
	token := bearer(r)
	if who.kind == toPlayers || who.kind == toBoth && token != "" && !strings.HasPrefix(token, "sk_") {
		return s.admitPlayer(h, r, token)
	}
	return s.admitOperator(h, r, token, who)
}

// bearer is the token of the Authorization header, "" if there is none.
func bearer(r *http.Request) string {
	scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return strings.TrimSpace(token)
}

func (s *Server) admitPlayer(h http.Header, r *http.Request, token string) error {
	if token == "" {
		return session.Errorf(session.SessionExpired, "This call needs a session token: Authorization: Bearer …")
	}
	claims, err := s.Tokens.Verify(r.Context(), token)
	if err != nil {
		return err
	}
	if err := s.shared.player(r.Context(), h, claims); err != nil {
		return err
	}
	if err := s.Access.Check(r.Context(), claims); err != nil {
		return err
	}
	requestOf(r.Context()).claims = &claims
	return nil
}

// admitOperator admits a call that an operator signed. Who cannot sign learns nothing of what a key may do. A signature is used up last: a
// call that is refused for another reason does not use it.
func (s *Server) admitOperator(h http.Header, r *http.Request, key string, who audience) error {
	if key == "" {
		return session.Errorf(session.InvalidKey, "This call needs an API key: Authorization: Bearer sk_…")
	}
	caller, err := s.Operators.Authenticate(r.Context(), key)
	if err != nil {
		return err
	}
	request := requestOf(r.Context())
	timestamp, signature := r.Header.Get("X-Timestamp"), r.Header.Get("X-Signature")
	if err := caller.CheckSignature(r.Method, r.RequestURI, timestamp, signature, request.body, s.now()); err != nil {
		return err
	}
	if err := s.shared.key(r.Context(), h, caller); err != nil { // who cannot sign uses nothing up
		return err
	}
	if s.config.Mode == string(session.Live) && caller.Mode != session.Live {
		return session.Errorf(session.InvalidKey, "This server is in live mode: a sandbox key is not valid here")
	}
	if who.kind == toSandboxOperators && caller.Mode != session.Sandbox {
		return session.Errorf(session.Forbidden, "The test API takes sandbox keys only")
	}
	if err := caller.Permit(proxies(s.config.TrustedProxies).address(r), who.scope); err != nil {
		return err
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		if err := s.Operators.UseSignature(r.Context(), timestamp, signature); err != nil {
			return err
		}
	}
	if err := s.Operators.NoteUse(r.Context(), caller); err != nil { // the call is good all the same
		s.log.Debug("the use of an API key is not recorded", "key", caller.KeyID, "error", err)
	}
	request.caller = &caller
	return nil
}

// subject returns whose data a call is about: that of the player who calls, or of the one that an operator names.
func (s *Server) subject(ctx context.Context, playerID string) (operator, player uuid.UUID, err error) {
	request := requestOf(ctx)
	if claims := request.claims; claims != nil {
		if playerID != "" && playerID != claims.PlayerID.String() {
			return operator, player, session.Errorf(session.Forbidden, "A player can ask for no other player's data")
		}
		return claims.OperatorID, claims.PlayerID, nil
	}
	if playerID == "" {
		return operator, player, session.FieldError(session.InvalidRequest, "playerId", "is missing: an operator must say whose data it wants")
	}
	p, err := s.playerOf(ctx, playerID)
	return p.OperatorID, p.ID, err
}

// playerOf returns the calling operator's player by our id or by the operator's own. An external id that looks like one of our ids
// means the player of that id of ours, if there is one.
func (s *Server) playerOf(ctx context.Context, playerID string) (session.Player, error) {
	operator := requestOf(ctx).caller.ID
	if id, err := uuid.Parse(playerID); err == nil && len(playerID) == len(uuid.Nil.String()) {
		p, err := s.Players.ByID(ctx, operator, id)
		if !errors.Is(err, &session.Error{Code: session.PlayerNotFound}) {
			return p, err
		}
	}
	return s.Players.ByExternalID(ctx, operator, playerID)
}
