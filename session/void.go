package session

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/games"
	"croupier/wallet/money"
)

// voidRequestID is the request id of the action that voids a round. Its session is the round's own id, as that of an expiry: a round is
// voided at most once, and no player can take the id.
const voidRequestID = "void"

// Voided is a round that was voided: ended by the operator, with all that was staked in it returned to the player.
type Voided struct {
	RoundID  uuid.UUID    `json:"roundId"`
	PlayerID uuid.UUID    `json:"playerId"`
	GameID   string       `json:"gameId"`
	Status   games.Status `json:"status"`
	Reason   string       `json:"reason"`
	By       string       `json:"by"`
	Refund   money.Amount `json:"refund"`
	Balance  money.Amount `json:"balance"` // the player's, after it
	Currency string       `json:"currency"`
	At       time.Time    `json:"at"`
}

// Void ends an open round of the operator's and returns its stake, and tells its player. The same reason again, from whomever, is
// answered as the first time and changes nothing. It asks neither the rules nor the round's state, so that a round can be voided that
// cannot be gone on with. Returns NotFound; InvalidRequest for a reason that cannot be shown; Conflict for a round that is settled
// already, which stays as it is, and for one that was voided for another reason; and Busy. Any other error leaves open what became of the
// round: ask again.
func (f *Floor) Void(ctx context.Context, operator, round uuid.UUID, why games.Voiding) (Voided, error) {
	var wrong *games.FieldError
	payload, err := why.Payload()
	if errors.As(err, &wrong) {
		return Voided{}, FieldError(InvalidRequest, wrong.Field, wrong.Reason)
	} else if err != nil {
		return Voided{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	done, err := f.void(ctx, voiding{operator: operator, round: round, why: why, payload: payload})
	if err == nil {
		err = f.confirm(ctx)
	}
	if err != nil {
		return Voided{}, fmt.Errorf("void: %w", err)
	}
	if err := f.announceExpired(ctx, done.PlayerID, done.GameID); err != nil {
		f.log.Warn("a voided round is not announced; its player is told later", "round_id", round, "player", done.PlayerID, "error", err)
	}
	return done, nil
}

// OperatorOf returns whose round it is. Returns NotFound.
func (f *Floor) OperatorOf(ctx context.Context, round uuid.UUID) (operator uuid.UUID, err error) {
	const sql = `SELECT o.id FROM operators o JOIN rounds r ON r.operator_id = o.id AND r.id = $1`
	err = f.db.QueryRow(ctx, sql, round).Scan(&operator)
	if errors.Is(err, pgx.ErrNoRows) {
		return operator, Errorf(NotFound, "Round not found")
	}
	return operator, err
}

// voiding is what Void is asked for.
type voiding struct {
	operator, round uuid.UUID
	why             games.Voiding
	payload         json.RawMessage
}

// void tries until the round is voided, by this call or another one, or is found to be over.
func (f *Floor) void(ctx context.Context, v voiding) (Voided, error) {
	var cause error
	for range maxAttempts {
		found, done, err := f.findToVoid(ctx, v)
		if err != nil || done != nil {
			return deref(done), err
		}
		told, err := f.tryToVoid(ctx, v, found)
		switch told {
		case failed:
			return Voided{}, err
		case later:
			return Voided{}, errors.Join(busy(), err)
		case unknown:
			cause = err
			pause(ctx, retryPause)
		}
	}
	if cause != nil { // the last word on it is that nobody knows
		return Voided{}, cause
	}
	return Voided{}, busy() // somebody changes the player all the time
}

func deref(done *Voided) Voided {
	if done == nil {
		return Voided{}
	}
	return *done
}

// toVoid is a round that is open and may be voided.
type toVoid struct {
	player uuid.UUID
	game   string
}

// findToVoid looks the round up: it is to be voided, or was, or cannot be.
func (f *Floor) findToVoid(ctx context.Context, v voiding) (open toVoid, done *Voided, err error) {
	const sql = `
		SELECT r.player_id, r.game_id, r.status, a.answer, a.at
		FROM rounds r LEFT JOIN actions a ON a.player_id = r.player_id AND a.session_id = r.id AND a.request_id = $3
		WHERE r.operator_id = $1 AND r.id = $2`
	var status games.Status
	var answer []byte
	var at *time.Time
	err = f.db.QueryRow(ctx, sql, v.operator, v.round, voidRequestID).Scan(&open.player, &open.game, &status, &answer, &at)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return open, nil, Errorf(NotFound, "Round not found")
	case err != nil:
		return open, nil, err
	case answer != nil:
		done, err = readVoided(answer, *at)
		if err != nil {
			return open, nil, err
		}
		done.PlayerID, done.GameID = open.player, open.game
		if done.Reason != v.why.Reason {
			return open, nil, &Error{Code: Conflict, Message: "The round was voided already, for another reason",
				Details: map[string]any{"reason": done.Reason}}
		}
		return open, done, nil
	case status != games.InProgress:
		return open, nil, &Error{Code: Conflict, Details: map[string]any{"status": status}, Message: "The round is settled, and what is settled " +
			"stays: correct it with a deposit or a withdrawal of the player's, whose transactionId leads to the reason"}
	}
	return open, nil, nil
}

// readVoided reads what the player was told of a voided round.
func readVoided(answer []byte, at time.Time) (*Voided, error) {
	var told struct {
		RoundID    uuid.UUID
		Status     games.Status
		Reason, By string
		Refund     money.Number
		Balance    struct {
			After    money.Number
			Currency string
		}
	}
	if err := json.Unmarshal(answer, &told); err != nil {
		return nil, fmt.Errorf("stored answer: %w", err)
	}
	currency, err := money.LookupCurrency(told.Balance.Currency)
	if err != nil {
		return nil, err
	}
	v := &Voided{RoundID: told.RoundID, Status: told.Status, Reason: told.Reason, By: told.By, Currency: told.Balance.Currency, At: at.UTC()}
	if v.Refund, err = stored(currency, string(told.Refund)); err != nil {
		return nil, err
	}
	v.Balance, err = stored(currency, string(told.Balance.After))
	return v, err
}

// tryToVoid voids a round from where its player is now, in the player's turn. Whatever it returns but failed and later: look again.
func (f *Floor) tryToVoid(ctx context.Context, v voiding, open toVoid) (verdict, error) {
	// That it is to be told is noted before: so no round ends without it. The note says nothing until the action is there.
	const note = `INSERT INTO expiries (player_id, round_id, game_id) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	if _, err := f.db.Exec(ctx, note, open.player, v.round, open.game); err != nil {
		return later, err
	}
	seat := f.seatFor(open.player)
	if err := seat.take(ctx); err != nil {
		return later, err
	}
	defer seat.give()
	seat.forget()
	at, _, err := seat.known(ctx)
	if err != nil {
		if out := f.db.Ping(ctx); out != nil {
			return later, out
		}
		return failed, err
	}
	r := at.open[open.game]
	if r == nil || r.id != v.round {
		return gone, nil
	}
	m, err := f.voidMove(at, r, v)
	if err != nil {
		return failed, err
	}
	return f.settleEnd(ctx, seat, at, m)
}

// voidMove computes what voiding a round changes.
func (f *Floor) voidMove(at *position, o *openRound, v voiding) (*move, error) {
	result, err := games.Void(o.round)
	if err != nil {
		return nil, err
	}
	// What is damaged, or of rules that this server does not have, is neither played on nor written: anything may stand in its place.
	whole := *o
	whole.build, whole.state = cmp.Or(o.build, &build{}), json.RawMessage(`{}`)
	m, _, err := f.makeMove(at, voidRequest, step{of: &whole, result: result, at: f.now()})
	if err != nil {
		return nil, err
	}
	m.session, m.requestID, m.kind, m.request = o.id, voidRequestID, voidRequest, v.payload
	m.answer = roundVoided(m, at, result, v.why)
	return m, nil
}
