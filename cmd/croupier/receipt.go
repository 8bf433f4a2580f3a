package main

import (
	"context"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"croupier/games"
)

// receiptCmd is about the receipts that players keep.
type receiptCmd struct {
	Verify receiptVerifyCmd `cmd:"" help:"Find out whether the server signed a round's record as it stands in a file."`
}

// receiptVerifyCmd holds a receipt against a record, offline where the key is given.
type receiptVerifyCmd struct {
	Record  string `arg:"" placeholder:"FILE" help:"The round's record, as GET /api/v1/rounds/{roundId} answers it; - is standard input."`
	Receipt string `placeholder:"FILE" help:"A receipt that was kept apart, or the message that it came in. Left out: the record's own."`
	Key     string `env:"CROUPIER_RECEIPT_KEY" placeholder:"KEY" help:"The server's public key: the x of its entry in /.well-known/receipt-keys.json, noted before."`
	Server  string `placeholder:"URL" help:"Ask this server for its public keys instead. One that cheats could tell you others than it told before."`
	JSON    bool   `name:"json" help:"Print JSON."`
}

// receiptReport is what is found out.
type receiptReport struct {
	OK      bool           `json:"ok"`
	RoundID string         `json:"roundId"`
	Why     string         `json:"why,omitempty"` // it is not
	Receipt *games.Receipt `json:"receipt"`
}

// Run implements the command. It exits with 1 unless the receipt proves the record.
func (c *receiptVerifyCmd) Run(ctx context.Context) error { return c.run(ctx, os.Stdin, os.Stdout) }

func (c *receiptVerifyCmd) run(ctx context.Context, in io.Reader, out io.Writer) error {
	if (c.Key == "") == (c.Server == "") {
		return errors.New("give either --key, which needs no network, or --server")
	}
	record, err := readRecord(c.Record, in)
	if err != nil {
		return err
	}
	if c.Receipt != "" {
		if record.Receipt, err = readReceipt(c.Receipt); err != nil {
			return err
		}
	}
	if record.Receipt == nil {
		return errors.New("the record has no receipt: name one with --receipt")
	}
	key, err := c.publicKey(ctx, record.Receipt.KeyID)
	if err != nil {
		return err
	}
	return printReceipt(out, record, games.VerifyReceipt(key, *record.Receipt, record), c.JSON)
}

func printReceipt(out io.Writer, record games.Record, wrong error, asJSON bool) error {
	report := receiptReport{OK: wrong == nil, RoundID: record.RoundID, Receipt: record.Receipt}
	if wrong != nil {
		report.Why = wrong.Error()
	}
	if asJSON {
		if err := json.NewEncoder(out).Encode(report); err != nil {
			return err
		}
		return wrong
	}
	if wrong == nil {
		r := record.Receipt
		_, wrong = fmt.Fprintf(out, "The server signed round %s up to step %d, played %s, as it stands in the record.\n"+
			"It was record %d of a group of %d; key %s.\n",
			record.RoundID, r.Step, r.At.UTC().Format(time.RFC3339Nano), r.Index+1, r.Size, r.KeyID)
	}
	return wrong
}

// readRecord reads a record, by itself or in the API's envelope.
func readRecord(path string, in io.Reader) (games.Record, error) {
	text, err := readAll(path, in)
	if err != nil {
		return games.Record{}, err
	}
	var envelope struct {
		Data json.RawMessage `json:"data"`
	}
	if err := json.Unmarshal(text, &envelope); err == nil && len(envelope.Data) > 0 {
		text = envelope.Data
	}
	record, err := games.ParseRecord(text)
	if err == nil && record.RoundID == "" {
		err = errors.New("no round's record")
	}
	if err != nil {
		return games.Record{}, fmt.Errorf("%s: %w", path, err)
	}
	return record, nil
}

// readReceipt reads a receipt, by itself, in the message that brought it, or in a record as the API answers it.
func readReceipt(path string) (*games.Receipt, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	for _, member := range []string{"data", "receipt"} {
		var outer map[string]json.RawMessage
		if json.Unmarshal(text, &outer) == nil && len(outer[member]) > 0 {
			text = outer[member]
		}
	}
	receipt := &games.Receipt{}
	if err := json.Unmarshal(text, receipt); err != nil {
		return nil, fmt.Errorf("%s: not a receipt: %w", path, err)
	}
	if receipt.KeyID == "" {
		return nil, fmt.Errorf("%s: there is no receipt in it", path)
	}
	return receipt, nil
}

func readAll(path string, in io.Reader) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(in)
	}
	return os.ReadFile(path)
}

// publicKey is the key that is given, or the server's of that id.
func (c *receiptVerifyCmd) publicKey(ctx context.Context, id string) (ed25519.PublicKey, error) {
	if c.Key != "" {
		key, err := parsePublicKey(c.Key)
		if err != nil {
			return nil, fmt.Errorf("--key: %w", err)
		}
		return key, nil
	}
	url := strings.TrimSuffix(c.Server, "/") + "/.well-known/receipt-keys.json"
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, fmt.Errorf("--server: %w", err)
	}
	response, err := (&http.Client{Timeout: 30 * time.Second}).Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	var set struct {
		Keys []struct{ Kid, X string }
	}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(&set); err != nil || response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s, and no keys", url, response.Status)
	}
	for _, k := range set.Keys {
		if k.Kid == id {
			return parsePublicKey(k.X)
		}
	}
	return nil, fmt.Errorf("%s: there is no key %s: the receipt is not this server's, or it disowns it", url, id)
}

func parsePublicKey(text string) (ed25519.PublicKey, error) {
	key, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil || len(key) != ed25519.PublicKeySize {
		return nil, errors.New("must be 32 bytes in base64url, 43 characters")
	}
	return key, nil
}
