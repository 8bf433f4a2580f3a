package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"croupier/session"
)

// keyData is what is told of a key: never the key itself, nor its secret.
type keyData struct {
	KeyID       string          `json:"keyId"`
	Scopes      []session.Scope `json:"scopes" doc:"What it may be used for"`
	AllowedFrom []string        `json:"allowedFrom" doc:"The networks that it may be used from; none: anywhere" example:"[\"203.0.113.0/24\"]"`
	InForce     bool            `json:"inForce" doc:"It can be used now"`
	CreatedAt   time.Time       `json:"createdAt"`
	CreatedBy   string          `json:"createdBy,omitempty" doc:"The id of the API key, or who did it by command"`
	Replaces    string          `json:"replaces,omitempty" doc:"The key that it took the place of"`
	LastUsedAt  *time.Time      `json:"lastUsedAt,omitempty" doc:"Recorded once in 10 minutes"`
	ExpiresAt   *time.Time      `json:"expiresAt,omitempty" doc:"As it was made; not there: never"`
	RetiresAt   *time.Time      `json:"retiresAt,omitempty" doc:"When it ends because another took its place"`
	RevokedAt   *time.Time      `json:"revokedAt,omitempty"`
	RevokedBy   string          `json:"revokedBy,omitempty"`
}

func keyOut(k session.APIKeyRecord, now time.Time) keyData {
	data := keyData{KeyID: k.ID.String(), Scopes: k.Scopes, AllowedFrom: make([]string, len(k.AllowedFrom)), InForce: k.InForce(now),
		CreatedAt: k.CreatedAt, CreatedBy: k.CreatedBy, LastUsedAt: k.LastUsedAt, ExpiresAt: k.ExpiresAt, RetiresAt: k.RetiresAt,
		RevokedAt: k.RevokedAt, RevokedBy: k.RevokedBy}
	for i, network := range k.AllowedFrom {
		data.AllowedFrom[i] = network.String()
	}
	if k.Replaces != nil {
		data.Replaces = k.Replaces.String()
	}
	return data
}

type keysData struct {
	Keys []keyData `json:"keys" doc:"Oldest first, with those that have ended"`
}

func (s *Server) listKeys(ctx context.Context, _ *nothing) (keysData, error) {
	list, err := s.Operators.Keys(ctx, requestOf(ctx).caller.ID)
	data := keysData{Keys: []keyData{}}
	for _, key := range list {
		data.Keys = append(data.Keys, keyOut(key, s.now()))
	}
	return data, err
}

type newKeyInput struct {
	Body struct {
		Scopes      []string  `json:"scopes" minItems:"1" maxItems:"50" doc:"What it may be used for: launch, wallet:read, wallet:write, rounds:read, rounds:void, players:read, players:write, reports:read, games, keys, settings, sso, webhooks, test, or all" example:"[\"wallet:read\",\"wallet:write\"]"`
		AllowedFrom []string  `json:"allowedFrom,omitempty" maxItems:"100" doc:"The networks that it may be used from, in CIDR notation, or single addresses; none: anywhere" example:"[\"203.0.113.0/24\"]"`
		ExpiresAt   time.Time `json:"expiresAt,omitempty" doc:"Left out: never" example:"2027-02-01T00:00:00Z"`
	}
}

// NewKeyData is a new key, with what nobody can ask for later.
type NewKeyData struct {
	APIKey    string  `json:"apiKey" doc:"Shown this once"`
	APISecret string  `json:"apiSecret" doc:"Shown this once: what calls are signed with"`
	Key       keyData `json:"key"`
}

func (s *Server) makeKey(ctx context.Context, in *newKeyInput) (NewKeyData, error) {
	spec := session.KeySpec{ExpiresAt: in.Body.ExpiresAt}
	for _, scope := range in.Body.Scopes {
		spec.Scopes = append(spec.Scopes, session.Scope(scope))
	}
	for _, text := range in.Body.AllowedFrom {
		network, err := session.ParseNetwork(text)
		if err != nil {
			return NewKeyData{}, err
		}
		spec.AllowedFrom = append(spec.AllowedFrom, network)
	}
	caller := requestOf(ctx).caller
	key, made, err := s.Operators.NewKey(ctx, caller.ID, spec, session.ByKey(*caller))
	if err != nil {
		return NewKeyData{}, err
	}
	s.log.Info("made an API key", "key", key.ID, "by", caller.KeyID)
	return NewKeyData{APIKey: key.Key, APISecret: key.Secret, Key: keyOut(made, s.now())}, nil
}

// OfKey is the path of the calls about one key.
type OfKey struct {
	KeyID string `path:"keyId" maxLength:"64" example:"0198b6f0-7a52-7c3e-9d0a-3f1f6f0c2b11"`
}

// id returns NotFound for what cannot be a key's.
func (in *OfKey) id() (uuid.UUID, error) {
	id, err := uuid.Parse(in.KeyID)
	if err != nil {
		return id, session.Errorf(session.NotFound, "API key not found")
	}
	return id, nil
}

type rotateKeyInput struct {
	OfKey
	Body struct {
		OverlapSeconds *int      `json:"overlapSeconds,omitempty" minimum:"0" maximum:"2592000" doc:"How long the old key stays in force; left out: a day; 0: it ends now" example:"86400"`
		ExpiresAt      time.Time `json:"expiresAt,omitempty" doc:"Of the new key. Left out: it lives as long from now as the old one was made to" example:"2027-02-01T00:00:00Z"`
	}
}

type rotatedKeyData struct {
	NewKeyData
	Replaced keyData `json:"replaced" doc:"The old key"`
}

func (s *Server) rotateKey(ctx context.Context, in *rotateKeyInput) (rotatedKeyData, error) {
	id, err := in.id()
	if err != nil {
		return rotatedKeyData{}, err
	}
	rotation := session.KeyRotation{Overlap: 24 * time.Hour, ExpiresAt: in.Body.ExpiresAt}
	if seconds := in.Body.OverlapSeconds; seconds != nil {
		rotation.Overlap = time.Duration(*seconds) * time.Second
	}
	caller := requestOf(ctx).caller
	key, made, old, err := s.Operators.RotateKey(ctx, &caller.ID, id, rotation, session.ByKey(*caller))
	if err != nil {
		return rotatedKeyData{}, err
	}
	s.log.Info("rotated an API key", "key", id, "new_key", key.ID, "by", caller.KeyID)
	return rotatedKeyData{NewKeyData{APIKey: key.Key, APISecret: key.Secret, Key: keyOut(made, s.now())}, keyOut(old, s.now())}, nil
}

func (s *Server) revokeKey(ctx context.Context, in *OfKey) (keyData, error) {
	id, err := in.id()
	if err != nil {
		return keyData{}, err
	}
	caller := requestOf(ctx).caller
	key, err := s.Operators.RevokeKey(ctx, &caller.ID, id, session.ByKey(*caller))
	if err != nil {
		return keyData{}, err
	}
	s.log.Info("revoked an API key", "key", id, "by", caller.KeyID)
	return keyOut(key, s.now()), nil
}
