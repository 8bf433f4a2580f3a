package postgres

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
)

// DefaultDir returns where a cluster is kept when nobody says otherwise: for root a system directory, which the user that runs
// Postgres for root can reach as it cannot reach /root; for others the place that the platform has for a user's data.
func DefaultDir() (string, error) {
	if os.Geteuid() == 0 {
		return "/var/lib/croupier", nil
	}
	if data := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(data) {
		return filepath.Join(data, "croupier"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	if runtime.GOOS == "darwin" {
		return filepath.Join(home, "Library", "Application Support", "croupier"), nil
	}
	return filepath.Join(home, ".local", "share", "croupier"), nil
}

// makeDirs makes dir and what is missing above it, open to be passed through by the user that runs Postgres for root, whatever
// the umask. What is secret is in private directories below. Directories that exist stay as they are.
func makeDirs(dir string) error {
	if isDir(dir) {
		return nil
	}
	if err := makeDirs(filepath.Dir(dir)); err != nil {
		return err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		if errors.Is(err, os.ErrExist) && isDir(dir) { // another process made it just now
			return nil
		}
		return err
	}
	return os.Chmod(dir, 0o755)
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
