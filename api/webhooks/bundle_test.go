package webhooks

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/games/gamestest"
	"croupier/sandbox/pgtest"
	"croupier/session"
	"croupier/wallet"
	"croupier/wallet/money"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// handClock is moved by hand.
type handClock struct{ at atomic.Int64 }

func (c *handClock) now() time.Time          { return time.UnixMicro(c.at.Load()) }
func (c *handClock) advance(d time.Duration) { c.at.Add(d.Microseconds()) }

// bundle is a database with one operator, who plays by one node, and a courier whose clock is moved by hand.
type bundle struct {
	*Courier
	clock    *handClock
	db       *pgxpool.Pool
	floor    *session.Floor
	players  *session.Players
	ledger   *wallet.Ledger
	operator session.Operator
	logs     *strings.Builder
}

func setup(t testing.TB, change ...func(*CourierConfig)) *bundle {
	t.Helper()
	b := &bundle{clock: &handClock{}, db: pgtest.App(t, pgtest.New(t)), logs: &strings.Builder{}}
	b.clock.at.Store(time.Now().UnixMicro())
	key, err := fairness.ParseKey(strings.Repeat("77", 32))
	must(t, err)
	vault, err := fairness.NewVault(key)
	must(t, err)
	quiet := slog.New(slog.DiscardHandler)
	settler := session.NewSettler(b.db, quiet, session.SettlerConfig{})
	t.Cleanup(settler.Stop)
	catalogue, err := games.NewCatalogue(append(builtin.Games(), gamestest.Game())...)
	must(t, err)
	b.floor, err = session.NewFloor(t.Context(), b.db, vault, catalogue, settler, time.Now, quiet)
	must(t, err)
	b.players = session.NewPlayers(b.db, vault, time.Now)
	b.ledger = &wallet.Ledger{DB: b.db, Now: b.clock.now}
	b.operator, _, err = session.NewOperators(b.db, vault, time.Now).Create(t.Context(), "Test Casino", session.Sandbox, nil)
	must(t, err)
	config := CourierConfig{}
	for _, c := range change {
		c(&config)
	}
	b.Courier = NewCourier(&Hooks{DB: b.db, Vault: vault, Now: b.clock.now, Open: true}, slog.New(slog.NewTextHandler(b.logs, nil)), config)
	return b
}

// deliver runs the courier until nothing is due by the clock as it is.
func (b *bundle) deliver(t testing.TB) {
	t.Helper()
	for run, rounds := uuid.New(), 0; ; rounds++ {
		if rounds == 1000 {
			t.Fatal("delivery does not come to an end")
		}
		due, err := b.due(t.Context(), run)
		must(t, err)
		if len(due) == 0 {
			return
		}
		for _, endpoint := range due {
			must(t, b.serve(t.Context(), run, endpoint, time.Now().Add(time.Minute)))
		}
	}
}

// deliverFor goes on while the clock moves, to each moment at which something becomes due, for so long.
func (b *bundle) deliverFor(t testing.TB, d time.Duration) {
	t.Helper()
	for end := b.clock.now().Add(d); ; {
		b.deliver(t)
		const sql = `SELECT min(greatest(due, rests)) FROM (
			SELECT l.next_at AS due, coalesce(e.rests_until, '-infinity') AS rests FROM webhook_letters l JOIN webhook_endpoints e ON e.id = l.endpoint_id
			WHERE enabled AND dead_at IS NULL
			UNION ALL SELECT rests_until, rests_until FROM webhook_endpoints e WHERE enabled AND EXISTS (SELECT FROM webhook_moves m WHERE m.endpoint_id = e.id)) x`
		var next *time.Time
		must(t, b.db.QueryRow(t.Context(), sql).Scan(&next))
		if next == nil || next.After(end) {
			b.clock.at.Store(end.UnixMicro())
			return
		}
		b.clock.at.Store(max(next.UnixMicro(), b.clock.at.Load()))
	}
}

func (b *bundle) count(t testing.TB, sql string, args ...any) (n int) {
	t.Helper()
	must(t, b.db.QueryRow(t.Context(), sql, args...).Scan(&n))
	return n
}

// player is somebody who plays.
type player struct {
	session.Player
	session uuid.UUID
	b       *bundle
	n       int
}

