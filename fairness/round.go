package fairness

import (
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
	return &seeded{pair: p, nonce: nonce}
}

// Keyed returns what draws many rounds from the pair faster than Round does, which it costs more to make than a round. It panics on a pair
// that is not valid.
func (p Pair) Keyed() *Keyed {
	if err := p.Validate(); err != nil {
		panic(fmt.Sprintf("fairness: Keyed: %v", err))
	}
	return &Keyed{pair: p, mac: newKeyedMac(p.ServerSeed)}
}

// Keyed is a pair whose server seed is hashed once, as the key of all its rounds. Neither it nor any of its rounds' draws may be used by two
// goroutines at once.
type Keyed struct {
	pair Pair
	mac  mac
}

// Round returns the same draws as the pair's Round.
func (k *Keyed) Round(nonce uint64) Draws {
	return &seeded{pair: k.pair, nonce: nonce, mac: k.mac}
}

// seeded are the draws that a seed pair gives a round. fmt shows nothing of the server seed in it: see mac.
type seeded struct {
	pair  Pair
	nonce uint64
	mac   mac // shared by the round's streams
}

func (s *seeded) Stream(label string) *Stream {
	// The stream, its words and all messages of usual length are one allocation.
	all := new(struct {
		stream Stream
		blocks blocks
		room   [104]byte
	})
	m := message(all.room[:0], s.pair.ClientSeed, s.nonce, label)
	all.blocks = blocks{round: s, message: m, used: sha512.Size}
	all.stream = Stream{words: &all.blocks, label: label}
	return &all.stream
}

// message appends to m what block 0 of a label's stream is the HMAC of: clientSeed:nonce, or clientSeed:nonce:label. As neither
// client seeds nor labels contain ':' or '#', no two messages and no two of their blocks are equal.
func message(m []byte, clientSeed string, nonce uint64, label string) []byte {
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

// blocks are the words of one label: HMAC(message), then HMAC(message#1), HMAC(message#2) and so on, each made when needed.
type blocks struct {
	round   *seeded
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
	b.round.mac.sum(&b.block, b.round.pair.ServerSeed, b.blockMessage())
	b.next++
	b.used = 0
}

// blockMessage returns what the next block is the HMAC of.
func (b *blocks) blockMessage() []byte {
	if b.next == 0 {
		return b.message
	}
	return strconv.AppendUint(append(b.message, '#'), b.next, 10)
}
