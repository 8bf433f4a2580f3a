package session

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/games"
)

// expired tells all nodes that a round was ended by another than its player.
type expired struct {
	Player uuid.UUID `json:"player"`
	Game   string    `json:"game"`
}

// announceTimeout bounds telling the nodes of an ended round. It is less than a server takes to stop.
const announceTimeout = 5 * time.Second

// announceExpired tells all nodes of a player's ended round, also when the run is over: the round is ended.
func (f *Floor) announceExpired(run context.Context, player uuid.UUID, game string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(run), announceTimeout)
	defer cancel()
	payload, err := json.Marshal(expired{Player: player, Game: game})
	if err != nil {
		return err
	}
	_, err = f.db.Exec(ctx, `SELECT pg_notify($1, $2)`, expiredChannel, string(payload))
	return err
}

func (f *Floor) roundExpired(payload string) error {
	var e expired
	if err := json.Unmarshal([]byte(payload), &e); err != nil {
		return err
	}
	for _, v := range f.visitsOf(e.Player) {
		v.seat.moved.Store(true)
		if v.game.ID == e.Game {
			v.notify(Event{Expired: true})
		}
	}
	return nil
}

// lookForExpired makes up for news of ended rounds that was missed.
func (f *Floor) lookForExpired(ctx context.Context, visits []*Visit) error {
	players, games := make([]uuid.UUID, len(visits)), make([]string, len(visits))
	for i, v := range visits {
		players[i], games[i] = v.seat.player, v.game.ID
	}
	rows, err := f.db.Query(ctx, `
		SELECT v.n FROM unnest($1::uuid[], $2::text[]) WITH ORDINALITY AS v (player_id, game_id, n)
		WHERE EXISTS (SELECT FROM expiries e WHERE e.player_id = v.player_id AND e.game_id = v.game_id AND e.told_at IS NULL)`, players, games)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	if err != nil {
		return err
	}
	for _, n := range found {
		visits[n-1].notify(Event{Expired: true})
	}
	return nil
}

// Expired is a round that was ended by another than its player: by the server, because nobody finished it, or by the operator.
type Expired struct {
	Round   uuid.UUID
	Voided  bool            // by the operator
	Payload json.RawMessage // of its round_expired, or its round_voided
	Receipt games.Receipt   // of its whole record; zero where none are given
}

// Untold returns the rounds of the visit's game that were ended so and whose player was not told yet, oldest first. It waits no longer
// than a request does.
func (v *Visit) Untold(ctx context.Context) ([]Expired, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	const sql = `
		SELECT e.round_id, a.type = 'void', a.answer, a.step, p.operator_id
		FROM expiries e JOIN players p ON p.id = e.player_id
		JOIN actions a ON a.player_id = e.player_id AND a.session_id = e.round_id AND a.request_id IN ($3, $4)
		WHERE e.player_id = $1 AND e.game_id = $2 AND e.told_at IS NULL ORDER BY e.round_id`
	rows, err := v.seat.floor.db.Query(ctx, sql, v.seat.player, v.game.ID, expiryRequestID, voidRequestID)
	if err != nil {
		return nil, fmt.Errorf("expired rounds of player %s: %w", v.seat.player, err)
	}
	var operator uuid.UUID
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e Expired, err error) {
		var answer []byte
		err = row.Scan(&e.Round, &e.Voided, &answer, &e.Receipt.Step, &operator)
		if err == nil {
			e.Payload = named(v.alias, answer)
		}
		return e, err
	})
	if err != nil {
		return nil, fmt.Errorf("expired rounds of player %s: %w", v.seat.player, err)
	}
	if len(list) > 0 {
		err = v.seat.floor.confirm(ctx)
	}
	for i := 0; i < len(list) && err == nil; i++ {
		e := &list[i]
		e.Receipt, err = v.seat.floor.receiptOf(ctx, operator, v.seat.player, e.Round, e.Receipt.Step)
	}
	return list, err
}

// named puts the game, as the client calls it, before the other members of a recorded answer.
func named(game string, answer []byte) json.RawMessage {
	b := append(make([]byte, 0, len(answer)+len(game)+16), `{"gameId":`...)
	b = append(appendQuoted(b, game), ',')
	return append(b, answer[1:]...)
}

// Told marks that the round_expired or round_voided of the round was sent on a connection. The first time counts. It waits no longer than a request does.
func (v *Visit) Told(ctx context.Context, round uuid.UUID) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	const sql = `UPDATE expiries SET told_at = $3 WHERE player_id = $1 AND round_id = $2 AND told_at IS NULL`
	if _, err := v.seat.floor.db.Exec(ctx, sql, v.seat.player, round, v.seat.floor.now()); err != nil {
		return fmt.Errorf("mark round %s as told: %w", round, err)
	}
	return nil
}
