package api

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"

	"croupier/sandbox/operatorwallet"
	"croupier/sandbox/pgtest"
	"croupier/session"
	"croupier/wallet"
)

// seamless is a server with an operator that keeps its players' money in the reference wallet, over real HTTP.
type seamless struct {
	*testServer
	operator *testOperator
	books    *pgxpool.Pool // the operator's
	own      *pgxpool.Pool // the server's database, as its owner
	secret   string
	address  string // of the wallet
	meddler  meddler
}

// meddler does something to calls of the wallet, as a test says.
type meddler struct {
	mu    sync.Mutex
	do    func(call, id string, committed bool) operatorwallet.Meddling
	calls []string // in the order of their coming
}

func (m *meddler) meddle(call, id string, committed bool) operatorwallet.Meddling {
	m.mu.Lock()
	do := m.do
	if !committed {
		m.calls = append(m.calls, call)
	}
	m.mu.Unlock()
	if do == nil {
		return operatorwallet.Serve
	}
	return do(call, id, committed)
}

// set says what is done from now on; nil: nothing.
func (m *meddler) set(do func(call, id string, committed bool) operatorwallet.Meddling) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.do = do
}

// told returns the calls so far, and forgets them.
func (m *meddler) told() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	calls := strings.Join(m.calls, " ")
	m.calls = nil
	return calls
}

func newSeamless(t testing.TB, change ...func(*Config)) *seamless {
	t.Helper()
	change = append([]func(*Config){func(c *Config) { c.WalletTimeout = 2 * time.Second }, withLadder(t)}, change...)
	return seamlessOn(t, newTestServer(t, change...))
}

// seamlessOn makes the operator, and its wallet, for a server that there is.
func seamlessOn(t testing.TB, server *testServer) *seamless {
	t.Helper()
	s := &seamless{testServer: server, books: pgtest.Owner(t, pgtest.Empty(t))}
	s.own = pgtest.Owner(t, s.config.DatabaseURL)
	hidden := httptest.NewUnstartedServer(nil)
	s.address = "http://" + hidden.Listener.Addr().String() + "/wallet"
	o, key, secret, err := s.Operators.CreateSeamless(t.Context(), "Seamless Casino", session.Sandbox, nil, s.address)
	must(t, err)
	s.secret, s.operator = secret, &testOperator{Operator: o, APIKey: key, server: s.testServer}
	ref, err := operatorwallet.Open(t.Context(), operatorwallet.Config{DB: s.books, Secret: secret, Welcome: "100.00", Meddle: s.meddler.meddle})
	must(t, err)
	hidden.Config.Handler = operatorwallet.Below("/wallet", ref)
	hidden.Start()
	t.Cleanup(hidden.Close)
	return s
}

// player signs a player in, who has 100.00 in the operator's wallet then.
func (s *seamless) player(t testing.TB) *testPlayer {
	t.Helper()
	var launch struct{ LaunchToken string }
	body := map[string]any{"playerId": fmt.Sprintf("player-%d", testPlayers.Add(1)), "currency": "USD", "jurisdiction": "MT", "locale": "en"}
	s.operator.post(t, "/auth/sso/create-token", body).into(t, &launch)
	var grant sessionData
	s.testServer.post(t, "/auth/sso/exchange", map[string]any{"launchToken": launch.LaunchToken}).into(t, &grant)
	return &testPlayer{playerData: grant.Player, token: grant.SessionToken, refresh: grant.RefreshToken, server: s.testServer}
}

// holds is what the operator's books say that a player has.
func (s *seamless) holds(t testing.TB, p *testPlayer) string {
	t.Helper()
	var balance string
	must(t, s.books.QueryRow(t.Context(), `SELECT balance::text FROM accounts WHERE player = $1`, p.ExternalID).Scan(&balance))
	return balance
}

