package torture

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"croupier/sandbox/torture/check"
	"croupier/sandbox/torture/history"
)

// The rules that a run itself looks after, as Finding.Rule names them. Those of the checker are in package check.
const (
	Learnt  = "every request is answered for good once all is well"
	Process = "a server ends only when it is told to, within 10 s and with 0"
	Wire    = "every message is answered once, and nothing is said that the protocol does not have"
	Log     = "the commitment log has everything that happened, as it happened"
	Harness = "the harness works"
)

// Report is what a run did and found.
type Report struct {
	Seed     uint64                          `json:"seed"`
	Played   time.Duration                   `json:"playedNs"` // until the last client had ended
	Took     time.Duration                   `json:"tookNs"`   // with the check
	Clients  int                             `json:"clients"`
	Players  int                             `json:"players"`
	Faults   map[string]int                  `json:"faults"` // by kind
	Ops      map[history.Kind]map[string]int `json:"ops"`    // by kind and by what they were told for good: "done", a code, or "nothing"
	Tries    int                             `json:"tries"`
	Retried  int                             `json:"retried"`  // ops that were sent more than once
	Relearnt int                             `json:"relearnt"` // of them: took effect before the sending that was answered first
	Rounds   int64                           `json:"rounds"`   // that clients saw end
	PerSec   float64                         `json:"roundsPerSecond"`
	Connects int64                           `json:"connects"` // sockets that clients opened, the first of each too
	Leaves   int64                           `json:"leaves"`   // of the commitment log, 0 on servers of somebody else's
	Check    *check.Report                   `json:"check"`
	Findings []check.Finding                 `json:"findings"` // the run's own and the checker's
	Kept     string                          `json:"kept,omitempty"`
}

// OK says whether nothing was found.
func (r *Report) OK() bool { return len(r.Findings) == 0 }

// mostFindings bounds how many the run itself lists.
const mostFindings = 100

// finding writes one down.
func (r *run) finding(rule, what, format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.findings) == mostFindings {
		return
	}
	r.findings = append(r.findings, check.Finding{Rule: rule, What: what, Detail: fmt.Sprintf(format, args...)})
}

// history is what all clients wrote down.
func (r *run) history(faults []history.Fault) *history.History {
	h := &history.History{Seed: r.Seed, Began: r.began, Faults: faults}
	for _, p := range r.players {
		h.Players = append(h.Players, p.Player)
	}
	for _, c := range r.clients {
		c.mu.Lock()
		for _, o := range c.ops {
			h.Ops = append(h.Ops, o.Op)
		}
		c.mu.Unlock()
	}
	return h
}

func (r *run) newReport(h *history.History) *Report {
	report := &Report{Seed: r.Seed, Played: time.Since(r.began), Clients: r.Clients, Players: len(r.players), Faults: map[string]int{},
		Ops: map[history.Kind]map[string]int{}, Rounds: r.rounds.Load(), Connects: r.connects.Load()}
	report.PerSec = float64(report.Rounds) / report.Played.Seconds()
	for _, f := range h.Faults {
		report.Faults[f.Kind]++
	}
	for _, o := range h.Ops {
		if report.Ops[o.Kind] == nil {
			report.Ops[o.Kind] = map[string]int{}
		}
		t, ok := o.Settled()
		switch {
		case !ok:
			report.Ops[o.Kind]["nothing"]++
			r.finding(Learnt, o.Request, "%s of player %s was sent %d times", o.Kind, o.Player, len(o.Tries))
		default:
			report.Ops[o.Kind][cmp.Or(t.Code, "done")]++
		}
		if relearnt(h, o) {
			report.Relearnt++
		}
		report.Tries += len(o.Tries)
		if len(o.Tries) > 1 {
			report.Retried++
		}
	}
	return report
}

// relearnt tells whether an op took effect by a sending whose answer never came, as far as its first answer shows it: a deposit says
// that it was known already, and a round has an id with the time of its making. Of most plays it does not show.
func relearnt(h *history.History, o history.Op) bool {
	told, _ := o.Settled()
	if len(o.Tries) < 2 || o.Tries[0].Told > 0 || told.Type == "error" {
		return false
	}
	var answer struct {
		Duplicate bool
		RoundID   uuid.UUID
	}
	if json.Unmarshal(told.Answer, &answer) != nil {
		return false
	}
	opens := bytes.Contains(o.Payload, []byte(`"amount"`)) || bytes.Contains(o.Payload, []byte(`"betPerLine"`))
	if o.Kind != history.Action || !opens {
		return answer.Duplicate
	}
	made := time.Unix(answer.RoundID.Time().UnixTime())
	return made.Before(h.Began.Add(told.Sent - 5*time.Millisecond))
}

