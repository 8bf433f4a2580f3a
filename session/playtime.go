package session

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
	"croupier/wallet/money"
)

// playTime is how long a player has been playing without a break. It is the database's: no reconnect, no other server and no new session
// begins it anew, only a break does.
type playTime struct {
	session    uuid.UUID // that it began in, or that goes on with it
	began      time.Time
	checked    time.Time  // the last reality check that was acknowledged, or began
	checkSent  *time.Time // when the one was sent that waits
	limitSent  *time.Time // when the player was told that the time is nearly over
	limitAcked *time.Time
}

// The types of warnings.
const (
	RealityCheck        = "reality_check" // time and money, to be acknowledged
	SessionLimitWarning = "session_limit" // the time is nearly over
)

// timeRules are what a player's time is bounded by. A zero check or limit is none.
type timeRules struct {
	check, within   time.Duration
	limit, coolDown time.Duration
}

// timeRules are those of the player's jurisdiction and of the player's own limit, whichever is shorter.
func (c *care) timeRules(now time.Time) timeRules {
	r := timeRules{within: c.profile.answerWithin(), coolDown: c.profile.coolDown()}
	if c.profile != nil {
		r.check, r.limit = c.profile.RealityCheck, c.profile.SessionLimit
	}
	for _, l := range c.limits {
		if l.Type != SessionLimit {
			continue
		}
		if minutes, ok := l.at(now); ok {
			if own := time.Duration(minutes.IntPart()) * time.Minute; r.limit == 0 || own < r.limit {
				r.limit = own
			}
		}
	}
	return r
}

func (r timeRules) none() bool { return r.check == 0 && r.limit == 0 }

// ends is when the time to play is over, and when it may begin anew.
func (t *playTime) ends(r timeRules) (over, again time.Time) {
	over = t.began.Add(r.limit)
	return over, over.Add(r.coolDown)
}

// rested says that the player has had the break that a session limit asks for: the time begins anew.
func (t *playTime) rested(r timeRules, now time.Time) bool {
	if r.limit == 0 {
		return false
	}
	_, again := t.ends(r)
	return !now.Before(again)
}

// due is when the next reality check is to be sent.
func (t *playTime) due(r timeRules) time.Time { return t.checked.Add(r.check) }

// warnAt is when the player is to be told that the time is nearly over.
func (t *playTime) warnAt(r timeRules) time.Time {
	over, _ := t.ends(r)
	return over.Add(-min(r.within, r.limit/2))
}

// timeLeft returns SessionLimitReached while the player has to rest, and CheckWaits while a reality check was not acknowledged in time.
func (c *care) timeLeft(now time.Time) error {
	if c.play == nil {
		return nil
	}
	r := c.timeRules(now)
	if r.limit > 0 {
		if over, again := c.play.ends(r); !now.Before(over) && now.Before(again) {
			return &Error{Code: SessionLimitReached, Message: "The session limit is reached",
				Details: map[string]any{"limitMinutes": int64(r.limit / time.Minute), "until": again.UTC()}}
		}
	}
	if r.check > 0 {
		from := c.play.due(r)
		if c.play.checkSent != nil && c.play.checkSent.After(from) {
			from = *c.play.checkSent
		}
		if !now.Before(from.Add(r.within)) {
			return &Error{Code: CheckWaits, Message: "A reality check waits to be acknowledged", Details: map[string]any{"warningType": RealityCheck}}
		}
	}
	return nil
}

// nextNews is when the player is to be told something by the clock, in Unix nanoseconds; 0: never.
func (c *care) nextNews(now time.Time) int64 {
	if c.play == nil {
		return 0
	}
	r := c.timeRules(now)
	next := int64(math.MaxInt64)
	if r.check > 0 && c.play.checkSent == nil {
		next = min(next, c.play.due(r).UnixNano())
	}
	if r.limit > 0 && c.play.limitSent == nil {
		next = min(next, c.play.warnAt(r).UnixNano())
	}
	if next == math.MaxInt64 {
		return 0
	}
	return next
}

