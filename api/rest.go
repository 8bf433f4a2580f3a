package api

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"croupier/session"
)

// maxBody is the most bytes of a request's body.
const maxBody = 64 << 10

// restRequest is what the edge knows of one REST request, from its first byte to its log line.
type restRequest struct {
	id     string
	body   []byte          // as it came
	caller *session.Caller // of an operator's call, once its signature is checked
	claims *session.Claims // of a player's call, once its session is checked

	idempotencyKey string      // of an operator's call that is made for the first time; "": it has none
	in, out        http.Header // as they came, and as they will go
}

// operator is whose call it is, or whose player's; the zero UUID for nobody's.
func (r *restRequest) operator() uuid.UUID {
	switch {
	case r.caller != nil:
		return r.caller.ID
	case r.claims != nil:
		return r.claims.OperatorID
	}
	return uuid.UUID{}
}

type restRequestKey struct{}

// requestOf returns the request that a context is of, an empty one outside of any.
func requestOf(ctx context.Context) *restRequest {
	if r, ok := ctx.Value(restRequestKey{}).(*restRequest); ok {
		return r
	}
	return &restRequest{}
}

// around is what every REST request goes through: its id, a deadline, the rate limit, its bounded body, the envelope for routes that
// are not there and for panics, the log line and the metric. Pages may take every path that is not the API's.
func (s *Server) around(calls, pages *http.ServeMux) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		begun := time.Now()
		request := &restRequest{id: requestID(r)}
		ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), restRequestKey{}, request), requestTimeout)
		defer cancel()
		r = r.WithContext(ctx)
		recorder := &recorder{ResponseWriter: w}
		request.in, request.out = r.Header, recorder.Header()
		setHeaders(recorder.Header(), r, request)
		defer func() {
			s.recover(recover(), recorder, r)
			s.record(recorder, r, request, time.Since(begun))
		}()
		if err := s.rates.take(recorder.Header(), r); err != nil {
			s.refuse(recorder, r, err)
			return
		}
		if err := readBody(recorder, r, request); err != nil {
			s.refuse(recorder, r, err)
			return
		}
		mux := pages
		if isCall(r) {
			mux = calls
		}
		if !s.refuseUnrouted(mux, recorder, r) {
			mux.ServeHTTP(recorder, r)
		}
	})
}

// requestID is the client's if it is sane, else a new one.
func requestID(r *http.Request) string {
	id := r.Header.Get("X-Request-Id")
	insane := func(c rune) bool { return c < 0x21 || c > 0x7e }
	if id == "" || len(id) > 64 || strings.ContainsFunc(id, insane) {
		return uuid.Must(uuid.NewV7()).String()
	}
	return id
}

func setHeaders(h http.Header, r *http.Request, request *restRequest) {
	h.Set("X-Request-Id", request.id)
	if isCall(r) {
		h.Set("Cache-Control", "no-store") // tokens and players' data
	}
}

// isCall says whether a request is for the REST API, and not for a page or a probe.
func isCall(r *http.Request) bool {
	return r.URL.Path == "/ws" || strings.HasPrefix(r.URL.Path, "/api/")
}

// readBody reads the body whole, because a signature is over its bytes.
func readBody(w http.ResponseWriter, r *http.Request, request *restRequest) error {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return session.FieldError(session.InvalidRequest, "body", "must have at most 65536 bytes")
	case err != nil:
		return session.FieldError(session.InvalidRequest, "body", "did not arrive whole")
	}
	request.body = body
	r.Body = io.NopCloser(bytes.NewReader(body))
	return nil
}

// refuseUnrouted answers a request that no route takes, in our envelope instead of the mux's plain text.
func (s *Server) refuseUnrouted(mux *http.ServeMux, w http.ResponseWriter, r *http.Request) bool {
	handler, pattern := mux.Handler(r)
	if pattern != "" {
		return false
	}
	told := &verdictOnly{header: http.Header{}}
	handler.ServeHTTP(told, r)
	f := newFailure(r.Context(), session.Errorf(session.NotFound, "There is nothing at this path"))
	if allow := told.header.Get("Allow"); told.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", allow)
		f.status = told.status
		f.Reason.Message = "This path takes " + allow
	}
	writeJSON(w, f.status, f)
	return true
}

// verdictOnly takes a handler's status and headers and drops its text.
type verdictOnly struct {
	header http.Header
	status int
}

func (v *verdictOnly) Header() http.Header         { return v.header }
func (v *verdictOnly) WriteHeader(status int)      { v.status = status }
func (v *verdictOnly) Write(b []byte) (int, error) { return len(b), nil }

// recover answers for a handler that panicked.
func (s *Server) recover(cause any, w *recorder, r *http.Request) {
	if cause == nil {
		return
	}
	if err, ok := cause.(error); ok && errors.Is(err, http.ErrAbortHandler) {
		panic(cause)
	}
	incident := uuid.NewString()
	s.log.Error("REST request panicked", "incident_id", incident, "request_id", requestOf(r.Context()).id,
		"panic", cause, "stack", string(debug.Stack()))
	if w.status != 0 {
		return // too late to say anything
	}
	f := newFailure(r.Context(), &session.Error{Code: session.Internal, Message: "Internal error", Details: map[string]any{"incidentId": incident}})
	writeJSON(w, f.status, f)
}

// record writes the log line and the metric. Neither holds a query string, a header or anything of a body.
func (s *Server) record(w *recorder, r *http.Request, request *restRequest, took time.Duration) {
	route := "none"
	if r.Pattern != "" {
		_, path, _ := strings.Cut(r.Pattern, " ")
		route = path
		if path == "" {
			route = r.Pattern
		}
	}
	status := w.status
	if status == 0 {
		status = http.StatusOK
	}
	s.metrics.requests.WithLabelValues(knownMethod(r.Method), route, strconv.Itoa(status)).Observe(took.Seconds())
	level := slog.LevelDebug
	if isCall(r) {
		level = slog.LevelInfo
	}
	attributes := []slog.Attr{
		slog.String("request_id", request.id), slog.String("method", knownMethod(r.Method)), slog.String("route", route),
		slog.Int("status", status), slog.Float64("duration_ms", float64(took.Microseconds())/1000),
	}
	if request.caller != nil {
		attributes = append(attributes, slog.String("operator", request.caller.ID.String()))
	}
	if request.claims != nil {
		attributes = append(attributes, slog.String("player", request.claims.PlayerID.String()))
	}
	s.log.LogAttrs(r.Context(), level, "REST request", attributes...)
}

// knownMethod keeps a client from inventing labels.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return method
	}
	return "other"
}

// recorder remembers the status that was answered.
type recorder struct {
	http.ResponseWriter
	status int
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap serves http.ResponseController.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
