package session

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"croupier/wallet/money"
)

// offlineTokens returns Tokens with one fixed key and no database: at one instant, none is asked.
func offlineTokens(t testing.TB) (*Tokens, signingKey, *handClock) {
	t.Helper()
	clock := &handClock{at: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	key := signingKey{id: "k1", private: ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize))}
	ring := &KeyRing{now: clock.now, readAt: clock.now()}
	ring.keys.Store(&keySet{newest: key, at: clock.now(), public: map[string]ed25519.PublicKey{key.id: key.private.Public().(ed25519.PublicKey)}})
	tokens, err := NewTokens(ring, testIssuer, testAudience, clock.now)
	must(t, err)
	return tokens, key, clock
}

// goodClaims are those of a token that is accepted. They are the same in every process: fuzzing uses several.
func goodClaims(now time.Time) jwt.MapClaims {
	return jwt.MapClaims{
		"iss": testIssuer, "aud": []string{testAudience}, "sub": uuid.UUID{1}.String(), "iat": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"sid": uuid.UUID{2}.String(), "op": uuid.UUID{3}.String(), "cur": "USD", "purpose": "session",
	}
}

func forge(t testing.TB, method jwt.SigningMethod, key any, kid any, claims jwt.MapClaims) string {
	t.Helper()
	token := jwt.NewWithClaims(method, claims)
	token.Header["kid"] = kid
	text, err := token.SignedString(key)
	must(t, err)
	return text
}

func TestTokenSaysWhatItWasIssuedFor(t *testing.T) {
	t.Parallel()
	tokens, _, clock := offlineTokens(t)
	currency, err := money.LookupCurrency("BTC")
	must(t, err)
	player, session := Player{ID: newID(), OperatorID: newID(), Currency: currency}, newID()
	expires := clock.now().Add(time.Hour)
	token, err := tokens.Issue(t.Context(), player, session, expires)
	must(t, err)
	got, err := tokens.Verify(t.Context(), token)
	must(t, err)
	want := Claims{PlayerID: player.ID, SessionID: session, OperatorID: player.OperatorID, Currency: currency, ExpiresAt: expires}
	if got != want {
		t.Fatalf("claims %+v, want %+v", got, want)
	}
}

