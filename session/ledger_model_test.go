package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
	"croupier/wallet"
	"croupier/wallet/money"
)

// ledgerModel is what play and payments must do to one player, in ten lines. The ladder's open round holds its stake until it is over.
type ledgerModel struct {
	balance money.Amount
	nonce   int64
	open    *gamestest.Recorder // nil: no round is open
}

func (m *ledgerModel) escrow() money.Amount {
	if m.open == nil {
		return money.Zero(m.balance.Currency())
	}
	round, _ := m.open.Round()
	return round.Stake
}

func (m *ledgerModel) step(r *gamestest.Recorder, result games.Result) {
	m.balance = m.balance.Sub(result.Stake).Add(result.Payout)
	if r != m.open {
		m.nonce++
	}
	if r.Open() {
		m.open = r
	} else if r == m.open {
		m.open = nil
	}
}

// table drives one player of two real nodes, and the model beside it.
type table struct {
	*floorBundle
	t      *testing.T
	nodes  []*node
	who    somebody
	chairs []map[string]chair // by node and game
	model  ledgerModel
	pair   fairness.Pair   // the active one, which the engines draw from
	forced fairness.Script // what the ladder's next round was told to be
	sent   []sent          // what took effect
	number int             // makes request and transaction ids new
}

// sent is a request that took effect, and how it was answered.
type sent struct {
	id, payload, answer string
	send                func(at map[string]chair, id, payload string) (json.RawMessage, error)
}

// The requests, as a chair takes them.
func spinAt(t *table) func(map[string]chair, string, string) (json.RawMessage, error) {
	return func(at map[string]chair, id, payload string) (json.RawMessage, error) {
		return at["slots"].Act(t.t.Context(), request(id, payload))
	}
}

func climbAt(t *table) func(map[string]chair, string, string) (json.RawMessage, error) {
	return func(at map[string]chair, id, payload string) (json.RawMessage, error) {
		return at["ladder"].Act(t.t.Context(), request(id, payload))
	}
}

func cashOutAt(t *table) func(map[string]chair, string, string) (json.RawMessage, error) {
	return func(at map[string]chair, id, payload string) (json.RawMessage, error) {
		return at["ladder"].CashOut(t.t.Context(), request(id, payload))
	}
}

func rotateAt(t *table) func(map[string]chair, string, string) (json.RawMessage, error) {
	return func(at map[string]chair, id, payload string) (json.RawMessage, error) {
		return at["slots"].Rotate(t.t.Context(), request(id, payload), "")
	}
}

// TestPlayFollowsTheModel is the ledger as a state machine: whatever a player, two nodes and an operator do, one after the other or at
// once, balance, escrow, nonce and open rounds are the model's, retries are answered with the same bytes, and the proof holds.
func TestPlayFollowsTheModel(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	nodes := []*node{b.node, b.open(t, SettlerConfig{Writers: 1, Group: 3})}
	t.Cleanup(func() {
		for _, n := range nodes { // whatever stands there after the restarts
			n.settler.Stop()
		}
	})
	rapid.Check(t, func(rt *rapid.T) {
		p := &table{floorBundle: b, t: t, nodes: nodes, who: b.player(t, "0")}
		p.model.balance = money.Zero(p.who.Currency)
		for n := range nodes {
			p.chairs = append(p.chairs, nil)
			p.sit(n)
		}
		p.readSeeds()
		rt.Repeat(map[string]func(*rapid.T){
			"deposit": p.deposit, "withdraw": p.withdraw, "spin": p.spin, "bet": p.bet, "climb": p.climb, "cash out": p.cashOut,
			"force": p.force, "rotate": p.rotate, "rotate by REST": p.rotateByREST, "resend": p.resend, "reuse": p.reuse, "look": p.look,
			"restart": p.restart, "one request at both nodes": p.sameAtOnce, "two requests at once": p.twoAtOnce,
			"deposit while playing": p.depositAtOnce, "": p.check,
		})
		b.clean(t)
	})
}

