package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"croupier/sandbox"
	"croupier/sandbox/postgres"
	"croupier/sandbox/postgres/watchdog"
)

// benchTarget is the server that is measured.
type benchTarget struct {
	sandbox.Info
	pid   int // of its process; 0: not known
	close func() error
}

// own is whether the benchmark starts a sandbox of its own.
func (c *benchCmd) own() bool { return c.URL == "" && c.APIKey == "" && c.SandboxDir == "" }

// target finds the server that the flags name, or starts one.
func (c *benchCmd) target(ctx context.Context) (*benchTarget, error) {
	if c.own() {
		return c.ownSandbox(ctx)
	}
	if flags := c.sandboxFlags(); len(flags) > 0 {
		return nil, fmt.Errorf("%s is for a sandbox of the benchmark's own, and this server runs already", flags[0])
	}
	if c.Keep != "" {
		return nil, errors.New("--keep is for a sandbox of the benchmark's own, and this server runs already")
	}
	t := &benchTarget{close: func() error { return nil }}
	t.BaseURL, t.APIKey, t.APISecret, t.DatabaseURL = cmp.Or(c.URL, "http://127.0.0.1:8080"), c.APIKey, c.APISecret, c.DatabaseURL
	if t.APIKey == "" {
		return t, t.readKey(c.SandboxDir)
	}
	return t, nil
}

// sandboxFlags are for `croupier sandbox` when the benchmark starts one.
func (c *benchCmd) sandboxFlags() []string {
	var flags []string
	for name, value := range c.settings() {
		flags = append(flags, "--postgres-setting="+name+"="+value)
	}
	slices.Sort(flags)
	if c.Settlers != 0 {
		flags = append(flags, "--settlers="+strconv.Itoa(c.Settlers))
	}
	if c.NoLog {
		flags = append(flags, "--no-commitment-log")
	}
	return flags
}

// settings are those of Postgres that the user asks for, and what --statements needs.
func (c *benchCmd) settings() map[string]string {
	const preload = "shared_preload_libraries"
	all := maps.Clone(c.PostgresSetting)
	if c.Statements && c.own() {
		if all == nil {
			all = map[string]string{}
		}
		all[preload] = strings.TrimPrefix(all[preload]+","+statementsLibrary, ",")
	}
	return all
}

// readKey takes the API key from a sandbox's data directory.
func (t *benchTarget) readKey(dir string) (err error) {
	if dir == "" {
		if dir, err = postgres.DefaultDir(); err != nil {
			return fmt.Errorf("data directory: %w", err)
		}
	}
	text, err := os.ReadFile(filepath.Join(dir, "sandbox.json"))
	if err == nil {
		err = json.Unmarshal(text, &t.Info)
	}
	if err != nil {
		return fmt.Errorf("no --api-key, and no sandbox to take one from: %w", err)
	}
	return nil
}

// endSandbox is the watchdog's script: it ends the sandbox with process id $1. removeData goes on to remove its directory $2.
const endSandbox = `kill -TERM "$1"
i=0
while kill -0 "$1" && [ $i -lt 200 ]; do
	i=$((i+1))
	sleep 0.1
done
`

const removeData = `rm -rf "$2"
`

// ownSandbox starts a sandbox in a process of its own, so that client and server share nothing but the machine. Its data is in a new
// directory in place, and is removed by close, or by whatever way this process ends; or it is in the directory to keep, and stays.
func (c *benchCmd) ownSandbox(ctx context.Context) (*benchTarget, error) {
	dir, err := c.Keep, error(nil)
	if c.Keep == "" {
		dir, err = os.MkdirTemp(c.Dir, ".croupier-bench-")
		if err == nil {
			err = os.Chmod(dir, 0o755) // for the user that runs Postgres for root
		}
	}
	if err == nil {
		dir, err = filepath.Abs(dir)
	}
	program, err2 := os.Executable()
	if err := errors.Join(err, err2); err != nil {
		return nil, fmt.Errorf("sandbox for the benchmark: %w", err)
	}
	args := append([]string{"sandbox", "--json", "--listen", "127.0.0.1:0", "--data-dir", dir}, c.sandboxFlags()...)
	args = append(args, "--connections-per-ip="+strconv.Itoa(max(10_000, 2*c.sockets()))) // some may be on their way out
	cmd := exec.Command(program, args...)
	cmd.Stderr = os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us: we end it
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "CROUPIER_") { // those are for us, too
			cmd.Env = append(cmd.Env, variable)
		}
	}
	t := &benchTarget{}
	if err := t.start(ctx, cmd, dir, c.Keep == ""); err != nil {
		return nil, fmt.Errorf("sandbox for the benchmark: %w", err)
	}
	return t, nil
}

// start starts the sandbox, and says how to end it. Data that is not to stay is removed at the end.
func (t *benchTarget) start(ctx context.Context, cmd *exec.Cmd, dir string, remove bool) error {
	script, clean := endSandbox, func() error { return nil }
	if remove {
		script, clean = endSandbox+removeData, func() error { return os.RemoveAll(dir) }
	}
	told, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		return errors.Join(err, clean())
	}
	t.pid = cmd.Process.Pid
	dog, err := watchdog.Start(script, strconv.Itoa(t.pid), dir)
	t.close = func() error {
		ended := end(cmd)
		return errors.Join(ended, dog.Release(), clean())
	}
	if err == nil {
		stop := context.AfterFunc(ctx, func() { _ = cmd.Process.Signal(syscall.SIGTERM) }) // and Decode ends
		err = json.NewDecoder(told).Decode(&t.Info)
		stop()
	}
	if err != nil {
		return errors.Join(fmt.Errorf("it did not start, for the reason that it gave above: %w", err), t.close())
	}
	return nil
}

// end asks a process to end and waits for it, and kills it if that takes too long.
func end(cmd *exec.Cmd) error {
	_ = cmd.Process.Signal(syscall.SIGTERM) // an error means that it has ended
	kill := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	if err := cmd.Wait(); err != nil {
		return fmt.Errorf("end the sandbox: %w", err)
	}
	return nil
}
