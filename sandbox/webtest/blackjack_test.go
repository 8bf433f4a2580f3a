package webtest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// step presses the button of a step, which must say so, and waits for what is said then.
func (b *tab) step(action, label, words string) {
	b.t.Helper()
	b.inRound()
	button := fmt.Sprintf(`#steps [data-action=%q]`, action)
	if got := b.text(button); got != label {
		b.t.Errorf("the button of %s says %q, want %q", action, got, label)
	}
	b.click(button)
	b.said(words)
}

// hands are the cards and totals on the table as people hear them, the dealer's last.
func (b *tab) hands() string {
	b.t.Helper()
	return eval[string](b, `[...document.querySelectorAll(".hand"), document.querySelector(".blackjack")].map((hand) =>
		[...hand.querySelector(":scope > .cards").children].map((card) => card.ariaLabel).join(", ") + ": " + hand.querySelector(":scope > .name").textContent).join("; ")`)
}

// blackjackRounds splits to four hands with too little money at first, an answer lost and the page reloaded; takes insurance; and is
// dealt a blackjack.
func blackjackRounds(t *testing.T, h *house) {
	const name = "bea"
	w := newWire(t, h)
	b := h.open(t, desktop, w.url()+"#blackjack")
	b.expect("net::ERR_", "WebSocket connection to") // the wire is cut
	b.sitDown(name)
	h.call(t, "/test/players/web-"+name+"/reset", `{"amount":15.00,"currency":"USD"}`)
	h.forceGame(t, name, "blackjack", `{"player":["8S","8H"],"dealer":["6D","TC"],"next":["8D","8C","TS","3H","TH","TD","KS","TC","KD"]}`)
	b.bet("10.00")
	b.said("You have 16, the dealer shows 6.")
	if got, want := b.hands(), "8 of spades, 8 of hearts: You 16; 6 of diamonds, face down: Dealer 6"; got != want {
		t.Errorf("on the table: %q, want %q", got, want)
	}
	split(t, h, w, b, name)

	b.step("stand", "Stand", "Hand 1 stands with 18. Hand 2 of 4 has 11.")
	b.step("double", "Double +10.00", "Hand 2 stands with 21. Hand 3 of 4 has 18.")
	b.run(chromedp.Reload())
	b.said("Your open round is as you left it.")
	b.inRound()
	if got := b.text("#worth"); got != "50.00" {
		t.Errorf("at stake after the page was loaded anew: %s", got)
	}
	b.sceneLooksGood("blackjack-four-hands")
	b.step("stand", "Stand", "Hand 3 stands with 18. Hand 4 of 4 has 18.")
	b.inRound()
	eval[bool](b, `document.activeElement.blur() ?? true`)
	b.press(" ") // hits
	b.said("The dealer is bust with 26. Hands: won, won, won, bust. Won 80.00 on a stake of 50.00: 30.00 more than you staked.")
	b.free()
	b.balanceIs("140.00")
	b.sceneLooksGood("blackjack-four-ended")

	insured(t, h, b, name)

	// With the cards in motion: a blackjack at once, and a dealer who draws.
	b.show(screen{width: 1280, height: 800})
	h.forceGame(t, name, "blackjack", `{"player":["AS","KH"],"dealer":["6D","TC"]}`)
	b.click("#place")
	b.said("You have a blackjack. Won 25.00 on a stake of 10.00")
	b.free()
	h.forceGame(t, name, "blackjack", `{"player":["TS","7H"],"dealer":["2D","3C"],"next":["2S","2H","2C","3S","4S"]}`)
	b.bet("10.00")
	b.step("stand", "Stand", "Your 17 loses to the dealer's 18. Nothing this time.")
	b.free()
	b.balanceIs("145.00")
	proof := b.proved(4)
	for _, part := range []string{":init", "card 1", "Your 17 loses"} {
		if !strings.Contains(proof, part) {
			t.Errorf("the proof does not hold %q:\n%s", part, proof)
		}
	}
	b.explained("6 decks", "Blackjack pays 3:2. The dealer stands on all 17s and looks for blackjack first.", "Double on any two cards, also after a split.",
		"to 4 hands at the most; aces once", "Surrender your first two cards for half of the stake. Insurance pays 2:1.")
	h.checkLedger(t)
}

// split makes four hands of two eights. At first there is no money for it, later an answer is lost.
func split(t *testing.T, h *house, w *wire, b *tab, name string) {
	t.Helper()
	b.click(`#steps [data-action="split"]`)
	b.wait(`document.querySelector("#alert-text").textContent.includes("this costs 10.00 USD, and you have 5.00. Nothing was charged.")`)
	b.inRound()
	if got := b.hands(); !strings.HasPrefix(got, "8 of spades, 8 of hearts: You 16;") {
		t.Errorf("after a split that was refused: %q", got)
	}
	h.call(t, "/test/players/web-"+name+"/add-balance", `{"amount":95.00,"currency":"USD"}`)
	b.balanceIs("100.00")
	b.step("split", "Split +10.00", "Hand 1 of 2 has 16.")
	b.inRound()
	w.cutInsteadOf(`"type":"action_result"`)
	b.click(`#steps [data-action="split"]`)
	b.wait(`document.body.dataset.connection === "waiting"`)
	b.said("Hand 1 of 3 has 16.")
	b.step("split", "Split +10.00", "Hand 1 of 4 has 18.")
	b.inRound()
	b.balanceIs("70.00")
	want := "8 of spades, 10 of spades: Hand 1 18; 8 of clubs: Hand 2 8; 8 of diamonds: Hand 3 8; 8 of hearts: Hand 4 8; 6 of diamonds, face down: Dealer 6"
	if got := b.hands(); got != want {
		t.Errorf("on the table: %q, want %q", got, want)
	}
	if got := b.text("#worth"); got != "40.00" {
		t.Errorf("at stake: %s", got)
	}
}

// insured is a round in which insurance saves the stake.
func insured(t *testing.T, h *house, b *tab, name string) {
	t.Helper()
	h.forceGame(t, name, "blackjack", `{"player":["TS","9S"],"dealer":["AD","KC"]}`)
	b.bet("10.00")
	b.said("You have 19, and the dealer shows an ace. Insurance for 5.00?")
	b.wait(`document.activeElement.textContent === "No insurance"`)
	b.sceneLooksGood("blackjack-insurance")
	b.run(chromedp.Reload())
	b.said("Your open round is as you left it.")
	b.inRound()
	if got := b.text(`[data-accept="true"]`); got != "Insure for 5.00" {
		t.Errorf("the button of insurance says %q", got)
	}
	b.click(`[data-accept="true"]`)
	b.said("The dealer has a blackjack. Insurance won. The stake of 15.00 came back.")
	b.free()
	b.balanceIs("140.00")
}
