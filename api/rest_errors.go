package api

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/puddle/v2"

	"croupier/session"
	"croupier/wallet"
	"croupier/wallet/money"
)

// restStatus is the one place where a code becomes an HTTP status.
var restStatus = map[session.Code]int{
	session.InvalidRequest:   http.StatusBadRequest,
	session.InvalidCurrency:  http.StatusBadRequest,
	session.InvalidKey:       http.StatusUnauthorized,
	session.InvalidSignature: http.StatusUnauthorized,
	session.SessionExpired:   http.StatusUnauthorized,
	session.LaunchExpired:    http.StatusUnauthorized,
	session.LaunchUsed:       http.StatusUnauthorized,
	session.LaunchInvalid:    http.StatusUnauthorized,
	session.NotEnoughMoney:   http.StatusPaymentRequired,
	session.Forbidden:        http.StatusForbidden,
	session.PlayerExcluded:   http.StatusForbidden,
	session.LimitReached:     http.StatusForbidden,
	session.NotFound:         http.StatusNotFound,
	session.PlayerNotFound:   http.StatusNotFound,
	session.Conflict:         http.StatusConflict,
	session.RateLimited:      http.StatusTooManyRequests,
	session.Internal:         http.StatusInternalServerError,
	session.Unavailable:      http.StatusServiceUnavailable,
}

// restCode is what the codes of the socket are called over REST, where they differ.
var restCode = map[session.Code]session.Code{
	session.Malformed:           session.InvalidRequest,
	session.InsufficientBalance: session.NotEnoughMoney,
	session.GameNotAvailable:    session.NotFound,
	session.RoundNotFound:       session.NotFound,
	session.InvalidAction:       session.Conflict,
	session.Busy:                session.Unavailable,
}

// failure is the envelope of every error. It is huma's StatusError too.
type failure struct {
	Success   bool   `json:"success" enum:"false"`
	Reason    reason `json:"error"`
	RequestID string `json:"requestId"`
	status    int
	headers   http.Header
}

type reason struct {
	Code    session.Code   `json:"code" doc:"A code of the protocol: a closed list"`
	Message string         `json:"message" doc:"For people; may change"`
	Details map[string]any `json:"details,omitempty" doc:"More, by code. A bad request names its fields: [{field, reason}]"`
}

func (f *failure) Error() string           { return f.Reason.Message }
func (f *failure) GetStatus() int          { return f.status }
func (f *failure) GetHeaders() http.Header { return f.headers }

// fieldReason is one bad field of a request.
type fieldReason struct {
	Field  string `json:"field"`
	Reason string `json:"reason"`
}

// refusal turns whatever went wrong into what the client is told. What nobody expected is logged here, once, under the incident id
// that the client gets.
func (s *Server) refusal(ctx context.Context, err error) *failure {
	var known *session.Error
	if wrong := moneyRefusal(err); wrong != nil {
		known = wrong
	} else if !errors.As(err, &known) {
		known = s.unexpected(ctx, err)
	}
	f := newFailure(ctx, known)
	if precondition := (*preconditionError)(nil); errors.As(err, &precondition) {
		f.status = precondition.status
	}
	return f
}

func newFailure(ctx context.Context, known *session.Error) *failure {
	f := &failure{RequestID: requestOf(ctx).id, headers: http.Header{}}
	f.Reason = reason{Code: cmp.Or(restCode[known.Code], known.Code), Message: known.Message, Details: known.Details}
	f.status = cmp.Or(restStatus[f.Reason.Code], http.StatusInternalServerError)
	if f.status == http.StatusBadRequest {
		f.Reason.Details = withFields(known)
	}
	switch f.status {
	case http.StatusUnauthorized:
		f.headers.Set("WWW-Authenticate", `Bearer realm="croupier"`)
	case http.StatusServiceUnavailable:
		f.headers.Set("Retry-After", "1")
	case http.StatusConflict:
		if _, soon := known.Details["retryAfterMs"]; soon {
			f.headers.Set("Retry-After", "1")
		}
	}
	return f
}

// withFields gives the details of one bad field the form that those of many have. One without a reason has the message for it.
func withFields(known *session.Error) map[string]any {
	field, ok := known.Details["field"].(string)
	if !ok {
		return known.Details
	}
	details := maps.Clone(known.Details)
	why, _ := details["reason"].(string)
	details["fields"] = []fieldReason{{field, cmp.Or(why, known.Message)}}
	delete(details, "field")
	delete(details, "reason")
	return details
}

// moneyRefusal is what the wallet's and money's own errors are called here, nil for any other error.
func moneyRefusal(err error) *session.Error {
	var number *money.NumberError
	var short *wallet.InsufficientError
	switch {
	case errors.Is(err, wallet.ErrNoPlayer):
		return session.Errorf(session.PlayerNotFound, "Player not found")
	case errors.Is(err, wallet.ErrCurrency):
		return session.FieldError(session.InvalidCurrency, "currency", "is not the player's currency")
	case errors.As(err, &short):
		return &session.Error{Code: session.NotEnoughMoney, Message: "Insufficient balance", Details: map[string]any{
			"required": short.Required, "available": short.Available, "currency": short.Required.Currency().Code()}}
	case errors.Is(err, wallet.ErrReused):
		return session.Errorf(session.Conflict, "transactionId was used for another transfer")
	case errors.Is(err, wallet.ErrSeamless):
		return session.Errorf(session.Conflict, "The players' money is in your own wallet: nothing is deposited or withdrawn here")
	case errors.Is(err, wallet.ErrNotPositive):
		return session.FieldError(session.InvalidRequest, "amount", "must be greater than 0")
	case errors.Is(err, wallet.ErrTooMuch):
		return session.FieldError(session.InvalidRequest, "amount", "must not take the balance past 15 integer digits")
	case errors.As(err, &number):
		return session.FieldError(session.InvalidRequest, "amount", number.Reason)
	}
	return nil
}