// states are those of all calls, oldest first, as "bet settled".
func (s *seamless) states(t testing.TB) string {
	t.Helper()
	var states string
	must(t, s.own.QueryRow(t.Context(), `SELECT coalesce(string_agg(kind || ' ' || state, ', ' ORDER BY id), '') FROM wallet_calls`).Scan(&states))
	return states
}

// come waits until the calls are in these states.
func (s *seamless) come(t testing.TB, states string) {
	t.Helper()
	var got string
	for deadline := time.Now().Add(answerWithin); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if got = s.states(t); got == states {
			return
		}
	}
	t.Fatalf("wallet calls are %q, want %q", got, states)
}

// agree proves that both books agree to the cent once everything was told, and that the ledger holds.
func (s *seamless) agree(t testing.TB) {
	t.Helper()
	var open int
	for deadline := time.Now().Add(answerWithin); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		must(t, s.own.QueryRow(t.Context(), `SELECT count(*) FROM wallet_calls c LEFT JOIN rounds r ON r.id = c.round_id
			WHERE c.state IN ('pending', 'confirmed', 'rolling_back') OR c.state = 'played' AND r.status <> 'in_progress'`).Scan(&open))
		if open == 0 {
			break
		}
	}
	if open != 0 {
		t.Fatalf("%d wallet calls are not over: %s", open, s.states(t))
	}
	rows, err := s.own.Query(t.Context(), `SELECT id::text, kind || ' ' || CASE state WHEN 'played' THEN 'settled' ELSE state END, amount::text FROM wallet_calls WHERE state <> 'refused'`)
	must(t, err)
	ours := map[string]string{}
	for rows.Next() {
		var id, state, amount string
		must(t, rows.Scan(&id, &state, &amount))
		ours[id] = strings.NewReplacer("settled", "accepted").Replace(state) + " " + amount
	}
	must(t, rows.Err())
	rows, err = s.books.Query(t.Context(), `SELECT id, kind || ' ' || state, amount::text FROM transactions WHERE state <> 'refused'`)
	must(t, err)
	for rows.Next() {
		var id, state, amount string
		must(t, rows.Scan(&id, &state, &amount))
		if ours[id] != state+" "+amount {
			t.Errorf("transaction %s is %s %s there, and %q here", id, state, amount, ours[id])
		}
		delete(ours, id)
	}
	must(t, rows.Err())
	for id, state := range ours {
		t.Errorf("transaction %s, %s, is not in the operator's books", id, state)
	}
	proof, err := wallet.Check(t.Context(), s.own, nil)
	must(t, err)
	for _, f := range proof.Findings {
		t.Errorf("ledger: %+v", f)
	}
}

func (s *seamless) rounds(t testing.TB) (n int) {
	t.Helper()
	must(t, s.own.QueryRow(t.Context(), `SELECT count(*) FROM rounds`).Scan(&n))
	return n
}

func number2(t testing.TB, n json.Number) decimal.Decimal {
	t.Helper()
	d, err := decimal.NewFromString(n.String())
	must(t, err)
	return d
}

func TestSeamlessRoundsMoveTheOperatorsMoney(t *testing.T) {
	t.Parallel()
	s := newSeamless(t)
	p := s.player(t)
	c := p.connect(t, "slots")
	held := decimal.NewFromInt(100)
	wins := 0
	for i := range 12 {
		if i == 6 { // the player puts money into the operator's wallet, of which nobody tells us
			_, err := s.books.Exec(t.Context(), `UPDATE accounts SET balance = balance + 7.50`)
			must(t, err)
			held = held.Add(decimal.RequireFromString("7.5"))
		}
		r := c.spin(fmt.Sprint(i)).result(t)
		if !number2(t, r.Balance.Before).Equal(held) {
			t.Errorf("round %d: before it %s, want %s", i, r.Balance.Before, held)
		}
		won := number2(t, r.Outcome.TotalWin)
		held = held.Sub(decimal.NewFromInt(1)).Add(won)
		if !number2(t, r.Balance.After).Equal(held) {
			t.Errorf("round %d: after it %s, want %s", i, r.Balance.After, held)
		}
		if won.Sign() > 0 {
			wins++
		}
		again := c.spin(fmt.Sprint(i)).result(t)
		if again != r {
			t.Errorf("round %d, asked again: %+v, first %+v", i, again, r)
		}
	}
	s.agree(t)
	if got := decimal.RequireFromString(s.holds(t, p)); !got.Equal(held) {
		t.Errorf("the operator's wallet holds %s, the player was shown %s", got, held)
	}
	if n := strings.Count(s.states(t), "win accepted"); n != wins || strings.Count(s.states(t), "bet settled") != 12 {
		t.Errorf("%d wins: %s", wins, s.states(t))
	}
	if got := c.ask("balance_get", `{}`, "b"); !strings.Contains(string(got.Payload), `"balance":`+held.StringFixed(2)) {
		t.Errorf("balance_get says %s, want %s", got.Payload, held)
	}
}

