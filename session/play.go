package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/games"
)

// requestKind is what a request that takes effect asks for, as its record names it.
type requestKind string

const (
	actionRequest  requestKind = "action"
	cashoutRequest requestKind = "cashout"
	rotateRequest  requestKind = "seed_rotate"
	expiryRequest  requestKind = "expiry" // which nobody sends: the server ends a round that nobody finishes
	voidRequest    requestKind = "void"   // which no player sends: the operator ends a round
)

// Request is one message that may take effect. The same id in the same session takes effect at most once.
type Request struct {
	ID      string          // 1–64 characters, unique in the session
	Payload json.RawMessage // the whole payload object as it came
	Compact bool            // whether the payload is known to be JSON without white space, which is how it is kept
	Action  string          // the name of the action; "" for a cash-out
	Receipt *games.Receipt  // where the result's receipt is put, if it has one; nil: none is wanted
}

// The limits of one request.
const (
	maxAttempts    = 8                // times that a move is computed anew because somebody else moved the player
	requestTimeout = 15 * time.Second // when it must be found out what became of the request
	busyAfter      = 2 * time.Second  // with a database that does not answer, when nothing is under way
	retryPause     = 100 * time.Millisecond
	maxRequestID   = 64
)

// CheckRequestID returns Malformed unless the id has 1 to 64 printable characters.
func CheckRequestID(id string) error {
	n := utf8.RuneCountInString(id)
	if n == 0 || n > maxRequestID || !utf8.ValidString(id) || strings.ContainsFunc(id, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return FieldError(Malformed, "requestId", fmt.Sprintf("must have 1 to %d printable characters", maxRequestID))
	}
	return nil
}

// Act plays one action of the visit's game and returns the payload of its action_result: the same bytes however often it is
// asked for. Any *Error changed nothing, except Internal with the detail "unknown".
func (v *Visit) Act(ctx context.Context, r Request) (json.RawMessage, error) {
	answer, err := v.play(ctx, actionRequest, r)
	if err != nil {
		v.noteLimit(ctx, err)
	}
	return answer, err
}

// CashOut ends the visit's open round with what it is worth and returns the payload of its cashout_result, as Act does.
func (v *Visit) CashOut(ctx context.Context, r Request) (json.RawMessage, error) {
	answer, err := v.play(ctx, cashoutRequest, r)
	if errors.Is(err, &Error{Code: RoundNotFound}) {
		err = v.whyNoRound(ctx, err)
	}
	return answer, err
}

// whyNoRound tells a player who cashes out too late, or twice, that the round is over, and which one it was.
func (v *Visit) whyNoRound(ctx context.Context, notFound error) error {
	var last uuid.UUID
	const sql = `SELECT id FROM rounds WHERE player_id = $1 AND game_id = $2 ORDER BY seed_seq DESC, nonce DESC LIMIT 1`
	err := v.seat.floor.db.QueryRow(ctx, sql, v.seat.player, v.game.ID).Scan(&last)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return notFound
	case err != nil:
		return fmt.Errorf("last round of a player: %w", err)
	}
	return &Error{Code: RoundComplete, Message: "The round is complete already", Details: map[string]any{"roundId": last}}
}

func (v *Visit) play(ctx context.Context, kind requestKind, r Request) (json.RawMessage, error) {
	return v.atTurn(ctx, kind, r, func(at *position, request json.RawMessage) (json.RawMessage, verdict, error) {
		if err := v.startClock(ctx, at); err != nil {
			return nil, later, err
		}
		if at.wallet != nil {
			return v.playSeamless(ctx, at, kind, r, request)
		}
		m, next, err := v.compute(at, kind, r.Action, request)
		if err != nil { // the rules refuse it, or are at fault: trying again would not help either way
			return nil, failed, err
		}
		return v.settle(ctx, at, m, next, r, kind, request)
	})
}

