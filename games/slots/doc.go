// Package slots is a slot machine of 5 reels and 3 rows with fixed-shape paylines, a wild, a scatter and free spins. The machine is
// data (slots.json): this package knows how such a machine is played and what it returns, exactly. It counts in whole multiples of
// the bet per line and meets money only at its border, where it reads the bet and writes the wins. It holds no floating-point number.
package slots
