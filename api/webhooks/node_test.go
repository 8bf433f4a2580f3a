package webhooks

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
	"time"
)

// What docs/webhooks.md tells people to do in Node takes what we sign, and nothing else.
func TestDocumentedNodeVerifies(t *testing.T) {
	t.Parallel()
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("there is no node here")
	}
	text, err := os.ReadFile("../../docs/webhooks.md")
	must(t, err)
	snippet := regexp.MustCompile("(?s)```js\n(.*?)```").FindSubmatch(text)
	if snippet == nil {
		t.Fatal("docs/webhooks.md has no snippet for Node")
	}
	const secret, other = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=", "whsec_AAAQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo="
	key, err := ParseSecret(secret)
	must(t, err)
	old, err := ParseSecret(other)
	must(t, err)
	body := `{"type":"webhook.test","data":{"name":"Zoë"}}`
	type attempt struct {
		Name, Secret, Body string
		Headers            map[string]string
		Want               bool
	}
	sign := func(at time.Time) map[string]string {
		new, _ := key.Sign("evt_1", at, []byte(body))
		was, _ := old.Sign("evt_1", at, []byte(body))
		return map[string]string{"webhook-id": "evt_1", "webhook-timestamp": strings.TrimSpace(jsonOf(t, at.Unix())), "webhook-signature": new + " " + was}
	}
	now := sign(time.Now())
	changed := map[string]string{"webhook-id": "evt_2", "webhook-timestamp": now["webhook-timestamp"], "webhook-signature": now["webhook-signature"]}
	attempts := []attempt{{"the new secret", secret, body, now, true}, {"the old secret", other, body, now, true},
		{"another body", secret, body + " ", now, false}, {"another id", secret, body, changed, false},
		{"a secret of nobody's", "whsec_BBBQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMfKQ9r8GKYo=", body, now, false},
		{"too old", secret, body, sign(time.Now().Add(-10 * time.Minute)), false}, {"nothing", secret, body, map[string]string{}, false}}
	program := string(snippet[1]) + `
console.log(JSON.stringify(` + jsonOf(t, attempts) + `.map((a) => verify(a.Secret, a.Headers, Buffer.from(a.Body)))));`
	out, err := exec.CommandContext(t.Context(), node, "-e", program).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var got []bool
	must(t, json.Unmarshal(out, &got))
	for i, a := range attempts {
		if i >= len(got) || got[i] != a.Want {
			t.Errorf("%s: %s", a.Name, out)
		}
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	must(t, err)
	return string(text)
}
