package session

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/games"
	"croupier/migrations"
	"croupier/sandbox/pgtest"
	"croupier/wallet"
)

// insist sends one request until it is answered by a result or a refusal, as a client does: the same id again when nothing was done
// or when it is not known whether anything was. An error that says neither fails the test.
func (b *floorBundle) insist(t testing.TB, who somebody, id string, send func() (string, error)) (string, error) {
	deadline := time.Now().Add(2 * patience)
	for {
		answer, err := send()
		e := asError(err)
		switch {
		case err == nil:
			return answer, nil
		case e == nil:
			t.Errorf("request %s: error %v is none of the protocol", id, err)
			return "", err
		case e.Code != Busy && e.Code != Internal:
			return "", err
		case e.Code == Internal && e.Details["unknown"] != true:
			t.Errorf("request %s: %v %v", id, e, e.Details)
			return "", err
		case time.Now().After(deadline):
			t.Errorf("request %s: still %v", id, err)
			return "", err
		}
	}
}

func TestCrowdOnTwoNodes(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	nodes := []*node{b.node, b.open(t, SettlerConfig{Group: 7})}
	const players, rounds = 20, 15
	crowd := make([]somebody, players)
	for i := range crowd {
		crowd[i] = b.player(t, "100.00")
	}
	errs := race(players, func(p int) error {
		who := crowd[p]
		chairs := []chair{nodes[p%2].sit(t, who, "slots"), nodes[(p+1)%2].sit(t, who, "slots")}
		for i := range rounds {
			id := fmt.Sprint(i)
			answers := make([]string, 3)
			for _, err := range race(len(answers), func(n int) (err error) { // every request is sent thrice
				answers[n], err = b.insist(t, who, id, func() (string, error) {
					text, err := chairs[n%2].Act(t.Context(), request(id, spinPayload))
					return string(text), err
				})
				return err
			}) {
				if err != nil {
					return err
				}
			}
			if answers[0] != answers[1] || answers[0] != answers[2] {
				return fmt.Errorf("one request was answered %v", answers)
			}
			b.stored(t, who, id, answers[0])
		}
		return nil
	})
	must(t, errors.Join(errs...))
	for _, who := range crowd {
		if row := b.seat(t, who.ID); row.Nonce != rounds {
			t.Errorf("next nonce %d after %d rounds", row.Nonce, rounds)
		}
	}
	if proof := b.clean(t); proof.Rounds != players*rounds {
		t.Errorf("%d rounds, want %d", proof.Rounds, players*rounds)
	}
}

func TestOnePlayerOnTwoNodesAtOnce(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "1000.00")
	const distinct, senders = 40, 6
	other := b.open(t, SettlerConfig{})
	chairs := []chair{b.sit(t, who, "slots"), other.sit(t, who, "slots"), b.sit(t, who, "slots")}
	var mu sync.Mutex
	answers := map[string]string{}
	deposits := make(chan struct{})
	go func() { // money comes in between
		defer close(deposits)
		for range 10 {
			b.deposit(t, who, "1.00")
		}
	}()
	for _, err := range race(senders, func(n int) error {
		for _, i := range rand.Perm(distinct) {
			id := fmt.Sprint(i)
			answer, err := b.insist(t, who, id, func() (string, error) {
				text, err := chairs[n%len(chairs)].Act(t.Context(), request(id, spinPayload))
				return string(text), err
			})
			if err != nil {
				return err
			}
			mu.Lock()
			if first, ok := answers[id]; ok && first != answer {
				t.Errorf("request %s was answered %s and %s", id, first, answer)
			}
			answers[id] = answer
			mu.Unlock()
		}
		return nil
	}) {
		must(t, err)
	}
	<-deposits
	if row := b.seat(t, who.ID); row.Nonce != distinct {
		t.Errorf("next nonce %d after %d distinct requests", row.Nonce, distinct)
	}
	b.clean(t)
}

