package main

import (
	"bufio"
	"context"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"croupier/sandbox"
	"croupier/sandbox/pgtest"
)

// startProgram starts a sandbox as a user does, in a process of its own, with the commitment log on.
func startProgram(t *testing.T) sandbox.Info {
	t.Helper()
	ctx, end := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, os.Args[0], "sandbox", "--json", "--listen", "127.0.0.1:0", "--data-dir", t.TempDir(),
		"--database-url", pgtest.New(t), "--commitment-log")
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 20 * time.Second
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadBytes('\n')
	t.Cleanup(func() {
		end()
		_ = cmd.Wait() // it was interrupted
	})
	var info sandbox.Info
	if err != nil || json.Unmarshal(line, &info) != nil {
		end()
		_ = cmd.Wait()
		t.Fatalf("the sandbox printed %q (%v) and said %s", line, err, said.String())
	}
	return info
}

// serverMessage is what the server says to a player.
type serverMessage struct {
	Type    string
	Payload struct {
		RoundID, Status, ServerSeedHash string
		Revealed                        struct{ ServerSeedHash string }
	}
}

// played sends messages by croupier ws and returns the answers, as they were printed and read.
func played(t *testing.T, info sandbox.Info, game string, messages ...string) (lines []string, read []serverMessage) {
	t.Helper()
	out := program{}.fed(t, strings.Join(messages, "\n")+"\n", "ws", "--sign-in", "paula", "--server", info.BaseURL, "--game", game)
	for line := range strings.Lines(out) {
		var m serverMessage
		if err := json.Unmarshal([]byte(line), &m); err != nil || m.Type == "error" {
			t.Fatalf("the server said %s (%v)", line, err)
		}
		lines, read = append(lines, line), append(read, m)
	}
	return lines, read
}

// What a player can prove who kept what the server said: that a round is in the log as the record has it, that the server signed it, and
// that an altered record is neither. The commands run as a user runs them, and the house is a process that they reach over
// the network alone.
func TestAPlayerProvesARound(t *testing.T) {
	t.Parallel()
	info := startProgram(t)
	lines, read := played(t, info, "guess",
		`{"type":"seed_get","payload":{},"requestId":"1"}`,
		`{"type":"action","payload":{"action":"bet","amount":1.00},"requestId":"2"}`,
		`{"type":"action","payload":{"action":"guess","position":0,"character":"A"},"requestId":"3"}`,
		`{"type":"cashout","payload":{},"requestId":"4"}`,
		`{"type":"seed_rotate","payload":{"clientSeed":"mine"},"requestId":"5"}`)
	if len(read) != 5 || read[3].Payload.Status != "cashed_out" || read[4].Payload.Revealed.ServerSeedHash != read[0].Payload.ServerSeedHash {
		t.Fatalf("the server said %s", lines)
	}
	p := proofFiles{dir: t.TempDir(), roundID: read[3].Payload.RoundID}
	p.key = strings.TrimSpace(program{"CROUPIER_DATABASE_URL=" + info.DatabaseURL}.ok(t, "log", "key"))
	text := recordOf(t, info, p.roundID)
	p.record = p.write(t, "round.json", text)
	p.altered = p.write(t, "altered.json", strings.Replace(text, `"character":"A"`, `"character":"B"`, 1))
	for _, line := range lines[1:4] {
		p.messages = append(p.messages, p.write(t, fmt.Sprintf("message-%d.json", len(p.messages)), line))
	}
	for _, hash := range []string{read[0].Payload.ServerSeedHash, read[4].Payload.ServerSeedHash} {
		soon(t, "log", "verify", info.BaseURL, "--commitment", hash, "--key", p.key)
	}
	p.inTheLog(t, info)
	p.signed(t, info)
	if out := (program{}).ok(t, "verify", p.record); !strings.Contains(out, "checks passed") {
		t.Errorf("recomputed: %s", out)
	}
}

// proofFiles are what a player kept of a round.
type proofFiles struct {
	dir, roundID, key string
	record, altered   string   // files: the record, and a lie about its second step
	messages          []string // files: the messages that the steps' results came in
}

// write writes a file and returns its path.
func (p proofFiles) write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(p.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// inTheLog proves the round to be in the log, under the hash that its last receipt signs, and the altered record not to be.
func (p proofFiles) inTheLog(t *testing.T, info sandbox.Info) {
	t.Helper()
	proven := soon(t, "log", "verify", info.BaseURL, "--record", p.record, "--key", p.key)
	leaf := "croupier-log-v1 round " + recordHashOf(t, p.messages[2])
	if !strings.HasPrefix(proven, leaf+"\n") || !strings.Contains(proven, "which its key has signed") {
		t.Errorf("it proves %s, want %s", proven, leaf)
	}
	_, said, status := program{}.run(t, "log", "verify", info.BaseURL, "--record", p.altered, "--key", p.key)
	if status != 1 || !strings.Contains(said, "what is in the log is not what you have") || !strings.Contains(said, "logged: "+leaf) {
		t.Errorf("of an altered record: exit status %d: %s", status, said)
	}
	program{}.ok(t, "log", "watch", info.BaseURL, "--once", "--key", p.key, "--state", filepath.Join(p.dir, "witness.json"))
}

// signed holds the record against its own receipt and against those that came with the results: each is of the round up to its step.
func (p proofFiles) signed(t *testing.T, info sandbox.Info) {
	t.Helper()
	for step, receipt := range append(slices.Clone(p.messages), p.record) {
		upTo := fmt.Sprintf("The server signed round %s up to step %d", p.roundID, min(step, 2))
		args := []string{"receipt", "verify", p.record, "--server", info.BaseURL, "--receipt", receipt}
		if out := (program{}).ok(t, args...); !strings.Contains(out, upTo) {
			t.Errorf("%s: %s", filepath.Base(receipt), out)
		}
		args[2] = p.altered
		out, said, status := program{}.run(t, args...)
		switch {
		case step == 0: // the lie begins after it
			if status != 0 || !strings.Contains(out, upTo) {
				t.Errorf("%s, before the lie: exit status %d: %s%s", filepath.Base(receipt), status, out, said)
			}
		case status != 1 || out != "" || !strings.Contains(said, "not the one that was signed"):
			t.Errorf("%s, of an altered record: exit status %d: %s%s", filepath.Base(receipt), status, out, said)
		}
	}
	if out := (program{}).ok(t, "receipt", "verify", p.record, "--server", info.BaseURL); !strings.Contains(out, "up to step 2") {
		t.Errorf("the record's own receipt: %s", out)
	}
}

// recordOf fetches a round's record in the name of the player.
func recordOf(t *testing.T, info sandbox.Info, id string) string {
	t.Helper()
	house := newClient(info.BaseURL, "", "")
	token, err := house.signIn(t.Context(), "paula")
	if err != nil {
		t.Fatal(err)
	}
	text, err := house.get(t.Context(), "/api/v1/rounds/"+id, token)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// soon runs a command that succeeds once the log has what is asked for, and returns what it then prints.
func soon(t *testing.T, args ...string) string {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); ; {
		out, said, status := program{}.run(t, args...)
		if status == 0 {
			return out
		}
		if time.Now().After(deadline) || !strings.Contains(said, "Not in the log") {
			t.Fatalf("%s: exit status %d: %s", strings.Join(args, " "), status, said)
		}
	}
}

// recordHashOf is the hash that the receipt of a message signs, as the log writes it.
func recordHashOf(t *testing.T, message string) string {
	t.Helper()
	receipt, err := readReceipt(message)
	if err != nil {
		t.Fatal(err)
	}
	return hex.EncodeToString(receipt.RecordHash[:])
}
