package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// noSeeds is that a visit's client was not told yet which seed pair is active.
const noSeeds = -1

// seedsDue says whether the position's seed pair is to be rotated now, by the operator's policy. It asks nobody.
func (p *position) seedsDue(now time.Time) bool {
	return p.policy != SeedPolicy{} && len(p.open) == 0 && p.policy.due(p.nonce, p.activated, now)
}

// againAfter is how long a seat leaves a rotation alone that failed: play must not wait for it at every round.
const againAfter = time.Minute

// rotateDue rotates the player's seeds because the policy says so, if the player is still where at has it, and reports whether it did.
// The clients on this node are told of it before this returns, so that a round's player hears of the new seeds before the result after
// which they are due, and cannot play under seeds that he was not shown. It never fails the caller: what is not rotated now will be
// after a later round, or by the job. The caller has the turn.
func (s *Seat) rotateDue(ctx context.Context, at *position) (done bool) {
	f := s.floor
	if f.now().Before(s.rotateAfter) {
		return false
	}
	defer s.forget()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.settler.config.Timeout)
	defer cancel()
	var rotated SeedRotated
	err := wallet.Transact(ctx, f.db, func(tx pgx.Tx) (err error) {
		rotated, err = rotate(ctx, tx, f.vault, rotation{player: at.player.ID, version: &at.version}, f.now())
		return err
	})
	if errors.Is(err, errMoved) || errors.Is(err, &Error{Code: InvalidAction}) {
		return false // somebody was faster, or opened a round: it is looked at again
	}
	if err != nil {
		s.rotateAfter = f.now().Add(againAfter)
		f.log.Warn("seeds are due and not rotated", "player", at.player.ID, "error", err)
		return false
	}
	f.log.Debug("seeds rotated by policy", "player", at.player.ID, "seq", at.seedSeq+1, "rounds", rotated.Revealed.Rounds)
	for _, v := range s.all() {
		if v.seeds.Swap(at.seedSeq+1) != noSeeds {
			v.notify(Event{Rotated: &rotated})
		}
	}
	return true
}

// Rotation returns the newest rotation of the player's seeds if the client was not told of it yet, else nil. It counts as told then.
func (v *Visit) Rotation(ctx context.Context) (*SeedRotated, error) {
	return look(ctx, v, func(at *position) (*SeedRotated, error) {
		if seen := v.seeds.Load(); seen == noSeeds || seen == at.seedSeq {
			return nil, nil
		}
		past, _, err := v.seat.floor.SeedHistory(ctx, v.seat.player, &at.seedSeq, 1)
		if err != nil {
			return nil, err
		}
		v.seeds.Store(at.seedSeq)
		return &SeedRotated{Revealed: past[0].RevealedSeed, SeedState: at.seeds()}, nil
	})
}

// lookForRotations makes up for news of rotations that was missed.
func (f *Floor) lookForRotations(ctx context.Context, visits []*Visit) error {
	players, seen := make([]uuid.UUID, len(visits)), make([]int32, len(visits))
	for i, v := range visits {
		players[i], seen[i] = v.seat.player, v.seeds.Load()
	}
	rows, err := f.db.Query(ctx, `
		SELECT v.n FROM unnest($1::uuid[], $2::int[]) WITH ORDINALITY AS v (player_id, seen, n)
		JOIN seats s ON s.player_id = v.player_id WHERE v.seen >= 0 AND s.seed_seq > v.seen`, players, seen)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	for _, n := range found {
		visits[n-1].notify(Event{Seeds: true})
	}
	return err
}

// How many seed pairs are looked at by one query for those whose hours are over.
const agedBatch = 1000

// agedPair is a seed pair that is old enough to be looked at.
type agedPair struct {
	player uuid.UUID
	since  time.Time // when it came into use
	due    bool
}

// agedSQL returns the next pairs in the order of their age, with whether the policy of their operator asks for their rotation.
const agedSQL = `
	WITH aged AS (
		SELECT player_id, seq, activated_at FROM seed_pairs
		WHERE revealed_at IS NULL AND activated_at <= $1 AND (activated_at, player_id) > ($3, $4)
		ORDER BY activated_at, player_id LIMIT $5
	)
	SELECT a.player_id, a.activated_at, coalesce(a.activated_at <= $2::timestamptz - o.seed_hours * interval '1 hour', false)
		AND s.seed_seq = a.seq AND s.next_nonce > 0
		AND NOT EXISTS (SELECT FROM rounds r WHERE r.player_id = a.player_id AND r.status = 'in_progress')
	FROM aged a
	JOIN players p ON p.id = a.player_id
	JOIN operators o ON o.id = p.operator_id
	JOIN seats s ON s.player_id = a.player_id
	ORDER BY a.activated_at, a.player_id`

// RotateAgedSeeds rotates the seeds of players whose operator's policy has hours, where those are over, one player after the other, at
// most so many of them, and returns how many. Players who are playing are not waited for. A pair with an open round is left until it is
// over, one under which nothing was played for ever. Any number of nodes may do this at once, and any may be killed while it does: a
// pair is rotated once.
func (f *Floor) RotateAgedSeeds(ctx context.Context, most int) (rotated int, err error) {
	var shortest *int32
	if err := f.db.QueryRow(ctx, `SELECT min(seed_hours) FROM operators`).Scan(&shortest); err != nil {
		return 0, fmt.Errorf("rotate aged seeds: %w", err)
	}
	if shortest == nil {
		return 0, nil
	}
	now := f.now()
	latest := now.Add(-time.Duration(*shortest) * time.Hour)
	var last agedPair
	for {
		rows, err := f.db.Query(ctx, agedSQL, latest, now, last.since, last.player, agedBatch)
		if err != nil {
			return rotated, fmt.Errorf("rotate aged seeds: %w", err)
		}
		batch, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (a agedPair, err error) {
			return a, row.Scan(&a.player, &a.since, &a.due)
		})
		if err != nil {
			return rotated, fmt.Errorf("rotate aged seeds: %w", err)
		}
		for _, a := range batch {
			if !a.due {
				continue
			}
			done, err := f.rotateAged(ctx, a.player)
			if err != nil {
				return rotated, fmt.Errorf("rotate the seeds of player %s: %w", a.player, err)
			}
			if done {
				rotated++
			}
			if rotated == most {
				return rotated, nil
			}
		}
		if len(batch) < agedBatch {
			return rotated, nil
		}
		last = batch[len(batch)-1]
	}
}

// rotateAged rotates the seeds of one player, if that is due when it is the job's turn. An error means that no other's could be now.
func (f *Floor) rotateAged(run context.Context, player uuid.UUID) (done bool, err error) {
	ctx, cancel := context.WithTimeout(run, requestTimeout)
	defer cancel()
	seat := f.seatFor(player)
	if err := seat.take(ctx); err != nil {
		return false, run.Err() // none: the player is busy, and rotates by playing
	}
	defer seat.give()
	seat.forget()
	at, _, err := seat.known(ctx)
	if err != nil {
		if out := f.db.Ping(ctx); out != nil {
			return false, out
		}
		f.log.Warn("seeds are due and not rotated", "player", player, "error", err)
		return false, nil
	}
	return at.seedsDue(f.now()) && seat.rotateDue(ctx, at), nil
}
