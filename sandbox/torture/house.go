package torture

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"croupier/sandbox/postgres/watchdog"
)

// serversOfHouse is how many servers share the database.
const serversOfHouse = 2

// house is what a run torments: a Postgres, servers on it, and the ways between them and to the players. All are of its own.
type house struct {
	dir      string
	dog      *watchdog.Dog
	database *database
	servers  []*server
	toServer []*link // what players and operator go through, by server
	toData   []*link // what each server's database connections go through
	key      string
	secret   string
	finding  func(rule, what, format string, args ...any)
}

// removeDir is the watchdog's script: wait until the cluster's own watchdog has ended it, then delete everything.
const removeDir = `i=0
while [ -e "$1/postgres/data/postmaster.pid" ] && [ $i -lt 200 ]; do
	i=$((i+1))
	sleep 0.1
done
rm -rf -- "$1"
`

// openHouse starts everything that a run needs. close, or whatever way this process ends, leaves nothing of it.
func openHouse(ctx context.Context, o Options, finding func(rule, what, format string, args ...any)) (_ *house, err error) {
	h := &house{finding: finding}
	defer func() {
		if err != nil {
			err = errors.Join(fmt.Errorf("open the house to be tormented: %w", err), h.close())
		}
	}()
	if h.dir, err = os.MkdirTemp(o.Dir, "croupier-torture-"); err != nil {
		return h, err
	}
	if h.dir, err = filepath.Abs(h.dir); err == nil {
		err = os.Chmod(h.dir, 0o755) // for the user that runs Postgres for root
	}
	if err != nil {
		return h, err
	}
	if h.dog, err = watchdog.Start(removeDir, h.dir); err != nil {
		return h, err
	}
	if h.database, err = startDatabase(ctx, h.dir); err != nil {
		return h, err
	}
	return h, h.furnish(ctx, o)
}

// furnish makes the schema, the operator, the links and the servers.
func (h *house) furnish(ctx context.Context, o Options) error {
	env, err := h.environment(o.Env)
	if err != nil {
		return err
	}
	if err := h.database.run(ctx, "postgres", "CREATE DATABASE "+databaseName); err != nil {
		return err
	}
	owner := append(env, "CROUPIER_DATABASE_URL="+h.database.owner(databaseName))
	if _, err := call(ctx, o.Program, owner, "migrate", "up"); err != nil {
		return err
	}
	login := fmt.Sprintf("CREATE ROLE %s LOGIN PASSWORD '%s' IN ROLE croupier_app", loginRole, h.database.password)
	if err := h.database.run(ctx, databaseName, append([]string{login}, o.Weaken...)...); err != nil {
		return err
	}
	if err := h.makeOperator(ctx, o.Program, owner); err != nil {
		return err
	}
	for i := range serversOfHouse {
		if err := h.addServer(o.Program, env, i); err != nil {
			return err
		}
	}
	return each(h.servers, func(s *server) error { return s.start(ctx) })
}

// environment is that of the programs that are run, but for the database: ours without what is meant for us, limits that a crowd of
// players on one machine does not meet, and what the caller asks for.
func (h *house) environment(own []string) ([]string, error) {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails: it ends the program instead
	env := []string{"CROUPIER_MASTER_KEY=" + hex.EncodeToString(key), "CROUPIER_MODE=sandbox",
		"CROUPIER_MESSAGES_PER_SECOND=1000", "CROUPIER_MESSAGE_BURST=2000", "CROUPIER_CONNECTIONS_PER_IP=10000",
		"CROUPIER_REQUESTS_PER_SECOND=2000", "CROUPIER_REQUEST_BURST=20000", "CROUPIER_PLAN_LIMITS=false"}
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "CROUPIER_") {
			env = append(env, variable)
		}
	}
	return append(env, own...), nil
}

// call runs a command of the program and returns what it prints.
func call(ctx context.Context, program string, env []string, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, program, args...)
	var said bytes.Buffer
	cmd.Env, cmd.Stderr = env, &said
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("croupier %s: %w: %s", strings.Join(args, " "), err, bytes.TrimSpace(said.Bytes()))
	}
	return out, nil
}