// ladderStorm plays rounds of the ladder on any of the chairs, and returns how many requests were answered.
func (b *floorBundle) ladderStorm(t testing.TB, who somebody, chairs []chair, rounds int) (answered int, err error) {
	send := func(kind, id string) (told, error) {
		answer, err := b.insist(t, who, id, func() (string, error) {
			c := chairs[rand.IntN(len(chairs))]
			if kind == "cashout" {
				text, err := c.CashOut(t.Context(), request(id, `{}`))
				return string(text), err
			}
			text, err := c.Act(t.Context(), request(id, kind))
			if errors.Is(err, &Error{Code: Busy}) && b.count(t, `SELECT count(*) FROM actions WHERE session_id = $1 AND request_id = $2`, who.session, id) > 0 {
				t.Errorf("request %s was told that nothing was done, and was done", id)
			}
			return string(text), err
		})
		if err != nil {
			return told{}, err
		}
		answered++
		b.stored(t, who, id, answer)
		return parseTold(t, []byte(answer)), nil
	}
	for i := range rounds {
		answer, err := send(betPayload, fmt.Sprintf("bet %d", i))
		for step := 0; err == nil && answer.Status == games.InProgress; step++ {
			kind := climbPayload
			if step == 2 {
				kind = "cashout"
			}
			answer, err = send(kind, fmt.Sprintf("step %d/%d", i, step))
		}
		if err != nil {
			return answered, err
		}
	}
	return answered, nil
}

func TestConnectionsAreCutWhilePlaying(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	nodes := []*node{b.node, b.open(t, SettlerConfig{})}
	const players, rounds = 6, 8
	crowd := make([]somebody, players)
	chairs := make([][]chair, players)
	for p := range crowd {
		crowd[p] = b.player(t, "100.00")
		chairs[p] = []chair{nodes[0].sit(t, crowd[p], "ladder"), nodes[1].sit(t, crowd[p], "ladder")}
	}
	ctx, stop := context.WithCancel(t.Context())
	cut := make(chan int)
	go func() { cut <- cutConnections(ctx, b.admin) }()
	var answered atomic.Int64
	errs := race(players, func(p int) error {
		n, err := b.ladderStorm(t, crowd[p], chairs[p], rounds)
		answered.Add(int64(n))
		return err
	})
	stop()
	cuts := <-cut
	must(t, errors.Join(errs...))
	t.Logf("%d connections were cut", cuts)
	if cuts == 0 {
		t.Error("nothing was tried")
	}
	if n := b.count(t, `SELECT count(*) FROM actions`); n != int(answered.Load()) {
		t.Errorf("%d actions are stored, %d requests were answered", n, answered.Load())
	}
	if proof := b.clean(t); proof.Rounds != players*rounds || proof.OpenRounds != 0 {
		t.Errorf("%d rounds, %d open, want %d", proof.Rounds, proof.OpenRounds, players*rounds)
	}
}

// cutConnections ends one of the servers' connections after the other, those that are at work first. Something is stored between one cut
// and the next: on a busy machine nobody would get anything done otherwise.
func cutConnections(ctx context.Context, admin *pgxpool.Pool) (cuts int) {
	tick := time.NewTicker(40 * time.Millisecond)
	defer tick.Stop()
	stored := -1
	for {
		select {
		case <-ctx.Done():
			return cuts
		case <-tick.C:
		}
		const sql = `SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM (SELECT pid FROM pg_stat_activity
			WHERE datname = current_database() AND application_name = 'croupier' ORDER BY state = 'active' DESC, random() LIMIT 1) one`
		var n, now int
		if admin.QueryRow(ctx, `SELECT count(*) FROM actions`).Scan(&now) != nil || now == stored {
			continue
		}
		if admin.QueryRow(ctx, sql).Scan(&n) == nil {
			cuts += n
			stored = now
		}
	}
}

