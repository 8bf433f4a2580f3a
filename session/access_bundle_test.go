package session

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/fairness"
	"croupier/sandbox/pgtest"
)

// handClock is a clock that a test moves by hand.
type handClock struct {
	mu sync.Mutex
	at time.Time
}

func (c *handClock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *handClock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// accessBundle is one node on a database of its own, with one operator.
type accessBundle struct {
	db        *pgxpool.Pool
	admin     *pgxpool.Pool // as the tables' owner
	vault     *fairness.Vault
	clock     *handClock
	operators *Operators
	players   *Players
	keys      *KeyRing
	tokens    *Tokens
	access    *Access
	operator  Operator
	key       APIKey
}

func setupAccess(t testing.TB) *accessBundle {
	t.Helper()
	b := &accessBundle{clock: &handClock{at: time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)}, vault: testVault(t, "11")}
	url := pgtest.New(t)
	b.db, b.admin = pgtest.App(t, url), pgtest.Owner(t, url)
	b.operators = NewOperators(b.db, b.vault, b.clock.now)
	b.players = NewPlayers(b.db, b.vault, b.clock.now)
	b.keys, b.tokens = b.node(t)
	b.access = NewAccess(b.db, b.players, b.tokens, DefaultLifetimes(), b.clock.now)
	var err error
	b.operator, b.key, err = b.operators.Create(t.Context(), "Test Casino", Sandbox, []string{"https://casino.example"})
	must(t, err)
	return b
}

// node returns another node's keys and tokens, on the same database and clock.
func (b *accessBundle) node(t testing.TB) (*KeyRing, *Tokens) {
	t.Helper()
	var keys *KeyRing
	eventually(t, "a disk that is busy with other tests lets a key be written in time", func() bool {
		var err error
		if keys, err = OpenKeyRing(t.Context(), b.db, b.vault, b.clock.now, DefaultLifetimes().Token); err != nil {
			t.Log(err)
		}
		return err == nil
	})
	tokens, err := NewTokens(keys, testIssuer, testAudience, b.clock.now)
	must(t, err)
	return keys, tokens
}

const (
	testIssuer   = "https://croupier.example"
	testAudience = "players"
)

// testVault returns a vault whose key is one byte, in hex, 32 times.
func testVault(t testing.TB, twoHexDigits string) *fairness.Vault {
	t.Helper()
	text := ""
	for range 32 {
		text += twoHexDigits
	}
	key, err := fairness.ParseKey(text)
	must(t, err)
	vault, err := fairness.NewVault(key)
	must(t, err)
	return vault
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// wantCode fails the test unless err is an *Error of the code, and returns it.
func wantCode(t testing.TB, err error, code Code) *Error {
	t.Helper()
	e := asError(err)
	if e == nil || e.Code != code {
		t.Fatalf("error %v, want one of code %s", err, code)
	}
	return e
}

func asError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}

// count returns what a query of one number says.
func (b *accessBundle) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	must(t, b.db.QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

func (b *accessBundle) exec(t testing.TB, sql string, args ...any) {
	t.Helper()
	_, err := b.admin.Exec(t.Context(), sql, args...)
	must(t, err)
}

// arrive makes a player and a session of it.
func (b *accessBundle) arrive(t testing.TB, externalID string) Grant {
	t.Helper()
	launch, _, err := b.access.CreateLaunch(t.Context(), b.operator, PlayerSpec{ExternalID: externalID, Currency: "USD"}, "slots")
	must(t, err)
	grant, err := b.access.Exchange(t.Context(), launch)
	must(t, err)
	return grant
}

func (b *accessBundle) verify(t testing.TB, token string) Claims {
	t.Helper()
	claims, err := b.tokens.Verify(t.Context(), token)
	must(t, err)
	return claims
}

// race runs do n times at once and returns the errors.
func race(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var start, done sync.WaitGroup
	start.Add(1)
	for i := range n {
		done.Go(func() {
			start.Wait()
			errs[i] = do(i)
		})
	}
	start.Done()
	done.Wait()
	return errs
}
