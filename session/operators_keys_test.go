package session

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"pgregory.net/rapid"
)

func networks(list ...string) (parsed []netip.Prefix) {
	for _, text := range list {
		parsed = append(parsed, netip.MustParsePrefix(text))
	}
	return parsed
}

// newKey makes a key, and the caller that it authenticates.
func (b *accessBundle) newKey(t testing.TB, spec KeySpec) (APIKey, Caller) {
	t.Helper()
	key, _, err := b.operators.NewKey(t.Context(), b.operator.ID, spec, house)
	must(t, err)
	caller, err := b.operators.Authenticate(t.Context(), key.Key)
	must(t, err)
	return key, caller
}

func (b *accessBundle) record(t testing.TB, key APIKey) APIKeyRecord {
	t.Helper()
	keys, err := b.operators.Keys(t.Context(), b.operator.ID)
	must(t, err)
	i := slices.IndexFunc(keys, func(k APIKeyRecord) bool { return k.ID == key.ID })
	if i < 0 {
		t.Fatalf("key %s is not listed", key.ID)
	}
	return keys[i]
}

func TestKeyMayDoWhatItsScopesSay(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	anywhere := netip.MustParseAddr("203.0.113.7")
	for _, scope := range Scopes() {
		_, caller := b.newKey(t, KeySpec{Scopes: []Scope{scope}})
		for _, needed := range append(Scopes(), "", NoScope) {
			err := caller.Permit(anywhere, needed)
			if scope == ScopeAll || scope == needed || needed == NoScope {
				must(t, err)
				continue
			}
			if e := wantCode(t, err, Forbidden); needed != "" && !strings.Contains(e.Message, string(needed)) {
				t.Errorf("%s of a key for %s: %v", needed, scope, e)
			}
		}
	}
	old, err := b.operators.Authenticate(t.Context(), b.key.Key) // the first key of an operator
	must(t, err)
	must(t, old.Permit(anywhere, ""))
}

func TestKeyIsUsedFromItsNetworksOnly(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	_, caller := b.newKey(t, KeySpec{Scopes: []Scope{ScopeAll}, AllowedFrom: networks("203.0.113.0/24", "2001:db8:1::/48", "198.51.100.7/32")})
	for address, ok := range map[string]bool{"203.0.113.0": true, "203.0.113.255": true, "203.0.114.0": false, "198.51.100.7": true, "198.51.100.8": false,
		"2001:db8:1:2::9": true, "2001:db8:2::": false, "::ffff:203.0.113.9": false, "::": false} {
		err := caller.Permit(netip.MustParseAddr(address), ScopeLaunch)
		if ok {
			must(t, err)
		} else if e := wantCode(t, err, Forbidden); !strings.Contains(e.Message, address) {
			t.Errorf("%s: %v", address, e)
		}
	}
	wantCode(t, caller.Permit(netip.Addr{}, ScopeLaunch), Forbidden)
}

func TestKeyExpires(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	key, _ := b.newKey(t, KeySpec{Scopes: []Scope{ScopeAll}, ExpiresAt: b.clock.now().Add(time.Hour)})
	b.clock.advance(time.Hour - time.Millisecond)
	_, err := b.operators.Authenticate(t.Context(), key.Key)
	must(t, err)
	b.clock.advance(time.Millisecond)
	_, err = b.operators.Authenticate(t.Context(), key.Key)
	if e := wantCode(t, err, InvalidKey); !strings.Contains(e.Message, "2026-03-01T13:00:00Z") {
		t.Errorf("told %v", e)
	}
	if b.record(t, key).InForce(b.clock.now()) {
		t.Error("it is listed as in force")
	}
}

