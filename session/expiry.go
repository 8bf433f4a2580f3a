package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/games"
)

// Expiry says when a round that nobody finishes is ended: so long after its last action.
type Expiry struct {
	After time.Duration            // at least MinExpiry; 0 for the default, 24 h
	In    map[string]time.Duration // by the player's jurisdiction, where it is another; at least MinExpiry each
}

// The times after which rounds are ended. GLI-19 wants no round to be ended sooner than 2 minutes after it was interrupted.
const (
	MinExpiry     = 2 * time.Minute
	defaultExpiry = 24 * time.Hour
)

// expiryRequestID is the request id of the action that ends a round so. Its session is the round's own id: a round ends so at most
// once, and no player can take the id.
const expiryRequestID = "expiry"

// overdueBatch is how many overdue rounds are looked up at once.
const overdueBatch = 100

// overdueRound is a round that nobody finished in time.
type overdueRound struct {
	id, player uuid.UUID
	game       string
	steps      int // so far; one more is a sign of life
	opened     time.Time
}

// overdueSQL finds the next overdue rounds in the order of their opening, and notes that they are to be ended: their players must be
// told. The condition on opened_at is what the index rounds_waiting can answer; the last action decides.
const overdueSQL = `
	WITH due AS (
		SELECT r.id, r.player_id, r.game_id, r.steps, r.opened_at
		FROM rounds r
		JOIN players p ON p.id = r.player_id
		LEFT JOIN unnest($3::text[], $4::timestamptz[]) AS own (jurisdiction, before) ON own.jurisdiction = p.jurisdiction
		WHERE r.status = 'in_progress' AND r.opened_at <= $1 AND (r.opened_at, r.id) > ($5, $6)
			AND coalesce((SELECT a.at FROM actions a WHERE a.player_id = r.player_id AND a.round_id = r.id AND a.step = r.steps - 1), r.opened_at)
				<= coalesce(own.before, $2)
		ORDER BY r.opened_at, r.id LIMIT $7
	), noted AS (
		INSERT INTO expiries (player_id, round_id, game_id) SELECT player_id, id, game_id FROM due ORDER BY player_id, id
		ON CONFLICT DO NOTHING
	)
	SELECT id, player_id, game_id, steps, opened_at FROM due ORDER BY opened_at, id`

// ExpireRounds ends all rounds that are overdue, one after the other, each by its game's rule, and returns how many it ended. Any
// number of nodes may do so at once, and any may be killed while it does: a round is ended once, or its player plays on. A round that
// cannot be ended is logged and left; one that is ended counts also if the nodes cannot be told of it. Returns Busy when play has no
// room for it, or why the database cannot be asked.
func (f *Floor) ExpireRounds(ctx context.Context, limits Expiry) (ended int, err error) {
	var last overdueRound
	quiet := false // after one announcement that failed, the next ones' failures would say the same
	for {
		batch, err := f.overdue(ctx, limits, last)
		if err != nil {
			return ended, fmt.Errorf("find overdue rounds: %w", err)
		}
		for _, o := range batch {
			done, err := f.expire(ctx, o)
			if err != nil {
				return ended, fmt.Errorf("end round %s: %w", o.id, err)
			}
			if !done {
				continue
			}
			ended++
			if err := f.announceExpired(ctx, o.player, o.game); err != nil && !quiet {
				quiet = true
				f.log.Warn("an ended round is not announced; its player is told later", "round_id", o.id, "player", o.player, "error", err)
			}
		}
		if len(batch) < overdueBatch {
			return ended, nil
		}
		last = batch[len(batch)-1]
	}
}

func (f *Floor) overdue(ctx context.Context, limits Expiry, after overdueRound) ([]overdueRound, error) {
	now := f.now()
	others := now.Add(-cmp.Or(limits.After, defaultExpiry))
	latest := others
	var jurisdictions []string
	var own []time.Time
	for name, limit := range limits.In {
		before := now.Add(-limit)
		jurisdictions, own = append(jurisdictions, name), append(own, before)
		if before.After(latest) {
			latest = before
		}
	}
	rows, err := f.db.Query(ctx, overdueSQL, latest, others, jurisdictions, own, after.opened, after.id, overdueBatch)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (o overdueRound, err error) {
		return o, row.Scan(&o.id, &o.player, &o.game, &o.steps, &o.opened)
	})
}

