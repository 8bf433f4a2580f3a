package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5/pgxpool"
	exact "github.com/shopspring/decimal"

	"croupier/sandbox/operatorwallet"
	"croupier/sandbox/pgtest"
)

// killable is a casino whose server is a process that is killed and started again, and whose operator keeps the money in the reference wallet.
type killable struct {
	url    string
	own    *pgxpool.Pool
	books  *pgxpool.Pool
	env    program
	key    walletReport
	served *exec.Cmd
	base   string

	mu     sync.Mutex
	meddle func(call, id string, committed bool) operatorwallet.Meddling
}

const killMasterKey = "CROUPIER_MASTER_KEY=7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a"

func newKillable(t *testing.T) *killable {
	t.Helper()
	k := &killable{url: pgtest.New(t), books: pgtest.Owner(t, pgtest.Empty(t))}
	k.own = pgtest.Owner(t, k.url)
	k.env = program{killMasterKey, "CROUPIER_DATABASE_URL=" + k.url}
	hidden := httptest.NewUnstartedServer(nil)
	t.Cleanup(hidden.Close)
	k.start(t) // which makes the signing keys
	text := k.env.ok(t, "operator", "create", "--name=Killed", "--mode=sandbox", "--json", "--wallet-url=http://"+hidden.Listener.Addr().String())
	if err := json.Unmarshal([]byte(text), &k.key); err != nil {
		t.Fatal(err)
	}
	wallet, err := operatorwallet.Open(t.Context(), operatorwallet.Config{DB: k.books, Secret: k.key.WalletSecret, Welcome: "1000.00",
		Meddle: func(call, id string, committed bool) operatorwallet.Meddling {
			k.mu.Lock()
			meddle := k.meddle
			k.mu.Unlock()
			if meddle == nil {
				return operatorwallet.Serve
			}
			return meddle(call, id, committed)
		}})
	if err != nil {
		t.Fatal(err)
	}
	hidden.Config.Handler = wallet
	hidden.Start()
	return k
}

// set says what is done to calls of the wallet from now on.
func (k *killable) set(meddle func(call, id string, committed bool) operatorwallet.Meddling) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.meddle = meddle
}

// start starts the server, and waits until it listens.
func (k *killable) start(t *testing.T) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "serve", "--mode=sandbox", "--listen=127.0.0.1:0", "--wallet-timeout=2s", "--no-commitment-log")
	cmd.Env = append(os.Environ(), k.env...)
	logs, err := cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	address := make(chan string, 1)
	go func() {
		for lines := bufio.NewScanner(logs); lines.Scan(); {
			var line struct{ Msg, URL string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "listening" {
				address <- line.URL
			}
		}
		close(address)
	}()
	url, ok := <-address
	if !ok {
		t.Fatal("the server does not start")
	}
	k.mu.Lock()
	k.served, k.base = cmd, url
	k.mu.Unlock()
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // an error means that it has ended
		_ = cmd.Wait()
	})
}

// kill ends the server as a crash does.
func (k *killable) kill() {
	k.mu.Lock()
	defer k.mu.Unlock()
	_ = k.served.Process.Kill()
	_ = k.served.Wait()
}

// signIn signs a new player in.
func (k *killable) signIn(t *testing.T, name string) (token string) {
	t.Helper()
	c := newClient(k.base, k.key.APIKey, k.key.APISecret)
	var launch struct{ LaunchToken string }
	err := c.call(t.Context(), "/api/v1/auth/sso/create-token", map[string]string{"playerId": name, "currency": "USD", "jurisdiction": "MT", "locale": "en"}, &launch)
	if err == nil {
		token, err = newClient(k.base, "", "").exchange(t.Context(), launch.LaunchToken)
	}
	if err != nil {
		t.Fatal(err)
	}
	return token
}

// spin sends a spin and returns the type and the payload of its answer; an error when the connection ends first.
func spin(conn *websocket.Conn, request string) (kind string, payload json.RawMessage, err error) {
	text := fmt.Sprintf(`{"type":"action","payload":{"action":"spin","betPerLine":0.05,"activePaylines":20},"requestId":%q}`, request)
	if err := conn.WriteMessage(websocket.TextMessage, []byte(text)); err != nil {
		return "", nil, err
	}
	for {
		var told struct {
			Type, RequestID string
			Payload         json.RawMessage
		}
		_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
		if err := conn.ReadJSON(&told); err != nil {
			return "", nil, err
		}
		if told.RequestID == request {
			return told.Type, told.Payload, nil
		}
	}
}

