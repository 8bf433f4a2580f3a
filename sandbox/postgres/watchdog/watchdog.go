// Package watchdog cleans up after this process, however it ends: by return, by panic, by SIGKILL.
//
// A small shell waits in a session of its own, out of the reach of Ctrl-C, on a pipe that only this process can write to. When
// the process is gone the kernel closes the pipe, and the shell runs its script.
package watchdog

import (
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"
)

// prelude waits for the pipe to close. The word "release" is the only other way out, so a half-dead owner cannot disarm it.
const prelude = `trap '' HUP INT TERM
read -r word
[ "$word" = release ] && exit 0
`

// Dog is one armed watchdog.
type Dog struct {
	cmd     *exec.Cmd
	leash   *os.File
	release sync.Once
	err     error
}

// Start arms a watchdog: when this process ends without Release, /bin/sh runs script with args as $1, $2, …, as this
// process's user, with no input and no output.
func Start(script string, args ...string) (*Dog, error) {
	held, leash, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("watchdog pipe: %w", err)
	}
	defer held.Close()
	cmd := exec.Command("/bin/sh", append([]string{"-c", prelude + script, "watchdog"}, args...)...)
	cmd.Dir = "/" // never hold on to a directory that somebody wants to unmount or delete
	cmd.Stdin = held
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		leash.Close()
		return nil, fmt.Errorf("start watchdog: %w", err)
	}
	return &Dog{cmd: cmd, leash: leash}, nil
}

// PID returns the shell's process id.
func (d *Dog) PID() int { return d.cmd.Process.Pid }

// Release ends the watchdog without running its script and waits until it is gone. It may be called more than once, and on a
// nil Dog.
func (d *Dog) Release() error {
	if d == nil {
		return nil
	}
	d.release.Do(func() {
		_, writeErr := d.leash.WriteString("release\n")
		d.leash.Close()
		if err := d.cmd.Wait(); err != nil {
			d.err = fmt.Errorf("watchdog: %w", err)
		} else if writeErr != nil {
			d.err = fmt.Errorf("release watchdog: %w", writeErr)
		}
	})
	return d.err
}
