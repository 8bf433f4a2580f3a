package session

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

const (
	// answersKept is how long the answer of a call with an Idempotency-Key is kept.
	answersKept = 24 * time.Hour
	// claimTime is how long a call may run before it is held to be dead. It is longer than any call lives: see requestTimeout in api.
	claimTime = 30 * time.Second
)

// answerAAD binds a sealed answer to its row.
func answerAAD(operator uuid.UUID, key string) []byte {
	return append(append([]byte("answer/"), operator[:]...), key...)
}

// CheckIdempotencyKey returns InvalidRequest unless a header can be an Idempotency-Key: 1 to 128 characters of printable ASCII.
func CheckIdempotencyKey(key string) error {
	for _, r := range []byte(key) {
		if r < '!' || r > '~' {
			return FieldError(InvalidRequest, "Idempotency-Key", "must be printable ASCII without spaces")
		}
	}
	if len(key) < 1 || len(key) > 128 {
		return FieldError(InvalidRequest, "Idempotency-Key", "must have 1 to 128 characters")
	}
	return nil
}

// Answer is what a call was answered with, to be told again byte for byte.
type Answer struct {
	Status int // from 200 to 499
	Body   []byte
}

// Claim is the right to make a call that carries an Idempotency-Key. Exactly one of its holders makes the call: the others are refused, or are told
// its answer.
type Claim struct {
	id, operator uuid.UUID
	key          string
}

// requestHash is of all that makes two calls the same. No part can run into the next.
func requestHash(method, pathWithQuery string, body []byte) []byte {
	h := sha256.New()
	for _, part := range [][]byte{[]byte(method), []byte(pathWithQuery), body} {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(part))))
		h.Write(part)
	}
	return h.Sum(nil)
}

// claimSQL takes a key that nobody has, or whose holder died, or whose answer is too old to be told.
const claimSQL = `
	INSERT INTO idempotency_keys AS k (operator_id, key, api_key_id, request_hash, claim, claimed_until, created_at)
	VALUES ($1, $2, $3, $4, $5, $6::timestamptz + $7::interval, $6)
	ON CONFLICT (operator_id, key) DO UPDATE SET api_key_id = excluded.api_key_id, request_hash = excluded.request_hash, claim = excluded.claim,
		claimed_until = excluded.claimed_until, created_at = excluded.created_at, status = NULL, sealed_answer = NULL
	WHERE k.created_at <= $6::timestamptz - $8::interval
		OR k.status IS NULL AND k.claimed_until <= $6 AND k.request_hash = excluded.request_hash AND k.api_key_id = excluded.api_key_id
	RETURNING claim`

// Claim claims an Idempotency-Key for a call of an operator's, on all servers. It returns the call's answer if it was made before; else a claim, to be
// ended by Answered or GiveUp. Returns Conflict when the key stands for another call, or was used with another API key, whose answer might hold
// what this one may not know; and Conflict with the detail retryAfterMs while the same call is being made.
func (o *Operators) Claim(ctx context.Context, c Caller, key, method, pathWithQuery string, body []byte) (claim Claim, told *Answer, err error) {
	if err := CheckIdempotencyKey(key); err != nil {
		return claim, nil, err
	}
	claim = Claim{id: newID(), operator: c.ID, key: key}
	hash := requestHash(method, pathWithQuery, body)
	var taken uuid.UUID
	err = o.db.QueryRow(ctx, claimSQL, c.ID, key, c.KeyID, hash, claim.id, o.now(), claimTime, answersKept).Scan(&taken)
	if err == nil {
		return claim, nil, nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return claim, nil, fmt.Errorf("claim an Idempotency-Key: %w", err)
	}
	told, err = o.answered(ctx, c, key, hash)
	return claim, told, err
}

// answered is what a key that somebody has stands for.
func (o *Operators) answered(ctx context.Context, c Caller, key string, hash []byte) (*Answer, error) {
	var was, sealed []byte
	var by uuid.UUID
	var status *int
	const sql = `SELECT api_key_id, request_hash, status, sealed_answer FROM idempotency_keys WHERE operator_id = $1 AND key = $2`
	err := o.db.QueryRow(ctx, sql, c.ID, key).Scan(&by, &was, &status, &sealed)
	switch {
	case errors.Is(err, pgx.ErrNoRows): // given up just now
		return nil, beingMade()
	case err != nil:
		return nil, fmt.Errorf("look up an Idempotency-Key: %w", err)
	case !slices.Equal(was, hash):
		return nil, Errorf(Conflict, "The Idempotency-Key was used for another call")
	case by != c.KeyID:
		return nil, Errorf(Conflict, "The Idempotency-Key was used with another API key: its answer is told to that one only")
	case status == nil:
		return nil, beingMade()
	}
	body, err := o.vault.Open(sealed, answerAAD(c.ID, key))
	if err != nil {
		return nil, fmt.Errorf("answer of Idempotency-Key %q: %w", key, err)
	}
	return &Answer{Status: *status, Body: body}, nil
}

func beingMade() *Error {
	return &Error{Code: Conflict, Message: "The same call is being made now: send it again to learn its answer", Details: map[string]any{"retryAfterMs": 1000}}
}

// Answered keeps what a call was answered with. An error means that the same call, sent again, would be made again once the claim has ended.
func (o *Operators) Answered(ctx context.Context, c Claim, a Answer) error {
	sealed := o.vault.Seal(a.Body, answerAAD(c.operator, c.key))
	_, err := o.db.Exec(ctx, `UPDATE idempotency_keys SET status = $4, sealed_answer = $5 WHERE operator_id = $1 AND key = $2 AND claim = $3`,
		c.operator, c.key, c.id, a.Status, sealed)
	if err != nil {
		return fmt.Errorf("keep an answer: %w", err)
	}
	return nil
}

// GiveUp ends a claim without an answer: the call was not made, or nobody knows, and may be made again.
func (o *Operators) GiveUp(ctx context.Context, c Claim) error {
	_, err := o.db.Exec(ctx, `DELETE FROM idempotency_keys WHERE operator_id = $1 AND key = $2 AND claim = $3 AND status IS NULL`, c.operator, c.key, c.id)
	if err != nil {
		return fmt.Errorf("give up an Idempotency-Key: %w", err)
	}
	return nil
}

// ForgetAnswers deletes the answers that are too old to be told.
func (o *Operators) ForgetAnswers(ctx context.Context) error {
	const sql = `DELETE FROM idempotency_keys WHERE (operator_id, key) IN (SELECT operator_id, key FROM idempotency_keys
		WHERE created_at <= $1 ORDER BY created_at LIMIT 10000 FOR UPDATE SKIP LOCKED)`
	if _, err := o.db.Exec(ctx, sql, o.now().Add(-answersKept)); err != nil {
		return fmt.Errorf("forget old answers: %w", err)
	}
	return nil
}
