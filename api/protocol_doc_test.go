package api

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/gorilla/websocket"
)

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	return string(text)
}

// allOf returns the first group of every match, of which there must be at least some.
func allOf(t *testing.T, text, pattern string, some int) (found []string) {
	t.Helper()
	for _, m := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		found = append(found, m[1])
	}
	if len(found) < some {
		t.Fatalf("%d matches of %s, want at least %d: the source is written otherwise now", len(found), pattern, some)
	}
	return found
}

func TestTheProtocolPageNamesEverything(t *testing.T) {
	t.Parallel()
	page := readText(t, "../docs/protocol.md")
	for _, code := range allOf(t, readText(t, "../session/errors.go"), `Code = "(\d{5})"`, 20) {
		if !strings.Contains(page, "| "+code+" |") {
			t.Errorf("error code %s is in no table", code)
		}
	}
	closes := allOf(t, readText(t, "socket.go"), `(?m)^\tclose\w+ += (\d{4})$`, 6)
	for _, code := range []int{websocket.CloseGoingAway, websocket.CloseUnsupportedData, websocket.CloseMessageTooBig, websocket.CloseTryAgainLater} {
		closes = append(closes, strconv.Itoa(code))
	}
	for _, code := range closes {
		if !strings.Contains(page, "\n| "+code+" |") {
			t.Errorf("close code %s is not in the table", code)
		}
	}
	for _, kind := range kinds {
		if !strings.Contains(page, "\n| `"+kind+"` |") || !strings.Contains(page, "### "+kind) && !strings.Contains(page, ", "+kind+" → ") {
			t.Errorf("message %s is not in the table, or has no part of its own", kind)
		}
	}
	said := readText(t, "socket_messages.go") + readText(t, "socket.go")
	for _, kind := range allOf(t, said, `(?:return|marshalled\(|push\(|append(?:Message|Result)\(nil,) ?"([a-z_]+)"`, 7) {
		if !strings.Contains(page, "`"+kind+"`") {
			t.Errorf("the server's message %s is not on the page", kind)
		}
	}
}

// The example is recomputed from the page's own seeds by the standard library alone.
func TestTheFairnessPageIsRight(t *testing.T) {
	t.Parallel()
	page := readText(t, "../docs/fairness.md")
	seed := allOf(t, page, `seed=([0-9a-f]{64})`, 1)[0]
	commitment := sha256.Sum256([]byte(seed))
	mac := hmac.New(sha512.New, []byte(seed))
	mac.Write([]byte(allOf(t, page, `printf %s '([^']+)'`, 1)[0]))
	stream := mac.Sum(nil)
	want := []string{hex.EncodeToString(commitment[:]), hex.EncodeToString(stream[:32])}
	positions := make([]string, 5)
	for reel := range positions {
		word := binary.BigEndian.Uint32(stream[4*reel:])
		positions[reel] = strconv.Itoa(int(word % 32))
		want = append(want, fmt.Sprintf("| %d | `%08x` | %d | %d |", reel+1, word, word, word%32))
	}
	for _, text := range append(want, "["+strings.Join(positions, ", ")+"]") {
		if !strings.Contains(page, text) {
			t.Errorf("the page has not: %s", text)
		}
	}
}
