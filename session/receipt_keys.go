package session

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet"
)

// ReceiptKeys are the Ed25519 keys that receipts are signed with. The newest signs; all of them verify for ever, because players may
// keep receipts as long. It is safe for concurrent use, and any number of nodes may share the database: a node signs with a key that
// another made from its next Refresh on.
type ReceiptKeys struct {
	db    *pgxpool.Pool
	vault *fairness.Vault
	now   Clock
	set   atomic.Pointer[receiptKeySet]
}

// receiptKeySet is what one reading found. It never changes.
type receiptKeySet struct {
	id   string
	key  ed25519.PrivateKey // the newest
	jwks []byte
}

// ReceiptKeysRefresh is how often a node should call Refresh.
const ReceiptKeysRefresh = time.Minute

// OpenReceiptKeys reads the keys, and makes the first if there is none.
func OpenReceiptKeys(ctx context.Context, db *pgxpool.Pool, vault *fairness.Vault, now Clock) (*ReceiptKeys, error) {
	k := &ReceiptKeys{db: db, vault: vault, now: now}
	if err := k.make(ctx, true); err != nil {
		return nil, err
	}
	return k, k.Refresh(ctx)
}

// Rotate makes a new key, which signs from now on. Receipts that older keys signed stay good.
func (k *ReceiptKeys) Rotate(ctx context.Context) error {
	if err := k.make(ctx, false); err != nil {
		return err
	}
	return k.Refresh(ctx)
}

// JWKS returns all public keys as a JSON Web Key Set (RFC 7517, RFC 8037), newest first: also those that another node made a moment
// ago.
func (k *ReceiptKeys) JWKS(ctx context.Context) ([]byte, error) {
	if err := k.Refresh(ctx); err != nil {
		return nil, err
	}
	return k.set.Load().jwks, nil
}

// sign signs the hashes of records, of which there must be some.
func (k *ReceiptKeys) sign(records []games.Hash) *games.ReceiptGroup {
	set := k.set.Load()
	return games.SignGroup(set.key, set.id, records)
}

// Refresh reads the keys again. Public keys are taken from the sealed ones: whoever can write to the database but has no master key
// cannot add a key of his own.
func (k *ReceiptKeys) Refresh(ctx context.Context) error {
	rows, err := k.db.Query(ctx, `SELECT kid, sealed_key FROM receipt_keys ORDER BY created_at DESC, kid DESC`)
	if err != nil {
		return fmt.Errorf("read the receipt keys: %w", err)
	}
	type row struct {
		ID     string
		Sealed []byte
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[row])
	if err != nil {
		return fmt.Errorf("read the receipt keys: %w", err)
	}
	set := &receiptKeySet{}
	public := make([]jwk, 0, len(list))
	for _, r := range list {
		seed, err := k.vault.Open(r.Sealed, receiptKeyAAD(r.ID))
		if err != nil {
			return fmt.Errorf("receipt key %s: %w", r.ID, err)
		}
		private := ed25519.NewKeyFromSeed(seed)
		if set.key == nil {
			set.id, set.key = r.ID, private
		}
		public = append(public, jwk{Type: "OKP", Curve: "Ed25519", Use: "sig", Algorithm: "EdDSA", ID: r.ID,
			X: base64.RawURLEncoding.EncodeToString(private.Public().(ed25519.PublicKey))})
	}
	if set.jwks, err = json.Marshal(map[string][]jwk{"keys": public}); err != nil {
		return err
	}
	k.set.Store(set)
	return nil
}

// receiptKeyAAD binds a sealed key to its row.
func receiptKeyAAD(id string) []byte { return []byte("receipt-key/" + id) }

// make makes a key, newer than all others. If onlyFirst, it does nothing where there is a key.
func (k *ReceiptKeys) make(ctx context.Context, onlyFirst bool) error {
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return fmt.Errorf("make a receipt key: %w", err)
	}
	id := games.ReceiptKeyID(public)
	sealed := k.vault.Seal(private.Seed(), receiptKeyAAD(id))
	err = wallet.Transact(ctx, k.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtext('croupier.receipt_keys'))`); err != nil {
			return err
		}
		// Another node's clock may be ahead.
		_, err := tx.Exec(ctx, `INSERT INTO receipt_keys (kid, sealed_key, public_key, created_at)
			SELECT $1, $2, $3, greatest($4, max(created_at) + interval '1 microsecond') FROM receipt_keys HAVING NOT $5 OR count(*) = 0`,
			id, sealed, []byte(public), k.now(), onlyFirst)
		return err
	})
	if err != nil {
		return fmt.Errorf("make a receipt key: %w", err)
	}
	return nil
}