// check holds what is stored against the model.
func (p *table) check(rt *rapid.T) {
	row := p.seat(p.t, p.who.ID)
	open := p.count(p.t, `SELECT count(*) FROM rounds WHERE player_id = $1 AND status = 'in_progress'`, p.who.ID)
	told := p.count(p.t, `SELECT count(*) FROM actions WHERE player_id = $1`, p.who.ID)
	sums := amount(p.t, money.Number(row.Balance)).Equal(p.model.balance) && amount(p.t, money.Number(row.Escrow)).Equal(p.model.escrow())
	if !sums || row.Nonce != p.model.nonce ||
		(open > 0) != (p.model.open != nil) || open > 1 || told != len(p.sent) {
		rt.Fatalf("stored %+v, %d open rounds, %d requests; the model has %s, %s in escrow, nonce %d, open %t, %d requests", row, open, told,
			p.model.balance, p.model.escrow(), p.model.nonce, p.model.open != nil, len(p.sent))
	}
}

// ask sends a new request, on any node, as a client does that insists, and remembers its answer. A refusal must be the wanted one.
func (p *table) ask(rt *rapid.T, payload string, want Code, send func(map[string]chair, string, string) (json.RawMessage, error)) (told, bool) {
	p.number++
	s := sent{id: fmt.Sprint("request ", p.number), payload: payload, send: send}
	at := rapid.IntRange(0, len(p.nodes)-1).Draw(rt, "node")
	answer, err := p.insist(p.t, p.who, s.id, func() (string, error) {
		text, err := send(p.chairs[at], s.id, payload)
		return string(text), err
	})
	if want != "" || err != nil {
		if e := asError(err); e == nil || e.Code != want {
			rt.Fatalf("%s was answered %s, %v, want %q", payload, answer, err, want)
		}
		return told{}, false
	}
	s.answer = answer
	p.sent = append(p.sent, s)
	return parseTold(p.t, []byte(answer)), true
}

// recorder plays the next round of a game as the model sees it.
func (p *table) recorder(game string, forced fairness.Script) *gamestest.Recorder {
	g, _ := p.floor.Catalogue().Lookup(game)
	r, err := gamestest.NewRecorder(g, g.Default, p.who.Currency.Code(), p.pair, uint64(p.model.nonce), forced)
	must(p.t, err)
	return r
}

// follow makes the model's step and holds the answer against it.
func (p *table) follow(rt *rapid.T, r *gamestest.Recorder, answer told, play func() (games.Result, error)) {
	nonce, before := int64(r.Record().Nonce), p.model.balance
	round, _ := r.Round()
	result, err := play()
	must(p.t, err)
	p.model.step(r, result)
	sum := string(answer.Balance.Before) == before.String() && string(answer.Balance.After) == p.model.balance.String()
	fair := answer.Win != "" || answer.Fair.Nonce == nonce && answer.Fair.Step == round.Step && answer.Fair.Hash == p.pair.ServerSeed.Hash()
	if !sum || !fair || answer.Status != result.Status || string(answer.Outcome) != string(result.Outcome) {
		rt.Fatalf("told %s; the model goes from %s to %s with %s %s, nonce %d, step %d", answer.text, before, p.model.balance,
			result.Status, result.Outcome, nonce, round.Step)
	}
}

func (p *table) spin(rt *rapid.T) {
	if answer, ok := p.ask(rt, spinPayload, p.needs("1.00"), spinAt(p)); ok {
		r := p.recorder("slots", nil)
		p.follow(rt, r, answer, func() (games.Result, error) { return r.Act(spinPayload) })
	}
}

