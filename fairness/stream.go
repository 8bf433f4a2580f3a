package fairness

import "fmt"

// words is where a Stream takes its 32-bit words from.
type words interface {
	word() uint32
}

// Stream is the unending sequence of draws under one label. It is not safe for concurrent use.
type Stream struct {
	words words
	label string // for the trace only
	trace *Trace // nil when nobody watches
}

// wordValues is the number of values of a word, and so the largest n that Intn can serve from one.
const wordValues = 1 << 32

// Uint32 returns the next 4 bytes of the stream as a big-endian number. It is the same draw as Intn(2^32).
func (s *Stream) Uint32() uint32 {
	word := s.words.word()
	if s.trace != nil {
		s.trace.take(word)
		s.trace.made(Draw{Label: s.label, N: wordValues, Value: uint64(word)}, 1)
	}
	return word
}

// Intn returns a number from 0 to n-1, each equally likely, for 1 ≤ n ≤ 2^32; it panics for another n. It takes words until
// one is below floor(2^32 / n) · n and returns that one modulo n, so there is no modulo bias. Intn(1) takes one word too.
func (s *Stream) Intn(n uint64) uint64 {
	if n < 1 || n > wordValues {
		panic(fmt.Sprintf("fairness: Intn(%d): n must be from 1 to 2^32", n))
	}
	if s.trace != nil {
		return s.tracedIntn(n)
	}
	limit := acceptBelow(n)
	for {
		if word := uint64(s.words.word()); word < limit {
			return word % n
		}
	}
}

func (s *Stream) tracedIntn(n uint64) uint64 {
	limit := acceptBelow(n)
	for taken := 1; ; taken++ {
		word := s.words.word()
		s.trace.take(word)
		if uint64(word) < limit {
			value := uint64(word) % n
			s.trace.made(Draw{Label: s.label, N: n, Value: value}, taken)
			return value
		}
	}
}

// acceptBelow returns the largest multiple of n that is not above 2^32: below it every residue occurs equally often.
func acceptBelow(n uint64) uint64 {
	return wordValues / n * n
}

// Shuffle puts n elements into one of their n! orders, each equally likely: for i from n-1 down to 1 it swaps element i with
// element Intn(i+1). It draws n-1 times, and not at all for n < 2. It panics for n < 0 and n > 2^32.
func (s *Stream) Shuffle(n int, swap func(i, j int)) {
	if n < 0 {
		panic(fmt.Sprintf("fairness: Shuffle(%d): n must not be negative", n))
	}
	for i := n - 1; i > 0; i-- {
		swap(i, int(s.Intn(uint64(i)+1)))
	}
}

// Weighted returns an index of weights, i with a chance of weights[i] out of their sum, which must be from 1 to 2^32; it
// panics otherwise. It is the first index whose cumulative weight exceeds Intn(sum): an index of weight 0 is never returned.
func (s *Stream) Weighted(weights []uint32) int {
	var sum uint64
	for _, w := range weights {
		sum += uint64(w)
	}
	r := s.Intn(sum)
	for i, w := range weights {
		if r < uint64(w) {
			return i
		}
		r -= uint64(w)
	}
	panic("unreachable: Intn(sum) is below the sum of the weights")
}
