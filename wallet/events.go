package wallet

import (
	"context"
	"encoding/json"
	"fmt"
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

// Event is something that an operator is told of.
type Event struct {
	Operator uuid.UUID
	Player   uuid.UUID // uuid.Nil: it is of no one player
	Type     EventType
	Data     any // marshals to a JSON object; money in it is an exact number, times are RFC 3339 in UTC
	At       time.Time
}

// Tell writes an event in the transaction of what it tells of: the operator is told when, and only if, tx commits.
func Tell(ctx context.Context, tx pgx.Tx, e Event) error {
	data, err := json.Marshal(e.Data)
	if err != nil {
		return fmt.Errorf("event %s: %w", e.Type, err)
	}
	var player *uuid.UUID
	if e.Player != uuid.Nil {
		player = &e.Player
	}
	_, err = tx.Exec(ctx, `INSERT INTO events (id, operator_id, player_id, type, data, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		uuid.Must(uuid.NewV7()), e.Operator, player, e.Type, data, e.At)
	if err != nil {
		return fmt.Errorf("event %s: %w", e.Type, err)
	}
	return nil
}
