package fairness

import (
	"crypto/hmac"
	"crypto/sha512"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
)

// Pair is the two seeds that a player's rounds are drawn from, one nonce after the other.
type Pair struct {
	ServerSeed ServerSeed
	ClientSeed string
}

// Validate returns an error, *SeedError where the client seed is to blame, unless rounds can be drawn from the pair.
func (p Pair) Validate() error {
	if p.ServerSeed.IsZero() {
		return errors.New("the pair has no server seed")
	}
	return ValidateClientSeed(p.ClientSeed)
}

// Round returns the draws of the pair's round number nonce, from 0. A label's stream starts afresh each time that it is asked
// for, so a round asks once for each label that it uses. A label is made of lowercase letters and digits, or empty; Stream
// panics otherwise. Round panics on a pair that is not valid. The draws are not safe for concurrent use.
func (p Pair) Round(nonce uint64) Draws {
	if err := p.Validate(); err != nil {
		panic(fmt.Sprintf("fairness: Round: %v", err))
	}
	return &seeded{mac: macUnder(p.ServerSeed), clientSeed: p.ClientSeed, nonce: nonce}
}

// seeded are the draws that a seed pair gives a round.
type seeded struct {
	mac        macFunc // shared by the round's streams
	clientSeed string
	nonce      uint64
}

func (s *seeded) Stream(label string) *Stream {
	// The stream and its words are one allocation, as are all messages of usual length.
	both := new(struct {
		stream Stream
		blocks blocks
	})
	both.blocks = blocks{mac: s.mac, message: message(s.clientSeed, s.nonce, label), used: sha512.Size}
	both.stream = Stream{words: &both.blocks, label: label}
	return &both.stream
}

// message returns what block 0 of a label's stream is the HMAC of: clientSeed:nonce, or clientSeed:nonce:label. As neither
// client seeds nor labels contain ':' or '#', no two messages and no two of their blocks are equal.
func message(clientSeed string, nonce uint64, label string) []byte {
	m := make([]byte, 0, 128)
	m = append(m, clientSeed...)
	m = append(m, ':')
	m = strconv.AppendUint(m, nonce, 10)
	if label == "" {
		return m
	}
	for i := range len(label) {
		if c := label[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			panic(fmt.Sprintf("fairness: label %q: only lowercase letters and digits are allowed", label))
		}
	}
	m = append(m, ':')
	return append(m, label...)
}

// macFunc sets block to the HMAC-SHA-512 of message under the server seed. It is a function, because fmt can print a hash's
// fields and the key in them.
type macFunc func(block *[sha512.Size]byte, message []byte)

// macUnder keys the hash once, for all blocks of all streams of a round.
func macUnder(seed ServerSeed) macFunc {
	mac, used := hmac.New(sha512.New, []byte(*seed.text)), false
	return func(block *[sha512.Size]byte, message []byte) {
		if used { // the first Reset costs as much as a block, and most rounds are one block
			mac.Reset()
		}
		used = true
		mac.Write(message)
		mac.Sum(block[:0])
	}
}

// blocks are the words of one label: HMAC(message), then HMAC(message#1), HMAC(message#2) and so on, each made when needed.
type blocks struct {
	mac     macFunc
	message []byte
	next    uint64 // number of the block to make next
	used    int    // bytes of block that were taken
	block   [sha512.Size]byte
}

func (b *blocks) word() uint32 {
	if b.used == len(b.block) {
		b.fill()
	}
	word := binary.BigEndian.Uint32(b.block[b.used:])
	b.used += 4
	return word
}

func (b *blocks) fill() {
	m := b.message
	if b.next > 0 {
		m = strconv.AppendUint(append(m, '#'), b.next, 10)
	}
	b.mac(&b.block, m)
	b.next++
	b.used = 0
}
