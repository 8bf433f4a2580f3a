package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// port is only a part of the socket's name: nothing listens on TCP.
const port = 5432

// longestSocket is how long a socket's path may be: macOS has room for 103 bytes and Linux for 107.
const longestSocket = 103

// layout is where things are in a cluster's directory.
type layout struct {
	dir    string
	data   string // PGDATA, the account's, private
	log    string // postgres's stderr
	lock   string // locked by the owning process, and holds its pid
	socket string // directory of the socket, the account's, private
}

func newLayout(dir string) (layout, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return layout{}, err
	}
	return layout{
		dir:    dir,
		data:   filepath.Join(dir, "data"),
		log:    filepath.Join(dir, "postgres.log"),
		lock:   filepath.Join(dir, "owner.lock"),
		socket: socketDir(dir),
	}, nil
}

// socketDir is inside dir, or where that would be too long, a short path that is always the same for the same dir: clients
// keep their URL when the cluster starts again.
func socketDir(dir string) string {
	inside := filepath.Join(dir, "run")
	if len(inside)+len("/.s.PGSQL.")+len(strconv.Itoa(port)) <= longestSocket {
		return inside
	}
	sum := sha256.Sum256([]byte(dir))
	return filepath.Join("/tmp", "croupier-"+hex.EncodeToString(sum[:8]))
}

// dataMajor returns the major version that the data was written by, 0 if there is no data yet.
func (l layout) dataMajor() (int, error) {
	text, err := os.ReadFile(filepath.Join(l.data, "PG_VERSION"))
	if os.IsNotExist(err) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, fmt.Errorf("%s holds data of an unknown version: %w", l.data, err)
	}
	return major, nil
}

// initialise makes the data directory. It works beside it and renames, so that a data directory that exists is complete.
func (l layout) initialise(ctx context.Context, bins binaries, who account) error {
	work := l.data + ".new"
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	if err := who.own(work); err != nil {
		return err
	}
	out, err := who.command(ctx, bins.path("initdb"), "-D", work, "--username", superuser, "--encoding", "UTF8", "--locale", "C",
		"--auth-local", "trust", "--auth-host", "reject", "--no-instructions").CombinedOutput()
	if err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return os.Rename(work, l.data)
}
