package webtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"croupier/games"
	"croupier/games/slots"
)

// balanceIs waits until the page shows what the ledger says.
func (b *tab) balanceIs(amount string) {
	b.t.Helper()
	b.wait(fmt.Sprintf(`document.querySelector("#balance").textContent === %q`, amount+" USD"))
}

// story is a whole session: sign in, spin, lose the answer of a spin, reconnect, send a request again, rotate, verify.
func story(t *testing.T, h *house) {
	const name = "ada"
	w := newWire(t, h)
	b := h.open(t, desktop, w.url())
	b.expect("net::ERR_", "WebSocket connection to") // the wire is cut
	b.signIn(name)
	b.balanceIs("1,000.00")

	// The client seed is the browser's own, and the commitment stands on the screen before the spin.
	hash := b.text("#next-pair div:nth-child(1) code")
	clientSeed := b.text("#next-pair div:nth-child(2) code")
	if len(hash) != 64 || len(clientSeed) != 32 {
		t.Fatalf("commitment %q, client seed %q", hash, clientSeed)
	}
	next := b.text("#next-pair div:nth-child(4) code")
	if got := b.text("#rotation"); !strings.Contains(got, "Before the first round your own took its place") || strings.Contains(got, "yours all along") {
		t.Errorf("told of the first rotation: %q", got)
	}
	b.focusOnSpin()

	// By keyboard, with nothing in focus: space spins.
	eval[bool](b, `document.activeElement.blur() ?? true`)
	b.press(" ")
	b.wait(`document.body.dataset.round && document.body.dataset.phase === "idle"`)
	if got := b.text("#last-pair"); !strings.Contains(got, hash) || !strings.Contains(got, clientSeed) {
		t.Errorf("the round was played under %q, promised were %s and %s", got, hash, clientSeed)
	}
	b.wait(`document.querySelector("#promise").dataset.kept === "true" && document.querySelector("#next-pair div:nth-child(3) code").textContent === "1"`)
	b.ready()
	if a := h.account(t, name); a.rounds != 1 {
		t.Fatalf("%+v, want 1 round", a)
	}
	b.balanceIs(h.account(t, name).balance)

	// The spin is committed, its answer is lost on the way, the page comes back and asks again under the same requestId.
	first := eval[string](b, `document.body.dataset.round`)
	w.cutInsteadOf(`"type":"action_result"`)
	b.click("#spin")
	b.wait(`document.body.dataset.connection === "waiting"`)
	if a := h.account(t, name); a.rounds != 2 {
		t.Fatalf("%+v, want the round whose answer was lost to be there", a)
	}
	b.wait(fmt.Sprintf(`document.body.dataset.round !== %q && document.body.dataset.phase === "idle"`, first))
	b.ready()
	after := h.account(t, name)
	if after.rounds != 2 {
		t.Errorf("%+v, want 2 rounds", after)
	}
	b.balanceIs(after.balance)

	// Sent again on purpose: on this connection, and on the next one.
	b.click("#developer summary")
	b.click("#resend")
	lost := eval[string](b, `document.body.dataset.round`)
	again := fmt.Sprintf(`document.querySelector("#repeat").dataset.round === %q && !document.querySelector("#repeat").hidden`, lost)
	b.wait(again)
	eval[bool](b, `(document.querySelector("#repeat").hidden = true)`)
	w.cut()
	b.wait(`document.body.dataset.connection === "waiting"`)
	b.ready()
	b.click("#resend")
	b.wait(again)
	b.balanceIs(after.balance)
	if a := h.account(t, name); a != after {
		t.Errorf("sending again changed %+v into %+v", after, a)
	}

	// A seed in use cannot be verified, and the page says so.
	b.wait(`document.querySelectorAll("#rounds li[data-round]").length === 2`)
	b.click("#verify-all")
	b.wait(`document.querySelector("#summary").textContent.includes("0 verified, 2 under the seed still in use")`)

	b.fill("#client-seed", "no:seed")
	b.click("#rotate")
	b.wait(`document.querySelector("#client-seed").getAttribute("aria-invalid") === "true" && document.querySelector("#seed-problem").textContent !== ""`)
	b.fill("#client-seed", "my own seed")
	b.wait(`!document.querySelector("[aria-invalid]") && document.querySelector("#seed-problem").textContent === ""`)
	b.click("#rotate")
	b.wait(`document.querySelector("#rotation").dataset.ok === "true" && document.querySelector("#rotation").textContent.includes("2 rounds")`)
	if got := b.text("#next-pair"); !strings.Contains(got, next) || !strings.Contains(got, "my own seed") {
		t.Errorf("after the rotation %q, announced was %s", got, next)
	}

	b.wait(`document.querySelectorAll("#rounds button").length === 2`)
	if got, seed := b.text("#rounds"), hash[:8]; !strings.Contains(got, eval[string](b, `String(new Date().getFullYear())`)) || strings.Count(got, "seed "+seed) != 2 {
		t.Errorf("the rounds do not tell their date, or their seed %s: %q", seed, got)
	}
	if got := b.text("#seeds"); !strings.Contains(got, "0 rounds: replaced by your own client seed before the first round") {
		t.Errorf("the revealed seeds: %q", got)
	}
	b.click("#verify-all")
	b.wait(`document.querySelector("#summary").textContent === "2 verified"`)
	b.click("#rounds li:first-child button")
	b.wait(`document.querySelector(".proof")?.dataset.verdict === "verified"`)
	if got := eval[string](b, `document.querySelector("#rounds button").getAttribute("aria-expanded")`); got != "true" {
		t.Errorf("the proof is open, and its button says expanded: %q", got)
	}
	proof := b.text(".proof")
	for _, part := range []string{hash, clientSeed + ":1", "mod 32", "which this browser was first shown on"} {
		if !strings.Contains(proof, part) {
			t.Errorf("the proof does not hold %q:\n%s", part, proof)
		}
	}

	// A reload finds everything again.
	b.run(chromedp.Reload())
	b.ready()
	b.balanceIs(after.balance)
	b.spin()
	if a := h.account(t, name); a.rounds != 3 {
		t.Errorf("%+v, want 3 rounds", a)
	}
	b.balanceIs(h.account(t, name).balance)
	h.checkLedger(t)
}

