package session

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// purposeOperatorLaunch is the purpose of an operator's token: one that it made for something else lets nobody in.
const purposeOperatorLaunch = "launch"

// SSOKeySource returns the keys of an operator's tokens. kid is the one that is wanted: a source that asks elsewhere for keys asks again for one
// that it does not know. Its error is Unavailable when there are no keys to be had.
type SSOKeySource func(ctx context.Context, s SSO, kid string) (*SSOKeys, error)

// operatorClaims is the payload of an operator's token.
type operatorClaims struct {
	jwt.RegisteredClaims
	Purpose      string `json:"purpose"`
	Currency     string `json:"currency"`
	Jurisdiction string `json:"jurisdiction"`
	Locale       string `json:"locale"`
	Username     string `json:"username"`
	GameID       string `json:"gameId"`
}

// Arrival is what an operator's token says, once it is verified.
type Arrival struct {
	operator Operator
	Player   PlayerSpec
	GameID   string // "": none
	once     [sha256.Size]byte
	expires  time.Time
}

// VerifyOperatorToken returns what a token of an operator's says. Returns LaunchExpired for one that has expired, and LaunchInvalid, for one
// whose signature is good with the reason, for any other that does not let in. It does not know whether the token was used: ExchangeArrival
// does.
func (o *Operators) VerifyOperatorToken(ctx context.Context, operatorID uuid.UUID, token string, keys SSOKeySource) (Arrival, error) {
	if reason := malformedToken(token); reason != "" {
		return Arrival{}, invalidOperatorToken(reason)
	}
	s, err := o.SSO(ctx, operatorID)
	switch {
	case errors.Is(err, &Error{Code: NotFound}) || err == nil && !s.Enabled:
		return Arrival{}, invalidOperatorToken(unknownSigner)
	case err != nil:
		return Arrival{}, err
	}
	claims, err := o.parseOperatorToken(ctx, s, token, keys)
	if err != nil {
		return Arrival{}, err
	}
	if reason := claims.wrong(s); reason != "" {
		return Arrival{}, invalidOperatorToken(reason)
	}
	operator, err := o.ByID(ctx, operatorID)
	if err != nil {
		return Arrival{}, err
	}
	return Arrival{operator: operator, once: claims.once(token), expires: claims.ExpiresAt.Add(s.Leeway), GameID: claims.GameID,
		Player: PlayerSpec{ExternalID: claims.Subject, Currency: claims.Currency, Jurisdiction: claims.Jurisdiction, Locale: claims.Locale,
			Username: claims.Username}}, nil
}

// parseOperatorToken checks the signature, and then everything of the claims that the library knows.
func (o *Operators) parseOperatorToken(ctx context.Context, s SSO, token string, keys SSOKeySource) (*operatorClaims, error) {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{s.Algorithm}), jwt.WithIssuer(s.Issuer), jwt.WithAudience(s.Audience),
		jwt.WithExpirationRequired(), jwt.WithIssuedAt(), jwt.WithStrictDecoding(), jwt.WithLeeway(s.Leeway), jwt.WithTimeFunc(o.now))
	claims := &operatorClaims{}
	var unavailable error
	_, err := parser.ParseWithClaims(token, claims, func(parsed *jwt.Token) (any, error) {
		kid, ok := parsed.Header["kid"].(string)
		if !ok || kid == "" || len(kid) > maxKeyIDSize {
			return nil, errUnknownKey
		}
		if _, critical := parsed.Header["crit"]; critical { // RFC 7515, 4.1.11: none of them is understood
			return nil, errors.New("critical extensions are not understood")
		}
		known, err := keys(ctx, s, kid)
		if err != nil {
			unavailable = err
			return nil, err
		}
		if !known.Has(kid) {
			return nil, errUnknownKey
		}
		return known.lookup.KeyfuncCtx(ctx)(parsed)
	})
	switch {
	case unavailable != nil:
		return nil, fmt.Errorf("keys of operator %s: %w", s.Operator, unavailable)
	case errors.Is(err, jwt.ErrTokenUnverifiable), errors.Is(err, jwt.ErrTokenSignatureInvalid), errors.Is(err, jwt.ErrTokenMalformed):
		return nil, invalidOperatorToken(unknownSigner) // who cannot sign learns nothing else
	case errors.Is(err, jwt.ErrTokenExpired):
		return nil, Errorf(LaunchExpired, "operator token has expired")
	case err != nil:
		return nil, invalidOperatorToken(whyClaimsRefused(err))
	}
	return claims, nil
}

