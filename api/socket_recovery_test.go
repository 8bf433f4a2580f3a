package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"croupier/sandbox/pgtest"
	"croupier/wallet"
)

// twoServers are two nodes on one database.
func twoServers(t *testing.T) (*testServer, *testServer) {
	t.Helper()
	a := newTestServer(t, withLadder(t))
	b := newTestServer(t, withLadder(t), func(c *Config) { c.DatabaseURL = a.config.DatabaseURL })
	return a, b
}

func (s *testServer) wantWholeLedger(t testing.TB) {
	t.Helper()
	proof, err := wallet.Check(t.Context(), s.db, nil)
	must(t, err)
	for _, f := range proof.Findings {
		t.Errorf("ledger: %+v", f)
	}
}

func TestARetryIsAnsweredWithTheSameBytes(t *testing.T) {
	t.Parallel()
	a, b := twoServers(t)
	p := a.operator(t).player(t, "USD", "100.00")
	c := p.connect(t, "slots")
	first := c.spin("req-1")
	again := c.spin("req-1")
	cut(c.conn)
	later := p.connect(t, "slots").spin("req-1")
	elsewhere := p.connectAt(t, b, "slots")
	there := elsewhere.spin("req-1")
	for name, e := range map[string]envelope{"same connection": again, "next connection": later, "another node": there} {
		if !bytes.Equal(e.Payload, first.Payload) || e.Type != first.Type {
			t.Errorf("%s: %s %s, first was %s", name, e.Type, e.Payload, first.Payload)
		}
	}
	if got := p.balance(t); got != string(first.result(t).Balance.After) {
		t.Errorf("balance %s after retries, %s after the spin", got, first.result(t).Balance.After)
	}
	elsewhere.ask("action", `{"action":"spin","betPerLine":0.10,"activePaylines":20}`, "req-1").wantError(t, "30604")
	elsewhere.ask("cashout", `{}`, "req-1").wantError(t, "30604")
	elsewhere.ask("seed_rotate", `{}`, "req-1").wantError(t, "30604")
	if r := elsewhere.spin("req-2").result(t); r.ProvablyFair.Nonce != 1 {
		t.Errorf("nonce %d, want 1", r.ProvablyFair.Nonce)
	}
	a.wantWholeLedger(t)
}

func TestSeedsRotateOnceAndRevealTheOldOne(t *testing.T) {
	t.Parallel()
	a, b := twoServers(t)
	p := a.operator(t).player(t, "USD", "100.00")
	c := p.connect(t, "slots")
	var before, after struct {
		ServerSeedHash, ClientSeed, ClientSeedBy, NextServerSeedHash string
		Nonce                                                        int
		Revealed                                                     struct {
			ServerSeed, ServerSeedHash string
			Rounds                     int
		}
	}
	must(t, json.Unmarshal(c.ask("seed_get", `{}`, "s1").Payload, &before))
	if before.ClientSeedBy != "server" || before.Nonce != 0 {
		t.Errorf("seed state %+v", before)
	}
	c.spin("r1").result(t)
	rotated := c.ask("seed_rotate", `{"clientSeed":"mine"}`, "rot")
	must(t, json.Unmarshal(rotated.Payload, &after))
	if after.Revealed.ServerSeedHash != before.ServerSeedHash || after.ServerSeedHash != before.NextServerSeedHash ||
		after.ClientSeed != "mine" || after.ClientSeedBy != "player" || after.Nonce != 0 || after.Revealed.Rounds != 1 {
		t.Errorf("rotated %s", rotated.Payload)
	}
	if again := p.connectAt(t, b, "slots").ask("seed_rotate", `{"clientSeed":"mine"}`, "rot"); !bytes.Equal(again.Payload, rotated.Payload) {
		t.Errorf("a retry rotated again: %s", again.Payload)
	}
	if r := p.connect(t, "slots").spin("r2").result(t); r.ProvablyFair.Nonce != 0 || r.ProvablyFair.ServerSeedHash != after.ServerSeedHash {
		t.Errorf("the spin after the rotation: %+v", r.ProvablyFair)
	}
	if strings.Contains(a.logs.String(), after.Revealed.ServerSeed) || strings.Contains(a.logs.String(), p.token) {
		t.Error("a seed or a token is in the log")
	}
}

