package session

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/fairness"
	"croupier/games"
)

// Floor is where the seats of this node are. Any number of Floors may share a database.
type Floor struct {
	db      *pgxpool.Pool
	vault   *fairness.Vault
	now     Clock
	log     *slog.Logger
	settler *Settler
	quiet   time.Duration // after so long without news, Listen asks whether the database is still there

	catalogue *games.Catalogue
	builds    map[string]*build // by rulesHash

	node  uuid.UUID // tells our own notifications from those of other nodes
	mu    sync.Mutex
	seats map[uuid.UUID]*Seat

	wallets  operatorWallets
	rotating sync.Map // players whose seeds are being rotated without a seat

	incidents     incidents      // that operators were told of
	jurisdictions *Jurisdictions // nil: no profiles
}

// NewFloor registers the catalogue's builds in the database and opens the floor.
func NewFloor(ctx context.Context, db *pgxpool.Pool, vault *fairness.Vault, catalogue *games.Catalogue, settler *Settler, now Clock, log *slog.Logger) (*Floor, error) {
	f := &Floor{db: db, vault: vault, now: now, log: log, settler: settler, quiet: listenQuiet, catalogue: catalogue,
		builds: map[string]*build{}, node: newID(), seats: map[uuid.UUID]*Seat{}}
	for _, g := range catalogue.Games() {
		for _, v := range g.Variants {
			id, err := f.registerBuild(ctx, g, v)
			if err != nil {
				return nil, fmt.Errorf("register %s %s: %w", g.ID, v.ID, err)
			}
			f.builds[v.RulesHash] = &build{id: id, game: g, variant: v, returns: sync.OnceValue(func() returns { return returnsOf(v) })}
		}
	}
	return f, nil
}

func (f *Floor) registerBuild(ctx context.Context, g games.Game, v games.Variant) (id int32, err error) {
	const find = `SELECT id FROM builds WHERE rules_hash = $1`
	if err = f.db.QueryRow(ctx, find, v.RulesHash).Scan(&id); !errors.Is(err, pgx.ErrNoRows) {
		return id, err
	}
	if err = f.insertBuild(ctx, g, v); err != nil {
		return 0, err
	}
	err = f.db.QueryRow(ctx, find, v.RulesHash).Scan(&id)
	return id, err
}

// defaultBuild is what a new round of the game is played by.
func (f *Floor) defaultBuild(g games.Game) *build {
	v, _ := g.Variant(g.Default) // which NewCatalogue has made sure of
	return f.builds[v.RulesHash]
}

// Regulate makes the floor play by the profiles of jurisdictions. It is called before anybody sits down.
func (f *Floor) Regulate(j *Jurisdictions) { f.jurisdictions = j }

// Catalogue is what can be played here.
func (f *Floor) Catalogue() *games.Catalogue { return f.catalogue }

// Event is something that happened to a visit from outside. One of its fields is set.
type Event struct {
	Balance  *Balance // the balance changed by another way than this visit's play
	Ended    bool     // the session was ended
	Replaced bool     // the player opened the same game elsewhere
	Expired  bool     // a round of this game was ended by another than its player: Untold has it
	Seeds    bool     // the seeds were rotated, perhaps by this visit: Rotation knows

	Care bool // what the player may do, or was to be told, may have changed: Care knows

	Rotated *SeedRotated // the server rotated the seeds by the operator's policy; a result that is under way comes after it
}

// Guest is who comes to a seat, and what for.
type Guest struct {
	Player  uuid.UUID
	Session uuid.UUID
	Game    string // an id or an alias

	Operator uuid.UUID // whose aliases of games are known too; zero: only the house's
	// Notify is told of events. It must not block. It may be called before Sit returns, and once more just after Leave.
	Notify func(Event)
}

// Visit is one connection at a player's seat, for one game.
type Visit struct {
	id      uuid.UUID
	seat    *Seat
	session uuid.UUID
	game    games.Game
	alias   string // what the client calls the game
	notify  func(Event)
	goesOn  atomic.Int64 // when the time began that this visit's session goes on with, in Unix nanoseconds
	warned  []warned     // whoever has the turn may touch it
	seeds   atomic.Int32 // seq of the pair that the client knows to be active; noSeeds: none
}

