package webhooks

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"croupier/session"
	"croupier/wallet"
)

// secretPrefix begins a secret, as the Standard Webhooks rules say; 32 random bytes in base64 follow.
const secretPrefix = "whsec_"

// MaxOverlap bounds for how long an old secret may sign beside the new one.
const MaxOverlap = 30 * 24 * time.Hour

// newSecret makes and seals an endpoint's secret. The caller shows it once.
func (h *Hooks) newSecret(ctx context.Context, tx pgx.Tx, endpoint uuid.UUID) (string, error) {
	raw := make([]byte, 32)
	rand.Read(raw) // it never fails
	id := uuid.Must(uuid.NewV7())
	_, err := tx.Exec(ctx, `INSERT INTO webhook_secrets (id, endpoint_id, sealed_secret, created_at) VALUES ($1, $2, $3, $4)`,
		id, endpoint, h.Vault.Seal(raw, session.WebhookSecretAAD(id)), h.Now())
	return secretPrefix + base64.StdEncoding.EncodeToString(raw), err
}

// RotateSecret puts a new secret in the place of an endpoint's, and returns it. The old one signs beside it for the overlap, from 0 to
// MaxOverlap: so the receiver can change over when it likes. One that an earlier rotation left ends now. Returns session.NotFound and
// session.InvalidRequest.
func (h *Hooks) RotateSecret(ctx context.Context, operator, endpoint uuid.UUID, overlap time.Duration) (secret string, err error) {
	if overlap < 0 || overlap > MaxOverlap {
		return "", bad("overlapSeconds", fmt.Sprintf("must be from 0 to %d", int(MaxOverlap.Seconds())))
	}
	err = wallet.Transact(ctx, h.DB, func(tx pgx.Tx) error {
		if err := lock(ctx, tx, operator, endpoint); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `DELETE FROM webhook_secrets WHERE endpoint_id = $1 AND ends_at IS NOT NULL`, endpoint); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, `UPDATE webhook_secrets SET ends_at = $2 WHERE endpoint_id = $1`, endpoint, h.Now().Add(overlap)); err != nil {
			return err
		}
		secret, err = h.newSecret(ctx, tx, endpoint)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("rotate the secret of webhook endpoint %s: %w", endpoint, err)
	}
	return secret, nil
}

// lock locks an operator's endpoint. Returns session.NotFound.
func lock(ctx context.Context, tx pgx.Tx, operator, endpoint uuid.UUID) error {
	tag, err := tx.Exec(ctx, `SELECT FROM webhook_endpoints WHERE id = $1 AND operator_id = $2 FOR UPDATE`, endpoint, operator)
	if err == nil && tag.RowsAffected() == 0 {
		return notFound()
	}
	return err
}

// keys are what an endpoint's events are signed with now, the newest first.
func (h *Hooks) keys(ctx context.Context, endpoint uuid.UUID) ([]*standardwebhooks.Webhook, error) {
	rows, err := h.DB.Query(ctx, `SELECT id, sealed_secret FROM webhook_secrets WHERE endpoint_id = $1 AND (ends_at IS NULL OR ends_at > $2) ORDER BY id DESC`,
		endpoint, h.Now())
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*standardwebhooks.Webhook, error) {
		var id uuid.UUID
		var sealed []byte
		if err := row.Scan(&id, &sealed); err != nil {
			return nil, err
		}
		raw, err := h.Vault.Open(sealed, session.WebhookSecretAAD(id))
		if err != nil {
			return nil, fmt.Errorf("secret %s of webhook endpoint %s: %w", id, endpoint, err)
		}
		return standardwebhooks.NewWebhookRaw(raw)
	})
}

// ParseSecret reads a secret as it was shown.
func ParseSecret(text string) (*standardwebhooks.Webhook, error) {
	if !strings.HasPrefix(text, secretPrefix) {
		return nil, fmt.Errorf("a secret begins with %s", secretPrefix)
	}
	return standardwebhooks.NewWebhook(text)
}
