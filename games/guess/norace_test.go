//go:build !race

package guess

// raceEnabled says whether the race detector watches.
const raceEnabled = false
