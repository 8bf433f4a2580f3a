package slots

import (
	"testing"

	"croupier/games"
)

// TestRulesHashes keeps the rules of the built-in variants what they are to the byte: every recorded round names one of these
// hashes, and can be verified only as long as they stay.
func TestRulesHashes(t *testing.T) {
	t.Parallel()
	catalogue, err := games.NewCatalogue(Game())
	if err != nil {
		t.Fatal(err)
	}
	game, _ := catalogue.Lookup("slots")
	for variant, want := range map[string]string{
		"RTP_92": "33288d70f91abd30e132335e7ae57ab4a58106966a10e8089610792289b87638",
		"RTP_94": "00acd728d40ef1e1f06e60ec646367900a6cb557680b4d338449264a81c54241",
		"RTP_96": "9fc6c015850f7208808be96a1a86da7f9f8e8245363939ad33bf972aab2d8625",
		"RTP_97": "754ba3fa566d887e4b204a0f01cccb553166a4fb2553742331ab530207937eed",
	} {
		if v, _ := game.Variant(variant); v.RulesHash != want {
			t.Errorf("%s: %s, want %s", variant, v.RulesHash, want)
		}
	}
}
