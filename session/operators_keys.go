package session

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// APIKey is a new key, as it is shown once. Only the key's hash is kept, and the secret is sealed.
type APIKey struct {
	ID     uuid.UUID
	Key    string // sk_sandbox_… or sk_live_…: sent with every call
	Secret string // ss_…: never sent; these characters, with the prefix, are the HMAC key that calls are signed with
}

// APIKeyRecord is what can be told of a key later.
type APIKeyRecord struct {
	ID          uuid.UUID
	Scopes      []Scope
	AllowedFrom []netip.Prefix // none: anywhere
	CreatedAt   time.Time
	CreatedBy   string     // "" for keys of before that was recorded
	Replaces    *uuid.UUID // the key that it was made for in a rotation
	LastUsedAt  *time.Time // at most usedGrain old; nil: never
	ExpiresAt   *time.Time // nil: never
	RetiresAt   *time.Time // when the overlap of its rotation is over; nil: it was not rotated
	RevokedAt   *time.Time // nil: it was not revoked
	RevokedBy   string
}

// End is when a key ends that is not revoked, nil if it has no end.
func (k APIKeyRecord) End() *time.Time {
	if k.ExpiresAt == nil || k.RetiresAt != nil && k.RetiresAt.Before(*k.ExpiresAt) {
		return k.RetiresAt
	}
	return k.ExpiresAt
}

// InForce says whether a key is good for calls at a time.
func (k APIKeyRecord) InForce(now time.Time) bool {
	end := k.End()
	return k.RevokedAt == nil && (end == nil || now.Before(*end))
}

// KeySpec is what a new key is to be good for.
type KeySpec struct {
	Scopes      []Scope        // at least one
	AllowedFrom []netip.Prefix // at most 100; none: it may be used from anywhere
	ExpiresAt   time.Time      // zero: never
}

// KeyAdmin is who makes and ends keys: the house, or a key of the operator, which makes nothing that may do more than itself.
type KeyAdmin struct {
	name string
	key  *uuid.UUID // nil: the house
}

// ByCommand is an administrator of the house, who is recorded under a name. Returns InvalidRequest for one that is not 1 to 80 printable
// characters.
func ByCommand(name string) (KeyAdmin, error) {
	if n := utf8.RuneCountInString(name); n < 1 || n > 80 || !printable(name) {
		return KeyAdmin{}, FieldError(InvalidRequest, "by", "must be 1–80 printable characters")
	}
	return KeyAdmin{name: "command by " + name}, nil
}

// ByKey is whoever holds the key of a call.
func ByKey(c Caller) KeyAdmin { return KeyAdmin{name: "API key " + c.KeyID.String(), key: &c.KeyID} }

const selectKeys = `SELECT id, scopes, allowed_from, created_at, created_by, replaces, last_used_at, expires_at, retires_at, revoked_at,
	coalesce(revoked_by, '') FROM api_keys `

// NewKey makes another key for an operator: the old ones stay in force. Returns NotFound; InvalidRequest for what no key can be; and
// Forbidden for what may do more than the key that is to make it.
func (o *Operators) NewKey(ctx context.Context, operatorID uuid.UUID, spec KeySpec, by KeyAdmin) (key APIKey, made APIKeyRecord, err error) {
	if err := o.checkSpec(spec); err != nil {
		return key, made, err
	}
	err = wallet.Transact(ctx, o.db, func(tx pgx.Tx) error {
		mode, err := modeOf(ctx, tx, operatorID)
		if err == nil {
			err = o.checkBounds(ctx, tx, operatorID, spec, by)
		}
		if err == nil {
			key, err = o.insertKey(ctx, tx, operatorID, mode, spec, by.name, nil)
		}
		if err == nil {
			made, err = oneKey(ctx, tx, &operatorID, key.ID, ``)
		}
		return err
	})
	if err != nil {
		return APIKey{}, APIKeyRecord{}, fmt.Errorf("make an API key: %w", err)
	}
	return key, made, nil
}

func modeOf(ctx context.Context, tx pgx.Tx, operatorID uuid.UUID) (mode Mode, err error) {
	err = tx.QueryRow(ctx, `SELECT mode FROM operators WHERE id = $1`, operatorID).Scan(&mode)
	if errors.Is(err, pgx.ErrNoRows) {
		return mode, Errorf(NotFound, "operator %s not found", operatorID)
	}
	return mode, err
}

func (o *Operators) insertKey(ctx context.Context, tx pgx.Tx, operatorID uuid.UUID, mode Mode, spec KeySpec, by string, replaces *uuid.UUID) (
	APIKey, error) {
	key := APIKey{ID: newID(), Key: mode.keyPrefix() + randomText(), Secret: "ss_" + randomText()}
	var expires *time.Time
	if !spec.ExpiresAt.IsZero() {
		expires = &spec.ExpiresAt
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO api_keys (id, operator_id, key_hash, sealed_secret, created_at, scopes, allowed_from, expires_at, created_by, replaces)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		key.ID, operatorID, secretHash(key.Key), o.vault.Seal([]byte(key.Secret), secretAAD(key.ID)), o.now(),
		spec.Scopes, append([]netip.Prefix{}, spec.AllowedFrom...), expires, by, replaces)
	return key, err
}

