package fairness

// Draws hands out the streams of one round: one fresh Stream per label. Labels are the part of the message after
// "clientSeed:nonce", without its colon: "" for a single-step round, "init", "0", "1", … for a multi-step one, "fs0", "fs1", …
// for free spins, "pay" for fair rounding. Seeds, scripts of forced outcomes and simulations implement it.
type Draws interface {
	Stream(label string) *Stream
}

// Script is a forced outcome: for each label, the uint32 values that its stream yields before it goes on with the bytes that
// the seeds give. It is recorded with the round, so that a forced round can be recomputed like any other.
type Script map[string][]uint32
