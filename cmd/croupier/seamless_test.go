package main

import (
	"bufio"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"croupier/sandbox"
	"croupier/sandbox/certify"
)

// What docs/seamless-wallet.md tells people to type: a sandbox with a wallet in another process, certified, played on, killed with it.
func TestSeamlessSandbox(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "croupier-seamless-")
	if err == nil {
		err = os.Chmod(dir, 0o755) // Postgres runs as another user when we are root
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	ctx, end := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, os.Args[0], "sandbox", "--wallet=seamless", "--json", "--listen=127.0.0.1:0", "--data-dir="+dir)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 30 * time.Second
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		end()
		_ = cmd.Wait() // it was interrupted
	})
	var info sandbox.Info
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &info) != nil || info.WalletURL == "" {
		t.Fatalf("the sandbox printed %q, %v", line, err)
	}
	token, err := newClient(info.BaseURL, "", "").signIn(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	conn, err := dial(t.Context(), info.WebSocket, "slots", token, "")
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	kind, payload, err := spin(conn, "a")
	if err != nil || kind != "action_result" || !strings.Contains(string(payload), `"before":1000.00`) {
		t.Errorf("%v: %s %s", err, kind, payload)
	}
	text := program{}.ok(t, "certify", info.WalletURL, "--secret="+info.WalletSecret, "--player=tester", "--currency=USD")
	if !strings.Contains(text, "The wallet keeps the contract.") {
		t.Errorf("%s", text)
	}
	var report certify.Report
	_, said, status := program{}.run(t, "certify", info.WalletURL, "--secret=not the secret", "--player=tester", "--currency=USD", "--json")
	if status != 1 || !strings.Contains(said, "wrong_signature") {
		t.Errorf("exit status %d: %s", status, said)
	}
	text = program{}.ok(t, "certify", info.WalletURL, "--secret="+info.WalletSecret, "--player=other", "--currency=BTC", "--json")
	if err := json.Unmarshal([]byte(text), &report); err != nil || report.Passed == 0 || report.Failed != 0 {
		t.Errorf("%v: %s", err, text)
	}
	text = program{"CROUPIER_DATABASE_URL=" + info.DatabaseURL}.ok(t, "wallet", "list", "--operator="+info.OperatorID)
	if text != "Nothing is unresolved.\n" {
		t.Errorf("wallet list says %s", text)
	}
}
