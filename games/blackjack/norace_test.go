//go:build !race

package blackjack

// raceEnabled says whether the race detector watches.
const raceEnabled = false
