package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"croupier/wallet/money"
)

// history is a player that plays over connections that break, sends every request twice, and keeps what it was told.
type history struct {
	player *testPlayer
	seed   int64
	told   map[string]json.RawMessage // by request id
}

// play plays rounds one after the other, each sent twice, on connections that it cuts at random, and sends again what was not
// answered. after is told how many rounds are done.
func (h *history) play(t *testing.T, rounds int, dial func() (*websocket.Conn, error), after func(done int)) {
	random := rand.New(rand.NewPCG(uint64(h.seed), 7))
	h.told = map[string]json.RawMessage{}
	deadline := time.Now().Add(5 * time.Minute)
	var conn *websocket.Conn
	for round := 0; round < rounds; {
		if time.Now().After(deadline) {
			t.Errorf("player %d: %d of %d rounds after five minutes", h.seed, round, rounds)
			return
		}
		if conn == nil {
			var err error
			if conn, err = dial(); err != nil {
				conn = nil
				continue // the server is away
			}
		}
		id := fmt.Sprintf("round-%d", round)
		if !h.try(t, conn, id, random) {
			cut(conn)
			conn = nil
			continue
		}
		round++
		after(round)
		if random.IntN(10) == 0 { // the second answer, if it was not read yet, is lost
			cut(conn)
			conn = nil
		}
	}
	if conn != nil {
		conn.Close()
	}
}

// try sends a request twice and reads until it is answered. It returns false when the connection broke before, which it does at
// random after the first or the second was sent.
func (h *history) try(t *testing.T, conn *websocket.Conn, id string, random *rand.Rand) bool {
	text := []byte(fmt.Sprintf(`{"type":"action","payload":%s,"requestId":%q}`, spinPayload, id))
	for range 2 {
		if conn.WriteMessage(websocket.TextMessage, text) != nil || random.IntN(20) == 0 {
			return false
		}
	}
	for {
		_ = conn.SetReadDeadline(time.Now().Add(answerWithin))
		_, got, err := conn.ReadMessage()
		if err != nil {
			return false
		}
		var e envelope
		if err := json.Unmarshal(got, &e); err != nil {
			t.Errorf("not an envelope: %s", got)
			return false
		}
		if e.RequestID == "" { // a push: the deposit that the player began with
			continue
		}
		if e.Type == "error" {
			if !bytes.Contains(e.Payload, []byte(`"30029"`)) && !bytes.Contains(e.Payload, []byte(`"unknown":true`)) {
				t.Errorf("%s: %s", e.RequestID, e.Payload)
			}
			return false
		}
		if old, ok := h.told[e.RequestID]; ok && !bytes.Equal(old, e.Payload) {
			t.Errorf("%s was answered twice: %s and %s", e.RequestID, old, e.Payload)
		}
		h.told[e.RequestID] = e.Payload
		if e.RequestID == id {
			return true
		}
	}
}

// check holds what the player was told against the database: every answer is stored as told, every request took effect once, and
// the player's own arithmetic gives the balance that the wallet has.
func (h *history) check(t *testing.T, s *testServer, rounds int) {
	rows, err := s.db.Query(t.Context(), `SELECT request_id, answer FROM actions WHERE player_id = $1`, h.player.ID)
	if err != nil {
		t.Error(err)
		return
	}
	defer rows.Close()
	stored := map[string]json.RawMessage{}
	for rows.Next() {
		var id string
		var answer []byte
		if err := rows.Scan(&id, &answer); err != nil {
			t.Error(err)
			return
		}
		stored[id] = answer
	}
	if err := rows.Err(); err != nil || len(stored) != rounds || len(h.told) != rounds {
		t.Errorf("player %d: %d stored, %d told, want %d each; %v", h.seed, len(stored), len(h.told), rounds, err)
	}
	usd, err := money.LookupCurrency("USD")
	if err != nil {
		t.Error(err)
		return
	}
	sum := money.New(usd, 100_000)
	nonces := map[int64]bool{}
	for id, answer := range h.told {
		if !bytes.Equal(stored[id], answer) {
			t.Errorf("player %d: %s: told %s, stored %s", h.seed, id, answer, stored[id])
		}
		r := envelope{Type: "action_result", Payload: answer}.result(t)
		before, err1 := money.Parse(usd, r.Balance.Before)
		after, err2 := money.Parse(usd, r.Balance.After)
		if err1 != nil || err2 != nil {
			t.Errorf("%s: %v %v", answer, err1, err2)
			return
		}
		sum = sum.Add(after.Sub(before))
		nonces[r.ProvablyFair.Nonce] = true
	}
	if got := h.player.balance(t); got != sum.String() {
		t.Errorf("player %d: own arithmetic gives %v, the wallet has %s", h.seed, sum, got)
	}
	for n := range int64(rounds) {
		if !nonces[n] {
			t.Errorf("player %d: no round has nonce %d", h.seed, n)
		}
	}
}

// 40 players play 30 rounds each on two nodes while connections are cut at random and every request is sent twice.
func TestCutConnectionsAndDoubledRequests(t *testing.T) {
	a, b := twoServers(t)
	o := a.operator(t)
	const players, rounds = 40, 30
	histories := make([]*history, players)
	var all sync.WaitGroup
	for i := range histories {
		h := &history{player: o.player(t, "USD", "1000.00"), seed: int64(i)}
		histories[i] = h
		all.Go(func() {
			node := i
			h.play(t, rounds, func() (*websocket.Conn, error) {
				node++
				return h.player.dial([]*testServer{a, b}[node%2], "slots", nil)
			}, func(int) {})
		})
	}
	all.Wait()
	for _, h := range histories {
		h.check(t, a, rounds)
	}
	a.wantWholeLedger(t)
}