// startClock begins the player's time, or begins it anew after a break, where there are rules for it. The caller has the turn.
func (v *Visit) startClock(ctx context.Context, at *position) error {
	if at.care.profile == nil && len(at.care.limits) == 0 {
		return nil
	}
	f, t := v.seat.floor, at.care.play
	now := f.now().UTC().Truncate(time.Microsecond)
	r := at.care.timeRules(now)
	if r.none() || t != nil && t.session == v.session && !t.rested(r, now) {
		return nil
	}
	if t != nil && !t.rested(r, now) && v.goesOn.Load() == t.began.UnixNano() {
		return nil // another session of the same time
	}
	if t != nil && !t.rested(r, now) {
		last, err := f.lastStake(ctx, at.player.ID)
		if err != nil {
			return err
		}
		for _, seen := range []time.Time{t.began, t.checked} {
			if seen.After(last) {
				last = seen
			}
		}
		if now.Before(last.Add(r.coolDown)) {
			v.goesOn.Store(t.began.UnixNano())
			return nil
		}
	}
	const sql = `INSERT INTO play_times (player_id, session_id, began_at, checked_at) VALUES ($1, $2, $3, $3)
		ON CONFLICT (player_id) DO UPDATE SET session_id = excluded.session_id, began_at = excluded.began_at, checked_at = excluded.checked_at,
			check_sent = NULL, limit_sent = NULL, limit_acked = NULL
		WHERE play_times.began_at = $4`
	var was time.Time
	if t != nil {
		was = t.began
	}
	if _, err := f.db.Exec(ctx, sql, at.player.ID, v.session, now, was); err != nil {
		return fmt.Errorf("begin the time of player %s: %w", at.player.ID, err)
	}
	return f.readPlayTime(ctx, at, v.seat)
}

// readPlayTime reads a player's time anew: another node may have been faster.
func (f *Floor) readPlayTime(ctx context.Context, at *position, seat *Seat) error {
	t := &playTime{}
	const sql = `SELECT session_id, began_at, checked_at, check_sent, limit_sent, limit_acked FROM play_times WHERE player_id = $1`
	err := f.db.QueryRow(ctx, sql, at.player.ID).Scan(&t.session, &t.began, &t.checked, &t.checkSent, &t.limitSent, &t.limitAcked)
	if err != nil {
		return fmt.Errorf("time of player %s: %w", at.player.ID, err)
	}
	at.care.play = t
	seat.careAt.Store(at.care.nextNews(f.now()))
	return nil
}

// lastStake is when the player last staked something; the zero time: never.
func (f *Floor) lastStake(ctx context.Context, player uuid.UUID) (at time.Time, err error) {
	rows, err := f.db.Query(ctx, `SELECT at FROM transfers WHERE player_id = $1 AND code = 'stake' ORDER BY id DESC LIMIT 1`, player)
	if err != nil {
		return at, err
	}
	_, err = pgx.ForEachRow(rows, []any{&at}, func() error { return nil })
	return at, err
}

// Warning is the payload of a session_warning.
type Warning struct {
	Type            string       `json:"warningType"`
	SessionDuration int64        `json:"sessionDuration"` // seconds since the time began
	TotalWagered    money.Amount `json:"totalWagered"`    // since then
	NetResult       money.Amount `json:"netResult"`       // what came back, less what was staked
	NextAction      string       `json:"nextAction"`      // "acknowledge", or "stop"
	ExpiresIn       int64        `json:"expiresIn"`       // seconds until no bet is taken any more
}

// CareNews is what a visit's player is to be told, and whether the player may stay.
type CareNews struct {
	Warnings []Warning // oldest first, each once for the visit
	Barred   *Error    // PlayerExcluded: the player may not play; nil otherwise
	Leave    bool      // and there is no open round of the visit's game to finish
}

// CareDue says that Care has something to tell by the clock.
func (v *Visit) CareDue(now time.Time) bool {
	at := v.seat.careAt.Load()
	return at != 0 && now.UnixNano() >= at && v.seat.careAt.CompareAndSwap(at, 0)
}

// Care looks at what protects the player, at the database: it begins the player's time where there are rules for it, sends the warnings that
// are due, and says what this visit was not told yet.
func (v *Visit) Care(ctx context.Context) (CareNews, error) {
	return look(ctx, v, func(at *position) (news CareNews, err error) {
		f := v.seat.floor
		ctx, cancel := context.WithTimeout(ctx, requestTimeout)
		defer cancel()
		now := f.now().UTC().Truncate(time.Microsecond)
		open := at.open[v.game.ID]
		if barred := refusalOf(at.barred(now, open)); barred != nil {
			return CareNews{Barred: barred, Leave: open == nil}, nil
		}
		if err := v.startClock(ctx, at); err != nil {
			return news, err
		}
		if at.care.play == nil {
			return news, nil
		}
		if err := v.sendWarnings(ctx, at, now); err != nil {
			return news, err
		}
		news.Warnings, err = v.untoldWarnings(ctx, at, now)
		return news, err
	})
}

