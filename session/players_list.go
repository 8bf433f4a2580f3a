package session

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"croupier/wallet"
	"croupier/wallet/money"
)

// MaxPlayers is the most players of one page.
const MaxPlayers = 200

// PlayerQuery asks for an operator's players, newest first.
type PlayerQuery struct {
	Operator uuid.UUID
	Status   string    // "": of any
	Currency string    // "": of any
	Prefix   string    // that the operator's own ids begin with; "": any
	From, To time.Time // made at From or later, and before To; zero: no bound
	Cursor   uuid.UUID // the last player of the page before; zero: from the newest
	Limit    int       // 1 to MaxPlayers
}

// ListedPlayer is a player with what it has.
type ListedPlayer struct {
	Player
	CreatedAt time.Time
	Balance   money.Amount // free to stake or withdraw
	Escrow    money.Amount // at stake in open rounds
}

// PlayerDetails is what there is to know of a player.
type PlayerDetails struct {
	ListedPlayer
	Rounds     int64      // that were ever opened
	OpenRounds int64      // in progress
	LastSeen   *time.Time // when the last session began; nil: never
}

const listedColumns = `id, operator_id, external_id, username, currency, jurisdiction, locale, status, created_at, s.balance, s.escrow`

// scanListed reads listedColumns, and what more the row has into more.
func scanListed(row pgx.Row, more ...any) (p ListedPlayer, err error) {
	var balance, escrow pgtype.Numeric
	if p.Player, err = scanPlayer(row, append([]any{&p.CreatedAt, &balance, &escrow}, more...)...); err != nil {
		return p, err
	}
	p.CreatedAt = p.CreatedAt.UTC()
	if p.Balance, err = wallet.FromNumeric(p.Currency, balance); err != nil {
		return p, err
	}
	p.Escrow, err = wallet.FromNumeric(p.Currency, escrow)
	return p, err
}

// List returns an operator's players and the cursor of the next page, the zero UUID if there is none.
func (p *Players) List(ctx context.Context, q PlayerQuery) (page []ListedPlayer, next uuid.UUID, err error) {
	if q.Cursor == (uuid.UUID{}) {
		q.Cursor = uuid.Max
	}
	if !printable(q.Prefix) { // no player has such an id, and the database refuses some such text
		return nil, next, nil
	}
	limit := max(1, min(q.Limit, MaxPlayers))
	const sql = `SELECT ` + listedColumns + ` FROM players JOIN seats s ON s.player_id = id
		WHERE operator_id = $1 AND id < $2 AND ($4 = '' OR status = $4) AND ($5 = '' OR currency = $5) AND starts_with(external_id, $6)
			AND ($7::timestamptz IS NULL OR created_at >= $7) AND ($8::timestamptz IS NULL OR created_at < $8)
		ORDER BY id DESC LIMIT $3`
	rows, err := p.db.Query(ctx, sql, q.Operator, q.Cursor, limit+1, q.Status, q.Currency, q.Prefix, bound(q.From), bound(q.To))
	if err == nil {
		page, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (ListedPlayer, error) { return scanListed(row) })
	}
	if err != nil {
		return nil, next, fmt.Errorf("list players: %w", err)
	}
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].ID
	}
	return page, next, nil
}

// Details returns what there is to know of an operator's player, or PlayerNotFound. Rounds are not counted one by one: each spent a nonce.
func (p *Players) Details(ctx context.Context, operatorID, playerID uuid.UUID) (d PlayerDetails, err error) {
	const sql = `SELECT ` + listedColumns + `,
			s.next_nonce + coalesce((SELECT sum(rounds) FROM seed_pairs sp WHERE sp.player_id = players.id), 0)::bigint,
			(SELECT count(*) FROM rounds r WHERE r.player_id = players.id AND r.status = 'in_progress'),
			(SELECT created_at FROM sessions WHERE sessions.player_id = players.id ORDER BY sessions.id DESC LIMIT 1)
		FROM players JOIN seats s ON s.player_id = id WHERE operator_id = $1 AND id = $2`
	d.ListedPlayer, err = scanListed(p.db.QueryRow(ctx, sql, operatorID, playerID), &d.Rounds, &d.OpenRounds, &d.LastSeen)
	if d.LastSeen != nil {
		seen := d.LastSeen.UTC()
		d.LastSeen = &seen
	}
	return d, err
}