func (k *killable) connect(t *testing.T, token string) *websocket.Conn {
	t.Helper()
	conn, err := dial(t.Context(), socketURL(k.base), "slots", token, "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// killWhenBlocked takes a lock that the server is about to run into, and kills the server when it has. What it waits for is then let go on, as
// the database does with what it was sent, or, with cut, never comes to be.
func (k *killable) killWhenBlocked(t *testing.T, cut bool, lock string, args ...any) {
	tx, err := k.own.Begin(t.Context())
	if err == nil {
		_, err = tx.Exec(t.Context(), lock, args...)
	}
	if err != nil {
		t.Error(err)
		return
	}
	go func() {
		defer func() { _ = tx.Rollback(t.Context()) }()
		const waits = ` FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'croupier'`
		waiting := 0
		for deadline := time.Now().Add(time.Minute); waiting == 0 && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
			if err := k.own.QueryRow(t.Context(), `SELECT count(*)`+waits).Scan(&waiting); err != nil {
				t.Error(err)
				break
			}
		}
		k.kill()
		if cut {
			if _, err := k.own.Exec(t.Context(), `SELECT pg_terminate_backend(pid, 10000)`+waits); err != nil {
				t.Error(err)
			}
		}
	}()
}

// killPoint is a step of the state machine at which the server is killed.
type killPoint struct {
	name string
	at   func(k *killable, t *testing.T, call, id string, committed bool) operatorwallet.Meddling
}

// killAt kills the server when the wallet gets a call, before or after it is booked. The answer never arrives.
func killAt(which string, after bool) func(*killable, *testing.T, string, string, bool) operatorwallet.Meddling {
	return func(k *killable, _ *testing.T, call, _ string, committed bool) operatorwallet.Meddling {
		if call == "bet" && which == "rollback" && committed {
			return operatorwallet.Drop // a bet of unknown fate
		}
		if call != which || committed != after {
			return operatorwallet.Serve
		}
		k.kill()
		return operatorwallet.Drop
	}
}

var killPoints = []killPoint{
	{"a bet is on its way", killAt("bet", false)},
	{"a bet is booked and not answered", killAt("bet", true)},
	{"a bet is answered and not confirmed", func(k *killable, t *testing.T, call, id string, committed bool) operatorwallet.Meddling {
		if call == "bet" && committed {
			k.killWhenBlocked(t, true, `SELECT FROM wallet_calls WHERE id = $1::uuid FOR UPDATE`, id)
		}
		return operatorwallet.Serve
	}},
	{"a bet is confirmed and not played", func(k *killable, t *testing.T, call, _ string, committed bool) operatorwallet.Meddling {
		if call == "bet" && committed {
			k.killWhenBlocked(t, true, `LOCK TABLE rounds IN SHARE MODE`)
		}
		return operatorwallet.Serve
	}},
	{"a round is played and neither told nor followed", func(k *killable, t *testing.T, call, _ string, committed bool) operatorwallet.Meddling {
		if call == "bet" && committed {
			k.killWhenBlocked(t, false, `LOCK TABLE rounds IN SHARE MODE`)
		}
		return operatorwallet.Serve
	}},
	{"a win is on its way", killAt("win", false)},
	{"a win is booked and not answered", killAt("win", true)},
	{"a rollback is on its way", killAt("rollback", false)},
	{"a rollback is booked and not answered", killAt("rollback", true)},
}

// A server that is killed at any step, and started again, leaves no cent and no round in doubt: whether the player asks again or never does,
// both books agree, a round is there exactly if its bet stands, and a request is played once at most.
func TestSeamlessSurvivesAKillAtEveryStep(t *testing.T) {
	t.Parallel()
	for _, asksAgain := range []bool{true, false} {
		t.Run(fmt.Sprintf("the player asks again: %t", asksAgain), func(t *testing.T) {
			t.Parallel()
			k := newKillable(t)
			for _, point := range killPoints {
				k.killOnce(t, point, asksAgain)
			}
			k.env.ok(t, "ledger", "check")
			if found, said, status := k.env.run(t, "audit", "--database-url="+k.url); status != 0 {
				t.Errorf("%s\n%s", said, found)
			}
		})
	}
}

// killOnce kills the server at a point, starts it again, and proves that nothing is in doubt.
func (k *killable) killOnce(t *testing.T, point killPoint, asksAgain bool) {
	t.Helper()
	token := k.signIn(t, point.name)
	k.set(func(call, id string, committed bool) operatorwallet.Meddling {
		return point.at(k, t, call, id, committed)
	})
	conn, request := k.connect(t, token), ""
	var err error
	for n := 0; err == nil; n++ { // until it is killed: not every round wins
		request = fmt.Sprint(n)
		_, _, err = spin(conn, request)
	}
	k.kill() // which waits for its end
	k.set(nil)
	k.start(t)
	if asksAgain {
		k.askAgain(t, point.name, token, request)
	}
	k.agree(t, point.name, point.name)
}

// askAgain sends a request until it is answered with a round, twice: the same.
func (k *killable) askAgain(t *testing.T, name, token, request string) {
	t.Helper()
	conn := k.connect(t, token)
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		kind, payload, err := spin(conn, request)
		if err != nil || time.Now().After(deadline) {
			t.Fatalf("%s: %v: %s %s", name, err, kind, payload)
		}
		if kind != "action_result" {
			if !strings.Contains(string(payload), `"30029"`) {
				t.Fatalf("%s: %s", name, payload)
			}
			continue
		}
		if _, again, err := spin(conn, request); err != nil || string(again) != string(payload) {
			t.Errorf("%s: first %s, then %s, %v", name, payload, again, err)
		}
		return
	}
}

