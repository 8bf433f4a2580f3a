// Package guess is the game of the hidden key: twelve characters to be guessed one at a time, while every guess raises a trace
// that ends the round at 100. docs/games/guess.md has its rules.
package guess