func TestSeamlessBetThatIsRefusedIsNotPlayed(t *testing.T) {
	t.Parallel()
	s := newSeamless(t)
	p := s.player(t)
	c := p.connect(t, "slots")
	must(t, s.emptied(t))
	details := c.spin("a").wantError(t, "30007")
	if details["required"] != 1.0 || details["available"] != 0.0 || s.rounds(t) != 0 || s.states(t) != "bet refused" {
		t.Errorf("details %v, %d rounds, %s", details, s.rounds(t), s.states(t))
	}
	if calls := s.meddler.told(); strings.Count(calls, "bet") != 1 {
		t.Errorf("the operator was told %s", calls)
	}
	_, err := s.books.Exec(t.Context(), `UPDATE accounts SET balance = 1`)
	must(t, err)
	if r := c.spin("a").result(t); r.ProvablyFair.Nonce != 0 {
		t.Errorf("nonce %d", r.ProvablyFair.Nonce)
	}
	s.agree(t)
}

func (s *seamless) emptied(t testing.TB) error {
	_, err := s.books.Exec(t.Context(), `UPDATE accounts SET balance = 0`)
	return err
}

// Whatever happens to a bet whose answer does not come, it is rolled back and not played, and asking again plays once.
func TestSeamlessBetOfUnknownFate(t *testing.T) {
	t.Parallel()
	for name, fault := range map[string]struct {
		what      operatorwallet.Meddling
		committed bool
	}{
		"lost on its way": {operatorwallet.Drop, false}, "lost on its way back": {operatorwallet.Drop, true},
		"500 without effect": {operatorwallet.Fail, false}, "500 after it was booked": {operatorwallet.Fail, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSeamless(t)
			const hear = `INSERT INTO webhook_endpoints (id, operator_id, url, events, ordering, jackpot_from, enabled, created_at)
				VALUES ($1, $2, 'https://hooks.invalid', '{wallet.rollback}', 'none', 100, true, now())`
			_, err := s.own.Exec(t.Context(), hear, uuid.New(), s.operator.Operator.ID)
			must(t, err)
			p := s.player(t)
			c := p.connect(t, "slots")
			s.meddler.set(func(call, _ string, committed bool) operatorwallet.Meddling {
				if call == "bet" && committed == fault.committed {
					return fault.what
				}
				return operatorwallet.Serve
			})
			c.spin("a").wantError(t, "30029")
			if n := s.rounds(t); n != 0 {
				t.Errorf("%d rounds are there", n)
			}
			s.come(t, "bet rolled_back")
			if held := s.holds(t, p); held != "100.00" {
				t.Errorf("the operator holds %s", held)
			}
			var told int
			must(t, s.own.QueryRow(t.Context(), `SELECT count(*) FROM webhook_letters WHERE type = 'wallet.rollback'`).Scan(&told))
			if told != 1 {
				t.Errorf("%d events", told)
			}
			s.meddler.set(nil)
			c.spin("a").result(t)
			s.agree(t)
			if n := s.rounds(t); n != 1 || !strings.HasPrefix(s.states(t), "bet rolled_back, bet settled") {
				t.Errorf("%d rounds, %s", n, s.states(t))
			}
		})
	}
}

