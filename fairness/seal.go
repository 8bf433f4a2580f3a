package fairness

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// Errors that Vault.Open returns.
var (
	// ErrSealFormat: the bytes were not written by Vault.Seal, or were cut short.
	ErrSealFormat = errors.New("not a sealed value")
	// ErrSealKey: the value was sealed under a key that the vault does not hold.
	ErrSealKey = errors.New("sealed under a key that is not configured")
	// ErrSealForged: the value was changed, or sealed with other associated data.
	ErrSealForged = errors.New("sealed value does not authenticate")
)

// Key is a vault's 256-bit master key. Its zero value is no key. Printing or marshalling one shows nothing of it.
type Key struct {
	_   [0]func()
	raw *string // the 32 bytes, behind a pointer for the reason given at ServerSeed
}

const keyLen = 32

// ParseKey reads a key of 32 bytes from its 64 hex digits, or from base64, standard or URL alphabet, padded or not.
// The error does not repeat the text.
func ParseKey(text string) (Key, error) {
	raw, err := hex.DecodeString(text)
	if err != nil || len(raw) != keyLen {
		standard := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
		raw, err = base64.RawStdEncoding.Strict().DecodeString(standard)
	}
	if err != nil || len(raw) != keyLen {
		return Key{}, errors.New("a key is 32 bytes, written as 64 hex digits or in base64")
	}
	return Key{raw: new(string(raw))}, nil
}

// String shows nothing of the key.
func (k Key) String() string {
	return "vault key (hidden)"
}

// MarshalText writes what String says.
func (k Key) MarshalText() ([]byte, error) {
	return []byte(k.String()), nil
}

// id names the key in what it seals. It says nothing about the key: it is a MAC under it.
func (k Key) id() keyID {
	mac := hmac.New(sha256.New, []byte(*k.raw))
	mac.Write([]byte("croupier vault key id"))
	return keyID(mac.Sum(nil))
}

type keyID [8]byte

// A sealed value is: sealVersion ‖ key id (8 bytes) ‖ nonce (12) ‖ ciphertext ‖ tag (16). The first two, its header, are
// authenticated with the caller's associated data.
const (
	sealVersion   = 1
	sealHeaderLen = 1 + len(keyID{})
)

// Vault encrypts what must not be read from a stolen database, server seeds above all, with AES-256-GCM under a random nonce.
// A key serves for 2^32 values. To rotate keys, make the new one current and keep the old one until nothing is sealed under it.
// A Vault is immutable and safe for concurrent use.
type Vault struct {
	current keyID
	aead    func(keyID) (cipher.AEAD, bool) // a function, because fmt can print a map's values and the keys in them
}

// NewVault returns a vault that seals under current and opens what was sealed under it or one of old.
func NewVault(current Key, old ...Key) (*Vault, error) {
	keys := make(map[keyID]cipher.AEAD, 1+len(old))
	for i, key := range append([]Key{current}, old...) {
		if key.raw == nil {
			return nil, fmt.Errorf("vault key %d is empty", i)
		}
		block, err := aes.NewCipher([]byte(*key.raw))
		if err != nil {
			return nil, fmt.Errorf("vault key %d: %w", i, err)
		}
		aead, err := cipher.NewGCMWithRandomNonce(block)
		if err != nil {
			return nil, fmt.Errorf("vault key %d: %w", i, err)
		}
		keys[key.id()] = aead
	}
	lookUp := func(id keyID) (cipher.AEAD, bool) {
		aead, ok := keys[id]
		return aead, ok
	}
	return &Vault{current: current.id(), aead: lookUp}, nil
}

// Seal encrypts plain under the current key. The same aad (associated data: the row that the value belongs to, so that it cannot be
// moved to another) must be given to Open; it is not part of the result, which is 37 bytes longer than plain.
func (v *Vault) Seal(plain, aad []byte) []byte {
	header := v.SealPrefix()
	aead, _ := v.aead(v.current)
	return aead.Seal(header, nil, plain, bound(header, aad))
}

// SealPrefix returns the 9 bytes that every value sealed under the current key begins with, and no value under another key: what does
// not is to be sealed anew when keys are rotated. They are no secret.
func (v *Vault) SealPrefix() []byte {
	return append([]byte{sealVersion}, v.current[:]...)
}

// Open decrypts what Seal returned for the same aad, under any key that the vault holds. Its error wraps ErrSealFormat,
// ErrSealKey or ErrSealForged.
func (v *Vault) Open(sealed, aad []byte) ([]byte, error) {
	if len(sealed) < sealHeaderLen || sealed[0] != sealVersion {
		return nil, fmt.Errorf("open vault: %w", ErrSealFormat)
	}
	header, body := sealed[:sealHeaderLen], sealed[sealHeaderLen:]
	aead, ok := v.aead(keyID(header[1:]))
	if !ok {
		return nil, fmt.Errorf("open vault: key id %x: %w", header[1:], ErrSealKey)
	}
	if len(body) < aead.Overhead() {
		return nil, fmt.Errorf("open vault: %w", ErrSealFormat)
	}
	plain, err := aead.Open(nil, nil, body, bound(header, aad))
	if err != nil {
		return nil, fmt.Errorf("open vault: %w", ErrSealForged)
	}
	return plain, nil
}

// bound returns what a sealed value is authenticated with. The header's length is fixed, so the join is unambiguous.
func bound(header, aad []byte) []byte {
	return append(append(make([]byte, 0, len(header)+len(aad)), header...), aad...)
}