// agree waits until nothing is open, and holds our books against the operator's, to the cent, and a player's rounds against his bets.
func (k *killable) agree(t *testing.T, name, player string) {
	t.Helper()
	open := 1
	for deadline := time.Now().Add(time.Minute); open > 0 && time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		const sql = `SELECT count(*) FROM wallet_calls WHERE state IN ('pending', 'confirmed', 'played', 'rolling_back')`
		if err := k.own.QueryRow(t.Context(), sql).Scan(&open); err != nil {
			t.Fatal(err)
		}
	}
	if open > 0 {
		t.Fatalf("%s: %d calls stay open", name, open)
	}
	both := make([]string, 2)
	for i, from := range []struct {
		db  *pgxpool.Pool
		sql string
	}{
		{k.own, `SELECT coalesce(string_agg(id || ' ' || kind || ' ' || CASE state WHEN 'settled' THEN 'accepted' ELSE state END || ' ' || amount, E'\n' ORDER BY id::text), '')
			FROM wallet_calls WHERE state <> 'refused'`},
		{k.books, `SELECT coalesce(string_agg(id || ' ' || kind || ' ' || state || ' ' || amount, E'\n' ORDER BY id), '') FROM transactions WHERE state <> 'refused'`},
	} {
		if err := from.db.QueryRow(t.Context(), from.sql).Scan(&both[i]); err != nil {
			t.Fatal(err)
		}
	}
	if both[0] != both[1] {
		t.Errorf("%s: our books have\n%s\nthe operator's\n%s", name, both[0], both[1])
	}
	var here, there string
	err := k.own.QueryRow(t.Context(), `SELECT (1000 - coalesce(sum(stake - payout), 0))::text FROM rounds r JOIN players p ON p.id = r.player_id
		WHERE p.external_id = $1`, player).Scan(&here)
	if err == nil {
		err = k.books.QueryRow(t.Context(), `SELECT balance::text FROM accounts WHERE player = $1`, player).Scan(&there)
	}
	if err != nil || !sameNumber(here, there) {
		t.Errorf("%s: the player's rounds leave %s, the operator's wallet holds %s: %v", name, here, there, err)
	}
}

func sameNumber(a, b string) bool {
	one, err1 := exact.NewFromString(a)
	other, err2 := exact.NewFromString(b)
	return err1 == nil && err2 == nil && one.Equal(other)
}