func TestAnOpenRoundComesBack(t *testing.T) {
	t.Parallel()
	a, b := twoServers(t)
	p := a.operator(t).player(t, "USD", "100.00")
	c := p.connect(t, "ladder")
	c.ask("action", `{"action":"bet","amount":10.00}`, "open").result(t)
	c.ask("seed_rotate", `{}`, "not now").wantError(t, "30602")
	cut(c.conn)
	elsewhere := p.connectAt(t, b, "test-ladder")
	recovered := elsewhere.awaitType("round_recovered")
	var told struct {
		RoundID, GameID string
		State           map[string]any
		Balance         struct {
			Current  json.Number
			Currency string
		}
	}
	must(t, json.Unmarshal(recovered.Payload, &told))
	if told.GameID != "test-ladder" || told.Balance.Current != "90.00" || told.State["canCashOut"] != false {
		t.Errorf("recovered %s", recovered.Payload)
	}
	if strings.Contains(string(recovered.Payload), "loose") {
		t.Errorf("the view shows what is hidden: %s", recovered.Payload)
	}
	for i := 0; ; i++ { // climb once, in as many rounds as it takes
		if r := elsewhere.ask("action", `{"action":"climb"}`, fmt.Sprint("climb", i)).result(t); r.Status == "in_progress" {
			break
		}
		elsewhere.ask("action", `{"action":"bet","amount":1.00}`, fmt.Sprint("bet", i)).result(t)
	}
	cashout := elsewhere.ask("cashout", `{}`, "out")
	var paid struct {
		Status     string
		Multiplier json.Number
		WinAmount  json.Number
	}
	must(t, json.Unmarshal(cashout.Payload, &paid))
	if cashout.Type != "cashout_result" || paid.Status != "cashed_out" || paid.Multiplier == "" || paid.WinAmount == "0.00" {
		t.Errorf("cashout %s", cashout.Payload)
	}
	elsewhere.ask("cashout", `{}`, "out again").wantError(t, "30603")
	a.wantWholeLedger(t)
}

func TestWhatHappensElsewhereReachesTheSocket(t *testing.T) {
	t.Parallel()
	a, b := twoServers(t)
	o := a.operator(t)
	p := o.player(t, "USD", "1.00")
	c := p.connectAt(t, b, "slots")
	c.ask("ping", `{}`, "here")
	o.post(t, "/wallet/deposit", map[string]any{"playerId": p.ID, "amount": json.Number("50.00"), "currency": "USD", "transactionId": "d-" + p.ID})
	const want = `{"balance":51.00,"currency":"USD","reason":"deposit","amount":50.00}`
	for update := c.awaitType("balance_update"); string(update.Payload) != want || update.RequestID != ""; {
		update = c.awaitType("balance_update") // the first may be of the money that the player began with
	}
	if r := c.spin("after").result(t); r.Balance.Before != "51.00" {
		t.Errorf("spin after the deposit began with %s", r.Balance.Before)
	}
	newer := p.connect(t, "slots")
	if code, _ := c.awaitClose(); code != closeReplaced {
		t.Errorf("the older connection closed with %d", code)
	}
	other := p.connect(t, "ladder") // another game is another connection
	p.post(t, "/auth/logout", map[string]any{})
	for _, one := range []*client{newer, other} {
		if code, _ := one.awaitClose(); code != closeNotAuthenticated {
			t.Errorf("after logout closed with %d", code)
		}
	}
	code, last := p.connect(t, "slots").awaitClose()
	if last.wantError(t, "30101"); code != closeNotAuthenticated {
		t.Errorf("after logout a new connection is closed with %d", code)
	}
}

func TestShutdownFinishesWhatIsInFlight(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	keep := newTestServer(t, func(c *Config) { c.DatabaseURL = url })
	o := keep.operator(t)
	going, err := Start(t.Context(), Config{Listen: "127.0.0.1:0", Mode: "sandbox", MasterKeys: keep.config.MasterKeys,
		Catalogue: testCatalogue(), DatabaseURL: url, Log: keep.log})
	must(t, err)
	const players = 20
	var spinning, all sync.WaitGroup
	for range players {
		p := o.player(t, "USD", "1000.00")
		conn, err := p.dial(&testServer{Server: going}, "slots", nil)
		must(t, err)
		spinning.Add(1)
		all.Go(func() {
			defer conn.Close()
			answered, sent := 0, 0
			for {
				sent++
				text := fmt.Sprintf(`{"type":"action","payload":%s,"requestId":"r%d"}`, spinPayload, sent)
				if conn.WriteMessage(websocket.TextMessage, []byte(text)) != nil {
					return
				}
				_, _, err := conn.ReadMessage()
				if websocket.IsCloseError(err, websocket.CloseGoingAway) {
					return
				}
				if err != nil {
					t.Errorf("ended with %v after %d answers, want close 1001", err, answered)
					return
				}
				if answered++; answered == 3 {
					spinning.Done()
				}
			}
		})
	}
	spinning.Wait()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	must(t, going.Close(ctx))
	all.Wait()
	keep.wantWholeLedger(t)
}

