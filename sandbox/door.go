package sandbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"mime"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"

	"croupier/api"
	"croupier/sandbox/web"
	"croupier/session"
	"croupier/wallet"
	"croupier/wallet/money"
)

// door lets anybody in as a test player of the demo operator: what an operator's own web site does for its players. It gives out a
// launch token and nothing else, so the page goes the way of every other client from there.
type door struct {
	mu       sync.Mutex
	operator session.Operator
	seamless bool // the operator keeps its players' money
	server   *api.Server
}

// welcome is what a new test player of the page starts with.
var welcome = struct {
	currency string
	amount   money.Number
}{"USD", "1000.00"}

// mount adds the page and its door to the server's routes.
func (d *door) mount(mux *http.ServeMux, server *api.Server) {
	d.server = server
	mux.Handle("GET /", web.Handler(func(h http.Header, r *http.Request) { server.SetPagePolicy(h, r, web.Sources) }))
	mux.HandleFunc("POST /sandbox/sign-in", d.signIn)
}

// open says whose players come in, and whether the operator keeps their money itself: its wallet welcomes them then.
func (d *door) open(operator session.Operator, seamless bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.operator, d.seamless = operator, seamless
}

func (d *door) signIn(w http.ResponseWriter, r *http.Request) {
	const longest = 1 << 10
	if status, reason := refusal(r); status != 0 {
		http.Error(w, reason, status)
		return
	}
	ctx, cancel := context.WithTimeout(r.Context(), 10*time.Second)
	defer cancel()
	var wants struct {
		Name string `json:"name"`
	}
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, longest))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&wants); err != nil {
		http.Error(w, `the body must be {"name": "…"}`, http.StatusBadRequest)
		return
	}
	token, err := d.letIn(ctx, wants.Name)
	var refused *session.Error
	switch {
	case errors.As(err, &refused):
		http.Error(w, refused.Message, http.StatusBadRequest)
		return
	case err != nil:
		d.server.Log().Error("sign in a test player", "error", err)
		http.Error(w, "internal error", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(map[string]string{"launchToken": token, "currency": welcome.currency})
}

// origins lets a browser's page in if it is the server's own, and everything that is no browser.
var origins = http.NewCrossOriginProtection()

// refusal keeps pages of other sites out of the door, which asks nobody who they are. A page can send what HTML forms can send to any
// server, so only JSON is taken; it can give its own name to this machine's address (DNS rebinding), so that on the loopback
// interface no name is taken but localhost. Status 0: come in.
func refusal(r *http.Request) (status int, reason string) {
	contentType, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // "" is not JSON either
	local, _ := r.Context().Value(http.LocalAddrContextKey).(net.Addr)
	switch {
	case contentType != "application/json":
		return http.StatusUnsupportedMediaType, "the body must be JSON, with Content-Type: application/json"
	case origins.Check(r) != nil:
		return http.StatusForbidden, "only the sandbox's own page may sign players in, not one of another origin"
	case isLoopback(local) && !namesThisMachine(r.Host):
		return http.StatusForbidden, "on this machine the sandbox is called localhost or by its IP address, not " + r.Host
	}
	return 0, ""
}

func isLoopback(addr net.Addr) bool {
	tcp, ok := addr.(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// namesThisMachine is whether a Host header holds what no DNS server of somebody else answers for.
func namesThisMachine(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || host == "localhost"
}

// letIn finds or makes the test player of a name and returns a launch token. A new one gets the welcome money once.
func (d *door) letIn(ctx context.Context, name string) (string, error) {
	d.mu.Lock()
	operator, seamless := d.operator, d.seamless
	d.mu.Unlock()
	if name == "" {
		return "", session.FieldError(session.InvalidRequest, "name", "must not be empty")
	}
	spec := session.PlayerSpec{ExternalID: "web-" + name, Currency: welcome.currency, Username: name}
	player, err := d.server.Players.Ensure(ctx, operator, spec)
	if err != nil {
		return "", err
	}
	if seamless {
		token, _, err := d.server.Access.CreateLaunch(ctx, operator, spec, "")
		return token, err
	}
	amount, err := money.Parse(player.Currency, welcome.amount)
	if err != nil {
		return "", err
	}
	order := wallet.Order{Operator: operator.ID, Player: player.ID, Amount: amount, TransactionID: "welcome-" + player.ID.String()}
	if _, err := d.server.Ledger.Deposit(ctx, order); err != nil {
		return "", fmt.Errorf("welcome money: %w", err)
	}
	token, _, err := d.server.Access.CreateLaunch(ctx, operator, spec, "")
	return token, err
}
