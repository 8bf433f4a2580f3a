package session

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"
)

// ssoSigner is an operator that makes tokens.
type ssoSigner struct {
	private crypto.Signer
	method  jwt.SigningMethod
	kid     string
}

func newSigner(t testing.TB, method jwt.SigningMethod, kid string) ssoSigner {
	t.Helper()
	var private crypto.Signer
	var err error
	switch method {
	case jwt.SigningMethodEdDSA:
		_, private, err = ed25519.GenerateKey(rand.Reader)
	case jwt.SigningMethodES256:
		private, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	case jwt.SigningMethodES384:
		private, err = ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	default:
		private, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	must(t, err)
	return ssoSigner{private, method, kid}
}

func b64(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// jwk is the public key, written from RFC 7517 and 8037 and not by the library that reads it.
func (s ssoSigner) jwk() map[string]any {
	switch public := s.private.Public().(type) {
	case ed25519.PublicKey:
		return map[string]any{"kty": "OKP", "crv": "Ed25519", "kid": s.kid, "x": b64(public)}
	case *ecdsa.PublicKey:
		size := (public.Curve.Params().BitSize + 7) / 8
		raw, _ := public.Bytes()
		return map[string]any{"kty": "EC", "crv": public.Curve.Params().Name, "kid": s.kid, "x": b64(raw[1 : 1+size]), "y": b64(raw[1+size:])}
	case *rsa.PublicKey:
		return map[string]any{"kty": "RSA", "kid": s.kid, "n": b64(public.N.Bytes()), "e": "AQAB"}
	}
	panic("no such key")
}

func jwksOf(t testing.TB, keys ...map[string]any) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(map[string]any{"keys": keys})
	must(t, err)
	return text
}

// token signs claims, changed from those that are good.
func (s ssoSigner) token(t testing.TB, now time.Time, change func(header, claims map[string]any)) string {
	t.Helper()
	token := jwt.New(s.method)
	claims := jwt.MapClaims{"iss": "https://casino.example", "aud": "croupier", "sub": "player-1", "currency": "USD", "purpose": "launch",
		"iat": now.Unix(), "exp": now.Unix() + 60, "jti": uuid.NewString()}
	token.Header["kid"], token.Claims = s.kid, claims
	if change != nil {
		change(token.Header, claims)
	}
	text, err := token.SignedString(s.private)
	must(t, err)
	return text
}

// signOn sets up single sign-on with given keys.
func (b *accessBundle) signOn(t testing.TB, algorithm string, keys ...map[string]any) SSO {
	t.Helper()
	by, err := ByCommand("a test")
	must(t, err)
	s, err := b.operators.SetSSO(t.Context(), SSO{Operator: b.operator.ID, Enabled: true, Issuer: "https://casino.example", Audience: "croupier",
		Algorithm: algorithm, Keys: jwksOf(t, keys...), MaxAge: time.Minute, Leeway: 5 * time.Second}, by)
	must(t, err)
	return s
}

func given(_ context.Context, s SSO, _ string) (*SSOKeys, error) {
	return ParseSSOKeys(s.Keys, s.Algorithm)
}

func (b *accessBundle) comeIn(t testing.TB, token string) (Grant, error) {
	t.Helper()
	arrival, err := b.operators.VerifyOperatorToken(t.Context(), b.operator.ID, token, given)
	if err != nil {
		return Grant{}, err
	}
	return b.access.ExchangeArrival(t.Context(), arrival)
}

func TestOperatorTokenLetsIn(t *testing.T) {
	t.Parallel()
	for _, method := range []jwt.SigningMethod{jwt.SigningMethodEdDSA, jwt.SigningMethodES256, jwt.SigningMethodRS256, jwt.SigningMethodPS256} {
		t.Run(method.Alg(), func(t *testing.T) {
			t.Parallel()
			b := setupAccess(t)
			signer := newSigner(t, method, "k1")
			b.signOn(t, method.Alg(), signer.jwk())
			grant, err := b.comeIn(t, signer.token(t, b.clock.now(), func(_, c map[string]any) {
				c["jurisdiction"], c["locale"], c["username"], c["gameId"] = "MT", "en-GB", "Ada", "slots"
				c["aud"] = []string{"another", "croupier"}
			}))
			must(t, err)
			p := grant.Player
			if p.ExternalID != "player-1" || p.Currency.Code() != "USD" || p.Jurisdiction != "MT" || p.Locale != "en-GB" || p.Username != "Ada" ||
				p.OperatorID != b.operator.ID || grant.GameID != "slots" {
				t.Errorf("%+v", grant)
			}
			claims, err := b.tokens.Verify(t.Context(), grant.SessionToken)
			must(t, err)
			must(t, b.access.Check(t.Context(), claims))
		})
	}
}

// Each of these is one change away from a token that lets in.
func TestOperatorTokensThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	signer, other := newSigner(t, jwt.SigningMethodES256, "k1"), newSigner(t, jwt.SigningMethodES256, "k1")
	rsaKey := newSigner(t, jwt.SigningMethodRS256, "r1")
	b.signOn(t, "ES256", signer.jwk())
	now := b.clock.now()
	text := func(edit func(header, claims map[string]any)) string { return signer.token(t, now, edit) }
	claim := func(name string, value any) string {
		return text(func(_, c map[string]any) {
			if c[name] = value; value == nil {
				delete(c, name)
			}
		})
	}
	header := func(name string, value any) string {
		return text(func(h, _ map[string]any) {
			if h[name] = value; value == nil {
				delete(h, name)
			}
		})
	}
	good := strings.Split(text(nil), ".")
	none := b64([]byte(`{"alg":"none","kid":"k1"}`)) + "." + good[1] + "."
	public, err := x509.MarshalPKIXPublicKey(signer.private.Public())
	must(t, err)
	asSecret := jwt.New(jwt.SigningMethodHS256)
	asSecret.Header["kid"] = "k1"
	asSecret.Claims = jwt.MapClaims{"iss": "https://casino.example", "aud": "croupier", "sub": "p", "currency": "USD", "purpose": "launch",
		"iat": now.Unix(), "exp": now.Unix() + 60}
	confused, err := asSecret.SignedString(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}))
	must(t, err)
	unix := func(d time.Duration) int64 { return now.Add(d).Unix() }
	for name, c := range map[string]struct {
		token string
		code  Code
		says  string
	}{
		"empty":                      {"", LaunchInvalid, "is not signed"},
		"no token":                   {"a.b.c", LaunchInvalid, "is not signed"},
		"too long":                   {strings.Repeat("a", maxTokenLen+1), LaunchInvalid, "too long"},
		"alg none":                   {none, LaunchInvalid, "is not signed"},
		"HMAC under the public key":  {confused, LaunchInvalid, "is not signed"},
		"another algorithm":          {rsaKey.token(t, now, nil), LaunchInvalid, "is not signed"},
		"another key of that id":     {other.token(t, now, nil), LaunchInvalid, "is not signed"},
		"unknown kid":                {header("kid", "k2"), LaunchInvalid, "is not signed"},
		"no kid":                     {header("kid", nil), LaunchInvalid, "is not signed"},
		"kid a path":                 {header("kid", "../../dev/null"), LaunchInvalid, "is not signed"},
		"kid a query":                {header("kid", "k1' OR '1'='1"), LaunchInvalid, "is not signed"},
		"kid a number":               {header("kid", 1), LaunchInvalid, "is not signed"},
		"kid a list":                 {header("kid", []string{"k1"}), LaunchInvalid, "is not signed"},
		"critical extension":         {header("crit", []string{"exp"}), LaunchInvalid, "is not signed"},
		"key in the token":           {other.token(t, now, func(h, _ map[string]any) { h["jwk"] = other.jwk() }), LaunchInvalid, "is not signed"},
		"URL of keys in the token":   {other.token(t, now, func(h, _ map[string]any) { h["jku"] = "https://evil.example" }), LaunchInvalid, "is not signed"},
		"signature of another text":  {good[0] + "." + b64([]byte(`{"sub":"rich"}`)) + "." + good[2], LaunchInvalid, "is not signed"},
		"signature cut":              {good[0] + "." + good[1] + "." + good[2][:40], LaunchInvalid, "is not signed"},
		"line break":                 {good[0] + "." + good[1] + "." + good[2] + "\n", LaunchInvalid, "malformed"},
		"iss":                        {claim("iss", "https://casino.example/"), LaunchInvalid, "iss"},
		"no iss":                     {claim("iss", nil), LaunchInvalid, "a claim is missing"},
		"aud":                        {claim("aud", "croupier2"), LaunchInvalid, "aud"},
		"no aud":                     {claim("aud", nil), LaunchInvalid, "a claim is missing"},
		"no exp":                     {claim("exp", nil), LaunchInvalid, "a claim is missing"},
		"no iat":                     {claim("iat", nil), LaunchInvalid, "iat is missing"},
		"expired":                    {text(func(_, c map[string]any) { c["iat"], c["exp"] = unix(-66*time.Second), unix(-6*time.Second) }), LaunchExpired, "expired"},
		"long-lived":                 {claim("exp", unix(61*time.Second)), LaunchInvalid, "longer than 60 seconds"},
		"exp before iat":             {text(func(_, c map[string]any) { c["iat"], c["exp"] = unix(3*time.Second), unix(2*time.Second) }), LaunchInvalid, "not after iat"},
		"of the future":              {text(func(_, c map[string]any) { c["iat"], c["exp"] = unix(7*time.Second), unix(30*time.Second) }), LaunchInvalid, "iat is in the future"},
		"not yet":                    {claim("nbf", unix(7*time.Second)), LaunchInvalid, "nbf"},
		"another purpose":            {claim("purpose", "session"), LaunchInvalid, "purpose"},
		"no purpose":                 {claim("purpose", nil), LaunchInvalid, "purpose"},
		"no sub":                     {claim("sub", nil), LaunchInvalid, "sub"},
		"no currency":                {claim("currency", nil), LaunchInvalid, "currency"},
		"currency that is not there": {claim("currency", "XYZ"), InvalidCurrency, ""},
		"sub with a control":         {claim("sub", "a\u0000b"), InvalidRequest, "playerId"},
		"sub too long":               {claim("sub", strings.Repeat("x", 129)), InvalidRequest, "playerId"},
		"sub a number":               {claim("sub", 1), LaunchInvalid, ""},
		"game too long":              {claim("gameId", strings.Repeat("x", 65)), InvalidRequest, "gameId"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := b.comeIn(t, c.token)
			var known *Error
			if !errors.As(err, &known) || known.Code != c.code || !strings.Contains(known.Message, c.says) {
				t.Errorf("got %v, want %s %q", err, c.code, c.says)
			}
		})
	}
	if _, err := b.comeIn(t, strings.Join(good, ".")); err != nil {
		t.Errorf("the token that all of them are made of: %v", err)
	}
}

