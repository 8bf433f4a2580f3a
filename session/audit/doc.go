// Package audit holds what a house has recorded to account. It exports rounds from one snapshot of a database, and checks an export,
// or a database by the export of it: every outcome is recomputed from the revealed seeds, and nonces, commitments, sums and balances
// are followed from round to round. It reads lines in order and keeps nothing of them but sums, so that memory does not grow with
// their number. It writes to no database, and nothing in it decides about play or money: floating point occurs in statistics only.
package audit