// refusals moves money from outside and runs into what the server refuses.
func refusals(t *testing.T, h *house) {
	const name = "bob"
	b := h.open(t, desktop, h.sandbox.Info().WebURL)
	b.signIn(name)
	h.call(t, "/test/players/web-"+name+"/reset", `{"amount":1.00,"currency":"USD"}`)
	b.balanceIs("1.00")
	b.fill("#bet", "0.10")
	b.wait(`document.querySelector("#stake").textContent === "2.00"`)
	b.click("#spin")
	b.wait(`!document.querySelector("#alert").hidden`)
	if got := b.text("#alert-text"); !strings.Contains(got, "this costs 2.00 USD, and you have 1.00") || !strings.Contains(got, "30007") {
		t.Errorf("told %q", got)
	}
	b.ready()
	h.call(t, "/test/players/web-"+name+"/add-balance", `{"amount":99.00,"currency":"USD"}`)
	b.balanceIs("100.00")

	// The refused request is sent again under its requestId, and played now that there is money.
	b.click("#developer summary")
	b.click("#resend")
	b.wait(`document.body.dataset.round && document.body.dataset.phase === "idle" && document.querySelector("#promise").dataset.kept === "true"`)
	b.ready()
	b.balanceIs(h.account(t, name).balance)

	for bet, hint := range map[string]string{"0.001": "2 decimals", "x": "amount like", "10": "from 0.10 to 100.00", "0.001e1": "amount like"} {
		b.fill("#bet", bet)
		b.wait(fmt.Sprintf(`document.querySelector("#hint").textContent.includes(%q) && document.querySelector("#spin").disabled &&
			document.querySelector("#bet").getAttribute("aria-invalid") === "true"`, hint))
	}
	b.fill("#bet", "0.30")
	b.fill("#lines", "3")
	b.wait(`document.querySelector("#stake").textContent === "0.90" && !document.querySelector("[aria-invalid], #hint.problem") && !document.querySelector("#spin").disabled`)
	if a := h.account(t, name); a.rounds != 1 {
		t.Errorf("%+v, want 1 round", a)
	}
}

// attempts counts how the page tries to come back, with the two seconds cut short.
func attempts(t *testing.T, h *house) {
	const impatient = `window.waits = [];
		const { setTimeout: later } = window;
		window.setTimeout = (f, ms) => { if (ms === 2000) { waits.push(ms); ms = 0; } return later(f, ms); };`
	w := newWire(t, h)
	b := h.open(t, desktop, w.url(), impatient)
	b.expect("net::ERR_", "WebSocket connection to")
	b.signIn("cem")
	w.refuseFromNowOn(true)
	w.cut()
	b.wait(`document.body.dataset.connection === "lost"`)
	if got := eval[int](b, `waits.length`); got != 5 {
		t.Errorf("%d attempts two seconds apart, want 5", got)
	}
	w.refuseFromNowOn(false)
	b.click("#alert-action")
	b.ready()
	b.spin()

	// Whoever signs out then leaves the trouble behind.
	w.refuseFromNowOn(true)
	w.cut()
	b.wait(`document.body.dataset.connection === "lost" && !document.querySelector("#alert").hidden`)
	b.click("#sign-out")
	b.wait(`!document.querySelector("#door").hidden && document.querySelector("#alert").hidden`)
}