// At the edges of time: five seconds of leeway, and not a moment more.
func TestOperatorTokenEdgesOfTime(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	signer := newSigner(t, jwt.SigningMethodEdDSA, "k1")
	b.signOn(t, "EdDSA", signer.jwk())
	made := b.clock.now().Truncate(time.Second)
	fresh := func() string { return signer.token(t, made, nil) }
	for _, step := range []struct {
		at time.Duration
		ok bool
	}{{-6 * time.Second, false}, {-5 * time.Second, true}, {0, true}, {60 * time.Second, true}, {65*time.Second - time.Millisecond, true}, {65 * time.Second, false}} {
		b.clock.advance(made.Add(step.at).Sub(b.clock.now()))
		if _, err := b.comeIn(t, fresh()); (err == nil) != step.ok {
			t.Errorf("%s after it was made: %v", step.at, err)
		}
	}
}

// A token lets in once, with a jti and without, wherever it comes a second time and however many come at once.
func TestOperatorTokenIsOfOneUse(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	signer := newSigner(t, jwt.SigningMethodES256, "k1")
	b.signOn(t, "ES256", signer.jwk())
	for name, jti := range map[string]any{"jti": "j-1", "no jti": nil} {
		edit := func(_, c map[string]any) {
			if c["jti"] = jti; jti == nil {
				delete(c, "jti")
			}
		}
		tokens := []string{signer.token(t, b.clock.now(), edit), signer.token(t, b.clock.now(), edit)} // two signatures of one text
		if tokens[0] == tokens[1] {
			t.Fatal("ECDSA signs at random")
		}
		var mu sync.Mutex
		var let, used int
		var all sync.WaitGroup
		for i := range 8 {
			all.Go(func() {
				_, err := b.comeIn(t, tokens[i%2])
				mu.Lock()
				defer mu.Unlock()
				switch {
				case err == nil:
					let++
				case errors.Is(err, &Error{Code: LaunchUsed}):
					used++
				default:
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		all.Wait()
		if let != 1 || used != 7 {
			t.Errorf("%s: let in %d times, used %d times", name, let, used)
		}
	}
	// What does not let in does not use the token up.
	token := signer.token(t, b.clock.now(), func(_, c map[string]any) { c["sub"] = "suspended" })
	spec := PlayerSpec{ExternalID: "suspended", Currency: "USD"}
	player, err := b.players.Ensure(t.Context(), b.operator, spec)
	must(t, err)
	_, err = b.admin.Exec(t.Context(), `UPDATE players SET status = 'suspended' WHERE id = $1`, player.ID)
	must(t, err)
	if _, err := b.comeIn(t, token); !errors.Is(err, &Error{Code: PlayerExcluded}) {
		t.Errorf("suspended: %v", err)
	}
	_, err = b.admin.Exec(t.Context(), `UPDATE players SET status = 'active' WHERE id = $1`, player.ID)
	must(t, err)
	if _, err := b.comeIn(t, token); err != nil {
		t.Errorf("not suspended any more: %v", err)
	}
}

// One operator's token is nothing for another, with the same issuer and the same kid.
func TestOperatorTokensOfTwoOperators(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	mine, theirs := newSigner(t, jwt.SigningMethodEdDSA, "same"), newSigner(t, jwt.SigningMethodEdDSA, "same")
	b.signOn(t, "EdDSA", mine.jwk())
	other := *b
	var err error
	other.operator, _, err = b.operators.Create(t.Context(), "Other Casino", Sandbox, nil)
	must(t, err)
	if _, err := other.comeIn(t, theirs.token(t, b.clock.now(), nil)); !errors.Is(err, &Error{Code: LaunchInvalid}) {
		t.Errorf("without a sign-on: %v", err)
	}
	other.signOn(t, "EdDSA", theirs.jwk())
	same := func(_, c map[string]any) { c["jti"] = "same" }
	for name, c := range map[string]struct {
		at     *accessBundle
		signer ssoSigner
		ok     bool
	}{"mine at mine": {b, mine, true}, "theirs at theirs": {&other, theirs, true}, "mine at theirs": {&other, mine, false}, "theirs at mine": {b, theirs, false}} {
		if _, err := c.at.comeIn(t, c.signer.token(t, b.clock.now(), same)); (err == nil) != c.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What is in force is the newest; what was before is kept with who changed it, and cannot be changed.
func TestSSOIsRecorded(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	signer := newSigner(t, jwt.SigningMethodEdDSA, "k1")
	first := b.signOn(t, "EdDSA", signer.jwk())
	if again := b.signOn(t, "EdDSA", signer.jwk()); again.Version != 1 || first.Version != 1 || first.ChangedBy != "command by a test" {
		t.Errorf("the same again: %+v after %+v", again, first)
	}
	off := first
	off.Enabled = false
	off, err := b.operators.SetSSO(t.Context(), off, KeyAdmin{name: "API key x"})
	must(t, err)
	if _, err := b.comeIn(t, signer.token(t, b.clock.now(), nil)); off.Version != 2 || !errors.Is(err, &Error{Code: LaunchInvalid}) {
		t.Errorf("version %d, disabled: %v", off.Version, err)
	}
	for _, sql := range []string{`UPDATE operator_sso SET enabled = true`, `DELETE FROM operator_sso`, `TRUNCATE operator_sso`} {
		if _, err := b.admin.Exec(t.Context(), sql); err == nil {
			t.Errorf("%s did not fail", sql)
		}
	}
}
