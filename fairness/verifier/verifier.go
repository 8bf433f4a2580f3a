// Package verifier holds the independent verifiers: a page and a Python program that recompute rounds from their records. They are
// written from docs/fairness.md and docs/games alone, share no code with the server, and are of one file each, so that a player can
// keep them. Go only carries them, writes their tables, and tests them.
package verifier

import _ "embed" // for the two files

// Page is the verifier as a web page, which needs no server once it is loaded.
//
//go:embed verifier.html
var Page []byte

// Program is the verifier as a program for Python 3.9 or later, which needs only its standard library.
//
//go:embed verify.py
var Program []byte
