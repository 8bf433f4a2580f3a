package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"croupier/session"
)

// What the calls are about, for their readers.
const (
	ssoDoc = "What lets your players in by tokens of your own, beside launch tokens: POST /auth/sso/exchange with operatorToken and operatorId. " +
		"docs/sso.md shows how to make one."
	setSSODoc = "Replaces all of it, at once on every server; what is left out has its default. Keys are at jwksUrl, which is asked again every " +
		"few minutes and for a kid that is not known, or given as keys: public ones, in a JWK Set. With enabled false no token of yours lets in. " +
		"Who changed what is recorded. Whoever can make this call can let in anybody as any of your players: give the scope to few keys."
)

// ssoData is what is in force for an operator.
type ssoData struct {
	Enabled       bool            `json:"enabled"`
	Issuer        string          `json:"issuer"`
	Audience      string          `json:"audience"`
	Algorithm     string          `json:"algorithm"`
	JWKSURL       string          `json:"jwksUrl,omitempty"`
	Keys          json.RawMessage `json:"keys,omitempty" doc:"Those of the given keys that fit the algorithm"`
	MaxAgeSeconds int             `json:"maxAgeSeconds"`
	LeewaySeconds int             `json:"leewaySeconds"`
	Version       int             `json:"version" doc:"1 for the first; every change is one more"`
	ChangedAt     time.Time       `json:"changedAt"`
	ChangedBy     string          `json:"changedBy" doc:"The API key, or who did it by command"`
}

func ssoOut(s session.SSO) ssoData {
	return ssoData{Enabled: s.Enabled, Issuer: s.Issuer, Audience: s.Audience, Algorithm: s.Algorithm, JWKSURL: s.JWKSURL, Keys: s.Keys,
		MaxAgeSeconds: int(s.MaxAge.Seconds()), LeewaySeconds: int(s.Leeway.Seconds()), Version: s.Version, ChangedAt: s.ChangedAt, ChangedBy: s.ChangedBy}
}

func (s *Server) getSSO(ctx context.Context, _ *nothing) (ssoData, error) {
	sso, err := s.Operators.SSO(ctx, requestOf(ctx).caller.ID)
	if err != nil {
		return ssoData{}, err
	}
	return ssoOut(sso), nil
}

type setSSOInput struct {
	Body struct {
		Enabled       *bool           `json:"enabled,omitempty" doc:"Left out: true"`
		Issuer        string          `json:"issuer" minLength:"1" maxLength:"256" doc:"The iss of your tokens" example:"https://casino.example"`
		Audience      string          `json:"audience" minLength:"1" maxLength:"256" doc:"The aud of your tokens, or one of them" example:"croupier"`
		Algorithm     string          `json:"algorithm" enum:"EdDSA,ES256,RS256,PS256" doc:"What your tokens are signed with. Nothing else is taken" example:"ES256"`
		JWKSURL       string          `json:"jwksUrl,omitempty" maxLength:"512" doc:"Where you publish your keys" example:"https://casino.example/.well-known/jwks.json"`
		Keys          json.RawMessage `json:"keys,omitempty" doc:"A JWK Set, in place of jwksUrl"`
		MaxAgeSeconds *int            `json:"maxAgeSeconds,omitempty" minimum:"10" maximum:"300" doc:"How long a token may be good for, from its iat to its exp; left out: 60" example:"60"`
		LeewaySeconds *int            `json:"leewaySeconds,omitempty" minimum:"0" maximum:"30" doc:"By how much your clock may differ from ours; left out: 5" example:"5"`
	}
}

func (s *Server) setSSO(ctx context.Context, in *setSSOInput) (ssoData, error) {
	caller, b := requestOf(ctx).caller, &in.Body
	sso := session.SSO{Operator: caller.ID, Enabled: b.Enabled == nil || *b.Enabled, Issuer: b.Issuer, Audience: b.Audience, Algorithm: b.Algorithm,
		JWKSURL: b.JWKSURL, Keys: b.Keys, MaxAge: session.DefaultSSOMaxAge, Leeway: session.DefaultSSOLeeway}
	if b.MaxAgeSeconds != nil {
		sso.MaxAge = time.Duration(*b.MaxAgeSeconds) * time.Second
	}
	if b.LeewaySeconds != nil {
		sso.Leeway = time.Duration(*b.LeewaySeconds) * time.Second
	}
	set, err := s.Operators.SetSSO(ctx, sso, session.ByKey(*caller))
	if err != nil {
		return ssoData{}, err
	}
	s.log.Info("an operator's sign-on was set", "operator", caller.ID, "version", set.Version, "by", caller.KeyID)
	return ssoOut(set), nil
}

// arrive begins a session for an operator's own token.
func (s *Server) arrive(ctx context.Context, operatorID, token string) (session.Grant, error) {
	id, err := uuid.Parse(operatorID)
	if err != nil {
		return session.Grant{}, session.FieldError(session.InvalidRequest, "operatorId", "is not the id of an operator")
	}
	arrival, err := s.Operators.VerifyOperatorToken(ctx, id, token, s.ssoKeys.find)
	if err != nil {
		return session.Grant{}, err
	}
	if _, err := s.gameOf(ctx, id, arrival.GameID); err != nil {
		return session.Grant{}, err
	}
	return s.Access.ExchangeArrival(ctx, arrival)
}
