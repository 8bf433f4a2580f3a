package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/fairness"
	"croupier/wallet"
	"croupier/wallet/money"
)

// The states of a player. Only an active one may play.
const (
	PlayerActive    = "active"
	PlayerSuspended = "suspended" // by the operator
	PlayerBarred    = "excluded"  // by the player's own wish, or by law
)

// Player plays for one operator, in one currency.
type Player struct {
	ID           uuid.UUID
	OperatorID   uuid.UUID
	ExternalID   string // the operator's own id of the player
	Username     string // "": none
	Currency     money.Currency
	Jurisdiction string // "": none
	Locale       string // "": none
	Status       string // PlayerActive, PlayerSuspended or PlayerBarred
}

// PlayerSpec is what an operator says of a player. "" in an optional field means that it says nothing.
type PlayerSpec struct {
	ExternalID   string // 1–128 printable characters
	Currency     string // a code that money.LookupCurrency knows
	Jurisdiction string // optional; at most 64 printable characters
	Locale       string // optional; at most 64 printable characters
	Username     string // optional; at most 128 printable characters
}

// Players keeps the players of all operators.
type Players struct {
	db    *pgxpool.Pool
	vault *fairness.Vault
	now   Clock
}

// NewPlayers returns the players of a database.
func NewPlayers(db *pgxpool.Pool, vault *fairness.Vault, now Clock) *Players {
	return &Players{db: db, vault: vault, now: now}
}

// SeedAAD is what a server seed is sealed with, so that one pair's seed cannot be passed off as another's.
func SeedAAD(playerID uuid.UUID, seq int) []byte { return fmt.Appendf(nil, "%s/%d", playerID, seq) }

// Ensure returns the operator's player of an external id. One that is new is made together with an empty seat, the seed pair that is
// played first, and the commitment to the next. Of one that is known, what the spec says otherwise is updated, but the currency:
// that, and a currency that nobody knows, is InvalidCurrency. Any other bad field is InvalidRequest.
func (p *Players) Ensure(ctx context.Context, operator Operator, spec PlayerSpec) (Player, error) {
	var player Player
	err := wallet.Transact(ctx, p.db, func(tx pgx.Tx) (err error) {
		player, err = p.ensure(ctx, tx, operator, spec)
		return err
	})
	if err != nil {
		return Player{}, fmt.Errorf("ensure player: %w", err)
	}
	return player, nil
}

func (p *Players) ensure(ctx context.Context, tx pgx.Tx, operator Operator, spec PlayerSpec) (Player, error) {
	currency, err := spec.validate()
	if err != nil {
		return Player{}, err
	}
	player, err := playerByExternalID(ctx, tx, operator.ID, spec.ExternalID)
	if errors.Is(err, &Error{Code: PlayerNotFound}) {
		made := Player{ID: newID(), OperatorID: operator.ID, ExternalID: spec.ExternalID, Username: spec.Username, Currency: currency,
			Jurisdiction: spec.Jurisdiction, Locale: spec.Locale, Status: PlayerActive}
		if created, err := p.create(ctx, tx, made); created || err != nil {
			return made, err
		}
		player, err = playerByExternalID(ctx, tx, operator.ID, spec.ExternalID) // another was faster
	}
	if err != nil {
		return Player{}, err
	}
	if player.Currency != currency {
		return Player{}, &Error{Code: InvalidCurrency,
			Message: fmt.Sprintf("the player's currency is %s and cannot become %s", player.Currency, currency),
			Details: map[string]any{"field": "currency", "currency": player.Currency.Code(), "requested": currency.Code()}}
	}
	return p.update(ctx, tx, player, spec)
}

// create writes a player, seed pairs 0 and 1, and a seat. It returns false, and has written nothing, if the player was made by
// another transaction meanwhile.
func (p *Players) create(ctx context.Context, tx pgx.Tx, player Player) (bool, error) {
	now := p.now()
	tag, err := tx.Exec(ctx, `
		INSERT INTO players (id, operator_id, external_id, username, currency, jurisdiction, locale, status, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (operator_id, external_id) DO NOTHING`,
		player.ID, player.OperatorID, player.ExternalID, player.Username, player.Currency.Code(), player.Jurisdiction, player.Locale,
		player.Status, now)
	if err != nil || tag.RowsAffected() == 0 {
		return false, err
	}
	first, next := fairness.NewServerSeed(), fairness.NewServerSeed()
	_, err = tx.Exec(ctx, `
		INSERT INTO seed_pairs (player_id, seq, server_seed_hash, sealed_seed, client_seed, client_seed_by, created_at, activated_at)
		VALUES ($1, 0, $2, $3, $4, 'server', $5, $5), ($1, 1, $6, $7, NULL, NULL, $5, NULL)`,
		player.ID, first.Hash(), p.vault.Seal([]byte(first.Reveal()), SeedAAD(player.ID, 0)), fairness.NewClientSeed(), now,
		next.Hash(), p.vault.Seal([]byte(next.Reveal()), SeedAAD(player.ID, 1)))
	if err != nil {
		return false, err
	}
	if _, err = tx.Exec(ctx, `INSERT INTO seats (player_id) VALUES ($1)`, player.ID); err != nil {
		return false, err
	}
	err = wallet.Tell(ctx, tx, wallet.Event{Operator: player.OperatorID, Player: player.ID, Type: wallet.PlayerCreated, At: now,
		Data: map[string]any{"playerId": player.ID, "externalId": player.ExternalID, "currency": player.Currency.Code(), "jurisdiction": player.Jurisdiction}})
	return err == nil, err
}

