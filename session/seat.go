package session

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// maxTurns is how many requests of one player may wait for their turn on a node; past it the answer is 30029.
const maxTurns = 64

// Seat is one player's serial life on this node. Requests are played one after the other, from a cached position that the
// database confirms at every commit, so that another node, a deposit or a logout is noticed and never overwritten.
type Seat struct {
	floor   *Floor
	player  uuid.UUID
	turn    chan struct{} // holds one token; who has it may touch at
	waiting atomic.Int32
	moved   atomic.Bool  // somebody else changed the player: look again before the next move
	at      *position    // nil: not known
	last    *position    // the one that was known last; nil: none was
	careAt  atomic.Int64 // when the player is to be told something by the clock, in Unix nanoseconds; 0: never
	latest  atomic.Pointer[standing]

	limitTold atomic.Pointer[string] // the limit and day that the operator was told of last

	rotateAfter time.Time // no rotation by policy before that: one failed; whoever has the turn may touch it

	mu     sync.Mutex
	visits []*Visit
}

func newSeat(f *Floor, player uuid.UUID) *Seat {
	s := &Seat{floor: f, player: player, turn: make(chan struct{}, 1)}
	s.give()
	return s
}

// standing is the newest balance that is known of a player. News of an older one may arrive after it.
type standing struct {
	version int64
	balance money.Amount
}

// position is all that a player's next move is computed from.
type position struct {
	player  Player
	version int64
	balance money.Amount
	escrow  money.Amount

	seedSeq      int32
	nonce        int64 // of the next round
	pair         fairness.Pair
	hash         string // of the active server seed
	clientSeedBy string
	nextHash     string // of the server seed after it
	activated    time.Time
	policy       SeedPolicy // of the player's operator

	wallet *WalletTarget // where the player's money is; nil: here, in the ledger

	open   map[string]*openRound      // by game id
	forced map[string]fairness.Script // by game id: what the sandbox asked for
	offers map[string]Offer           // by game id: of those that the operator has changed

	care care // what protects the player

	sessions map[uuid.UUID]time.Time // those that were found good at this position, and until when: a logout moves the position
}

// openRound is a round in progress.
type openRound struct {
	id     uuid.UUID
	game   string
	build  *build // nil: rules that this server does not have
	nonce  int64
	round  games.Round     // bet, stakes and steps so far
	state  json.RawMessage // the engine's, with its secrets; nil before the round is opened
	forced fairness.Script // nil: not forced
	record games.Hash      // of the round's record so far; zero: not known
	damage error           // why it cannot be gone on with; the player's other rounds can
}

// engine returns the rules that the round is played by. Returns GameNotAvailable when this server does not have them, and errDamaged.
func (o *openRound) engine() (games.Engine, error) {
	if o.damage != nil {
		return nil, o.damage
	}
	if o.build == nil {
		return nil, Errorf(GameNotAvailable, "The rules that this round was opened under are not available here")
	}
	return o.build.variant.Engine, nil
}

// draws are those of a round under the position's seed pair.
func (p *position) draws(nonce int64, forced fairness.Script) fairness.Draws {
	d := p.pair.Round(uint64(nonce))
	if forced != nil {
		d = fairness.Forced(d, forced)
	}
	return d
}

// advance follows a committed move.
func (p *position) advance(m *move, next *openRound) {
	p.version++
	p.balance = m.after
	if m.opens {
		p.nonce++
		delete(p.forced, m.game)
	}
	if m.state != nil || !m.opens {
		p.escrow = p.escrow.Add(m.stake).Sub(m.lapse)
	}
	p.care.advance(m)
	if next == nil {
		delete(p.open, m.game)
	} else {
		p.open[m.game] = next
	}
}

// take waits for the seat's turn, in the order of asking.
func (s *Seat) take(ctx context.Context) error {
	if s.waiting.Add(1) > maxTurns {
		s.waiting.Add(-1)
		return busy()
	}
	defer s.waiting.Add(-1)
	select {
	case <-s.turn:
		return nil
	case <-ctx.Done():
		return busy()
	}
}

// takeBy is take until a time. Where nobody else has the turn, which is nearly always, it needs no context for that.
func (s *Seat) takeBy(ctx context.Context, end time.Time) error {
	select {
	case <-s.turn:
		return nil
	default:
	}
	ctx, cancel := context.WithDeadline(ctx, end)
	defer cancel()
	return s.take(ctx)
}

func (s *Seat) give() { s.turn <- struct{}{} }

// known returns the seat's position, loading it when it is not known or may have changed. fresh says that it was loaded now.
// The caller has the turn.
func (s *Seat) known(ctx context.Context) (at *position, fresh bool, err error) {
	if at := s.remembered(); at != nil {
		return at, false, nil
	}
	if s.at, err = s.floor.loadAfter(ctx, s.player, s.last); err != nil {
		return nil, false, err
	}
	s.last = s.at
	s.careAt.Store(s.at.care.nextNews(s.floor.now()))
	s.latest.Store(&standing{s.at.version, s.at.balance})
	return s.at, true, nil
}

// knownBy is known until a time. Where the position is known, which it nearly always is, it needs no context for that.
func (s *Seat) knownBy(ctx context.Context, end time.Time) (at *position, fresh bool, err error) {
	if at := s.remembered(); at != nil {
		return at, false, nil
	}
	ctx, cancel := context.WithDeadline(ctx, end)
	defer cancel()
	return s.known(ctx)
}

// remembered returns the seat's position, nil when it is not known or may have changed. The caller has the turn.
func (s *Seat) remembered() *position {
	if s.moved.Swap(false) || s.at != nil && s.at.care.usage != nil && s.at.care.outdated(s.floor.now()) {
		s.at = nil
	}
	return s.at
}

// moveOn follows a committed move. The caller has the turn.
func (s *Seat) moveOn(at *position, m *move, next *openRound) {
	at.advance(m, next)
	s.latest.Store(&standing{at.version, at.balance})
}

// forget makes the next move look at the database first. The caller has the turn.
func (s *Seat) forget() { s.at = nil }
