//go:build !race

package move

// slowness divides the number of rounds of long tests: the race detector makes them some twenty times slower.
const slowness = 1
