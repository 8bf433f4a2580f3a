package session

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/fairness"
	"croupier/wallet"
)

// Mode says whether an operator's money is play money. It never changes.
type Mode string

// The two modes.
const (
	Sandbox Mode = "sandbox"
	Live    Mode = "live"
)

// keyPrefix begins the API keys of a mode.
func (m Mode) keyPrefix() string { return "sk_" + string(m) + "_" }

// Operator runs a casino, whose players it sends here.
type Operator struct {
	ID        uuid.UUID
	Name      string
	Mode      Mode
	Origins   []string // the web origins that its players' browsers may connect from
	Seeds     SeedPolicy
	CreatedAt time.Time
}

const selectOperators = `SELECT id, name, mode, allowed_origins, coalesce(seed_rounds, 0), coalesce(seed_hours, 0), created_at FROM operators `

func scanOperator(row pgx.CollectableRow) (o Operator, err error) {
	return o, row.Scan(&o.ID, &o.Name, &o.Mode, &o.Origins, &o.Seeds.Rounds, &o.Seeds.Hours, &o.CreatedAt)
}

// AllowsOrigin says whether a browser may connect from an origin, as its Origin header has it: scheme://host[:port], compared
// exactly.
func (o Operator) AllowsOrigin(origin string) bool {
	return slices.Contains(o.Origins, origin)
}

// Operators keeps the operators and their API keys.
type Operators struct {
	db    *pgxpool.Pool
	vault *fairness.Vault
	now   Clock
}

// NewOperators returns the operators of a database.
func NewOperators(db *pgxpool.Pool, vault *fairness.Vault, now Clock) *Operators {
	return &Operators{db: db, vault: vault, now: now}
}

// Create makes an operator and its first key, which may do everything. Returns InvalidRequest for a name that is not 1–100 printable characters, another
// mode, or an origin that is not written as browsers write theirs.
func (o *Operators) Create(ctx context.Context, name string, mode Mode, origins []string) (Operator, APIKey, error) {
	return o.create(ctx, name, mode, origins, "", "")
}

// create makes an operator. walletURL is "" for one whose players have their money here.
func (o *Operators) create(ctx context.Context, name string, mode Mode, origins []string, walletURL, walletSecret string) (Operator, APIKey, error) {
	if err := validateOperator(name, mode, origins); err != nil {
		return Operator{}, APIKey{}, err
	}
	operator := Operator{ID: newID(), Name: name, Mode: mode, Origins: append([]string{}, origins...), CreatedAt: o.now()}
	var key APIKey
	err := wallet.Transact(ctx, o.db, func(tx pgx.Tx) error {
		walletMode, address, sealed := "transfer", (*string)(nil), []byte(nil)
		if walletURL != "" {
			walletMode, address, sealed = "seamless", &walletURL, o.vault.Seal([]byte(walletSecret), walletAAD(operator.ID))
		}
		_, err := tx.Exec(ctx, `INSERT INTO operators (id, name, mode, allowed_origins, created_at, wallet_mode, wallet_url, sealed_wallet_secret)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			operator.ID, name, string(mode), operator.Origins, operator.CreatedAt, walletMode, address, sealed)
		if err != nil {
			return err
		}
		key, err = o.insertKey(ctx, tx, operator.ID, mode, KeySpec{Scopes: []Scope{ScopeAll}}, "made with the operator", nil)
		return err
	})
	if err != nil {
		return Operator{}, APIKey{}, fmt.Errorf("create operator %q: %w", name, err)
	}
	return operator, key, nil
}

// List returns all operators, oldest first.
func (o *Operators) List(ctx context.Context) ([]Operator, error) {
	rows, err := o.db.Query(ctx, selectOperators+`ORDER BY id`)
	if err != nil {
		return nil, fmt.Errorf("list operators: %w", err)
	}
	operators, err := pgx.CollectRows(rows, scanOperator)
	if err != nil {
		return nil, fmt.Errorf("list operators: %w", err)
	}
	return operators, nil
}

// ByID returns an operator, or NotFound.
func (o *Operators) ByID(ctx context.Context, id uuid.UUID) (Operator, error) {
	rows, err := o.db.Query(ctx, selectOperators+`WHERE id = $1`, id)
	if err != nil {
		return Operator{}, fmt.Errorf("find operator: %w", err)
	}
	operator, err := pgx.CollectExactlyOneRow(rows, scanOperator)
	if errors.Is(err, pgx.ErrNoRows) {
		return Operator{}, Errorf(NotFound, "operator %s not found", id)
	}
	if err != nil {
		return Operator{}, fmt.Errorf("find operator: %w", err)
	}
	return operator, nil
}

// secretAAD binds a sealed secret to its key's row.
func secretAAD(keyID uuid.UUID) []byte { return []byte(keyID.String()) }

func validateOperator(name string, mode Mode, origins []string) error {
	if n := utf8.RuneCountInString(name); n < 1 || n > 100 || !printable(name) {
		return FieldError(InvalidRequest, "name", "must be 1–100 printable characters")
	}
	if mode != Sandbox && mode != Live {
		return FieldError(InvalidRequest, "mode", "must be sandbox or live")
	}
	for _, origin := range origins {
		if reason := badOrigin(origin); reason != "" {
			return FieldError(InvalidRequest, "allowedOrigins", fmt.Sprintf("%.100q %s", origin, reason))
		}
	}
	return nil
}

// badOrigin says why no browser would ever send this Origin header (RFC 6454, section 6.2), "" if one would.
func badOrigin(origin string) string {
	u, err := url.Parse(origin)
	switch {
	case err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https"):
		return "is not http(s)://host[:port]"
	case origin != u.Scheme+"://"+u.Host:
		return "has more than scheme://host[:port]"
	case strings.ContainsFunc(u.Host, notOfAHost):
		return "is not written as browsers do: lower case, international names in punycode, no wildcard"
	case strings.HasSuffix(u.Host, ":") || (u.Scheme == "https" && u.Port() == "443") || (u.Scheme == "http" && u.Port() == "80"):
		return "names its default port, which browsers leave out"
	}
	return ""
}

// notOfAHost says of a character that no host that browsers write has it: a name in lower case, an IPv4 address or a bracketed IPv6 one, with
// a port. An origin goes into the policies that browsers are told, where others would begin something new.
func notOfAHost(r rune) bool {
	return !(r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || strings.ContainsRune(".-_:[]", r))
}
