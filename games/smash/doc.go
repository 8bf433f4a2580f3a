// Package smash is the game of the safe: every hit multiplies the stake, until the hammer breaks or the safe cracks and pays a
// bonus. docs/games/smash.md has its rules.
package smash
