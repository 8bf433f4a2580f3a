package webtest

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"testing"
	"time"

	"croupier/wallet"
)

// account is what the database says of the test player of a name.
type account struct {
	balance   string // in dollars
	rounds    int
	transfers int
	actions   int // requests that took effect, rotations too
}

func (h *house) account(t *testing.T, name string) (a account) {
	t.Helper()
	const sql = `SELECT to_char(s.balance, 'FM999,999,990.00'),
			(SELECT count(*) FROM rounds r WHERE r.player_id = p.id),
			(SELECT count(*) FROM transfers f WHERE f.player_id = p.id),
			(SELECT count(*) FROM actions a WHERE a.player_id = p.id)
		FROM players p JOIN seats s ON s.player_id = p.id WHERE p.external_id = $1`
	if err := h.db.QueryRow(t.Context(), sql, "web-"+name).Scan(&a.balance, &a.rounds, &a.transfers, &a.actions); err != nil {
		t.Fatal(err)
	}
	return a
}

// checkLedger proves the books while everybody plays.
func (h *house) checkLedger(t *testing.T) {
	t.Helper()
	proof, err := wallet.Check(t.Context(), h.db, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, finding := range proof.Findings {
		t.Errorf("ledger: %+v", finding)
	}
}

// call makes an operator's call that must succeed.
func (h *house) call(t *testing.T, path, body string) {
	t.Helper()
	info := h.sandbox.Info()
	path = "/api/v1" + path
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, info.BaseURL+path, bytes.NewBufferString(body))
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	stamp := fmt.Sprintf("%d.%09d", now.Unix(), now.Nanosecond()) // no two calls have one signature
	mac := hmac.New(sha256.New, []byte(info.APISecret))
	fmt.Fprintf(mac, "%s.POST.%s.%s", stamp, path, body)
	r.Header.Set("Authorization", "Bearer "+info.APIKey)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Timestamp", stamp)
	r.Header.Set("X-Signature", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode/100 != 2 {
		var text bytes.Buffer
		_, _ = text.ReadFrom(response.Body)
		t.Fatalf("%s: %s %s", path, response.Status, &text)
	}
}

// force makes the player's next round of slots stop where asked.
func (h *house) force(t *testing.T, name, positions string) {
	t.Helper()
	h.forceGame(t, name, "slots", `{"reelPositions":`+positions+`}`)
}

// forceGame makes the player's next round of a game come out as asked.
func (h *house) forceGame(t *testing.T, name, game, outcome string) {
	t.Helper()
	h.call(t, "/test/force-outcome", fmt.Sprintf(`{"playerId":%q,"gameId":%q,"outcome":%s}`, "web-"+name, game, outcome))
}
