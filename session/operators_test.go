package session

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestOperatorsAreMadeAndListed(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	live, key, err := b.operators.Create(t.Context(), "Живое казино", Live, nil)
	must(t, err)
	if !strings.HasPrefix(key.Key, "sk_live_") || !strings.HasPrefix(b.key.Key, "sk_sandbox_") || !strings.HasPrefix(key.Secret, "ss_") {
		t.Fatalf("keys %q and %q", key.Key, b.key.Key)
	}
	list, err := b.operators.List(t.Context())
	must(t, err)
	if len(list) != 2 || list[0].ID != b.operator.ID || list[1].Name != "Живое казино" || list[1].Mode != Live || len(list[1].Origins) != 0 {
		t.Fatalf("listed %+v", list)
	}
	found, err := b.operators.ByID(t.Context(), live.ID)
	must(t, err)
	if found.Name != live.Name || !found.CreatedAt.Equal(live.CreatedAt.Truncate(time.Microsecond)) {
		t.Fatalf("found %+v, want %+v", found, live)
	}
	_, err = b.operators.ByID(t.Context(), newID())
	wantCode(t, err, NotFound)
}

func TestOperatorsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	for _, test := range []struct {
		name, mode, origin, field string
	}{
		{"", "live", "", "name"},
		{strings.Repeat("é", 101), "live", "", "name"},
		{"a\x00b", "live", "", "name"},
		{"Casino", "prod", "", "mode"},
		{"Casino", "live", "*", "allowedOrigins"},
		{"Casino", "live", "null", "allowedOrigins"},
		{"Casino", "live", "casino.example", "allowedOrigins"},
		{"Casino", "live", "https://*.casino.example", "allowedOrigins"},
		{"Casino", "live", "https://casino.example/", "allowedOrigins"},
		{"Casino", "live", "https://casino.example:443", "allowedOrigins"},
		{"Casino", "live", "http://casino.example:", "allowedOrigins"},
		{"Casino", "live", "https://Casino.example", "allowedOrigins"},
		{"Casino", "live", "https://käsino.example", "allowedOrigins"},
		{"Casino", "live", "https://a@casino.example", "allowedOrigins"},
		{"Casino", "live", "ftp://casino.example", "allowedOrigins"},
		{"Casino", "live", "https://casino.example;script-src", "allowedOrigins"},
		{"Casino", "live", "https://casino.example,https:", "allowedOrigins"},
		{"Casino", "live", "https://[fe80::1%25eth0]", "allowedOrigins"},
	} {
		var origins []string
		if test.origin != "" {
			origins = []string{"http://localhost:8080", test.origin}
		}
		_, _, err := b.operators.Create(t.Context(), test.name, Mode(test.mode), origins)
		if e := wantCode(t, err, InvalidRequest); e.Details["field"] != test.field {
			t.Errorf("%+v: %v", test, e)
		}
	}
	if n := b.count(t, `SELECT count(*) FROM operators`); n != 1 {
		t.Errorf("%d operators, want only the test's", n)
	}
}

func TestAllowsOrigin(t *testing.T) {
	t.Parallel()
	o := Operator{Origins: []string{"https://casino.example", "http://localhost:8080"}}
	for origin, want := range map[string]bool{
		"https://casino.example": true, "http://localhost:8080": true,
		"": false, "null": false, "http://casino.example": false, "https://casino.example:8443": false, "https://casino.example.evil.example": false,
		"https://evil.example/https://casino.example": false, "HTTPS://casino.example": false, "http://localhost": false,
	} {
		if o.AllowsOrigin(origin) != want {
			t.Errorf("AllowsOrigin(%q) = %t", origin, !want)
		}
	}
}

var (
	allSpec = KeySpec{Scopes: []Scope{ScopeAll}}
	house   = KeyAdmin{name: "command by a test"}
)

