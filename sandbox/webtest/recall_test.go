package webtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/gorilla/websocket"

	"croupier/games"
)

// guestAt is a player who plays by the wire, not by the page.
type guestAt struct {
	t     *testing.T
	h     *house
	name  string
	grant json.RawMessage // as the sandbox's page keeps it
	token string
	asked int
}

// comeIn signs a player in as the sandbox's page does.
func (h *house) comeIn(t *testing.T, name string) *guestAt {
	t.Helper()
	var in struct{ LaunchToken string }
	g := &guestAt{t: t, h: h, name: name}
	g.post("/sandbox/sign-in", map[string]string{"name": name}, &in)
	var answer struct{ Data json.RawMessage }
	g.post("/api/v1/auth/sso/exchange", map[string]string{"launchToken": in.LaunchToken}, &answer)
	g.grant = answer.Data
	var session struct{ SessionToken string }
	if err := json.Unmarshal(g.grant, &session); err != nil {
		t.Fatal(err)
	}
	g.token = session.SessionToken
	return g
}

func (g *guestAt) post(path string, body, into any) {
	g.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		g.t.Fatal(err)
	}
	response, err := http.Post(g.h.sandbox.Info().BaseURL+path, "application/json", bytes.NewReader(text))
	if err != nil {
		g.t.Fatal(err)
	}
	g.read(path, response, into)
}

func (g *guestAt) read(path string, response *http.Response, into any) {
	g.t.Helper()
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		g.t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil || response.StatusCode != http.StatusOK {
		g.t.Fatalf("%s: %s, %v: %s", path, response.Status, err, text)
	}
}

// record is a round's record, as the API gives it.
func (g *guestAt) record(id string) games.Record {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), http.MethodGet, g.h.sandbox.Info().BaseURL+"/api/v1/rounds/"+id, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+g.token)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		g.t.Fatal(err)
	}
	var answer struct{ Data json.RawMessage }
	g.read(id, response, &answer)
	record, err := games.ParseRecord(answer.Data)
	if err != nil {
		g.t.Fatal(err)
	}
	return record
}

// link is the token of a link to a round.
func (g *guestAt) link(id string) string {
	g.t.Helper()
	request, err := http.NewRequestWithContext(g.t.Context(), http.MethodPost, g.h.sandbox.Info().BaseURL+"/api/v1/rounds/"+id+"/replay-links", strings.NewReader("{}"))
	if err != nil {
		g.t.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+g.token)
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		g.t.Fatal(err)
	}
	var answer struct{ Data struct{ Token string } }
	g.read(id, response, &answer)
	return answer.Data.Token
}

// result is what a round looks like after an action.
type result struct {
	RoundID string
	Status  games.Status
	Outcome struct {
		Actions    []string
		CanCashOut bool
	}
}

// play sends messages to a game, each "type payload", until the round is over or they are all sent, and returns the last result.
func (g *guestAt) play(game string, messages ...string) (last result) {
	g.t.Helper()
	dialer := websocket.Dialer{Subprotocols: []string{"croupier.v1", "bearer." + g.token}, HandshakeTimeout: patience}
	conn, _, err := dialer.DialContext(g.t.Context(), g.h.sandbox.Info().WebSocket+"?gameId="+game, nil)
	if err != nil {
		g.t.Fatal(err)
	}
	defer conn.Close()
	for i, message := range messages {
		if i > 0 && last.Status != games.InProgress && last.Status != "" {
			break
		}
		kind, payload, _ := strings.Cut(message, " ")
		if kind == "cashout" && !last.Outcome.CanCashOut {
			continue
		}
		last = g.ask(conn, kind, payload)
	}
	return last
}

