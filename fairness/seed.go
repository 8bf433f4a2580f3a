package fairness

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"log/slog"
)

// serverSeedLen is the length of a server seed in ASCII characters: 32 bytes in hex.
const serverSeedLen = 64

// MaxClientSeedLen is the length of the longest client seed, in ASCII characters.
const MaxClientSeedLen = 64

// ServerSeed is the house's half of a seed pair: 64 lowercase hex characters, used everywhere as those characters and never as
// the 32 bytes that they write. Only Reveal gives them away: printing, logging or marshalling a seed, or anything that contains
// one, shows at most its commitment. Its zero value is no seed. It cannot be compared with ==, compare commitments instead.
type ServerSeed struct {
	_ [0]func()
	// fmt prints unexported fields without asking their methods, but of a pointer to a string never more than the address.
	text *string
}

// NewServerSeed returns a fresh seed from the system's secure randomness.
func NewServerSeed() ServerSeed {
	var raw [serverSeedLen / 2]byte
	_, _ = rand.Read(raw[:]) // never fails: it ends the program instead
	return ServerSeed{text: new(hex.EncodeToString(raw[:]))}
}

// ParseServerSeed reads a seed that was revealed or stored. Returns *SeedError, which does not repeat the text, unless it is
// exactly 64 lowercase hex characters.
func ParseServerSeed(text string) (ServerSeed, error) {
	if len(text) != serverSeedLen {
		return ServerSeed{}, serverSeedError(fmt.Sprintf("has %d bytes", len(text)))
	}
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return ServerSeed{}, serverSeedError(fmt.Sprintf("byte %d is not a lowercase hex digit", i))
		}
	}
	return ServerSeed{text: &text}, nil
}

// IsZero reports whether s is the zero value, which is no seed.
func (s ServerSeed) IsZero() bool {
	return s.text == nil
}

// Reveal returns the 64 characters of the seed, "" for the zero value. What it returns decides every outcome of the pair: it
// may be sealed, and shown when nothing will ever be played under the seed again; nothing else.
func (s ServerSeed) Reveal() string {
	if s.IsZero() {
		return ""
	}
	return *s.text
}

// Hash returns the commitment to the seed, hex(SHA-256(its 64 characters)) in lowercase, and "" for the zero value.
func (s ServerSeed) Hash() string {
	if s.IsZero() {
		return ""
	}
	var text [serverSeedLen]byte // on the stack, as a copy of such a string would not be
	copy(text[:], *s.text)
	sum := sha256.Sum256(text[:])
	var written [2 * len(sum)]byte
	hex.Encode(written[:], sum[:])
	return string(written[:])
}

// String names the seed by its commitment.
func (s ServerSeed) String() string {
	if s.IsZero() {
		return "no server seed"
	}
	return "server seed of hash " + s.Hash()
}

// MarshalText writes what String says, so that no JSON can hold a seed by accident.
func (s ServerSeed) MarshalText() ([]byte, error) {
	return []byte(s.String()), nil
}

// LogValue implements slog.LogValuer: a log shows what String says.
func (s ServerSeed) LogValue() slog.Value {
	return slog.StringValue(s.String())
}

// NewClientSeed returns a client seed for a player whose client did not choose one. The seed must be marked as the server's
// choice wherever it is shown: with it, the player has only the house's word that the pair was not picked.
func NewClientSeed() string {
	return rand.Text()
}

// ValidateClientSeed returns *SeedError unless seed is 1 to 64 printable ASCII characters (0x20 to 0x7E) without ':' and '#'.
// Those two end a client seed in the messages that streams are made of, so that no two messages can be equal.
func ValidateClientSeed(seed string) error {
	switch {
	case seed == "":
		return clientSeedError("is empty")
	case len(seed) > MaxClientSeedLen:
		return clientSeedError(fmt.Sprintf("has %d bytes", len(seed)))
	}
	for i := range len(seed) {
		switch c := seed[i]; {
		case c < 0x20 || c > 0x7e:
			return clientSeedError(fmt.Sprintf("byte %d, 0x%02x, is not a printable ASCII character", i, c))
		case c == ':' || c == '#':
			return clientSeedError(fmt.Sprintf("byte %d is %q", i, c))
		}
	}
	return nil
}

// SeedError says why a text is not a seed. It never holds the text.
type SeedError struct {
	Field   string // "serverSeed" or "clientSeed"
	Reason  string // what is wrong with it
	Allowed string // what would be right
}

func (e *SeedError) Error() string {
	return fmt.Sprintf("%s %s; allowed: %s", e.Field, e.Reason, e.Allowed)
}

func serverSeedError(reason string) error {
	return &SeedError{Field: "serverSeed", Reason: reason, Allowed: "64 lowercase hex characters"}
}

func clientSeedError(reason string) error {
	return &SeedError{Field: "clientSeed", Reason: reason, Allowed: "1 to 64 printable ASCII characters without ':' and '#'"}
}
