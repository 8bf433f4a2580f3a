package session

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// signatureWindow is how far a call's time may be from ours, before or after.
const signatureWindow = 5 * time.Minute

// Caller is an operator whose key was in a call. Its secret is behind a pointer so that printing a Caller does not show it.
type Caller struct {
	Operator
	KeyID       uuid.UUID
	secret      *string
	scopes      []Scope
	allowedFrom []netip.Prefix // none: anywhere
	usedAt      *time.Time     // as recorded when it was authenticated
}

// Authenticate returns the operator of an API key. Returns InvalidKey for one that is unknown, revoked, has expired, or is of the other
// mode. The call is not the operator's before its signature is checked, and not to be made before Permit allows it.
func (o *Operators) Authenticate(ctx context.Context, key string) (Caller, error) {
	if len(key) > maxSecretLen { // ours have at most 54 characters
		return Caller{}, invalidKey()
	}
	var c Caller
	var k APIKeyRecord
	var sealed []byte
	err := o.db.QueryRow(ctx, `
		SELECT k.id, k.sealed_secret, k.scopes, k.allowed_from, k.expires_at, k.retires_at, k.revoked_at, k.last_used_at,
			o.id, o.name, o.mode, o.allowed_origins, o.created_at
		FROM api_keys k JOIN operators o ON o.id = k.operator_id
		WHERE k.key_hash = $1`,
		secretHash(key)).Scan(&c.KeyID, &sealed, &c.scopes, &c.allowedFrom, &k.ExpiresAt, &k.RetiresAt, &k.RevokedAt, &c.usedAt,
		&c.ID, &c.Name, &c.Mode, &c.Origins, &c.CreatedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Caller{}, invalidKey()
	}
	if err != nil {
		return Caller{}, fmt.Errorf("authenticate an operator: %w", err)
	}
	if !strings.HasPrefix(key, c.Mode.keyPrefix()) || k.RevokedAt != nil {
		return Caller{}, invalidKey()
	}
	if !k.InForce(o.now()) {
		return Caller{}, Errorf(InvalidKey, "API key expired at %s", k.End().UTC().Format(time.RFC3339))
	}
	secret, err := o.vault.Open(sealed, secretAAD(c.KeyID))
	if err != nil {
		return Caller{}, fmt.Errorf("authenticate an operator: secret of API key %s: %w", c.KeyID, err)
	}
	text := string(secret)
	c.secret = &text
	return c, nil
}

// Permit returns Forbidden, with what is wrong, unless the key may be used from an address, and for what needs a scope. A call must be signed
// before it is told this.
func (c Caller) Permit(from netip.Addr, needed Scope) error {
	if len(c.allowedFrom) > 0 && !slices.ContainsFunc(c.allowedFrom, func(network netip.Prefix) bool { return network.Contains(from) }) {
		return &Error{Code: Forbidden, Message: fmt.Sprintf("This API key may not be used from %s", from),
			Details: map[string]any{"address": from.String()}}
	}
	if allows(c.scopes, needed) {
		return nil
	}
	if needed == "" {
		needed = ScopeAll
	}
	return &Error{Code: Forbidden, Message: fmt.Sprintf("This API key may not do that: it needs the scope %s", needed),
		Details: map[string]any{"scope": needed}}
}

// usedGrain is how exactly it is recorded when a key was used last.
const usedGrain = 10 * time.Minute

// NoteUse records that a key is used, if that was not recorded in the last minutes. It waits for no lock, and not for the disk.
func (o *Operators) NoteUse(ctx context.Context, c Caller) error {
	now := o.now()
	if c.usedAt != nil && now.Sub(*c.usedAt) < usedGrain {
		return nil
	}
	_, err := o.db.Exec(ctx, `
		WITH due AS (
			SELECT id FROM api_keys WHERE id = $1 AND (last_used_at IS NULL OR last_used_at <= $3) FOR NO KEY UPDATE SKIP LOCKED
		)
		UPDATE api_keys SET last_used_at = $2 FROM due, set_config('synchronous_commit', 'off', true) WHERE api_keys.id = due.id`,
		c.KeyID, now, now.Add(-usedGrain))
	if err != nil {
		return fmt.Errorf("note the use of API key %s: %w", c.KeyID, err)
	}
	return nil
}

func invalidKey() *Error { return Errorf(InvalidKey, "API key is not valid") }

// CheckSignature returns InvalidSignature, with what is wrong, unless a call was signed by the caller's secret within five minutes of
// now. timestamp and signature are the headers X-Timestamp, in Unix seconds with up to 9 decimals, and X-Signature, "sha256=" and the
// hex of
//
//	HMAC-SHA256(secret, "{timestamp}.{METHOD}.{path with query}.{raw body}")
//
// pathWithQuery is as it was on the request line, not decoded.
func (c Caller) CheckSignature(method, pathWithQuery, timestamp, signature string, body []byte, now time.Time) error {
	if reason := badTimestamp(timestamp, now); reason != "" {
		return FieldError(InvalidSignature, "X-Timestamp", reason)
	}
	got, ok := signatureBytes(signature)
	if !ok {
		return FieldError(InvalidSignature, "X-Signature", badSignatureForm)
	}
	if c.secret == nil || !hmac.Equal(got, signCall(*c.secret, method, pathWithQuery, timestamp, body)) {
		return FieldError(InvalidSignature, "X-Signature",
			`is not HMAC-SHA256(apiSecret, "{timestamp}.{METHOD}.{path with query}.{raw body}") of this call`)
	}
	return nil
}

func signCall(secret, method, pathWithQuery, timestamp string, body []byte) []byte {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "." + method + "." + pathWithQuery + "."))
	mac.Write(body)
	return mac.Sum(nil)
}

const badSignatureForm = "must be sha256= and 64 hex digits"

// signatureBytes reads an X-Signature; ok is false if it is none.
func signatureBytes(signature string) (mac []byte, ok bool) {
	text, ok := strings.CutPrefix(signature, "sha256=")
	if !ok {
		return nil, false
	}
	mac, err := hex.DecodeString(text)
	return mac, err == nil && len(mac) == sha256.Size
}

// badTimestamp says what is wrong with a call's time, "" if nothing is.
func badTimestamp(timestamp string, now time.Time) string {
	at, reason := signedAt(timestamp)
	if reason != "" {
		return reason
	}
	if off := now.Sub(at); off > signatureWindow || off < -signatureWindow {
		return fmt.Sprintf("is more than 5 minutes from the server's time, %d", now.Unix())
	}
	return ""
}

// signedAt reads an X-Timestamp, or says what is wrong with it. Decimals tell two equal calls of one second apart; a method never begins with
// a digit, so they leave the signed text as unmistakable as it was.
func signedAt(timestamp string) (at time.Time, reason string) {
	const form = "must be the time in Unix seconds, with at most 9 decimals"
	whole, decimals, point := strings.Cut(timestamp, ".")
	switch {
	case timestamp == "":
		return at, "is missing"
	case len(whole) > 12 || len(decimals) > 9 || point && decimals == "" || strings.Trim(whole+decimals, "0123456789") != "":
		return at, form
	}
	seconds, err := strconv.ParseInt(whole, 10, 64)
	if err != nil { // there is nothing before the point
		return at, form
	}
	nanoseconds, _ := strconv.ParseInt((decimals + "000000000")[:9], 10, 64) // nine digits
	return time.Unix(seconds, nanoseconds), ""
}
