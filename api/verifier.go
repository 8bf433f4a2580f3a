package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync"
	"time"

	"croupier/fairness/verifier"
)

// serveVerifier serves the verifiers that players keep. The page's own script and style are allowed by their hashes and nothing else
// is, so it can neither load nor send anything: once it is there, it is the player's alone.
func (s *Server) serveVerifier(mux *http.ServeMux) {
	sources := verifierSources()
	serve := func(route, name, contentType string, file []byte) {
		mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Type", contentType)
			s.SetPagePolicy(h, r, sources)
			h.Set("Cache-Control", "no-cache")
			http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(file))
		})
	}
	serve("GET /verifier", "verifier.html", "text/html; charset=utf-8", verifier.Page)
	serve("GET /verifier/verify.py", "verify.py", "text/plain; charset=utf-8", verifier.Program)
}

var verifierSources = sync.OnceValue(func() string {
	return fmt.Sprintf("script-src %s; style-src %s; img-src data:", hashesOf("script", verifier.Page), hashesOf("style", verifier.Page))
})

// hashesOf are the sources that allow what stands between the tags of a page: 'sha256-…' of each.
func hashesOf(tag string, page []byte) string {
	var sources []string
	for _, found := range regexp.MustCompile(`(?s)<`+tag+`>(.*?)</`+tag+`>`).FindAllSubmatch(page, -1) {
		sum := sha256.Sum256(found[1])
		sources = append(sources, "'sha256-"+base64.StdEncoding.EncodeToString(sum[:])+"'")
	}
	return strings.Join(sources, " ")
}
