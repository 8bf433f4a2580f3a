package fairness

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

func testKey(t testing.TB, fill byte) Key {
	t.Helper()
	key, err := ParseKey(hex.EncodeToString(bytes.Repeat([]byte{fill}, keyLen)))
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func testVault(t testing.TB, current Key, old ...Key) *Vault {
	t.Helper()
	v, err := NewVault(current, old...)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestSealOpensForItsRowAlone(t *testing.T) {
	t.Parallel()
	v := testVault(t, testKey(t, 1))
	for _, plain := range []string{"", "x", NewServerSeed().Reveal()} {
		sealed := v.Seal([]byte(plain), []byte("row 7"))
		if len(sealed) != len(plain)+37 || plain != "" && len(plain) > 1 && bytes.Contains(sealed, []byte(plain)) {
			t.Errorf("%d bytes sealed in %d", len(plain), len(sealed))
		}
		if got, err := v.Open(sealed, []byte("row 7")); err != nil || string(got) != plain {
			t.Errorf("sealed %q, opened %q, %v", plain, got, err)
		}
		if _, err := v.Open(sealed, []byte("row 8")); !errors.Is(err, ErrSealForged) {
			t.Errorf("opened for another row: %v", err)
		}
		if bytes.Equal(sealed, v.Seal([]byte(plain), []byte("row 7"))) {
			t.Error("the same value was sealed twice under one nonce")
		}
	}
}

// Any one bit changed, any byte cut off or added: no value comes out.
func TestOpenRefusesEveryChange(t *testing.T) {
	t.Parallel()
	v := testVault(t, testKey(t, 1))
	sealed := v.Seal([]byte("secret"), nil)
	for bit := range len(sealed) * 8 {
		changed := bytes.Clone(sealed)
		changed[bit/8] ^= 1 << (bit % 8)
		want := ErrSealForged
		switch {
		case bit < 8:
			want = ErrSealFormat
		case bit < 8*sealHeaderLen:
			want = ErrSealKey
		}
		if _, err := v.Open(changed, nil); !errors.Is(err, want) {
			t.Errorf("bit %d changed: %v, want %v", bit, err, want)
		}
	}
	for length := range len(sealed) {
		want := ErrSealForged
		if length < 37 {
			want = ErrSealFormat
		}
		if _, err := v.Open(sealed[:length], nil); !errors.Is(err, want) {
			t.Errorf("cut to %d bytes: %v, want %v", length, err, want)
		}
	}
	if _, err := v.Open(append(bytes.Clone(sealed), 0), nil); !errors.Is(err, ErrSealForged) {
		t.Errorf("a byte added: %v", err)
	}
}

func isSealError(err error) bool {
	return errors.Is(err, ErrSealFormat) || errors.Is(err, ErrSealKey) || errors.Is(err, ErrSealForged)
}

func TestVaultRotatesKeys(t *testing.T) {
	t.Parallel()
	first, second, third := testKey(t, 1), testKey(t, 2), testKey(t, 3)
	sealed := testVault(t, first).Seal([]byte("secret"), nil)
	rotated := testVault(t, third, second, first)
	if got, err := rotated.Open(sealed, nil); err != nil || string(got) != "secret" {
		t.Errorf("under an old key: %q, %v", got, err)
	}
	if _, err := testVault(t, first, second).Open(rotated.Seal([]byte("new"), nil), nil); !errors.Is(err, ErrSealKey) {
		t.Errorf("under a key that the vault lacks: %v", err)
	}
	if _, err := NewVault(Key{}); err == nil {
		t.Error("a vault without a key")
	}
	if _, err := NewVault(first, Key{}); err == nil {
		t.Error("a vault with an empty old key")
	}
}

const goldenSealed = "0176c76c1294bd4d7386a4647f0e0369a862a474a5c8962132ef00a633ddcb143f0695568804c86c51ca9c"

// The layout is in databases: it must be readable for ever.
func TestOpenReadsTheFirstLayout(t *testing.T) {
	t.Parallel()
	sealed, err := hex.DecodeString(goldenSealed)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := testVault(t, testKey(t, 1)).Open(sealed, []byte("row 7")); err != nil || string(got) != "golden" {
		t.Errorf("%q, %v", got, err)
	}
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	raw := bytes.Repeat([]byte{0xfb, 0xff, 0x3e, 0x01}, 8) // its base64 has + and /
	for _, text := range []string{
		hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw)),
		base64.StdEncoding.EncodeToString(raw), base64.RawStdEncoding.EncodeToString(raw),
		base64.URLEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw),
	} {
		if key, err := ParseKey(text); err != nil || !bytes.Equal([]byte(*key.raw), raw) {
			t.Errorf("%s: %v", text, err)
		}
	}
	for _, text := range []string{
		"", "secret", strings.Repeat("0", 32), strings.Repeat("0", 63), strings.Repeat("0", 65), strings.Repeat("g", 64),
		base64.StdEncoding.EncodeToString(raw[:31]), base64.StdEncoding.EncodeToString(append(raw, 1)),
	} {
		if _, err := ParseKey(text); err == nil || len(text) > 6 && strings.Contains(err.Error(), text) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func FuzzParseKey(f *testing.F) {
	f.Add(strings.Repeat("0a", 32))
	f.Add(base64.StdEncoding.EncodeToString(make([]byte, 32)))
	f.Fuzz(func(t *testing.T, text string) {
		if key, err := ParseKey(text); err == nil == (key.raw == nil) {
			t.Errorf("%q: key with error %v", text, err)
		}
	})
}

// Whatever is not the sealed value itself, with its own associated data, gives an error and no value.
func FuzzOpen(f *testing.F) {
	v := testVault(f, testKey(f, 1), testKey(f, 2))
	known, aad := v.Seal([]byte("secret"), []byte("row 7")), []byte("row 7")
	f.Add(known, aad)
	f.Add(known[:20], aad)
	f.Add(testVault(f, testKey(f, 2)).Seal(nil, nil), []byte{})
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, sealed, with []byte) {
		got, err := v.Open(sealed, with)
		if err != nil && (got != nil || !isSealError(err)) {
			t.Errorf("opened %q with error %v", got, err)
		}
		if bytes.Equal(sealed, known) && bytes.Equal(with, aad) && string(got) != "secret" {
			t.Errorf("the sealed value opened as %q, %v", got, err)
		}
	})
}
