package fairness

import "math/rand/v2"

// NewSimulation returns fast pseudo-random draws for simulating games: reproducible from seed, without any secret, and of no
// use for play. All its streams take turns on one generator, so that, unlike a round's, they go on and never repeat: one
// simulation serves any number of rounds. It is not safe for concurrent use; give each goroutine its own, with its own seed.
func NewSimulation(seed uint64) Draws {
	// The second half of PCG's seed is any constant: this one is the golden ratio's fraction in 64 bits.
	s := &simulation{pcg: rand.NewPCG(seed, 0x9e3779b97f4a7c15)}
	s.stream.words = s
	return s
}

type simulation struct {
	stream Stream
	pcg    *rand.PCG
	half   uint32 // the second word of the last 64 bits taken from pcg
	kept   bool   // whether half is still to be used
}

func (s *simulation) Stream(string) *Stream {
	return &s.stream
}

func (s *simulation) word() uint32 {
	if s.kept {
		s.kept = false
		return s.half
	}
	both := s.pcg.Uint64()
	s.half, s.kept = uint32(both), true
	return uint32(both >> 32)
}
