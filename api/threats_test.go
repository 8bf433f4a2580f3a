package api

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"

	"croupier/session"
)

// A page of another site does not get a connection with a player's token, however near its origin is to an allowed one.
func TestForeignPagesDoNotConnect(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	p := s.operator(t).player(t, "USD", "10.00") // its operator allows https://casino.example
	for _, origin := range []string{"null", "https://casino.example.evil.example", "https://evilcasino.example",
		"https://sub.casino.example", "http://casino.example",
		"https://casino.example:8443", "https://casino.example/", "https://CASINO.example", "casino.example",
		"https://casino.example@evil.example",
		"https://evil.example#https://casino.example", "http://" + s.Addr().String() + ".evil.example",
		"http://evil.example/" + s.Addr().String(), "://"} {
		conn, err := p.dial(s, "slots", http.Header{"Origin": {origin}})
		must(t, err)
		code, last := (&client{t: t, conn: conn}).awaitClose()
		if code != closeForbidden {
			t.Errorf("from %q: closed with %d", origin, code)
		}
		last.wantError(t, "80005")
		conn.Close()
	}
	// The credentials that a browser adds by itself, a cookie, are worth nothing: the page must have the token.
	conn, _, err := websocket.DefaultDialer.Dial("ws://"+s.Addr().String()+"/ws?gameId=slots",
		http.Header{"Cookie": {"token=" + p.token + "; session=" + p.token}})
	must(t, err)
	defer conn.Close()
	if code, _ := (&client{t: t, conn: conn}).awaitClose(); code != closeNotAuthenticated {
		t.Errorf("with a cookie: closed with %d", code)
	}
	s.do(t, "GET", "/wallet/balance", nil, http.Header{"Cookie": {"token=" + p.token}}).wants(t, http.StatusUnauthorized, session.InvalidKey)
}

// Tokens that come in URLs and headers are in no log line, metric or answer, whatever becomes of the request.
func TestTokensAreNotRepeated(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "USD", "10.00")
	var made struct{ Ticket string }
	p.post(t, "/socket-tickets", map[string]any{"gameId": "slots"}).into(t, &made)
	said := ""
	for _, query := range []url.Values{{"token": {p.token}, "gameId": {"slots"}}, {"token": {p.token}, "gameId": {"nonesuch"}},
		{"token": {p.token + "x"}, "gameId": {"slots"}},
		{"ticket": {made.Ticket}}, {"ticket": {made.Ticket}}} {
		conn, _, err := websocket.DefaultDialer.Dial(p.socketURL(query), nil)
		must(t, err)
		must(t, conn.WriteMessage(websocket.BinaryMessage, []byte("x"))) // what is not refused ends by this
		_, last := (&client{t: t, conn: conn}).awaitClose()
		said += string(last.Payload)
		conn.Close()
	}
	for _, path := range []string{"/ws?token=" + p.token, "/api/v1/wallet/balance?token=" + p.token, "/nothing?token=" + p.token,
		"/nothing/" + p.token, "/rounds?ticket=" + made.Ticket} {
		said += s.get(t, path).text
	}
	for _, header := range []string{p.token + "x", o.Key + "x", o.Secret} {
		said += s.do(t, "GET", "/wallet/balance", nil, http.Header{"Authorization": {"Bearer " + header}, "X-Signature": {o.Secret},
			"X-Timestamp": {o.Secret}}).text
	}
	metrics := s.get(t, "/metrics").text
	for name, secret := range map[string]string{"session token": p.token, "its signature": p.token[strings.LastIndex(p.token, ".")+1:],
		"ticket": made.Ticket, "API key": o.Key, "API secret": o.Secret} {
		for where, text := range map[string]string{"the log": s.logs.String(), "the metrics": metrics, "an answer": said} {
			if strings.Contains(text, secret) {
				t.Errorf("%s is in %s", name, where)
			}
		}
	}
	if !strings.Contains(s.logs.String(), "connected") {
		t.Error("nothing was logged")
	}
}

// Whoever copies the database has no token and no key: what is stored is hashes and what is sealed.
func TestTokensAndKeysAreNotStored(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "USD", "10.00")
	launch, _, err := s.Access.CreateLaunch(t.Context(), o.Operator, session.PlayerSpec{ExternalID: p.ExternalID, Currency: "USD"}, "")
	must(t, err)
	var made struct{ Ticket string }
	p.post(t, "/socket-tickets", map[string]any{"gameId": "slots"}).into(t, &made)
	p.connect(t, "slots").spin("a")
	rows, err := s.db.Query(t.Context(),
		`SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition`)
	must(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	var stored strings.Builder
	for _, table := range tables {
		var text string
		must(t, s.db.QueryRow(t.Context(), `SELECT coalesce(string_agg(t::text, E'\n'), '') FROM `+table+` t`).Scan(&text))
		stored.WriteString(text)
	}
	if !strings.Contains(stored.String(), p.ExternalID) {
		t.Error("the database was not read")
	}
	for name, secret := range map[string]string{"launch token": launch, "session token": p.token, "refresh token": p.refresh,
		"ticket": made.Ticket, "API key": o.Key, "API secret": o.Secret} {
		if strings.Contains(stored.String(), secret) || strings.Contains(stored.String(), hex.EncodeToString([]byte(secret))) {
			t.Errorf("the database holds the %s", name)
		}
	}
}

