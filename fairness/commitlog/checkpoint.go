package commitlog

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// Checkpoint says how large a log was and what its root was: what the house signs.
type Checkpoint struct {
	Origin string // the log's name
	tlog.Tree
}

// String is the text that is signed: origin, size and root in base64, a line each.
func (c Checkpoint) String() string {
	return c.Origin + "\n" + strconv.FormatInt(c.N, 10) + "\n" + base64.StdEncoding.EncodeToString(c.Hash[:]) + "\n"
}

// ParseCheckpoint reads what String writes. Lines after the third are extensions, and are left out.
func ParseCheckpoint(text string) (Checkpoint, error) {
	lines := strings.Split(text, "\n")
	if len(lines) < 4 || lines[0] == "" || lines[len(lines)-1] != "" {
		return Checkpoint{}, errors.New("a checkpoint has three lines at least")
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	if err != nil || size < 0 || strconv.FormatInt(size, 10) != lines[1] {
		return Checkpoint{}, errors.New("the second line of a checkpoint is the size of the tree")
	}
	root, err := tlog.ParseHash(lines[2])
	if err != nil {
		return Checkpoint{}, errors.New("the third line of a checkpoint is the root of the tree, in base64")
	}
	return Checkpoint{Origin: lines[0], Tree: tlog.Tree{N: size, Hash: root}}, nil
}

// Sign returns the checkpoint as a signed note.
func (c Checkpoint) Sign(by note.Signer) ([]byte, error) {
	signed, err := note.Sign(&note.Note{Text: c.String()}, by)
	if err != nil {
		return nil, fmt.Errorf("sign checkpoint %d: %w", c.N, err)
	}
	return signed, nil
}

// OpenCheckpoint reads a signed checkpoint of the log that a key is of. It returns an error unless the key's signature holds, and the
// checkpoint names the key's log.
func OpenCheckpoint(signed []byte, key note.Verifier) (Checkpoint, error) {
	n, err := note.Open(signed, note.VerifierList(key))
	if err != nil {
		return Checkpoint{}, fmt.Errorf("signature of the checkpoint: %w", err)
	}
	c, err := ParseCheckpoint(n.Text)
	if err == nil && c.Origin != key.Name() {
		err = fmt.Errorf("the checkpoint is of the log %q, the key of %q", c.Origin, key.Name())
	}
	return c, err
}

// VerifierKey writes a log's public key as golang.org/x/mod/sumdb/note reads it: origin, hash and key, with a + between.
func VerifierKey(origin string, public ed25519.PublicKey) (string, error) {
	key, err := note.NewEd25519VerifierKey(origin, public)
	if err != nil {
		return "", fmt.Errorf("key of the log: %w", err)
	}
	return key, nil
}

// Signer signs a log's checkpoints. It prints as nothing of its key.
type Signer struct {
	key      string
	verifier note.Verifier
	sign     func([]byte) []byte
}

// NewSigner returns the signer of the log with this origin: a name without spaces and +.
func NewSigner(origin string, private ed25519.PrivateKey) (*Signer, error) {
	key, err := VerifierKey(origin, private.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	verifier, err := note.NewVerifier(key)
	if err != nil {
		return nil, fmt.Errorf("key of the log %q: %w", origin, err)
	}
	return &Signer{key: key, verifier: verifier, sign: func(text []byte) []byte { return ed25519.Sign(private, text) }}, nil
}

// VerifierKey is the public key, for those who check.
func (s *Signer) VerifierKey() string { return s.key }

// Verifier verifies what the signer signs.
func (s *Signer) Verifier() note.Verifier { return s.verifier }

// Name implements note.Signer: the log's origin.
func (s *Signer) Name() string { return s.verifier.Name() }

// KeyHash implements note.Signer.
func (s *Signer) KeyHash() uint32 { return s.verifier.KeyHash() }

// Sign implements note.Signer.
func (s *Signer) Sign(text []byte) ([]byte, error) { return s.sign(text), nil }

// String shows nothing of the private key.
func (s *Signer) String() string {
	return s.Name() + "+" + hex.EncodeToString(binary.BigEndian.AppendUint32(nil, s.KeyHash()))
}
