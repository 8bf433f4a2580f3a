package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/gorilla/websocket"

	"croupier/session"
)

// wsCmd is a WebSocket client for people and scripts: one message per line in both directions.
type wsCmd struct {
	URL        string        `env:"CROUPIER_WS_URL" placeholder:"URL" help:"The WebSocket. Default: /ws of --server."`
	Server     string        `default:"http://127.0.0.1:8080" placeholder:"URL" help:"The server, for --sign-in and as the place of the WebSocket. Default: ${default}."`
	Token      string        `xor:"who" required:"" secret:"" placeholder:"JWT" help:"Play with this session token."`
	Ticket     string        `xor:"who" required:"" placeholder:"TICKET" help:"Play with this ticket of one use."`
	SignIn     string        `xor:"who" required:"" placeholder:"NAME" help:"Play as this test player of a sandbox."`
	Game       string        `default:"slots" placeholder:"ID" help:"The game. Default: ${default}."`
	Timeout    time.Duration `default:"10s" placeholder:"TIME" help:"How long answers may take once the input has ended. Default: ${default}."`
	ExitOnSend bool          `help:"Cut the connection right after the first message, without reading the answer: an accident, for trying what it does."`
}

// Run implements the command. It exits with 1 unless every message that was sent was answered, and if the server refuses or ends
// the connection.
func (c *wsCmd) Run(ctx context.Context) error {
	token, err := c.Token, error(nil)
	if c.SignIn != "" {
		if token, err = newClient(c.Server, "", "").signIn(ctx, c.SignIn); err != nil {
			return err
		}
	}
	endpoint := c.URL
	if endpoint == "" {
		endpoint = socketURL(c.Server)
	}
	conn, err := dial(ctx, endpoint, c.Game, token, c.Ticket)
	if err != nil {
		return err
	}
	defer conn.Close()
	return talk(ctx, conn, talkOptions{input: os.Stdin, output: os.Stdout, remarks: os.Stderr, timeout: c.Timeout, exitOnSend: c.ExitOnSend})
}

// talkOptions are how a conversation goes.
type talkOptions struct {
	input           io.Reader // a message per line
	output, remarks io.Writer
	timeout         time.Duration // for the answers that are missing when the input has ended
	exitOnSend      bool
}

// Why a conversation that ended was not a success.
var (
	errUnanswered = errors.New("not every message was answered")
	errDismissed  = errors.New("the server closed the connection")
)

// talk sends each line and prints each message, until the input has ended and everything is answered, or the server closes.
func talk(ctx context.Context, conn *websocket.Conn, o talkOptions) error {
	lines, received, closed := make(chan string), make(chan []byte), make(chan error, 1)
	done := make(chan struct{})
	defer close(done)
	go readLines(o.input, lines, done)
	go func() { closed <- receive(conn, received, done) }()

	waiting := unanswered{}
	var late <-chan time.Time
	for {
		select {
		case line, ok := <-lines:
			if !ok {
				lines, late = nil, time.After(o.timeout)
				break
			}
			err := conn.WriteMessage(websocket.TextMessage, []byte(line)) // if it fails, so does receive, which knows why
			if o.exitOnSend {
				fmt.Fprintln(o.remarks, "cut")
				return errors.Join(err, conn.NetConn().Close())
			}
			waiting.sent(line)
		case text := <-received:
			fmt.Fprintf(o.output, "%s\n", text)
			waiting.got(text)
		case err := <-closed:
			fmt.Fprintln(o.remarks, closedBecause(err))
			return failureOf(err, len(waiting) > 0 || lines != nil)
		case <-late:
			fmt.Fprintf(o.remarks, "no answer within %s\n", o.timeout)
			return errUnanswered
		case <-ctx.Done():
			return ctx.Err()
		}
		if lines == nil && len(waiting) == 0 {
			return farewell(conn, received, closed, o)
		}
	}
}

// failureOf is why a conversation that ended with err was not a success, nil if it was one. missing is whether something was left to
// say or to hear.
func failureOf(err error, missing bool) error {
	switch {
	case websocket.IsUnexpectedCloseError(err, harmlessCloses...):
		return errDismissed
	case missing:
		return errUnanswered
	}
	return nil
}

// farewell closes in good order: what still comes is printed, and the server's close frame ends it. It may have been on its way
// already, and be a refusal.
func farewell(conn *websocket.Conn, received <-chan []byte, closed <-chan error, o talkOptions) error {
	deadline := time.Now().Add(o.timeout)
	_ = conn.SetReadDeadline(deadline) // an error ends receive all the same
	goodbye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	_ = conn.WriteControl(websocket.CloseMessage, goodbye, deadline) // if it fails, so does receive, which knows why
	for {
		select {
		case text := <-received:
			fmt.Fprintf(o.output, "%s\n", text)
		case err := <-closed:
			if !websocket.IsCloseError(err, websocket.CloseNormalClosure) { // which is what was asked for
				fmt.Fprintln(o.remarks, closedBecause(err))
			}
			return failureOf(err, false)
		}
	}
}

// harmlessCloses are how a conversation may end in which everything was answered: as it was asked to, with the server going away, or
// with a connection that breaks (1006 is what the library makes of that). All other codes say that the server will not have us.
var harmlessCloses = []int{
	websocket.CloseNormalClosure, websocket.CloseNoStatusReceived, websocket.CloseGoingAway, websocket.CloseAbnormalClosure,
}

// closedBecause is a close code and its reason, for people.
func closedBecause(err error) string {
	var closed *websocket.CloseError
	if errors.As(err, &closed) {
		return fmt.Sprintf("closed: %d %s", closed.Code, closed.Text)
	}
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return "closed: the server did not say goodbye"
	}
	return fmt.Sprintf("cut: %v", err)
}

func readLines(input io.Reader, lines chan<- string, done <-chan struct{}) {
	defer close(lines)
	scanner := bufio.NewScanner(input)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		if scanner.Text() == "" {
			continue
		}
		select {
		case lines <- scanner.Text():
		case <-done:
			return
		}
	}
}

func receive(conn *websocket.Conn, received chan<- []byte, done <-chan struct{}) error {
	for {
		_, text, err := conn.ReadMessage()
		if err != nil {
			return err
		}
		select {
		case received <- text:
		case <-done:
			return nil
		}
	}
}

// unanswered counts the messages that wait for an answer, by request id. A message without a valid one counts under "": its answer
// is an error without a request id.
type unanswered map[string]int

func (u unanswered) sent(line string) { u[requestIDOf([]byte(line))]++ }

func (u unanswered) got(text []byte) {
	var m struct{ Type string }
	_ = json.Unmarshal(text, &m) // what is no JSON answers nothing
	id := requestIDOf(text)
	if id == "" && m.Type != "error" {
		return // the server said this by itself
	}
	if u[id]--; u[id] <= 0 {
		delete(u, id)
	}
}

// requestIDOf is the request id that an answer to the message will have, "" for none.
func requestIDOf(message []byte) string {
	var m struct{ RequestID string }
	if json.Unmarshal(message, &m) != nil || session.CheckRequestID(m.RequestID) != nil {
		return ""
	}
	return m.RequestID
}
