// Package operatorwallet is the reference of an operator's own wallet, as docs/seamless-wallet.md asks for it: a small HTTP server that keeps
// the players' money, with books of its own in a Postgres of its own. The sandbox runs it as a process, operators may read it as an example,
// and tests meddle with its answers. It shares no table, and no code of the ledger, with croupier.
package operatorwallet

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/wallet/money"
)

//go:embed schema.sql
var schema string

// Config is what a wallet is told.
type Config struct {
	DB      *pgxpool.Pool
	Secret  string // what croupier's calls are signed with
	Welcome string // what a player who is new has, as "1000.00"; "" or "0": nothing
	Now     func() time.Time
	Log     *slog.Logger

	// Meddle, if not nil, is asked before a call is carried out, and again when it is committed and not yet answered: how tests lose answers,
	// delay them, and kill whoever waits for them.
	Meddle func(call, transactionID string, committed bool) Meddling
}

// Meddling is what is done to a call.
type Meddling int

// What can be done to a call.
const (
	Serve Meddling = iota // nothing
	Drop                  // the connection is closed without an answer
	Fail                  // the answer is 500
)

// Wallet is an operator's wallet over HTTP.
type Wallet struct {
	config Config
	routes http.ServeMux
}

// Open makes the books if there are none, and returns the wallet.
func Open(ctx context.Context, c Config) (*Wallet, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Welcome == "" {
		c.Welcome = "0"
	}
	if _, err := c.DB.Exec(ctx, schema); err != nil {
		return nil, fmt.Errorf("make the wallet's books: %w", err)
	}
	w := &Wallet{config: c}
	for name, do := range map[string]func(context.Context, request) (answer, error){
		"authenticate": w.authenticate, "balance": w.balance, "bet": w.bet, "win": w.win, "rollback": w.rollback} {
		w.routes.HandleFunc("POST /"+name, func(out http.ResponseWriter, r *http.Request) { w.serve(out, r, name, do) })
	}
	w.routes.HandleFunc("GET /transactions", w.list)
	return w, nil
}

// ServeHTTP implements http.Handler.
func (w *Wallet) ServeHTTP(out http.ResponseWriter, r *http.Request) { w.routes.ServeHTTP(out, r) }

// request is the body of every call.
type request struct {
	TransactionID string       `json:"transactionId"`
	PlayerID      string       `json:"playerId"`
	Currency      string       `json:"currency"`
	Amount        money.Number `json:"amount"` // which is no text in quotes, and has no exponent
	RoundID       string       `json:"roundId"`
	GameID        string       `json:"gameId"`
}

// answer is a status and a body that is JSON.
type answer struct {
	status int
	body   string
}

func refuse(status int, code, message string) answer {
	body, _ := json.Marshal(map[string]any{"error": map[string]string{"code": code, "message": message}}) // strings marshal
	return answer{status, string(body)}
}

// maxBody is the longest body that is read, in bytes.
const maxBody = 16 << 10

func (w *Wallet) serve(out http.ResponseWriter, r *http.Request, name string, do func(context.Context, request) (answer, error)) {
	body, err := io.ReadAll(http.MaxBytesReader(out, r.Body, maxBody))
	if err != nil {
		write(out, refuse(http.StatusBadRequest, "invalid_request", "the body cannot be read"))
		return
	}
	if reason := w.unsigned(r, body); reason != "" {
		write(out, refuse(http.StatusUnauthorized, "wrong_signature", reason))
		return
	}
	var asked request
	if err := json.Unmarshal(body, &asked); err != nil || asked.PlayerID == "" || asked.Currency == "" {
		write(out, refuse(http.StatusBadRequest, "invalid_request", "the body must be JSON with playerId and currency"))
		return
	}
	if w.meddled(out, name, asked, false) {
		return
	}
	told, err := do(r.Context(), asked)
	if err != nil {
		w.config.Log.Error("wallet", "call", name, "transaction", asked.TransactionID, "error", err)
		write(out, refuse(http.StatusInternalServerError, "internal", "try again"))
		return
	}
	w.config.Log.Info("wallet", "call", name, "transaction", asked.TransactionID, "player", asked.PlayerID, "amount", string(asked.Amount),
		"status", told.status)
	if !w.meddled(out, name, asked, true) {
		write(out, told)
	}
}

// meddled reports whether a test has seen to the call.
func (w *Wallet) meddled(out http.ResponseWriter, name string, asked request, committed bool) bool {
	if w.config.Meddle == nil {
		return false
	}
	switch w.config.Meddle(name, asked.TransactionID, committed) {
	case Drop:
		panic(http.ErrAbortHandler)
	case Fail:
		write(out, refuse(http.StatusInternalServerError, "internal", "try again"))
		return true
	}
	return false
}

func write(out http.ResponseWriter, a answer) {
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(a.status)
	_, _ = io.WriteString(out, a.body) // a client that is gone asks again
}

// unsigned says what is wrong with a call's signature, "" if nothing is.
func (w *Wallet) unsigned(r *http.Request, body []byte) string {
	timestamp := r.Header.Get("X-Timestamp")
	seconds, _, _ := strings.Cut(timestamp, ".")
	unix, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil {
		return "X-Timestamp must be the time in Unix seconds"
	}
	if off := w.config.Now().Sub(time.Unix(unix, 0)); off > 5*time.Minute || off < -5*time.Minute {
		return "X-Timestamp is more than 5 minutes off"
	}
	given, ok := strings.CutPrefix(r.Header.Get("X-Signature"), "sha256=")
	got, err := hex.DecodeString(given)
	mac := hmac.New(sha256.New, []byte(w.config.Secret))
	mac.Write([]byte(timestamp + "." + r.Method + "." + pathOf(r) + "."))
	mac.Write(body)
	if !ok || err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		return "X-Signature is not of this call"
	}
	return ""
}

// errAgain asks for the transaction to be run again.
var errAgain = errors.New("somebody else wrote it first")

// Below serves a wallet below a path, as an operator does whose server has other things too. The signature is of the whole path.
func Below(path string, w *Wallet) http.Handler {
	return http.HandlerFunc(func(out http.ResponseWriter, r *http.Request) {
		inner := r.Clone(r.Context())
		inner.URL.Path = strings.TrimPrefix(r.URL.Path, path)
		inner = inner.WithContext(context.WithValue(inner.Context(), signedPath{}, r.URL.RequestURI()))
		w.ServeHTTP(out, inner)
	})
}

// signedPath is the key of the path with query that a call was signed with, where it is not the request's.
type signedPath struct{}

func pathOf(r *http.Request) string {
	if path, ok := r.Context().Value(signedPath{}).(string); ok {
		return path
	}
	return r.URL.RequestURI()
}
