package certify

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/sandbox/operatorwallet"
	"croupier/sandbox/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const secret = "ws_a secret of the tests"

// reference is the reference wallet, with a player who has 100.00.
func reference(t *testing.T) http.Handler {
	t.Helper()
	db := pgtest.Owner(t, pgtest.Empty(t))
	wallet, err := operatorwallet.Open(t.Context(), operatorwallet.Config{DB: db, Secret: secret, Welcome: "100.00"})
	if err != nil {
		t.Fatal(err)
	}
	return wallet
}

func run(t *testing.T, handler http.Handler) *Report {
	t.Helper()
	server := httptest.NewServer(handler)
	defer server.Close()
	report, err := Run(t.Context(), Config{URL: server.URL + "/", Secret: secret, Player: "tester", Currency: "USD"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func TestTheReferenceKeepsTheContract(t *testing.T) {
	t.Parallel()
	report := run(t, reference(t))
	var text bytes.Buffer
	if err := report.Print(&text); err != nil {
		t.Fatal(err)
	}
	if report.Passed != len(checks) || report.Failed != 0 || !strings.Contains(text.String(), "The wallet keeps the contract.") {
		t.Errorf("%s", text.String())
	}
}

// broken is a wallet that breaks the contract in one way: a layer before the reference that does not pass everything on as it came.
type broken struct {
	inner http.Handler
	mu    sync.Mutex
	seen  map[string]int // how often a call with a transaction id has come: "bet <id>"
	// twist changes a call, whose body is m and which has come so often before, or answers it.
	twist func(b *broken, call string, m map[string]any, before int) (answered *httptest.ResponseRecorder)
	all   bool // calls that are wrongly signed are passed on too, as if they were not
}

func (b *broken) ServeHTTP(out http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	call := strings.TrimPrefix(r.URL.Path, "/")
	m := map[string]any{}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	_ = decoder.Decode(&m)
	if !b.all && !signedBy(r, body, secret) || b.twist == nil && !b.all || r.Method == http.MethodGet {
		b.pass(out, r, body)
		return
	}
	id, _ := m["transactionId"].(string)
	b.mu.Lock()
	before := b.seen[call+" "+id]
	b.seen[call+" "+id]++
	b.mu.Unlock()
	if b.twist != nil {
		if answered := b.twist(b, call, m, before); answered != nil {
			out.Header().Set("Content-Type", "application/json")
			out.WriteHeader(answered.Code)
			_, _ = out.Write(answered.Body.Bytes())
			return
		}
		body, _ = json.Marshal(m)
	}
	got := b.do(r.URL.Path, body)
	out.Header().Set("Content-Type", "application/json")
	out.WriteHeader(got.Code)
	text := got.Body.String()
	if now, _ := m["transactionId"].(string); now != id {
		text = strings.Replace(text, now, id, 1)
	}
	_, _ = io.WriteString(out, text)
}

// pass passes a call on as it came.
func (b *broken) pass(out http.ResponseWriter, r *http.Request, body []byte) {
	r.Body = io.NopCloser(bytes.NewReader(body))
	b.inner.ServeHTTP(out, r)
}

// do makes a call that is signed well.
func (b *broken) do(path string, body []byte) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	timestamp := fmt.Sprint(time.Now().Unix())
	r.Header.Set("X-Timestamp", timestamp)
	r.Header.Set("X-Signature", "sha256="+hex.EncodeToString(mac(secret, timestamp, r.Method, path, body)))
	got := httptest.NewRecorder()
	b.inner.ServeHTTP(got, r)
	return got
}

func mac(secret, timestamp, method, path string, body []byte) []byte {
	m := hmac.New(sha256.New, []byte(secret))
	fmt.Fprintf(m, "%s.%s.%s.%s", timestamp, method, path, body)
	return m.Sum(nil)
}

func signedBy(r *http.Request, body []byte, secret string) bool {
	seconds, _, _ := strings.Cut(r.Header.Get("X-Timestamp"), ".")
	if unix, err := strconv.ParseInt(seconds, 10, 64); err != nil || time.Since(time.Unix(unix, 0)).Abs() > 5*time.Minute {
		return false
	}
	want := "sha256=" + hex.EncodeToString(mac(secret, r.Header.Get("X-Timestamp"), r.Method, r.URL.RequestURI(), body))
	return r.Header.Get("X-Signature") == want
}

// fresh is another transaction id in the place of a call's own.
func fresh(m map[string]any) { m["transactionId"] = uuid.NewString() }

// accepted answers as if the call had been carried out.
func (b *broken) accepted(m map[string]any) *httptest.ResponseRecorder {
	body, _ := json.Marshal(map[string]any{"playerId": m["playerId"], "currency": m["currency"]})
	got := b.do("/balance", body)
	text := strings.Replace(got.Body.String(), `"transactionId":""`, fmt.Sprintf(`"transactionId":%q`, m["transactionId"]), 1)
	told := httptest.NewRecorder()
	_, _ = told.WriteString(text)
	return told
}

// variants are wallets that break the contract. Each must fail the checks of that, may fail those that depend on which of two calls is first,
// and must pass all others.
var variants = map[string]struct {
	twist      func(b *broken, call string, m map[string]any, before int) *httptest.ResponseRecorder
	all        bool
	fails, may []string
}{
	"asks for no signature": {all: true, fails: []string{"signature", "altered body", "old signature"}},
	"takes a bet as often as it comes": {
		twist: func(_ *broken, call string, m map[string]any, before int) *httptest.ResponseRecorder {
			if call == "bet" && before > 0 {
				fresh(m)
			}
			return nil
		},
		fails: []string{"bet twice", "bet with another content", "bet after its rollback", "insufficient funds", "the same bet at once"},
		may:   []string{"bet and rollback at once", "the same win at once", "bets at once", "transactions", "connection cut"}, // nothing is left to bet
	},
	"pays a win as often as it comes": {
		twist: func(_ *broken, call string, m map[string]any, before int) *httptest.ResponseRecorder {
			if call == "win" && before > 0 {
				fresh(m)
			}
			return nil
		},
		fails: []string{"win", "the same win at once"},
	},
	"returns a bet as often as it is rolled back": {
		twist: func(b *broken, call string, m map[string]any, before int) *httptest.ResponseRecorder {
			if call == "rollback" && before > 0 {
				id := m["transactionId"]
				fresh(m)
				body, _ := json.Marshal(m)
				b.do("/win", body)
				m["transactionId"] = id
				return b.accepted(m)
			}
			return nil
		},
		fails: []string{"rollback", "rollback before its bet"},
	},
	"keeps no tombstones": {
		twist: func(b *broken, call string, m map[string]any, _ int) *httptest.ResponseRecorder {
			id, _ := m["transactionId"].(string)
			b.mu.Lock()
			known := b.seen["bet "+id] > 0
			b.mu.Unlock()
			if call == "rollback" && !known {
				return b.accepted(m)
			}
			return nil
		},
		fails: []string{"rollback before its bet"}, may: []string{"bet and rollback at once", "connection cut"},
	},
	"knows no rollback of a bet that never came": {
		twist: func(b *broken, call string, m map[string]any, _ int) *httptest.ResponseRecorder {
			id, _ := m["transactionId"].(string)
			b.mu.Lock()
			known := b.seen["bet "+id] > 0
			b.mu.Unlock()
			if call == "rollback" && !known {
				told := httptest.NewRecorder()
				told.WriteHeader(http.StatusNotFound)
				_, _ = told.WriteString(`{"error":{"code":"not_found"}}`)
				return told
			}
			return nil
		},
		fails: []string{"rollback before its bet"}, may: []string{"bet and rollback at once", "connection cut"},
	},
	"lets players owe": {
		twist: func(b *broken, call string, m map[string]any, _ int) *httptest.ResponseRecorder {
			if call != "bet" {
				return nil
			}
			body, _ := json.Marshal(m)
			if got := b.do("/bet", body); got.Code != http.StatusPaymentRequired {
				return got
			}
			return b.accepted(m)
		},
		fails: []string{"insufficient funds", "bets at once"},
	},
}

func TestBrokenWalletsFailWhatTheyBreak(t *testing.T) {
	t.Parallel()
	for name, v := range variants {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			report := run(t, &broken{inner: reference(t), seen: map[string]int{}, twist: v.twist, all: v.all})
			var text bytes.Buffer
			_ = report.Print(&text)
			for _, one := range report.Results {
				failed := one.Status == Failed
				if must := slices.Contains(v.fails, one.Name); failed != must && !slices.Contains(v.may, one.Name) {
					t.Errorf("%s: %s %q", one.Name, one.Status, one.Problems)
				}
			}
			if !strings.Contains(text.String(), "does not keep the contract") || !strings.Contains(text.String(), "expected") {
				t.Errorf("the report is not readable:\n%s", text.String())
			}
		})
	}
}
