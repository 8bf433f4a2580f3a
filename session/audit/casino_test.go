package audit_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/api"
	"croupier/fairness"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/games/gamestest"
	"croupier/sandbox/pgtest"
	"croupier/session"
	"croupier/session/audit"
	"croupier/wallet"
	"croupier/wallet/money"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// casino is a house in which every game was played, by players of two operators.
type casino struct {
	database  string
	catalogue *games.Catalogue
	players   []uuid.UUID
	server    *api.Server
	late      atomic.Int64 // how far the house's clock is ahead
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// onlookers are players who never play. Their seeds make the commitment log so long that its tree has stored nodes.
const onlookers = 80

// openCasino plays. Its server is closed when it returns.
func openCasino(t *testing.T) *casino {
	t.Helper()
	catalogue, err := games.NewCatalogue(builtin.Games()...)
	must(t, err)
	key, err := fairness.ParseKey(strings.Repeat("5a", 32))
	must(t, err)
	c := &casino{database: pgtest.New(t), catalogue: catalogue}
	c.server, err = api.Start(t.Context(), api.Config{Listen: "127.0.0.1:0", DatabaseURL: c.database, Mode: "sandbox", MasterKeys: []fairness.Key{key},
		CommitmentLog: true, Catalogue: catalogue, Log: slog.New(slog.DiscardHandler), Now: func() time.Time { return time.Now().Add(time.Duration(c.late.Load())) }})
	must(t, err)
	var guests []*guest
	for i := range 3 {
		operator, _, err := c.server.Operators.Create(t.Context(), fmt.Sprintf("House %d", i%2), session.Sandbox, nil)
		must(t, err)
		guests = append(guests, c.newGuest(t, operator, fmt.Sprintf("player-%d", i)))
	}
	for _, g := range guests {
		g.play()
	}
	c.late.Add(int64(25 * time.Hour))
	c.endRounds(t, len(guests))
	for _, g := range guests {
		g.playOn()
	}
	for i := range onlookers {
		spec := session.PlayerSpec{ExternalID: fmt.Sprintf("onlooker-%d", i), Currency: "USD"}
		_, err := c.server.Players.Ensure(t.Context(), guests[0].operator, spec)
		must(t, err)
	}
	owner := pgtest.Owner(t, c.database)
	logged, err := session.CheckLog(t.Context(), owner, session.LogCheck{Grace: time.Minute}) // the log is written after play
	must(t, err)
	if !logged.OK() {
		t.Fatalf("the commitment log: %+v", logged.Findings)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
	defer cancel()
	must(t, c.server.Close(ctx))
	return c
}

// endRounds ends so many rounds that nobody finished. The server's own job may be at it too.
func (c *casino) endRounds(t *testing.T, rounds int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.database)
	must(t, err)
	defer func() { _ = conn.Close(context.Background()) }()
	deadline := time.After(time.Minute)
	for tick := time.Tick(10 * time.Millisecond); ; {
		must(t, second(c.server.Floor.ExpireRounds(t.Context(), session.Expiry{})))
		var open, ended int
		must(t, conn.QueryRow(t.Context(), `SELECT count(*) FILTER (WHERE status = 'in_progress'),
			count(*) FILTER (WHERE status <> 'voided' AND id IN (SELECT round_id FROM expiries)) FROM rounds`).Scan(&open, &ended))
		if open == 0 && ended == rounds {
			return
		}
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("%d rounds were ended, want %d, and %d are open", ended, rounds, open)
		}
	}
}

func second[T any](_ T, err error) error { return err }

// guest is a player.
type guest struct {
	*testing.T
	casino   *casino
	operator session.Operator
	name     string
	player   session.Player
	session  uuid.UUID
	choose   *fairness.Stream
	requests int
}

func (c *casino) newGuest(t *testing.T, operator session.Operator, name string) *guest {
	t.Helper()
	g := &guest{T: t, casino: c, operator: operator, name: name, choose: fairness.NewSimulation(uint64(len(c.players))).Stream("")}
	g.enter()
	c.players = append(c.players, g.player.ID)
	return g
}

// enter begins a session.
func (g *guest) enter() {
	g.Helper()
	access := g.casino.server.Access
	launch, _, err := access.CreateLaunch(g.Context(), g.operator, session.PlayerSpec{ExternalID: g.name, Currency: "USD"}, "")
	must(g, err)
	grant, err := access.Exchange(g.Context(), launch)
	must(g, err)
	claims, err := g.casino.server.Tokens.Verify(g.Context(), grant.SessionToken)
	must(g, err)
	g.player, g.session = grant.Player, claims.SessionID
}