// sendWarnings marks the warnings that are due as sent, and tells the player's other visits of them.
func (v *Visit) sendWarnings(ctx context.Context, at *position, now time.Time) error {
	f, t, r := v.seat.floor, at.care.play, at.care.timeRules(now)
	for _, w := range []struct {
		due  bool
		mark string
	}{
		{r.check > 0 && t.checkSent == nil && !now.Before(t.due(r)), `UPDATE play_times SET check_sent = $3 WHERE player_id = $1 AND began_at = $2 AND check_sent IS NULL`},
		{r.limit > 0 && t.limitSent == nil && !now.Before(t.warnAt(r)), `UPDATE play_times SET limit_sent = $3 WHERE player_id = $1 AND began_at = $2 AND limit_sent IS NULL`},
	} {
		if !w.due {
			continue
		}
		err := wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
			if _, err := tx.Exec(ctx, w.mark, at.player.ID, t.began, now); err != nil {
				return err
			}
			return wallet.Notify(ctx, tx, wallet.Change{Player: at.player.ID, Reason: careReason})
		})
		if err != nil {
			return fmt.Errorf("warn player %s: %w", at.player.ID, err)
		}
	}
	return f.readPlayTime(ctx, at, v.seat)
}

// untoldWarnings are those that wait, and that this visit's client was not told.
func (v *Visit) untoldWarnings(ctx context.Context, at *position, now time.Time) (list []Warning, err error) {
	t, r := at.care.play, at.care.timeRules(now)
	over, _ := t.ends(r)
	for _, w := range []struct {
		kind, next string
		sent       *time.Time
		answered   bool
		end        func() time.Time
	}{
		{SessionLimitWarning, "stop", t.limitSent, t.limitAcked != nil, func() time.Time { return over }},
		{RealityCheck, "acknowledge", t.checkSent, false, func() time.Time { return t.checkSent.Add(r.within) }},
	} {
		if w.sent == nil || w.answered || slices.ContainsFunc(v.warned, func(done warned) bool { return done.kind == w.kind && done.sent.Equal(*w.sent) }) {
			continue
		}
		sums, err := sumsOf(ctx, v.seat.floor.db, at.player.ID, at.player.Currency, now, t.began)
		if err != nil {
			return nil, fmt.Errorf("what player %s has wagered: %w", at.player.ID, err)
		}
		list = append(list, Warning{Type: w.kind, SessionDuration: int64(now.Sub(t.began) / time.Second), TotalWagered: sums[0].used(WageringLimit),
			NetResult: sums[0].used(LossLimit).Neg(), NextAction: w.next, ExpiresIn: max(0, int64(w.end().Sub(now)/time.Second))})
		v.warned = append(v.warned, warned{w.kind, *w.sent})
	}
	return list, nil
}

// warned is a warning that a visit's client was told. Whoever has the turn may touch them.
type warned struct {
	kind string
	sent time.Time
}

// Acknowledged is the payload of an acknowledged.
type Acknowledged struct {
	Type string `json:"warningType"`
}

// Acknowledge notes that the player has seen the warning of a type that was sent. Where none waits it changes nothing: so it may be sent
// again, and not ahead of its time. Returns Malformed for another type.
func (v *Visit) Acknowledge(ctx context.Context, kind string) (Acknowledged, error) {
	if kind != RealityCheck && kind != SessionLimitWarning {
		return Acknowledged{}, FieldError(Malformed, "warningType", "must be reality_check or session_limit")
	}
	return look(ctx, v, func(at *position) (Acknowledged, error) {
		f, t := v.seat.floor, at.care.play
		ctx, cancel := context.WithTimeout(ctx, requestTimeout)
		defer cancel()
		now := f.now().UTC().Truncate(time.Microsecond)
		mark := `UPDATE play_times SET limit_acked = $3 WHERE player_id = $1 AND limit_sent = $2 AND limit_acked IS NULL`
		var sent *time.Time
		if t != nil {
			sent = t.limitSent
			if kind == RealityCheck {
				sent, mark = t.checkSent, `UPDATE play_times SET checked_at = greatest($3, began_at), check_sent = NULL WHERE player_id = $1 AND check_sent = $2`
			}
		}
		if sent == nil {
			return Acknowledged{kind}, nil
		}
		err := wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
			tag, err := tx.Exec(ctx, mark, at.player.ID, *sent, now)
			if err != nil || tag.RowsAffected() == 0 {
				return err
			}
			data := map[string]any{"warningType": kind, "sent": sent.UTC(), "session": v.session}
			if err := record(ctx, tx, at.player.ID, "acknowledged", ThePlayer(""), data, now); err != nil {
				return err
			}
			return wallet.Notify(ctx, tx, wallet.Change{Player: at.player.ID, Reason: careReason})
		})
		if err != nil {
			return Acknowledged{}, fmt.Errorf("acknowledge a warning: %w", err)
		}
		return Acknowledged{kind}, f.readPlayTime(ctx, at, v.seat)
	})
}

// refusalOf is the *Error in an error, nil for none.
func refusalOf(err error) *Error {
	var known *Error
	if errors.As(err, &known) {
		return known
	}
	return nil
}