func (g *guestAt) ask(conn *websocket.Conn, kind, payload string) (r result) {
	g.t.Helper()
	g.asked++
	id := fmt.Sprintf("%s-%d", g.name, g.asked)
	if err := conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"`+kind+`","payload":`+payload+`,"requestId":"`+id+`"}`)); err != nil {
		g.t.Fatal(err)
	}
	for {
		_ = conn.SetReadDeadline(time.Now().Add(patience))
		_, text, err := conn.ReadMessage()
		if err != nil {
			g.t.Fatal(err)
		}
		var m struct {
			Type, RequestID string
			Payload         json.RawMessage
		}
		if err := json.Unmarshal(text, &m); err != nil {
			g.t.Fatal(err)
		}
		if m.RequestID != id {
			continue
		}
		if m.Type == "error" {
			g.t.Fatalf("%s %s: %s", kind, payload, text)
		}
		if err := json.Unmarshal(m.Payload, &r); err != nil {
			g.t.Fatal(err)
		}
		return r
	}
}

// recalledRound is a round to be looked at again, and what must stand in the words of its steps.
type recalledRound struct {
	game, forced string
	messages     []string
	frames       int // 0: as many as actions
	said         []string
}

const betOne = `action {"action":"bet","amount":1.00}`

var recalledRounds = []recalledRound{
	{"slots", `{"reelPositions":[0,7,9,0,0]}`, []string{`action {"action":"spin","betPerLine":0.05,"activePaylines":20}`}, 11,
		[]string{"Scatters win 2.00.", "10 free spins were won; their wins are × 3."}},
	{"blackjack", `{"player":["8S","8H"],"dealer":["6D","TC"],"next":["3D","TC","TS","TH"]}`, []string{betOne, `action {"action":"split"}`,
		`action {"action":"double"}`, `action {"action":"stand"}`}, 0, []string{"Dealt: 8♠ to the player", "3♦ to the player", "the hands pay"}},
	{"guess", "", []string{betOne, `action {"action":"guess","position":2,"character":"K"}`, `cashout {}`}, 0, []string{"K at position 3 was "}},
	{"launch", `{"winds":[10]}`, []string{betOne, `action {"action":"launch","angle":45.0,"power":1716}`, `cashout {}`}, 0, []string{"which is 10 ×"}},
	{"smash", `{"multipliers":[1,1.25],"hammerBreakOnHit":null,"crackThreshold":9}`, []string{betOne, `action {"action":"hit"}`, `action {"action":"hit"}`, `cashout {}`}, 0,
		[]string{"Hit 1: × 1.1111.", "Hit 2: × 1.3888.", "The safe was to crack on hit 9, the hammer to break on none of the first 20."}},
	{"move", `{"traps":[[7,9]]}`, []string{betOne, `action {"action":"move","dx":2.0,"dy":0.0}`, `action {"action":"move","dx":-2.0,"dy":2.0}`}, 0,
		[]string{"2 new cells.", "A trap: the round is lost."}},
	{"dice", `{"roll":25.49}`, []string{`action {"action":"roll","amount":1.00,"chance":25.50}`}, 0, []string{"Rolled 25.49, under 25.50."}},
	{"ladder", `{"fallOnRung":null}`, []string{betOne, `action {"action":"climb"}`, `cashout {}`}, 0, nil},
}

// recall looks at a round of every game again: as the player who came from the sandbox's page, with a token, and as an operator.
func recall(t *testing.T, h *house) {
	const name = "rosa"
	g := h.comeIn(t, name)
	ids := make([]string, len(recalledRounds))
	for i, r := range recalledRounds {
		if r.forced != "" {
			h.forceGame(t, name, r.game, r.forced)
		}
		ids[i] = g.play(r.game, r.messages...).RoundID
	}
	base := h.sandbox.Info().BaseURL
	kept := fmt.Sprintf(`sessionStorage.setItem("croupier.session", %q)`, g.grant)
	b := h.open(t, desktop, base+"/rounds/"+ids[0], kept)
	b.wait(`document.querySelector("#round h2")?.textContent === "Proof"`)
	if got := b.text("#round"); !strings.Contains(got, "still secret") || strings.Contains(got, "What was compared") {
		t.Errorf("before the reveal: %q", got)
	}
	g.play("slots", `seed_rotate {"clientSeed":"another one"}`)
	open := g.play("smash", betOne).RoundID
	for i, r := range recalledRounds {
		b.recalled(base, g.record(ids[i]), r)
	}
	b.stepsThrough(base, g.record(ids[4]))
	b.stillOpen(base, open)
	b.listed(base, append(slices.Clone(ids), open))
	h.recallAtTheDoor(t, g, ids[6])
	h.recallByLink(t, g, ids[6])
	h.recallForOperators(t, name, ids)
}

// recalled holds what is drawn of a round against its record.
func (b *tab) recalled(base string, record games.Record, want recalledRound) {
	b.t.Helper()
	b.run(chromedp.Navigate(base + "/rounds/" + record.RoundID))
	b.wait(`document.querySelector("#status").textContent === "" && document.querySelector("[data-verdict]")`)
	if got := eval[string](b, `document.querySelector("[data-verdict]").dataset.verdict`); got != "verified" {
		b.t.Errorf("%s: the verdict is %s", want.game, got)
	}
	frames := want.frames
	if frames == 0 {
		frames = len(record.Actions)
	}
	if got := eval[int](b, `document.querySelectorAll(".frame").length`); got != frames {
		b.t.Errorf("%s: %d steps are drawn, want %d", want.game, got, frames)
	}
	last := len(record.Actions) - 1
	for i, action := range record.Actions {
		at := i
		if frames != len(record.Actions) { // free spins, which are of one action
			at = frames - 1
		}
		got := b.text(fmt.Sprintf(`.frame[data-frame="%d"]`, at))
		for _, part := range []string{string(action.Stake) + " USD", string(action.Payout) + " USD", "Balance after it" + string(action.Balance) + " USD", action.RequestID,
			action.At.UTC().Format("2006-01-02 15:04:05.000") + " UTC"} {
			if !strings.Contains(got, part) {
				b.t.Errorf("%s, step %d of %d has not %q: %q", want.game, i, last, part, got)
			}
		}
	}
	whole := b.text("#round")
	for _, part := range append(want.said, "Proof", "Receipt", record.ServerSeed, record.ServerSeedHash, record.Receipt.KeyID, " draw", "mod ") {
		if !strings.Contains(whole, part) {
			b.t.Errorf("%s: the page does not hold %q: %q", want.game, part, whole)
		}
	}
	if hits := eval[int](b, `document.querySelectorAll(".window .hit").length`); want.game == "slots" && hits < 3 {
		b.t.Errorf("%d cells of the windows are marked as wins", hits)
	}
	if (record.Forced != nil) != strings.Contains(whole, "Forced in the sandbox") {
		b.t.Errorf("%s: whether it was forced is not told right", want.game)
	}
	if strings.Contains(whole, "undefined") || strings.Contains(whole, "NaN") || strings.Contains(whole, "[object") {
		b.t.Errorf("%s: the page shows what is not there: %q", want.game, whole)
	}
	b.sceneLooksGood("recall-" + want.game)
}

// stepsThrough goes back and forth by buttons and keys, and looks at what would be printed.
func (b *tab) stepsThrough(base string, record games.Record) {
	b.t.Helper()
	b.run(chromedp.Navigate(base + "/rounds/" + record.RoundID))
	shown := `[...document.querySelectorAll(".frame")].findIndex((f) => f.checkVisibility())`
	n := len(record.Actions)
	b.wait(shown + fmt.Sprintf(` === %d`, n-1))
	for _, step := range []struct {
		press, click string
		want         int
	}{{"", "#first", 0}, {"", "#forward", 1}, {"", "#last", n - 1}, {"", "#back", n - 2}} {
		b.click(step.click)
		if got := eval[int](b, shown); got != step.want {
			b.t.Errorf("after %s step %d is shown, want %d", step.click, got, step.want)
		}
	}
	if got, want := b.text("#place"), fmt.Sprintf("Step %d of %d", n-1, n); got != want {
		b.t.Errorf("the place is %q, want %q", got, want)
	}
	eval[bool](b, `document.activeElement.blur() ?? true`)
	for key, want := range map[string]int{"ArrowLeft": n - 3, "ArrowRight": n - 1, "Home": 0, "End": n - 1} {
		eval[bool](b, `(document.querySelector("#last").click(), document.querySelector("#back").click(), true)`)
		eval[bool](b, fmt.Sprintf(`document.body.dispatchEvent(new KeyboardEvent("keydown", {key: %q, bubbles: true}))`, key))
		if got := eval[int](b, shown); got != want {
			b.t.Errorf("after %s step %d is shown, want %d", key, got, want)
		}
	}
	b.print(true)
	if got := eval[int](b, `[...document.querySelectorAll(".frame")].filter((f) => f.checkVisibility()).length`); got != n {
		b.t.Errorf("%d steps would be printed, want %d", got, n)
	}
	b.print(false)
}

// stillOpen looks at a round that is not over: what is hidden in it is not there.
func (b *tab) stillOpen(base, id string) {
	b.t.Helper()
	b.run(chromedp.Navigate(base + "/rounds/" + id))
	b.wait(`document.querySelectorAll(".frame").length === 1 && document.querySelector("#status").textContent === ""`)
	if got := b.text("#round"); !strings.Contains(got, "Paidnot yet") || !strings.Contains(got, "still secret") || strings.Contains(got, "crack on hit") {
		b.t.Errorf("an open round: %q", got)
	}
}

// listed goes through the list and its filters.
func (b *tab) listed(base string, ids []string) {
	b.t.Helper()
	rows := `[...document.querySelectorAll("#rounds tbody tr")].map((row) => row.dataset.round)`
	b.run(chromedp.Navigate(base + "/rounds"))
	b.wait(fmt.Sprintf(`document.querySelectorAll("#rounds tbody tr").length === %d`, len(ids)))
	newest := slices.Clone(ids)
	slices.Reverse(newest)
	if got := eval[[]string](b, rows); !slices.Equal(got, newest) {
		b.t.Errorf("listed %q, want %q", got, newest)
	}
	b.sceneLooksGood("recall-list")
	choose := func(box, value string, want ...string) {
		b.t.Helper()
		eval[bool](b, fmt.Sprintf(`(document.querySelector(%q).value = %q, document.querySelector("#filters").requestSubmit(), true)`, box, value))
		b.wait(fmt.Sprintf(`document.querySelector("#status").textContent === "" && JSON.stringify(%s) === %q`, rows, mustJSON(want)))
		eval[bool](b, fmt.Sprintf(`(document.querySelector(%q).value = "", true)`, box))
	}
	choose("#game", "smash", ids[8], ids[4])
	choose("#state", "in_progress", ids[8])
	choose("#since", "2099-01-01T00:00")
	choose("#until", "2020-01-01T00:00")
	choose("#game", "dice", ids[6])
	b.click(`#rounds a`)
	b.wait(fmt.Sprintf(`location.pathname === "/rounds/%s" && document.querySelector(".frame:not([hidden]) .said")?.textContent.startsWith("Rolled 25.49")`, ids[6]))
	eval[bool](b, `history.back() ?? true`)
	b.wait(`location.pathname === "/rounds" && !document.querySelector("#list").hidden`)
	b.run(chromedp.Navigate(base + "/rounds/" + "01a1fdb8-dbbf-7b8a-b241-042f07f513a5"))
	b.expect("404")
	b.wait(`document.querySelector("#status.bad")?.textContent === "Round not found (80006)"`)
}

