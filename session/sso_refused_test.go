package session

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestSSOThatIsRefused(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	live, _, err := b.operators.Create(t.Context(), "Live Casino", Live, nil)
	must(t, err)
	ed, ec, p384, rs := newSigner(t, jwt.SigningMethodEdDSA, "e").jwk(), newSigner(t, jwt.SigningMethodES256, "c").jwk(),
		newSigner(t, jwt.SigningMethodES384, "p").jwk(), newSigner(t, jwt.SigningMethodRS256, "r").jwk()
	with := func(key map[string]any, name string, value any) map[string]any {
		changed := map[string]any{name: value}
		for k, v := range key {
			if k != name {
				changed[k] = v
			}
		}
		return changed
	}
	good := SSO{Operator: live.ID, Enabled: true, Issuer: "i", Audience: "a", Algorithm: "ES256", JWKSURL: "https://casino.example/k", MaxAge: time.Minute}
	keys := func(set ...map[string]any) func(*SSO) {
		return func(s *SSO) { s.JWKSURL, s.Keys = "", jwksOf(t, set...) }
	}
	url := func(text string) func(*SSO) { return func(s *SSO) { s.JWKSURL = text } }
	for name, c := range map[string]struct {
		edit  func(*SSO)
		field string
	}{
		"good": {func(*SSO) {}, ""}, "good keys": {keys(ed, ec, rs), ""},
		"good keys with a certificate's URL": {keys(with(ec, "x5u", "http://127.0.0.1:1/x")), ""},
		"no issuer":                          {func(s *SSO) { s.Issuer = "" }, "issuer"},
		"audience":                           {func(s *SSO) { s.Audience = "a\nb" }, "audience"},
		"HS256":                              {func(s *SSO) { s.Algorithm = "HS256" }, "algorithm"}, "none": {func(s *SSO) { s.Algorithm = "none" }, "algorithm"},
		"age":     {func(s *SSO) { s.MaxAge = time.Hour }, "maxAgeSeconds"},
		"leeway":  {func(s *SSO) { s.Leeway = time.Minute }, "leewaySeconds"},
		"both":    {func(s *SSO) { s.Keys = jwksOf(t, ec) }, "jwksUrl"},
		"neither": {func(s *SSO) { s.JWKSURL = "" }, "jwksUrl"},
		"http":    {url("http://casino.example/k"), "jwksUrl"}, "file": {url("file:///etc/passwd"), "jwksUrl"}, "relative": {url("/keys"), "jwksUrl"},
		"password": {url("https://a:b@casino.example/k"), "jwksUrl"}, "fragment": {url("https://casino.example/k#x"), "jwksUrl"},
		"loopback": {url("https://127.0.0.1/k"), "jwksUrl"}, "localhost": {url("https://localhost/k"), "jwksUrl"}, "metadata": {url("https://169.254.169.254/k"), "jwksUrl"},
		"IPv6 loopback": {url("https://[::1]/k"), "jwksUrl"}, "mapped": {url("https://[::ffff:10.0.0.1]/k"), "jwksUrl"},
		"no keys": {keys(), "keys"}, "keys of others": {keys(ed, rs, p384), "keys"}, "no kid": {keys(with(ec, "kid", "")), "keys"}, "for encryption": {keys(with(ec, "use", "enc")), "keys"},
		"another alg": {keys(with(ec, "alg", "ES384")), "keys"}, "private": {keys(with(ec, "d", "AQAB")), "keys"}, "two of one kid": {keys(ec, with(newSigner(t, jwt.SigningMethodES256, "c").jwk(), "kid", "c")), "keys"},
		"secret": {keys(ec, map[string]any{"kty": "oct", "kid": "s", "k": "c2VjcmV0"}), "keys"}, "off the curve": {keys(with(ec, "x", b64(make([]byte, 32)))), "keys"},
		"no set": {func(s *SSO) { s.JWKSURL, s.Keys = "", json.RawMessage(`[]`) }, "keys"},
	} {
		s := good
		c.edit(&s)
		_, err := b.operators.SetSSO(t.Context(), s, KeyAdmin{name: "a test"})
		var known *Error
		errors.As(err, &known)
		if c.field == "" && err != nil || c.field != "" && (known == nil || known.Details["field"] != c.field) {
			t.Errorf("%s: %v, want something about %q", name, err, c.field)
		}
	}
	if _, err := ParseSSOKeys(jwksOf(t, with(rs, "n", b64(make([]byte, 128)))), "RS256"); err == nil {
		t.Error("a short RSA key is taken")
	}
}
