// Package client calls a croupier server, for operators' servers written in Go: players' launch tokens, wallet, rounds, and the verification of
// webhooks. It depends on the standard library alone. Amounts are Decimals: exact, and never a float64.
//
// A call that gets no answer is made again by itself if that can do no harm: one that only asks, or one that the server knows again, by its
// transactionId or by an Idempotency-Key. Every attempt is signed anew.
package client

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	prefix     = "/api/v1"
	maxAnswer  = 16 << 20 // bytes
	firstPause = 200 * time.Millisecond
	maxPause   = 5 * time.Second
)

// Options are what a Client may be told. The zero value is good for calls without credentials.
type Options struct {
	Key, Secret string           // the operator's API key, sk_…, and its secret, ss_…
	HTTP        *http.Client     // default: one with a timeout of 30 s
	Attempts    int              // how often a call is made at most that may be made again; default 4, 1 is never again
	Now         func() time.Time // what calls are signed with; default time.Now
}

// Client calls one server. It may be used by many goroutines.
type Client struct {
	base    string // scheme and host
	options Options
	pause   func(context.Context, time.Duration) error
}

// New returns a client of the server at a base URL, as "https://play.example".
func New(base string, o Options) (*Client, error) {
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.Trim(u.Path, "/") != "" {
		return nil, fmt.Errorf("croupier client: the base URL %q must be as https://play.example", base)
	}
	if (o.Key == "") != (o.Secret == "") {
		return nil, errors.New("croupier client: an API key needs its secret, and the other way round")
	}
	if o.HTTP == nil {
		o.HTTP = &http.Client{Timeout: 30 * time.Second}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	o.Attempts = max(1, cmp.Or(o.Attempts, 4))
	return &Client{base: strings.TrimSuffix(base, "/"), options: o, pause: wait}, nil
}

// Request is one call, for what has no method of its own.
type Request struct {
	Method string
	Path   string     // below /api/v1, as "/wallet/balance"; its variable parts escaped
	Query  url.Values // nil: none
	Body   any        // marshals to JSON; nil: none
	// Token is a player's session token. With "" the call is the operator's, if the client has a key, and else anyone's.
	Token string
	// Again says that the server does not do the call twice: because of a transactionId in its body, say. Calls of GET are so anyhow.
	Again bool
	// IdempotencyKey is sent as Idempotency-Key; with one, the call may be made again.
	IdempotencyKey string
}

// Do makes a call and decodes the data of its answer into data, unless that is nil. Its error is an *Error if the server said no.
func (c *Client) Do(ctx context.Context, r Request, data any) error {
	path := prefix + r.Path
	if len(r.Query) > 0 {
		path += "?" + r.Query.Encode()
	}
	var body []byte
	if r.Body != nil {
		var err error
		if body, err = json.Marshal(r.Body); err != nil {
			return fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
		}
	}
	safe := r.Method == http.MethodGet || r.Again || r.IdempotencyKey != ""
	for attempt := 1; ; attempt++ {
		err := c.once(ctx, r, path, body, data)
		if err == nil || attempt >= c.options.Attempts || ctx.Err() != nil || !mayRepeat(err, safe) {
			return err
		}
		if paused := c.pause(ctx, pauseAfter(err, attempt)); paused != nil {
			return err
		}
	}
}

// mayRepeat says whether a call that failed may be made again. One that was refused because there were too many was not made at all.
func mayRepeat(err error, safe bool) bool {
	var refused *Error
	if !errors.As(err, &refused) {
		return safe
	}
	return refused.Status == http.StatusTooManyRequests || safe && (refused.Status == http.StatusServiceUnavailable || refused.Status == http.StatusBadGateway ||
		refused.Status == http.StatusGatewayTimeout)
}

// pauseAfter is how long to wait: what the server asks for, or twice as long each time, with some chance in it.
func pauseAfter(err error, attempt int) time.Duration {
	var refused *Error
	if errors.As(err, &refused) && refused.RetryAfter > 0 {
		return min(refused.RetryAfter, maxPause)
	}
	pause := min(firstPause<<(attempt-1), maxPause)
	return pause/2 + rand.N(pause/2)
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (c *Client) once(ctx context.Context, r Request, path string, body []byte, data any) error {
	request, err := http.NewRequestWithContext(ctx, r.Method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if r.IdempotencyKey != "" {
		request.Header.Set("Idempotency-Key", r.IdempotencyKey)
	}
	switch {
	case r.Token != "":
		request.Header.Set("Authorization", "Bearer "+r.Token)
	case c.options.Key != "":
		c.sign(request, path, body)
	}
	response, err := c.options.HTTP.Do(request)
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return fmt.Errorf("%s %s: %w", r.Method, r.Path, err)
	}
	if response.StatusCode != http.StatusOK {
		return refusal(r, response, text)
	}
	envelope := struct {
		Data any `json:"data"`
	}{data}
	if err := json.Unmarshal(text, &envelope); err != nil {
		return fmt.Errorf("%s %s: the answer cannot be read: %w", r.Method, r.Path, err)
	}
	return nil
}

// sign makes a request the operator's. The nanoseconds keep two equal calls of one second apart: a signature is good once.
func (c *Client) sign(request *http.Request, pathWithQuery string, body []byte) {
	now := c.options.Now()
	timestamp := fmt.Sprintf("%d.%09d", now.Unix(), now.Nanosecond())
	request.Header.Set("Authorization", "Bearer "+c.options.Key)
	request.Header.Set("X-Timestamp", timestamp)
	request.Header.Set("X-Signature", Sign(c.options.Secret, timestamp, request.Method, pathWithQuery, body))
}

// Sign returns the X-Signature of a call: sha256= and the hex of HMAC-SHA256(secret, "{timestamp}.{METHOD}.{path with query}.{raw body}").
func Sign(secret, timestamp, method, pathWithQuery string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(timestamp + "." + method + "." + pathWithQuery + "."))
	mac.Write(body)
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

// refusal reads an answer that is an error. What is no envelope, of a proxy say, becomes the message.
func refusal(r Request, response *http.Response, text []byte) *Error {
	var envelope struct {
		Error struct {
			Code    Code
			Message string
			Details map[string]json.RawMessage
		}
		RequestID string
	}
	if json.Unmarshal(text, &envelope) != nil || envelope.Error.Message == "" {
		envelope.Error.Message = strings.TrimSpace(string(text[:min(len(text), 200)]))
	}
	seconds, _ := strconv.Atoi(response.Header.Get("Retry-After"))
	return &Error{Call: r.Method + " " + r.Path, Status: response.StatusCode, Code: envelope.Error.Code, Message: envelope.Error.Message,
		Details: envelope.Error.Details, RequestID: cmp.Or(envelope.RequestID, response.Header.Get("X-Request-Id")),
		RetryAfter: time.Duration(seconds) * time.Second}
}
