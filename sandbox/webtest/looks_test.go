package webtest

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

var shots = flag.String("shots", "", "write pictures of the page into this directory")

// contrast returns all visible text whose colour has less than 4.5:1 to the colour that it stands on, as WCAG computes it. Controls
// that cannot be used are exempt, as in WCAG.
const contrast = `(() => {
	const parse = (text) => { const [r, g, b, a = 1] = text.match(/[\d.]+/g).map(Number); return { r, g, b, a }; };
	const over = (top, under) => Object.fromEntries(["r", "g", "b"].map((c) => [c, top[c] * top.a + under[c] * (1 - top.a)]).concat([["a", 1]]));
	const ground = (element) => {
		if (!element) return { r: 255, g: 255, b: 255, a: 1 };
		const style = getComputedStyle(element);
		const own = parse(style.backgroundColor);
		if (style.backgroundImage !== "none") return null;
		if (own.a === 1) return own;
		const under = ground(element.parentElement);
		return under && over(own, under);
	};
	const light = (c) => [c.r, c.g, c.b].map((v) => v / 255).map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		.reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
	const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((m, n) => n - m); return (x + 0.05) / (y + 0.05); };
	const bad = [];
	let seen = 0;
	const judge = (element, text) => {
		if (!text.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) || element.closest(":disabled, svg")) return;
		seen++;
		const under = ground(element);
		const got = under ? ratio(over(parse(getComputedStyle(element).color), under), under) : 0;
		if (got < 4.5) bad.push(got.toFixed(2) + " " + element.tagName + "#" + element.id + "." + element.className + " " + text.trim().slice(0, 40));
	};
	const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	while (walker.nextNode()) judge(walker.currentNode.parentElement, walker.currentNode.data);
	for (const input of document.querySelectorAll("input:not([type=range])")) judge(input, input.value);
	if (seen < 3) bad.push("only " + seen + " texts were seen");
	return bad;
})()`

// overflow returns what reaches beyond the screen's sides.
const overflow = `[...document.querySelectorAll("body *")].filter((e) => e.checkVisibility() && !e.closest(".scroll, .sprite, .band") &&
	(e.getBoundingClientRect().right > innerWidth + 0.5 || e.getBoundingClientRect().left < -0.5))
	.map((e) => e.tagName + "#" + e.id + "." + e.className).concat(document.documentElement.scrollWidth > innerWidth ? ["the document"] : [])`

// unlabelled returns the controls that have no name for people who cannot see them, and those too small for a thumb.
const unlabelled = `[...document.querySelectorAll("button, input, summary, a")].filter((e) => e.checkVisibility())
	.filter((e) => !(e.labels?.length || e.getAttribute("aria-label") || e.textContent.trim()) ||
		(e.tagName === "BUTTON" && (e.getBoundingClientRect().height < 24 || e.getBoundingClientRect().width < 24)))
	.map((e) => e.outerHTML.slice(0, 80))`

var screens = map[string]screen{
	"desktop-light": {1280, 800, false, true}, "desktop-dark": {1280, 800, true, true},
	"phone-light": {390, 844, false, true}, "phone-dark": {390, 844, true, true}, "small-phone": {360, 640, false, true},
}

// looksGood looks at the page's state on every screen.
func (b *tab) looksGood(state string) {
	b.t.Helper()
	b.looksGoodOn(state, slices.Collect(maps.Keys(screens))...)
}

// sceneLooksGood looks at a state of a game's scene on those screens that differ most.
func (b *tab) sceneLooksGood(state string) {
	b.t.Helper()
	b.looksGoodOn(state, "desktop-light", "phone-dark", "small-phone")
}

func (b *tab) looksGoodOn(state string, all ...string) {
	b.t.Helper()
	for _, on := range all {
		b.show(screens[on])
		for what, expression := range map[string]string{"contrast": contrast, "beyond the screen": overflow, "without a name, or too small": unlabelled, "an id twice": duplicates} {
			for _, found := range eval[[]string](b, expression) {
				b.t.Errorf("%s, %s, %s: %s", state, on, what, found)
			}
		}
		b.picture(state + "-" + on)
	}
	b.show(desktop)
}

// explained opens the box that says how the game is played, and wants it to hold the parts. It leaves it open.
func (b *tab) explained(parts ...string) {
	b.t.Helper()
	b.click("#pays-box summary")
	got := b.text("#pays")
	for _, part := range parts {
		if !strings.Contains(got, part) {
			b.t.Errorf("the rules do not say %q: %q", part, got)
		}
	}
}

// duplicates returns the ids that more than one element has.
const duplicates = `[...document.querySelectorAll("[id]")].map((e) => e.id).filter((id, i, all) => all.indexOf(id) !== i)`

// looks goes through the page's states on a desk and on a phone, by day and by night.
func looks(t *testing.T, h *house) {
	const name = "grace"
	b := h.open(t, desktop, h.sandbox.Info().WebURL)
	b.wait(`!document.querySelector("#door").hidden`)
	b.looksGood("door")
	b.signIn(name)
	b.looksGood("table")
	for range 3 {
		b.spin()
	}
	h.force(t, name, "[2,0,0,0,0]")
	b.spin()
	b.wait(`document.querySelector("#result").textContent.startsWith("Nothing this time")`)
	h.force(t, name, "[11,22,1,26,9]")
	b.spin()
	b.wait(`document.querySelector("#result.won") && document.querySelector("#reels.festive") && document.querySelectorAll("#rounds li[data-round]").length === 5`)
	b.looksGood("won")
	b.click("#rotate")
	b.wait(`document.querySelectorAll("#rounds button").length === 5`)
	b.click("#verify-all")
	b.wait(`document.querySelector("#summary").textContent === "5 verified"`)
	b.click("#rounds li:first-child button")
	for _, box := range []string{"#pays-box", "#seeds-box", "#developer"} {
		b.click(box + " summary")
	}
	b.wait(`document.querySelector(".proof")`)
	b.looksGood("proof")
	b.fill("#bet", "1000")
	b.wait(`document.querySelector("#hint").textContent !== ""`)
	b.looksGood("refused")
	b.focusShows()
}

// focusShows walks through the page by the tab key and wants to see where the focus is.
func (b *tab) focusShows() {
	b.t.Helper()
	eval[bool](b, `document.activeElement.blur() ?? true`)
	reached := map[string]bool{}
	for range 60 {
		b.press("\t")
		id := eval[string](b, `document.activeElement.id || document.activeElement.tagName`)
		if reached[id] = true; id == "BODY" {
			continue
		}
		if eval[string](b, `getComputedStyle(document.activeElement).outlineStyle`) == "none" {
			b.t.Errorf("no outline on %s in focus", id)
		}
	}
	for _, id := range []string{"bet", "bet-more", "lines", "client-seed", "rotate", "verify-all", "sign-out"} {
		if !reached[id] {
			b.t.Errorf("%s is not reached by the tab key", id)
		}
	}
}

// picture writes what the tab shows, where that was asked for.
func (b *tab) picture(name string) {
	b.t.Helper()
	if *shots == "" {
		return
	}
	if err := os.MkdirAll(*shots, 0o755); err != nil {
		b.t.Fatal(err)
	}
	for suffix, action := range map[string]chromedp.Action[[]byte]{"": chromedp.CaptureScreenshot(), "-whole": chromedp.FullScreenshot(100)} {
		file := filepath.Join(*shots, fmt.Sprintf("%s%s.png", name, suffix))
		if err := os.WriteFile(file, do(b, action), 0o644); err != nil {
			b.t.Fatal(err)
		}
	}
}
