package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gorilla/websocket"
)

// serveTalk starts a WebSocket server that handles one connection as the test wants, and connects to it.
func serveTalk(t *testing.T, handle func(*websocket.Conn)) *websocket.Conn {
	t.Helper()
	upgrader := websocket.Upgrader{Subprotocols: []string{"croupier.v1"}}
	handled := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(handled)
		if got := websocket.Subprotocols(r); len(got) != 2 || got[1] != "bearer.jwt" || r.URL.Query().Get("gameId") != "slots" {
			t.Errorf("connected with %v, %s", got, r.URL)
		}
		conn, err := upgrader.Upgrade(w, r, nil)
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		handle(conn)
	}))
	t.Cleanup(server.Close)
	conn, err := dial(t.Context(), socketURL(server.URL), "slots", "jwt", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn.Close()
		<-handled
	})
	return conn
}

// echoErrors answers every message with its own text as an error, after a push that nobody asked for.
func echoErrors(conn *websocket.Conn) {
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			return
		}
		id := ""
		if i := bytes.Index(text, []byte(`"requestId"`)); i >= 0 {
			id = "," + string(bytes.TrimSuffix(text[i:], []byte("}")))
		}
		for _, answer := range []string{`{"type":"balance_update","payload":{},"timestamp":1}`, `{"type":"error","payload":{}` + id + `,"timestamp":1}`} {
			if conn.WriteMessage(websocket.TextMessage, []byte(answer)) != nil {
				return
			}
		}
	}
}

func TestTalkWaitsForEveryAnswer(t *testing.T) {
	t.Parallel()
	conn := serveTalk(t, echoErrors)
	var out, remarks bytes.Buffer
	input := `{"type":"ping","payload":{},"requestId":"a"}` + "\n\nnot JSON\n" + `{"type":"ping","payload":{},"requestId":"b"}`
	if err := talk(t.Context(), conn, talkOptions{input: strings.NewReader(input), output: &out, remarks: &remarks, timeout: time.Minute}); err != nil {
		t.Fatal(err, remarks.String())
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 6 || !strings.Contains(lines[1], `"requestId":"a"`) || !strings.Contains(lines[5], `"requestId":"b"`) {
		t.Errorf("printed %q", lines)
	}
	if remarks.String() != "" { // it ended as it was asked to
		t.Errorf("remarked %q", remarks.String())
	}
}

func TestTalkTellsWhyItWasClosed(t *testing.T) {
	t.Parallel()
	never, open := io.Pipe()
	defer open.Close()
	for name, input := range map[string]io.Reader{"waiting for input": never, "sending": strings.NewReader(strings.Repeat("message\n", 100))} {
		conn := serveTalk(t, func(conn *websocket.Conn) {
			_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"error","payload":{"code":"30101"}}`))
			_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(4401, "session expired"))
			for err := error(nil); err == nil; { // what came before the close reached the client
				_, _, err = conn.ReadMessage()
			}
		})
		var out, remarks bytes.Buffer
		err := talk(t.Context(), conn, talkOptions{input: input, output: &out, remarks: &remarks, timeout: time.Minute})
		if !errors.Is(err, errDismissed) || remarks.String() != "closed: 4401 session expired\n" || !strings.Contains(out.String(), "30101") {
			t.Errorf("%s: got %v, remarked %q, printed %q", name, err, remarks.String(), out.String())
		}
	}
}

// A refused connection is a failure even if nothing waits for an answer; one that ends with the server, or breaks, is not.
func TestTalkFailsWhenRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, input string
		code        int // that the server closes with; 0 cuts
		want        error
	}{
		{"unknown game", "", 4404, errDismissed},
		{"not authenticated", "", 4401, errDismissed},
		{"nobody is served now", "", websocket.CloseTryAgainLater, errDismissed},
		{"the refusal is taken for the answer to a message without a request id", "not JSON\n", 4404, errDismissed},
		{"going away", "", websocket.CloseGoingAway, nil},
		{"an empty close", "", websocket.CloseNoStatusReceived, nil},
		{"cut", "", 0, nil},
	} {
		conn := serveTalk(t, func(conn *websocket.Conn) {
			conn.SetCloseHandler(func(int, string) error { return nil }) // the refusal answers it
			if c.input != "" || c.want == nil {                          // a message, or the client's close: then it has nothing more to say
				_, _, _ = conn.ReadMessage()
			}
			_ = conn.WriteMessage(websocket.TextMessage, []byte(`{"type":"error","payload":{"code":"30021"}}`))
			if c.code == 0 {
				return
			}
			_ = conn.WriteMessage(websocket.CloseMessage, websocket.FormatCloseMessage(c.code, "the reason"))
			for err := error(nil); err == nil; { // what came before the close reached the client
				_, _, err = conn.ReadMessage()
			}
		})
		var out, remarks bytes.Buffer
		err := talk(t.Context(), conn, talkOptions{input: strings.NewReader(c.input), output: &out, remarks: &remarks, timeout: time.Minute})
		if !errors.Is(err, c.want) || !strings.Contains(out.String(), "30021") {
			t.Errorf("%s: got %v, printed %q", c.name, err, out.String())
		}
		if want := fmt.Sprintf("closed: %d the reason\n", c.code); c.want != nil && remarks.String() != want {
			t.Errorf("%s: remarked %q, want %q", c.name, remarks.String(), want)
		}
	}
}

func TestTalkDoesNotWaitForEver(t *testing.T) {
	t.Parallel()
	conn := serveTalk(t, func(conn *websocket.Conn) {
		for {
			if _, _, err := conn.ReadMessage(); err != nil {
				return
			}
		}
	})
	input := strings.NewReader(`{"type":"ping","payload":{},"requestId":"a"}`)
	err := talk(t.Context(), conn, talkOptions{input: input, output: io.Discard, remarks: io.Discard, timeout: time.Millisecond})
	if !errors.Is(err, errUnanswered) {
		t.Errorf("got %v", err)
	}
}

func TestTalkCutsTheConnection(t *testing.T) {
	t.Parallel()
	got := make(chan string, 2)
	conn := serveTalk(t, func(conn *websocket.Conn) {
		for {
			_, text, err := conn.ReadMessage()
			if err != nil {
				got <- fmt.Sprint(websocket.IsCloseError(err, websocket.CloseAbnormalClosure))
				return
			}
			got <- string(text)
		}
	})
	err := talk(context.Background(), conn, talkOptions{input: strings.NewReader("first\nsecond\n"), output: io.Discard, remarks: io.Discard, exitOnSend: true})
	if first, cut := <-got, <-got; err != nil || first != "first" || cut != "true" {
		t.Errorf("got %v; the server got %q, then a cut: %s", err, first, cut)
	}
}

func TestRequestIDOf(t *testing.T) {
	t.Parallel()
	for message, want := range map[string]string{
		`{"type":"ping","payload":{"requestId":"inner"},"requestId":"a"}`: "a",
		`{"type":"ping","payload":{"requestId":"inner"}}`:                 "",
		`{"requestId":7}`: "",
		`{"requestId":"` + strings.Repeat("x", 65) + `"}`: "",
		`{"requestId":"a"`: "",
	} {
		if got := requestIDOf([]byte(message)); got != want {
			t.Errorf("%s: got %q, want %q", message, got, want)
		}
	}
}
