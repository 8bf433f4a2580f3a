//go:build !race

package slots

// raceEnabled says whether the race detector watches.
const raceEnabled = false
