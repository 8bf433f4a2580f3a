package api

import (
	"net/http"
	"regexp"
	"strings"

	"github.com/google/uuid"
)

// shut is the policy of what is no page: a browser that is made to show it runs nothing in it, and shows it in nobody's frame.
var shut = pagePolicy("", "'none'")

// strictTransport is how long a browser that came by https comes by nothing else: a year. Subdomains are not ours to speak for.
const strictTransport = "max-age=31536000"

// pagePolicy is a Content-Security-Policy: what a page may load beside nothing, and who may show it in a frame.
func pagePolicy(sources, ancestors string) string {
	if sources != "" {
		sources += "; "
	}
	return "default-src 'none'; " + sources + "base-uri 'none'; form-action 'none'; frame-ancestors " + ancestors
}

// shielded puts on every answer what keeps browsers from using it for what it is not meant for. Pages open the policy as far as they need.
func (s *Server) shielded(next http.Handler) http.Handler {
	secure := strings.HasPrefix(s.config.PublicURL, "https://")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", shut)
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		if secure {
			h.Set("Strict-Transport-Security", strictTransport)
		}
		next.ServeHTTP(w, r)
	})
}

// SetPagePolicy lets a page load its own sources, as "script-src 'self'", and be shown in a frame by the pages of the operator that its URL
// names (?operator=ID), on the origins that are registered for it. Without one, by nobody.
func (s *Server) SetPagePolicy(h http.Header, r *http.Request, sources string) {
	h.Set("Content-Security-Policy", pagePolicy(sources, s.frameAncestors(r)))
}

// plainOrigin is an origin that can stand in a policy: what else a URL's host may have would be read as a part of the policy.
var plainOrigin = regexp.MustCompile(`^https?://[a-z0-9.-]+(:[0-9]{1,5})?$`)

// frameAncestors are the origins of the operator in the URL. Whoever asks for more operators than the rate limit has room for sees none.
func (s *Server) frameAncestors(r *http.Request) string {
	const nobody = "'none'"
	id, err := uuid.Parse(r.URL.Query().Get("operator"))
	if err != nil || !s.rates.allow(r) {
		return nobody
	}
	operator, err := s.Operators.ByID(r.Context(), id)
	if err != nil { // it is not there, or not to be asked for now: a page that nobody embeds is the safe one
		return nobody
	}
	var origins []string
	for _, origin := range operator.Origins {
		if plainOrigin.MatchString(origin) {
			origins = append(origins, origin)
		}
	}
	if origins == nil {
		return nobody
	}
	return strings.Join(origins, " ")
}

// forEveryone lets pages of other origins have an answer: it holds nothing that is anybody's alone.
func forEveryone(h http.Header) {
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
}
