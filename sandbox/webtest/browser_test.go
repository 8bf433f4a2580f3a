package webtest

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// patience bounds everything that a tab is asked for; only a broken page needs it.
const patience = 2 * time.Minute

// browsers are the names by which Chromium and its relatives are installed, as scripts/setup.sh has them.
var browsers = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "headless-shell",
	"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"}

// startBrowser starts a browser that is closed when the test ends. Without one installed the test fails: a page that nobody looked
// at is not tested.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range browsers {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		t.Fatal("no Chromium here; install it with: sudo apt-get install -y chromium (macOS: brew install google-chrome)")
	}
	allocator, stop := chromedp.NewExecAllocator(context.Background(), chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("headless", true), chromedp.Flag("no-sandbox", true), chromedp.Flag("disable-gpu", true), chromedp.Flag("disable-quic", true),
		chromedp.Flag("no-first-run", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("disable-dev-shm-usage", true), chromedp.Flag("hide-scrollbars", true),
		chromedp.Flag("disable-background-timer-throttling", true), chromedp.Flag("disable-renderer-backgrounding", true),
		chromedp.Flag("disable-backgrounding-occluded-windows", true), chromedp.Flag("force-color-profile", "srgb"))
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(func() {
		limited, done := context.WithTimeout(ctx, 10*time.Second)
		defer done()
		_ = chromedp.Cancel(limited) // the temporary profile must not be written any more
		cancel()
		stop()
	})
	if _, err := chromedp.Run(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("start %s: %v", path, err)
	}
	return ctx
}

// screen is what a tab is shown on.
type screen struct {
	width, height int64
	dark, still   bool // prefers-color-scheme: dark, prefers-reduced-motion: reduce
}

var desktop = screen{width: 1280, height: 800, still: true}

// tab is a page in a browser profile of its own. Whatever the browser complains about fails the test.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu         sync.Mutex
	complaints []string
	expected   []string // parts of complaints that are the test's own doing
}

// open opens a URL. scripts run in the page before its own.
func (h *house) open(t *testing.T, s screen, url string, scripts ...string) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(h.browser, chromedp.WithNewBrowserContext())
	b := &tab{t: t, ctx: ctx}
	t.Cleanup(func() {
		cancel()
		b.checkComplaints()
	})
	b.run(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		for _, script := range scripts {
			if _, err := cdp.Call(ctx, target, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: script}); err != nil {
				return err
			}
		}
		_, err := cdp.Call(ctx, target, log.Enable, cdp.Empty{})
		return err
	}))
	if err := chromedp.Listen(ctx, b.listen); err != nil {
		t.Fatal(err)
	}
	b.show(s)
	b.run(chromedp.Navigate(url))
	return b
}

// show puts the tab on a screen.
func (b *tab) show(s screen) {
	b.t.Helper()
	b.run(chromedp.EmulateViewport(s.width, s.height))
	b.run(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		choose := func(yes bool, then, otherwise string) string {
			if yes {
				return then
			}
			return otherwise
		}
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: choose(s.dark, "dark", "light")},
			{Name: "prefers-reduced-motion", Value: choose(s.still, "reduce", "no-preference")},
		}})
		return err
	}))
}

// print shows the tab as it would be printed, or as on a screen again.
func (b *tab) print(yes bool) {
	b.t.Helper()
	medium := ""
	if yes {
		medium = "print"
	}
	b.run(chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		_, err := cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: medium})
		return err
	}))
}

func (b *tab) listen(event any) {
	var complaint string
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		complaint = "exception: " + e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			complaint += " " + e.ExceptionDetails.Exception.Description
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError || strings.Contains(e.Entry.Text, "Content Security Policy") {
			complaint = "log: " + e.Entry.Text + " " + e.Entry.URL
		}
	}
	if complaint != "" {
		b.mu.Lock()
		b.complaints = append(b.complaints, complaint)
		b.mu.Unlock()
	}
}

// expect says which complaints are the test's own doing.
func (b *tab) expect(parts ...string) { b.expected = append(b.expected, parts...) }

func (b *tab) checkComplaints() {
	b.mu.Lock()
	defer b.mu.Unlock()
complaints:
	for _, complaint := range b.complaints {
		for _, part := range b.expected {
			if strings.Contains(complaint, part) {
				continue complaints
			}
		}
		b.t.Errorf("the browser complained: %s", complaint)
	}
}

func (b *tab) run(action chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	do(b, action)
}

func do[T any](b *tab, action chromedp.Action[T]) T {
	b.t.Helper()
	if _, err := chromedp.Run(b.ctx, chromedp.Func(func(context.Context, *chromedp.Target) error { return nil })); err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	value, err := chromedp.Run(ctx, action)
	if err != nil {
		b.t.Fatal(err)
	}
	return value
}

// eval returns the value of a JavaScript expression, awaited.
func eval[T any](b *tab, expression string) T {
	b.t.Helper()
	return do(b, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// wait waits until a condition of the document holds. It looks at every frame, in the page: no polling from here, no sleep.
func (b *tab) wait(condition string) {
	b.t.Helper()
	const script = `new Promise((resolve) => {
		const end = performance.now() + %d;
		const look = () => {
			if (%s) resolve("");
			else if (performance.now() > end) resolve(document.body.innerText + "\n" + JSON.stringify(document.body.dataset));
			else requestAnimationFrame(look);
		};
		look();
	})`
	if seen := eval[string](b, fmt.Sprintf(script, (patience/2).Milliseconds(), condition)); seen != "" {
		b.t.Fatalf("waited for %s; the page:\n%s", condition, seen)
	}
}

func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, fmt.Sprintf(`document.querySelector(%q).textContent.trim()`, selector))
}

func (b *tab) click(selector string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, patience)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Click(selector))
		if err == nil {
			return
		}
		// The page drew the element anew after it was found and before it was clicked on.
		if ctx.Err() != nil || !strings.Contains(err.Error(), "Could not find node with given id") {
			b.t.Fatal(err)
		}
	}
}

func (b *tab) press(key string) {
	b.t.Helper()
	b.run(chromedp.KeyEvent(key))
}

// fill types a value into a field in the place of what is there.
func (b *tab) fill(selector, value string) {
	b.t.Helper()
	eval[bool](b, fmt.Sprintf(`document.querySelector(%q).select() ?? true`, selector))
	b.run(chromedp.SendKeys(selector, value))
}

// signIn comes in as a new player and waits until it is ready to play.
func (b *tab) signIn(name string) {
	b.t.Helper()
	b.wait(`!document.querySelector("#door").hidden`)
	b.fill("#name", name)
	b.press("\r")
	b.ready()
}

// ready waits until the page can spin under the player's own client seed.
func (b *tab) ready() {
	b.t.Helper()
	b.wait(`!document.querySelector("#spin").disabled && document.querySelector("#next-pair").textContent.includes("Client seed, yours")`)
}

// focusOnSpin waits until the focus is on Spin, where the keyboard goes on from.
func (b *tab) focusOnSpin() {
	b.t.Helper()
	b.wait(`document.activeElement.id === "spin"`)
}

// spin spins by the button and waits for the round to be over. It returns the round's id.
func (b *tab) spin() string {
	b.t.Helper()
	before := eval[string](b, `document.body.dataset.round ?? ""`)
	b.click("#spin")
	b.wait(fmt.Sprintf(`(document.body.dataset.round ?? "") !== %q && document.body.dataset.phase === "idle" && !document.querySelector("#spin").disabled`, before))
	return eval[string](b, `document.body.dataset.round`)
}