func (p *table) bet(rt *rapid.T) {
	if p.model.open != nil {
		_, _ = p.ask(rt, betPayload, InvalidAction, climbAt(p))
		return
	}
	stake := rapid.SampledFrom([]money.Number{"0.10", "0.37", "1.00", "2.50"}).Draw(rt, "stake")
	payload := `{"action":"bet","amount":` + string(stake) + `}`
	if answer, ok := p.ask(rt, payload, p.needs(stake), climbAt(p)); ok {
		r := p.recorder("ladder", p.forced)
		p.forced = nil
		p.follow(rt, r, answer, func() (games.Result, error) { return r.Act(payload) })
	}
}

func (p *table) climb(rt *rapid.T) {
	want := Code("")
	if p.model.open == nil {
		want = InvalidAction
	}
	if answer, ok := p.ask(rt, climbPayload, want, climbAt(p)); ok {
		r := p.model.open
		p.follow(rt, r, answer, func() (games.Result, error) { return r.Act(climbPayload) })
	}
}

func (p *table) cashOut(rt *rapid.T) {
	r, want := p.model.open, Code("")
	switch {
	case r != nil && len(r.Record().Actions) == 1: // there is nothing to take before the first step
		want = InvalidAction
	case r == nil && p.count(p.t, `SELECT count(*) FROM rounds WHERE player_id = $1 AND game_id = 'ladder'`, p.who.ID) > 0:
		want = RoundComplete
	case r == nil:
		want = RoundNotFound
	}
	if answer, ok := p.ask(rt, `{}`, want, cashOutAt(p)); ok {
		p.follow(rt, r, answer, r.CashOut)
	}
}

// needs is what a stake is answered with: nothing, or that there is too little.
func (p *table) needs(stake money.Number) Code {
	if p.model.balance.Cmp(amount(p.t, stake)) < 0 {
		return InsufficientBalance
	}
	return ""
}

// force decides the ladder's next round. A round that is open goes on as it was.
func (p *table) force(rt *rapid.T) {
	outcome := rapid.SampledFrom([]string{`{"fallOnRung":1}`, `{"fallOnRung":3}`, `{"fallOnRung":null}`}).Draw(rt, "outcome")
	node := p.nodes[rapid.IntRange(0, 1).Draw(rt, "node")]
	must(p.t, node.floor.ForceOutcome(p.t.Context(), p.operator.ID, p.who.ID, "ladder", json.RawMessage(outcome)))
	// The order reaches a node that listens as news; these do not listen, and an order alone does not move the seat. As at every
	// connection, the next thing that is done is to look.
	for _, at := range p.chairs {
		must(p.t, second(at["slots"].Balance(p.t.Context())))
	}
	g, _ := p.floor.Catalogue().Lookup("ladder")
	v, _ := g.Variant(g.Default)
	script, err := v.Engine.Force(json.RawMessage(outcome))
	must(p.t, err)
	p.forced = script
}

func (p *table) rotate(rt *rapid.T) {
	want := Code("")
	if p.model.open != nil {
		want = InvalidAction
	}
	if _, ok := p.ask(rt, `{}`, want, rotateAt(p)); ok {
		p.model.nonce = 0
		p.readSeeds()
	}
}

// rotateByREST rotates behind the seats' backs.
func (p *table) rotateByREST(rt *rapid.T) {
	_, err := p.nodes[rapid.IntRange(0, 1).Draw(rt, "node")].floor.RotateSeeds(p.t.Context(), p.who.ID, "")
	if p.model.open != nil {
		if asError(err) == nil {
			rt.Fatalf("rotated while a round is open: %v", err)
		}
		return
	}
	must(p.t, err)
	p.model.nonce = 0
	p.readSeeds()
}

// readSeeds takes the active seeds from the database: the draws are the engines' business, not the model's.
func (p *table) readSeeds() {
	at, err := p.floor.load(p.t.Context(), p.who.ID)
	must(p.t, err)
	p.pair = at.pair
}

