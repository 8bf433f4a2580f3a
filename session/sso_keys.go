package session

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/MicahParks/jwkset"
	"github.com/MicahParks/keyfunc/v3"
	"github.com/golang-jwt/jwt/v5"
)

const (
	maxSSOKeys   = 100 // in a JWK Set
	minRSABits   = 2048
	maxRSABits   = 8192 // a larger one would cost too much to verify with
	maxKeyIDSize = 256  // bytes
)

// MaxJWKSSize is the most bytes of a JWK Set.
const MaxJWKSSize = 64 << 10

// SSOKeys are the public keys of an operator that its tokens are verified with, by their ids.
type SSOKeys struct {
	lookup keyfunc.Keyfunc
	ids    map[string]bool
	text   json.RawMessage // the keys as a JWK Set, and nothing else of what came with them
}

// Has says whether there is a key of an id.
func (k *SSOKeys) Has(id string) bool { return k != nil && k.ids[id] }

// Len is how many keys there are.
func (k *SSOKeys) Len() int { return len(k.ids) }

// ParseSSOKeys reads a JWK Set. Keys of other kinds than the algorithm's, for other uses, too weak, or without an id are passed over. The
// error, for people, says what is wrong with a set that has none that is left, has two of one id, or shows a private key.
func ParseSSOKeys(text []byte, algorithm string) (*SSOKeys, error) {
	var set jwkset.JWKSMarshal
	if len(text) > MaxJWKSSize {
		return nil, fmt.Errorf("must have at most %d bytes", MaxJWKSSize)
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, errors.New("must be a JWK Set: {\"keys\": [...]}")
	}
	if len(set.Keys) > maxSSOKeys {
		return nil, fmt.Errorf("must have at most %d keys", maxSSOKeys)
	}
	storage, kept, ids := jwkset.NewMemoryStorage(), jwkset.JWKSMarshal{}, map[string]bool{}
	for _, one := range set.Keys {
		if one.D != "" || one.P != "" || one.Q != "" || one.K != "" {
			return nil, fmt.Errorf("show a private or secret key (kid %.40q): publish public keys only, and take that one out of use", one.KID)
		}
		if one.ALG != "" && one.ALG.String() != algorithm || one.USE != "" && one.USE != jwkset.UseSig ||
			one.KID == "" || len(one.KID) > maxKeyIDSize {
			continue
		}
		// A certificate, or the URL of one, adds nothing that is asked of a key here; and a URL in a key must never be called.
		bare := jwkset.JWKMarshal{KTY: one.KTY, KID: one.KID, CRV: one.CRV, X: one.X, Y: one.Y, N: one.N, E: one.E, ALG: one.ALG, USE: one.USE}
		key, err := jwkset.NewJWKFromMarshal(bare, jwkset.JWKMarshalOptions{}, jwkset.JWKValidateOptions{})
		if err != nil || !fits(key.Key(), algorithm) {
			continue
		}
		if ids[one.KID] {
			return nil, fmt.Errorf("have two %s keys of one kid, %.40q", algorithm, one.KID)
		}
		ids[one.KID] = true
		kept.Keys = append(kept.Keys, bare)
		if err := storage.KeyWrite(context.Background(), key); err != nil {
			return nil, err
		}
	}
	if len(ids) == 0 {
		return nil, fmt.Errorf("have no key for %s with a kid", algorithm)
	}
	lookup, err := keyfunc.New(keyfunc.Options{Storage: storage, UseWhitelist: []jwkset.USE{"", jwkset.UseSig}})
	if err != nil {
		return nil, err
	}
	canonical, err := json.Marshal(kept)
	return &SSOKeys{lookup: lookup, ids: ids, text: canonical}, err
}

// fits says whether a key is of the kind that an algorithm needs, and strong enough.
func fits(key any, algorithm string) bool {
	switch public := key.(type) {
	case ed25519.PublicKey:
		return algorithm == jwt.SigningMethodEdDSA.Alg() && len(public) == ed25519.PublicKeySize
	case *ecdsa.PublicKey:
		_, err := public.ECDH() // whether the point is on the curve
		return algorithm == jwt.SigningMethodES256.Alg() && public.Curve == elliptic.P256() && err == nil
	case *rsa.PublicKey:
		bits := public.N.BitLen()
		return (algorithm == jwt.SigningMethodRS256.Alg() || algorithm == jwt.SigningMethodPS256.Alg()) &&
			bits >= minRSABits && bits <= maxRSABits && public.E >= 3
	}
	return false
}
