// Package fairness turns a committed seed pair into outcomes that anyone can recompute, with integers only: docs/fairness.md
// is its specification, testdata/vectors.json its test vectors.
//
// It is pure: what it returns depends on its arguments alone, but for NewServerSeed, NewClientSeed and Vault.Seal, which read
// the system's secure randomness. It must never import a database, a network, a clock or a context, never log, never let a
// server seed out but by ServerSeed.Reveal, and never change a byte that it derived for a seed pair before.
package fairness
