package session

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

func TestRotationLogsNobodyOut(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	elsewhere, tokensElsewhere := b.node(t)
	life := DefaultLifetimes().Token
	player := b.arrive(t, "p").Player
	issue := func(tokens *Tokens) string {
		token, err := tokens.Issue(t.Context(), player, newID(), b.clock.now().Add(life))
		must(t, err)
		return token
	}
	verify := func(tokens *Tokens, token string) {
		t.Helper()
		_, err := tokens.Verify(t.Context(), token)
		must(t, err)
	}
	b.clock.advance(30 * 24 * time.Hour) // the first key is old by far when it is superseded
	old := issue(b.tokens)
	must(t, b.keys.Rotate(t.Context()))
	fresh := issue(b.tokens)
	if keyID(t, fresh) == keyID(t, old) {
		t.Fatal("the new key does not sign")
	}
	verify(b.tokens, old)
	verify(tokensElsewhere, fresh)
	verify(tokensElsewhere, old)

	b.clock.advance(keyRefresh)
	if keyID(t, issue(tokensElsewhere)) != keyID(t, fresh) {
		t.Fatal("the other node does not sign with the new key after keyRefresh")
	}
	b.clock.advance(life - keyRefresh)
	verify(b.tokens, old) // in its last moment
	verify(tokensElsewhere, old)

	b.clock.advance(2*keyRefresh + keyOverhang)
	for _, ring := range []*KeyRing{b.keys, elsewhere} {
		if ids := listed(t, ring); len(ids) != 1 || ids[0] != keyID(t, fresh) {
			t.Fatalf("listed %v, want only the new key, %s", ids, keyID(t, fresh))
		}
	}
	must(t, b.keys.Rotate(t.Context()))
	if n := b.count(t, `SELECT count(*) FROM signing_keys WHERE retired_at IS NOT NULL`); n != 1 {
		t.Fatalf("%d keys are retired, want the first", n)
	}
}

func TestNodesAgreeOnTheFirstKeyAndTheNewest(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	rings := make([]*KeyRing, 8)
	for _, err := range race(len(rings), func(i int) (err error) { // opens as many connections
		rings[i], err = OpenKeyRing(t.Context(), b.db, b.vault, b.clock.now, time.Hour)
		return err
	}) {
		must(t, err)
	}
	b.exec(t, `UPDATE signing_keys SET retired_at = $1`, b.clock.now()) // as if there had never been one
	for _, err := range race(len(rings), func(i int) error { return rings[i].makeKey(t.Context(), true) }) {
		must(t, err)
	}
	if n := b.count(t, `SELECT count(*) FROM signing_keys WHERE retired_at IS NULL`); n != 1 {
		t.Fatalf("%d first keys", n)
	}
	for _, err := range race(len(rings), func(i int) error { return rings[i].Rotate(t.Context()) }) { // in one instant
		must(t, err)
	}
	b.clock.advance(keyRefresh)
	newest := map[string]bool{}
	for _, ring := range rings {
		key, err := ring.signing(t.Context())
		must(t, err)
		newest[key.id] = true
	}
	if len(newest) != 1 {
		t.Fatalf("nodes sign with %d keys", len(newest))
	}
}

func TestUnknownKeyIDsAreReadOnceASecond(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	here, _ := b.node(t)
	must(t, b.keys.Rotate(t.Context()))
	id := listed(t, b.keys)[0]
	if _, err := here.verifying(t.Context(), id); err != errUnknownKey {
		t.Fatalf("the key was looked for within a second of the last reading: %v", err)
	}
	b.clock.advance(keyRetry)
	if _, err := here.verifying(t.Context(), id); err != nil {
		t.Fatal(err)
	}
}

func TestKeyRetiredByHandIsRefusedWithinAMinute(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	token := b.arrive(t, "p").SessionToken
	b.exec(t, `UPDATE signing_keys SET retired_at = $1`, b.clock.now())
	b.clock.advance(keyRefresh)
	_, err := b.tokens.Verify(t.Context(), token)
	wantCode(t, err, SessionExpired)
	b.arrive(t, "p") // with a new key, made at once
}

func TestKeysWrittenWithoutTheVaultAreNotTrusted(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	public, private, err := ed25519.GenerateKey(nil)
	must(t, err)
	b.exec(t, `UPDATE signing_keys SET public_key = $1`, []byte(public))
	b.clock.advance(keyRefresh)
	forged := forge(t, jwt.SigningMethodEdDSA, private, listed(t, b.keys)[0], goodClaims(b.clock.now()))
	_, err = b.tokens.Verify(t.Context(), forged)
	wantCode(t, err, SessionExpired)

	b.exec(t, `UPDATE signing_keys SET sealed_key = $1`, testVault(t, "22").Seal(private.Seed(), []byte(listed(t, b.keys)[0])))
	b.clock.advance(keyRefresh)
	if _, err = b.tokens.Verify(t.Context(), forged); err == nil || asError(err) != nil {
		t.Fatalf("error %v, want an unexpected one", err)
	}
}

func TestJWKSVerifiesTokens(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	token := b.arrive(t, "p").SessionToken
	text, err := b.keys.JWKS(t.Context())
	must(t, err)
	var set struct{ Keys []map[string]string }
	must(t, json.Unmarshal(text, &set))
	key := set.Keys[0]
	if key["kty"] != "OKP" || key["crv"] != "Ed25519" || key["alg"] != "EdDSA" || key["use"] != "sig" || key["d"] != "" {
		t.Fatalf("JWKS %s", text)
	}
	public, err := base64.RawURLEncoding.DecodeString(key["x"])
	must(t, err)
	parsed, err := jwt.NewParser(jwt.WithoutClaimsValidation()).Parse(token, func(*jwt.Token) (any, error) { return ed25519.PublicKey(public), nil })
	must(t, err)
	if parsed.Header["kid"] != key["kid"] {
		t.Fatalf("kid %v, want %s", parsed.Header["kid"], key["kid"])
	}
}

// listed returns the key ids of a ring's JWKS.
func listed(t *testing.T, ring *KeyRing) (ids []string) {
	t.Helper()
	text, err := ring.JWKS(t.Context())
	must(t, err)
	var set struct{ Keys []jwk }
	must(t, json.Unmarshal(text, &set))
	for _, k := range set.Keys {
		ids = append(ids, k.ID)
	}
	return ids
}

func keyID(t *testing.T, token string) string {
	t.Helper()
	parsed, _, err := jwt.NewParser().ParseUnverified(token, jwt.MapClaims{})
	must(t, err)
	return parsed.Header["kid"].(string)
}