// resend sends what took effect before, on any node: the same bytes, and no effect.
func (p *table) resend(rt *rapid.T) {
	s := p.before(rt)
	answer, err := s.send(p.chairs[rapid.IntRange(0, 1).Draw(rt, "node")], s.id, s.payload)
	if err != nil || string(answer) != s.answer {
		rt.Fatalf("%s %s was answered %s, and again %s, %v", s.id, s.payload, s.answer, answer, err)
	}
}

// reuse sends the id of what took effect with another payload, or another request.
func (p *table) reuse(rt *rapid.T) {
	s := p.before(rt)
	payload, send := `{"action":"bet","amount":0.11}`, climbAt(p)
	if rapid.Bool().Draw(rt, "rotate") {
		payload, send = `{"clientSeed":"other"}`, rotateAt(p)
	}
	_, err := send(p.chairs[rapid.IntRange(0, 1).Draw(rt, "node")], s.id, payload)
	if !errors.Is(err, &Error{Code: RequestReused}) {
		rt.Fatalf("%s %s, sent again as %s, was answered %v", s.id, s.payload, payload, err)
	}
}

func (p *table) before(rt *rapid.T) sent {
	if len(p.sent) == 0 {
		rt.Skip("nothing was sent yet")
	}
	return p.sent[rapid.IntRange(0, len(p.sent)-1).Draw(rt, "request")]
}

// look asks a node for what its player sees.
func (p *table) look(rt *rapid.T) {
	at := p.chairs[rapid.IntRange(0, 1).Draw(rt, "node")]
	has, err := at["slots"].Balance(p.t.Context())
	must(p.t, err)
	seeds, err := at["slots"].Seeds(p.t.Context())
	must(p.t, err)
	open, err := at["ladder"].Recover(p.t.Context())
	must(p.t, err)
	if !has.Balance.Equal(p.model.balance) || seeds.Nonce != p.model.nonce || seeds.ServerSeedHash != p.pair.ServerSeed.Hash() ||
		(open != nil) != (p.model.open != nil) {
		rt.Fatalf("seen: %+v, %+v, %+v; the model has %+v", has, seeds, open, p.model)
	}
}

func (p *table) deposit(rt *rapid.T) { p.pay(rt, p.ledger.Deposit, wallet.Deposit) }

func (p *table) withdraw(rt *rapid.T) { p.pay(rt, p.ledger.Withdraw, wallet.Withdrawal) }

// pay moves money by the operator's order, twice: the second time moves nothing.
func (p *table) pay(rt *rapid.T, do func(context.Context, wallet.Order) (wallet.Receipt, error), code wallet.Code) {
	o := p.order(amount(p.t, rapid.SampledFrom([]money.Number{"0.01", "1.00", "3.33"}).Draw(rt, "amount")))
	after := p.model.balance.Add(o.Amount)
	if code == wallet.Withdrawal {
		after = p.model.balance.Sub(o.Amount)
	}
	for n := range 2 {
		got, err := do(p.t.Context(), o)
		if after.Sign() < 0 {
			if !errors.Is(err, wallet.ErrInsufficient) {
				rt.Fatalf("%s of %s from %s: %v", code, o.Amount, p.model.balance, err)
			}
			return
		}
		if err != nil || !got.Balance.Equal(after) || got.Duplicate != (n == 1) {
			rt.Fatalf("%s of %s: %+v, %v, want %s", code, o.Amount, got, err, after)
		}
	}
	p.model.balance = after
}

func (p *table) order(a money.Amount) wallet.Order {
	p.number++
	return wallet.Order{Operator: p.operator.ID, Player: p.who.ID, Amount: a, TransactionID: fmt.Sprint(p.who.ID, p.number)}
}

// restart replaces a node by a new one, which knows nothing.
func (p *table) restart(rt *rapid.T) { p.reopen(rapid.IntRange(0, 1).Draw(rt, "node")) }