func TestPostgresIsKilledWhilePlaying(t *testing.T) {
	t.Parallel()
	cluster := pgtest.Cluster(t)
	must(t, cluster.CreateDatabase(t.Context(), "croupier"))
	must(t, migrations.Up(t.Context(), cluster.URL("croupier")))
	b := setupFloorAt(t, cluster.URL("croupier"))
	b.listen(t)
	const players = 6
	crowd := make([]somebody, players)
	chairs := make([]chair, players)
	for p := range crowd {
		crowd[p] = b.player(t, "1000.00")
		chairs[p] = b.sit(t, crowd[p], "slots")
	}
	var spins atomic.Int64
	var down atomic.Bool
	killed, stop := make(chan struct{}), make(chan struct{})
	answers := make([]map[string]string, players)
	playing := make(chan []error)
	go func() {
		playing <- race(players, func(p int) error {
			answers[p] = map[string]string{}
			for i := 0; ; i++ {
				id := fmt.Sprint(i)
				answer, err := b.insist(t, crowd[p], id, func() (string, error) {
					ctx, cancel := context.WithTimeout(t.Context(), time.Second) // so that some give up while the database is away
					defer cancel()
					text, err := chairs[p].Act(ctx, request(id, spinPayload))
					return string(text), err
				})
				if err != nil {
					return err
				}
				answers[p][id] = answer
				spins.Add(1)
				select {
				case <-stop:
					return nil
				default:
				}
			}
		})
	}()
	go func() { // the players play on while the database is away
		defer close(killed)
		if !reaches(&spins, 100) {
			return
		}
		if err := cluster.Kill(); err != nil {
			t.Error(err)
		}
		down.Store(true)
		if err := cluster.Restart(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	<-killed
	if !down.Load() {
		t.Error("there was too little play to kill the database in")
	}
	before := spins.Load()
	if !reaches(&spins, before+100) {
		t.Error("play did not resume")
	}
	close(stop)
	must(t, errors.Join(<-playing...))

	var told int
	for p, who := range crowd {
		for id, answer := range answers[p] {
			b.stored(t, who, id, answer)
			told++
		}
	}
	if proof := b.clean(t); proof.Rounds != int64(told) {
		t.Errorf("%d rounds, %d were told", proof.Rounds, told)
	}
	b.heard(t) // it listens again
	b.deposit(t, crowd[0], "5.00")
	eventually(t, "a deposit is heard of", func() bool {
		select {
		case e := <-chairs[0].events:
			return e.Balance != nil && e.Balance.Amount.String() == "5.00"
		default:
			return false
		}
	})
}

// reaches polls until n is at least goal.
func reaches(n *atomic.Int64, goal int64) bool {
	deadline := time.After(patience)
	for tick := time.Tick(5 * time.Millisecond); n.Load() < goal; {
		select {
		case <-tick:
		case <-deadline:
			return false
		}
	}
	return true
}

// Deposits, play and rotations of a few players at once, on two nodes that listen: whatever interleaves, the ledger holds.
func TestEverythingAtOnce(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	other := b.open(t, SettlerConfig{Writers: 1, Group: 3})
	b.listen(t)
	other.listen(t)
	crowd := []somebody{b.player(t, "500.00"), b.player(t, "500.00"), b.player(t, "500.00")}
	chairs := map[uuid.UUID][]chair{}
	for _, who := range crowd {
		chairs[who.ID] = []chair{b.sit(t, who, "slots"), other.sit(t, who, "slots"), b.sit(t, who, "ladder"), other.sit(t, who, "ladder")}
	}
	checked := make(chan error, 1)
	go func() { // the proof is made while all this goes on
		proof, err := wallet.Check(t.Context(), b.admin, nil)
		if err == nil && len(proof.Findings) > 0 {
			err = fmt.Errorf("while playing: %+v", proof.Findings)
		}
		checked <- err
	}()
	must(t, errors.Join(race(len(crowd)*4, func(n int) error {
		who := crowd[n%len(crowd)]
		at := chairs[who.ID]
		for i := range 10 {
			id := fmt.Sprintf("%d/%d", n, i)
			if _, err := b.insist(t, who, id, func() (string, error) {
				c := at[rand.IntN(len(at))]
				switch {
				case i%5 == 4:
					return "", second(c.Rotate(t.Context(), request(id, `{}`), ""))
				case i%5 == 3:
					a := amount(t, "0.01")
					_, err := b.ledger.Withdraw(t.Context(), wallet.Order{Operator: b.operator.ID, Player: who.ID, Amount: a, TransactionID: uuid.NewString()})
					return "", err
				case c.game.ID == "slots":
					return "", second(c.Act(t.Context(), request(id, spinPayload)))
				}
				return "", second(c.Act(t.Context(), request(id, []string{betPayload, climbPayload}[i%2])))
			}); err != nil && !slices.Contains([]Code{InvalidAction, RoundNotFound, RequestReused}, asError(err).Code) {
				return err
			}
		}
		return nil
	})...))
	must(t, <-checked)
	b.clean(t)
}
