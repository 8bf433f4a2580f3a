package postgres

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestRunningCluster looks at one cluster from several sides; none of them changes it.
func TestRunningCluster(t *testing.T) {
	t.Parallel()
	c := start(t, newDir(t))
	t.Run("durable and private", func(t *testing.T) { checkSettings(t, c) })
	t.Run("run by another user than root", func(t *testing.T) { checkUser(t, c) })
	t.Run("out of reach of Ctrl-C", func(t *testing.T) { checkProcessGroup(t, c) })
	t.Run("second owner", func(t *testing.T) { checkSecondOwner(t, c) })
}

func checkSettings(t *testing.T, c *Cluster) {
	t.Helper()
	for name, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "listen_addresses": "",
		"server_encoding": "UTF8", "lc_collate": "C", "max_connections": "17",
	} {
		if got := sql(t, c.URL("postgres"), "SHOW "+name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	for _, dir := range []string{c.layout.data, c.layout.socket} {
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o700 {
			t.Errorf("%s has mode %v", dir, info.Mode())
		}
	}
}

func checkUser(t *testing.T, c *Cluster) {
	t.Helper()
	info, err := os.Stat(filepath.Join(c.layout.data, "base")) // made by the server's own user
	if err != nil {
		t.Fatal(err)
	}
	uid := int(info.Sys().(*syscall.Stat_t).Uid)
	if root := os.Getuid() == 0; root && uid == 0 || !root && uid != os.Getuid() {
		t.Errorf("user %d runs Postgres for user %d", uid, os.Getuid())
	}
}

func checkProcessGroup(t *testing.T, c *Cluster) {
	t.Helper()
	for what, pid := range map[string]int{"postgres": c.server.cmd.Process.Pid, "the watchdog": c.server.dog.PID()} {
		if group, err := syscall.Getpgid(pid); err != nil || group == syscall.Getpgrp() {
			t.Errorf("%s is in our process group (%v)", what, err)
		}
	}
}

func checkSecondOwner(t *testing.T, c *Cluster) {
	t.Helper()
	_, err := Start(t.Context(), Options{Dir: c.Dir()})
	var used *InUseError
	if !errors.As(err, &used) || used.PID != os.Getpid() || !strings.Contains(err.Error(), c.Dir()) {
		t.Errorf("a second Start gave %v", err)
	}
	sql(t, c.URL("postgres"), "SELECT 1")
}