func TestKeyRotatesWithAnOverlap(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	spec := KeySpec{Scopes: []Scope{ScopeWalletRead, ScopeKeys}, AllowedFrom: networks("10.0.0.0/8"), ExpiresAt: b.clock.now().Add(90 * 24 * time.Hour)}
	old, _ := b.newKey(t, spec)
	b.clock.advance(80 * 24 * time.Hour)
	key, made, was, err := b.operators.RotateKey(t.Context(), nil, old.ID, KeyRotation{Overlap: 24 * time.Hour}, house)
	must(t, err)
	if !slices.Equal(made.Scopes, spec.Scopes) || !slices.Equal(made.AllowedFrom, spec.AllowedFrom) || made.Replaces == nil || *made.Replaces != old.ID ||
		!made.ExpiresAt.Equal(b.clock.now().Add(90*24*time.Hour).Truncate(time.Microsecond)) || made.CreatedBy != "command by a test" {
		t.Errorf("made %+v", made)
	}
	if was.ID != old.ID || !was.End().Equal(b.clock.now().Add(24*time.Hour).Truncate(time.Microsecond)) {
		t.Errorf("the old key is %+v", was)
	}
	good := func(k APIKey, want bool) {
		t.Helper()
		if _, err := b.operators.Authenticate(t.Context(), k.Key); (err == nil) != want {
			t.Errorf("key %s after %v: %v", k.ID, b.clock.now(), err)
		}
	}
	b.clock.advance(24*time.Hour - time.Second)
	good(old, true)
	good(key, true)
	// Rotated again, it ends no later than it would have.
	_, _, again, err := b.operators.RotateKey(t.Context(), &b.operator.ID, old.ID, KeyRotation{Overlap: time.Hour}, house)
	must(t, err)
	if !again.End().Equal(*was.End()) {
		t.Errorf("its end went from %v to %v", was.End(), again.End())
	}
	b.clock.advance(time.Second)
	good(old, false)
	good(key, true)
	_, _, _, err = b.operators.RotateKey(t.Context(), nil, old.ID, KeyRotation{}, house)
	wantCode(t, err, Conflict)
	// Without an overlap it ends now.
	_, _, ended, err := b.operators.RotateKey(t.Context(), nil, key.ID, KeyRotation{}, house)
	must(t, err)
	if ended.RevokedAt == nil || ended.RevokedBy != "command by a test" {
		t.Errorf("the old key is %+v", ended)
	}
	good(key, false)
}

func TestKeysAndRotationsThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	before := b.count(t, `SELECT count(*) FROM api_keys`)
	for field, spec := range map[string]KeySpec{
		"scopes":      {},
		"scopes ":     {Scopes: []Scope{"wallet"}},
		"scopes  ":    {Scopes: []Scope{ScopeKeys, ScopeKeys}},
		"scopes   ":   {Scopes: []Scope{NoScope}},
		"expiresAt":   {Scopes: []Scope{ScopeAll}, ExpiresAt: b.clock.now()},
		"allowedFrom": {Scopes: []Scope{ScopeAll}, AllowedFrom: []netip.Prefix{netip.MustParsePrefix("10.0.0.1/8")}},
		// The database's form of it would be another network.
		"allowedFrom ":  {Scopes: []Scope{ScopeAll}, AllowedFrom: []netip.Prefix{netip.MustParsePrefix("::ffff:10.0.0.0/104")}},
		"allowedFrom  ": {Scopes: []Scope{ScopeAll}, AllowedFrom: slices.Repeat(networks("10.0.0.0/8"), 101)},
	} {
		_, _, err := b.operators.NewKey(t.Context(), b.operator.ID, spec, house)
		if e := wantCode(t, err, InvalidRequest); e.Details["field"] != strings.TrimSpace(field) {
			t.Errorf("%+v: %v", spec, e)
		}
	}
	for _, overlap := range []time.Duration{-time.Second, MaxOverlap + time.Second} {
		_, _, _, err := b.operators.RotateKey(t.Context(), nil, b.key.ID, KeyRotation{Overlap: overlap}, house)
		wantCode(t, err, InvalidRequest)
	}
	other, _, err := b.operators.Create(t.Context(), "Other", Sandbox, nil)
	must(t, err)
	_, _, _, err = b.operators.RotateKey(t.Context(), &other.ID, b.key.ID, KeyRotation{}, house)
	wantCode(t, err, NotFound)
	_, err = b.operators.RevokeKey(t.Context(), &other.ID, b.key.ID, house)
	wantCode(t, err, NotFound)
	if n := b.count(t, `SELECT count(*) FROM api_keys`); n != before+1 || !b.record(t, b.key).InForce(b.clock.now()) {
		t.Errorf("%d keys after refusals, want %d and the first in force", n, before+1)
	}
	for _, text := range []string{"", "10.0.0.1/8", "10.0.0.0/33", "casino.example", "::ffff:10.0.0.1", "fe80::1%eth0", "10.0.0.0/8 "} {
		_, err := ParseNetwork(text)
		wantCode(t, err, InvalidRequest)
	}
	for text, want := range map[string]string{"10.0.0.1": "10.0.0.1/32", "2001:db8::1": "2001:db8::1/128", "10.0.0.0/8": "10.0.0.0/8"} {
		if got, err := ParseNetwork(text); err != nil || got.String() != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
}

