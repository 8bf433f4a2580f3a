package webtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// sitDown signs in as a new player at a game's table and waits until a round can be opened under the player's own client seed.
func (b *tab) sitDown(name string) {
	b.t.Helper()
	b.wait(`!document.querySelector("#door").hidden`)
	b.fill("#name", name)
	b.press("\r")
	b.free()
}

// free waits until a round can be opened.
func (b *tab) free() {
	b.t.Helper()
	b.wait(`document.querySelector("#place")?.disabled === false && document.querySelector("#next-pair").textContent.includes("Client seed, yours")`)
}

// inRound waits until a step of an open round can be played, everything being answered and shown.
func (b *tab) inRound() {
	b.t.Helper()
	b.wait(`document.body.dataset.open && document.body.dataset.phase === "idle" && document.body.dataset.connection === "online" && !document.querySelector("#rotate")?.matches(":enabled") &&
		[...document.querySelectorAll("#scene button, #steps button, #cashout")].some((e) => !e.disabled)`)
}

// bet places a bet and waits for the round to be open.
func (b *tab) bet(amount string) {
	b.t.Helper()
	b.free()
	b.fill("#amount", amount)
	b.click("#place")
	b.inRound()
}

// said waits until the result holds a text.
func (b *tab) said(text string) {
	b.t.Helper()
	b.wait(fmt.Sprintf(`document.querySelector("#result").textContent.includes(%q) && document.body.dataset.phase === "idle"`, text))
}

// proved rotates the seed and verifies all rounds of the game that are shown, and opens the proof of the newest. It returns its text.
func (b *tab) proved(rounds int) string {
	b.t.Helper()
	b.free()
	b.wait(fmt.Sprintf(`document.querySelectorAll("#rounds li[data-round]").length === %d`, rounds))
	b.click("#rotate")
	b.wait(fmt.Sprintf(`document.querySelectorAll("#rounds button").length === %d`, rounds))
	b.click("#verify-all")
	b.wait(fmt.Sprintf(`document.querySelector("#summary").textContent === "%d verified"`, rounds))
	b.click("#rounds button")
	b.wait(`document.querySelector(".proof")?.dataset.verdict === "verified"`)
	return b.text(".proof")
}

