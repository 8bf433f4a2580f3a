// Package session knows who is playing and what they play: operators and their keys, players and their tokens, one player's
// serial life at a seat, rounds and their recovery, and the settler that commits many players' moves at once.
// It never tells a result before it is committed, and never lets a server seed or an engine's state out while it is in play.
package session