func TestTokensThatAreRefused(t *testing.T) {
	t.Parallel()
	tokens, key, clock := offlineTokens(t)
	now := clock.now()
	public := key.private.Public().(ed25519.PublicKey)
	_, stranger, err := ed25519.GenerateKey(nil)
	must(t, err)
	with := func(claim string, value any) string {
		claims := goodClaims(now)
		maps.DeleteFunc(claims, func(name string, _ any) bool { return name == claim && value == nil })
		if value != nil {
			claims[claim] = value
		}
		return forge(t, jwt.SigningMethodEdDSA, key.private, key.id, claims)
	}
	good := with("purpose", "session")
	_, err = tokens.Verify(t.Context(), good)
	must(t, err)
	parts := strings.Split(good, ".")

	for _, test := range []struct{ name, token, reason string }{
		{"empty", "", "malformed"},
		{"not a token", "sk_sandbox_abc", "malformed"},
		{"two parts", parts[0] + "." + parts[1], "malformed"},
		{"four parts", good + "." + parts[2], "malformed"},
		{"too long", good + strings.Repeat("A", maxTokenLen), "too long"},
		{"line break in the signature", good[:len(good)-10] + "\n" + good[len(good)-10:], "malformed"},
		{"padding", good + "==", "malformed"},
		{"last bits that say nothing", good[:len(good)-1] + string(good[len(good)-1]+1), "malformed"},
		{"standard base64", strings.Join([]string{parts[0], parts[1], "++" + parts[2][2:]}, "."), "malformed"},
		{"no signature", parts[0] + "." + parts[1] + ".", "signature"},
		{"signature of another token", strings.Join([]string{parts[0], parts[1], strings.Split(with("cur", "EUR"), ".")[2]}, "."), "signature"},
		{"alg none", forge(t, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, key.id, goodClaims(now)), "signature"},
		{"HMAC under the public key", forge(t, jwt.SigningMethodHS256, []byte(public), key.id, goodClaims(now)), "signature"},
		{"another's key under our kid", forge(t, jwt.SigningMethodEdDSA, stranger, key.id, goodClaims(now)), "signature"},
		{"unknown kid", forge(t, jwt.SigningMethodEdDSA, stranger, "k2", goodClaims(now)), "key is not known"},
		{"kid is a path", forge(t, jwt.SigningMethodEdDSA, key.private, "../../k1", goodClaims(now)), "key is not known"},
		{"kid is a number", forge(t, jwt.SigningMethodEdDSA, key.private, 1, goodClaims(now)), "key is not known"},
		{"no kid", forge(t, jwt.SigningMethodEdDSA, key.private, nil, goodClaims(now)), "key is not known"},
		{"unknown alg", base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"EdDSA2","kid":"k1"}`)) + "." + parts[1] + "." + parts[2], "malformed"},
		{"no alg", base64.RawURLEncoding.EncodeToString([]byte(`{"kid":"k1"}`)) + "." + parts[1] + "." + parts[2], "malformed"},
		{"null header", base64.RawURLEncoding.EncodeToString([]byte(`null`)) + "." + parts[1] + "." + parts[2], "malformed"},
		{"another issuer", with("iss", "https://evil.example"), "issuer"},
		{"no issuer", with("iss", nil), "missing"},
		{"another audience", with("aud", "operators"), "audience"},
		{"no audience", with("aud", nil), "missing"},
		{"no expiry", with("exp", nil), "missing"},
		{"expiry is a text", with("exp", "tomorrow"), "malformed"},
		{"another purpose", with("purpose", "launch"), "purpose"},
		{"no purpose", with("purpose", nil), "purpose"},
		{"player is no id", with("sub", "bob"), "claims"},
		{"no session", with("sid", nil), "claims"},
		{"no operator", with("op", nil), "claims"},
		{"unknown currency", with("cur", "XXX"), "claims"},
		{"expired", with("exp", now.Add(-tokenLeeway).Unix()), "session expired"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			claims, err := tokens.Verify(t.Context(), test.token)
			if e := wantCode(t, err, SessionExpired); !strings.Contains(e.Message, test.reason) {
				t.Errorf("message %q, want one with %q", e.Message, test.reason)
			}
			if claims != (Claims{}) {
				t.Errorf("claims %+v beside an error", claims)
			}
		})
	}
}

func TestTokenExpiresAfterItsLeeway(t *testing.T) {
	t.Parallel()
	tokens, key, clock := offlineTokens(t)
	token := forge(t, jwt.SigningMethodEdDSA, key.private, key.id, goodClaims(clock.now()))
	set := *tokens.keys.keys.Load()
	set.at = set.at.Add(2 * time.Hour) // the keys are not read again
	tokens.keys.keys.Store(&set)
	clock.advance(time.Hour + tokenLeeway - time.Nanosecond)
	_, err := tokens.Verify(t.Context(), token)
	must(t, err)
	clock.advance(time.Nanosecond)
	_, err = tokens.Verify(t.Context(), token)
	wantCode(t, err, SessionExpired)
}

func TestTokensNeedIssuerAndAudience(t *testing.T) {
	t.Parallel()
	for _, names := range [][2]string{{"", testAudience}, {testIssuer, ""}} {
		if _, err := NewTokens(nil, names[0], names[1], time.Now); err == nil {
			t.Errorf("issuer %q and audience %q are accepted", names[0], names[1])
		}
	}
}

// FuzzVerify: whatever comes, Verify does not panic, and accepts nothing but what was issued.
func FuzzVerify(f *testing.F) {
	tokens, key, clock := offlineTokens(f)
	issued := forge(f, jwt.SigningMethodEdDSA, key.private, key.id, goodClaims(clock.now()))
	parts := strings.Split(issued, ".")
	for _, seed := range []string{
		"", "..", issued, issued + "\n", parts[0] + ".." + parts[2], parts[0] + "." + parts[1] + ".", "e30." + parts[1] + "." + parts[2],
		forge(f, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, key.id, goodClaims(clock.now())),
		forge(f, jwt.SigningMethodHS256, []byte("k"), "k2", goodClaims(clock.now())),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, token string) {
		claims, err := tokens.Verify(t.Context(), token)
		switch {
		case token == issued:
			must(t, err)
		case err == nil:
			t.Fatalf("%q was not issued, but says %+v", token, claims)
		default:
			wantCode(t, err, SessionExpired)
		}
	})
}
