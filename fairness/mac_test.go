package fairness

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha512"
	"testing"

	"pgregory.net/rapid"
)

// The library is the model, for the first block of a round, which is hashed without it, and for those after it.
func TestMacIsTheLibrarysHMAC(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		seed := mustParseServerSeed(rapid.StringMatching(`[0-9a-f]{64}`).Draw(t, "seed"))
		var m mac
		for i, message := range rapid.SliceOfN(rapid.SliceOfN(rapid.Byte(), 0, 300), 1, 5).Draw(t, "messages") {
			var got [sha512.Size]byte
			given := bytes.Clone(message)
			m.sum(&got, seed, message)
			library := hmac.New(sha512.New, []byte(seed.Reveal()))
			library.Write(given)
			if want := library.Sum(nil); !bytes.Equal(got[:], want) || !bytes.Equal(message, given) {
				t.Fatalf("block %d is %x, the library's %x", i, got, want)
			}
		}
	})
}

// RFC 4231, test case 2, and a key that fills a block of the hash.
func TestMacOfTakesKeysUpToABlock(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ key, message string }{
		{"Jefe", "what do ya want for nothing?"}, {"", ""}, {string(bytes.Repeat([]byte{0xaa}, sha512.BlockSize)), "full"},
	} {
		library := hmac.New(sha512.New, []byte(test.key))
		library.Write([]byte(test.message))
		if got, want := macOf(test.key, []byte(test.message)), library.Sum(nil); !bytes.Equal(got[:], want) {
			t.Errorf("key %q: %x, the library's %x", test.key, got, want)
		}
	}
}

func TestFirstBlockDoesNotAllocate(t *testing.T) {
	pair, block, message := benchPair, new([sha512.Size]byte), []byte("benchmark:18446744073709551615")
	if n := testing.AllocsPerRun(100, func() {
		var m mac
		m.sum(block, pair.ServerSeed, message)
	}); n > 1 { // m itself, which the interface in it moves to the heap
		t.Errorf("%v allocations", n)
	}
}
