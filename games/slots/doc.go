// Package slots is slot machines as data: 3 to 6 reels of 1 to 6 rows, paylines, a wild that may multiply, a scatter, free spins on
// strips of their own, a win cap. A machine is a definition file (docs/slots-definition.md; the built-in one is slots.json): this
// package reads it, plays it and knows what it returns, exactly. It counts in whole multiples of the bet per line and meets money
// only at its border, where it reads the bet and writes the wins. It holds no floating-point number.
package slots
