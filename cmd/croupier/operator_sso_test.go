package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"croupier/sandbox/pgtest"
)

func TestSSOByCommand(t *testing.T) {
	t.Parallel()
	p := program{"CROUPIER_DATABASE_URL=" + pgtest.New(t), "CROUPIER_MASTER_KEY=" + oldKey}
	operator := newKeyOf(t, p.ok(t, "operator", "create", "--name", "Casino", "--json")).OperatorID.String()
	if _, said, status := p.run(t, "operator", "sso", "show", "--operator", operator); status == 0 || !strings.Contains(said, "not set up") {
		t.Errorf("status %d: %s", status, said)
	}
	set := []string{"operator", "sso", "set", "--operator", operator, "--issuer", "https://casino.example", "--by", "Ada"}
	out := p.ok(t, append(set, "--algorithm", "ES256", "--jwks-url", "https://casino.example/jwks")...)
	for _, part := range []string{"in force", "ES256", "https://casino.example/jwks", "1m0s", " by Ada (version 1)"} {
		if !strings.Contains(out, part) {
			t.Errorf("no %q in %s", part, out)
		}
	}
	keys := filepath.Join(t.TempDir(), "keys.json")
	const given = `{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"k1","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}` // RFC 8037, A.2
	if err := os.WriteFile(keys, []byte(given), 0o600); err != nil {
		t.Fatal(err)
	}
	var report ssoReport
	if err := json.Unmarshal([]byte(p.ok(t, append(set, "--algorithm", "EdDSA", "--keys-file", keys, "--json")...)), &report); err != nil ||
		report.Version != 2 || report.JWKSURL != "" || !strings.Contains(string(report.Keys), "11qYAYKxCrfVS") {
		t.Errorf("%v: %+v", err, report)
	}
	if out := p.ok(t, "operator", "sso", "off", "--operator", operator, "--by", "Bob"); !strings.Contains(out, "off: launch tokens only") ||
		!strings.Contains(out, " by Bob (version 3)") || !strings.Contains(out, "1 given") {
		t.Errorf("off: %s", out)
	}
	for _, more := range [][]string{{"--algorithm", "HS256", "--jwks-url", "https://casino.example/jwks"}, {"--algorithm", "ES256"},
		{"--algorithm", "ES256", "--jwks-url", "http://casino.example/jwks"}, {"--algorithm", "ES256", "--keys-file", keys}} {
		if _, said, status := p.run(t, append(set, more...)...); status == 0 || said == "" {
			t.Errorf("%v: status %d: %s", more, status, said)
		}
	}
}