// A client that does not finish its request must not hold up the sockets, nor the end.
func TestShutdownDoesNotWaitForASlowClient(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	keep := newTestServer(t, func(c *Config) { c.DatabaseURL = url })
	p := keep.operator(t).player(t, "USD", "10.00")
	going, err := Start(t.Context(), Config{Listen: "127.0.0.1:0", Mode: "sandbox", MasterKeys: testKeys(), Catalogue: testCatalogue(), DatabaseURL: url, Log: keep.log})
	must(t, err)
	slow, err := net.Dial("tcp", going.Addr().String())
	must(t, err)
	defer slow.Close()
	_, err = fmt.Fprintf(slow, "POST /api/v1/auth/refresh HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	must(t, err)
	c := p.connectAt(t, &testServer{Server: going}, "slots")
	c.spin("before").result(t)
	ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second) // half of it for the slow client
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- going.Close(ctx) }()
	if code, _ := c.awaitClose(); code != websocket.CloseGoingAway || len(ended) > 0 {
		t.Errorf("the socket was closed with %d, and %d ends before", code, len(ended))
	}
	must(t, <-ended)
	if ctx.Err() != nil {
		t.Error("the slow client took all the time there was")
	}
}

// Play money of a sandbox operator is not money on a live server, however its player comes.
func TestLiveServerKeepsSandboxPlayersOut(t *testing.T) {
	t.Parallel()
	sandbox := newTestServer(t)
	live := newTestServer(t, func(c *Config) { c.DatabaseURL, c.Mode = sandbox.config.DatabaseURL, "live" })
	o := sandbox.operator(t)
	p := o.player(t, "USD", "10.00")
	code, last := p.connectAt(t, live, "slots").awaitClose()
	if last.wantError(t, "80005"); code != closeForbidden {
		t.Errorf("closed with %d", code)
	}
	live.do(t, "GET", "/wallet/balance", nil, p.header()).wants(t, 403, "80005")
	live.post(t, "/auth/refresh", map[string]any{"refreshToken": p.refresh}).wants(t, 403, "80005")
	var launch struct{ LaunchToken string }
	o.post(t, "/auth/sso/create-token", map[string]any{"playerId": "anna", "currency": "USD", "jurisdiction": "MT", "locale": "en"}).into(t, &launch)
	live.post(t, "/auth/sso/exchange", map[string]any{"launchToken": launch.LaunchToken}).wants(t, 403, "80005")
}

// serverProcess is this test binary as a server of its own process, which can be killed.
type serverProcess struct {
	*testServer
	cmd *exec.Cmd
}

const serveEnv = "CROUPIER_TEST_SERVE" // the database URL of a server process

// serveForTest is main in the process that startProcess makes.
func serveForTest(url string) {
	s, err := Start(context.Background(), Config{Listen: "127.0.0.1:0", Mode: "sandbox", MasterKeys: testKeys(), Catalogue: testCatalogue(), DatabaseURL: url})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(s.Addr())
	select {}
}

func startProcess(t *testing.T, url string) *serverProcess {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), serveEnv+"="+url)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	must(t, err)
	address, err := net.ResolveTCPAddr("tcp", strings.TrimSpace(line))
	must(t, err)
	return &serverProcess{testServer: &testServer{Server: &Server{address: address}}, cmd: cmd}
}

func TestKilledServerLosesNothingThatItTold(t *testing.T) {
	t.Parallel()
	keep := newTestServer(t)
	o := keep.operator(t)
	const players, rounds = 8, 60
	var mu sync.Mutex
	now := startProcess(t, keep.config.DatabaseURL)
	current := func() *serverProcess { mu.Lock(); defer mu.Unlock(); return now }
	var progress, all sync.WaitGroup
	progress.Add(players * rounds / 2)
	var histories []*history
	for i := range players {
		p := o.player(t, "USD", "1000.00")
		h := &history{player: p, seed: int64(i)}
		histories = append(histories, h)
		all.Go(func() {
			h.play(t, rounds, func() (*websocket.Conn, error) { return p.dial(current().testServer, "slots", nil) }, func(done int) {
				if done <= rounds/2 {
					progress.Done()
				}
			})
		})
	}
	progress.Wait()
	killed := current()
	must(t, killed.cmd.Process.Kill())
	_ = killed.cmd.Wait()
	next := startProcess(t, keep.config.DatabaseURL)
	mu.Lock()
	now = next
	mu.Unlock()
	all.Wait()
	for _, h := range histories {
		h.check(t, keep, rounds)
	}
	keep.wantWholeLedger(t)
}
