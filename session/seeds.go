package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/fairness"
	"croupier/wallet"
)

// errMoved is why a rotation was not made: the player is not where the caller thinks.
var errMoved = errors.New("the player moved")

// Rotate reveals the active server seed, makes the next one active with the client seed ("" for one that the server makes, marked
// as such), and commits a new next. It is refused while a round is open under the seed. It returns the payload of a seed_rotated:
// the same bytes however often the request is sent.
func (v *Visit) Rotate(ctx context.Context, r Request, clientSeed string) (json.RawMessage, error) {
	f := v.seat.floor
	return v.atTurn(ctx, rotateRequest, r, func(at *position, request json.RawMessage) (answer json.RawMessage, told verdict, err error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), f.settler.config.Timeout)
		defer cancel()
		committing := false
		err = wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
			committing = false
			rotated, err := rotate(ctx, tx, f.vault, rotation{player: at.player.ID, version: &at.version, clientSeed: clientSeed}, f.now())
			if err != nil {
				return err
			}
			if answer, err = json.Marshal(rotated); err != nil {
				return err
			}
			const record = `INSERT INTO actions (player_id, session_id, request_id, type, request, answer, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
				ON CONFLICT DO NOTHING`
			tag, err := tx.Exec(ctx, record, at.player.ID, v.session, r.ID, rotateRequest, []byte(request), []byte(answer), f.now())
			if err == nil && tag.RowsAffected() == 0 { // the id was used before
				return errMoved
			}
			committing = err == nil
			return err
		})
		switch {
		case err == nil:
			v.seat.forget() // the new seeds are read back from what was committed
			v.seeds.Store(at.seedSeq + 1)
			return answer, written, nil
		case errors.Is(err, errMoved):
			return nil, stale, nil
		case committing:
			return nil, unknown, nil
		}
		return nil, 0, err
	})
}

// RotateSeeds is Rotate for a caller without a seat, as the REST API is. Every call that succeeds rotates once.
func (f *Floor) RotateSeeds(ctx context.Context, player uuid.UUID, clientSeed string) (SeedRotated, error) {
	return f.rotateOnce(ctx, rotation{player: player, clientSeed: clientSeed})
}

// RotateSeedsFrom is RotateSeeds if the active server seed is the one with this hash, else it returns Conflict. So the same call may
// be made again when its answer did not arrive: it rotates once.
func (f *Floor) RotateSeedsFrom(ctx context.Context, player uuid.UUID, serverSeedHash, clientSeed string) (SeedRotated, error) {
	return f.rotateOnce(ctx, rotation{player: player, from: &serverSeedHash, clientSeed: clientSeed})
}

func (f *Floor) rotateOnce(ctx context.Context, asked rotation) (rotated SeedRotated, err error) {
	// They would wait for one another in the database, each with a connection that others need.
	if _, another := f.rotating.LoadOrStore(asked.player, true); another {
		return SeedRotated{}, Errorf(Conflict, "Another rotation of the player's seeds is under way")
	}
	defer f.rotating.Delete(asked.player)
	err = wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
		rotated, err = rotate(ctx, tx, f.vault, asked, f.now())
		return err
	})
	if err != nil {
		return SeedRotated{}, err // nothing is revealed that was not committed
	}
	return rotated, nil
}

// rotation is what is asked for.
type rotation struct {
	player     uuid.UUID
	version    *int64  // where the caller thinks the player is; nil: anywhere
	from       *string // hash of the server seed that the caller thinks is active; nil: any
	clientSeed string  // "": the server makes one
}

// rotate makes a rotation in tx.
func rotate(ctx context.Context, tx pgx.Tx, vault *fairness.Vault, asked rotation, now time.Time) (r SeedRotated, err error) {
	player, clientSeed := asked.player, asked.clientSeed
	by := "player"
	if clientSeed == "" {
		clientSeed, by = fairness.NewClientSeed(), "server"
	}
	if err := fairness.ValidateClientSeed(clientSeed); err != nil {
		return r, seedRefusal(err)
	}
	var at, rounds int64
	var seq int32
	if err := tx.QueryRow(ctx, `SELECT version, seed_seq, next_nonce FROM seats WHERE player_id = $1 FOR UPDATE`, player).
		Scan(&at, &seq, &rounds); errors.Is(err, pgx.ErrNoRows) {
		return r, Errorf(PlayerNotFound, "Player not found")
	} else if err != nil {
		return r, fmt.Errorf("rotate seeds: %w", err)
	}
	if asked.version != nil && at != *asked.version {
		return r, errMoved
	}
	if err := refuseOtherPair(ctx, tx, player, seq, asked.from); err != nil {
		return r, err
	}
	if err := refuseOpenRounds(ctx, tx, player, seq); err != nil {
		return r, err
	}
	if r.Revealed, err = reveal(ctx, tx, vault, player, seq); err != nil {
		return r, err
	}
	r.Revealed.Rounds = rounds

	next := fairness.NewServerSeed()
	sealed := vault.Seal([]byte(next.Reveal()), SeedAAD(player, int(seq)+2))
	r.SeedState = SeedState{ClientSeed: clientSeed, ClientSeedBy: by, NextServerSeedHash: next.Hash()}
	b := &pgx.Batch{}
	// The seat leaves the pair before the pair is revealed: the database refuses any other order.
	b.Queue(`UPDATE seed_pairs SET client_seed = $3, client_seed_by = $4, activated_at = $5 WHERE player_id = $1 AND seq = $2 RETURNING server_seed_hash`,
		player, seq+1, clientSeed, by, now).QueryRow(func(row pgx.Row) error { return row.Scan(&r.ServerSeedHash) })
	b.Queue(`INSERT INTO seed_pairs (player_id, seq, server_seed_hash, sealed_seed, created_at) VALUES ($1, $2, $3, $4, $5)`,
		player, seq+2, next.Hash(), sealed, now)
	b.Queue(`UPDATE seats SET version = version + 1, seed_seq = $2, next_nonce = 0 WHERE player_id = $1`, player, seq+1)
	b.Queue(`UPDATE seed_pairs SET server_seed = $3, sealed_seed = NULL, rounds = $4, revealed_at = $5 WHERE player_id = $1 AND seq = $2`,
		player, seq, r.Revealed.ServerSeed, r.Revealed.Rounds, now)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return r, fmt.Errorf("rotate seeds: %w", err)
	}
	return r, wallet.Notify(ctx, tx, wallet.Change{Player: player, Reason: seedRotatedReason})
}

