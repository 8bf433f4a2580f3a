package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"croupier/games"
)

// receiptFiles are a signed record in a file, its receipt in another, and the key.
type receiptFiles struct {
	record, enveloped, receipt string
	public                     string // base64url
	text                       string // of the record
}

func writeReceiptFiles(t *testing.T) receiptFiles {
	t.Helper()
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{5}, ed25519.SeedSize))
	public := key.Public().(ed25519.PublicKey)
	at := time.Date(2026, 11, 21, 17, 20, 11, 493807000, time.UTC)
	record := games.Record{RoundID: "01a1fc31-f6e5-7670-89ba-d598008a7573", GameID: "dice", Variant: "RTP_96", RulesHash: strings.Repeat("a", 64),
		Status: games.Completed, Stake: "1.00", Payout: "0.00", Currency: "USD", ServerSeedHash: strings.Repeat("b", 64), ClientSeed: "mine",
		Actions: []games.RecordedAction{{RequestID: "r", Type: games.TypeAction, Payload: json.RawMessage(`{"action":"roll"}`),
			Outcome: json.RawMessage(`{"roll":99.00}`), Stake: "1.00", Payout: "0.00", Balance: "9.00", At: at}}}
	hash, err := record.HashTo(0)
	if err != nil {
		t.Fatal(err)
	}
	receipt := games.SignGroup(key, games.ReceiptKeyID(public), []games.Hash{{1}, hash, {2}}).Receipt(1, 0, at)
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	message := write("message.json", `{"type":"action_result","payload":{},"receipt":`+string(receipt.AppendJSON(nil))+`}`)
	record.Receipt = &receipt
	text, err := json.MarshalIndent(record, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return receiptFiles{record: write("record.json", string(text)), enveloped: write("answer.json", `{"success":true,"data":`+string(text)+`}`),
		receipt: message, public: base64.RawURLEncoding.EncodeToString(public), text: string(text)}
}

func TestReceiptVerify(t *testing.T) {
	t.Parallel()
	f := writeReceiptFiles(t)
	keys := fmt.Sprintf(`{"keys":[{"kid":"0000000000000000","x":"AA"},{"kty":"OKP","kid":%q,"x":%q}]}`, keyIDOf(t, f.public), f.public)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/.well-known/receipt-keys.json" {
			http.NotFound(w, r)
			return
		}
		_, _ = w.Write([]byte(keys))
	}))
	defer server.Close()
	for name, c := range map[string]receiptVerifyCmd{
		"a record by itself":     {Record: f.record, Key: f.public},
		"an answer of the API":   {Record: f.enveloped, Key: f.public},
		"the API's own":          {Record: f.record, Receipt: f.enveloped, Key: f.public},
		"the receipt apart":      {Record: f.record, Receipt: f.receipt, Key: f.public + "="},
		"the server's keys":      {Record: f.record, Server: server.URL + "/"},
		"from standard input":    {Record: "-", Key: f.public},
		"for another program":    {Record: f.record, Key: f.public, JSON: true},
		"and the server's, JSON": {Record: f.record, Server: server.URL, JSON: true},
	} {
		var out bytes.Buffer
		if err := c.run(t.Context(), strings.NewReader(f.text), &out); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if want := map[bool]string{false: "up to step 0, played 2026-11-21T17:20:11.493807Z", true: `{"ok":true,"roundId":"01a1fc31`}[c.JSON]; !strings.Contains(out.String(), want) {
			t.Errorf("%s: printed %q", name, out.String())
		}
	}
}

func keyIDOf(t *testing.T, public string) string {
	t.Helper()
	key, err := parsePublicKey(public)
	if err != nil {
		t.Fatal(err)
	}
	return games.ReceiptKeyID(key)
}

func TestReceiptVerifyFindsForgeries(t *testing.T) {
	t.Parallel()
	f := writeReceiptFiles(t)
	forged := strings.ReplaceAll(f.text, `99.00`, `1.00`)
	for _, asJSON := range []bool{false, true} {
		var out bytes.Buffer
		c := receiptVerifyCmd{Record: "-", Key: f.public, JSON: asJSON}
		if err := c.run(t.Context(), strings.NewReader(forged), &out); !errors.Is(err, games.ErrReceipt) {
			t.Errorf("a forged outcome: %v", err)
		}
		if asJSON && !strings.Contains(out.String(), `"ok":false`) || !asJSON && out.Len() > 0 {
			t.Errorf("printed %q", out.String())
		}
	}
	other := base64.RawURLEncoding.EncodeToString(ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)).Public().(ed25519.PublicKey))
	nobody := httptest.NewServer(http.NotFoundHandler())
	defer nobody.Close()
	stranger := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"keys":[]}`)) }))
	defer stranger.Close()
	for want, c := range map[string]receiptVerifyCmd{
		"give either --key":          {Record: f.record},
		"give either --key, which":   {Record: f.record, Key: f.public, Server: nobody.URL},
		"43 characters":              {Record: f.record, Key: "short"},
		"it was signed by key":       {Record: f.record, Key: other},
		"404 Not Found, and no keys": {Record: f.record, Server: nobody.URL},
		"there is no key":            {Record: f.record, Server: stranger.URL},
		"no such file":               {Record: f.record + "x", Key: f.public},
		"not a receipt":              {Record: f.record, Key: "AAAA"},
		"no receipt in it":           {Record: f.record, Key: "AAAA"},
	} {
		if text, ok := map[string]string{"not a receipt": `[]`, "no receipt in it": `{"roundId":"r"}`}[want]; ok {
			bad := filepath.Join(t.TempDir(), "bad.json")
			if err := os.WriteFile(bad, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			c.Receipt = bad
		}
		if err := c.run(t.Context(), strings.NewReader(""), &bytes.Buffer{}); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want an error with %q, got %v", want, err)
		}
	}
}
