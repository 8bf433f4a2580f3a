//go:build !race

package smash

// raceEnabled says whether the race detector watches.
const raceEnabled = false