func TestKeysAreChangedWithoutAGapAndRevokedAtOnce(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	second, _, err := b.operators.NewKey(t.Context(), b.operator.ID, allSpec, house)
	must(t, err)
	for _, key := range []APIKey{b.key, second} {
		caller, err := b.operators.Authenticate(t.Context(), key.Key)
		must(t, err)
		if caller.ID != b.operator.ID || caller.KeyID != key.ID || *caller.secret != key.Secret || !caller.AllowsOrigin("https://casino.example") {
			t.Fatalf("caller %+v of key %s", caller, key.ID)
		}
		if shown := fmt.Sprintf("%v %+v %#v", caller, caller, caller); strings.Contains(shown, key.Secret) {
			t.Fatalf("printing a caller shows its secret: %s", shown)
		}
	}
	for range 2 {
		_, err := b.operators.RevokeKey(t.Context(), nil, b.key.ID, house)
		must(t, err)
	}
	_, err = b.operators.Authenticate(t.Context(), b.key.Key)
	wantCode(t, err, InvalidKey)
	_, err = b.operators.Authenticate(t.Context(), second.Key)
	must(t, err)
	keys, err := b.operators.Keys(t.Context(), b.operator.ID)
	must(t, err)
	if len(keys) != 2 || keys[0].RevokedAt == nil || keys[1].RevokedAt != nil {
		t.Fatalf("keys %+v", keys)
	}
	_, err = b.operators.RevokeKey(t.Context(), nil, newID(), house)
	wantCode(t, err, NotFound)
	_, _, err = b.operators.NewKey(t.Context(), newID(), allSpec, house)
	wantCode(t, err, NotFound)
}

func TestKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	for _, key := range []string{"", "sk_sandbox_", "\x00", strings.Repeat("k", 1<<20), b.key.Key + "A", b.key.Key[:len(b.key.Key)-1], b.key.Secret,
		strings.Replace(b.key.Key, "sandbox", "live", 1), "sk_sandbox_" + randomText(), " " + b.key.Key} {
		_, err := b.operators.Authenticate(t.Context(), key)
		wantCode(t, err, InvalidKey)
	}
	b.exec(t, `UPDATE operators SET mode = 'live'`) // never done by us: a key of one mode must not serve in the other
	_, err := b.operators.Authenticate(t.Context(), b.key.Key)
	wantCode(t, err, InvalidKey)
}

func TestSecretOfAnotherKeyIsNotOpened(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	second, _, err := b.operators.NewKey(t.Context(), b.operator.ID, allSpec, house)
	must(t, err)
	b.exec(t, `UPDATE api_keys SET sealed_secret = (SELECT sealed_secret FROM api_keys WHERE id = $1) WHERE id = $2`, b.key.ID, second.ID)
	_, err = b.operators.Authenticate(t.Context(), second.Key)
	if err == nil || asError(err) != nil {
		t.Fatalf("error %v, want an unexpected one", err)
	}
}

