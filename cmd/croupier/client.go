package main

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/websocket"

	integrators "croupier/api/client"
)

// client calls a running server as an operator and its players do: over the network, by the documented protocol and nothing else.
type client struct {
	base   string // scheme and host
	key    string // of the operator; "" for calls that need none
	secret string
	http   *http.Client
}

func newClient(base, key, secret string) *client {
	return &client{base: strings.TrimSuffix(base, "/"), key: key, secret: secret, http: &http.Client{Timeout: 30 * time.Second}}
}

// refused is a call that the server answered with an error.
type refused struct {
	path       string
	status     int
	message    string
	retryAfter time.Duration // 0: the server does not say
}

func (e *refused) Error() string { return fmt.Sprintf("%s: %d %s", e.path, e.status, e.message) }

// call posts a body, signed if the client has a key, and decodes the data of the answer.
func (c *client) call(ctx context.Context, path string, body, data any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	answer, err := c.post(ctx, path, text)
	if err != nil {
		return err
	}
	envelope := struct {
		Data any `json:"data"`
	}{data}
	if err := json.Unmarshal(answer, &envelope); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

// post returns the body of the answer, or *refused.
func (c *client) post(ctx context.Context, path string, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.base+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/json")
	if c.key != "" {
		c.sign(request, path, body)
	}
	return c.do(request, path)
}

// get returns the body of the answer to a player with a session token, or to the client's operator if there is none, or *refused.
func (c *client) get(ctx context.Context, path, sessionToken string) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return nil, err
	}
	if sessionToken != "" {
		request.Header.Set("Authorization", "Bearer "+sessionToken)
	} else {
		c.sign(request, path, nil)
	}
	return c.do(request, path)
}

// sign makes a request the operator's.
func (c *client) sign(request *http.Request, path string, body []byte) {
	now := time.Now()
	timestamp := fmt.Sprintf("%d.%09d", now.Unix(), now.Nanosecond()) // no two calls have one signature
	request.Header.Set("Authorization", "Bearer "+c.key)
	request.Header.Set("X-Timestamp", timestamp)
	request.Header.Set("X-Signature", integrators.Sign(c.secret, timestamp, request.Method, path, body))
}

func (c *client) do(request *http.Request, path string) ([]byte, error) {
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if response.StatusCode >= 300 {
		seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
		return nil, &refused{path, response.StatusCode, errorMessage(answer), time.Duration(seconds) * time.Second}
	}
	return answer, nil
}

// errorMessage is what an answer says is wrong: the message of the envelope, or all of a text that is not one.
func errorMessage(answer []byte) string {
	var envelope struct {
		Error struct{ Code, Message string }
	}
	_ = json.Unmarshal(answer, &envelope) // a text that is no envelope is the message
	said := strings.TrimSpace(envelope.Error.Code + " " + envelope.Error.Message)
	return cmp.Or(said, strings.TrimSpace(string(answer)))
}

// exchange turns a launch token into a session token.
func (c *client) exchange(ctx context.Context, launchToken string) (sessionToken string, err error) {
	var session struct{ SessionToken string }
	err = c.call(ctx, "/api/v1/auth/sso/exchange", map[string]string{"launchToken": launchToken}, &session)
	return session.SessionToken, err
}

// signIn comes in by the sandbox's own door, as its web page does, and returns a session token.
func (c *client) signIn(ctx context.Context, name string) (sessionToken string, err error) {
	body, err := json.Marshal(map[string]string{"name": name})
	if err != nil {
		return "", err
	}
	answer, err := c.post(ctx, "/sandbox/sign-in", body)
	if err != nil {
		return "", err
	}
	var in struct{ LaunchToken string }
	if err := json.Unmarshal(answer, &in); err != nil {
		return "", fmt.Errorf("sign in: %w", err)
	}
	return c.exchange(ctx, in.LaunchToken)
}

// socketURL is where the WebSocket of a server at a base URL is.
func socketURL(base string) string {
	return "ws" + strings.TrimPrefix(strings.TrimSuffix(base, "/"), "http") + "/ws"
}

// dial connects to a game by a session token, which goes in a header because URLs end up in logs, or by a ticket.
func dial(ctx context.Context, endpoint, game, token, ticket string) (*websocket.Conn, error) {
	place, err := url.Parse(endpoint)
	if err != nil {
		return nil, fmt.Errorf("WebSocket URL: %w", err)
	}
	query := place.Query()
	query.Set("gameId", game)
	if ticket != "" {
		query.Set("ticket", ticket)
	}
	place.RawQuery = query.Encode()
	dialer := websocket.Dialer{HandshakeTimeout: 20 * time.Second, Proxy: http.ProxyFromEnvironment}
	if token != "" {
		dialer.Subprotocols = []string{"croupier.v1", "bearer." + token}
	}
	conn, response, err := dialer.DialContext(ctx, place.String(), nil)
	if err != nil && response != nil {
		return nil, fmt.Errorf("connect to %s: %w (%s)", endpoint, err, response.Status)
	}
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", endpoint, err)
	}
	return conn, nil
}