func (p *table) reopen(n int) {
	old := p.nodes[n]
	old.settler.Stop()
	quiet := slog.New(slog.DiscardHandler)
	old.settler = NewSettler(old.db, quiet, old.settler.config)
	var err error
	old.floor, err = NewFloor(p.t.Context(), old.db, p.vault, p.floor.Catalogue(), old.settler, time.Now, quiet)
	must(p.t, err)
	p.sit(n)
}

func (p *table) sit(n int) {
	p.chairs[n] = map[string]chair{"slots": p.nodes[n].sit(p.t, p.who, "slots"), "ladder": p.nodes[n].sit(p.t, p.who, "ladder")}
}

// spinAtOnce sends spins, one of each id to each of its nodes, at the same time, and returns the answers in that order.
func (p *table) spinAtOnce(rt *rapid.T, ids ...string) []told {
	answers := make([]told, len(ids))
	for _, err := range race(len(ids), func(n int) error {
		text, err := p.insist(p.t, p.who, ids[n], func() (string, error) {
			text, err := spinAt(p)(p.chairs[n%len(p.chairs)], ids[n], spinPayload)
			return string(text), err
		})
		if err == nil {
			answers[n] = parseTold(p.t, []byte(text))
		}
		return err
	}) {
		if err != nil {
			rt.Fatalf("a spin that the balance is enough for: %v", err)
		}
	}
	return answers
}

// took remembers that a spin took effect.
func (p *table) took(id string, answer told) {
	p.sent = append(p.sent, sent{id: id, payload: spinPayload, answer: answer.text, send: spinAt(p)})
}

// sameAtOnce sends one request to both nodes at once: it takes effect once and has one answer.
func (p *table) sameAtOnce(rt *rapid.T) {
	if p.needs("1.00") != "" {
		rt.Skip("too little to play for")
	}
	id := "both " + uuid.NewString()
	answers := p.spinAtOnce(rt, id, id)
	if answers[0].text != answers[1].text {
		rt.Fatalf("one request was answered %s and %s", answers[0].text, answers[1].text)
	}
	p.took(id, answers[0])
	r := p.recorder("slots", nil)
	p.follow(rt, r, answers[0], func() (games.Result, error) { return r.Act(spinPayload) })
}

// twoAtOnce sends two requests at once, one to each node: the nonces say in which order they took effect.
func (p *table) twoAtOnce(rt *rapid.T) {
	if p.needs("2.00") != "" {
		rt.Skip("too little to play for")
	}
	ids := []string{uuid.NewString(), uuid.NewString()}
	answers := p.spinAtOnce(rt, ids...)
	p.took(ids[0], answers[0])
	p.took(ids[1], answers[1])
	if answers[0].Fair.Nonce > answers[1].Fair.Nonce {
		answers[0], answers[1] = answers[1], answers[0]
	}
	for _, answer := range answers {
		r := p.recorder("slots", nil)
		p.follow(rt, r, answer, func() (games.Result, error) { return r.Act(spinPayload) })
	}
}

// depositAtOnce pays in while a spin is under way: which came first is in the spin's answer.
func (p *table) depositAtOnce(rt *rapid.T) {
	if p.needs("1.00") != "" {
		rt.Skip("too little to play for")
	}
	paid := make(chan error, 1)
	o := p.order(amount(p.t, "5.00"))
	go func() { paid <- second(p.ledger.Deposit(p.t.Context(), o)) }()
	id := uuid.NewString()
	answer := p.spinAtOnce(rt, id)[0]
	must(p.t, <-paid)
	p.took(id, answer)
	r, early := p.recorder("slots", nil), string(answer.Balance.Before) != p.model.balance.String()
	if early {
		p.model.balance = p.model.balance.Add(o.Amount)
	}
	p.follow(rt, r, answer, func() (games.Result, error) { return r.Act(spinPayload) })
	if !early {
		p.model.balance = p.model.balance.Add(o.Amount)
	}
}
