package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/sync/errgroup"
)

// crowd measures the players of a crowd of which most only wait, and what those who wait take of the server's memory. They come first,
// so that nothing else changes between the two looks at it.
func (b *bench) crowd(ctx context.Context, pass *benchPass) error {
	n := b.Playing.of(b.Connected)
	players, err := b.makePlayers(ctx, "crowd", b.Connected)
	if err != nil {
		return err
	}
	before, err := b.readMemory(ctx)
	if err != nil {
		return err
	}
	waiting, err := b.dialAll(ctx, "waiting", players[n:])
	if err != nil {
		return err
	}
	defer hangUp(waiting)
	ctx, lost := watch(ctx, waiting)
	point, err := b.crowdPlays(ctx, before, players[:n], len(waiting))
	if err := errors.Join(lost(), err); err != nil {
		return err
	}
	pass.Points = append(pass.Points, point)
	return nil
}

// crowdPlays measures those who play, while the others wait.
func (b *bench) crowdPlays(ctx context.Context, before serverMemory, players []benchPlayer, waiting int) (*benchPoint, error) {
	after, err := b.readMemory(ctx)
	if err != nil {
		return nil, err
	}
	playing, err := b.dialAll(ctx, "playing", players)
	if err != nil {
		return nil, err
	}
	defer hangUp(playing)
	b.say("%d play and %d wait: warm-up, %s", len(playing), waiting, b.Warmup)
	if err := newSeries("").turn(ctx, asPlayers(playing), 0, b.Warmup, b.Think); err != nil {
		return nil, err
	}
	name := fmt.Sprintf("server, %d play, %d wait", len(playing), waiting)
	point, err := b.turns(ctx, name, asPlayers(playing), nil, nil)
	if err != nil {
		return nil, err
	}
	point.Clients, point.Connected, point.Memory = len(playing), b.Connected, after.since(before, waiting)
	return point, nil
}

// watch lets clients wait: each reads its socket, which is what answers pings, and plays nothing. When the server cuts one off the
// context ends, and lost returns why.
func watch(ctx context.Context, clients []*benchClient) (_ context.Context, lost func() error) {
	ctx, cut := context.WithCancelCause(ctx)
	for _, c := range clients {
		go func() {
			for {
				if _, _, err := c.conn.NextReader(); err != nil {
					if ctx.Err() == nil {
						cut(fmt.Errorf("a client that only waited lost its connection: %w", err))
					}
					return
				}
			}
		}()
	}
	return ctx, func() error {
		err := context.Cause(ctx)
		cut(nil)
		return err
	}
}

// dialAll opens a socket for each player.
func (b *bench) dialAll(ctx context.Context, name string, players []benchPlayer) ([]*benchClient, error) {
	bar := b.bars(name+" sockets", int64(len(players)))
	defer bar.Close()
	clients := make([]*benchClient, len(players))
	group, dialing := errgroup.WithContext(ctx)
	group.SetLimit(callers)
	for i, p := range players {
		group.Go(func() error {
			conn, err := b.open(dialing, p.token)
			if err == nil {
				clients[i] = newBenchClient(ctx, conn)
			}
			_ = bar.Add(1)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		hangUp(clients)
		return nil, err
	}
	return clients, nil
}

// mostDials is how often a server that says 429 is asked for a socket, a second after the other.
const mostDials = 20

// open opens a player's socket. A server that limits its new connections is asked again.
func (b *bench) open(ctx context.Context, token string) (*websocket.Conn, error) {
	for tries := 1; ; tries++ {
		conn, err := dial(ctx, socketURL(b.target.BaseURL), "slots", token, "")
		if err == nil || !strings.Contains(err.Error(), "429 ") {
			return conn, err
		}
		if tries == mostDials {
			return nil, fmt.Errorf("%w: the server takes no more sockets from one address; its --connections-per-ip says how many", err)
		}
		if err := wait(ctx, time.Second); err != nil {
			return nil, err
		}
	}
}

// spareFiles is what a process needs beside its sockets: connections to the database, logs, the runtime's own.
const spareFiles = 200

// enoughFiles returns an error unless this process and the server, if its process is known, may open so many sockets. Go has raised
// the limit of both as far as it may be raised.
func enoughFiles(sockets, server int) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("limit of open files: %w", err)
	}
	most := uint64(limit.Cur)
	if text, err := os.ReadFile("/proc/" + strconv.Itoa(server) + "/limits"); err == nil {
		_, row, _ := strings.Cut(string(text), "Max open files")
		if fields := strings.Fields(row); len(fields) > 0 {
			if n, err := strconv.ParseUint(fields[0], 10, 64); err == nil {
				most = min(most, n)
			}
		}
	}
	if need := uint64(sockets + spareFiles); most < need {
		return fmt.Errorf("%d sockets need %d open files and only %d are allowed: raise the hard limit, as with ulimit -Hn %d",
			sockets, need, most, need)
	}
	return nil
}
