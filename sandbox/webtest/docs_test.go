package webtest

import (
	"strings"
	"testing"
)

// apiPage reads the description of the API as a newcomer does.
func apiPage(t *testing.T, h *house) {
	b := h.open(t, desktop, h.sandbox.Info().BaseURL+"/docs")
	b.wait(`document.querySelectorAll("article").length > 10`)
	b.looksGood("docs")
	for _, code := range []string{`{"success": true, `, `HMAC-SHA256(apiSecret, `, "X-Signature", "$API_SECRET"} {
		if !eval[bool](b, `[...document.querySelectorAll("#intro code")].some((e) => e.textContent.startsWith(`+"String.raw`"+code+"`"+`))`) {
			t.Errorf("the introduction does not show %s as code", code)
		}
	}

	// A call that both may make is shown for both.
	b.click("#get-wallet-transactions details:nth-last-child(2) summary")
	got := b.text("#get-wallet-transactions details:nth-last-child(2)")
	for _, part := range []string{`Bearer $SESSION_TOKEN`, `$NOW.GET./api/v1/wallet/transactions?playerId=player-42.`, `"$URL/api/v1/wallet/transactions?playerId=player-42"`} {
		if !strings.Contains(got, part) {
			t.Errorf("the examples do not hold %s:\n%s", part, got)
		}
	}

	b.fill("#find", "withdraw")
	b.wait(`document.querySelector("#post-wallet-withdraw").checkVisibility() && document.querySelector("#status").textContent.endsWith("calls")`)
	b.fill("#find", "zzz")
	b.wait(`document.querySelector("#status").textContent.includes("No call has “zzz”")`)
	if got := eval[string](b, `document.querySelector("nav").innerText.trim()`); got != "" {
		t.Errorf("the index of nothing says %q", got)
	}
	b.looksGood("docs-nothing")
	b.fill("#find", " ")
	b.wait(`document.querySelector("#intro").checkVisibility() && document.querySelector("#status").textContent === ""`)

	// On a phone the index is folded until it is asked for.
	b.show(screens["phone-light"])
	b.wait(`!document.querySelector("#index").open && document.querySelector("nav").offsetHeight < 60`)
	b.click("#index summary")
	b.click("#index a[href='#post-wallet-withdraw']")
	b.wait(`!document.querySelector("#index").open && Math.abs(document.querySelector("#post-wallet-withdraw").getBoundingClientRect().top) < 200`)
}
