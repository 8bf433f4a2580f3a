package api

import (
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"croupier/session"
)

// The page is one of our own: it loads nothing from elsewhere, and may not.
func TestRecallPageNeedsNothingElse(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	loaded := regexp.MustCompile(`(?:src|href)="(/recall/[^"]+)"|from "\./([^"]+)"`)
	todo, seen := []string{"/rounds", "/rounds/0198b6f0-7a52-7c3e-9d0a-3f1f6f0c2b11"}, map[string]bool{}
	for len(todo) > 0 {
		path := todo[0]
		todo = todo[1:]
		if seen[path] {
			continue
		}
		seen[path] = true
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Addr().String()+path, nil)
		must(t, err)
		response, err := http.DefaultClient.Do(request)
		must(t, err)
		text, err := io.ReadAll(response.Body)
		must(t, err)
		response.Body.Close()
		h := response.Header
		if response.StatusCode != http.StatusOK || !strings.Contains(h.Get("Content-Security-Policy"), "default-src 'none'") ||
			h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" || !strings.HasPrefix(h.Get("Content-Type"), "text/") {
			t.Errorf("%s: %s, headers %v", path, response.Status, h)
		}
		if strings.Contains(strings.ReplaceAll(string(text), "http://www.w3.org/2000/svg", ""), "://") {
			t.Errorf("%s reaches out", path)
		}
		for _, m := range loaded.FindAllStringSubmatch(string(text), -1) {
			if m[1] != "" {
				todo = append(todo, m[1])
			} else {
				todo = append(todo, "/recall/"+m[2])
			}
		}
	}
	files, err := recallFiles.ReadDir("recall")
	must(t, err)
	if len(seen) != len(files)+1 { // the page is at two paths
		t.Errorf("%d of %d files are loaded: %v", len(seen)-1, len(files), seen)
	}
}

func TestVerificationOfARound(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p, other := o.player(t, "USD", "10.00"), o.player(t, "USD", "10.00")
	_, spun := p.connect(t, "slots").askForAll("action", spinPayload, "spin")
	path := "/rounds/" + spun.Payload.RoundID + "/verification"
	var found verificationData
	if p.get(t, path).into(t, &found); found.Verdict != "unrevealed" || found.Report != nil {
		t.Errorf("before the reveal: %+v", found)
	}
	p.post(t, "/seeds/rotate", `{}`).into(t, &struct{}{})
	o.get(t, path).into(t, &found)
	if found.Verdict != "verified" || !found.Report.OK || len(found.Report.Draws) != 1 || len(found.Report.Draws[0].Draws) < 5 {
		t.Errorf("after the reveal: %+v", found)
	}
	other.get(t, path).wants(t, http.StatusNotFound, session.NotFound)
	for _, bad := range []string{"?status=won", "?from=yesterday", "?to=5"} {
		p.get(t, "/rounds"+bad).wants(t, http.StatusBadRequest, session.InvalidRequest)
	}
	var list roundsData
	if p.get(t, "/rounds?status=completed&from=2020-01-01T00:00:00Z&to=2099-01-01T00:00:00Z").into(t, &list); len(list.Rounds) != 1 {
		t.Errorf("listed %+v", list)
	}
}
