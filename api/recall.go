package api

import (
	"embed"
	"net/http"
	"path"
)

//go:embed recall
var recallFiles embed.FS

// recallSources let the page load its own files, talk to its own server, and nothing else.
const recallSources = "script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'"

// recallTypes are spelled out, because a system's own table may say something else.
var recallTypes = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
}

// serveRecall serves the page that lists rounds and draws any of them step by step. It asks the API for everything, in the name of who
// looks: nothing of a round is in the page itself, so anyone may have it.
func (s *Server) serveRecall(mux *http.ServeMux) {
	files, err := recallFiles.ReadDir("recall")
	if err != nil {
		panic(err) // compiled in: wrong always or never
	}
	serve := func(route, file string) {
		mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			s.SetPagePolicy(h, r, recallSources)
			h.Set("Content-Type", recallTypes[path.Ext(file)])
			h.Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, recallFiles, "recall/"+file)
		})
	}
	const page = "recall.html"
	serve("GET /rounds", page)
	serve("GET /rounds/{roundId}", page)
	for _, f := range files {
		if f.Name() != page {
			serve("GET /recall/"+f.Name(), f.Name())
		}
	}
}