// guessRounds plays guess with its answers lost, the connection cut and the page reloaded in the middle of a round.
func guessRounds(t *testing.T, h *house) {
	const name = "gus"
	w := newWire(t, h)
	b := h.open(t, desktop, w.url()+"#guess")
	b.expect("net::ERR_", "WebSocket connection to") // the wire is cut
	b.sitDown(name)
	h.forceGame(t, name, "guess", `{"key":"CR0UPIER2026","rises":[6,2,3]}`)
	b.explained("A key of 12 characters", "2 to 6", "50 × the bet")
	b.sceneLooksGood("guess")
	b.bet("10.00")
	b.balanceIs("990.00")
	if got := b.text("#cashout"); got != "Cash out" || !eval[bool](b, `document.querySelector("#cashout").disabled`) {
		t.Errorf("before the first guess the button says %q, or can be pressed", got)
	}

	// A wrong guess whose answer is lost on the way: it is sent again and counts once.
	w.cutInsteadOf(`"type":"action_result"`)
	b.click(`[data-character="A"]`)
	b.wait(`document.body.dataset.connection === "waiting"`)
	b.said("A is not at place 1; trace 6, up by 6. Cash out for 7.68, or go on.")
	if a := h.account(t, name); a.actions != 3 { // the rotation, the bet and the guess
		t.Errorf("%+v, want 3 actions", a)
	}
	if !eval[bool](b, `document.querySelector('[data-character="A"]').disabled`) {
		t.Error("the struck character can be guessed again")
	}

	// The page is loaded anew: the round stands as it was. By keyboard now.
	b.run(chromedp.Reload())
	b.said("Your open round is as you left it. Cash out for 7.68, or go on.")
	b.inRound()
	eval[bool](b, `document.querySelector('[data-character="B"]').focus() ?? true`)
	b.press("c")
	b.said("C is right at place 1; trace 8, up by 2.")
	b.inRound()
	b.press("r")
	b.said("R is right at place 2; trace 11, up by 3.")
	b.inRound()
	b.sceneLooksGood("guess-open")

	b.click("#cashout")
	b.said("The key was CR0UPIER2026. Won 479.2") // 479.245: the fraction is drawn for
	b.free()
	b.balanceIs(h.account(t, name).balance)

	// Lost by the trace, which is seen before the round is told to be over.
	h.forceGame(t, name, "guess", `{"key":"CR0UPIER2026"}`)
	b.bet("0.10")
	for i := 0; eval[string](b, `document.body.dataset.open ?? ""`) != ""; i++ {
		b.inRound()
		b.press([]string{"a", "b", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n", "o", "p", "q"}[i])
		b.wait(fmt.Sprintf(`document.querySelectorAll(".pad .struck").length === %d || !document.body.dataset.open`, i+1))
	}
	b.sceneLooksGood("guess-over")
	b.free()
	b.balanceIs(h.account(t, name).balance)
	proof := b.proved(2)
	for _, part := range []string{"A forced round", ":init", "character 12 of the key", "by how much the trace rises", "A is not at place 1"} {
		if !strings.Contains(proof, part) {
			t.Errorf("the proof does not hold %q:\n%s", part, proof)
		}
	}
	b.sceneLooksGood("guess-proof")
	h.checkLedger(t)
}

// launchRounds launches with the connection cut while a shot flies and the page reloaded, and falls into the water.
func launchRounds(t *testing.T, h *house) {
	const name = "lou"
	w := newWire(t, h)
	b := h.open(t, desktop, w.url()+"#launch")
	b.expect("net::ERR_", "WebSocket connection to") // the wire is cut
	b.sitDown(name)
	h.forceGame(t, name, "launch", `{"winds":[9,0,3]}`)
	b.bet("5.00")
	b.fill("#launch-angle", "62.05")
	b.wait(`document.querySelector("#launch-shot").disabled && document.querySelector("#launch-angle").getAttribute("aria-invalid") === "true"`)
	b.fill("#launch-angle", "62.0")
	b.fill("#launch-power", "1800")
	b.sceneLooksGood("launch-open")
	w.cutInsteadOf(`"type":"action_result"`)
	b.press("\r") // in the field
	b.wait(`document.body.dataset.connection === "waiting"`)
	b.said("× 5 in the sea: the wind carried it 9 pads on. Cash out for 24.00, or go on.")
	if a := h.account(t, name); a.actions != 3 { // the rotation, the bet and the shot
		t.Errorf("%+v, want 3 actions", a)
	}
	b.inRound()
	b.sceneLooksGood("launch-landed")
	b.run(chromedp.Reload())
	b.said("Your open round is as you left it. Cash out for 24.00, or go on.")
	b.inRound()
	if got := b.text(".launch .shots"); got != "Shots: × 5. 9 left." {
		t.Errorf("the shots: %q", got)
	}
	b.fill("#launch-angle", "45")
	b.fill("#launch-power", "100")
	b.click("#launch-shot")
	b.said("× 1 in the pond: the wind carried it 0 pads on.")
	b.inRound()
	b.click("#cashout")
	b.said("Won 24.00 on a stake of 5.00")
	b.free()
	b.balanceIs("1,019.00")

	h.forceGame(t, name, "launch", `{"winds":[7]}`)
	b.bet("1.00")
	b.click("#launch-shot")
	b.said("A splash in the pond: the wind carried it 7 pads on. Nothing this time.")
	b.free()
	b.explained("eight bands", "ocean")
	b.sceneLooksGood("launch-splash")
	b.balanceIs("1,018.00")
	if proof := b.proved(2); !strings.Contains(proof, "by how many pads the wind carries the shot on") {
		t.Errorf("the proof says %q", proof)
	}
}

// moveRounds walks by keyboard, button and tap, with the page reloaded and an answer lost on the way, into a cash-out and into a trap.
func moveRounds(t *testing.T, h *house) {
	const name = "mia"
	w := newWire(t, h)
	b := h.open(t, desktop, w.url()+"#move")
	b.expect("net::ERR_", "WebSocket connection to") // the wire is cut
	b.sitDown(name)
	h.forceGame(t, name, "move", `{"traps":[[7,12]]}`) // the others are in the first two rows
	b.bet("10.00")
	b.press(kb.ArrowRight) // the focus is in the field
	b.said("1 new cell, 1 opened. Cash out for 10.80, or go on.")
	b.inRound()
	w.cutInsteadOf(`"type":"action_result"`)
	b.press(kb.ArrowUp)
	b.wait(`document.body.dataset.connection === "waiting"`)
	b.said("1 new cell, 2 opened.")
	if a := h.account(t, name); a.actions != 4 { // the rotation, the bet and two moves
		t.Errorf("%+v, want 4 actions", a)
	}
	b.inRound()
	b.tapCell(12, 3) // four columns and three rows on
	b.said("opened. Cash out for")
	b.inRound()
	state := b.text("#worth")
	if got := eval[int](b, `document.querySelectorAll(".move .far").length`); got != 15*15-8*9 { // columns 7 to 14, rows 0 to 8 are near
		t.Errorf("%d cells are shown as too far away", got)
	}
	b.tapCell(6, 3) // is one of them: nothing is sent
	if phase := eval[string](b, `document.body.dataset.phase`); phase != "idle" || h.account(t, name).actions != 5 {
		t.Errorf("a tap on a cell too far away: %s, %+v", phase, h.account(t, name))
	}
	b.sceneLooksGood("move-open")
	b.run(chromedp.Reload())
	b.said("Your open round is as you left it.")
	b.inRound()
	if got := b.text("#worth"); got != state {
		t.Errorf("worth %q, and %q before the page was loaded anew", got, state)
	}
	b.click(`.arrows [aria-label^="Left"]`)
	b.said("new cell")
	b.inRound()
	b.click("#cashout")
	b.said("Won ")
	b.free()
	b.balanceIs(h.account(t, name).balance)
	b.explained("15 × 15 cells", "25 traps")
	b.sceneLooksGood("move-over")

	h.forceGame(t, name, "move", `{"traps":[[7,9]]}`)
	b.bet("1.00")
	b.tapCell(7, 12)
	b.said("A trap in column 8, row 10. Nothing this time.")
	b.free()
	b.sceneLooksGood("move-trapped")
	if proof := b.proved(2); !strings.Contains(proof, "which two cells are swapped") {
		t.Errorf("the proof says %q", proof)
	}
}

// tapCell clicks in the middle of a cell of the field, by column and row from 0.
func (b *tab) tapCell(column, row int) {
	b.t.Helper()
	type point struct{ X, Y float64 }
	const where = `(() => { const f = document.querySelector(".move svg"); f.scrollIntoView({block: "center"}); const r = f.getBoundingClientRect();
		return { X: r.left + r.width * (%d + 0.5) / 15, Y: r.top + r.height * (%d + 0.5) / 15 }; })()`
	at := eval[point](b, fmt.Sprintf(where, column, row))
	b.run(chromedp.MouseClickXY(at.X, at.Y))
}

// smashRounds hits a safe until it cracks, with the page reloaded and the connection cut on the way, and breaks a hammer.
func smashRounds(t *testing.T, h *house) {
	const name = "sam"
	w := newWire(t, h)
	b := h.open(t, desktop, w.url()+"#smash")
	b.expect("net::ERR_", "WebSocket connection to") // the wire is cut
	b.sitDown(name)
	h.forceGame(t, name, "smash", `{"multipliers":[1,1.25,0.8],"hammerBreakOnHit":null,"crackThreshold":9}`)
	b.bet("1.00")
	hit := func(words string) {
		b.press(" ") // the focus goes to the button and stays there
		b.said(words)
	}
	hit("Hit 1: × 1.1111. Cash out for 1.06, or go on.")
	b.inRound()
	w.cut()
	b.wait(`document.body.dataset.connection === "waiting"`)
	b.inRound()
	hit("Hit 2: × 1.3888.")
	b.sceneLooksGood("smash-open")
	b.run(chromedp.Reload())
	b.said("Your open round is as you left it. Cash out for 1.48, or go on.")
	b.inRound()
	eval[bool](b, `document.activeElement.blur() ?? true`) // Space hits with nothing in focus, too
	hit("Hit 3: × 0.8888.")
	if got := eval[int](b, `document.querySelectorAll(".crack.there").length`); got != 3 {
		t.Errorf("%d cracks, want 3", got)
	}
	for n := 4; n <= 9; n++ {
		b.inRound()
		hit(fmt.Sprintf("Hit %d: × ", n))
	}
	b.said("and the safe cracked with")
	b.free()
	b.explained("the grand jackpot", "250 × the bet")
	b.sceneLooksGood("smash-cracked")
	b.balanceIs(h.account(t, name).balance)

	h.forceGame(t, name, "smash", `{"multipliers":[],"hammerBreakOnHit":1}`)
	b.bet("2.00")
	hit("The hammer broke on hit 1. The safe would have cracked on hit 20. Nothing this time. The stake was 2.00.")
	b.free()
	b.sceneLooksGood("smash-broke")
	b.balanceIs(h.account(t, name).balance)
	proof := b.proved(2)
	for _, part := range []string{":init", "the hit that cracks the safe", "The hammer broke on hit 1"} {
		if !strings.Contains(proof, part) {
			t.Errorf("the proof does not hold %q:\n%s", part, proof)
		}
	}
	h.checkLedger(t)
}

// diceRounds rolls, and runs into limits of the bet and of the chance.
func diceRounds(t *testing.T, h *house) {
	const name = "dan"
	b := h.open(t, desktop, h.sandbox.Info().WebURL+"#dice")
	b.sitDown(name)
	b.fill("#amount", "1.00")
	b.fill("#chance", "25.5")
	h.forceGame(t, name, "dice", `{"roll":25.49}`)
	b.click("#place")
	b.said("Rolled 25.49, under 25.50. Won 3.7")
	b.free()
	b.balanceIs(h.account(t, name).balance)
	b.sceneLooksGood("dice-won")
	h.forceGame(t, name, "dice", `{"roll":25.5}`)
	b.press("\r") // the focus is back on the button
	b.said("Rolled 25.50, not under 25.50. Nothing this time.")
	b.free()
	for _, chance := range []string{"0.99", "98.01", "x", "5.001"} {
		b.fill("#chance", chance)
		b.wait(`document.querySelector("#place").disabled && document.querySelector("#chance").getAttribute("aria-invalid") === "true"`)
	}
	b.fill("#chance", "98")
	b.free()
	b.fill("#amount", "0.01")
	b.wait(`document.querySelector("#place").disabled && document.querySelector("#hint").textContent.includes("from 0.10 to 100.00")`)
	b.explained("96 % divided by the chance")
	b.sceneLooksGood("dice-refused")
	b.fill("#amount", "1")
	if proof := b.proved(2); !strings.Contains(proof, "the roll, in hundredths") {
		t.Errorf("the proof says %q", proof)
	}

	// Another game and back: the list is of the game that is played.
	b.click(`#games a[href="#slots"]`)
	b.wait(`document.body.dataset.game === "slots"`)
	b.ready()
	b.spin()
	b.wait(`document.querySelectorAll("#rounds li[data-round]").length === 1`)
	b.click(`#games a[href="#dice"]`)
	b.wait(`document.body.dataset.game === "dice"`)
	b.free()
	b.wait(`document.querySelectorAll("#rounds li[data-round]").length === 2`)
	if got := eval[string](b, `document.title`); !strings.HasPrefix(got, "Dice") {
		t.Errorf("the title is %q", got)
	}
}