// A bet whose answer comes too late stays rolled back: never both.
func TestSeamlessBetThatIsAnsweredTooLate(t *testing.T) {
	t.Parallel()
	s := newSeamless(t, func(c *Config) { c.WalletTimeout = 300 * time.Millisecond })
	p := s.player(t)
	c := p.connect(t, "slots")
	late := make(chan struct{})
	s.meddler.set(func(call, _ string, committed bool) operatorwallet.Meddling {
		if call == "bet" && !committed {
			<-late // the rollback overtakes it, and its tombstone refuses it
		}
		return operatorwallet.Serve
	})
	c.spin("a").wantError(t, "30029")
	s.come(t, "bet rolled_back")
	close(late)
	c.spin("b").result(t)
	s.agree(t)
	if n := s.rounds(t); n != 1 {
		t.Errorf("%d rounds", n)
	}
}

// A win is told until it is accepted, once; the player is shown the round at once, and bets again when it is told.
func TestSeamlessWinIsToldUntilItIsAccepted(t *testing.T) {
	t.Parallel()
	s := newSeamless(t)
	p := s.player(t)
	must(t, s.force(t, p))
	c := p.connect(t, "ladder")
	s.meddler.set(func(call, _ string, committed bool) operatorwallet.Meddling {
		if call == "win" && committed {
			return operatorwallet.Drop
		}
		return operatorwallet.Serve
	})
	c.ask("action", `{"action":"bet","amount":10.00}`, "open").result(t)
	c.ask("action", `{"action":"climb"}`, "climb").result(t)
	r := c.ask("cashout", `{}`, "out").result(t)
	if got := s.states(t); !strings.HasPrefix(got, "bet ") {
		t.Error(got)
	}
	c.ask("action", `{"action":"bet","amount":10.00}`, "next").wantError(t, "30029")
	s.meddler.set(nil)
	next := c.ask("action", `{"action":"bet","amount":10.00}`, "next").result(t)
	if next.Balance.Before != r.Balance.After {
		t.Errorf("before the next round %s, after the last %s", next.Balance.Before, r.Balance.After)
	}
	s.agree(t)
	if n := strings.Count(s.states(t), "win accepted"); n != 1 {
		t.Errorf("%s", s.states(t))
	}
}

// force makes the next ladder one without a fall.
func (s *seamless) force(t testing.TB, p *testPlayer) error {
	id, err := uuid.Parse(p.ID)
	must(t, err)
	return s.Floor.ForceOutcome(t.Context(), s.operator.Operator.ID, id, "ladder", []byte(`{"fallOnRung":null}`))
}

// What the operator refuses though it must take it is not tried again, is listed, and goes on when somebody says so.
func TestSeamlessWinThatIsRejected(t *testing.T) {
	t.Parallel()
	s := newSeamless(t)
	p := s.player(t)
	must(t, s.force(t, p))
	c := p.connect(t, "ladder")
	c.ask("action", `{"action":"bet","amount":10.00}`, "open").result(t)
	c.ask("action", `{"action":"climb"}`, "climb").result(t)
	_, err := s.books.Exec(t.Context(), `UPDATE accounts SET player = 'somebody else'`) // 404
	must(t, err)
	c.ask("cashout", `{}`, "out").result(t)
	s.come(t, "bet settled, win rejected")
	s.meddler.told()
	if n, err := s.Floor.SweepWallets(t.Context()); n != 0 || err != nil || s.meddler.told() != "" {
		t.Errorf("it is tried again: %d, %v", n, err)
	}
	var unresolved struct {
		Calls []struct{ TransactionID, State, Reason string }
	}
	s.operator.get(t, "/seamless/unresolved").into(t, &unresolved)
	if list := unresolved.Calls; len(list) != 1 || list[0].State != "rejected" || !strings.Contains(list[0].Reason, "player_not_found") {
		t.Fatalf("unresolved are %+v", list)
	}
	retry := "/seamless/unresolved/" + unresolved.Calls[0].TransactionID + "/retry"
	s.testServer.operator(t).post(t, retry, nil).wants(t, 404, session.NotFound) // which is another's
	_, err = s.books.Exec(t.Context(), `UPDATE accounts SET player = $1`, p.ExternalID)
	must(t, err)
	s.operator.post(t, retry, nil).into(t, &struct{}{})
	_, err = s.Floor.SweepWallets(t.Context())
	must(t, err)
	s.agree(t)
	s.operator.post(t, retry, nil).wants(t, 409, session.Conflict)
}