// Whatever a key makes or rotates may do no more than it: not even through a chain of keys.
func TestKeysMakeNothingThatMayDoMore(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	all := []string{"0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/16", "10.1.0.0/16", "192.0.2.0/24", "::/0", "2001:db8::/32"}
	rapid.Check(t, func(rt *rapid.T) {
		spec := func(label string) KeySpec {
			s := KeySpec{Scopes: rapid.SliceOfNDistinct(rapid.SampledFrom(Scopes()), 1, 5, rapid.ID[Scope]).Draw(rt, label+" scopes"),
				AllowedFrom: networks(rapid.SliceOfNDistinct(rapid.SampledFrom(all), 0, 3, rapid.ID[string]).Draw(rt, label+" from")...)}
			if days := rapid.IntRange(0, 3).Draw(rt, label+" days"); days > 0 {
				s.ExpiresAt = b.clock.now().Add(time.Duration(days) * 24 * time.Hour).Truncate(time.Microsecond)
			}
			return s
		}
		makerSpec, wanted := spec("maker"), spec("made")
		if !slices.Contains(makerSpec.Scopes, ScopeAll) && !slices.Contains(makerSpec.Scopes, ScopeKeys) {
			makerSpec.Scopes = append(makerSpec.Scopes, ScopeKeys)
		}
		_, maker := b.newKey(t, makerSpec)
		var err error
		if rapid.Bool().Draw(rt, "by rotation") {
			old, _ := b.newKey(t, wanted)
			rotation := KeyRotation{Overlap: time.Hour, ExpiresAt: wanted.ExpiresAt}
			_, _, _, err = b.operators.RotateKey(t.Context(), &b.operator.ID, old.ID, rotation, ByKey(maker))
		} else {
			_, _, err = b.operators.NewKey(t.Context(), b.operator.ID, wanted, ByKey(maker))
		}
		lacks := func(s Scope) bool { return !slices.Contains(makerSpec.Scopes, s) }
		more := lacks(ScopeAll) && slices.ContainsFunc(wanted.Scopes, lacks)
		more = more || !makerSpec.ExpiresAt.IsZero() && (wanted.ExpiresAt.IsZero() || wanted.ExpiresAt.After(makerSpec.ExpiresAt))
		for _, probe := range []string{"10.0.2.3", "10.1.2.3", "10.2.3.4", "192.0.2.1", "203.0.113.1", "2001:db8::1", "2002::1"} {
			address := netip.MustParseAddr(probe)
			in := func(list []netip.Prefix) bool {
				return len(list) == 0 || slices.ContainsFunc(list, func(n netip.Prefix) bool { return n.Contains(address) })
			}
			more = more || in(wanted.AllowedFrom) && !in(makerSpec.AllowedFrom)
		}
		if more {
			wantCode(t, err, Forbidden)
			return
		}
		// None of both families' addresses is left out by these two, but no network is in both.
		everywhere := len(wanted.AllowedFrom) == 0 && slices.Contains(makerSpec.AllowedFrom, netip.MustParsePrefix("::/0"))
		if err != nil && !everywhere {
			t.Fatalf("%+v made by %+v: %v", wanted, makerSpec, err)
		}
	})
	// A key that has ended since its call began makes nothing.
	_, maker := b.newKey(t, allSpec)
	_, err := b.operators.RevokeKey(t.Context(), nil, maker.KeyID, house)
	must(t, err)
	_, _, err = b.operators.NewKey(t.Context(), b.operator.ID, allSpec, ByKey(maker))
	wantCode(t, err, InvalidKey)
}

func TestUseOfAKeyIsRecordedNowAndThen(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	used := func() *time.Time {
		caller, err := b.operators.Authenticate(t.Context(), b.key.Key)
		must(t, err)
		must(t, b.operators.NoteUse(t.Context(), caller))
		return b.record(t, b.key).LastUsedAt
	}
	if at := b.record(t, b.key).LastUsedAt; at != nil {
		t.Fatalf("used at %v before it was", at)
	}
	first := used()
	if first == nil || !first.Equal(b.clock.now().Truncate(time.Microsecond)) {
		t.Fatalf("used at %v, want %v", first, b.clock.now())
	}
	versions := func() (xmin int) { return b.count(t, `SELECT xmin::text::int FROM api_keys WHERE id = $1`, b.key.ID) }
	before := versions()
	b.clock.advance(usedGrain - time.Second)
	if at := used(); !at.Equal(*first) || versions() != before {
		t.Errorf("a call in the same minutes wrote %v", at)
	}
	b.clock.advance(2 * time.Second)
	if at := used(); !at.After(*first) {
		t.Errorf("used at %v, then still", at)
	}
	// It waits for nobody who holds the row.
	b.clock.advance(time.Hour)
	tx, err := b.db.Begin(t.Context())
	must(t, err)
	defer func() { _ = tx.Rollback(t.Context()) }()
	_, err = tx.Exec(t.Context(), `SELECT FROM api_keys FOR UPDATE`)
	must(t, err)
	used()
}

func mac(t testing.TB) string {
	t.Helper()
	var raw [32]byte
	_, _ = rand.Read(raw[:])
	return "sha256=" + hex.EncodeToString(raw[:])
}

