package api

import (
	"bytes"
	"context"
	"maps"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"croupier/session"
)

// idempotencyHeader is what a client names a call by that it may have to send again.
const idempotencyHeader = "Idempotency-Key"

// takesIdempotencyKey says whether a call may carry an Idempotency-Key: those by which operators change something.
func (who audience) takesIdempotencyKey(method string) bool {
	return method == http.MethodPost && (who.kind == toOperators || who.kind == toSandboxOperators)
}

// idempotently makes a call that carries an Idempotency-Key once: sent again, it is told the first answer, whatever that was, unless nobody knows
// what became of it. It comes after authentication, so that a call that is refused there leaves nothing behind, and nobody is told
// another's answer.
func (s *Server) idempotently(ctx huma.Context, next func(huma.Context)) {
	r, w := humago.Unwrap(ctx)
	key := r.Header.Get(idempotencyHeader)
	if _, named := r.Header[idempotencyHeader]; !named {
		next(ctx)
		return
	}
	request := requestOf(r.Context())
	claim, told, err := s.Operators.Claim(r.Context(), *request.caller, key, r.Method, r.RequestURI, request.body)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	if told != nil {
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Idempotency-Replayed", "true")
		w.WriteHeader(told.Status)
		_, _ = w.Write(told.Body) // the client is gone
		return
	}
	request.idempotencyKey = key
	answer := &held{header: http.Header{}}
	defer func() { // also when the call panics
		if answer.status < http.StatusOK || answer.status >= http.StatusInternalServerError {
			s.afterCall(r, func(ctx context.Context) error { return s.Operators.GiveUp(ctx, claim) })
		}
	}()
	next(humago.NewContext(ctx.Operation(), r, answer))
	if answer.status >= http.StatusOK && answer.status < http.StatusInternalServerError {
		kept := session.Answer{Status: answer.status, Body: answer.body.Bytes()}
		s.afterCall(r, func(ctx context.Context) error { return s.Operators.Answered(ctx, claim, kept) })
	}
	maps.Copy(w.Header(), answer.header)
	w.WriteHeader(answer.status)
	_, _ = w.Write(answer.body.Bytes())
}

// afterCall does what must be done also for a client that has gone. Where it cannot be done, the claim runs out.
func (s *Server) afterCall(r *http.Request, do func(context.Context) error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), 5*time.Second)
	defer cancel()
	if err := do(ctx); err != nil {
		s.log.Warn("the answer to an Idempotency-Key is not kept", "request_id", requestOf(r.Context()).id, "error", err)
	}
}

// held is an answer that is not sent yet.
type held struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (h *held) Header() http.Header { return h.header }

func (h *held) WriteHeader(status int) {
	if h.status == 0 {
		h.status = status
	}
}

func (h *held) Write(b []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	return h.body.Write(b)
}

// idempotencyParam documents the header.
var idempotencyParam = &huma.Param{Name: idempotencyHeader, In: "header", Schema: &huma.Schema{Type: huma.TypeString, Extensions: map[string]any{
	"minLength": 1, "maxLength": 128, "pattern": "^[!-~]+$"}}, Example: "8a1f6c52-0d0c-4f0e-9a44-6f2f0f2f7a11",
	Description: "Yours, for a call that you may have to send again: the same call with the same key is answered as the first time, byte for byte, for 24 " +
		"hours, and makes nothing happen twice. Sign it anew. For another call, or with another API key, it is refused (80007)"}
