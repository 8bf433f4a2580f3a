package api

import (
	"fmt"
	"net/http"

	"croupier/fairness/commitlog"
	"croupier/session"
)

// logPrefix is where the commitment log is published, as c2sp.org/tlog-tiles says.
const logPrefix = "/log/"

// How long others may keep what the log shows. A tile never changes; a checkpoint is new as often as twice a second.
const (
	tileCaching       = "public, max-age=31536000, immutable"
	checkpointCaching = "public, max-age=1"
)

// serveLog serves the commitment log as files that anyone may read, from any page: there is no player's data in it.
func (s *Server) serveLog(pages *http.ServeMux) {
	pages.HandleFunc("GET "+logPrefix+"checkpoint", s.serveCheckpoint)
	pages.HandleFunc("GET "+logPrefix+"key", s.serveLogKey)
	pages.HandleFunc("GET "+logPrefix+"tile/{path...}", s.serveTile)
}

func (s *Server) serveCheckpoint(w http.ResponseWriter, r *http.Request) {
	latest, err := s.Commitments.Latest(r.Context())
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	writePublic(w, "text/plain; charset=utf-8", checkpointCaching, []byte(latest.Note))
}

// serveLogKey shows the log's public key. Whoever checks should note it once, and not ask again.
func (s *Server) serveLogKey(w http.ResponseWriter, _ *http.Request) {
	writePublic(w, "text/plain; charset=utf-8", "public, max-age=3600", fmt.Appendln(nil, s.Commitments.VerifierKey()))
}

func (s *Server) serveTile(w http.ResponseWriter, r *http.Request) {
	tile, err := commitlog.ParseTilePath("tile/" + r.PathValue("path"))
	if err != nil {
		s.refuse(w, r, session.Errorf(session.NotFound, "There is no such tile"))
		return
	}
	data, err := s.Commitments.Tile(r.Context(), tile)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	writePublic(w, "application/octet-stream", tileCaching, data)
}

func writePublic(w http.ResponseWriter, contentType, caching string, data []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Cache-Control", caching)
	forEveryone(w.Header())
	_, _ = w.Write(data) // the client is gone
}
