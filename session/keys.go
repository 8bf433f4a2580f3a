package session

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/fairness"
	"croupier/wallet"
)

// Clock tells the time. Whatever depends on time is given one, so that a test can set it.
type Clock func() time.Time

const (
	keyRefresh  = time.Minute     // a node reads the keys again when it has them for this long
	keyRetry    = time.Second     // at most one reading in this time for key ids that nobody knows
	keyReading  = 5 * time.Second // the longest that one reading may take
	keyOverhang = time.Minute     // for clocks that differ between nodes, and tokenLeeway
)

var errUnknownKey = errors.New("signing key is not known")

// KeyRing holds the Ed25519 keys that session tokens are signed with. The newest signs; an older one goes on verifying until
// the last token that any node can have signed with it has expired. It is safe for concurrent use, any number of nodes may share
// the database, and it needs no background work: keys are read again when a token asks for one that is not known, and when they
// were read a minute ago. A key that an administrator retires by hand is refused on every node within that minute.
type KeyRing struct {
	db       *pgxpool.Pool
	vault    *fairness.Vault
	now      Clock
	lifetime time.Duration
	keys     atomic.Pointer[keySet]

	reading sync.Mutex // held by the one goroutine that reads; guards the next two
	readAt  time.Time  // when a reading was last tried
	readErr error      // what came of it
}

// keySet is what one reading found. It never changes.
type keySet struct {
	newest signingKey
	public map[string]ed25519.PublicKey // by key id
	jwks   []byte
	at     time.Time
}

type signingKey struct {
	id      string
	private ed25519.PrivateKey
}

// OpenKeyRing reads the keys, and makes the first if there is none. lifetime is that of the longest-lived token.
func OpenKeyRing(ctx context.Context, db *pgxpool.Pool, vault *fairness.Vault, now Clock, lifetime time.Duration) (*KeyRing, error) {
	r := &KeyRing{db: db, vault: vault, now: now, lifetime: lifetime}
	r.reading.Lock()
	defer r.reading.Unlock()
	if _, err := r.replace(ctx); err != nil {
		return nil, err
	}
	return r, nil
}

// Rotate makes a new key, which signs from now on, and retires those that no unexpired token can be signed with. Nobody is
// logged out. Other nodes sign with the new key within a minute, and accept what it signed at once.
func (r *KeyRing) Rotate(ctx context.Context) error {
	if err := r.makeKey(ctx, false); err != nil {
		return err
	}
	r.reading.Lock()
	defer r.reading.Unlock()
	_, err := r.replace(ctx)
	return err
}

// JWKS returns the public keys as a JSON Web Key Set (RFC 7517, RFC 8037), newest first.
func (r *KeyRing) JWKS(ctx context.Context) ([]byte, error) {
	set, err := r.current(ctx)
	if err != nil {
		return nil, err
	}
	return set.jwks, nil
}

// signing returns the key to sign with.
func (r *KeyRing) signing(ctx context.Context) (signingKey, error) {
	set, err := r.current(ctx)
	if err != nil {
		return signingKey{}, err
	}
	return set.newest, nil
}

// verifying returns the public key of an id, or errUnknownKey. Another node may have made it a moment ago, so an id that is not
// known is worth a look, but not more than one a second: anyone can invent ids.
func (r *KeyRing) verifying(ctx context.Context, id string) (ed25519.PublicKey, error) {
	set, err := r.current(ctx)
	if err != nil {
		return nil, err
	}
	if key, ok := set.public[id]; ok {
		return key, nil
	}
	if set, err = r.readAgain(ctx, set); err != nil {
		return nil, err
	}
	if key, ok := set.public[id]; ok {
		return key, nil
	}
	return nil, errUnknownKey
}

// current returns the keys, not older than keyRefresh.
func (r *KeyRing) current(ctx context.Context) (*keySet, error) {
	set := r.keys.Load()
	if r.now().Sub(set.at) < keyRefresh {
		return set, nil
	}
	return r.readAgain(ctx, set)
}

// readAgain returns newer keys than seen, if the last try to read them was long enough ago.
func (r *KeyRing) readAgain(ctx context.Context, seen *keySet) (*keySet, error) {
	r.reading.Lock()
	defer r.reading.Unlock()
	if set := r.keys.Load(); set != seen {
		return set, nil // read while we waited
	}
	if r.now().Sub(r.readAt) < keyRetry {
		return seen, r.readErr
	}
	return r.replace(ctx)
}

