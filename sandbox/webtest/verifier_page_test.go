package webtest

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"croupier/fairness/verifier"
)

// verifierPage goes through the verifier's page as a player does who has it on a disk.
func verifierPage(t *testing.T, h *house) {
	file := filepath.Join(t.TempDir(), "verifier.html")
	if err := os.WriteFile(file, verifier.Page, 0o644); err != nil {
		t.Fatal(err)
	}
	from := (&url.URL{Scheme: "file", Path: file}).String()
	b := h.open(t, desktop, from)
	b.wait(`document.querySelector("#crypto").textContent.includes("computed twice")`)
	b.looksGood("verifier")
	b.click("#example")
	b.wait(`document.querySelector("article").dataset.verdict === "verified"`)
	for _, part := range []string{"31fe0588", "838731144 mod 32 =", "Paid: 1.20 USD",
		"line 5: wild plum plum pays 12 times the bet per line of 0.05 USD: 0.60 USD",
		"58badd9b455145b487ad24c7f259cc437cc4ffd0784716845249321fb5961cfc", "the browser's own SHA-256 and HMAC"} {
		if !strings.Contains(b.text("article"), part) {
			t.Errorf("the proof does not show %s", part)
		}
	}
	if hits := eval[int](b, `document.querySelectorAll(".window .hit").length`); hits != 4 { // of two lines of three, two symbols are the same
		t.Errorf("%d symbols are marked as winning", hits)
	}
	b.looksGood("verifier-example")

	b.paste(`{"roundId":`)
	b.complains("That is not JSON")
	b.paste(" ")
	b.complains("it ends too early")
	b.paste(`{"balance":1}`)
	b.complains("neither a round nor anything")
	b.paste(`{"roundId":"r","actions":[]}`)
	b.wait(`document.querySelector("article").dataset.verdict === "unchecked"`)
	b.paste(strings.Replace(exampleOf(b), `"totalWin":1.20`, `"totalWin":120.00`, 1))
	b.wait(`document.querySelector("article").dataset.verdict === "failed"`)
	if got := b.text("article"); !strings.Contains(got, "This does not hold: 1 of") || !strings.Contains(got, "action 0, outcome") {
		t.Errorf("of a forged record it says %.300s", got)
	}
	b.looksGoodOn("verifier-forged", "desktop-light", "phone-dark")

	dropped(b, vectorsText(t))
	b.wait(`document.querySelector("#sum")?.textContent === "13 rounds: 13 hold, 0 do not, 0 could not be checked."`)
	for i := range 13 {
		b.click(fmt.Sprintf("#out details:nth-of-type(%d) > summary", i+1))
		b.wait(fmt.Sprintf(`document.querySelectorAll("#out > details")[%d].querySelector("article") !== null`, i))
	}
	b.looksGoodOn("verifier-vectors", "desktop-dark", "small-phone")
	if got := eval[int](b, `performance.getEntriesByType("resource").length`); got != 0 {
		t.Errorf("the page loaded %d things", got)
	}
	verifierByHand(b)
	unsecured(t, h, from)
}

// verifierByHand fills in what a player noted who has no record.
func verifierByHand(b *tab) {
	b.t.Helper()
	b.click("#by-hand summary")
	eval[bool](b, `(document.querySelector("#f-rules").selectedIndex =
		[...document.querySelectorAll("#f-rules option")].findIndex((o) => o.textContent === "slots RTP_96")) >= 0`)
	b.fill("#f-seed", strings.Repeat("01", 32))
	b.fill("#f-client", "whole rounds")
	b.click("#compute")
	b.wait(`document.querySelector("article").dataset.verdict === "computed"`)
	b.wait(`document.querySelector("article").textContent.includes("Paid: 1.20 USD")`)
	b.looksGoodOn("verifier-by-hand", "desktop-light", "small-phone")
	b.fill("#f-hash", strings.Repeat("0", 64))
	b.click("#compute")
	b.wait(`document.querySelector("article").dataset.verdict === "failed"`)
	b.fill("#f-nonce", "one")
	b.click("#compute")
	b.complains("The nonce must be a whole number")
}

// unsecured is the page where the browser hides its cryptography, as over plain HTTP.
func unsecured(t *testing.T, h *house, from string) {
	b := h.open(t, desktop, from, `Object.defineProperty(Crypto.prototype, "subtle", { get: () => undefined })`)
	b.wait(`document.querySelector("#crypto").textContent.includes("by this page alone")`)
	b.click("#example")
	b.wait(`document.querySelector("article").dataset.verdict === "verified"`)
}

// paste puts a text into the page and has it checked.
func (b *tab) paste(text string) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`(document.querySelector("#text").value = %q, true)`, text))
	b.click("#check")
}

func (b *tab) complains(part string) {
	b.t.Helper()
	b.wait(fmt.Sprintf(`!document.querySelector("#problem").hidden && document.querySelector("#problem").textContent.includes(%q)`, part))
}

func exampleOf(b *tab) string {
	b.t.Helper()
	return eval[string](b, `document.querySelector("#example-round").textContent.trim()`)
}

// dropped drops a file with a text on the page.
func dropped(b *tab, text string) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`(() => {
		const dataTransfer = new DataTransfer();
		dataTransfer.items.add(new File([%q], "rounds.json"));
		return document.querySelector("#in").dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true })) === false;
	})()`, text))
}

func vectorsText(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "fairness", "testdata", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
