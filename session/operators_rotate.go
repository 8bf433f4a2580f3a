package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// MaxOverlap is how long a key may stay in force beside the one that takes its place.
const MaxOverlap = 30 * 24 * time.Hour

// KeyRotation says how a key makes room for the next one.
type KeyRotation struct {
	Overlap   time.Duration // how long the old key stays in force, from 0 to MaxOverlap
	ExpiresAt time.Time     // of the new key; zero: it lives as long from now as the old one was made to
}

// RotateKey makes a key with the scopes and networks of one that is in force, of one operator or, with nil, of any. The old one ends after the
// overlap, or earlier if it would have anyhow. It returns the new key, and what is recorded of both. Returns NotFound; Conflict for a key
// that has ended; InvalidRequest; and Forbidden if the new key may do more than the key that is to make it.
func (o *Operators) RotateKey(ctx context.Context, operatorID *uuid.UUID, keyID uuid.UUID, r KeyRotation, by KeyAdmin) (
	key APIKey, made, old APIKeyRecord, err error) {
	if r.Overlap < 0 || r.Overlap > MaxOverlap {
		return key, made, old, FieldError(InvalidRequest, "overlap", "must be from 0 to 30 days")
	}
	err = wallet.Transact(ctx, o.db, func(tx pgx.Tx) error {
		if old, err = oneKey(ctx, tx, operatorID, keyID, `FOR NO KEY UPDATE`); err != nil {
			return err
		}
		if key, err = o.successor(ctx, tx, old, r, by); err != nil {
			return err
		}
		if err := o.retire(ctx, tx, keyID, r.Overlap, by); err != nil {
			return err
		}
		var wrong error
		old, err = oneKey(ctx, tx, operatorID, keyID, ``)
		made, wrong = oneKey(ctx, tx, operatorID, key.ID, ``)
		return errors.Join(err, wrong)
	})
	if err != nil {
		return APIKey{}, APIKeyRecord{}, APIKeyRecord{}, fmt.Errorf("rotate an API key: %w", err)
	}
	return key, made, old, nil
}

// successor makes the key that takes the place of an old one.
func (o *Operators) successor(ctx context.Context, tx pgx.Tx, old APIKeyRecord, r KeyRotation, by KeyAdmin) (APIKey, error) {
	now := o.now()
	if !old.InForce(now) {
		return APIKey{}, Errorf(Conflict, "API key %s has ended: make a new one", old.ID)
	}
	spec := KeySpec{Scopes: old.Scopes, AllowedFrom: old.AllowedFrom, ExpiresAt: r.ExpiresAt}
	if spec.ExpiresAt.IsZero() && old.ExpiresAt != nil {
		spec.ExpiresAt = now.Add(old.ExpiresAt.Sub(old.CreatedAt))
	}
	if err := o.checkSpec(spec); err != nil {
		return APIKey{}, err
	}
	var operator uuid.UUID
	var mode Mode
	err := tx.QueryRow(ctx, `SELECT o.id, o.mode FROM api_keys k JOIN operators o ON o.id = k.operator_id WHERE k.id = $1`, old.ID).
		Scan(&operator, &mode)
	if err != nil {
		return APIKey{}, err
	}
	if err := o.checkBounds(ctx, tx, operator, spec, by); err != nil {
		return APIKey{}, err
	}
	return o.insertKey(ctx, tx, operator, mode, spec, by.name, &old.ID)
}

// retire ends a key after an overlap; without one it is revoked, which no server's clock has a say in.
func (o *Operators) retire(ctx context.Context, tx pgx.Tx, keyID uuid.UUID, overlap time.Duration, by KeyAdmin) error {
	if overlap == 0 {
		_, err := tx.Exec(ctx, `UPDATE api_keys SET revoked_at = $2, revoked_by = $3 WHERE id = $1`, keyID, o.now(), by.name)
		return err
	}
	_, err := tx.Exec(ctx, `UPDATE api_keys SET retires_at = least(retires_at, $2) WHERE id = $1`, keyID, o.now().Add(overlap))
	return err
}
