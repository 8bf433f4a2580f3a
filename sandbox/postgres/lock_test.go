package postgres

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// Once a restart found the directory in use "by this process itself", because another goroutine was forking.
func TestUnlockIsNotHeldUpByAFork(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "owner.lock")
	first, err := lock(dir, path)
	if err != nil {
		t.Fatal(err)
	}
	forked, err := syscall.Dup(int(first.Fd())) // what a fork does
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Close(forked)
	if err := unlock(first); err != nil {
		t.Fatal(err)
	}
	second, err := lock(dir, path)
	if err != nil {
		t.Fatal(err)
	}
	if err := unlock(second); err != nil {
		t.Fatal(err)
	}
}

func TestFreshLockFileNamesItsOwner(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "owner.lock")
	if err := os.WriteFile(path, []byte("1234567890\n"), 0o644); err != nil { // of a longer pid, long gone
		t.Fatal(err)
	}
	file, err := lock("dir", path)
	if err != nil {
		t.Fatal(err)
	}
	defer unlock(file)
	_, err = lock("dir", path)
	if used, ok := err.(*InUseError); !ok || used.PID != os.Getpid() {
		t.Errorf("the second lock gave %v", err)
	}
}