// expiry takes a session token away, and then the whole session.
func expiry(t *testing.T, h *house) {
	const name = "eve"
	b := h.open(t, desktop, h.sandbox.Info().WebURL)
	b.expect("401") // that is how the page learns of it
	b.signIn(name)
	b.spin()
	const spoil = `{ const s = JSON.parse(sessionStorage.getItem("croupier.session")); s.sessionToken = "expired";
		sessionStorage.setItem("croupier.session", JSON.stringify(s)); true; }`
	eval[bool](b, spoil)
	b.run(chromedp.Reload())
	b.wait(`document.querySelectorAll("#rounds li[data-round]").length === 1`)
	b.ready()
	if eval[bool](b, `sessionStorage.getItem("croupier.session").includes("expired\"")`) {
		t.Error("the session token was not refreshed")
	}

	// Ended elsewhere: the socket is closed, a refresh does not help, the door stands open with a reason.
	const end = `fetch("/api/v1/auth/logout", {method: "POST", headers: {Authorization: "Bearer " +
		JSON.parse(sessionStorage.getItem("croupier.session")).sessionToken}}).then((r) => r.ok)`
	if !eval[bool](b, end) {
		t.Fatal("log-out failed")
	}
	b.wait(`!document.querySelector("#door").hidden && document.querySelector("#alert-text").textContent.includes("session has ended")`)
	b.signIn(name)
	b.wait(`document.querySelectorAll("#rounds li[data-round]").length === 1`)
	b.spin()
}

// longHistory plays more rounds than one page of the list holds, and verifies all of them.
func longHistory(t *testing.T, h *house) {
	b := h.open(t, desktop, h.sandbox.Info().WebURL)
	b.signIn("hal")
	for range 22 {
		b.spin()
	}
	b.run(chromedp.Reload())
	b.wait(`!document.querySelector("#older").hidden && document.querySelectorAll("#rounds li[data-round]").length === 20`)
	if got := b.text("#verify-all"); got != "Verify these 20" {
		t.Errorf("the button says %q", got)
	}
	b.ready()
	b.click("#older")
	b.wait(`document.querySelectorAll("#rounds li[data-round]").length === 22 && document.querySelector("#older").hidden`)
	b.click("#rotate")
	b.wait(`document.querySelectorAll("#rounds button").length === 22`)
	b.click("#verify-all")
	b.wait(`document.querySelector("#summary").textContent === "22 verified"`)
	b.spin()
	b.wait(`document.querySelectorAll("#rounds li[data-round]").length === 23 && document.querySelectorAll("#rounds button").length === 22`)
}

// elsewhere opens the same game in a second place, and takes it back.
func elsewhere(t *testing.T, h *house) {
	const name = "ida"
	here := h.open(t, desktop, h.sandbox.Info().WebURL)
	here.signIn(name)
	here.spin()
	there := h.open(t, desktop, h.sandbox.Info().WebURL)
	there.signIn(name)
	here.wait(`document.body.dataset.connection === "ended" && document.querySelector("#alert-text").textContent.includes("somewhere else")`)
	there.spin()
	here.click("#alert-action")
	here.ready()
	there.wait(`document.body.dataset.connection === "ended"`)
	here.spin()
	here.balanceIs(h.account(t, name).balance)
}

// forged lets the server lie about a round, in the list that the page asks for.
func forged(t *testing.T, h *house) {
	const lie = `const { fetch: ask } = window;
		window.fetch = async (url, options) => {
			const answer = await ask(url, options);
			if (!url.includes("/rounds?")) return answer;
			return new Response((await answer.text()).replace(/"totalWin":[0-9.]+/, '"totalWin":12345.00'), {status: answer.status});
		};`
	b := h.open(t, desktop, h.sandbox.Info().WebURL, lie)
	b.signIn("mallory")
	b.spin()
	b.click("#rotate")
	b.wait(`document.querySelectorAll("#rounds button").length === 1`)
	b.click("#rounds button")
	b.wait(`document.querySelector(".proof")?.dataset.verdict === "failed"`)
	if got := b.text(".proof"); !strings.Contains(got, "recorded outcome.totalWin = 12345.00") {
		t.Errorf("the proof says %q", got)
	}
	if got := b.text("#rounds button"); got != "Does not match" {
		t.Errorf("the badge says %q", got)
	}
}

