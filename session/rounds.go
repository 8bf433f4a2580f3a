package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet"
	"croupier/wallet/money"
)

// A server seed is in a record only once it is revealed: seed_pairs.server_seed is NULL until then.
const roundsSQL = `
	SELECT r.id, r.player_id, r.seed_seq, r.steps, r.game_id, b.variant, b.rules_hash, r.status, r.stake, r.payout, p.currency,
		s.server_seed_hash, coalesce(s.server_seed, ''), s.client_seed, r.nonce, r.forced
	FROM rounds r
	JOIN players p ON p.id = r.player_id
	JOIN builds b ON b.id = r.build_id
	JOIN seed_pairs s ON s.player_id = r.player_id AND s.seq = r.seed_seq
	WHERE `

const actionsSQL = `SELECT round_id, step, request_id, type, request, answer, stake, payout, balance, at FROM actions
	WHERE player_id = $1 AND round_id = ANY($2) ORDER BY round_id, step`

// Round returns the record of a round of the operator's, or of one player's only, with a receipt. Returns NotFound.
func (f *Floor) Round(ctx context.Context, operator uuid.UUID, player *uuid.UUID, id uuid.UUID) (games.Record, error) {
	record, err := f.readRound(ctx, operator, player, id)
	if err != nil || len(record.Actions) == 0 {
		return record, err
	}
	receipt, err := f.receiptAgain(ctx, &record, len(record.Actions)-1)
	if receipt.Size > 0 {
		record.Receipt = &receipt
	}
	return record, err
}

func (f *Floor) readRound(ctx context.Context, operator uuid.UUID, player *uuid.UUID, id uuid.UUID) (games.Record, error) {
	found, err := f.records(ctx, roundsSQL+`r.operator_id = $1 AND r.id = $2 AND ($3::uuid IS NULL OR r.player_id = $3)`, operator, id, player)
	if err != nil {
		return games.Record{}, fmt.Errorf("round %s: %w", id, err)
	}
	if len(found) == 0 {
		return games.Record{}, Errorf(NotFound, "Round not found")
	}
	return found[0].record, nil
}

// RoundQuery asks for a player's rounds, newest first.
type RoundQuery struct {
	Operator uuid.UUID
	Player   uuid.UUID
	GameID   string       // "": of all games
	Status   games.Status // "": of any
	From, To time.Time    // opened at From or later, and before To; zero: no bound
	Cursor   string       // "": from the newest
	Limit    int          // 1 to MaxRounds
}

// MaxRounds is the most rounds of one page.
const MaxRounds = 100

// ListRounds returns the rounds before the cursor and the cursor of the next page, "" if there is none.
// Returns InvalidRequest for a cursor that it did not make.
func (f *Floor) ListRounds(ctx context.Context, q RoundQuery) (page []games.Record, next string, err error) {
	seq, nonce := int64(1<<31-1), int64(1<<62)
	if q.Cursor != "" {
		if seq, nonce, err = parseRoundCursor(q.Cursor); err != nil {
			return nil, "", err
		}
	}
	limit := max(1, min(q.Limit, MaxRounds))
	found, err := f.records(ctx, roundsSQL+`r.player_id = $1 AND r.operator_id = $2 AND ($3 = '' OR r.game_id = $3)
		AND (r.seed_seq, r.nonce) < ($4, $5) AND ($7 = '' OR r.status = $7)
		AND ($8::timestamptz IS NULL OR r.opened_at >= $8) AND ($9::timestamptz IS NULL OR r.opened_at < $9)
		ORDER BY r.seed_seq DESC, r.nonce DESC LIMIT $6`,
		q.Player, q.Operator, q.GameID, seq, nonce, limit+1, q.Status, bound(q.From), bound(q.To))
	if err != nil {
		return nil, "", fmt.Errorf("rounds of player %s: %w", q.Player, err)
	}
	if len(found) > limit {
		found = found[:limit]
		last := found[limit-1]
		next = fmt.Sprintf("%d-%d", last.seq, last.record.Nonce)
	}
	page = make([]games.Record, 0, len(found))
	for _, one := range found {
		page = append(page, one.record)
	}
	return page, next, nil
}