// Print writes the report for people.
func (r *Report) Print(w io.Writer) {
	fmt.Fprintf(w, "seed %d: %d clients of %d players played for %.1f s\n", r.Seed, r.Clients, r.Players, r.Played.Seconds())
	n := 0
	for _, count := range r.Faults {
		n += count
	}
	fmt.Fprintf(w, "%d faults\n", n)
	for _, f := range faults {
		if r.Faults[f.kind] > 0 {
			fmt.Fprintf(w, "  %5d  %-16s %s\n", r.Faults[f.kind], f.kind, f.about)
		}
	}
	total := 0
	for _, outcomes := range r.Ops {
		for _, count := range outcomes {
			total += count
		}
	}
	fmt.Fprintf(w, "%d requests, sent %d times; %d rounds, %.0f a second; %d connections\n", total, r.Tries, r.Rounds, r.PerSec, r.Connects)
	fmt.Fprintf(w, "  %d sent more than once; of %d of them it shows that they had taken effect and the answer was lost\n", r.Retried, r.Relearnt)
	for _, kind := range slices.Sorted(maps.Keys(r.Ops)) {
		fmt.Fprintf(w, "  %-12s", kind)
		for _, outcome := range slices.SortedFunc(maps.Keys(r.Ops[kind]), doneFirst) {
			fmt.Fprintf(w, "  %s %d", outcome, r.Ops[kind][outcome])
		}
		fmt.Fprintln(w)
	}
	if r.Leaves > 0 {
		fmt.Fprintf(w, "%d leaves of the commitment log\n", r.Leaves)
	}
	r.Check.Print(w)
	for _, f := range r.Findings[:len(r.Findings)-len(r.Check.Findings)] {
		fmt.Fprintf(w, "! %s\n    %s: %s\n", f.Rule, f.What, f.Detail)
	}
	if r.Kept != "" {
		fmt.Fprintf(w, "logs and history are in %s\n", r.Kept)
	}
	if r.OK() {
		fmt.Fprintln(w, "nothing found: all of it holds")
	} else {
		fmt.Fprintf(w, "%d FINDINGS\n", len(r.Findings))
	}
}

func doneFirst(a, b string) int {
	if (a == "done") != (b == "done") {
		return map[bool]int{true: -1, false: 1}[a == "done"]
	}
	return strings.Compare(a, b)
}

// say tells what is being done.
func (r *run) say(format string, args ...any) {
	fmt.Fprintf(r.Progress, "torture: "+format+"\n", args...)
}

// checking tells what the checker does, a line for each step.
func (r *run) checking() func(step string, n, of int) {
	last := ""
	return func(step string, n, of int) {
		if step != last {
			last = step
			r.say("checking: %s", step)
		}
	}
}

// tell tells every few seconds how it goes, until done is called.
func (r *run) tell(faults func() (n int, last string)) (done func()) {
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(5 * time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-stop:
				return
			case <-ticker.C:
			}
			n, last := faults()
			line := fmt.Sprintf("%.0f s of %s, %d rounds, %d connections", time.Since(r.began).Seconds(), r.For, r.rounds.Load(), r.connects.Load())
			if n > 0 {
				line += fmt.Sprintf(", %d faults, the last was %s", n, last)
			}
			r.say("%s", line)
		}
	}()
	return func() {
		close(stop)
		<-ended
	}
}

// keep keeps logs and history, where the options say so or something is wrong.
func (r *run) keep(h *history.History, wrong bool) (err error) {
	if r.KeepDir == "" && !wrong {
		return nil
	}
	if r.KeepDir == "" {
		if r.KeepDir, err = os.MkdirTemp("", fmt.Sprintf("torture-kept-%d-", r.Seed)); err != nil {
			return fmt.Errorf("keep what was found: %w", err)
		}
	}
	problems := []error{os.MkdirAll(r.KeepDir, 0o755)}
	if r.house != nil {
		problems = append(problems, r.house.keep(r.KeepDir))
	}
	file, err := os.Create(filepath.Join(r.KeepDir, "history.jsonl"))
	if err == nil {
		err = errors.Join(history.Write(file, h), file.Close())
	}
	if err := errors.Join(append(problems, err)...); err != nil {
		return fmt.Errorf("keep what was found in %s: %w", r.KeepDir, err)
	}
	r.say("logs and history are in %s", r.KeepDir)
	return nil
}

// Write writes the report as JSON.
func (r *Report) Write(file string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err == nil {
		err = os.WriteFile(file, append(text, '\n'), 0o644)
	}
	return err
}