// settle writes a move, and follows it if it was written.
func (v *Visit) settle(ctx context.Context, at *position, m *move, next *openRound, r Request, kind requestKind, request json.RawMessage) (
	json.RawMessage, verdict, error) {
	m.session, m.requestID, m.kind, m.request = v.session, r.ID, kind, request
	if r.Receipt != nil {
		if err := v.seat.floor.recordMove(ctx, at, m, next); err != nil {
			return nil, unreadable(err), err
		}
	}
	told, err := v.seat.floor.settler.settle(m)
	if err == nil && told == written {
		v.seat.moveOn(at, m, next)
		v.seat.floor.logPlayed(ctx, m)
		if r.Receipt != nil {
			*r.Receipt = m.receipt()
		}
		if at.seedsDue(m.at) {
			v.seat.rotateDue(ctx, at)
		}
	}
	return m.answer, told, err
}

// logPlayed leaves a line for every move, for whoever follows a round or a request through the log at level debug.
func (f *Floor) logPlayed(ctx context.Context, m *move) {
	if f.log.Enabled(ctx, slog.LevelDebug) {
		f.log.Debug("played", "round_id", m.round, "request_id", m.requestID, "player", m.player, "game", m.game, "step", m.step,
			"status", m.status, "nonce", m.nonce)
	}
}

// attempt tries to write one effect computed from a position, and returns its answer with what became of it. An *Error is a refusal,
// whatever else is returned; any other error is why it was not written.
type attempt func(at *position, request json.RawMessage) (json.RawMessage, verdict, error)

// atTurn makes one effect of one request: at the player's turn, from what is known, again when somebody else moved the player,
// and never twice. A refusal counts only when it was judged by what the database holds now.
func (v *Visit) atTurn(ctx context.Context, kind requestKind, r Request, try attempt) (json.RawMessage, error) {
	if err := CheckRequestID(r.ID); err != nil {
		return nil, err
	}
	var err error
	if r.Payload, err = r.compacted(); err != nil {
		return nil, err
	}
	start := time.Now()
	end, patience := start.Add(requestTimeout), start.Add(busyAfter)
	if err := v.seat.takeBy(ctx, end); err != nil {
		return nil, err
	}
	defer v.seat.give()
	if kind == rotateRequest { // rare, and not settled in a group that would notice a request that was answered before
		v.seat.forget()
	}
	var cause error
	open := false // something was sent, with no word of what became of it
	inTime := func() bool {
		now := time.Now()
		return ctx.Err() == nil && now.Before(end) && (open || now.Before(patience))
	}
	for moves := 0; moves < maxAttempts && inTime(); {
		answer, told, err := v.once(ctx, end, kind, r, try)
		var refused *Error
		if errors.As(err, &refused) && !(open && leavesOpen(refused.Code)) {
			return nil, err
		}
		if err != nil {
			cause = err
		}
		switch told {
		case written:
			return answer, nil
		case failed:
			return nil, v.incident(r.ID, open, cause)
		case stale:
			moves++
		default:
			open = open || told == unknown
			pause(ctx, retryPause)
		}
		v.seat.forget()
	}
	if open {
		return nil, v.incident(r.ID, open, cause)
	}
	if cause != nil {
		v.seat.floor.log.Warn("request not served", "request_id", r.ID, "player", v.seat.player, "error", cause)
	}
	return nil, busy()
}

// compacted is the payload as it is kept.
func (r Request) compacted() (json.RawMessage, error) {
	if r.Compact {
		return r.Payload, nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, r.Payload); err != nil {
		return nil, FieldError(Malformed, "payload", "must be a JSON object")
	}
	return compact.Bytes(), nil
}

// leavesOpen tells the refusals that say nothing of what was sent before. Any other was judged by a position that what was sent did
// not start from, or does not fit, so that it cannot be written any more; a session can end by the clock alone, while it still can.
func leavesOpen(code Code) bool { return code == Busy || code == SessionExpired }

