package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"croupier/wallet/money"
)

const (
	maxTokenLen    = 4096 // bytes; ours have about 500
	tokenLeeway    = 5 * time.Second
	purposeSession = "session"
)

// Claims is what a session token says, once it is verified.
type Claims struct {
	PlayerID   uuid.UUID
	SessionID  uuid.UUID
	OperatorID uuid.UUID
	Currency   money.Currency
	ExpiresAt  time.Time // to the second
}

// Tokens issues and verifies session tokens: JWTs signed with EdDSA over Ed25519 and with nothing else.
type Tokens struct {
	keys     *KeyRing
	issuer   string
	audience string
	now      Clock
	parser   *jwt.Parser
}

// NewTokens returns the Tokens of an issuer for an audience; neither may be empty. Tokens of another of either are refused.
func NewTokens(keys *KeyRing, issuer, audience string, now Clock) (*Tokens, error) {
	if issuer == "" || audience == "" { // the parser would check neither
		return nil, errors.New("session tokens need an issuer and an audience")
	}
	return &Tokens{keys: keys, issuer: issuer, audience: audience, now: now, parser: jwt.NewParser(
		jwt.WithValidMethods([]string{jwt.SigningMethodEdDSA.Alg()}),
		jwt.WithIssuer(issuer),
		jwt.WithAudience(audience),
		jwt.WithExpirationRequired(),
		jwt.WithStrictDecoding(),
		jwt.WithLeeway(tokenLeeway),
		jwt.WithTimeFunc(now),
	)}, nil
}

// wireClaims is the payload of a token.
type wireClaims struct {
	jwt.RegisteredClaims
	SessionID  string `json:"sid"`
	OperatorID string `json:"op"`
	Currency   string `json:"cur"`
	Purpose    string `json:"purpose"`
}

// Issue returns a token for the player's session that expires at the given time, cut to the second.
func (t *Tokens) Issue(ctx context.Context, p Player, sessionID uuid.UUID, expires time.Time) (string, error) {
	key, err := t.keys.signing(ctx)
	if err != nil {
		return "", err
	}
	return t.sign(key, p, sessionID, expires)
}

func (t *Tokens) sign(key signingKey, p Player, sessionID uuid.UUID, expires time.Time) (string, error) {
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, wireClaims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer:    t.issuer,
			Audience:  jwt.ClaimStrings{t.audience},
			Subject:   p.ID.String(),
			IssuedAt:  jwt.NewNumericDate(t.now()),
			ExpiresAt: jwt.NewNumericDate(expires),
		},
		SessionID:  sessionID.String(),
		OperatorID: p.OperatorID.String(),
		Currency:   p.Currency.Code(),
		Purpose:    purposeSession,
	})
	token.Header["kid"] = key.id
	text, err := token.SignedString(key.private)
	if err != nil {
		return "", fmt.Errorf("sign a session token: %w", err)
	}
	return text, nil
}

// Verify returns what a token of ours says. Returns SessionExpired if it has expired (5 s of leeway, for clocks that differ) and,
// with a message that says so, if it is not a session token that we issued. It does not know of logouts: Access.Check does.
func (t *Tokens) Verify(ctx context.Context, token string) (Claims, error) {
	if reason := malformedToken(token); reason != "" {
		return Claims{}, invalidToken(reason)
	}
	var wire wireClaims
	var unavailable error
	_, err := t.parser.ParseWithClaims(token, &wire, func(parsed *jwt.Token) (any, error) {
		id, _ := parsed.Header["kid"].(string)
		key, err := t.keys.verifying(ctx, id)
		if err != nil && !errors.Is(err, errUnknownKey) {
			unavailable = err
		}
		return key, err
	})
	switch {
	case unavailable != nil:
		return Claims{}, fmt.Errorf("verify a session token: %w", unavailable)
	case errors.Is(err, jwt.ErrTokenExpired):
		return Claims{}, Errorf(SessionExpired, "session expired")
	case err != nil:
		return Claims{}, invalidToken(whyRefused(err))
	case wire.Purpose != purposeSession:
		return Claims{}, invalidToken("it was issued for another purpose")
	}
	return wire.claims()
}

// malformedToken says what is wrong with a text that cannot be a token, "" for one that can. The characters are checked because
// Go's base64 skips line breaks, even when it is strict: a signature with one in it would pass.
func malformedToken(token string) string {
	if len(token) > maxTokenLen {
		return "it is too long"
	}
	for i := range len(token) {
		if c := token[i]; !isBase64URL(c) && c != '.' {
			return "it is malformed"
		}
	}
	return ""
}

func isBase64URL(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

func (w *wireClaims) claims() (Claims, error) {
	player, err1 := uuid.Parse(w.Subject)
	session, err2 := uuid.Parse(w.SessionID)
	operator, err3 := uuid.Parse(w.OperatorID)
	currency, err4 := money.LookupCurrency(w.Currency)
	if errors.Join(err1, err2, err3, err4) != nil {
		return Claims{}, invalidToken("its claims are not those of a session")
	}
	return Claims{PlayerID: player, SessionID: session, OperatorID: operator, Currency: currency, ExpiresAt: w.ExpiresAt.UTC()}, nil
}

// whyRefused says why the parser refused a token, in words of ours: the library's would repeat parts of the token.
func whyRefused(err error) string {
	for _, known := range []struct {
		err    error
		reason string
	}{
		{errUnknownKey, "its signing key is not known"},
		{jwt.ErrTokenInvalidIssuer, "it is of another issuer"},
		{jwt.ErrTokenInvalidAudience, "it is for another audience"},
		{jwt.ErrTokenRequiredClaimMissing, "a claim is missing"},
		{jwt.ErrTokenSignatureInvalid, "its signature is not ours"},
	} {
		if errors.Is(err, known.err) {
			return known.reason
		}
	}
	return "it is malformed"
}

func invalidToken(reason string) *Error {
	return &Error{Code: SessionExpired, Message: "session token is not valid: " + reason,
		Details: map[string]any{"reason": reason}}
}
