// Package blackjack plays blackjack under any of the usual rules: Rules are the switches, Table is the play itself, without money
// and JSON, for everything that plays rounds; Engine is the game as the catalogue offers it. docs/games/blackjack.md is its
// rules page. What the rules are worth is computed in the package odds, which writes the charts and figures that are embedded here.
package blackjack
