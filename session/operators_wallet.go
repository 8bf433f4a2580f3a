package session

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// CreateSeamless makes an operator whose players' money is in its own wallet, as Create does, and the secret that calls to the wallet are
// signed with. Where the money is never changes. Returns InvalidRequest for a URL that cannot be called.
func (o *Operators) CreateSeamless(ctx context.Context, name string, mode Mode, origins []string, walletURL string) (
	operator Operator, key APIKey, secret string, err error) {
	if walletURL, err = checkWalletURL(mode, walletURL); err != nil {
		return operator, key, "", err
	}
	secret = newWalletSecret()
	operator, key, err = o.create(ctx, name, mode, origins, walletURL, secret)
	return operator, key, secret, err
}

func newWalletSecret() string { return "ws_" + randomText() }

// WalletChange is what of an operator's wallet is to change.
type WalletChange struct {
	URL       string // "": it stays
	NewSecret bool   // a new secret takes the place of the old one at once
	Secret    string // this one, of at least 16 characters; "": one is made
}

// WalletInfo is what is told of an operator's wallet. The secret is told only when it is made.
type WalletInfo struct {
	Seamless bool
	URL      string
}

// ChangeWallet changes where a seamless operator's wallet is called, or what calls are signed with, on all nodes at once, and returns the new
// secret, "" if it stays. Returns NotFound, Conflict for an operator whose players' money is in the ledger, and InvalidRequest.
func (o *Operators) ChangeWallet(ctx context.Context, operator uuid.UUID, c WalletChange) (secret string, err error) {
	if c.NewSecret {
		if secret = c.Secret; secret == "" {
			secret = newWalletSecret()
		}
		if n := len(secret); n < 16 || n > 200 || !printable(secret) {
			return "", FieldError(InvalidRequest, "secret", "must have 16 to 200 printable characters")
		}
	}
	err = wallet.Transact(ctx, o.db, func(tx pgx.Tx) error {
		var mode Mode
		var seamless bool
		err := tx.QueryRow(ctx, `SELECT mode, wallet_mode = 'seamless' FROM operators WHERE id = $1`, operator).Scan(&mode, &seamless)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return Errorf(NotFound, "operator %s not found", operator)
		case err != nil:
			return err
		case !seamless:
			return Errorf(Conflict, "The operator's players have their money here: that was said when it was made, and never changes")
		}
		if c.URL != "" {
			address, err := checkWalletURL(mode, c.URL)
			if err != nil {
				return err
			}
			if _, err := tx.Exec(ctx, `UPDATE operators SET wallet_url = $2 WHERE id = $1`, operator, address); err != nil {
				return err
			}
		}
		if c.NewSecret {
			sealed := o.vault.Seal([]byte(secret), walletAAD(operator))
			if _, err := tx.Exec(ctx, `UPDATE operators SET sealed_wallet_secret = $2 WHERE id = $1`, operator, sealed); err != nil {
				return err
			}
		}
		_, err = tx.Exec(ctx, `SELECT pg_notify($1, '')`, policyChannel) // seats remember it
		return err
	})
	if err != nil {
		return "", fmt.Errorf("change the wallet: %w", err)
	}
	return secret, nil
}

// Wallet tells where an operator's players have their money. Returns NotFound.
func (o *Operators) Wallet(ctx context.Context, operator uuid.UUID) (w WalletInfo, err error) {
	const sql = `SELECT wallet_mode = 'seamless', coalesce(wallet_url, '') FROM operators WHERE id = $1`
	err = o.db.QueryRow(ctx, sql, operator).Scan(&w.Seamless, &w.URL)
	if errors.Is(err, pgx.ErrNoRows) {
		return w, Errorf(NotFound, "operator %s not found", operator)
	}
	if err != nil {
		return w, fmt.Errorf("wallet of operator %s: %w", operator, err)
	}
	return w, nil
}

// checkWalletURL returns the URL as it is kept: without a slash at its end.
func checkWalletURL(mode Mode, text string) (string, error) {
	wrong := func(reason string) (string, error) { return "", FieldError(InvalidRequest, "walletUrl", reason) }
	u, err := url.Parse(text)
	switch {
	case err != nil || len(text) > 500 || !printable(text) || u.Host == "" || u.Opaque != "" || u.Scheme != "http" && u.Scheme != "https":
		return wrong("must be as https://casino.example/wallet")
	case mode == Live && u.Scheme != "https":
		return wrong("must begin with https:// where the money is real")
	case u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return wrong("must have neither a user, a query nor a fragment")
	}
	return strings.TrimRight(u.String(), "/"), nil
}
