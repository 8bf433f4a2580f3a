package api

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"croupier/games"
)

// resultMessage is a result as a client that knows receipts reads it.
type resultMessage struct {
	Type      string                   `json:"type"`
	Payload   struct{ RoundID string } `json:"payload"`
	RequestID string                   `json:"requestId"`
	Receipt   *games.Receipt           `json:"receipt"`
}

// askForAll sends a message and returns the whole text of its answer.
func (c *client) askForAll(kind, payload, id string) (text string, m resultMessage) {
	c.t.Helper()
	c.send(`{"type":"` + kind + `","payload":` + payload + `,"requestId":"` + id + `"}`)
	for m.RequestID != id {
		_, b, err := c.conn.ReadMessage()
		must(c.t, err)
		m = resultMessage{}
		must(c.t, json.Unmarshal(b, &m))
		text = string(b)
	}
	return text, m
}

// receiptKeys are the keys that the server publishes.
func (s *testServer) receiptKeys(t testing.TB) map[string]ed25519.PublicKey {
	t.Helper()
	var set struct {
		Keys []struct{ Kty, Crv, Kid, X string }
	}
	must(t, json.Unmarshal([]byte(s.get(t, "/.well-known/receipt-keys.json").text), &set))
	keys := map[string]ed25519.PublicKey{}
	for _, k := range set.Keys {
		key, err := base64.RawURLEncoding.DecodeString(k.X)
		must(t, err)
		if k.Kty != "OKP" || k.Crv != "Ed25519" || games.ReceiptKeyID(key) != k.Kid {
			t.Errorf("key %+v", k)
		}
		keys[k.Kid] = key
	}
	return keys
}

func TestResultsCarryReceiptsBesideTheirPayload(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	p := s.operator(t).player(t, "USD", "100.00")
	c := p.connect(t, "smash")
	var last resultMessage
	for _, step := range []struct{ kind, payload, id string }{
		{"action", `{"action":"bet","amount":1.00}`, "bet"}, {"action", `{"action":"hit"}`, "hit"},
	} {
		text, first := c.askForAll(step.kind, step.payload, step.id)
		again, retry := c.askForAll(step.kind, step.payload, step.id)
		if payloadOf(t, text) != payloadOf(t, again) {
			t.Errorf("payload %s, and the retry's %s", text, again)
		}
		record, err := games.ParseRecord(p.get(t, "/rounds/"+first.Payload.RoundID).Data)
		must(t, err)
		keys := s.receiptKeys(t)
		for what, r := range map[string]*games.Receipt{"result": first.Receipt, "retry": retry.Receipt, "record": record.Receipt} {
			if r == nil {
				t.Fatalf("%s of %s: no receipt", what, step.id)
			}
			if err := games.VerifyReceipt(keys[r.KeyID], *r, record); err != nil {
				t.Errorf("%s of %s: %v", what, step.id, err)
			}
		}
		last = first
	}
	for kind, payload := range map[string]string{"ping": `{}`, "seed_get": `{}`, "balance_get": `{}`, "action": `{"action":"fly"}`} {
		if text, m := c.askForAll(kind, payload, kind); m.Receipt != nil || strings.Contains(text, "receipt") {
			t.Errorf("%s is answered with a receipt: %s", kind, text)
		}
	}
	list := string(p.get(t, "/rounds?gameId=smash").Data)
	if !strings.Contains(list, last.Payload.RoundID) || strings.Contains(list, `"receipt"`) {
		t.Errorf("the list: %s", list)
	}
}

// payloadOf is the payload of a message, byte for byte.
func payloadOf(t testing.TB, text string) string {
	t.Helper()
	var m struct {
		Payload json.RawMessage `json:"payload"`
	}
	must(t, json.Unmarshal([]byte(text), &m))
	return string(m.Payload)
}
