package main

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"reflect"
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"croupier/sandbox/pgtest"
)

// TestMain lets the test binary be croupier when it is started with a command, by a test or as bench starts its sandbox.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && !strings.HasPrefix(os.Args[1], "-") {
		main()
		return
	}
	pgtest.Main(m)
}

// program is croupier in an environment of its own.
type program []string

// run runs a command and returns what it printed and said, and its exit status.
func (p program) run(t *testing.T, args ...string) (out, said string, status int) {
	t.Helper()
	return p.runFed(t, "", args...)
}

// runFed runs a command with something on its standard input.
func (p program) runFed(t *testing.T, input string, args ...string) (out, said string, status int) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	cmd := exec.CommandContext(t.Context(), os.Args[0], args...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(input), &stdout, &stderr
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "CROUPIER_") {
			cmd.Env = append(cmd.Env, variable)
		}
	}
	cmd.Env = append(cmd.Env, p...)
	err := cmd.Run()
	var ended *exec.ExitError
	if err != nil && !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()
}

// ok runs a command that must succeed.
func (p program) ok(t *testing.T, args ...string) string {
	t.Helper()
	return p.fed(t, "", args...)
}

// fed runs a command that must succeed, with something on its standard input.
func (p program) fed(t *testing.T, input string, args ...string) string {
	t.Helper()
	out, said, status := p.runFed(t, input, args...)
	if status != 0 {
		t.Fatalf("%s: exit status %d: %s", strings.Join(args, " "), status, said)
	}
	return out
}

// An environment variable means one thing: a value that is right for one command must not be wrong for another.
func TestEnvironmentTwins(t *testing.T) {
	t.Parallel()
	var cli commands
	parser, err := kong.New(&cli, options(t.Context())...)
	if err != nil {
		t.Fatal(err)
	}
	types, flags := map[string]reflect.Type{}, map[string]string{}
	_ = kong.Visit(parser.Model, func(node kong.Visitable, next kong.Next) error {
		flag, ok := node.(*kong.Flag)
		if !ok || flag.Name == "help" {
			return next(nil)
		}
		if len(flag.Envs) != 1 {
			t.Errorf("--%s has the environment twins %q", flag.Name, flag.Envs)
			return next(nil)
		}
		name := flag.Envs[0]
		if was, ok := types[name]; ok && (was != flag.Target.Type() || flags[name] != flag.Name) {
			t.Errorf("%s is a %s for --%s and a %s for --%s", name, was, flags[name], flag.Target.Type(), flag.Name)
		}
		types[name], flags[name] = flag.Target.Type(), flag.Name
		return next(nil)
	})
	for name, flag := range map[string]string{"CROUPIER_MASTER_KEY": "master-key", "CROUPIER_JSON": "json", "CROUPIER_BENCH_JSON": "json",
		"CROUPIER_BENCH_URL": "url", "CROUPIER_WS_URL": "url"} {
		if flags[name] != flag {
			t.Errorf("%s is the twin of %q, want --%s", name, flags[name], flag)
		}
	}
}
