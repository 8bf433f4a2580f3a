package session

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/games/gamestest"
	"croupier/sandbox/pgtest"
	"croupier/wallet"
	"croupier/wallet/money"
)

// patience bounds every wait of a test for something that must come.
const patience = time.Minute

// floorBundle is a database with one operator and one node that plays there.
type floorBundle struct {
	*node
	url      string
	admin    *pgxpool.Pool // as the tables' owner
	vault    *fairness.Vault
	players  *Players
	access   *Access
	ledger   *wallet.Ledger
	operator Operator
}

// node is one server process, as the database sees it.
type node struct {
	db      *pgxpool.Pool
	settler *Settler
	floor   *Floor
}

func setupFloor(t testing.TB) *floorBundle {
	t.Helper()
	return setupFloorAt(t, pgtest.New(t))
}

func setupFloorAt(t testing.TB, url string) *floorBundle {
	t.Helper()
	b := &floorBundle{url: url, admin: pgtest.Owner(t, url), vault: testVault(t, "22")}
	b.node = b.open(t, SettlerConfig{})
	b.players = NewPlayers(b.db, b.vault, time.Now)
	b.ledger = &wallet.Ledger{DB: b.db, Now: time.Now}
	keys, err := OpenKeyRing(t.Context(), b.db, b.vault, time.Now, DefaultLifetimes().Token)
	must(t, err)
	tokens, err := NewTokens(keys, testIssuer, testAudience, time.Now)
	must(t, err)
	b.access = NewAccess(b.db, b.players, tokens, DefaultLifetimes(), time.Now)
	b.operator, _, err = NewOperators(b.db, b.vault, time.Now).Create(t.Context(), "Test Casino", Sandbox, nil)
	must(t, err)
	return b
}

// open opens one more node on the database. It does not listen yet.
func (b *floorBundle) open(t testing.TB, config SettlerConfig) *node {
	t.Helper()
	n := &node{db: pgtest.App(t, b.url)}
	var err error
	config.Receipts, err = OpenReceiptKeys(t.Context(), n.db, b.vault, time.Now)
	must(t, err)
	n.settler = NewSettler(n.db, slog.New(slog.DiscardHandler), config)
	t.Cleanup(n.settler.Stop)
	n.floor, err = NewFloor(t.Context(), n.db, b.vault, floorCatalogue(t), n.settler, time.Now, slog.New(slog.DiscardHandler))
	must(t, err)
	return n
}

func floorCatalogue(t testing.TB) *games.Catalogue {
	t.Helper()
	c, err := games.NewCatalogue(append(builtin.Games(), gamestest.Game())...)
	must(t, err)
	return c
}

// listen makes the node hear what others do to its players, until the test ends. It returns when the node listens.
func (n *node) listen(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan struct{})
	go func() {
		n.floor.Listen(ctx)
		close(done)
	}()
	t.Cleanup(func() {
		cancel()
		<-done
	})
	n.heard(t)
}

// heard waits until a listening node has heard all that was told before.
func (n *node) heard(t testing.TB) {
	t.Helper()
	probe := &Seat{floor: n.floor, player: uuid.New()}
	n.floor.mu.Lock()
	n.floor.seats[probe.player] = probe
	n.floor.mu.Unlock()
	eventually(t, "the node hears", func() bool {
		_, err := n.db.Exec(t.Context(), `SELECT pg_notify($1, $2)`, wallet.PlayerChannel, fmt.Sprintf(`{"player": %q}`, probe.player))
		must(t, err)
		return probe.moved.Load()
	})
	n.floor.mu.Lock()
	delete(n.floor.seats, probe.player)
	n.floor.mu.Unlock()
}

// eventually polls until ok holds.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for tick := time.Tick(5 * time.Millisecond); !ok(); {
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("in %s it did not come true that %s", patience, what)
		}
	}
}

// somebody is a player with a session, and what the player knows.
type somebody struct {
	Player
	session uuid.UUID
}

// player makes a player who has a balance, in USD.
func (b *floorBundle) player(t testing.TB, balance string) somebody {
	t.Helper()
	return b.playerIn(t, "USD", balance)
}

func (b *floorBundle) playerIn(t testing.TB, currency, balance string) somebody {
	t.Helper()
	p, err := b.players.Ensure(t.Context(), b.operator, PlayerSpec{ExternalID: uuid.NewString(), Currency: currency})
	must(t, err)
	who := somebody{Player: p, session: b.session(t, p.ID)}
	if balance != "0" {
		b.deposit(t, who, balance)
	}
	return who
}