// Numbers that are short to write and endless to compute, and texts that are deep or inflate, are refused at once.
func TestBombsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "USD", "10.00")
	c := p.connect(t, "slots")
	begun := time.Now()
	for _, bomb := range []string{"1e50000000", "1E+999999999", "1e-50000000", "0e99999999999", "-1e50000000", "0." + strings.Repeat("0",
		9000) + "1", strings.Repeat("9", 9000),
		"1e1e1", "NaN", "Infinity", strings.Repeat("[", 15000), strings.Repeat(`{"a":`, 3000), `"` + strings.Repeat(`\u0000`, 2000) + `"`} {
		c.send(`{"type":"action","payload":{"action":"spin","betPerLine":` + bomb + `,"activePaylines":20},"requestId":"x"}`)
		if e := c.read(); e.Type != "error" {
			t.Errorf("a bet of %.20s: %s", bomb, e.Payload)
		}
		if pong := c.ask("ping", `{}`, "resets the count of malformed messages"); pong.Type != "pong" {
			t.Fatalf("after %.20s: %s", bomb, pong.Payload)
		}
		for _, path := range []string{"/wallet/deposit", "/wallet/withdraw"} {
			body := `{"playerId":"` + p.ID + `","amount":` + bomb + `,"currency":"USD","transactionId":"bomb"}`
			o.post(t, path, body).wants(t, http.StatusBadRequest, session.InvalidRequest)
		}
	}
	if took := time.Since(begun); took > answerWithin {
		t.Errorf("it took %s", took)
	}
	if got := p.balance(t); got != "10.00" {
		t.Errorf("the balance is %s", got)
	}
}

// Nothing that is compressed is inflated, in a body or on a socket.
func TestNothingIsInflated(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	var small bytes.Buffer
	zip := gzip.NewWriter(&small)
	_, err := zip.Write([]byte(`{"externalId":"inflated","currency":"USD"}`))
	must(t, err)
	must(t, zip.Close())
	r := s.request(t, "POST", "/test/players", small.Bytes(), o.sign("POST", apiPrefix+"/test/players", small.Bytes(), time.Now()))
	r.Header.Set("Content-Encoding", "gzip")
	s.send(t, r).wants(t, http.StatusBadRequest, session.InvalidRequest)

	p := o.player(t, "USD", "10.00")
	dialer := websocket.Dialer{Subprotocols: []string{subprotocol, "bearer." + p.token}, EnableCompression: true}
	conn, answer, err := dialer.Dial("ws://"+s.Addr().String()+"/ws?gameId=slots", nil)
	must(t, err)
	defer conn.Close()
	if got := answer.Header.Get("Sec-Websocket-Extensions"); got != "" {
		t.Errorf("it agreed to %s", got)
	}
	// And a frame that says that it is compressed all the same ends the connection.
	_, err = conn.UnderlyingConn().Write([]byte{0xC1, 0x84, 0, 0, 0, 0, 'a', 'b', 'c', 'd'})
	must(t, err)
	if code, _ := (&client{t: t, conn: conn}).awaitClose(); code != websocket.CloseProtocolError {
		t.Errorf("closed with %d", code)
	}
}

// A client that sends its header a byte at a time does not keep a connection.
func TestSlowHeadersAreCutOff(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, func(c *Config) { c.Limits.HeaderWithin = 200 * time.Millisecond })
	conn, err := net.Dial("tcp", s.Addr().String())
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(8*time.Second))) // less than it may take by default
	go func() {
		for text := "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "; ; text = "x" {
			if _, err := conn.Write([]byte(text)); err != nil {
				return // it was cut off
			}
			time.Sleep(20 * time.Millisecond)
		}
	}()
	if answer, err := http.ReadResponse(bufio.NewReader(conn), nil); err == nil {
		answer.Body.Close()
		if answer.StatusCode != http.StatusRequestTimeout {
			t.Errorf("answered with %s", answer.Status)
		}
	} else if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		t.Error("the connection was kept")
	}
}

