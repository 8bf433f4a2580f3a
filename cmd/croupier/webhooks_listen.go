package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"croupier/api/webhooks"
	"croupier/wallet"
)

// webhooksListenCmd is a receiver for integrators.
type webhooksListenCmd struct {
	Server     string             `default:"http://127.0.0.1:8080" placeholder:"URL" help:"The sandbox that is to tell. Default: ${default}."`
	APIKey     string             `secret:"" placeholder:"KEY" help:"A sandbox key of the scope webhooks. Default: the sandbox's."`
	APISecret  string             `secret:"" placeholder:"SECRET" help:"The secret of the key."`
	SandboxDir string             `placeholder:"DIR" help:"The data directory of the running sandbox, to take the key from. Default: where croupier sandbox keeps its data."`
	Event      []wallet.EventType `default:"*" placeholder:"TYPE" help:"What to be told of, as round.completed. Several by comma. Default: everything."`
	InOrder    bool               `help:"Be told in order of what happens to one player."`
	Listen     string             `env:"CROUPIER_WEBHOOKS_LISTEN" default:"127.0.0.1:0" placeholder:"HOST:PORT" help:"Where to listen; port 0 takes a free one. Default: ${default}."`
	Secret     string             `secret:"" env:"CROUPIER_WEBHOOKS_SECRET" placeholder:"WHSEC" help:"Make no endpoint, and check signatures by this secret of one that is there."`
}

// Help implements kong.HelpProvider.
func (c *webhooksListenCmd) Help() string {
	return `Makes an endpoint of the sandbox's operator, prints every event whose signature is right as one line of JSON, and deletes the endpoint at the
end (Ctrl-C). With --secret it makes none: register its address yourself.`
}

// Run implements the command.
func (c *webhooksListenCmd) Run(ctx context.Context) (err error) {
	l, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", c.Listen, err)
	}
	secrets := make(chan string, 1)
	server := &http.Server{Handler: &eventPrinter{out: os.Stdout, remarks: os.Stderr, secrets: secrets}, ReadHeaderTimeout: 10 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(l) }()
	defer func() { err = errors.Join(err, server.Close()) }()
	secret := c.Secret
	if secret == "" {
		endpoint, made, err := c.makeEndpoint(ctx, "http://"+l.Addr().String()+"/")
		if err != nil {
			return err
		}
		defer endpoint.delete(ctx)
		secret = made
	}
	secrets <- secret
	fmt.Fprintf(os.Stderr, "Listening on http://%s/ for events; Ctrl-C ends it.\n", l.Addr())
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

// listenEndpoint is an endpoint that is there while the command runs.
type listenEndpoint struct {
	operator *client
	path     string
}

func (c *webhooksListenCmd) makeEndpoint(ctx context.Context, url string) (*listenEndpoint, string, error) {
	target := &benchTarget{}
	target.APIKey, target.APISecret = c.APIKey, c.APISecret
	if c.APIKey == "" {
		if err := target.readKey(c.SandboxDir); err != nil {
			return nil, "", err
		}
	}
	e := &listenEndpoint{operator: newClient(c.Server, target.APIKey, target.APISecret)}
	var made struct {
		Secret   string
		Endpoint struct{ EndpointID string }
	}
	ordering := webhooks.Unordered
	if c.InOrder {
		ordering = webhooks.ByPlayer
	}
	body := map[string]any{"url": url, "events": c.Event, "ordering": ordering, "description": "croupier webhooks listen"}
	if err := e.operator.call(ctx, "/api/v1/webhooks/endpoints", body, &made); err != nil {
		return nil, "", fmt.Errorf("make an endpoint at %s: %w", c.Server, err)
	}
	e.path = "/api/v1/webhooks/endpoints/" + made.Endpoint.EndpointID
	return e, made.Secret, nil
}

// delete removes the endpoint, also when ctx has ended.
func (e *listenEndpoint) delete(ctx context.Context) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodDelete, e.operator.base+e.path, nil)
	if err == nil {
		e.operator.sign(request, e.path, nil)
		_, err = e.operator.do(request, e.path)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "croupier: the endpoint is not deleted:", err)
	}
}

// eventPrinter prints the events whose signatures are right, one per line.
type eventPrinter struct {
	out, remarks io.Writer
	secrets      <-chan string // one comes

	mu     sync.Mutex
	secret string
}

// ServeHTTP implements http.Handler.
func (p *eventPrinter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.secret == "" { // the first event may come before the answer that has the secret
		select {
		case p.secret = <-p.secrets:
		case <-r.Context().Done():
			return
		}
	}
	key, err := webhooks.ParseSecret(p.secret)
	if err == nil {
		err = key.Verify(body, r.Header)
	}
	var line bytes.Buffer
	if err == nil {
		err = json.Compact(&line, body)
	}
	if err != nil {
		fmt.Fprintln(p.remarks, "refused:", err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	fmt.Fprintf(p.out, "%s\n", &line)
	w.WriteHeader(http.StatusNoContent)
}
