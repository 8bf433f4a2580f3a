package wallet

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// EventType names what an operator can be told of by webhooks.
type EventType string

// The types of events.
const (
	RoundCompleted      EventType = "round.completed"
	RoundCancelled      EventType = "round.cancelled"
	JackpotWon          EventType = "round.jackpot_won"
	BetPlaced           EventType = "wallet.bet_placed"
	WinCredited         EventType = "wallet.win_credited"
	WalletRollback      EventType = "wallet.rollback"
	DepositConfirmed    EventType = "wallet.deposit_confirmed"
	WithdrawalCompleted EventType = "wallet.withdrawal_completed"
	WithdrawalFailed    EventType = "wallet.withdrawal_failed"
	PlayerCreated       EventType = "player.created"
	PlayerSuspended     EventType = "player.suspended"
	PlayerSelfExcluded  EventType = "player.self_excluded"
	PlayerLimitReached  EventType = "player.limit_reached"
	Maintenance         EventType = "system.maintenance"
	Incident            EventType = "system.incident"
	GameVersionUpdated  EventType = "system.game_version_updated"
)

// EventTypes are all that an operator can be told of. What is played (the first six) is told by the settler: see session/settle.sql.
func EventTypes() []EventType {
	return []EventType{RoundCompleted, RoundCancelled, JackpotWon, BetPlaced, WinCredited, WalletRollback, DepositConfirmed, WithdrawalCompleted,
		WithdrawalFailed, PlayerCreated, PlayerSuspended, PlayerSelfExcluded, PlayerLimitReached, Maintenance, Incident, GameVersionUpdated}
}

// Event is something that an operator is told of.
type Event struct {
	Operator uuid.UUID // uuid.Nil: it is for all operators
	Player   uuid.UUID // uuid.Nil: it is of no one player
	Type     EventType
	Data     any // marshals to a JSON object; money in it is an exact number, times are RFC 3339 in UTC
	At       time.Time
}

// tellSQL writes an event for each endpoint that wants it, and for none if there is none.
const tellSQL = `
	INSERT INTO webhook_letters (endpoint_id, event_id, type, player_id, data, at, since, next_at)
	SELECT id, $1, $2, $3, $4, $5, $5, $5 FROM webhook_endpoints
	WHERE ($6::uuid IS NULL OR operator_id = $6) AND enabled AND events && ARRAY['*', $2] ORDER BY id`

// Tell writes an event in the transaction of what it tells of: the operator is told when, and only if, tx commits. Of an event of one
// player, the caller has the player's seat locked, or changes nothing that has an order.
func Tell(ctx context.Context, tx pgx.Tx, e Event) error {
	data, err := json.Marshal(e.Data)
	if err != nil {
		return fmt.Errorf("event %s: %w", e.Type, err)
	}
	id := "evt_" + strings.ReplaceAll(uuid.Must(uuid.NewV7()).String(), "-", "")
	if _, err = tx.Exec(ctx, tellSQL, id, e.Type, orNull(e.Player), data, e.At, orNull(e.Operator)); err != nil {
		return fmt.Errorf("event %s: %w", e.Type, err)
	}
	return nil
}

func orNull(id uuid.UUID) *uuid.UUID {
	if id == uuid.Nil {
		return nil
	}
	return &id
}
