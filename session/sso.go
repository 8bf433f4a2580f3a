package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// SSO says how an operator's own tokens (JWTs) let its players in.
type SSO struct {
	Operator  uuid.UUID
	Version   int // 1 for the first; every change is one more
	Enabled   bool
	Issuer    string          // the iss of the tokens; 1–256 printable characters
	Audience  string          // one of their aud; 1–256 printable characters
	Algorithm string          // of SSOAlgorithms: tokens signed by another are refused
	JWKSURL   string          // where the operator publishes its keys; "" if they are in Keys
	Keys      json.RawMessage // a JWK Set; nil if they are at JWKSURL
	MaxAge    time.Duration   // how long a token may be good for, from its iat to its exp: 10 s to 5 min
	Leeway    time.Duration   // by how much the operator's clock may differ from ours: 0 to 30 s
	ChangedAt time.Time
	ChangedBy string
}

// The defaults of an SSO.
const (
	DefaultSSOMaxAge = time.Minute
	DefaultSSOLeeway = 5 * time.Second
)

// SSOAlgorithms are those that operators' tokens may be signed with. All have a private and a public key: with a shared secret, whoever
// verifies could sign.
func SSOAlgorithms() []string { return []string{"EdDSA", "ES256", "RS256", "PS256"} }

// SetSSO puts an SSO in force for its operator; Version, ChangedAt and ChangedBy are filled in. To put in force what is in force changes
// nothing. Of given keys, the public halves of those that fit the algorithm are kept. A URL must be https, or in a sandbox http. Returns
// NotFound and InvalidRequest.
func (o *Operators) SetSSO(ctx context.Context, s SSO, by KeyAdmin) (SSO, error) {
	err := wallet.Transact(ctx, o.db, func(tx pgx.Tx) error {
		mode, err := modeOf(ctx, tx, s.Operator)
		if err == nil {
			err = s.check(mode)
		}
		if err != nil {
			return err
		}
		// One change at a time; FOR NO KEY UPDATE leaves those alone who only refer to the operator.
		if _, err := tx.Exec(ctx, `SELECT FROM operators WHERE id = $1 FOR NO KEY UPDATE`, s.Operator); err != nil {
			return err
		}
		was, err := ssoOf(ctx, tx, s.Operator)
		if err != nil && !errors.Is(err, &Error{Code: NotFound}) {
			return err
		}
		if err == nil && was.same(s) {
			s = was
			return nil
		}
		s.Version, s.ChangedAt, s.ChangedBy = was.Version+1, o.now().UTC().Truncate(time.Microsecond), by.name
		_, err = tx.Exec(ctx, `
			INSERT INTO operator_sso (operator_id, version, enabled, issuer, audience, algorithm, jwks_url, keys, max_age, leeway, changed_at, changed_by)
			VALUES ($1, $2, $3, $4, $5, $6, nullif($7, ''), nullif($8, ''), $9, $10, $11, $12)`,
			s.Operator, s.Version, s.Enabled, s.Issuer, s.Audience, s.Algorithm, s.JWKSURL, string(s.Keys), int(s.MaxAge.Seconds()),
			int(s.Leeway.Seconds()), s.ChangedAt, s.ChangedBy)
		return err
	})
	if err != nil {
		return SSO{}, fmt.Errorf("set an operator's sign-on: %w", err)
	}
	return s, nil
}

// SSO returns what is in force for an operator, or NotFound if nothing ever was.
func (o *Operators) SSO(ctx context.Context, operatorID uuid.UUID) (SSO, error) {
	return ssoOf(ctx, o.db, operatorID)
}

func ssoOf(ctx context.Context, db rowQuerier, operatorID uuid.UUID) (SSO, error) {
	s := SSO{Operator: operatorID}
	var keys string
	var maxAge, leeway int
	err := db.QueryRow(ctx, `
		SELECT version, enabled, issuer, audience, algorithm, coalesce(jwks_url, ''), coalesce(keys, ''), max_age, leeway, changed_at, changed_by
		FROM operator_sso WHERE operator_id = $1 ORDER BY version DESC LIMIT 1`, operatorID).
		Scan(&s.Version, &s.Enabled, &s.Issuer, &s.Audience, &s.Algorithm, &s.JWKSURL, &keys, &maxAge, &leeway, &s.ChangedAt, &s.ChangedBy)
	if errors.Is(err, pgx.ErrNoRows) {
		return SSO{}, Errorf(NotFound, "Single sign-on by tokens of your own is not set up")
	}
	if err != nil {
		return SSO{}, fmt.Errorf("read an operator's sign-on: %w", err)
	}
	if keys != "" {
		s.Keys = json.RawMessage(keys)
	}
	s.MaxAge, s.Leeway = time.Duration(maxAge)*time.Second, time.Duration(leeway)*time.Second
	return s, nil
}

// same says whether two of one operator let in the same tokens.
func (s SSO) same(other SSO) bool {
	return s.Enabled == other.Enabled && s.Issuer == other.Issuer && s.Audience == other.Audience && s.Algorithm == other.Algorithm &&
		s.JWKSURL == other.JWKSURL && string(s.Keys) == string(other.Keys) && s.MaxAge == other.MaxAge && s.Leeway == other.Leeway
}

// check returns InvalidRequest for what cannot be put in force, and brings given keys to the form that they are kept in.
func (s *SSO) check(mode Mode) error {
	for _, text := range []struct{ field, value string }{{"issuer", s.Issuer}, {"audience", s.Audience}} {
		if n := utf8.RuneCountInString(text.value); n < 1 || n > 256 || !printable(text.value) {
			return FieldError(InvalidRequest, text.field, "must be 1–256 printable characters")
		}
	}
	switch {
	case !slices.Contains(SSOAlgorithms(), s.Algorithm):
		return FieldError(InvalidRequest, "algorithm", "must be one of "+strings.Join(SSOAlgorithms(), ", "))
	case s.MaxAge < 10*time.Second || s.MaxAge > 5*time.Minute:
		return FieldError(InvalidRequest, "maxAgeSeconds", "must be from 10 to 300")
	case s.Leeway < 0 || s.Leeway > 30*time.Second:
		return FieldError(InvalidRequest, "leewaySeconds", "must be from 0 to 30")
	case (s.JWKSURL == "") == (len(s.Keys) == 0):
		return FieldError(InvalidRequest, "jwksUrl", "or keys must be given, and not both")
	case s.JWKSURL != "":
		if reason := badKeysURL(s.JWKSURL, mode); reason != "" {
			return FieldError(InvalidRequest, "jwksUrl", reason)
		}
		return nil
	}
	keys, err := ParseSSOKeys(s.Keys, s.Algorithm)
	if err != nil {
		return FieldError(InvalidRequest, "keys", err.Error())
	}
	s.Keys = keys.text
	return nil
}

// badKeysURL says why keys are not asked for at a URL, "" if they are. Which addresses a name leads to is checked when it is called.
func badKeysURL(text string, mode Mode) string {
	u, err := url.Parse(text)
	switch {
	case len(text) > 512 || !printable(text):
		return "must have at most 512 printable characters"
	case err != nil || u.Host == "" || u.Hostname() == "":
		return "must be as https://casino.example/.well-known/jwks.json"
	case u.User != nil || u.Fragment != "":
		return "must have no user, password or fragment"
	case u.Scheme != "https" && (u.Scheme != "http" || mode == Live):
		return "must be https"
	case mode == Live && HiddenHost(u.Hostname()):
		return "must name a host of the public internet"
	}
	return ""
}