// expire ends an overdue round, unless its player plays on. An error means that no other round could be ended now, either.
func (f *Floor) expire(run context.Context, o overdueRound) (done bool, err error) {
	ctx, cancel := context.WithTimeout(run, requestTimeout)
	defer cancel()
	defer func() {
		if p := recover(); p != nil { // an engine's fault must not keep all other rounds open
			f.notExpired(o, fmt.Errorf("panic: %v\n%s", p, debug.Stack()))
			done, err = false, nil
		}
	}()
	seat := f.seatFor(o.player)
	if err := seat.take(ctx); err != nil {
		return false, run.Err() // none: the player is busy, and so not away
	}
	defer seat.give()
	open := false // something was sent, with no word of what became of it
	for range maxAttempts {
		seat.forget()
		told, err := f.tryToExpire(ctx, seat, o)
		switch told {
		case written:
			return true, nil
		case failed:
			f.notExpired(o, err)
			return false, nil
		case gone:
			return open, nil
		case unknown:
			open = true
			pause(ctx, retryPause)
		case later:
			return false, err
		}
	}
	return false, nil // somebody changes the player all the time: the next run looks again
}

// gone is the verdict on the end of a round that is over already, or that its player plays on.
const gone verdict = 0

// tryToExpire ends a round from where its player is now.
func (f *Floor) tryToExpire(ctx context.Context, seat *Seat, o overdueRound) (verdict, error) {
	at, _, err := seat.known(ctx)
	if err != nil {
		if out := f.db.Ping(ctx); out != nil {
			return later, out
		}
		return failed, err
	}
	r := at.open[o.game]
	if r == nil || r.id != o.id || r.round.Step != o.steps {
		return gone, nil
	}
	m, err := f.expiryMove(at, r)
	if err != nil {
		return failed, err
	}
	return f.settleEnd(ctx, seat, at, m)
}

// settleEnd writes the end of a round that its player did not ask for. The caller has the player's turn.
func (f *Floor) settleEnd(ctx context.Context, seat *Seat, at *position, m *move) (verdict, error) {
	told, err := f.settler.settle(m)
	if told == written {
		seat.moveOn(at, m, nil)
		f.logPlayed(ctx, m)
		if at.wallet != nil {
			f.afterEnd(ctx, at)
		}
		if at.seedsDue(m.at) {
			seat.rotateDue(ctx, at)
		}
	}
	return told, err
}

// expiryMove computes the end of a round by its game's rule.
func (f *Floor) expiryMove(at *position, o *openRound) (*move, error) {
	engine, err := o.engine()
	if err != nil {
		return nil, err
	}
	result, err := games.Expire(engine, o.round, o.state, at.draws(o.nonce, o.forced))
	if err != nil {
		return nil, err
	}
	m, _, err := f.makeMove(at, expiryRequest, step{of: o, result: result, at: f.now()})
	if err != nil {
		return nil, err
	}
	m.session, m.requestID, m.kind, m.request = o.id, expiryRequestID, expiryRequest, []byte(`{}`)
	return m, nil
}

// seatFor returns the player's seat on this node, or one for the caller alone if nobody sits there. Should somebody sit down
// meanwhile, the two are as two nodes are.
func (f *Floor) seatFor(player uuid.UUID) *Seat {
	f.mu.Lock()
	defer f.mu.Unlock()
	if seat := f.seats[player]; seat != nil {
		return seat
	}
	return newSeat(f, player)
}

// notExpired reports a round that cannot be ended: somebody must look at it.
func (f *Floor) notExpired(o overdueRound, cause error) {
	incident := uuid.NewString()
	defer f.tellIncident(incidentData{Kind: "round_stuck", IncidentID: incident, PlayerID: o.player, GameID: o.game,
		Message: "Round " + o.id.String() + " is overdue and cannot be ended: void it, or ask the house"})
	f.log.Error("an overdue round cannot be ended", "incident_id", incident, "round_id", o.id, "player", o.player, "game", o.game,
		"error", cmp.Or(cause, errors.New("the database refuses it")))
}
