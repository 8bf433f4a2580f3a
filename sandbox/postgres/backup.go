package postgres

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
)

// Backup copies the cluster, while it works, to where a cluster in dir keeps its data: Start on dir runs the copy. It is made by
// pg_basebackup, with the WAL that it needs to be whole; the cluster must have been started with wal_level replica and at least two
// max_wal_senders. dir must not hold a cluster yet. The error is fs.ErrNotExist where Postgres came without pg_basebackup.
func (c *Cluster) Backup(ctx context.Context, dir string) error {
	to, err := newLayout(dir)
	if err != nil {
		return fmt.Errorf("back up %s: %w", c.layout.dir, err)
	}
	if err := c.backup(ctx, to); err != nil {
		return fmt.Errorf("back up %s to %s: %w", c.layout.dir, to.dir, err)
	}
	return nil
}

func (c *Cluster) backup(ctx context.Context, to layout) error {
	who, err := currentAccount()
	if err != nil {
		return err
	}
	major, err := c.layout.dataMajor()
	if err != nil {
		return err
	}
	bins, err := findBinaries(ctx, who, major)
	if err != nil {
		return err
	}
	if _, err := os.Stat(bins.path("pg_basebackup")); err != nil {
		return err
	}
	if err := makeDirs(to.dir); err != nil {
		return err
	}
	// As initialise does: a data directory that exists is complete.
	work := to.data + ".new"
	if err := os.RemoveAll(work); err != nil {
		return err
	}
	if err := who.own(work); err != nil {
		return err
	}
	out, err := who.command(ctx, bins.path("pg_basebackup"), "--pgdata", filepath.Clean(work), "--dbname", c.URL(superuser),
		"--checkpoint", "fast", "--wal-method", "stream", "--no-password").CombinedOutput()
	if err != nil {
		return fmt.Errorf("pg_basebackup: %w\n%s", err, out)
	}
	return os.Rename(work, to.data)
}
