package commitlog

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/mod/sumdb/tlog"
)

// Kind is what a leaf is about. The numbers are stored.
type Kind int16

// The kinds of leaves.
const (
	Commitment Kind = 1 // a server seed was chosen: the value is its SHA-256, the serverSeedHash
	Reveal     Kind = 2 // it was revealed: the value is the seed's 32 bytes
	Round      Kind = 3 // a round is over: the value is the SHA-256 of its record, games.Record.Hash
)

var kindNames = map[Kind]string{Commitment: "commitment", Reveal: "reveal", Round: "round"}

// String is the kind's word in a leaf, "" for a number that is no kind.
func (k Kind) String() string { return kindNames[k] }

// Leaf is one fact of the log.
type Leaf struct {
	Kind  Kind
	Value [32]byte
}

// leafVersion begins every leaf: whoever reads one knows by it what the rest means.
const leafVersion = "croupier-log-v1"

// Text is the leaf's data, the bytes that are hashed: "croupier-log-v1", the kind and the value in 64 lowercase hex digits, parted by
// single spaces, without a newline at the end. Nothing in it says whose it is.
func (l Leaf) Text() []byte {
	b := make([]byte, 0, len(leafVersion)+len("commitment")+2*len(l.Value)+2)
	b = append(append(append(b, leafVersion...), ' '), l.Kind.String()...)
	return hex.AppendEncode(append(b, ' '), l.Value[:])
}

// Hash is the leaf's hash in the tree: SHA-256 of a zero byte and the text.
func (l Leaf) Hash() tlog.Hash { return tlog.RecordHash(l.Text()) }

// ParseLeaf reads what Text writes, and nothing else.
func ParseLeaf(text string) (Leaf, error) {
	words := strings.Split(text, " ")
	if len(words) != 3 || words[0] != leafVersion {
		return Leaf{}, fmt.Errorf("a leaf has the form %q and two words", leafVersion)
	}
	var leaf Leaf
	for kind, name := range kindNames {
		if words[1] == name {
			leaf.Kind = kind
		}
	}
	if leaf.Kind == 0 {
		return Leaf{}, errors.New("the leaf is of a kind that is not known")
	}
	var err error
	leaf.Value, err = ParseValue(words[2])
	return leaf, err
}

// ParseValue reads 32 bytes from 64 lowercase hex digits.
func ParseValue(text string) (value [32]byte, err error) {
	if len(text) != 2*len(value) || strings.ToLower(text) != text {
		return value, errors.New("must be 64 lowercase hex digits")
	}
	if _, err := hex.Decode(value[:], []byte(text)); err != nil {
		return value, errors.New("must be 64 lowercase hex digits")
	}
	return value, nil
}
