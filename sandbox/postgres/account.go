package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"syscall"
)

// account is the user that Postgres runs as: ourselves, or another one when we are root, because Postgres refuses to be root.
type account struct {
	name string
	uid  uint32
	gid  uint32
	drop bool // become this user instead of staying who we are
}

// currentAccount returns ourselves, or for root the user "postgres", or "nobody" where Postgres did not come as a package.
func currentAccount() (account, error) {
	if uid := os.Geteuid(); uid != 0 {
		return account{name: strconv.Itoa(uid), uid: uint32(uid), gid: uint32(os.Getegid())}, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if errors.As(err, new(user.UnknownUserError)) {
			continue
		}
		if err != nil {
			return account{}, fmt.Errorf("look up user %s: %w", name, err)
		}
		uid, uidErr := strconv.ParseUint(found.Uid, 10, 32)
		gid, gidErr := strconv.ParseUint(found.Gid, 10, 32)
		if err := errors.Join(uidErr, gidErr); err != nil {
			return account{}, fmt.Errorf("ids of user %s: %w", name, err)
		}
		return account{name: name, uid: uint32(uid), gid: uint32(gid), drop: true}, nil
	}
	return account{}, errors.New("root may not run Postgres, and there is neither a user postgres nor a user nobody")
}

// command prepares a program to run as the account, detached from our terminal and from settings in our environment that
// would change what Postgres does (PGDATA, PGOPTIONS, LANG, …).
func (a account) command(ctx context.Context, path string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = "/" // ours may be one that the account cannot enter
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if a.drop {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return cmd
}

// reaches reports an error if the account cannot enter dir, which root does not notice by itself.
func (a account) reaches(ctx context.Context, dir string) error {
	if !a.drop {
		return nil
	}
	if err := a.command(ctx, "/bin/sh", "-c", `cd -- "$1"`, "sh", dir).Run(); err != nil {
		return fmt.Errorf("%s cannot be entered by user %s, who runs Postgres for root; choose one that is not inside a private "+
			"directory such as /root: %w", dir, a.name, err)
	}
	return nil
}

// own makes dir a private directory of the account, and everything below it the account's. A directory that already belongs
// to somebody else, or a symbolic link, is refused: it may have been put there to read what we write.
func (a account) own(dir string) error {
	if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	owner := info.Sys().(*syscall.Stat_t).Uid
	if !info.IsDir() || (owner != a.uid && owner != uint32(os.Geteuid()) && !a.inherits(dir)) {
		return fmt.Errorf("%s is not a directory of ours (it belongs to user id %d)", dir, owner)
	}
	if a.drop && owner != a.uid {
		if err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
			return errors.Join(err, os.Lchown(path, int(a.uid), int(a.gid)))
		}); err != nil {
			return err
		}
	}
	return os.Chmod(dir, 0o700)
}

// inherits reports whether root may take dir over from another user: only when the directory that it is in is root's own and
// nobody else's to write, as after the image of a container changed and "postgres" became "nobody".
func (a account) inherits(dir string) bool {
	info, err := os.Stat(filepath.Dir(dir))
	return a.drop && err == nil && info.Sys().(*syscall.Stat_t).Uid == 0 && info.Mode().Perm()&0o022 == 0
}
