//go:build race

package odds

// raceEnabled says whether the race detector watches.
const raceEnabled = true