// The wallet's place and secret change at once, for those who may do everything, and of a seamless operator only.
func TestSeamlessWalletIsChanged(t *testing.T) {
	t.Parallel()
	s := newSeamless(t)
	c := s.player(t).connect(t, "slots")
	c.spin("a").result(t)
	var told changedWalletData
	s.operator.post(t, "/seamless/wallet", map[string]any{"newSecret": true}).into(t, &told)
	if told.WalletSecret == "" || told.WalletSecret == s.secret || told.WalletURL != s.address || !told.Seamless {
		t.Errorf("%+v", told)
	}
	for n := 0; ; n++ { // a seat may remember the old secret until the news is there
		if e := c.spin(fmt.Sprint(n)); e.Type == "error" {
			e.wantError(t, "30029")
			break
		}
	}
	if !strings.Contains(s.logs.String(), "wrong_signature") {
		t.Error("it is not said why")
	}
	for _, url := range []string{"ftp://x.example", "https://x.example/?a=b", "https://u:p@x.example", "x", "https://x.example/#a"} {
		s.operator.post(t, "/seamless/wallet", map[string]any{"walletUrl": url}).wants(t, 400, session.InvalidRequest)
	}
	s.testServer.operator(t).post(t, "/seamless/wallet", map[string]any{"newSecret": true}).wants(t, 409, session.Conflict)
	if _, _, _, err := s.Operators.CreateSeamless(t.Context(), "x", session.Live, nil, "http://x.example"); err == nil {
		t.Error("real money may go over http")
	}
	var sealed int
	must(t, s.own.QueryRow(t.Context(), `SELECT count(*) FROM operators WHERE position($1::bytea IN sealed_wallet_secret) > 0`, []byte(told.WalletSecret)).Scan(&sealed))
	if sealed != 0 {
		t.Error("the secret is stored as it is")
	}
}

// A voided round takes all of its bets back; a round that nobody finishes wins by its rule.
func TestSeamlessRoundsThatOthersEnd(t *testing.T) {
	t.Parallel()
	s := newSeamless(t)
	p := s.player(t)
	must(t, s.force(t, p))
	c := p.connect(t, "ladder")
	r := c.ask("action", `{"action":"bet","amount":10.00}`, "open").result(t)
	if held := s.holds(t, p); held != "90.00" {
		t.Errorf("the operator holds %s", held)
	}
	s.operator.post(t, "/rounds/"+r.RoundID+"/void", voidBody).into(t, &voidAnswer{})
	s.come(t, "bet rolled_back")
	if held := s.holds(t, p); held != "100.00" {
		t.Errorf("after the void the operator holds %s", held)
	}
	s.agree(t)
	must(t, s.force(t, p))
	c.ask("action", `{"action":"bet","amount":10.00}`, "open2").result(t)
	c.ask("action", `{"action":"climb"}`, "climb").result(t)
	_, err := s.Floor.ExpireRounds(t.Context(), session.Expiry{After: time.Nanosecond})
	must(t, err)
	s.agree(t)
	if got := s.states(t); got != "bet rolled_back, bet settled, win accepted" {
		t.Error(got)
	}
}

