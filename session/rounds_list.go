package session

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/games"
)

// roundsScanned is how many rounds one page of a house's rounds looks at, at most. A filter that few rounds pass makes pages short, not slow.
const roundsScanned = 20_000

// HouseRoundQuery asks for an operator's rounds over all of its players, newest first.
type HouseRoundQuery struct {
	Operator  uuid.UUID
	GameID    string       // "": of all games
	Status    games.Status // "": of any
	From, To  time.Time    // opened at From or later, and before To; zero: no bound
	Forced    *bool        // nil: of both kinds
	MinPayout string       // a decimal, in each round's own currency; "": any
	Cursor    string       // "": from the newest
	Limit     int          // 1 to MaxRounds
}

// HouseRound is a round with whose it is.
type HouseRound struct {
	Record   games.Record
	PlayerID uuid.UUID
}

// houseRoundsSQL looks at the next rounds by their ids, which are in the order of time, and gives the ids of those that pass. The last row is of the
// last round that was looked at, for the cursor, if there may be more.
const houseRoundsSQL = `
	WITH seen AS MATERIALIZED (
		SELECT id, game_id, status, forced IS NOT NULL AS forced, payout, opened_at FROM rounds
		WHERE operator_id = $1 AND id < $2 AND ($3::timestamptz IS NULL OR id >= uuid_floor($3 - $10::interval))
			AND ($4::timestamptz IS NULL OR id < uuid_floor($4 + $10::interval))
		ORDER BY id DESC LIMIT $11
	), passed AS (
		SELECT id FROM seen WHERE ($5 = '' OR game_id = $5) AND ($6 = '' OR status = $6) AND ($7::bool IS NULL OR forced = $7)
			AND ($8::numeric IS NULL OR payout >= $8) AND ($3 IS NULL OR opened_at >= $3) AND ($4 IS NULL OR opened_at < $4)
		ORDER BY id DESC LIMIT $9
	)
	SELECT id, true FROM passed
	UNION ALL (SELECT id, false FROM seen WHERE (SELECT count(*) FROM seen) = $11 ORDER BY id LIMIT 1)`

// idSlack is by how much more than their time ids of rounds are looked for: an id is made a moment before, by the same clock.
const idSlack = time.Hour

// HouseRounds returns an operator's rounds and the cursor of the next page, "" if there is none. A page may have fewer rounds than were asked for,
// even none, and a next one all the same. Returns InvalidRequest for a cursor that it did not make.
func (f *Floor) HouseRounds(ctx context.Context, q HouseRoundQuery) (page []HouseRound, next string, err error) {
	cursor := uuid.Max
	if q.Cursor != "" {
		if cursor, err = uuid.Parse(q.Cursor); err != nil || len(q.Cursor) != len(uuid.Nil.String()) {
			return nil, "", FieldError(InvalidRequest, "cursor", "must be one that an earlier page gave")
		}
	}
	limit := max(1, min(q.Limit, MaxRounds))
	var least *string
	if q.MinPayout != "" {
		least = &q.MinPayout
	}
	rows, err := f.db.Query(ctx, houseRoundsSQL, q.Operator, cursor, bound(q.From), bound(q.To), q.GameID, string(q.Status), q.Forced, least, limit+1,
		idSlack, roundsScanned)
	if err != nil {
		return nil, "", fmt.Errorf("rounds of operator %s: %w", q.Operator, err)
	}
	defer rows.Close()
	var ids []uuid.UUID
	for rows.Next() {
		var id uuid.UUID
		var passed bool
		if err := rows.Scan(&id, &passed); err != nil {
			return nil, "", fmt.Errorf("rounds of operator %s: %w", q.Operator, err)
		}
		if passed {
			ids = append(ids, id)
		} else {
			next = id.String()
		}
	}
	if err := rows.Err(); err != nil {
		return nil, "", fmt.Errorf("rounds of operator %s: %w", q.Operator, err)
	}
	if len(ids) > limit {
		ids = ids[:limit]
		next = ids[limit-1].String()
	}
	page, err = f.houseRecords(ctx, q.Operator, ids)
	return page, next, err
}

// houseRecords reads the records of rounds, newest first.
func (f *Floor) houseRecords(ctx context.Context, operator uuid.UUID, ids []uuid.UUID) ([]HouseRound, error) {
	page := make([]HouseRound, 0, len(ids))
	if len(ids) == 0 {
		return page, nil
	}
	found, err := f.records(ctx, roundsSQL+`r.operator_id = $1 AND r.id = ANY($2) ORDER BY r.id DESC`, operator, ids)
	if err != nil {
		return nil, fmt.Errorf("rounds of operator %s: %w", operator, err)
	}
	for _, one := range found {
		page = append(page, HouseRound{Record: one.record, PlayerID: one.player})
	}
	return page, nil
}

// actionsOf reads the actions of rounds, which may be of many players, in their order.
func (f *Floor) actionsOf(ctx context.Context, rounds []*foundRound) (pgx.Rows, error) {
	players, ids := make([]uuid.UUID, len(rounds)), make([]uuid.UUID, len(rounds))
	one := true
	for i, r := range rounds {
		players[i], ids[i] = r.player, r.id
		one = one && r.player == rounds[0].player
	}
	if one {
		return f.db.Query(ctx, actionsSQL, players[0], ids)
	}
	const sql = `SELECT a.round_id, a.step, a.request_id, a.type, a.request, a.answer, a.stake, a.payout, a.balance, a.at
		FROM unnest($1::uuid[], $2::uuid[]) AS w (player_id, round_id)
		CROSS JOIN LATERAL (SELECT * FROM actions x WHERE x.player_id = w.player_id AND x.round_id = w.round_id OFFSET 0) a
		ORDER BY a.round_id, a.step`
	return f.db.Query(ctx, sql, players, ids)
}