// What somebody may not see is answered as what is not there, byte for byte.
func TestNothingTellsWhatIsThere(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o, rival := s.operator(t), s.operator(t)
	p, other := o.player(t, "USD", "10.00"), rival.player(t, "USD", "10.00")
	round := p.connect(t, "slots").spin("a").result(t).RoundID
	by, err := session.ByCommand("test")
	must(t, err)
	revoked, _, err := s.Operators.NewKey(t.Context(), o.Operator.ID, session.KeySpec{Scopes: []session.Scope{"all"}}, by)
	must(t, err)
	_, err = s.Operators.RevokeKey(t.Context(), nil, revoked.ID, by)
	must(t, err)
	same := func(what string, there, not *reply) {
		t.Helper()
		there.text, not.text = strings.ReplaceAll(there.text, there.RequestID, ""), strings.ReplaceAll(not.text, not.RequestID, "")
		if there.status != not.status || there.text != not.text || there.status < 400 {
			t.Errorf("%s: there %d %s, not there %d %s", what, there.status, there.text, not.status, not.text)
		}
	}
	nobody := uuid.NewString()
	same("another's round", other.get(t, "/rounds/"+round), other.get(t, "/rounds/"+nobody))
	same("a rival's round", rival.get(t, "/rounds/"+round), rival.get(t, "/rounds/"+nobody))
	same("a rival's round to void", rival.post(t, "/rounds/"+round+"/void", map[string]any{"reason": "x"}), rival.post(t,
		"/rounds/"+nobody+"/void", map[string]any{"reason": "x"}))
	same("its verification", other.get(t, "/rounds/"+round+"/verification"), other.get(t, "/rounds/"+nobody+"/verification"))
	for _, path := range []string{"/wallet/balance?playerId=", "/rounds?playerId=", "/wallet/transactions?playerId="} {
		same("a rival's player at "+path, rival.get(t, path+p.ID), rival.get(t, path+nobody))
		same("a rival's own id at "+path, rival.get(t, path+p.ExternalID), rival.get(t, path+"nobody"))
		same("another player at "+path, p.get(t, path+other.ID), p.get(t, path+nobody))
	}
	key := func(key string) *reply {
		body := []byte(`{}`)
		header := o.sign("POST", apiPrefix+"/auth/sso/create-token", body, time.Now())
		header.Set("Authorization", "Bearer "+key)
		return s.do(t, "POST", "/auth/sso/create-token", body, header)
	}
	unknown := "sk_sandbox_" + strings.Repeat("x", 43)
	same("a revoked key", key(revoked.Key), key(unknown))
	same("a key of the other mode", key(strings.Replace(o.Key, "sandbox", "live", 1)), key(unknown))
}

// Whatever a client writes stays in the one member of the one line that it was logged in.
func TestLogLinesCannotBeForged(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	forged := "x\n{\"level\":\"INFO\",\"msg\":\"FORGED\"}\r\n\u2028\x1b[31mFORGED\x00\"},\"msg\":\"FORGED"
	quoted, err := json.Marshal(forged)
	must(t, err)
	o.post(t, "/test/players", `{"externalId":"forger","currency":"USD","username":`+string(quoted)+`}`)
	o.post(t, "/test/players", `{"externalId":`+string(quoted)+`,"currency":"USD"}`)
	s.get(t, "/nothing/"+url.PathEscape(forged))
	s.get(t, "/rounds/"+url.PathEscape(forged))
	s.do(t, "GET", "/games?x="+url.QueryEscape(forged), nil, http.Header{"User-Agent": {"FORGED"}, "X-Forwarded-For": {"FORGED"},
		"X-Request-Id": {"FORGED\tFORGED"}})
	p := o.player(t, "USD", "10.00")
	c := p.connect(t, "slots")
	for _, message := range []string{`{"type":%s,"payload":{},"requestId":"a"}`, `{"type":"ping","payload":{},"requestId":%s}`,
		`{"type":"action","payload":{"action":%s},"requestId":"a"}`,
		`{"type":"seed_rotate","payload":{"clientSeed":%s},"requestId":"a"}`} {
		c.send(fmt.Sprintf(message, quoted))
		c.read()
	}
	if conn, err := p.dial(s, url.QueryEscape(forged), nil); err == nil {
		(&client{t: t, conn: conn}).awaitClose()
		conn.Close()
	}
	lines := strings.Split(strings.TrimSuffix(s.logs.String(), "\n"), "\n")
	for _, line := range lines {
		var read struct{ Level, Msg string }
		if err := json.Unmarshal([]byte(line), &read); err != nil || read.Msg == "" || strings.Contains(read.Msg, "FORGED") ||
			strings.ContainsAny(line, "\x00\x1b\r\u2028") {
			t.Errorf("a line of the log is %q: %v", line, err)
		}
	}
	if len(lines) < 5 {
		t.Errorf("%d lines were logged", len(lines))
	}
}
