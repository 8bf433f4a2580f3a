// Package money holds exact amounts of money: numbers as they come over the wire, currencies with their scales, and amounts in
// whole minor units. Nothing in it rounds: what does not fit is an error. It is pure: it knows no database and no network, so
// that the rules of games may use it.
package money
