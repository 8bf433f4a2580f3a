//go:build !race

package gamestest

// Slowness is what long tests divide the number of their rounds by: the race detector makes them some twenty times slower.
const Slowness = 1