// Money of seamless players is neither deposited nor withdrawn here.
func TestSeamlessMoneyIsNotMovedHere(t *testing.T) {
	t.Parallel()
	s := newSeamless(t)
	p := s.player(t)
	for _, path := range []string{"/wallet/deposit", "/wallet/withdraw"} {
		s.operator.post(t, path, map[string]any{"playerId": p.ID, "amount": json.Number("1.00"), "currency": "USD", "transactionId": "x"}).
			wants(t, 409, session.Conflict)
	}
}

// An operator that does not answer keeps its own players waiting, and nobody else.
func TestSlowOperatorKeepsNobodyElseWaiting(t *testing.T) {
	t.Parallel()
	s := newSeamless(t, func(c *Config) { c.WalletTimeout = 10 * time.Second })
	var stuck []*client
	for range 30 {
		stuck = append(stuck, s.player(t).connect(t, "slots"))
	}
	other := s.testServer.operator(t).player(t, "USD", "100.00").connect(t, "slots")
	release := make(chan struct{})
	s.meddler.set(func(call, _ string, committed bool) operatorwallet.Meddling {
		if call == "bet" && !committed {
			<-release
		}
		return operatorwallet.Serve
	})
	for _, c := range stuck {
		c.send(`{"type":"action","payload":` + spinPayload + `,"requestId":"a"}`)
	}
	for deadline := time.Now().Add(answerWithin); strings.Count(s.states(t), "bet pending") < len(stuck); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("only %s", s.states(t))
		}
	}
	if busy := s.db.Stat().AcquiredConns(); int(busy) >= len(stuck) {
		t.Errorf("%d connections are held", busy)
	}
	began := time.Now()
	for i := range 20 {
		other.spin(fmt.Sprint(i)).result(t)
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("20 rounds of somebody else took %s", took)
	}
	close(release)
	for _, c := range stuck {
		if e := c.read(); e.Type != "action_result" {
			t.Errorf("got %s %s", e.Type, e.Payload)
		}
	}
	s.agree(t)
}

// An operator that is away, of whom a great deal is due, does not keep the sweep from another's.
func TestSweepGivesEveryOperatorItsShare(t *testing.T) {
	t.Parallel()
	s := newSeamless(t)
	p := s.player(t)
	away, _, _, err := s.Operators.CreateSeamless(t.Context(), "Away", session.Sandbox, nil, "http://127.0.0.1:1")
	must(t, err)
	_, err = s.own.Exec(t.Context(), `
		WITH crowd AS (INSERT INTO players (id, operator_id, external_id, currency, created_at)
			SELECT gen_random_uuid(), $1, n::text, 'USD', now() FROM generate_series(1, 300) n RETURNING id)
		INSERT INTO wallet_calls (id, operator_id, player_id, kind, state, amount, round_id, game_id, due_at, made_at, changed_at)
		SELECT gen_random_uuid(), $1, id, 'win', 'pending', 1, gen_random_uuid(), 'slots', '2020-01-01', now(), now() FROM crowd`, away.ID)
	must(t, err)
	_, err = s.own.Exec(t.Context(), `
		INSERT INTO wallet_calls (id, operator_id, player_id, kind, state, amount, round_id, game_id, due_at, made_at, changed_at)
		SELECT gen_random_uuid(), $1, $2, 'win', 'pending', 5, gen_random_uuid(), 'slots', now(), now(), now()`, s.operator.Operator.ID, p.ID)
	must(t, err)
	_, err = s.Floor.SweepWallets(t.Context())
	must(t, err)
	if held := s.holds(t, p); held != "105.00" {
		t.Errorf("the operator holds %s", held)
	}
	var tried int
	must(t, s.own.QueryRow(t.Context(), `SELECT sum(attempts) FROM wallet_calls WHERE operator_id = $1`, away.ID).Scan(&tried))
	if tried < 1 || tried > 50 {
		t.Errorf("the operator that is away was tried %d times", tried)
	}
}