// update writes what the spec says otherwise. The seat's version goes on, so that no node plays on with what it remembers.
func (p *Players) update(ctx context.Context, tx pgx.Tx, player Player, spec PlayerSpec) (Player, error) {
	changed := player
	for _, field := range []struct {
		have  *string
		given string
	}{{&changed.Username, spec.Username}, {&changed.Jurisdiction, spec.Jurisdiction}, {&changed.Locale, spec.Locale}} {
		if field.given != "" {
			*field.have = field.given
		}
	}
	if changed == player {
		return player, nil
	}
	_, err := tx.Exec(ctx, `UPDATE players SET username = $2, jurisdiction = $3, locale = $4 WHERE id = $1`,
		player.ID, changed.Username, changed.Jurisdiction, changed.Locale)
	if err == nil {
		_, err = tx.Exec(ctx, `UPDATE seats SET version = version + 1 WHERE player_id = $1`, player.ID)
	}
	return changed, err
}

// ByID returns an operator's player, or PlayerNotFound.
func (p *Players) ByID(ctx context.Context, operatorID, playerID uuid.UUID) (Player, error) {
	return scanPlayer(p.db.QueryRow(ctx, selectPlayer+`WHERE operator_id = $1 AND id = $2`, operatorID, playerID))
}

// ByExternalID returns an operator's player by the operator's own id, or PlayerNotFound.
func (p *Players) ByExternalID(ctx context.Context, operatorID uuid.UUID, externalID string) (Player, error) {
	if !printable(externalID) { // the database refuses some such text
		return Player{}, playerNotFound()
	}
	return playerByExternalID(ctx, p.db, operatorID, externalID)
}

// rowQuerier is a pool or a transaction.
type rowQuerier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func playerByExternalID(ctx context.Context, db rowQuerier, operatorID uuid.UUID, externalID string) (Player, error) {
	return scanPlayer(db.QueryRow(ctx, selectPlayer+`WHERE operator_id = $1 AND external_id = $2`, operatorID, externalID))
}

const selectPlayer = `SELECT id, operator_id, external_id, username, currency, jurisdiction, locale, status FROM players `

// scanPlayer reads a row of selectPlayer, and what more it has into more.
func scanPlayer(row pgx.Row, more ...any) (Player, error) {
	var p Player
	var currency string
	own := []any{&p.ID, &p.OperatorID, &p.ExternalID, &p.Username, &currency, &p.Jurisdiction, &p.Locale, &p.Status}
	err := row.Scan(append(own, more...)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return Player{}, playerNotFound()
	}
	if err == nil {
		p.Currency, err = money.LookupCurrency(currency)
	}
	if err != nil {
		return Player{}, fmt.Errorf("read a player: %w", err)
	}
	return p, nil
}

func playerNotFound() *Error { return Errorf(PlayerNotFound, "player not found") }

// validate returns the currency. Fields are named as in POST /auth/sso/create-token.
func (s PlayerSpec) validate() (money.Currency, error) {
	for _, f := range []struct {
		name, value string
		min, max    int
	}{
		{"playerId", s.ExternalID, 1, 128},
		{"username", s.Username, 0, 128},
		{"jurisdiction", s.Jurisdiction, 0, 64},
		{"locale", s.Locale, 0, 64},
	} {
		n := utf8.RuneCountInString(f.value)
		if n < f.min || n > f.max {
			return money.Currency{}, FieldError(InvalidRequest, f.name, fmt.Sprintf("must have %d–%d characters, has %d", f.min, f.max, n))
		}
		if !printable(f.value) {
			return money.Currency{}, FieldError(InvalidRequest, f.name, "must be printable characters only")
		}
	}
	currency, err := money.LookupCurrency(s.Currency)
	if err != nil {
		return money.Currency{}, FieldError(InvalidCurrency, "currency", err.Error())
	}
	return currency, nil
}

// printable says whether a text is valid UTF-8 without control or invisible characters; the only white space is U+0020.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