// bound is a time as the query takes it, nil for none.
func bound(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func parseRoundCursor(cursor string) (seq, nonce int64, err error) {
	left, right, ok := strings.Cut(cursor, "-")
	seq, err1 := strconv.ParseInt(left, 10, 32)
	nonce, err2 := strconv.ParseInt(right, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return 0, 0, FieldError(InvalidRequest, "cursor", "must be one that an earlier page gave")
	}
	return seq, nonce, nil
}

// foundRound is a record with its place in the database.
type foundRound struct {
	record games.Record
	id     uuid.UUID
	player uuid.UUID
	seq    int32
	steps  int // an action that is not among them was played since the round was read
}

func (f *Floor) records(ctx context.Context, sql string, args ...any) ([]*foundRound, error) {
	rows, err := f.db.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, scanRound)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	byID := map[uuid.UUID]*foundRound{}
	for _, one := range found {
		byID[one.id] = one
	}
	if rows, err = f.actionsOf(ctx, found); err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := scanAction(rows, byID); err != nil {
			return nil, err
		}
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for _, one := range found {
		if one.record.ServerSeed != "" { // a seed that is out cannot be played again
			return found, f.confirm(ctx)
		}
	}
	return found, nil
}

func scanRound(row pgx.CollectableRow) (*foundRound, error) {
	one := &foundRound{}
	r := &one.record
	r.Actions = []games.RecordedAction{}
	var stake, payout pgtype.Numeric
	var nonce int64
	var forced []byte
	err := row.Scan(&one.id, &one.player, &one.seq, &one.steps, &r.GameID, &r.Variant, &r.RulesHash, &r.Status, &stake, &payout, &r.Currency,
		&r.ServerSeedHash, &r.ServerSeed, &r.ClientSeed, &nonce, &forced)
	if err != nil {
		return nil, err
	}
	r.RoundID, r.Nonce = one.id.String(), uint64(nonce)
	if forced != nil {
		r.Forced = fairness.Script{} // all that is told of an open round: the script is what is hidden in it
	}
	if forced != nil && r.Status != games.InProgress {
		if err := json.Unmarshal(forced, &r.Forced); err != nil {
			return nil, fmt.Errorf("forced outcome: %w", err)
		}
	}
	return one, numbers(r.Currency, []pgtype.Numeric{stake, payout}, &r.Stake, &r.Payout)
}

func scanAction(row pgx.Row, rounds map[uuid.UUID]*foundRound) error {
	var round uuid.UUID
	var a games.RecordedAction
	var request, answer []byte
	var stake, payout, balance pgtype.Numeric
	if err := row.Scan(&round, &a.Step, &a.RequestID, &a.Type, &request, &answer, &stake, &payout, &balance, &a.At); err != nil {
		return err
	}
	one := rounds[round]
	if one == nil {
		return errors.New("an action of another round")
	}
	if one.record.Status == games.InProgress && a.Step >= one.steps { // played since the round was read
		return nil
	}
	a.Payload, a.At = request, a.At.UTC()
	if err := outcomeOf(answer, &a); err != nil {
		return err
	}
	err := numbers(one.record.Currency, []pgtype.Numeric{stake, payout, balance}, &a.Stake, &a.Payout, &a.Balance)
	one.record.Actions = append(one.record.Actions, a)
	return err
}

// outcomeOf takes the outcome of an action from the answer that the player was given: it is stored once, as it was told.
func outcomeOf(answer []byte, a *games.RecordedAction) error {
	var told struct {
		Outcome json.RawMessage `json:"outcome"`
	}
	if err := json.Unmarshal(answer, &told); err != nil {
		return fmt.Errorf("stored answer: %w", err)
	}
	a.Outcome = told.Outcome
	return nil
}

func numbers(currency string, stored []pgtype.Numeric, into ...*money.Number) error {
	c, err := money.LookupCurrency(currency)
	if err != nil {
		return err
	}
	for i, n := range stored {
		a, err := wallet.FromNumeric(c, n)
		if err != nil {
			return err
		}
		*into[i] = a.Number()
	}
	return nil
}
