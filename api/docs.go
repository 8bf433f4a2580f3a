package api

import (
	"embed"
	"encoding/json"
	"net/http"
	"path"

	"github.com/danielgtaylor/huma/v2"
)

//go:embed docs.html docs.css docs.js
var docsFiles embed.FS

// serveDocs serves the description of the API, and a page of our own that shows it: it needs nothing from anywhere else.
func serveDocs(mux *http.ServeMux, api *huma.OpenAPI) {
	description, err := json.Marshal(api)
	if err != nil {
		panic(err) // made of what is compiled in: wrong always or never
	}
	mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(description) // the client is gone
	})
	for route, file := range map[string]string{"GET /docs": "docs.html", "GET /docs/docs.css": "docs.css", "GET /docs/docs.js": "docs.js"} {
		mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Security-Policy", pagePolicy("script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:", "'none'"))
			w.Header().Set("Cache-Control", "no-cache")
			if path.Ext(file) == ".js" {
				w.Header().Set("Content-Type", "text/javascript; charset=utf-8") // whatever the system's table says
			}
			http.ServeFileFS(w, r, docsFiles, file)
		})
	}
}