// unexpected logs an error that is not an answer and returns one.
func (s *Server) unexpected(ctx context.Context, err error) *session.Error {
	incident := uuid.NewString()
	details := map[string]any{"incidentId": incident}
	if outOfReach(err) {
		s.log.Warn("REST request not served", "incident_id", incident, "request_id", requestOf(ctx).id, "error", err)
		return &session.Error{Code: session.Unavailable, Details: details,
			Message: "Not available now. Whether a change was made is not known: send the same again to learn it"}
	}
	s.log.Error("REST request failed", "incident_id", incident, "request_id", requestOf(ctx).id, "error", err)
	return &session.Error{Code: session.Internal, Message: "Internal error", Details: details}
}

// outOfReach tells an error of the database's connection, or of time running out, from a mistake of ours.
func outOfReach(err error) bool {
	var connect *pgconn.ConnectError
	var network net.Error
	var server *pgconn.PgError
	if errors.As(err, &server) {
		class := server.Code[:min(2, len(server.Code))]
		switch class { // connection, a transaction to be tried again, resources, shutdown or a time limit
		case "08", "40", "53", "57":
			return true
		}
		return server.Code == "55P03" || server.Code == sqlReadOnly // lock timeout, standby
	}
	return errors.Is(err, puddle.ErrClosedPool) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.As(err, &connect) || errors.As(err, &network) || pgconn.SafeToRetry(err)
}

// refuse answers a request that does not reach a call.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	f := s.refusal(r.Context(), err)
	maps.Copy(w.Header(), f.headers)
	writeJSON(w, f.status, f)
}

// huma's own findings get our envelope. These are the library's only places for it: they belong to the whole process.
func init() {
	huma.ValidateStrictCasing = true
	huma.DefaultArrayNullable = false
	validation.MsgExpectedRequiredProperty = missingProperty
	validation.MsgUnexpectedProperty = "is unknown"
	huma.NewError = func(status int, message string, errs ...error) huma.StatusError {
		return invalid(context.Background(), status, message, errs)
	}
	huma.NewErrorWithContext = func(ctx huma.Context, status int, message string, errs ...error) huma.StatusError {
		return invalid(ctx.Context(), status, message, errs)
	}
}

// missingProperty is told with the name of the object that the property should be in.
const missingProperty = "%s is missing"

// invalid is what huma found wrong with a request: every bad field with its reason, and never the value.
func invalid(ctx context.Context, status int, message string, errs []error) *failure {
	if status >= http.StatusInternalServerError {
		return newFailure(ctx, session.Errorf(session.Internal, "Internal error"))
	}
	fields := []fieldReason{}
	for _, err := range errs {
		fields = append(fields, badField(err))
	}
	if len(fields) == 0 {
		fields = append(fields, fieldReason{"body", strings.TrimPrefix(message, "request body ")})
	}
	text := make([]string, len(fields))
	for i, f := range fields {
		text[i] = f.Field + " " + f.Reason
	}
	return newFailure(ctx, &session.Error{Code: session.InvalidRequest, Message: "Invalid request: " + strings.Join(text, "; "),
		Details: map[string]any{"fields": fields}})
}

func badField(err error) fieldReason {
	var detail *huma.ErrorDetail
	if !errors.As(err, &detail) {
		return fieldReason{"request", "is not valid"}
	}
	place, path, _ := strings.Cut(detail.Location, ".")
	if name, ok := strings.CutSuffix(detail.Message, fmt.Sprintf(missingProperty, "")); ok && place == "body" {
		return fieldReason{strings.TrimPrefix(path+"."+name, "."), "is missing"}
	}
	field := clip(cmp.Or(path, place))
	if place == "body" && path == "" {
		return fieldReason{field, bodyReason(detail)}
	}
	return fieldReason{field, detail.Message}
}

// bodyReason says what is wrong with a body as a whole, in words of ours: a decoder's would repeat parts of it.
func bodyReason(detail *huma.ErrorDetail) string {
	switch {
	case strings.Contains(detail.Message, huma.ErrUnknownContentType.Error()):
		return "must be application/json, in the Content-Type too"
	case strings.HasPrefix(detail.Message, "expected "):
		return detail.Message
	}
	return "must be one valid JSON object in UTF-8, without repeated members and without numbers out of range"
}

// clip keeps short what an error repeats of a client's input.
func clip(input string) string {
	const most = 64
	if len(input) <= most {
		return input
	}
	return strings.ToValidUTF8(input[:most], "") + "…"
}