// replace reads the keys. The caller holds r.reading: it reads for all that wait, so its own hanging up must not end it.
func (r *KeyRing) replace(ctx context.Context) (*keySet, error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keyReading)
	defer cancel()
	r.readAt = r.now()
	var set *keySet
	if set, r.readErr = r.read(ctx); r.readErr != nil {
		return nil, r.readErr
	}
	r.keys.Store(set)
	return set, nil
}

// read reads the keys from the database, and makes one if there is none.
func (r *KeyRing) read(ctx context.Context) (*keySet, error) {
	set, err := r.query(ctx)
	if err == nil && len(set.public) == 0 {
		if err = r.makeKey(ctx, true); err == nil {
			set, err = r.query(ctx)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read the signing keys: %w", err)
	}
	return set, nil
}

// query reads what is not retired, and not old enough to be. Public keys are taken from the sealed ones: whoever can write to the
// database but has no vault key cannot add a key of his own.
func (r *KeyRing) query(ctx context.Context) (*keySet, error) {
	now := r.now()
	rows, err := r.db.Query(ctx, `
		SELECT kid, sealed_key
		FROM (SELECT *, lead(created_at) OVER (ORDER BY created_at, kid) AS superseded_at FROM signing_keys WHERE retired_at IS NULL) k
		WHERE superseded_at IS NULL OR superseded_at >= $1
		ORDER BY created_at DESC, kid DESC`, r.retireBefore(now))
	if err != nil {
		return nil, err
	}
	type row struct {
		ID     string
		Sealed []byte
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		return nil, err
	}
	set := &keySet{public: make(map[string]ed25519.PublicKey, len(list)), at: now}
	jwks := make([]jwk, 0, len(list))
	for i, k := range list {
		seed, err := r.vault.Open(k.Sealed, []byte(k.ID))
		if err != nil {
			return nil, fmt.Errorf("signing key %s: %w", k.ID, err)
		}
		private := ed25519.NewKeyFromSeed(seed)
		public := private.Public().(ed25519.PublicKey)
		if i == 0 {
			set.newest = signingKey{id: k.ID, private: private}
		}
		set.public[k.ID] = public
		jwks = append(jwks, jwk{Type: "OKP", Curve: "Ed25519", Use: "sig", Algorithm: "EdDSA", ID: k.ID,
			X: base64.RawURLEncoding.EncodeToString(public)})
	}
	set.jwks, err = json.Marshal(map[string][]jwk{"keys": jwks})
	return set, err
}

// jwk is a public key as RFC 8037 writes it.
type jwk struct {
	Type      string `json:"kty"`
	Curve     string `json:"crv"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	ID        string `json:"kid"`
	X         string `json:"x"`
}

// retireBefore is when a key must have been superseded to be retired now: every node has signed with its successor since
// keyRefresh later, and every token of before has expired.
func (r *KeyRing) retireBefore(now time.Time) time.Time {
	return now.Add(-r.lifetime - keyRefresh - keyOverhang)
}

// makeKey makes a key, newer than all others, and retires what is due. If onlyFirst, it does nothing where there is a key.
func (r *KeyRing) makeKey(ctx context.Context, onlyFirst bool) error {
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return fmt.Errorf("make a signing key: %w", err)
	}
	id := newID().String()
	sealed := r.vault.Seal(private.Seed(), []byte(id))
	err = wallet.Transact(ctx, r.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('croupier.signing_keys'))`); err != nil {
			return err
		}
		var newest *time.Time
		if err := tx.QueryRow(ctx, `SELECT max(created_at) FROM signing_keys WHERE retired_at IS NULL`).Scan(&newest); err != nil {
			return err
		}
		if onlyFirst && newest != nil {
			return nil
		}
		now := r.now()
		created := now
		if newest != nil && created.Before(newest.Add(time.Microsecond)) {
			created = newest.Add(time.Microsecond) // another node's clock may be ahead
		}
		if _, err := tx.Exec(ctx, `INSERT INTO signing_keys (kid, sealed_key, public_key, created_at) VALUES ($1, $2, $3, $4)`,
			id, sealed, []byte(private.Public().(ed25519.PublicKey)), created); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			UPDATE signing_keys SET retired_at = $1
			WHERE kid IN (SELECT kid FROM (SELECT kid, lead(created_at) OVER (ORDER BY created_at, kid) AS superseded_at
			                               FROM signing_keys WHERE retired_at IS NULL) k WHERE superseded_at < $2)`,
			now, r.retireBefore(now))
		return err
	})
	if err != nil {
		return fmt.Errorf("make a signing key: %w", err)
	}
	return nil
}
