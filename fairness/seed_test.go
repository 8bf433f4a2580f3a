package fairness

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestServerSeedIsNeverShown(t *testing.T) {
	t.Parallel()
	seed := NewServerSeed()
	key, err := ParseKey(seed.Reveal())
	if err != nil {
		t.Fatal(err)
	}
	vault, err := NewVault(key)
	if err != nil {
		t.Fatal(err)
	}
	pair := Pair{ServerSeed: seed, ClientSeed: "player"}
	draws := pair.Round(0)
	stream := draws.Stream("")
	holder := struct {
		Seed   ServerSeed
		Pair   Pair
		hidden Pair
		Key    Key
		key    Key
		Vault  *Vault
		vault  *Vault
		draws  Draws
		stream *Stream
	}{seed, pair, pair, key, key, vault, vault, draws, stream}

	var shown bytes.Buffer
	for _, value := range []any{
		seed, &seed, pair, holder, &holder, []ServerSeed{seed}, map[string]Pair{"a": pair}, key, &key, vault, *vault, draws, stream, *stream,
	} {
		for _, format := range []string{"%v\n", "%+v\n", "%#v\n", "%s\n", "%q\n", "%x\n", "%d\n"} {
			fmt.Fprintf(&shown, format, value)
		}
		text, err := json.Marshal(value)
		fmt.Fprintln(&shown, string(text), err)
		slog.New(slog.NewJSONHandler(&shown, nil)).Info("seed", "value", value)
		slog.New(slog.NewTextHandler(&shown, nil)).Info("seed", "value", value)
	}
	// As text, and as the numbers in which fmt shows bytes; of the seed, of the key, of the seed as HMAC pads it, and of the key
	// as AES expands it.
	inner, outer, raw := []byte(seed.Reveal()), []byte(seed.Reveal()), []byte(*key.raw)
	for i := range inner {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	for _, secret := range [][]byte{[]byte(seed.Reveal()), raw, inner, outer} {
		for _, text := range []string{
			string(secret), fmt.Sprintf("%x", secret), fmt.Sprintf("%X", secret), numbers("%d", secret[:6]), numbers("%#v", secret[:6]),
			fmt.Sprint(binary.BigEndian.Uint32(secret)), fmt.Sprint(binary.LittleEndian.Uint32(secret)),
		} {
			if strings.Contains(shown.String(), text) {
				t.Errorf("shown: %q", text)
			}
		}
	}
	if !strings.Contains(shown.String(), seed.Hash()) {
		t.Error("the commitment that names the seed is not shown")
	}
}

// numbers returns b as fmt shows it in the middle of a longer slice.
func numbers(format string, b []byte) string {
	return strings.Trim(strings.TrimPrefix(fmt.Sprintf(format, b), "[]byte"), "[]{}")
}

func TestNewServerSeedsParseAndDiffer(t *testing.T) {
	t.Parallel()
	a, b := NewServerSeed(), NewServerSeed()
	if a.Reveal() == b.Reveal() || a.Hash() == b.Hash() {
		t.Error("two new seeds are equal")
	}
	again, err := ParseServerSeed(a.Reveal())
	if err != nil || again.Reveal() != a.Reveal() || again.Hash() != a.Hash() {
		t.Errorf("parsing a seed's own text: %v, %v", again, err)
	}
	if zero := (ServerSeed{}); !zero.IsZero() || zero.Reveal() != "" || zero.Hash() != "" || a.IsZero() {
		t.Error("the zero seed passes for a seed")
	}
}

func TestParseServerSeedRefuses(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "0", goldenSeed[1:], goldenSeed + "0", strings.ToUpper(goldenSeed), goldenSeed[:63] + "g", " " + goldenSeed[1:],
		goldenSeed[:63] + "\n", strings.Repeat("é", 32),
	} {
		_, err := ParseServerSeed(text)
		var wrong *SeedError
		if !errors.As(err, &wrong) || wrong.Field != "serverSeed" || wrong.Reason == "" || wrong.Allowed == "" {
			t.Errorf("%q: %v", text, err)
		} else if len(text) > 8 && strings.Contains(err.Error(), text[1:9]) {
			t.Errorf("the error repeats the text: %v", err)
		}
	}
}

func TestValidateClientSeedSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	const allowed = "; allowed: 1 to 64 printable ASCII characters without ':' and '#'"
	for seed, want := range map[string]string{
		"":                      "clientSeed is empty" + allowed,
		strings.Repeat("x", 65): "clientSeed has 65 bytes" + allowed,
		"abc:42":                "clientSeed byte 3 is ':'" + allowed,
		"#":                     "clientSeed byte 0 is '#'" + allowed,
		"a\x00":                 "clientSeed byte 1, 0x00, is not a printable ASCII character" + allowed,
		"é":                     "clientSeed byte 0, 0xc3, is not a printable ASCII character" + allowed,
	} {
		if err := ValidateClientSeed(seed); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", seed, err, want)
		}
	}
	a, b := NewClientSeed(), NewClientSeed()
	if err := ValidateClientSeed(a); err != nil || a == b {
		t.Errorf("new client seeds %q and %q: %v", a, b, err)
	}
}

func FuzzParseServerSeed(f *testing.F) {
	f.Add(goldenSeed)
	f.Add(strings.ToUpper(goldenSeed))
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		seed, err := ParseServerSeed(text)
		if err == nil && seed.Reveal() != text {
			t.Errorf("%q was read as %q", text, seed.Reveal())
		}
		if err == nil == seed.IsZero() {
			t.Errorf("%q: seed %v with error %v", text, seed, err)
		}
	})
}

func FuzzValidateClientSeed(f *testing.F) {
	f.Add("player")
	f.Add("abc:42")
	f.Add("\x7f")
	f.Fuzz(func(t *testing.T, seed string) {
		var wrong *SeedError
		err := ValidateClientSeed(seed)
		if err != nil && !errors.As(err, &wrong) {
			t.Errorf("%q: %T", seed, err)
		}
		if err == nil && (strings.ContainsAny(seed, ":#") || len(seed) < 1 || len(seed) > MaxClientSeedLen) {
			t.Errorf("%q is valid", seed)
		}
	})
}