func (o *Operators) checkSpec(spec KeySpec) error {
	if err := checkScopes(spec.Scopes); err != nil {
		return err
	}
	const most = 100
	if len(spec.AllowedFrom) > most {
		return FieldError(InvalidRequest, "allowedFrom", fmt.Sprintf("must have at most %d networks", most))
	}
	for _, network := range spec.AllowedFrom {
		if !network.IsValid() || network.Masked() != network || network.Addr().Is4In6() || network.Addr().Zone() != "" {
			return FieldError(InvalidRequest, "allowedFrom", fmt.Sprintf("%s is not a network", network))
		}
	}
	if !spec.ExpiresAt.IsZero() && !spec.ExpiresAt.Truncate(time.Microsecond).After(o.now()) {
		return FieldError(InvalidRequest, "expiresAt", "must be in the future")
	}
	return nil
}

// checkBounds returns Forbidden if a key may do more than the key that is to make it, which must be in force. That key is locked:
// whoever revokes it sees all that was made with it.
func (o *Operators) checkBounds(ctx context.Context, tx pgx.Tx, operatorID uuid.UUID, spec KeySpec, by KeyAdmin) error {
	if by.key == nil {
		return nil
	}
	maker, err := oneKey(ctx, tx, &operatorID, *by.key, `FOR SHARE`)
	if err != nil {
		return err
	}
	if !maker.InForce(o.now()) || !allows(maker.Scopes, ScopeKeys) {
		return invalidKey()
	}
	for _, scope := range spec.Scopes {
		if !allows(maker.Scopes, scope) {
			return FieldError(Forbidden, "scopes", string(scope)+" is not a scope of the key of this call, which can give only what it has")
		}
	}
	if len(maker.AllowedFrom) > 0 && !within(spec.AllowedFrom, maker.AllowedFrom) {
		return FieldError(Forbidden, "allowedFrom", "must lie in the networks of the key of this call, which can give only what it has")
	}
	if end := maker.End(); end != nil && (spec.ExpiresAt.IsZero() || spec.ExpiresAt.After(*end)) {
		return FieldError(Forbidden, "expiresAt", "must not be after the end of the key of this call, "+end.UTC().Format(time.RFC3339))
	}
	return nil
}

// ParseNetwork reads a network in CIDR notation, or a single address. Returns InvalidRequest.
func ParseNetwork(text string) (netip.Prefix, error) {
	if address, err := netip.ParseAddr(text); err == nil && !address.Is4In6() && address.Zone() == "" {
		return netip.PrefixFrom(address, address.BitLen()), nil
	}
	network, err := netip.ParsePrefix(text)
	switch {
	case err != nil || network.Addr().Is4In6():
		return netip.Prefix{}, FieldError(InvalidRequest, "allowedFrom",
			fmt.Sprintf("%.50q is not as 203.0.113.0/24, 2001:db8::/48 or 203.0.113.7", text))
	case network.Masked() != network:
		return netip.Prefix{}, FieldError(InvalidRequest, "allowedFrom",
			fmt.Sprintf("%s is an address in a network: write %s, or %s", text, network.Masked(), network.Addr()))
	}
	return network, nil
}

// within says whether every network lies in one of others; none is everywhere, which lies in no network.
func within(networks, others []netip.Prefix) bool {
	for _, network := range networks {
		if !slices.ContainsFunc(others, func(o netip.Prefix) bool { return o.Bits() <= network.Bits() && o.Contains(network.Addr()) }) {
			return false
		}
	}
	return len(networks) > 0
}

// oneKey reads a key, of one operator or of any, or returns NotFound.
func oneKey(ctx context.Context, tx pgx.Tx, operatorID *uuid.UUID, id uuid.UUID, lock string) (APIKeyRecord, error) {
	rows, err := tx.Query(ctx, selectKeys+`WHERE id = $1 AND ($2::uuid IS NULL OR operator_id = $2) `+lock, id, operatorID)
	if err != nil {
		return APIKeyRecord{}, err
	}
	key, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByPos[APIKeyRecord])
	if errors.Is(err, pgx.ErrNoRows) {
		return key, Errorf(NotFound, "API key %s not found", id)
	}
	return key, err
}

// RevokeKey ends a key at once, of one operator or, with nil, of any, and returns what is recorded of it. Returns NotFound. A key that is
// revoked already stays as it is.
func (o *Operators) RevokeKey(ctx context.Context, operatorID *uuid.UUID, keyID uuid.UUID, by KeyAdmin) (key APIKeyRecord, err error) {
	err = wallet.Transact(ctx, o.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE api_keys SET revoked_at = $3, revoked_by = $4
			WHERE id = $1 AND ($2::uuid IS NULL OR operator_id = $2) AND revoked_at IS NULL`, keyID, operatorID, o.now(), by.name); err != nil {
			return err
		}
		key, err = oneKey(ctx, tx, operatorID, keyID, ``)
		return err
	})
	if err != nil {
		return APIKeyRecord{}, fmt.Errorf("revoke an API key: %w", err)
	}
	return key, nil
}

// Keys lists an operator's keys, oldest first.
func (o *Operators) Keys(ctx context.Context, operatorID uuid.UUID) ([]APIKeyRecord, error) {
	rows, err := o.db.Query(ctx, selectKeys+`WHERE operator_id = $1 ORDER BY id`, operatorID)
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	keys, err := pgx.CollectRows(rows, pgx.RowToStructByPos[APIKeyRecord])
	if err != nil {
		return nil, fmt.Errorf("list API keys: %w", err)
	}
	return keys, nil
}

// String is who it is, as it is recorded.
func (a KeyAdmin) String() string { return a.name }
