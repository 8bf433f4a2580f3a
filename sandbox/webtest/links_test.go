package webtest

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/target"
	"github.com/chromedp/chromedp"
)

// checkedElsewhere follows the page's links to where a player checks rounds without the page: by the seeds, by a result, by a proof.
func checkedElsewhere(t *testing.T, h *house) {
	apart := *h
	apart.browser = startBrowser(t) // a tab that is opened comes to the front, and those of the other tests would not be drawn
	b := apart.open(t, desktop, h.sandbox.Info().WebURL)
	b.signIn("chloe")
	id := b.spin()
	drawn := fmt.Sprintf(`location.pathname === "/rounds/%s" && document.querySelector(".frame") &&
		document.querySelector("#status").textContent === ""`, id)
	b.follow("#last-round", func(r *tab) {
		r.wait(drawn + ` && document.querySelector("#round").textContent.includes("still secret")`)
	})
	b.wait(`document.querySelector("#rounds li[data-round] .what a")`)
	b.follow("#rounds li[data-round] .what a", func(r *tab) { r.wait(drawn) })
	b.follow(".rounds .section-head a", func(r *tab) { r.wait(fmt.Sprintf(`document.querySelector('#rounds tr[data-round="%s"]')`, id)) })
	b.follow("#elsewhere a", func(v *tab) { v.wait(`document.querySelectorAll("#f-rules option").length > 20`) })
	b.downloads(h.sandbox.Info().BaseURL, "#elsewhere a[download]", "#!/usr/bin/env python3\n")

	b.click("#rotate")
	b.wait(`document.querySelector("#rounds button.verdict")`)
	b.click("#rounds button.verdict")
	const check = `.again a[href^="/verifier#record="]`
	b.wait(`document.querySelector('` + check + `')?.href.includes("Ed25519")`)
	b.follow(check, func(v *tab) { broughtToTheVerifier(v, id) })
	b.follow(".again a[href^='/rounds/']", func(r *tab) {
		r.wait(drawn + ` && document.querySelector("[data-verdict=verified]")`)
		r.wait(`document.querySelector("#verifier").href.includes("Ed25519")`)
		r.follow("#verifier", func(v *tab) { v.wait(`document.querySelector(".receipt")?.dataset.signed === "true"`) })
	})
	b.looksGood("checked-elsewhere")
}

// broughtToTheVerifier looks at what a link has filled in: the round; then one that was altered on the way, and links that are damaged.
func broughtToTheVerifier(v *tab, id string) {
	v.t.Helper()
	v.wait(`document.querySelector("article")?.dataset.verdict === "verified"`)
	v.wait(fmt.Sprintf(`document.querySelector("article").textContent.includes(%q)`, id))
	v.wait(`document.querySelector(".receipt")?.dataset.signed === "true"`)
	v.looksGood("verifier-receipt")
	if pasted := eval[string](v, `document.querySelector("#text").value`); !strings.Contains(pasted, id) {
		v.t.Errorf("the page does not show what it was brought: %.200s", pasted)
	}
	v.jump(`location.hash.replace(/%22payout%22%3A[0-9.]+/, "%22payout%22%3A123.45")`)
	v.wait(`document.querySelector("article")?.dataset.verdict === "failed"`)
	v.jump(`"#record=%7B%22roundId%FF"`)
	v.complains("The link is damaged")
	v.jump(`"#record="`)
	v.complains("it ends too early")
}

// jump goes to another fragment of the page, which is the value of an expression.
func (b *tab) jump(expression string) {
	b.t.Helper()
	eval[bool](b, `(location.hash = `+expression+`, true)`)
}

// follow clicks on a link, has a look at the tab that it opens, and comes back.
func (b *tab) follow(selector string, look func(*tab)) {
	b.t.Helper()
	opened := chromedp.WaitNewTarget(b.ctx, func(*target.Info) bool { return true })
	b.click(selector)
	patient, over := context.WithTimeout(b.ctx, patience)
	defer over()
	select {
	case id := <-opened:
		ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithTargetID(id))
		defer cancel()
		attached := &tab{t: b.t, ctx: ctx}
		attached.toFront() // a page that nobody sees draws no frames
		look(attached)
	case <-patient.Done():
		b.t.Fatalf("%s opened no tab: %v", selector, patient.Err())
	}
	b.toFront()
}

func (b *tab) toFront() {
	b.t.Helper()
	b.run(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, page.BringToFront, cdp.Empty{})
		return err
	}))
}

// downloads fetches what a link names, which must begin with a text.
func (b *tab) downloads(base, selector, begin string) {
	b.t.Helper()
	path := eval[string](b, fmt.Sprintf(`document.querySelector(%q).getAttribute("href")`, selector))
	response, err := http.Get(base + path)
	if err != nil {
		b.t.Fatal(err)
	}
	defer response.Body.Close()
	got := make([]byte, len(begin))
	if _, err := response.Body.Read(got); err != nil || response.StatusCode != http.StatusOK || string(got) != begin {
		b.t.Errorf("%s: %s, %q, %v", path, response.Status, got, err)
	}
}
