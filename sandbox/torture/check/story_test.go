package check_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
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
	"croupier/sandbox/pgtest"
	"croupier/sandbox/torture/history"
	"croupier/session"
	"croupier/wallet"
	"croupier/wallet/money"
)

// story is a small run that was really played: what its clients say, and the database that it was played on.
type story struct {
	database string
	text     []byte // the history
}

// playStory plays a story on a server of its own, which is closed when it returns.
func playStory(t *testing.T) *story { t.Helper(); return playStoryOf(t, (*teller).play) }

// playStoryOf is playStory with another story.
func playStoryOf(t *testing.T, play func(*teller)) *story {
	t.Helper()
	catalogue, err := games.NewCatalogue(builtin.Games()...)
	must(t, err)
	key, err := fairness.ParseKey(strings.Repeat("5a", 32))
	must(t, err)
	s := &story{database: pgtest.New(t)}
	server, err := api.Start(t.Context(), api.Config{Listen: "127.0.0.1:0", DatabaseURL: s.database, Mode: "sandbox",
		MasterKeys: []fairness.Key{key}, Catalogue: catalogue, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	operator, _, err := server.Operators.Create(t.Context(), "Torture", session.Sandbox, nil)
	must(t, err)
	h := &history.History{Began: time.Now()}
	for i := range 2 {
		teller := newTeller(t, server, h, operator, fmt.Sprintf("player-%d", i))
		play(teller)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
	defer cancel()
	must(t, server.Close(ctx))
	var text bytes.Buffer
	must(t, history.Write(&text, h))
	s.text = text.Bytes()
	s.save(t)
	return s
}

// teller is a player's only client.
type teller struct {
	t       *testing.T
	server  *api.Server
	history *history.History
	player  session.Player
	session uuid.UUID
}

func newTeller(t *testing.T, server *api.Server, h *history.History, operator session.Operator, name string) *teller {
	t.Helper()
	spec := session.PlayerSpec{ExternalID: name, Currency: "USD"}
	launch, _, err := server.Access.CreateLaunch(t.Context(), operator, spec, "")
	must(t, err)
	grant, err := server.Access.Exchange(t.Context(), launch)
	must(t, err)
	claims, err := server.Tokens.Verify(t.Context(), grant.SessionToken)
	must(t, err)
	c := &teller{t: t, server: server, history: h, player: grant.Player, session: claims.SessionID}
	_, err = server.Ledger.Deposit(t.Context(), c.order("made-"+name, "100"))
	must(t, err)
	h.Players = append(h.Players, history.Player{ID: c.player.ID.String(), Operator: operator.ID.String(), Currency: "USD", Balance: "100.00"})
	return c
}

// play leaves three seed pairs behind, rounds of all shapes, a refusal of every kind that is looked at, and an open round.
func (c *teller) play() {
	c.ask("dice", history.Balance, `{}`)
	c.ask("dice", history.Seeds, `{}`)
	for range 3 {
		c.ask("dice", history.Action, `{"action": "roll", "amount": 1.00, "chance": 50}`)
	}
	c.smash()
	c.move(history.Deposit, "25.50")
	c.ask("dice", history.Rotate, `{"clientSeed":"one"}`)
	c.ask("slots", history.Action, `{"action":"spin","betPerLine":0.05,"activePaylines":20}`)
	c.again()
	c.smash()
	c.ask("smash", history.Cashout, `{}`) // too late
	c.move(history.Withdrawal, "60.00")
	c.move(history.Withdrawal, "1000.00") // refused
	c.ask("dice", history.Rotate, `{}`)
	for range 2 {
		c.ask("dice", history.Action, `{"action":"roll","amount":0.50,"chance":25.5}`)
	}
	c.ask("dice", history.Action, `{"action":"roll","amount":5000.00,"chance":50}`) // refused
	c.ask("dice", history.Action, `{"action":"roll","amount":100.00,"chance":50}`)  // refused
	c.ask("move", history.Action, `{"action":"bet","amount":2.00}`)
	c.ask("move", history.Rotate, `{}`) // refused
	c.ask("move", history.Balance, `{}`)
	c.ask("move", history.Seeds, `{}`)
}

// smash plays a round of smash to its end, whatever comes.
func (c *teller) smash() {
	c.ask("smash", history.Action, `{"action":"bet","amount":1.00}`)
	c.ask("smash", history.Action, `{"action":"hit"}`)
	c.ask("smash", history.Cashout, `{}`) // refused, if the hammer broke
}

var storyIDs atomic.Int64

// ask asks for something in the game.
func (c *teller) ask(game string, kind history.Kind, payload string) {
	c.t.Helper()
	id := fmt.Sprintf("r-%d", storyIDs.Add(1))
	op := history.Op{Player: c.player.ID.String(), Session: c.session.String(), Game: game, Kind: kind, Request: id, Payload: json.RawMessage(payload)}
	op.Tries = []history.Try{c.try(op)}
	c.history.Ops = append(c.history.Ops, op)
}

// again sends the last request once more.
func (c *teller) again() {
	last := &c.history.Ops[len(c.history.Ops)-1]
	last.Tries = append(last.Tries, c.try(*last))
}

// try sends a request and takes down what it is told.
func (c *teller) try(op history.Op) history.Try {
	c.t.Helper()
	ctx := c.t.Context()
	told := history.Try{Sent: time.Since(c.history.Began)}
	visit, err := c.server.Floor.Sit(ctx, session.Guest{Player: c.player.ID, Session: c.session, Game: op.Game, Notify: func(session.Event) {}})
	must(c.t, err)
	defer visit.Leave()
	var asked struct{ Action, ClientSeed string }
	must(c.t, json.Unmarshal(op.Payload, &asked))
	request := session.Request{ID: op.Request, Payload: op.Payload, Action: asked.Action}
	switch op.Kind {
	case history.Action:
		told.Type = "action_result"
		told.Answer, err = visit.Act(ctx, request)
	case history.Cashout:
		told.Type = "cashout_result"
		told.Answer, err = visit.CashOut(ctx, request)
	case history.Rotate:
		told.Type = "seed_rotated"
		told.Answer, err = visit.Rotate(ctx, request, asked.ClientSeed)
	case history.Balance:
		told.Type = "balance_update"
		told.Answer, err = marshalled(visit.Balance(ctx))
	case history.Seeds:
		told.Type = "seed_state"
		told.Answer, err = marshalled(visit.Seeds(ctx))
	}
	c.refused(&told, err)
	told.Told = time.Since(c.history.Began)
	return told
}

func marshalled(answer any, err error) (json.RawMessage, error) {
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

func (c *teller) refused(told *history.Try, err error) {
	c.t.Helper()
	if err == nil {
		return
	}
	var refusal *session.Error
	if !errors.As(err, &refusal) {
		c.t.Fatal(err)
	}
	told.Type, told.Code = "error", string(refusal.Code)
	told.Answer, err = json.Marshal(map[string]any{"code": refusal.Code, "message": refusal.Message, "details": refusal.Details})
	must(c.t, err)
}

// move deposits or withdraws.
func (c *teller) move(kind history.Kind, sum string) {
	c.t.Helper()
	id := fmt.Sprintf("t-%d", storyIDs.Add(1))
	order := c.order(id, sum)
	told := history.Try{Sent: time.Since(c.history.Began), Type: "success"}
	by := c.server.Ledger.Deposit
	if kind == history.Withdrawal {
		by = c.server.Ledger.Withdraw
	}
	receipt, err := by(c.t.Context(), order)
	if errors.Is(err, wallet.ErrInsufficient) {
		err = session.Errorf(session.NotEnoughMoney, "Insufficient balance")
	}
	told.Answer, _ = json.Marshal(map[string]any{"playerId": c.player.ID, "balance": receipt.Balance, "currency": "USD", "transactionId": id})
	c.refused(&told, err)
	told.Told = time.Since(c.history.Began)
	payload := fmt.Sprintf(`{"playerId":%q,"amount":%s,"currency":"USD","transactionId":%q}`, c.player.ID, sum, id)
	c.history.Ops = append(c.history.Ops, history.Op{Player: c.player.ID.String(), Kind: kind, Request: id, Payload: json.RawMessage(payload),
		Tries: []history.Try{told}})
}

func (c *teller) order(id, sum string) wallet.Order {
	amount, err := money.Parse(c.player.Currency, sum)
	must(c.t, err)
	return wallet.Order{Operator: c.player.OperatorID, Player: c.player.ID, Amount: amount, TransactionID: id}
}

// history returns what the clients say, to be changed.
func (s *story) history(t *testing.T) *history.History {
	t.Helper()
	h, err := history.Read(bytes.NewReader(s.text))
	must(t, err)
	return h
}

// damaged are the tables that damages change.
var damaged = []string{"seats", "seed_pairs", "builds", "rounds", "actions", "transfers", "operator_transactions"}

// save keeps what is stored, for damage to restore.
func (s *story) save(t *testing.T) {
	t.Helper()
	statements := []string{"CREATE SCHEMA saved"}
	for _, table := range damaged {
		statements = append(statements, fmt.Sprintf("CREATE TABLE saved.%s AS TABLE %s", table, table))
	}
	s.change(t, statements...)
}

// damage runs statements that the database would refuse, until the test ends. Each must change something.
func (s *story) damage(t *testing.T, statements string) {
	t.Helper()
	t.Cleanup(func() {
		var back []string
		for _, table := range damaged {
			back = append(back, "DELETE FROM "+table, fmt.Sprintf("INSERT INTO %s OVERRIDING SYSTEM VALUE TABLE saved.%s", table, table))
		}
		s.change(t, back...)
	})
	s.change(t, strings.Split(statements, ";")...)
}

// change runs statements with all triggers and foreign keys off.
func (s *story) change(t *testing.T, statements ...string) {
	t.Helper()
	ctx := context.WithoutCancel(t.Context())
	conn, err := pgx.Connect(ctx, s.database)
	must(t, err)
	defer conn.Close(ctx)
	must(t, pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL session_replication_role = replica"); err != nil {
			return err
		}
		for _, one := range statements {
			tag, err := tx.Exec(ctx, one)
			if err == nil && tag.RowsAffected() == 0 && !tag.Select() && !strings.HasPrefix(one, "CREATE SCHEMA") {
				err = errors.New("it changes nothing")
			}
			if err != nil {
				return fmt.Errorf("%s: %w", one, err)
			}
		}
		return nil
	}))
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
