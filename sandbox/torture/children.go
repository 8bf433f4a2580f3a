package torture

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// children returns the processes that a process has started and that have not ended. Each session of Postgres is in a process group
// of its own, so a signal to the group would reach none of them.
func children(parent int) (pids []int) {
	entries, err := os.ReadDir("/proc/self")
	if err != nil || len(entries) == 0 {
		return childrenByPS(parent)
	}
	processes, _ := os.ReadDir("/proc") // one that ends meanwhile is missed, and rightly so
	for _, entry := range processes {
		var pid, ppid int
		if _, err := fmt.Sscan(entry.Name(), &pid); err != nil {
			continue
		}
		stat, _ := os.ReadFile("/proc/" + entry.Name() + "/stat")
		// "pid (name) state ppid …", and the name may hold anything
		rest := string(stat[max(0, strings.LastIndex(string(stat), ")")+1):])
		var state string
		if _, err := fmt.Sscan(rest, &state, &ppid); err == nil && ppid == parent {
			pids = append(pids, pid)
		}
	}
	return pids
}

// childrenByPS is for systems without /proc.
func childrenByPS(parent int) (pids []int) {
	list, _ := exec.Command("ps", "-A", "-o", "pid=,ppid=").Output()
	for line := range strings.Lines(string(list)) {
		var pid, ppid int
		if _, err := fmt.Sscan(line, &pid, &ppid); err == nil && ppid == parent {
			pids = append(pids, pid)
		}
	}
	return pids
}