func (h *house) makeOperator(ctx context.Context, program string, env []string) error {
	out, err := call(ctx, program, env, "operator", "create", "--name", "torture", "--mode", "sandbox", "--json")
	if err != nil {
		return err
	}
	var made struct{ APIKey, APISecret string }
	if err := json.Unmarshal(out, &made); err != nil {
		return fmt.Errorf("croupier operator create: %w", err)
	}
	h.key, h.secret = made.APIKey, made.APISecret
	return nil
}

// addServer makes a server that is not started yet, and its links.
func (h *house) addServer(program string, env []string, i int) error {
	port, err := freePort()
	if err != nil {
		return err
	}
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	toData, err := newLink(h.database.address)
	if err != nil {
		return err
	}
	h.toData = append(h.toData, toData)
	toServer, err := newLink(address)
	if err != nil {
		return err
	}
	h.toServer = append(h.toServer, toServer)
	env = append(env[:len(env):len(env)], "CROUPIER_LISTEN="+address, "CROUPIER_DATABASE_URL="+h.database.through(toData.address()))
	name := fmt.Sprintf("server-%d.log", i)
	h.servers = append(h.servers, &server{program: program, address: address, env: env, log: filepath.Join(h.dir, name),
		ended: func(name string, err error) { h.finding(Process, name, "the server ended by itself: %v", err) }})
	return nil
}

// bases are the URLs that the players know the servers by.
func (h *house) bases() []string {
	var urls []string
	for _, l := range h.toServer {
		urls = append(urls, "http://"+l.address())
	}
	return urls
}

// heal makes all good: links, processes that were stopped, and servers that do not run.
func (h *house) heal(ctx context.Context) error {
	err := each(append(h.toServer[:len(h.toServer):len(h.toServer)], h.toData...), (*link).heal)
	return errors.Join(err, each(h.servers, func(s *server) error {
		s.resume()
		if alive(ctx, s.address) {
			return nil
		}
		s.kill()
		return s.start(ctx)
	}))
}

// shut stops the servers in good order. One that does not end as it should is a finding.
func (h *house) shut() {
	_ = each(h.servers, func(s *server) error {
		if err := s.stop(); err != nil {
			h.finding(Process, filepath.Base(s.log), "stopped at the end of the run, with nothing wrong around it: %v", err)
		}
		return nil
	})
}

// read looks for what must never be in a server's log: a panic, and what the race detector says of a program that was built with it.
func (h *house) read() error {
	var problems []error
	for _, s := range h.servers {
		text, err := os.ReadFile(s.log)
		problems = append(problems, err)
		for _, sign := range []string{"WARNING: DATA RACE", "panic: ", "fatal error: "} {
			if at := bytes.Index(text, []byte("\n"+sign)); at >= 0 {
				h.finding(Process, filepath.Base(s.log), "%s", text[at:min(len(text), at+2000)])
			}
		}
	}
	return errors.Join(problems...)
}

// keep copies the logs to a directory.
func (h *house) keep(dir string) error {
	var problems []error
	logs := map[string]string{filepath.Join(h.dir, "postgres", "postgres.log"): "postgres.log"}
	for _, s := range h.servers {
		logs[s.log] = filepath.Base(s.log)
	}
	for from, name := range logs {
		text, err := os.ReadFile(from)
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o600)
		}
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// close ends what is left and deletes everything.
func (h *house) close() error {
	var problems []error
	for _, s := range h.servers {
		s.kill()
	}
	for _, l := range append(h.toServer, h.toData...) {
		l.close()
	}
	if h.database != nil {
		problems = append(problems, h.database.cluster.Stop())
	}
	if h.dir != "" {
		problems = append(problems, os.RemoveAll(h.dir))
	}
	return errors.Join(append(problems, h.dog.Release())...)
}

// each does the same with all, at the same time.
func each[T any](all []T, do func(T) error) error {
	var group sync.WaitGroup
	problems := make([]error, len(all))
	for i, one := range all {
		group.Go(func() { problems[i] = do(one) })
	}
	group.Wait()
	return errors.Join(problems...)
}

// healTime bounds how long it may take until all is good again.
const healTime = time.Minute
