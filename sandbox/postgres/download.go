package postgres

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"

	embedded "github.com/fergusstrange/embedded-postgres"
)

// releases are what embedded-postgres can fetch, by major version; 0 is what a new data directory gets.
var releases = map[int]embedded.PostgresVersion{
	0: embedded.V17, 14: embedded.V14, 15: embedded.V15, 16: embedded.V16, 17: embedded.V17, 18: embedded.V18,
}

// downloads is where fetched programs stay for the next time: for root a place that the account can reach, too.
func downloads() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/cache/croupier/postgres", nil
	}
	cache, err := os.UserCacheDir()
	return filepath.Join(cache, "croupier", "postgres"), err
}

// download fetches the programs for data of the given major version (0: no data yet) unless they were fetched before.
func download(ctx context.Context, who account, dataMajor int) (binaries, error) {
	release, ok := releases[dataMajor]
	if !ok {
		return binaries{}, fmt.Errorf("no download for version %d", dataMajor)
	}
	home, err := downloads()
	if err != nil {
		return binaries{}, err
	}
	place := filepath.Join(home, string(release))
	if b, err := inspect(ctx, who, filepath.Join(place, "bin")); err == nil {
		return b, nil
	}
	if err := makeDirs(home); err != nil {
		return binaries{}, err
	}
	if err := fetch(ctx, release, place, ""); err != nil {
		return binaries{}, err
	}
	return inspect(ctx, who, filepath.Join(place, "bin"))
}

// fetch downloads and unpacks beside place and then renames, so that nobody ever sees half of it. An empty repository is
// embedded-postgres's own.
func fetch(ctx context.Context, release embedded.PostgresVersion, place, repository string) error {
	work, err := os.MkdirTemp(filepath.Dir(place), "fetch-")
	if err != nil {
		return err
	}
	unpacked := filepath.Join(work, "unpacked")
	config := embedded.DefaultConfig().Version(release).Logger(io.Discard).Port(0).
		CachePath(filepath.Join(work, "cache")).RuntimePath(filepath.Join(work, "run")).BinariesPath(unpacked).
		DataPath("\x00") // there is no download-only call; a path that cannot exist ends Start right after unpacking
	if repository != "" {
		config = config.BinaryRepositoryURL(repository)
	}
	done := make(chan error, 1)
	go func() { // the library takes no context, so a slow download must be left behind
		done <- embedded.NewDatabase(config).Start()
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case err = <-done:
	}
	defer os.RemoveAll(work)
	if _, missing := os.Stat(filepath.Join(unpacked, "bin", "initdb")); missing != nil {
		return err
	}
	if err := os.Chmod(unpacked, 0o755); err != nil {
		return err
	}
	if err := os.Rename(unpacked, place); err != nil && !isDir(place) { // a process beside us may have been faster
		return err
	}
	return nil
}
