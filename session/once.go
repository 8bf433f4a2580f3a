package session

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// oncePurpose is what a token of one use is for.
type oncePurpose string

const (
	purposeLaunch  oncePurpose = "launch"
	purposeRefresh oncePurpose = "refresh"
	purposeTicket  oncePurpose = "ticket"
)

// prefix begins the tokens of a purpose, so that people and secret scanners can tell them apart.
func (p oncePurpose) prefix() string {
	return map[oncePurpose]string{purposeLaunch: "lt_", purposeRefresh: "rt_", purposeTicket: "st_"}[p]
}

const (
	maxSecretLen = 80 // bytes, of a token or an API key; ours have at most 58
	onceKept     = time.Hour
	onceSwept    = 10 // at most so many stale rows are deleted for one that is made
	randomLength = 32 // bytes
)

// onceToken is what a token of one use stands for.
type onceToken struct {
	playerID  uuid.UUID
	sessionID uuid.UUID // zero for a launch token
	gameID    string    // "": none
	expires   time.Time
}

// onceState is what was found of a token that was handed in.
type onceState int

const (
	onceUnknown onceState = iota
	onceFresh             // it was used just now, for the first time
	onceUsed
	onceExpired
)

// issueOnce makes a token. note is added to its text, where its bearer can read it but not change it: the hash is over all.
// It deletes a few rows that nobody will ask for again; a used refresh token is kept as long as its session, to tell a replay.
func issueOnce(ctx context.Context, tx pgx.Tx, purpose oncePurpose, t onceToken, note string, now time.Time) (string, error) {
	text := purpose.prefix() + randomText() + note
	if len(text) > maxSecretLen {
		return "", fmt.Errorf("issue a %s token: its note is too long", purpose)
	}
	var session, game any
	if t.sessionID != uuid.Nil {
		session = t.sessionID
	}
	if t.gameID != "" {
		game = t.gameID
	}
	_, err := tx.Exec(ctx, `
		INSERT INTO one_use_tokens (hash, purpose, player_id, session_id, game_id, expires_at) VALUES ($1, $2, $3, $4, $5, $6)`,
		secretHash(text), string(purpose), t.playerID, session, game, t.expires)
	if err == nil {
		_, err = tx.Exec(ctx, `
			DELETE FROM one_use_tokens WHERE hash IN (
				SELECT hash FROM one_use_tokens WHERE expires_at < $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)`,
			now.Add(-onceKept), onceSwept)
	}
	if err != nil {
		return "", fmt.Errorf("issue a %s token: %w", purpose, err)
	}
	return text, nil
}

// useOnce uses a token up. Of any number of callers at once, one finds it fresh. Its error is only ever the database's. What
// it returns of a token that was used or has expired is what that stood for.
func useOnce(ctx context.Context, tx pgx.Tx, purpose oncePurpose, text string, now time.Time) (onceToken, onceState, error) {
	if !plausibleOnce(purpose, text) {
		return onceToken{}, onceUnknown, nil
	}
	hash := secretHash(text)
	var t onceToken
	var session *uuid.UUID
	state := onceFresh
	err := tx.QueryRow(ctx, `
		UPDATE one_use_tokens SET used_at = $3 WHERE hash = $1 AND purpose = $2 AND used_at IS NULL AND expires_at > $3
		RETURNING player_id, session_id, coalesce(game_id, ''), expires_at`,
		hash, string(purpose), now).Scan(&t.playerID, &session, &t.gameID, &t.expires)
	if errors.Is(err, pgx.ErrNoRows) {
		var used bool
		err = tx.QueryRow(ctx, `
			SELECT player_id, session_id, coalesce(game_id, ''), expires_at, used_at IS NOT NULL
			FROM one_use_tokens WHERE hash = $1 AND purpose = $2`,
			hash, string(purpose)).Scan(&t.playerID, &session, &t.gameID, &t.expires, &used)
		if state = onceExpired; used {
			state = onceUsed
		}
	}
	if errors.Is(err, pgx.ErrNoRows) {
		return onceToken{}, onceUnknown, nil
	}
	if err != nil {
		return onceToken{}, onceUnknown, fmt.Errorf("use a %s token: %w", purpose, err)
	}
	if session != nil {
		t.sessionID = *session
	}
	return t, state, nil
}

// plausibleOnce says whether it is worth asking the database for a token.
func plausibleOnce(purpose oncePurpose, text string) bool {
	return len(text) <= maxSecretLen && len(text) >= len(purpose.prefix())+base64.RawURLEncoding.EncodedLen(randomLength) &&
		strings.HasPrefix(text, purpose.prefix())
}

func secretHash(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// randomText returns 256 random bits as 43 characters of base64url.
func randomText() string {
	var raw [randomLength]byte
	_, _ = rand.Read(raw[:]) // never fails: it ends the program instead
	return base64.RawURLEncoding.EncodeToString(raw[:])
}
