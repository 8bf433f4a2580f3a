package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet"
	"croupier/wallet/money"
)

// errDamaged says that what is stored cannot be used: trying again does not help, and somebody must look at it.
var errDamaged = errors.New("stored data is damaged, or sealed under another key")

const loadSeatSQL = `
	SELECT p.operator_id, p.external_id, p.username, p.currency, p.jurisdiction, p.locale, p.status,
		s.version, s.balance, s.escrow, s.seed_seq, s.next_nonce,
		a.server_seed_hash, a.sealed_seed, a.client_seed, a.client_seed_by, n.server_seed_hash,
		a.activated_at, coalesce(o.seed_rounds, 0), coalesce(o.seed_hours, 0)
	FROM seats s
	JOIN players p ON p.id = s.player_id
	JOIN operators o ON o.id = p.operator_id
	JOIN seed_pairs a ON a.player_id = s.player_id AND a.seq = s.seed_seq
	JOIN seed_pairs n ON n.player_id = s.player_id AND n.seq = s.seed_seq + 1
	WHERE s.player_id = $1`

const loadOpenSQL = `
	SELECT r.id, r.game_id, b.rules_hash, r.nonce, r.steps, r.bet, r.stake, r.sealed_state, r.forced
	FROM rounds r JOIN builds b ON b.id = r.build_id
	WHERE r.player_id = $1 AND r.status = 'in_progress'`

const loadForcedSQL = `SELECT game_id, script FROM forced_outcomes WHERE player_id = $1`

// load reads a player's position in one round trip. The seat's row comes first: what changes between it and the rest makes the
// next compare-and-set fail, never a wrong result.
func (f *Floor) load(ctx context.Context, player uuid.UUID) (*position, error) {
	return f.loadAfter(ctx, player, nil)
}

// loadAfter is load. before, if not nil, is the position that was known last.
func (f *Floor) loadAfter(ctx context.Context, player uuid.UUID, before *position) (*position, error) {
	p := &position{open: map[string]*openRound{}, forced: map[string]fairness.Script{}, sessions: map[uuid.UUID]time.Time{}}
	b := &pgx.Batch{}
	b.Queue(loadSeatSQL, player).QueryRow(func(row pgx.Row) error { return f.scanSeat(row, player, p) })
	b.Queue(loadOpenSQL, player).Query(func(rows pgx.Rows) error { return f.scanOpen(rows, p) })
	b.Queue(loadForcedSQL, player).Query(func(rows pgx.Rows) error { return scanForced(rows, p) })
	f.queueCare(b, player, p)
	f.queueOffers(b, player, p)
	f.queueWallet(b, player, p)
	if err := f.db.SendBatch(ctx, b).Close(); err != nil {
		if errors.Is(err, pgx.ErrNoRows) {
			return nil, Errorf(PlayerNotFound, "Player not found")
		}
		return nil, fmt.Errorf("load seat %s: %w", player, err)
	}
	if err := f.completeCare(ctx, p, before); err != nil {
		return nil, fmt.Errorf("load seat %s: limits: %w", player, err)
	}
	return p, nil
}

func (f *Floor) scanSeat(row pgx.Row, player uuid.UUID, p *position) error {
	var currency string
	var balance, escrow pgtype.Numeric
	var sealed []byte
	p.player.ID = player
	err := row.Scan(&p.player.OperatorID, &p.player.ExternalID, &p.player.Username, &currency, &p.player.Jurisdiction, &p.player.Locale,
		&p.player.Status, &p.version, &balance, &escrow, &p.seedSeq, &p.nonce, &p.hash, &sealed, &p.pair.ClientSeed, &p.clientSeedBy, &p.nextHash,
		&p.activated, &p.policy.Rounds, &p.policy.Hours)
	if err != nil {
		return err
	}
	if p.player.Currency, err = money.LookupCurrency(currency); err != nil {
		return err
	}
	if p.balance, err = wallet.FromNumeric(p.player.Currency, balance); err != nil {
		return err
	}
	if p.escrow, err = wallet.FromNumeric(p.player.Currency, escrow); err != nil {
		return err
	}
	p.pair.ServerSeed, err = openSeed(f.vault, player, p.seedSeq, sealed, p.hash)
	return err
}

// openSeed unseals a server seed and holds it against its commitment.
func openSeed(v *fairness.Vault, player uuid.UUID, seq int32, sealed []byte, hash string) (fairness.ServerSeed, error) {
	text, err := v.Open(sealed, SeedAAD(player, int(seq)))
	if err != nil {
		return fairness.ServerSeed{}, fmt.Errorf("server seed %s/%d: %w: %w", player, seq, errDamaged, err)
	}
	seed, err := fairness.ParseServerSeed(string(text))
	if err == nil && seed.Hash() != hash {
		err = errors.New("it is not the one that was committed to")
	}
	if err != nil {
		return fairness.ServerSeed{}, fmt.Errorf("server seed %s/%d: %w: %w", player, seq, errDamaged, err)
	}
	return seed, nil
}

func (f *Floor) scanOpen(rows pgx.Rows, p *position) error {
	for rows.Next() {
		o := &openRound{}
		var rulesHash string
		var bet, stake pgtype.Numeric
		var sealed, forced []byte
		err := rows.Scan(&o.id, &o.game, &rulesHash, &o.nonce, &o.round.Step, &bet, &stake, &sealed, &forced)
		if err != nil {
			return err
		}
		o.build = f.builds[rulesHash]
		o.round.Currency = p.player.Currency
		if o.round.Bet, err = wallet.FromNumeric(p.player.Currency, bet); err != nil {
			return err
		}
		if o.round.Stake, err = wallet.FromNumeric(p.player.Currency, stake); err != nil {
			return err
		}
		o.state, err = f.vault.Open(sealed, stateAAD(o.id))
		if err == nil && forced != nil {
			err = json.Unmarshal(forced, &o.forced)
		}
		if err != nil {
			o.damage = fmt.Errorf("round %s: %w: %w", o.id, errDamaged, err)
		}
		p.open[o.game] = o
	}
	return rows.Err()
}

// stateAAD binds a sealed engine state to its round.
func stateAAD(round uuid.UUID) []byte { return append([]byte("state/"), round[:]...) }

func scanForced(rows pgx.Rows, p *position) error {
	for rows.Next() {
		var game string
		var text []byte
		if err := rows.Scan(&game, &text); err != nil {
			return err
		}
		var script fairness.Script
		if err := json.Unmarshal(text, &script); err != nil {
			return fmt.Errorf("forced outcome: %w", err)
		}
		p.forced[game] = script
	}
	return rows.Err()
}

// build is one variant of a game as this server plays it, and its number in the database.
type build struct {
	id      int32
	game    games.Game
	variant games.Variant

	returns func() returns // what its rules promise: computed when it is first asked for, which may take a second
}
