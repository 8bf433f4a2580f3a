package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/games/gamestest"
)

// wanderer plays a game at random over a new connection for every step, to one node and the other in turn: so every state of a
// round that it gets to is recovered, from what the node is told by the database.
type wanderer struct {
	t       *testing.T
	player  *testPlayer
	nodes   []*testServer
	game    string
	moves   gamestest.Moves
	choices *fairness.Stream
	dials   int
	asked   int
}

// TestEveryGameSurvivesABrokenConnection plays rounds of every game with the connection cut after each step, a resent request in
// between, and has the records verified when the seed is revealed.
func TestEveryGameSurvivesABrokenConnection(t *testing.T) {
	t.Parallel()
	a, b := twoServers(t)
	o := a.operator(t)
	for i, g := range builtin.Games() {
		moves, ok := gamestest.MovesOf(g.ID)
		if !ok {
			t.Fatalf("nobody knows how to play %s", g.ID)
		}
		t.Run(g.ID, func(t *testing.T) {
			w := &wanderer{t: t, player: o.player(t, "USD", "100.00"), nodes: []*testServer{a, b}, game: g.ID, moves: moves,
				choices: fairness.NewSimulation(uint64(i)).Stream("")}
			var ids []string
			for range 4 {
				ids = append(ids, w.round())
			}
			w.verify(ids)
		})
	}
	a.wantWholeLedger(t)
}

func (w *wanderer) connect() *client {
	w.dials++
	return w.player.connectAt(w.t, w.nodes[w.dials%len(w.nodes)], w.game)
}

// round plays one round and returns its id.
func (w *wanderer) round() string {
	w.t.Helper()
	c := w.connect()
	told := w.ask(c, w.moves.Bet(w.choices))
	for told.Status == string(games.InProgress) {
		c = w.connect()
		var recovered struct {
			RoundID, GameID string
			State           json.RawMessage
		}
		must(w.t, json.Unmarshal(c.awaitType("round_recovered").Payload, &recovered))
		if recovered.RoundID != told.RoundID || recovered.GameID != w.game {
			w.t.Fatalf("recovered %+v, open is %+v", recovered, told)
		}
		told = w.ask(c, w.moves.Next(recovered.State, w.choices))
	}
	return told.RoundID
}

// ask plays an action, the zero one being a cash-out, cuts the connection, and sees that the same request is answered by the same
// bytes on the next one.
func (w *wanderer) ask(c *client, a games.Action) result {
	w.t.Helper()
	w.asked++
	id, kind, payload := fmt.Sprintf("%s-%d", w.game, w.asked), "action", string(a.Payload)
	if a.Name == "" {
		kind, payload = "cashout", "{}"
	}
	first := c.ask(kind, payload, id)
	told := first.result(w.t)
	cut(c.conn)
	c = w.connect()
	if told.Status == string(games.InProgress) {
		c.awaitType("round_recovered")
	}
	if again := c.ask(kind, payload, id); !bytes.Equal(again.Payload, first.Payload) {
		w.t.Errorf("%s %s: first %s, then %s", kind, payload, first.Payload, again.Payload)
	}
	cut(c.conn)
	return told
}

// verify reveals the seed and has every round recomputed from its record.
func (w *wanderer) verify(ids []string) {
	w.t.Helper()
	var rotated json.RawMessage
	w.player.post(w.t, "/seeds/rotate", map[string]any{}).into(w.t, &rotated)
	for _, id := range ids {
		var text json.RawMessage
		w.player.get(w.t, "/rounds/"+id).into(w.t, &text)
		record, err := games.ParseRecord(text)
		must(w.t, err)
		report, err := games.Verify(testCatalogue(), record)
		if err != nil || !report.OK {
			w.t.Errorf("%s does not verify: %v %+v", text, err, report.Checks)
		}
	}
}

// TestAStakeThatCannotBePaidLeavesTheHandAsItWas refuses a double, a split and insurance for want of money; the player plays on.
func TestAStakeThatCannotBePaidLeavesTheHandAsItWas(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	for refused, hand := range map[string]struct {
		cards, payload, balance string
		required                float64
	}{
		"double":    {`"player":["5S","6H"],"dealer":["6D","TC"],"next":["TS","KS"]`, `{"action":"double"}`, "80.00", 60},
		"split":     {`"player":["8S","8H"],"dealer":["6D","TC"],"next":["3S","KS"]`, `{"action":"split"}`, "80.00", 60},
		"insurance": {`"player":["5S","6H"],"dealer":["AD","8C"],"next":["TS"]`, `{"action":"insurance","accept":true}`, "85.00", 30},
	} {
		t.Run(refused, func(t *testing.T) {
			p := o.player(t, "USD", hand.balance)
			o.post(t, "/test/force-outcome", `{"playerId":"`+p.ID+`","gameId":"blackjack","outcome":{`+hand.cards+`}}`).into(t, &forceData{})
			c := p.connect(t, "blackjack")
			c.ask("action", `{"action":"bet","amount":60.00}`, "bet").result(t)
			shown := p.connect(t, "blackjack").awaitType("round_recovered").Payload
			c = p.connect(t, "blackjack")
			c.awaitType("round_recovered")
			if details := c.ask("action", hand.payload, "more").wantError(t, "30007"); details["required"] != hand.required {
				t.Errorf("details %v", details)
			}
			if again := p.connect(t, "blackjack").awaitType("round_recovered").Payload; !bytes.Equal(again, shown) {
				t.Errorf("the round was %s and is %s", shown, again)
			}
			c = p.connect(t, "blackjack")
			c.awaitType("round_recovered")
			if refused == "insurance" {
				c.ask("action", `{"action":"insurance","accept":false}`, "no").result(t)
			}
			c.ask("action", `{"action":"hit"}`, "hit").result(t)
		})
	}
	s.wantWholeLedger(t)
}