func TestSignatureIsUsedOnce(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	other := NewOperators(b.db, b.vault, b.clock.now) // another server
	signature := mac(t)
	stamp := func() string { return fmt.Sprintf("%d.5", b.clock.now().Unix()) }
	errs := race(8, func(i int) error {
		return []*Operators{b.operators, other}[i%2].UseSignature(t.Context(), stamp(), signature)
	})
	var taken int
	for _, err := range errs {
		if err == nil {
			taken++
		} else if e := wantCode(t, err, InvalidSignature); e.Details["field"] != "X-Signature" || !strings.Contains(e.Message, "used already") {
			t.Errorf("told %v", e)
		}
	}
	if taken != 1 {
		t.Errorf("taken %d times, want once", taken)
	}
	wantCode(t, b.operators.UseSignature(t.Context(), stamp(), "sha256="+strings.ToUpper(signature[7:])), InvalidSignature)
	must(t, b.operators.UseSignature(t.Context(), stamp(), mac(t)))
	wantCode(t, b.operators.UseSignature(t.Context(), "now", mac(t)), InvalidSignature)
	wantCode(t, b.operators.UseSignature(t.Context(), stamp(), "sha256=00"), InvalidSignature)
}

// A connection that used a signature up goes on to commit for good.
func TestOtherCommitsStillWaitForTheDisk(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	config := b.db.Config().Copy()
	config.MaxConns = 1
	db, err := pgxpool.NewWithConfig(t.Context(), config)
	must(t, err)
	defer db.Close()
	o := NewOperators(db, b.vault, b.clock.now)
	caller, err := o.Authenticate(t.Context(), b.key.Key)
	must(t, err)
	must(t, o.NoteUse(t.Context(), caller))
	must(t, o.UseSignature(t.Context(), fmt.Sprint(b.clock.now().Unix()), mac(t)))
	var setting string
	must(t, db.QueryRow(t.Context(), `SHOW synchronous_commit`).Scan(&setting))
	if setting != "on" {
		t.Errorf("synchronous_commit is %s", setting)
	}
}

// Used signatures are kept for as long as any server could take them, and not for ever.
func TestUsedSignaturesAreForgotten(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	use := func(off time.Duration) {
		t.Helper()
		must(t, b.operators.UseSignature(t.Context(), fmt.Sprint(b.clock.now().Add(off).Unix()), mac(t)))
	}
	for range 3 * signaturesSwept {
		use(0)
	}
	use(signatureWindow) // the latest that is taken
	b.clock.advance(signatureKept*time.Second - 2*time.Second)
	use(0)
	if n := b.count(t, `SELECT count(*) FROM used_signatures`); n != 3*signaturesSwept+2 {
		t.Fatalf("%d are kept, want all", n)
	}
	b.clock.advance(4 * time.Second)
	for range 3 {
		use(0)
	}
	if n := b.count(t, `SELECT count(*) FROM used_signatures`); n != 2+3 {
		t.Errorf("%d are kept, want those that are not old", n)
	}
	// A server whose clock is ahead of the database's forgets by the database's.
	now := time.Now()
	must(t, b.operators.UseSignature(t.Context(), fmt.Sprint(now.Unix()), mac(t)))
	b.clock.advance(now.Add(1000 * time.Hour).Sub(b.clock.now()))
	for range 3 {
		use(0)
	}
	if n := b.count(t, `SELECT count(*) FROM used_signatures WHERE signed_at = to_timestamp($1)`, now.Unix()); n != 1 {
		t.Error("a server whose clock is wrong forgot what others must remember")
	}
}

func TestNetworksWithinOthers(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		inner, outer string
		want         bool
	}{
		{"10.0.0.0/16", "10.0.0.0/8", true}, {"10.0.0.0/8", "10.0.0.0/8", true}, {"10.0.0.0/8", "10.0.0.0/16", false}, {"10.0.0.0/8", "192.0.2.0/24", false},
		{"192.0.2.7/32 10.1.0.0/16", "10.0.0.0/8 192.0.2.0/24", true}, {"192.0.2.7/32 11.0.0.0/8", "10.0.0.0/8 192.0.2.0/24", false},
		{"10.0.0.0/8", "::/0", false}, {"::/0", "0.0.0.0/0", false}, {"2001:db8::/64", "2001:db8::/32", true}, {"2001:db8::/32", "2001:db8::/64", false},
		{"", "0.0.0.0/0 ::/0", false},
	} {
		if got := within(networks(strings.Fields(c.inner)...), networks(strings.Fields(c.outer)...)); got != c.want {
			t.Errorf("within(%s, %s) = %t", c.inner, c.outer, got)
		}
	}
}
