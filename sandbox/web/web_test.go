package web

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"
)

func get(t *testing.T, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	Handler(func(http.Header, *http.Request) {}).ServeHTTP(w, r)
	return w.Result()
}

func TestEveryFileIsServed(t *testing.T) {
	t.Parallel()
	kinds := map[string]string{
		"/": "text/html; charset=utf-8", "/style.css": "text/css; charset=utf-8", "/icon.svg": "image/svg+xml",
		"/main.js": "text/javascript; charset=utf-8", "/verify/verify.js": "text/javascript; charset=utf-8",
		"/client/connection.js": "text/javascript; charset=utf-8",
	}
	for path, kind := range kinds {
		response := get(t, path)
		if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != kind {
			t.Errorf("%s: %d %q, want 200 %q", path, response.StatusCode, response.Header.Get("Content-Type"), kind)
		}
	}
	for _, path := range []string{"/nothing", "/page/index.html", "/web.go", "/verify", "/verify/", "/../web.go", "/api/v1/nothing"} {
		if got := get(t, path).StatusCode; got != http.StatusNotFound {
			t.Errorf("%s: %d, want 404", path, got)
		}
	}
}

func TestAnUnchangedFileIsNotSentAgain(t *testing.T) {
	t.Parallel()
	tag := get(t, "/main.js").Header.Get("ETag")
	if got := get(t, "/main.js", "If-None-Match", tag).StatusCode; tag == "" || got != http.StatusNotModified {
		t.Errorf("ETag %q: %d, want 304", tag, got)
	}
	if got := get(t, "/main.js", "If-None-Match", `"another"`).StatusCode; got != http.StatusOK {
		t.Errorf("another ETag: %d, want 200", got)
	}
}

func TestEveryFileIsProtected(t *testing.T) {
	t.Parallel()
	if strings.Contains(Sources, "unsafe") || strings.Contains(Sources, "http") {
		t.Errorf("the page may load %s", Sources)
	}
	for name := range loaded() {
		w := httptest.NewRecorder()
		Handler(func(h http.Header, r *http.Request) { h.Set("Content-Security-Policy", "of "+r.URL.Path) }).
			ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/"+name, nil))
		if got := w.Result().Header.Get("Content-Security-Policy"); got != "of /"+name {
			t.Errorf("%s: policy %q", name, got)
		}
	}
}

// What the policy would block, and what would need another server, must not be in the files at all.
func TestThePageNeedsNothingFromElsewhere(t *testing.T) {
	t.Parallel()
	forbidden := []*regexp.Regexp{
		regexp.MustCompile(`(src|href)="(https?:)?//`), regexp.MustCompile(`(from|import)\s*\(?"(https?:)?//`), regexp.MustCompile(`url\(`),
		regexp.MustCompile(`@import`), regexp.MustCompile(`\sstyle="`), regexp.MustCompile(`\son[a-z]+="`), regexp.MustCompile(`<style`),
		regexp.MustCompile(`<script(>| [^>]*>)[^<]`), regexp.MustCompile(`\beval\(|new Function|innerHTML|parseFloat`),
	}
	seen := 0
	err := fs.WalkDir(page, "page", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		seen++
		text, err := page.ReadFile(name)
		for _, pattern := range forbidden {
			if found := pattern.Find(text); found != nil {
				t.Errorf("%s: %q", name, found)
			}
		}
		return err
	})
	if err != nil || seen < 10 {
		t.Fatalf("%d files, %v", seen, err)
	}
}

// The verifier is to run anywhere: in its folder nothing may know of a network or a document.
func TestTheVerifierIsPure(t *testing.T) {
	t.Parallel()
	impure := regexp.MustCompile(`\b(fetch|WebSocket|XMLHttpRequest|document|location|localStorage|sessionStorage|Date|Math\.random|setTimeout)\b|from "\.\./`)
	files, err := fs.Glob(page, "page/verify/*.js")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, name := range files {
		text, err := page.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range strings.Split(string(text), "\n") {
			if !strings.HasPrefix(strings.TrimSpace(line), "//") && impure.MatchString(line) {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}
