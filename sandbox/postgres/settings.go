package postgres

import "maps"

// defaults suit a small machine of two cores that also runs the server and its clients, and they keep every promise of
// durability: what was committed survives kill -9 and a power cut.
var defaults = map[string]string{
	"fsync":              "on",
	"synchronous_commit": "on",
	"full_page_writes":   "on",

	"listen_addresses":        "", // the Unix socket in a private directory is the only door
	"unix_socket_permissions": "0700",
	"max_connections":         "200",

	"shared_buffers":                  "256MB",
	"effective_cache_size":            "1GB",
	"work_mem":                        "8MB",
	"maintenance_work_mem":            "64MB",
	"random_page_cost":                "1.1", // solid-state disks
	"jit":                             "off", // short statements only lose by it
	"max_parallel_workers_per_gather": "0",   // so do two cores; and containers have little /dev/shm

	"wal_level":                    "minimal", // nobody replicates a sandbox
	"max_wal_senders":              "0",
	"wal_compression":              "on",
	"wal_buffers":                  "16MB",
	"min_wal_size":                 "256MB",
	"max_wal_size":                 "4GB", // checkpoints by the clock, not by a burst of bets
	"checkpoint_timeout":           "15min",
	"checkpoint_completion_target": "0.9",

	"timezone":            "UTC",
	"log_timezone":        "UTC",
	"logging_collector":   "off", // stderr is our log file already
	"log_min_messages":    "warning",
	"log_checkpoints":     "off",
	"log_error_verbosity": "default",
}

// settings returns the defaults with the caller's on top.
func settings(own map[string]string) map[string]string {
	all := maps.Clone(defaults)
	maps.Copy(all, own)
	return all
}