// modesty plays rounds that return something, but no more than the stake: nothing on the screen may celebrate that.
func modesty(t *testing.T, h *house) {
	const name = "dee"
	b := h.open(t, desktop, h.sandbox.Info().WebURL)
	b.signIn(name)
	for stops, words := range map[string]string{
		"[26,31,3,19,21]": "0.25 of the 1.00 staked came back: 0.75 less.",
		"[2,30,28,19,28]": "The stake of 1.00 came back.",
	} {
		h.force(t, name, stops)
		b.spin()
		b.focusOnSpin()
		if got := b.text("#result"); got != words {
			t.Errorf("%s: %q, want %q", stops, got, words)
		}
		if !eval[bool](b, `document.querySelector(".cell.hit") !== null && !document.querySelector(".festive, .won")`) {
			t.Errorf("%s: what paid is not marked, or is celebrated", stops)
		}
	}
	b.balanceIs("999.25")
}

// freeSpins plays forced free spins, with the reels in motion, and proves them.
func freeSpins(t *testing.T, h *house) {
	const name = "fay"
	moving := desktop
	moving.still = false
	b := h.open(t, moving, h.sandbox.Info().WebURL)
	b.signIn(name)
	h.force(t, name, "[0,7,9,0,0]")
	b.click("#spin")
	b.wait(`!document.querySelector("#skip").hidden && document.querySelector("#result").textContent.includes("Free spin 1 of")`)
	b.press(" ") // the focus was on the button that is hidden now
	b.wait(`document.body.dataset.phase === "idle"`)
	b.balanceIs(h.account(t, name).balance)
	if got := b.text("#wins"); !strings.Contains(got, "Scatters pay 2.00") || !strings.Contains(got, "free spins pay") {
		t.Errorf("wins: %q", got)
	}
	b.ready()
	b.click("#rotate")
	b.wait(`document.querySelectorAll("#rounds button").length === 1`)
	b.click("#rounds button")
	b.wait(`document.querySelector(".proof")?.dataset.verdict === "verified"`)
	if got := b.text(".proof"); !strings.Contains(got, "A forced round") || !strings.Contains(got, ":fs9") {
		t.Errorf("the proof says %q", got)
	}
}

// river is a slot machine of another shape, from a definition file: 6 reels, 4 rows, symbols that the page has no drawings of.
func river() (games.Game, error) {
	text, err := os.ReadFile(filepath.Join("..", "..", "games", "slots", "testdata", "river.slots.json"))
	if err != nil {
		return games.Game{}, err
	}
	definition, err := slots.ParseDefinition(text)
	if err != nil {
		return games.Game{}, err
	}
	return slots.GameOf(definition)
}

// otherMachine plays the river and verifies what came.
func otherMachine(t *testing.T, h *house) {
	b := h.open(t, desktop, h.sandbox.Info().WebURL+"#river") // an alias
	b.signIn("rio")
	if got := eval[[]int](b, `[document.querySelectorAll(".reel").length, document.querySelector(".reel").querySelectorAll(".cell").length]`); got[0] != 6 || got[1] != 4 {
		t.Errorf("%v reels and rows, want 6 and 4", got)
	}
	const rounds = 5
	for range rounds {
		b.spin()
	}
	b.explained("7 nuggets win 12 free spins", "multiplies the win by 2", "100 × the total bet at most")
	b.click("#rotate")
	b.wait(fmt.Sprintf(`document.querySelectorAll("#rounds button").length === %d`, rounds))
	b.click("#verify-all")
	b.wait(fmt.Sprintf(`document.querySelector("#summary").textContent === "%d verified"`, rounds))
	b.click("#rounds button")
	b.wait(`document.querySelector(".proof")?.dataset.verdict === "verified"`)
	b.looksGood("river")
}

// noTable chooses a game that the page has no table for, and goes on to another.
func noTable(t *testing.T, h *house) {
	b := h.open(t, desktop, h.sandbox.Info().WebURL+"#ladder")
	b.wait(`!document.querySelector("#door").hidden`)
	b.fill("#name", "nia")
	b.press("\r")
	b.wait(`document.querySelector("#result").textContent.includes("no table for this game") && document.querySelector("#next-pair").textContent.includes("Client seed, yours")`)
	b.balanceIs("1,000.00")
	b.looksGoodOn("no-table", "desktop-light")
	b.click(`#games a[href="#slots"]`)
	b.wait(`document.body.dataset.game === "slots"`)
	b.ready()
	b.spin()
}
