package session

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
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
	KeyID  uuid.UUID
	secret *string
}

// Authenticate returns the operator of an API key. Returns InvalidKey for one that is unknown, revoked, or of the other mode.
// The call is not the operator's before its signature is checked too.
func (o *Operators) Authenticate(ctx context.Context, key string) (Caller, error) {
	if len(key) > maxSecretLen { // ours have at most 54 characters
		return Caller{}, invalidKey()
	}
	var c Caller
	var sealed []byte
	err := o.db.QueryRow(ctx, `
		SELECT k.id, k.sealed_secret, o.id, o.name, o.mode, o.allowed_origins, o.created_at
		FROM api_keys k JOIN operators o ON o.id = k.operator_id
		WHERE k.key_hash = $1 AND k.revoked_at IS NULL`,
		secretHash(key)).Scan(&c.KeyID, &sealed, &c.ID, &c.Name, &c.Mode, &c.Origins, &c.CreatedAt)
	if errors.Is(err, pgx.ErrNoRows) {
		return Caller{}, invalidKey()
	}
	if err != nil {
		return Caller{}, fmt.Errorf("authenticate an operator: %w", err)
	}
	if !strings.HasPrefix(key, c.Mode.keyPrefix()) {
		return Caller{}, invalidKey()
	}
	secret, err := o.vault.Open(sealed, secretAAD(c.KeyID))
	if err != nil {
		return Caller{}, fmt.Errorf("authenticate an operator: secret of API key %s: %w", c.KeyID, err)
	}
	text := string(secret)
	c.secret = &text
	return c, nil
}

func invalidKey() *Error { return Errorf(InvalidKey, "API key is not valid") }

// CheckSignature returns InvalidSignature, with what is wrong, unless a call was signed by the caller's secret within five minutes of
// now. timestamp and signature are the headers X-Timestamp, in Unix seconds, and X-Signature, "sha256=" and the hex of
//
//	HMAC-SHA256(secret, "{timestamp}.{METHOD}.{path with query}.{raw body}")
//
// pathWithQuery is as it was on the request line, not decoded.
func (c Caller) CheckSignature(method, pathWithQuery, timestamp, signature string, body []byte, now time.Time) error {
	if reason := badTimestamp(timestamp, now); reason != "" {
		return FieldError(InvalidSignature, "X-Timestamp", reason)
	}
	text, ok := strings.CutPrefix(signature, "sha256=")
	if !ok {
		return FieldError(InvalidSignature, "X-Signature", "must be sha256= and 64 hex digits")
	}
	got, err := hex.DecodeString(text)
	if err != nil || len(got) != sha256.Size {
		return FieldError(InvalidSignature, "X-Signature", "must be sha256= and 64 hex digits")
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

// badTimestamp says what is wrong with a call's time, "" if nothing is.
func badTimestamp(timestamp string, now time.Time) string {
	if timestamp == "" {
		return "is missing"
	}
	if len(timestamp) > 12 || strings.Trim(timestamp, "0123456789") != "" {
		return "must be the time in Unix seconds"
	}
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return "must be the time in Unix seconds"
	}
	if off := now.Sub(time.Unix(seconds, 0)); off > signatureWindow || off < -signatureWindow {
		return fmt.Sprintf("is more than 5 minutes from the server's time, %d", now.Unix())
	}
	return ""
}
