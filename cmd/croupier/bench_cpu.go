package main

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// cpuSeconds is processor time by who used it: "bench", "server", "postgres".
type cpuSeconds map[string]float64

// add adds what was used between two looks.
func (c cpuSeconds) add(before, after cpuSeconds) {
	for who, used := range after {
		c[who] += used - before[who]
	}
}

// cpuOf returns the processor time of this process, of the server with the id, and of the processes that the server started, which are
// those of its Postgres. It returns nothing where there is no /proc, or when the server's id is not known (0).
func cpuOf(server int) cpuSeconds {
	if server == 0 {
		return nil
	}
	files, _ := filepath.Glob("/proc/[0-9]*/stat") // the pattern is a good one
	parents, used := map[int]int{}, map[int]float64{}
	for _, file := range files {
		if pid, parent, seconds, ok := readStat(file); ok {
			parents[pid], used[pid] = parent, seconds
		}
	}
	total := cpuSeconds{}
	for pid, seconds := range used {
		switch {
		case pid == os.Getpid():
			total["bench"] += seconds
		case pid == server:
			total["server"] += seconds
		case descends(pid, server, parents):
			total["postgres"] += seconds
		}
	}
	return total
}

func descends(pid, from int, parents map[int]int) bool {
	for steps := 0; pid > 1 && steps < 100; steps++ {
		if pid = parents[pid]; pid == from {
			return true
		}
	}
	return false
}

// readStat reads a process's /proc/PID/stat, as proc_pid_stat(5) describes it. A process that has ended meanwhile is not ok.
func readStat(file string) (pid, parent int, seconds float64, ok bool) {
	const ticksPerSecond = 100 // USER_HZ is so on every Linux that Go runs on
	text, err := os.ReadFile(file)
	if err != nil {
		return 0, 0, 0, false
	}
	name := strings.LastIndexByte(string(text), ')') // the name may hold spaces
	fields := strings.Fields(string(text[name+1:]))  // from field 3 on
	if name < 0 || len(fields) < 13 {
		return 0, 0, 0, false
	}
	pid, err1 := strconv.Atoi(filepath.Base(filepath.Dir(file)))
	parent, err2 := strconv.Atoi(fields[1])
	user, err3 := strconv.Atoi(fields[11])
	system, err4 := strconv.Atoi(fields[12])
	return pid, parent, float64(user+system) / ticksPerSecond, err1 == nil && err2 == nil && err3 == nil && err4 == nil
}