func mustJSON(list []string) string {
	text, err := json.Marshal(append([]string{}, list...))
	if err != nil {
		panic(err)
	}
	return string(text)
}

// recallAtTheDoor enters a session token by hand, a wrong one first.
func (h *house) recallAtTheDoor(t *testing.T, g *guestAt, id string) {
	b := h.open(t, desktop, h.sandbox.Info().BaseURL+"/rounds/"+id)
	b.wait(`!document.querySelector("#door").hidden`)
	b.looksGood("recall-door")
	b.expect("401")
	b.fill("#token", "not.a.token")
	b.click("#player-door button")
	b.wait(`!document.querySelector("#door").hidden && document.querySelector("#status.bad")`)
	b.fill("#token", g.token)
	b.click("#player-door button")
	b.wait(`document.querySelector(".frame")`)
	if got := eval[string](b, `location.href + JSON.stringify({...sessionStorage}) + JSON.stringify({...localStorage}) + document.cookie + document.documentElement.outerHTML`); strings.Contains(got, g.token) {
		t.Error("the token is in the URL, in storage or in the document")
	}
	b.click("#leave")
	b.wait(`!document.querySelector("#door").hidden && document.querySelector("#round").hidden && document.querySelectorAll(".frame").length === 0`)
}

// recallByLink looks at a round as somebody does who has a link to it and nothing else.
func (h *house) recallByLink(t *testing.T, g *guestAt, id string) {
	base := h.sandbox.Info().BaseURL
	b := h.open(t, desktop, base+"/rounds/"+id+"#replay="+g.link(id))
	b.wait(`document.querySelector(".frame") && document.querySelector("[data-verdict=verified]")`)
	if got := b.text("#who"); got != "by a link" {
		t.Errorf("who looks: %q", got)
	}
	b.looksGoodOn("recall-link", "desktop-light", "small-phone")
	b.click("#home")
	b.wait(`!document.querySelector("#door").hidden && document.querySelector("#round").hidden`)
	b.expect("403")
	b.run(chromedp.Navigate("about:blank"))
	b.run(chromedp.Navigate(base + "/rounds/" + id + "#replay=AAAA"))
	b.wait(`document.querySelector("#status.bad")?.textContent === "This is no link to a round (80005)"`)
}

// recallForOperators looks at a player's rounds with the operator's key.
func (h *house) recallForOperators(t *testing.T, name string, ids []string) {
	info := h.sandbox.Info()
	b := h.open(t, desktop, info.BaseURL+"/rounds")
	b.wait(`!document.querySelector("#door").hidden`)
	b.fill("#key", info.APIKey)
	b.fill("#secret", info.APISecret)
	b.click("#operator-door button")
	b.wait(`!document.querySelector("#list").hidden && document.querySelector("#status").textContent === ""`)
	b.fill("#player", "web-"+name)
	b.press("\r")
	b.wait(fmt.Sprintf(`document.querySelector('#rounds tr[data-round="%s"]')`, ids[0]))
	b.looksGoodOn("recall-operator", "desktop-light", "small-phone")
	b.click(fmt.Sprintf(`#rounds a[href$="%s"]`, ids[2]))
	b.wait(`document.querySelector(".key") && document.querySelector("[data-verdict=verified]")`)
	if got := eval[string](b, `location.href + JSON.stringify({...sessionStorage}) + document.documentElement.outerHTML`); strings.Contains(got, info.APISecret) {
		t.Error("the secret is in the URL, in storage or in the document")
	}
}