func (b *floorBundle) session(t testing.TB, player uuid.UUID) uuid.UUID {
	t.Helper()
	id := newID()
	_, err := b.db.Exec(t.Context(), `INSERT INTO sessions (id, player_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
		id, player, time.Now(), time.Now().Add(time.Hour))
	must(t, err)
	return id
}

func (b *floorBundle) deposit(t testing.TB, who somebody, amount string) {
	t.Helper()
	a, err := money.Parse(who.Currency, amount)
	must(t, err)
	_, err = b.ledger.Deposit(t.Context(), wallet.Order{Operator: b.operator.ID, Player: who.ID, Amount: a, TransactionID: uuid.NewString()})
	must(t, err)
}

// chair is a visit that remembers its events.
type chair struct {
	*Visit
	events chan Event
}

func (n *node) sit(t testing.TB, who somebody, game string) chair {
	t.Helper()
	events := make(chan Event, 64)
	v, err := n.floor.Sit(t.Context(), Guest{Player: who.ID, Session: who.session, Game: game, Notify: func(e Event) { events <- e }})
	must(t, err)
	t.Cleanup(v.Leave)
	return chair{v, events}
}

// event waits for the visit's next event.
func (c chair) event(t testing.TB) Event {
	t.Helper()
	select {
	case e := <-c.events:
		return e
	case <-time.After(patience):
		t.Fatal("no event came")
		return Event{}
	}
}

// quiet fails the test if something happened to the visit.
func (c chair) quiet(t testing.TB) {
	t.Helper()
	select {
	case e := <-c.events:
		t.Fatalf("unexpected event %+v", e)
	default:
	}
}

// The payloads of the actions that the tests play.
const (
	spinPayload  = `{"action":"spin","betPerLine":0.05,"activePaylines":20}` // stakes 1.00
	betPayload   = `{"action":"bet","amount":1.00}`
	climbPayload = `{"action":"climb"}`
)

func request(id, payload string) Request {
	var named struct {
		Action string `json:"action"`
	}
	_ = json.Unmarshal([]byte(payload), &named)
	return Request{ID: id, Payload: json.RawMessage(payload), Action: named.Action}
}

// do plays an action that must succeed.
func (c chair) do(t testing.TB, id, payload string) told {
	t.Helper()
	text, err := c.Act(t.Context(), request(id, payload))
	must(t, err)
	return parseTold(t, text)
}

func (c chair) spin(t testing.TB, id string) told { t.Helper(); return c.do(t, id, spinPayload) }

// cashOut takes what must be there to take.
func (c chair) cashOut(t testing.TB, id string) told {
	t.Helper()
	text, err := c.CashOut(t.Context(), request(id, `{}`))
	must(t, err)
	return parseTold(t, text)
}

// told is an action_result or a cashout_result.
type told struct {
	text    string
	RoundID uuid.UUID       `json:"roundId"`
	Status  games.Status    `json:"status"`
	Outcome json.RawMessage `json:"outcome"`
	Win     money.Number    `json:"winAmount"`
	Balance struct {
		Before   money.Number `json:"before"`
		After    money.Number `json:"after"`
		Currency string       `json:"currency"`
	} `json:"balance"`
	Fair struct {
		Hash       string `json:"serverSeedHash"`
		ClientSeed string `json:"clientSeed"`
		Nonce      int64  `json:"nonce"`
		Step       int    `json:"step"`
	} `json:"provablyFair"`
}

func parseTold(t testing.TB, text json.RawMessage) told {
	t.Helper()
	answer := told{text: string(text)}
	must(t, json.Unmarshal(text, &answer))
	return answer
}

// seatRow is what the database holds of a seat.
type seatRow struct {
	Version         int64
	Balance, Escrow string
	Seq             int32
	Nonce           int64
}

func (b *floorBundle) seat(t testing.TB, player uuid.UUID) (s seatRow) {
	t.Helper()
	must(t, b.admin.QueryRow(t.Context(), `SELECT version, balance::text, escrow::text, seed_seq, next_nonce FROM seats WHERE player_id = $1`, player).
		Scan(&s.Version, &s.Balance, &s.Escrow, &s.Seq, &s.Nonce))
	return s
}

func (b *floorBundle) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	must(t, b.admin.QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

// clean proves the ledger.
func (b *floorBundle) clean(t testing.TB) *wallet.Proof {
	t.Helper()
	proof, err := wallet.Check(t.Context(), b.admin, nil)
	must(t, err)
	for _, f := range proof.Findings {
		t.Errorf("ledger: %s: %s: %s", f.Rule, f.What, f.Detail)
	}
	return proof
}

// stored fails the test unless the database holds the answer, byte for byte.
func (b *floorBundle) stored(t testing.TB, who somebody, id, answer string) {
	t.Helper()
	var text []byte
	must(t, b.admin.QueryRow(t.Context(), `SELECT answer FROM actions WHERE player_id = $1 AND session_id = $2 AND request_id = $3`,
		who.ID, who.session, id).Scan(&text))
	if !bytes.Equal(text, []byte(answer)) {
		t.Errorf("request %s was told %s, stored is %s", id, answer, text)
	}
}

func amount(t testing.TB, number money.Number) money.Amount {
	t.Helper()
	usd, err := money.LookupCurrency("USD")
	must(t, err)
	a, err := money.Parse(usd, number)
	must(t, err)
	return a
}
