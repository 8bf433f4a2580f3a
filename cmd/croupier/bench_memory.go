package main

import (
	"context"
	"time"
)

// serverMemory is what a server's process says of its memory, in bytes.
type serverMemory struct {
	heap, stacks, runtime float64 // in use by Go
	resident              float64 // what the kernel counts
	goroutines            float64
	collections           float64
}

// benchMemory is what one client that only waits takes of the server's memory, in bytes: what all took, by their number. The kernel's
// buffers of the sockets are not in it.
type benchMemory struct {
	Clients    int     `json:"waitingClients"`
	InUse      float64 `json:"inUseBytes"`   // Heap + Stacks + Runtime
	Heap       float64 `json:"heapBytes"`    // spans that hold objects, after a collection
	Stacks     float64 `json:"stackBytes"`   // of goroutines
	Runtime    float64 `json:"runtimeBytes"` // what the runtime keeps to manage the two
	Resident   float64 `json:"residentBytes"`
	Goroutines float64 `json:"goroutines"`

	ResidentBefore int64 `json:"residentBytesBefore"` // of the whole process
	ResidentAfter  int64 `json:"residentBytesAfter"`
}

// since says what n clients more took.
func (m serverMemory) since(before serverMemory, n int) *benchMemory {
	if m.resident == 0 || n == 0 {
		return nil
	}
	each := func(after, before float64) float64 { return (after - before) / float64(n) }
	grown := &benchMemory{Clients: n,
		Heap: each(m.heap, before.heap), Stacks: each(m.stacks, before.stacks), Runtime: each(m.runtime, before.runtime),
		Resident: each(m.resident, before.resident), Goroutines: each(m.goroutines, before.goroutines),
		ResidentBefore: int64(before.resident), ResidentAfter: int64(m.resident)}
	grown.InUse = grown.Heap + grown.Stacks + grown.Runtime
	return grown
}

// How a server is brought to collect its garbage, so that what is in use is what it needs.
const (
	collections = 2                // the first only tells what is not used any more of what is kept to be used again
	sweepLooks  = 50               // after them, while what they freed is swept
	collectTime = 60 * time.Second // at most
)

// readMemory reads the server's memory after its collector has run. A server cannot be told to run it, but each look makes a little
// garbage, until it does by itself. It returns nothing of a server that keeps its metrics to itself.
func (b *bench) readMemory(ctx context.Context) (serverMemory, error) {
	b.say("waiting until the server has collected its garbage")
	begun := time.Now()
	first, err := b.lookAtMemory(ctx)
	m := first
	for err == nil && m.resident > 0 && m.collections < first.collections+collections {
		if time.Since(begun) > collectTime {
			b.say("it has not, within %s: its memory is read as it is", collectTime)
			break
		}
		m, err = b.lookAtMemory(ctx)
	}
	for range sweepLooks {
		if err != nil {
			return m, err
		}
		var next serverMemory
		next, err = b.lookAtMemory(ctx)
		if next.heap < m.heap {
			m = next
		}
	}
	return m, err
}

func (b *bench) lookAtMemory(ctx context.Context) (serverMemory, error) {
	gauges, err := b.scrape(ctx)
	return serverMemory{
		heap: gauges["go_memstats_heap_inuse_bytes"], stacks: gauges["go_memstats_stack_inuse_bytes"],
		runtime: gauges["go_memstats_mspan_inuse_bytes"] + gauges["go_memstats_mcache_inuse_bytes"] + gauges["go_memstats_gc_sys_bytes"] +
			gauges["go_memstats_other_sys_bytes"] + gauges["go_memstats_buck_hash_sys_bytes"],
		resident: gauges["process_resident_memory_bytes"], goroutines: gauges["go_goroutines"],
		collections: gauges["go_gc_duration_seconds_count"],
	}, err
}
