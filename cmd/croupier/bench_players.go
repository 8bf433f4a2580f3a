package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"
)

// startMoney is enough for any benchmark: a million spins lose four percent of it.
const startMoney = "1000000.00"

// benchPlayer is a test player of the benchmark.
type benchPlayer struct {
	id    string
	token string // of its session
}

// callers is how many calls are made, and sockets opened, at the same time.
const callers = 16

// benchCaller is a client whose connections are used again by all callers.
func benchCaller(base, key, secret string) *client {
	c := newClient(base, key, secret)
	c.http.Transport = &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: callers}
	return c
}

// makePlayers makes new test players with money and sessions.
func (b *bench) makePlayers(ctx context.Context, name string, n int) ([]benchPlayer, error) {
	bar := b.bars(name+" players", int64(n))
	defer bar.Close()
	players := make([]benchPlayer, n)
	public := benchCaller(b.target.BaseURL, "", "")
	defer public.http.CloseIdleConnections()
	defer b.operator.http.CloseIdleConnections()
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(callers)
	for i := range players {
		group.Go(func() error {
			var made struct {
				Player   struct{ ID string }
				SSOToken string
			}
			body := map[string]any{"externalId": fmt.Sprintf("bench-%s-%d-%s-%d", b.run, b.passes, name, i), "currency": "USD", "startingBalance": jsonNumber(startMoney)}
			err := patiently(ctx, func() error { return b.operator.call(ctx, "/api/v1/test/players", body, &made) })
			if err == nil {
				players[i].id = made.Player.ID
				err = patiently(ctx, func() (err error) {
					players[i].token, err = public.exchange(ctx, made.SSOToken)
					return err
				})
			}
			_ = bar.Add(1)
			return err
		})
	}
	return players, group.Wait()
}

// jsonNumber is a number in JSON with the decimals that it is written with.
type jsonNumber string

// MarshalJSON implements json.Marshaler.
func (n jsonNumber) MarshalJSON() ([]byte, error) { return []byte(n), nil }

// patiently makes a call again when the server asks to come back later.
func patiently(ctx context.Context, call func() error) error {
	for {
		err := call()
		var later *refused
		if !errors.As(err, &later) || later.retryAfter == 0 {
			return err
		}
		if err := wait(ctx, later.retryAfter); err != nil {
			return err
		}
	}
}

// wait waits for d, or until the context ends, whose error it returns then.
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

// connect makes players and opens a socket for each.
func (b *bench) connect(ctx context.Context, name string, n int) ([]*benchClient, error) {
	players, err := b.makePlayers(ctx, name, n)
	if err != nil {
		return nil, err
	}
	return b.dialAll(ctx, name, players)
}

func hangUp(clients []*benchClient) {
	for _, c := range clients {
		if c != nil {
			c.close()
		}
	}
}
