package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
	"golang.org/x/sync/errgroup"

	"croupier/fairness/commitlog"
)

// logClient reads a house's log over HTTP, as anyone may, and believes nothing of it that is not signed.
type logClient struct {
	base string // scheme and host
	http *http.Client
	key  note.Verifier
}

func newLogClient(base string) *logClient {
	return &logClient{base: strings.TrimSuffix(strings.TrimSuffix(base, "/"), "/log"), http: &http.Client{Timeout: 30 * time.Second}}
}

// takeKey makes a public key the one that all is verified with.
func (c *logClient) takeKey(key string) (err error) {
	c.key, err = note.NewVerifier(key)
	if err != nil {
		err = fmt.Errorf("key %q: %w", key, err)
	}
	return err
}

// fetchKey asks the house for its key. Whoever does so believes it this once.
func (c *logClient) fetchKey(ctx context.Context) (string, error) {
	text, err := c.get(ctx, "/log/key", 1<<10)
	return strings.TrimSpace(string(text)), err
}

// checkpoint returns the newest checkpoint, and its text. A signature that does not hold is *misbehaviour.
func (c *logClient) checkpoint(ctx context.Context) (commitlog.Checkpoint, string, error) {
	text, err := c.get(ctx, "/log/checkpoint", 64<<10)
	if err != nil {
		return commitlog.Checkpoint{}, "", err
	}
	checkpoint, err := commitlog.OpenCheckpoint(text, c.key)
	if err != nil {
		return checkpoint, string(text), &misbehaviour{"the house shows a checkpoint that its key has not signed", []string{err.Error(), string(text)}}
	}
	return checkpoint, string(text), nil
}

// get fetches a file of at most so many bytes.
func (c *logClient) get(ctx context.Context, path string, limit int64) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, limit+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w", path, err)
	case response.StatusCode != http.StatusOK:
		return nil, fmt.Errorf("%s: %s: %.300s", c.base+path, response.Status, body)
	case int64(len(body)) > limit:
		return nil, fmt.Errorf("%s: more than %d bytes", c.base+path, limit)
	}
	return body, nil
}

// prove returns an error unless the log of the old tree is the beginning of that of the new one: *misbehaviour if it is known that it is
// not. It reads the tiles that the proof needs, and holds them against the new tree's root.
func (c *logClient) prove(ctx context.Context, old, grown tlog.Tree) error {
	const fork = "the house has signed two logs: neither is the beginning of the other"
	if old.N == grown.N && old.Hash != grown.Hash {
		return &misbehaviour{fork, nil}
	}
	if old.N == 0 || old == grown {
		return nil
	}
	proof, err := tlog.ProveTree(grown.N, old.N, tlog.TileHashReader(grown, &tileReader{client: c, ctx: ctx}))
	if err != nil {
		return fmt.Errorf("the tiles of the log: %w", err)
	}
	if err := tlog.CheckTree(proof, grown.N, grown.Hash, old.N, old.Hash); err != nil {
		return &misbehaviour{fork, nil}
	}
	return nil
}

// tileReader reads tiles for one proof.
type tileReader struct {
	client *logClient
	ctx    context.Context
}

// Height implements tlog.TileReader.
func (r *tileReader) Height() int { return commitlog.TileHeight }

// SaveTiles implements tlog.TileReader: none is kept.
func (r *tileReader) SaveTiles([]tlog.Tile, [][]byte) {}

// ReadTiles implements tlog.TileReader.
func (r *tileReader) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	data := make([][]byte, len(tiles))
	group, ctx := errgroup.WithContext(r.ctx)
	group.SetLimit(8)
	for i, tile := range tiles {
		group.Go(func() (err error) {
			if data[i], err = r.client.tile(ctx, tile); err == nil && len(data[i]) != tile.W*tlog.HashSize {
				err = fmt.Errorf("%s has %d bytes", commitlog.TilePath(tile), len(data[i]))
			}
			return err
		})
	}
	return data, group.Wait()
}

// tile fetches a tile. A log may drop a partial tile when the whole one is there: that begins with it.
func (c *logClient) tile(ctx context.Context, tile tlog.Tile) ([]byte, error) {
	const most = commitlog.TileWidth * tlog.HashSize
	data, err := c.get(ctx, "/log/"+commitlog.TilePath(tile), most)
	if err == nil || tile.W == commitlog.TileWidth {
		return data, err
	}
	whole := tile
	whole.W = commitlog.TileWidth
	data, other := c.get(ctx, "/log/"+commitlog.TilePath(whole), most)
	if other != nil || len(data) < tile.W*tlog.HashSize {
		return nil, err
	}
	return data[:tile.W*tlog.HashSize], nil
}

// misbehaviour is a proof, or what looks like one, that a house does not keep its log as it must.
type misbehaviour struct {
	what string
	seen []string // what proves it, to be kept
}

func (e *misbehaviour) Error() string {
	return strings.Join(append([]string{e.what}, e.seen...), "\n")
}

// misbehaves says whether an error is one of the house's.
func misbehaves(err error) bool {
	var m *misbehaviour
	return errors.As(err, &m)
}