// wrong says what is wrong with claims that are whole and in time, "" if nothing is.
func (c *operatorClaims) wrong(s SSO) string {
	switch {
	case c.Purpose != purposeOperatorLaunch:
		return `its purpose is not "launch"`
	case c.IssuedAt == nil:
		return "iat is missing"
	case c.ExpiresAt.Sub(c.IssuedAt.Time) > s.MaxAge:
		return fmt.Sprintf("it is made for longer than %d seconds (from iat to exp)", int(s.MaxAge.Seconds()))
	case !c.ExpiresAt.After(c.IssuedAt.Time):
		return "exp is not after iat"
	case c.Subject == "":
		return "sub, the player's id, is missing"
	case c.Currency == "":
		return "currency is missing"
	case len(c.ID) > 256:
		return "jti has more than 256 bytes"
	}
	return ""
}

// once is what is remembered of a token, so that it lets in once: its jti or, if it has none, what was signed. The signature is no part of
// that: there can be several for one text.
func (c *operatorClaims) once(token string) [sha256.Size]byte {
	if c.ID != "" {
		return sha256.Sum256([]byte("jti:" + c.ID))
	}
	return sha256.Sum256([]byte("text:" + token[:strings.LastIndexByte(token, '.')]))
}

// ExchangeArrival begins a session for what an operator's token says, once, on all servers together. The player is made or updated as by
// Players.Ensure, with the same errors. Returns LaunchUsed, PlayerExcluded and Forbidden too.
func (a *Access) ExchangeArrival(ctx context.Context, arrival Arrival) (Grant, error) {
	if err := validateGameID(arrival.GameID); err != nil {
		return Grant{}, err
	}
	key, err := a.tokens.keys.signing(ctx)
	if err != nil {
		return Grant{}, fmt.Errorf("exchange operator token: %w", err)
	}
	if a.Vouch != nil { // with no connection held: the operator's wallet is asked; so the player is made before
		player, err := a.players.Ensure(ctx, arrival.operator, arrival.Player)
		if err == nil {
			err = a.Vouch(ctx, player.ID)
		}
		if err != nil {
			return Grant{}, fmt.Errorf("exchange operator token: %w", err)
		}
	}
	var grant Grant
	err = wallet.Transact(ctx, a.db, func(tx pgx.Tx) error {
		if err := a.useArrival(ctx, tx, arrival); err != nil {
			return err
		}
		player, err := a.players.ensure(ctx, tx, arrival.operator, arrival.Player)
		if err != nil {
			return err
		}
		grant, err = a.begin(ctx, tx, key, player)
		grant.GameID = arrival.GameID
		return err
	})
	if err != nil {
		return Grant{}, fmt.Errorf("exchange operator token: %w", err)
	}
	return grant, nil
}

// useArrival uses a token up, and deletes a few rows that nobody will ask for again.
func (a *Access) useArrival(ctx context.Context, tx pgx.Tx, arrival Arrival) error {
	tag, err := tx.Exec(ctx, `INSERT INTO used_operator_tokens (operator_id, token, expires_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`,
		arrival.operator.ID, arrival.once[:], arrival.expires)
	if err != nil {
		return err
	}
	if tag.RowsAffected() == 0 {
		return Errorf(LaunchUsed, "operator token was used already")
	}
	_, err = tx.Exec(ctx, `
		DELETE FROM used_operator_tokens WHERE (operator_id, token) IN (
			SELECT operator_id, token FROM used_operator_tokens WHERE expires_at < least($1, now()) - interval '1 hour'
			ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)`, a.now(), onceSwept)
	return err
}

const unknownSigner = "it is not signed by a key of the operator's"

// whyClaimsRefused says which claim the parser refused, in words of ours.
func whyClaimsRefused(err error) string {
	for _, known := range []struct {
		err    error
		reason string
	}{
		{jwt.ErrTokenInvalidIssuer, "iss is another"},
		{jwt.ErrTokenInvalidAudience, "aud is another"},
		{jwt.ErrTokenNotValidYet, "nbf is in the future"},
		{jwt.ErrTokenUsedBeforeIssued, "iat is in the future"},
		{jwt.ErrTokenRequiredClaimMissing, "a claim is missing: it needs iss, aud, sub, iat and exp"},
	} {
		if errors.Is(err, known.err) {
			return known.reason
		}
	}
	return "its claims cannot be read"
}

func invalidOperatorToken(reason string) *Error {
	return &Error{Code: LaunchInvalid, Message: "operator token is not valid: " + reason, Details: map[string]any{"reason": reason}}
}
