// Package commitlog is the log of what the house has committed to, as anyone may check it: what a leaf says, byte for byte, the Merkle
// tree over the leaves (RFC 6962), and the signed checkpoints and tiles that it is published as (c2sp.org/tlog-checkpoint,
// c2sp.org/tlog-tiles). It promises that equal facts are equal bytes for ever. It is pure: no database, network or clock.
package commitlog
