package webtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
)

// liveRounds plays every game on the running server, as a player's program does, reveals the seeds, and shows both verifiers what the
// API says of the rounds, byte for byte.
func liveRounds(t *testing.T, h *house, b *tab) {
	const rounds = 4 // of each game
	p := h.newPlayer(t, "verified")
	h.forceGame(t, "verified", "dice", `{"roll":12.34}`)
	var ids []string
	choose := fairness.NewSimulation(7).Stream("choose")
	c := catalogue(t)
	for _, g := range c.Games() {
		moves, ok := gamestest.MovesOf(g.ID)
		if !ok || g.ID == gamestest.Game().ID {
			continue
		}
		for range rounds {
			ids = append(ids, p.playRound(t, g.ID, moves, choose))
		}
	}
	unrevealed := p.get(t, "/rounds/"+ids[0])
	checkClaims(t, b, []claim{{"before the reveal", unrevealed, "unchecked"}}, nil)
	p.post(t, "/seeds/rotate", `{"clientSeed":"my own"}`)

	var live, forged []claim
	for i, id := range ids {
		answer := p.get(t, "/rounds/"+id)
		var envelope struct{ Data json.RawMessage }
		if err := json.Unmarshal(answer, &envelope); err != nil {
			t.Fatal(err)
		}
		live = append(live, claim{"live " + id, answer, "verified"})
		if i%rounds == 1 && i < 2*rounds { // of slots and blackjack: those of all games are forged in records that are the same, elsewhere
			forged = append(forged, forgeriesOf(t, claim{"live " + id, envelope.Data, "verified"})...)
		}
	}
	if len(live) != 7*rounds {
		t.Fatalf("%d live rounds", len(live))
	}
	history := string(p.get(t, "/seeds/history"))
	checkClaims(t, b, append(live, claim{"the record of before, with the seeds of now", unrevealed, "verified"}), []string{history})
	checkClaims(t, b, forged, nil)

	list := []string{string(p.get(t, "/rounds?limit=100"))}
	list = append(list, history)
	for by, verdicts := range map[string][]string{"verify.py": pythonSays(t, list), "the page": pageSays(b, list)} {
		forced := 0
		for _, verdict := range verdicts {
			if !strings.HasPrefix(verdict, "verified") || !strings.Contains(verdict, "made by the server") {
				t.Errorf("%s says of the list: %s", by, verdict)
			}
			if strings.Contains(verdict, "FORCED") {
				forced++
			}
		}
		if len(verdicts) != len(ids) || forced != 1 {
			t.Errorf("%s says %d verdicts of %d rounds, %d of them forced", by, len(verdicts), len(ids), forced)
		}
	}
}

// livePlayer is a player who plays by a program.
type livePlayer struct {
	house *house
	token string
	asked int
}

// newPlayer signs in a test player of the sandbox and gives it money.
func (h *house) newPlayer(t *testing.T, name string) *livePlayer {
	t.Helper()
	p := &livePlayer{house: h}
	var launch struct{ LaunchToken string }
	in := p.request(t, http.MethodPost, h.sandbox.Info().WebURL+"sandbox/sign-in", fmt.Sprintf(`{"name":%q}`, name))
	if err := json.Unmarshal(in, &launch); err != nil {
		t.Fatal(err)
	}
	var told struct {
		Data struct{ SessionToken string }
	}
	if err := json.Unmarshal(p.post(t, "/auth/sso/exchange", fmt.Sprintf(`{"launchToken":%q}`, launch.LaunchToken)), &told); err != nil {
		t.Fatal(err)
	}
	p.token = told.Data.SessionToken
	return p
}

func (p *livePlayer) get(t *testing.T, path string) json.RawMessage {
	t.Helper()
	return p.request(t, http.MethodGet, p.house.sandbox.Info().BaseURL+"/api/v1"+path, "")
}

func (p *livePlayer) post(t *testing.T, path, body string) json.RawMessage {
	t.Helper()
	return p.request(t, http.MethodPost, p.house.sandbox.Info().BaseURL+"/api/v1"+path, body)
}

// request returns the very bytes that a request is answered with.
func (p *livePlayer) request(t *testing.T, method, url, body string) json.RawMessage {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode/100 != 2 {
		t.Fatalf("%s: %s %v %s", url, response.Status, err, text)
	}
	return bytes.TrimSpace(text)
}

// playRound plays a round over the WebSocket to its end, and returns its id.
func (p *livePlayer) playRound(t *testing.T, game string, moves gamestest.Moves, choose *fairness.Stream) (id string) {
	t.Helper()
	place := p.house.sandbox.Info().WebSocket + "?" + url.Values{"gameId": {game}}.Encode()
	dialer := websocket.Dialer{Subprotocols: []string{"croupier.v1", "bearer." + p.token}, HandshakeTimeout: patience}
	conn, _, err := dialer.DialContext(t.Context(), place, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	kind, payload := "action", string(moves.Bet(choose).Payload)
	for {
		answer := p.ask(t, conn, kind, payload)
		if answer.Status != games.InProgress {
			return answer.RoundID
		}
		if a := moves.Next(answer.Outcome, choose); a.Name == "" {
			kind, payload = "cashout", `{}`
		} else {
			kind, payload = "action", string(a.Payload)
		}
	}
}

// answer is what playRound needs of a result.
type answer struct {
	RoundID string
	Status  games.Status
	Outcome json.RawMessage
}

func (p *livePlayer) ask(t *testing.T, conn *websocket.Conn, kind, payload string) answer {
	t.Helper()
	p.asked++
	id := fmt.Sprintf("r-%d", p.asked)
	message := fmt.Sprintf(`{"type":%q,"payload":%s,"requestId":%q}`, kind, payload, id)
	if err := conn.WriteMessage(websocket.TextMessage, []byte(message)); err != nil {
		t.Fatal(err)
	}
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			t.Fatal(err)
		}
		var told struct {
			Type, RequestID string
			Payload         json.RawMessage
		}
		var a answer
		if err := json.Unmarshal(text, &told); err != nil {
			t.Fatal(err)
		}
		if told.RequestID != id {
			continue
		}
		if err := json.Unmarshal(told.Payload, &a); err != nil || told.Type == "error" {
			t.Fatalf("%s: %s", message, text)
		}
		return a
	}
}