func (b *bundle) player(t testing.TB, balance string) *player {
	t.Helper()
	made, err := b.players.Ensure(t.Context(), b.operator, session.PlayerSpec{ExternalID: uuid.NewString(), Currency: "USD"})
	must(t, err)
	// That the player was made is told too; what these tests count is what happens to it.
	_, err = b.db.Exec(t.Context(), `DELETE FROM webhook_letters WHERE player_id = $1`, made.ID)
	must(t, err)
	p := &player{Player: made, session: uuid.Must(uuid.NewV7()), b: b}
	_, err = b.db.Exec(t.Context(), `INSERT INTO sessions (id, player_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
		p.session, p.ID, time.Now(), time.Now().Add(time.Hour))
	must(t, err)
	p.deposit(t, balance)
	return p
}

func (p *player) deposit(t testing.TB, amount string) {
	t.Helper()
	a, err := money.Parse(p.Currency, money.Number(amount))
	must(t, err)
	_, err = p.b.ledger.Deposit(t.Context(), wallet.Order{Operator: p.OperatorID, Player: p.ID, Amount: a, TransactionID: uuid.NewString()})
	must(t, err)
}

// act plays one action of a game, or cashes out if the payload has none. It returns false when the rules refuse it.
func (p *player) act(t testing.TB, game, payload string) (round uuid.UUID, ok bool) {
	t.Helper()
	v, err := p.b.floor.Sit(t.Context(), session.Guest{Player: p.ID, Session: p.session, Game: game, Notify: func(session.Event) {}})
	must(t, err)
	defer v.Leave()
	var named struct{ Action string }
	must(t, json.Unmarshal([]byte(payload), &named))
	p.n++
	do := v.Act
	if named.Action == "" {
		do = v.CashOut
	}
	answer, err := do(t.Context(), session.Request{ID: uuid.NewString(), Payload: json.RawMessage(payload), Action: named.Action})
	if err != nil {
		return round, false
	}
	var told struct{ RoundID uuid.UUID }
	must(t, json.Unmarshal(answer, &told))
	return told.RoundID, true
}

const spinOnce = `{"action":"spin","betPerLine":0.05,"activePaylines":20}` // stakes 1.00

func (p *player) spin(t testing.TB) uuid.UUID {
	t.Helper()
	round, ok := p.act(t, "slots", spinOnce)
	if !ok {
		t.Fatal("a spin was refused")
	}
	return round
}

// told is an event as a receiver got it.
type told struct {
	id   string
	Type wallet.EventType `json:"type"`
	Data struct {
		PlayerID uuid.UUID
		RoundID  uuid.UUID
		Step     int
		Amount   json.Number
		Balance  json.Number
		Kind     string
	} `json:"data"`
	body string
}

// receiver is an operator's server, which checks every signature by the Standard Webhooks library.
type receiver struct {
	*httptest.Server
	t        testing.TB
	endpoint Endpoint

	mu      sync.Mutex
	secrets []*standardwebhooks.Webhook // all of which must verify
	answer  func(told) int              // nil: 204
	tried   []told
	taken   []told // that were answered with success
}

// hear makes an endpoint with a receiver.
func (b *bundle) hear(t testing.TB, spec Spec, events ...wallet.EventType) *receiver {
	t.Helper()
	r := &receiver{t: t}
	r.Server = httptest.NewServer(r)
	t.Cleanup(r.Close)
	spec.URL, spec.Events = r.URL, events
	e, secret, err := b.Create(t.Context(), b.operator.ID, spec)
	must(t, err)
	r.endpoint = e
	r.know(secret)
	return r
}

func (r *receiver) know(secrets ...string) {
	r.t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.secrets = nil
	for _, s := range secrets {
		key, err := ParseSecret(s)
		must(r.t, err)
		r.secrets = append(r.secrets, key)
	}
}

func (r *receiver) answers(how func(told) int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.answer = how
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	body, err := io.ReadAll(q.Body)
	if err != nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, secret := range r.secrets {
		if err := secret.VerifyIgnoringTimestamp(body, q.Header); err != nil { // the clock is moved by hand
			r.t.Errorf("signature: %v", err)
		}
	}
	e := told{id: q.Header.Get("webhook-id"), body: string(body)}
	if err := json.Unmarshal(body, &e); err != nil || e.id == "" {
		r.t.Errorf("%s: %v", body, err)
	}
	r.tried = append(r.tried, e)
	status := http.StatusNoContent
	if r.answer != nil {
		status = r.answer(e)
	}
	if status < 300 {
		r.taken = append(r.taken, e)
	}
	w.WriteHeader(status)
}

func (r *receiver) got() []told {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.taken)
}

func (r *receiver) attempts() []told {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.tried)
}

// ids are those that were taken, each once, sorted.
func (r *receiver) ids() []string {
	var list []string
	for _, e := range r.got() {
		list = append(list, e.id)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// once says that nothing was taken twice.
func (r *receiver) once(t testing.TB) {
	t.Helper()
	if n := len(r.got()); n != len(r.ids()) {
		t.Errorf("%d events came in %d requests", len(r.ids()), n)
	}
}
