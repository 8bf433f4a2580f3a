// Package web is the player's page of the sandbox: plain modules and styles, embedded and served as they stand in page, without a
// build step and without anything from elsewhere. Its connection is the one of the TypeScript client, which is served in /client. It holds no logic of the server's: whatever the page knows it learned over the
// same wire as every other client.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
	"time"

	"croupier/api/client/ts"
)

//go:embed page
var page embed.FS

// Sources are what the page's policy must let it load: its own files and its own server, and nothing inline.
const Sources = "script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"

// contentTypes are spelled out, because a system's own table may say something else.
var contentTypes = map[string]string{
	".html": "text/html; charset=utf-8",
	".css":  "text/css; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".svg":  "image/svg+xml",
}

// Handler serves the page at "/" and its files beside it, and 404 for every other path. Browsers ask each time whether a file
// changed, so that a new server is never met with an old page. protect sets the Content-Security-Policy of each file, with Sources.
func Handler(protect func(http.Header, *http.Request)) http.Handler {
	files := loaded()
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, "/")
		if name == "" {
			name = "index.html"
		}
		f, ok := files[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", f.contentType)
		protect(h, r)
		h.Set("Cache-Control", "no-cache")
		h.Set("ETag", f.tag)
		http.ServeContent(w, r, name, time.Time{}, bytes.NewReader(f.content))
	})
}

// file is one file of the page, ready to be served.
type file struct {
	content     []byte
	contentType string
	tag         string // its ETag
}

// loaded reads the embedded files once, by their names below page. They are compiled in, so an error is everyone's or nobody's.
var loaded = sync.OnceValue(func() map[string]file {
	own, err := fs.Sub(page, "page")
	files := map[string]file{}
	if err == nil {
		err = load(files, own, "")
	}
	if err == nil {
		err = load(files, ts.Modules(), "client/")
	}
	if err != nil {
		panic(fmt.Sprintf("web: %v", err))
	}
	return files
})

// load reads all files of a folder, and puts a prefix before their names.
func load(files map[string]file, from fs.FS, prefix string) error {
	return fs.WalkDir(from, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(from, name)
		if err != nil {
			return err
		}
		kind, ok := contentTypes[path.Ext(name)]
		if !ok {
			return fmt.Errorf("%s: no content type is known for it", name)
		}
		sum := sha256.Sum256(content)
		files[prefix+name] = file{content, kind, `"` + hex.EncodeToString(sum[:12]) + `"`}
		return nil
	})
}