// seedRotatedReason is why a player was changed, in the news of a rotation.
const seedRotatedReason = "seed_rotated"

func seedRefusal(err error) error {
	var bad *fairness.SeedError
	if errors.As(err, &bad) {
		return FieldError(Malformed, "clientSeed", bad.Reason+"; allowed: "+bad.Allowed)
	}
	return err
}

// refuseOtherPair returns Conflict unless the active pair is the one that is rotated from, if one is named. It reads the pair after
// the seat was locked: a join would pair a seat that somebody rotated meanwhile with the seed that it had before.
func refuseOtherPair(ctx context.Context, tx pgx.Tx, player uuid.UUID, seq int32, from *string) error {
	if from == nil {
		return nil
	}
	var active string
	const sql = `SELECT server_seed_hash FROM seed_pairs WHERE player_id = $1 AND seq = $2`
	if err := tx.QueryRow(ctx, sql, player, seq).Scan(&active); err != nil {
		return fmt.Errorf("rotate seeds: %w", err)
	}
	if active != *from {
		return &Error{Code: Conflict, Message: "The active seed pair is another one: nothing was rotated now", Details: map[string]any{"serverSeedHash": active}}
	}
	return nil
}

func refuseOpenRounds(ctx context.Context, tx pgx.Tx, player uuid.UUID, seq int32) error {
	var open []uuid.UUID
	const sql = `SELECT coalesce(array_agg(id), '{}') FROM rounds WHERE player_id = $1 AND seed_seq = $2 AND status = 'in_progress'`
	if err := tx.QueryRow(ctx, sql, player, seq).Scan(&open); err != nil {
		return fmt.Errorf("rotate seeds: %w", err)
	}
	if len(open) > 0 {
		return &Error{Code: InvalidAction, Message: "Seeds cannot be rotated while a round is open under them",
			Details: map[string]any{"allowed": []string{}, "reason": "finish the open rounds first", "openRounds": open}}
	}
	return nil
}

// reveal reads what a rotation reveals.
func reveal(ctx context.Context, tx pgx.Tx, vault *fairness.Vault, player uuid.UUID, seq int32) (r RevealedSeed, err error) {
	var sealed []byte
	const sql = `SELECT server_seed_hash, sealed_seed, client_seed, client_seed_by FROM seed_pairs WHERE player_id = $1 AND seq = $2`
	if err := tx.QueryRow(ctx, sql, player, seq).Scan(&r.ServerSeedHash, &sealed, &r.ClientSeed, &r.ClientSeedBy); err != nil {
		return r, fmt.Errorf("rotate seeds: %w", err)
	}
	seed, err := openSeed(vault, player, seq, sealed, r.ServerSeedHash)
	r.ServerSeed = seed.Reveal()
	return r, err
}

// SeedsOf returns the seed state of a player without a seat.
func (f *Floor) SeedsOf(ctx context.Context, player uuid.UUID) (SeedState, error) {
	at, err := f.load(ctx, player)
	if err != nil {
		return SeedState{}, err
	}
	return at.seeds(), nil
}

// PastSeed is a revealed pair with its place in time.
type PastSeed struct {
	Seq int32 `json:"seq"` // counts the player's pairs from 0
	RevealedSeed
	CommittedAt time.Time `json:"committedAt"` // when its hash was first shown
	ActivatedAt time.Time `json:"activatedAt"`
	RevealedAt  time.Time `json:"revealedAt"`
}

// SeedHistory returns the player's revealed pairs before the cursor (nil: from the newest), newest first, 1 to MaxRounds, and the
// cursor of the next page (nil: there is none).
func (f *Floor) SeedHistory(ctx context.Context, player uuid.UUID, cursor *int32, limit int) (page []PastSeed, next *int32, err error) {
	limit = max(1, min(limit, MaxRounds))
	const sql = `SELECT seq, server_seed, server_seed_hash, client_seed, client_seed_by, rounds, created_at, activated_at, revealed_at FROM seed_pairs
		WHERE player_id = $1 AND revealed_at IS NOT NULL AND ($2::int IS NULL OR seq < $2) ORDER BY seq DESC LIMIT $3`
	rows, err := f.db.Query(ctx, sql, player, cursor, limit+1)
	if err != nil {
		return nil, nil, fmt.Errorf("seed history: %w", err)
	}
	page, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (s PastSeed, err error) {
		err = row.Scan(&s.Seq, &s.ServerSeed, &s.ServerSeedHash, &s.ClientSeed, &s.ClientSeedBy, &s.Rounds, &s.CommittedAt, &s.ActivatedAt, &s.RevealedAt)
		return s, err
	})
	if err != nil {
		return nil, nil, fmt.Errorf("seed history: %w", err)
	}
	if len(page) > limit {
		page = page[:limit]
		next = &page[limit-1].Seq
	}
	if len(page) > 0 { // a seed that is out cannot be played again
		if err := f.confirm(ctx); err != nil {
			return nil, nil, fmt.Errorf("seed history: %w", err)
		}
	}
	return page, next, nil
}
