package check

import (
	"cmp"
	"fmt"
	"slices"
	"sync"
)

// maxFindings bounds what is listed of one rule: the first is what somebody looks at, and a server that does it wrong once does it
// wrong a million times.
const maxFindings = 100

// findings are where a report is made: several players are checked at once.
type findings struct {
	mu     sync.Mutex
	report Report
	listed map[string]int
}

func newFindings() *findings {
	return &findings{report: Report{Findings: []Finding{}, Left: map[string]int{}}, listed: map[string]int{}}
}

// add takes a finding in.
func (f *findings) add(rule, what, format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.listed[rule] == maxFindings {
		f.report.Left[rule]++
		return
	}
	f.listed[rule]++
	f.report.Findings = append(f.report.Findings, Finding{Rule: rule, What: what, Detail: fmt.Sprintf(format, args...)})
}

// done returns the report, in the order of the rules and of what was found wrong.
func (f *findings) done() *Report {
	slices.SortStableFunc(f.report.Findings, func(a, b Finding) int {
		return cmp.Or(slices.Index(Rules, a.Rule)-slices.Index(Rules, b.Rule), cmp.Compare(a.What, b.What), cmp.Compare(a.Detail, b.Detail))
	})
	return &f.report
}