// once looks at the position and tries the effect. When its session is not known to be good at the position, or the rules refuse
// it, the request's own record is looked up first: an earlier try of it may be what changed the position. The database is waited for
// until end. Most requests are tried without asking it anything, so a context for that, with its timer, is made only where it is asked.
func (v *Visit) once(ctx context.Context, end time.Time, kind requestKind, r Request, try attempt) (json.RawMessage, verdict, error) {
	at, fresh, err := v.seat.knownBy(ctx, end)
	if err != nil {
		return nil, unreadable(err), err
	}
	if !v.seat.floor.now().Before(at.sessions[v.session]) {
		looking, cancel := context.WithDeadline(ctx, end)
		answer, err := v.lookUp(looking, at, kind, r)
		cancel()
		if err != nil {
			return nil, unreadable(err), err
		}
		if answer != nil {
			return answer, written, nil
		}
	}
	answer, told, err := try(at, r.Payload)
	var refusal *Error
	if !fresh && told != final && errors.As(err, &refusal) && refusal.Code != Busy {
		v.seat.forget()
		return v.once(ctx, end, kind, r, try)
	}
	return answer, told, err
}

// unreadable is the verdict on a move that could not be computed, because what it starts from could not be read.
func unreadable(err error) verdict {
	switch {
	case errors.Is(err, errDamaged):
		return failed
	case errors.Is(err, errUnconfirmed):
		return unknown
	}
	return later
}

// lookUp returns the answer that the request was given before, with a receipt if it is of a round, nil if it has not taken effect; the
// session is good at the position then. It returns RequestReused when the id stands for another request, SessionExpired when the visit
// may not go on, and PlayerExcluded when seeds are to be rotated for a player who may not play.
func (v *Visit) lookUp(ctx context.Context, at *position, kind requestKind, r Request) (json.RawMessage, error) {
	const sql = `
		SELECT s.revoked_at IS NULL AND s.expires_at > $4, s.expires_at, a.type, a.request, a.answer, a.round_id, coalesce(a.step, 0)
		FROM sessions s
		LEFT JOIN actions a ON a.player_id = s.player_id AND a.session_id = s.id AND a.request_id = $3
		WHERE s.id = $2 AND s.player_id = $1`
	var valid bool
	var expires time.Time
	var oldKind *requestKind
	var oldRequest, answer []byte
	var round *uuid.UUID
	var step int
	err := v.seat.floor.db.QueryRow(ctx, sql, v.seat.player, v.session, r.ID, v.seat.floor.now()).
		Scan(&valid, &expires, &oldKind, &oldRequest, &answer, &round, &step)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, Errorf(SessionExpired, "Session expired")
	case err != nil:
		return nil, fmt.Errorf("look up request %q: %w", r.ID, err)
	// What took effect is told also when the session has ended since: the player was charged.
	case oldKind != nil && (*oldKind != kind || !bytes.Equal(oldRequest, r.Payload)):
		return nil, Errorf(RequestReused, "requestId was used for another request")
	case oldKind != nil && r.Receipt != nil && round != nil:
		*r.Receipt, err = v.seat.floor.receiptOf(ctx, at.player.OperatorID, v.seat.player, *round, step)
		return answer, errors.Join(err, v.seat.floor.confirm(ctx))
	case oldKind != nil:
		return answer, v.seat.floor.confirm(ctx)
	case !valid:
		return nil, Errorf(SessionExpired, "Session expired")
	case kind == rotateRequest && at.barred(v.seat.floor.now(), nil) != nil:
		return nil, at.barred(v.seat.floor.now(), nil)
	}
	at.sessions[v.session] = expires
	return nil, nil
}

// incident is the answer to what cannot be explained to a player. Only when it is known is the player told that nothing was charged.
func (v *Visit) incident(id string, open bool, cause error) *Error {
	told, kind := uuid.NewString(), "request_failed"
	e := &Error{Code: Internal, Message: "Internal error; nothing was charged", Details: map[string]any{"incidentId": told}}
	if open {
		e.Message, kind = "The outcome is not known yet; send the same requestId again to learn it", "outcome_unknown"
		e.Details["unknown"] = true
	}
	v.seat.floor.log.Error(e.Message, "incident_id", e.Details["incidentId"], "request_id", id, "player", v.seat.player, "game", v.game.ID,
		"error", cause)
	v.seat.floor.tellIncident(incidentData{Kind: kind, IncidentID: told, PlayerID: v.seat.player, GameID: v.game.ID, Message: e.Message})
	return e
}

// pause waits for d, or until the context ends.
func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