// play leaves a revealed seed pair behind, forced rounds, rounds that were open side by side, and one that nobody finishes.
func (g *guest) play() {
	g.deposit("made", "500")
	for _, game := range g.casino.catalogue.Games() {
		for range 3 {
			g.round(game.ID)
		}
	}
	g.deposit("more", "25.50")
	g.rotate("my own seed")
	must(g, g.casino.server.Floor.ForceOutcome(g.Context(), g.operator.ID, g.player.ID, "dice", json.RawMessage(`{"roll":1.23}`)))
	g.round("dice")
	g.bet("smash")
	g.bet("launch")
	g.round("dice")
	g.withdraw("less", "3.25")
	g.finish("smash")
	g.round("slots")
	g.finish("launch")
	g.void(g.bet("move"))
	g.bet("guess")
}

// playOn reveals a second seed pair, and leaves one in play and a round that is open.
func (g *guest) playOn() {
	g.enter()
	g.rotate("")
	for range 4 {
		g.round("dice")
	}
	g.bet("move")
}

func (g *guest) visit(game string) *session.Visit {
	g.Helper()
	visit, err := g.casino.server.Floor.Sit(g.Context(), session.Guest{Player: g.player.ID, Session: g.session, Game: game, Notify: func(session.Event) {}})
	must(g, err)
	return visit
}

func (g *guest) request(a games.Action) session.Request {
	g.requests++
	if a.Payload == nil {
		a.Payload = json.RawMessage("{}")
	}
	return session.Request{ID: fmt.Sprintf("r-%d", g.requests), Payload: a.Payload, Action: a.Name}
}

// bet opens a round.
func (g *guest) bet(game string) (round uuid.UUID) {
	g.Helper()
	moves, ok := gamestest.MovesOf(game)
	if !ok {
		g.Fatalf("nobody knows how to play %s", game)
	}
	visit := g.visit(game)
	defer visit.Leave()
	answer, err := visit.Act(g.Context(), g.request(moves.Bet(g.choose)))
	must(g, err)
	var told struct{ RoundID uuid.UUID }
	must(g, json.Unmarshal(answer, &told))
	return told.RoundID
}

// void ends an open round as the operator.
func (g *guest) void(round uuid.UUID) {
	g.Helper()
	_, err := g.casino.server.Floor.Void(g.Context(), g.operator.ID, round, games.Voiding{Reason: "a test", By: "test"})
	must(g, err)
}

// finish plays an open round to its end.
func (g *guest) finish(game string) {
	g.Helper()
	moves, _ := gamestest.MovesOf(game)
	visit := g.visit(game)
	defer visit.Leave()
	for {
		open, err := visit.Recover(g.Context())
		must(g, err)
		if open == nil {
			return
		}
		if a := moves.Next(open.State, g.choose); a.Name == "" {
			_, err = visit.CashOut(g.Context(), g.request(a))
		} else {
			_, err = visit.Act(g.Context(), g.request(a))
		}
		must(g, err)
	}
}

func (g *guest) round(game string) {
	g.Helper()
	g.bet(game)
	g.finish(game)
}

func (g *guest) rotate(clientSeed string) {
	g.Helper()
	visit := g.visit("dice")
	defer visit.Leave()
	payload, err := json.Marshal(map[string]string{"clientSeed": clientSeed})
	must(g, err)
	if clientSeed == "" {
		payload = []byte("{}")
	}
	_, err = visit.Rotate(g.Context(), g.request(games.Action{Payload: payload}), clientSeed)
	must(g, err)
}

func (g *guest) order(id, sum string) wallet.Order {
	amount, err := money.Parse(g.player.Currency, sum)
	must(g, err)
	return wallet.Order{Operator: g.player.OperatorID, Player: g.player.ID, Amount: amount, TransactionID: id + g.player.ID.String()}
}

func (g *guest) deposit(id, sum string) {
	g.Helper()
	_, err := g.casino.server.Ledger.Deposit(g.Context(), g.order(id, sum))
	must(g, err)
}

func (g *guest) withdraw(id, sum string) {
	g.Helper()
	_, err := g.casino.server.Ledger.Withdraw(g.Context(), g.order(id, sum))
	must(g, err)
}

// inside calls do with a transaction that is taken back, after some statements that the database would refuse otherwise.
func (c *casino) inside(t *testing.T, statements []string, do func(pgx.Tx)) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), c.database)
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	tx, err := conn.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	must(t, err)
	defer func() { _ = tx.Rollback(context.WithoutCancel(t.Context())) }()
	_, err = tx.Exec(t.Context(), "SET LOCAL session_replication_role = replica")
	must(t, err)
	for _, one := range statements {
		tag, err := tx.Exec(t.Context(), one)
		if err != nil {
			t.Fatalf("%s: %v", one, err)
		}
		if tag.RowsAffected() == 0 && !strings.HasPrefix(one, "ALTER") {
			t.Fatalf("%s: it changes nothing", one)
		}
	}
	do(tx)
}

// audit audits the database as it is in a transaction.
func (c *casino) audit(t *testing.T, tx pgx.Tx) *audit.Report {
	t.Helper()
	report, err := audit.Database(t.Context(), tx, audit.Options{Catalogue: c.catalogue, Workers: 2}, audit.Steps{})
	must(t, err)
	return report
}