func TestCheckSignature(t *testing.T) {
	t.Parallel()
	secret := "ss_0123456789"
	caller := Caller{secret: &secret}
	now := time.Unix(1772366400, 999_000_000)
	at := func(off time.Duration) string { return strconv.FormatInt(now.Add(off).Unix(), 10) }
	sign := func(text string) string {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(text))
		return "sha256=" + hex.EncodeToString(mac.Sum(nil))
	}
	const method, path, body = "POST", "/api/v1/wallet/deposit?a=1%2F2", `{"amount":10.50}`
	good := sign(at(0) + "." + method + "." + path + "." + body)

	// Computed by: printf '1772366400.GET./x.' | openssl dgst -sha256 -hmac ss_0123456789
	const known = "sha256=88bce8be5d4fbedd5b891d8fb1f9833f61c2ef1eb67e428cd6d094cf3b3159e7"
	must(t, caller.CheckSignature("GET", "/x", "1772366400", known, nil, now))
	must(t, caller.CheckSignature(method, path, at(0), "sha256="+strings.ToUpper(good[7:]), []byte(body), now))

	for _, test := range []struct {
		name, method, path, timestamp, signature, body string
		field                                          string // of the error; "": it is accepted
	}{
		{"as signed", method, path, at(0), good, body, ""},
		{"another method", "PUT", path, at(0), good, body, "X-Signature"},
		{"method in lower case", "post", path, at(0), good, body, "X-Signature"},
		{"another path", method, "/api/v1/wallet/withdraw?a=1%2F2", at(0), good, body, "X-Signature"},
		{"without the query", method, "/api/v1/wallet/deposit", at(0), good, body, "X-Signature"},
		{"decoded query", method, "/api/v1/wallet/deposit?a=1/2", at(0), good, body, "X-Signature"},
		{"another body", method, path, at(0), good, `{"amount":1050}`, "X-Signature"},
		{"body reformatted", method, path, at(0), good, `{"amount": 10.50}`, "X-Signature"},
		{"another time", method, path, at(time.Second), good, body, "X-Signature"},
		{"no signature", method, path, at(0), "", body, "X-Signature"},
		{"no sha256=", method, path, at(0), good[7:], body, "X-Signature"},
		{"another hash", method, path, at(0), "sha512=" + good[7:], body, "X-Signature"},
		{"cut short", method, path, at(0), good[:len(good)-2], body, "X-Signature"},
		{"only the prefix", method, path, at(0), "sha256=", body, "X-Signature"},
		{"not hex", method, path, at(0), "sha256=" + strings.Repeat("zz", 32), body, "X-Signature"},
		{"too long", method, path, at(0), good + "00", body, "X-Signature"},
		{"no time", method, path, "", good, body, "X-Timestamp"},
		{"time is a date", method, path, "2026-03-01T12:00:00Z", good, body, "X-Timestamp"},
		{"time with a sign", method, path, "+" + at(0), sign("+" + at(0) + "." + method + "." + path + "." + body), body, "X-Timestamp"},
		{"time with a space", method, path, at(0) + " ", good, body, "X-Timestamp"},
		{"time in milliseconds", method, path, at(0) + "000", good, body, "X-Timestamp"},
		{"decimals", method, path, at(0) + ".999999999", sign(at(0) + ".999999999." + method + "." + path + "." + body), body, ""},
		{"decimals that were not signed", method, path, at(0) + ".5", good, body, "X-Signature"},
		{"too many decimals", method, path, at(0) + ".0000000001", sign(at(0) + ".0000000001." + method + "." + path + "." + body), body, "X-Timestamp"},
		{"a point without decimals", method, path, at(0) + ".", sign(at(0) + ".." + method + "." + path + "." + body), body, "X-Timestamp"},
		{"nothing before the point", method, path, ".5", sign(".5." + method + "." + path + "." + body), body, "X-Timestamp"},
		{"two points", method, path, at(0) + ".5.5", sign(at(0) + ".5.5." + method + "." + path + "." + body), body, "X-Timestamp"},
		{"time beyond int64", method, path, strings.Repeat("9", 30), good, body, "X-Timestamp"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			err := caller.CheckSignature(test.method, test.path, test.timestamp, test.signature, []byte(test.body), now)
			if test.field == "" {
				must(t, err)
			} else if e := wantCode(t, err, InvalidSignature); e.Details["field"] != test.field {
				t.Errorf("error %v, want one of %s", e, test.field)
			}
		})
	}
	for off, ok := range map[time.Duration]bool{
		-signatureWindow + time.Second: true, -signatureWindow: false, signatureWindow: true, signatureWindow + time.Second: false,
	} { // now is 0.999 s past its second
		err := caller.CheckSignature(method, path, at(off), sign(at(off)+"."+method+"."+path+"."+body), []byte(body), now)
		if (err == nil) != ok {
			t.Errorf("%v off: %v", off, err)
		}
	}
	err := Caller{}.CheckSignature(method, path, at(0), good, []byte(body), now)
	wantCode(t, err, InvalidSignature)
}
