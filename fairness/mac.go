package fairness

import (
	"crypto/hmac"
	"crypto/sha512"
	"crypto/subtle"
	"hash"
)

// mac makes the blocks of a round, one after the other.
type mac struct {
	used  bool      // whether it has made a block
	keyed hash.Hash // from the second block on; it begins anew for each
}

// newKeyedMac returns a mac that uses the library from the first block on. Whoever copies it shares its space.
func newKeyedMac(seed ServerSeed) mac {
	return mac{used: true, keyed: hmac.New(sha512.New, []byte(*seed.text))}
}

// sum sets block to the HMAC-SHA-512 of message under the server seed, the same one each time.
//
// Most rounds are one block. To key crypto/hmac for a single one takes 6 allocations and a third of the whole time, so the first
// block is hashed by itself. The others use the library, which hashes the key once for all of them.
func (m *mac) sum(block *[sha512.Size]byte, seed ServerSeed, message []byte) {
	switch {
	case !m.used:
		m.used = true
		*block = macOf(*seed.text, message)
		return
	case m.keyed == nil:
		m.keyed = hmac.New(sha512.New, []byte(*seed.text))
	default:
		m.keyed.Reset()
	}
	m.keyed.Write(message)
	m.keyed.Sum(block[:0])
}

// pad is a key of no bytes as HMAC pads it, to be xored with the key.
type pad [sha512.BlockSize]byte

var innerPad, outerPad = padOf(0x36), padOf(0x5c)

func padOf(b byte) (p pad) {
	for i := range p {
		p[i] = b
	}
	return p
}

// macOf returns the HMAC-SHA-512 (RFC 2104) of a message under a key of at most 128 bytes. A server seed has 64; longer keys would
// have to be hashed first.
func macOf(key string, message []byte) [sha512.Size]byte {
	var room [sha512.BlockSize + 128]byte // messages of usual length stay on the stack
	inner, outer := room[:sha512.BlockSize], [sha512.BlockSize + sha512.Size]byte{}
	copy(inner, key)
	copy(outer[:], key)
	subtle.XORBytes(inner, inner, innerPad[:])
	subtle.XORBytes(outer[:], outer[:sha512.BlockSize], outerPad[:])
	hashed := sha512.Sum512(append(inner, message...))
	copy(outer[sha512.BlockSize:], hashed[:])
	return sha512.Sum512(outer[:])
}
