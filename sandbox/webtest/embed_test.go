package webtest

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/google/uuid"
)

// embedding shows our pages in a frame of a casino's page: with the casino's name in the URL they are there, without it or with another's
// the browser shows nothing of them.
func embedding(t *testing.T, h *house) {
	casino := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><title>casino</title><link rel="icon" href="data:,"><iframe src="%s" width="900" height="600"></iframe>`,
			h.sandbox.Info().BaseURL+r.URL.Query().Get("page"))
	}))
	t.Cleanup(casino.Close)
	register := func(origin string) string {
		id := uuid.Must(uuid.NewV7())
		const sql = `INSERT INTO operators (id, name, mode, allowed_origins, created_at) VALUES ($1, 'Embeds', 'sandbox', ARRAY[$2], now())`
		if _, err := h.db.Exec(t.Context(), sql, id, origin); err != nil {
			t.Fatal(err)
		}
		return "%3Foperator%3D" + id.String()
	}
	ours, theirs := register(casino.URL), register("https://other.example")
	for _, path := range []string{"/", "/rounds", "/verifier"} {
		for _, tt := range []struct {
			query string
			shown bool
		}{{ours, true}, {theirs, false}, {"", false}} {
			b := h.open(t, desktop, casino.URL+"/?page="+path+tt.query)
			if !tt.shown {
				b.expect("frame-ancestors", "chromewebdata", "ERR_BLOCKED_BY_RESPONSE")
			}
			if got := b.framed(); (got != "chrome-error://chromewebdata/") != tt.shown {
				t.Errorf("%s%s: the frame shows %s", path, tt.query, got)
			}
		}
	}
	b := h.open(t, desktop, casino.URL+"/?page=/docs"+ours)
	b.expect("frame-ancestors", "chromewebdata", "ERR_BLOCKED_BY_RESPONSE")
	if got := b.framed(); got != "chrome-error://chromewebdata/" {
		t.Errorf("the API's page is shown in a frame: %s", got)
	}
}

// framed waits until the page's one frame shows something and returns its URL.
func (b *tab) framed() string {
	b.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		tree := do(b, func(ctx context.Context, target *chromedp.Target) (*page.FrameTree, error) {
			answer, err := cdp.Call(ctx, target, page.GetFrameTree, cdp.Empty{})
			if err != nil {
				return nil, err
			}
			return answer.FrameTree, nil
		})
		if len(tree.ChildFrames) == 1 {
			if url := tree.ChildFrames[0].Frame.URL; url != "" && url != "about:blank" {
				return url
			}
		}
	}
	b.t.Fatal("the frame stays empty")
	return ""
}