// Sit takes a player to the seat. An older visit of the same player and game, here or on another node, is told that it is replaced.
// Returns GameNotAvailable. The caller has checked that the session is valid.
func (f *Floor) Sit(ctx context.Context, g Guest) (*Visit, error) {
	game, err := f.gameNamed(ctx, g.Operator, g.Game)
	if err != nil {
		return nil, err
	}
	v := &Visit{id: newID(), session: g.Session, game: game, alias: g.Game, notify: g.Notify}
	v.seeds.Store(noSeeds)
	f.mu.Lock()
	seat := f.seats[g.Player]
	if seat == nil {
		seat = newSeat(f, g.Player)
		f.seats[g.Player] = seat
	}
	v.seat = seat
	old := seat.arrive(v)
	f.mu.Unlock()
	for _, o := range old {
		o.notify(Event{Replaced: true})
	}
	if err = f.announce(ctx, v); err != nil {
		v.Leave()
		return nil, err
	}
	return v, nil
}

// arrive adds the visit and returns those that it replaces. They stay until they leave.
func (s *Seat) arrive(v *Visit) (replaced []*Visit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.visits {
		if o.game.ID == v.game.ID {
			replaced = append(replaced, o)
		}
	}
	s.visits = append(s.visits, v)
	return replaced
}

// Leave ends the visit. A round in progress stays as it is. It may be called twice.
func (v *Visit) Leave() {
	f := v.seat.floor
	f.mu.Lock()
	defer f.mu.Unlock()
	v.seat.mu.Lock()
	defer v.seat.mu.Unlock()
	for i, o := range v.seat.visits {
		if o == v {
			v.seat.visits = append(v.seat.visits[:i], v.seat.visits[i+1:]...)
			break
		}
	}
	if len(v.seat.visits) == 0 && f.seats[v.seat.player] == v.seat {
		delete(f.seats, v.seat.player)
	}
}

// Recover returns the visit's open round as its player may see it, nil if there is none, and PlayerExcluded if there is none for a player
// who may not play. It comes before all else that the client is
// told, so seeds that are due to be rotated are rotated here, when that surprises nobody.
func (v *Visit) Recover(ctx context.Context) (*Recovered, error) {
	return look(ctx, v, func(at *position) (*Recovered, error) {
		if at.seedsDue(v.seat.floor.now()) && v.seat.rotateDue(ctx, at) {
			return nil, nil // no round is open
		}
		v.seeds.Store(at.seedSeq)
		o := at.open[v.game.ID]
		if o == nil {
			return nil, at.barred(v.seat.floor.now(), nil)
		}
		engine, err := o.engine()
		if err != nil {
			return nil, err
		}
		view, err := engine.View(o.round, o.state)
		if err != nil {
			return nil, fmt.Errorf("view of round %s: %w", o.id, err)
		}
		state, err := games.Encode(view)
		if err != nil {
			return nil, fmt.Errorf("view of round %s: %w", o.id, err)
		}
		return &Recovered{RoundID: o.id.String(), GameID: v.alias, State: state,
			Balance: CurrentBalance{Current: v.seat.floor.shownBalance(ctx, at), Currency: at.balance.Currency().Code()}}, nil
	})
}

// Balance returns what the player has now.
func (v *Visit) Balance(ctx context.Context) (Balance, error) {
	return look(ctx, v, func(at *position) (Balance, error) {
		if at.wallet != nil {
			held, err := v.seat.floor.walletBalance(ctx, *at.wallet, at.player)
			return Balance{Balance: held, Currency: at.balance.Currency().Code(), Reason: "query"}, err
		}
		return Balance{Balance: at.balance, Currency: at.balance.Currency().Code(), Reason: "query"}, nil
	})
}

// Seeds returns what the next round is committed to.
func (v *Visit) Seeds(ctx context.Context) (SeedState, error) {
	return look(ctx, v, func(at *position) (SeedState, error) {
		v.seeds.Store(at.seedSeq)
		return at.seeds(), nil
	})
}

func (p *position) seeds() SeedState {
	return SeedState{ServerSeedHash: p.hash, ClientSeed: p.pair.ClientSeed, ClientSeedBy: p.clientSeedBy, Nonce: p.nonce, NextServerSeedHash: p.nextHash}
}

// look reads the player's position at the database, in the player's turn.
func look[T any](ctx context.Context, v *Visit, see func(*position) (T, error)) (T, error) {
	var none T
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	if err := v.seat.take(ctx); err != nil {
		return none, err
	}
	defer v.seat.give()
	v.seat.forget()
	at, _, err := v.seat.known(ctx)
	if err != nil {
		return none, err
	}
	return see(at)
}

// GameID is the game's own id.
func (v *Visit) GameID() string { return v.game.ID }
