package webtest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"croupier/games"
)

// object is a JSON object that can be changed, its numbers kept as they are.
type object = map[string]any

// forgedClaims are lies about rounds of every game, none of which may pass.
func forgedClaims(t *testing.T) (all []claim) {
	t.Helper()
	seen := map[string]int{}
	for _, c := range vectorClaims(t) {
		record, err := games.ParseRecord(c.record)
		if err != nil {
			t.Fatal(err)
		}
		if seen[record.GameID] >= 1 {
			continue
		}
		seen[record.GameID]++
		all = append(all, forgeriesOf(t, c)...)
	}
	if len(seen) != 7 {
		t.Fatalf("forgeries of %v only", seen)
	}
	return append(append(all, forgeriesOf(t, voidedClaim(t))...), deniedForces(t)...)
}

// voidedClaim is a round that was voided after a step.
func voidedClaim(t *testing.T) claim {
	t.Helper()
	c := catalogue(t)
	g := lookup(t, c, "guess")
	r := newRecorder(t, g, g.Default, "USD", 3, nil)
	for _, payload := range []string{`{"action":"bet","amount":1.00}`, `{"action":"guess","position":0,"character":"A"}`} {
		if _, err := r.Act(payload); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := r.Void(games.Voiding{Reason: "an outage", By: "test"}); err != nil {
		t.Fatal(err)
	}
	return claimOf(t, c, r, "a voided round")
}

// forgeriesOf are lies about one round, and about its first action, one in the middle, and its last.
func forgeriesOf(t *testing.T, of claim) (all []claim) {
	t.Helper()
	forge := func(name string, change func(record object)) []byte {
		record := decoded(t, of.record)
		change(record)
		text, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		if same, err := json.Marshal(decoded(t, of.record)); err != nil || bytes.Equal(text, same) {
			t.Fatalf("%s, %s: nothing is forged", of.name, name)
		}
		all = append(all, claim{of.name + ", " + name, text, "failed"})
		return text
	}
	actions := func(record object) []any { return record["actions"].([]any) }
	for _, member := range []string{"stake", "payout", "status"} {
		forge("another "+member, func(r object) { r[member] = altered(r[member]) })
	}
	forge("another commitment", func(r object) { r["serverSeedHash"] = strings.Repeat("0", 64) })
	forge("another seed under the same commitment", func(r object) { r["serverSeed"] = strings.Repeat("a", 64) })
	forge("a last step that is withheld", func(r object) { r["actions"] = actions(r)[:len(actions(r))-1] })
	forge("a last step that is told twice", func(r object) { r["actions"] = append(actions(r), actions(r)[len(actions(r))-1]) })
	forge("no action at all", func(r object) { r["actions"] = []any{} })
	told := actions(decoded(t, of.record))
	for _, i := range slices.Compact([]int{0, len(told) / 2, len(told) - 1}) {
		action := told[i]
		for _, member := range []string{"step", "type", "stake", "payout"} {
			forge(fmt.Sprintf("another %s of action %d", member, i), func(r object) {
				a := actions(r)[i].(object)
				a[member] = altered(a[member])
			})
		}
		forge(fmt.Sprintf("a payload with one thing more, action %d", i), func(r object) {
			actions(r)[i].(object)["payload"].(object)["luck"] = 1
		})
		for _, member := range slices.Sorted(maps.Keys(action.(object)["outcome"].(object))) {
			forge(fmt.Sprintf("another %s in outcome %d", member, i), func(r object) {
				outcome := actions(r)[i].(object)["outcome"].(object)
				outcome[member] = altered(outcome[member])
			})
		}
		forge(fmt.Sprintf("outcome %d with one thing more", i), func(r object) { actions(r)[i].(object)["outcome"].(object)["luck"] = 1 })
		if i < len(told)-1 {
			forge(fmt.Sprintf("action %d withheld", i), func(r object) { r["actions"] = slices.Delete(actions(r), i, i+1) })
		}
	}
	return append(all, otherSeeds(t, of)...)
}

// deniedForces are forced rounds that say they were not.
func deniedForces(t *testing.T) (all []claim) {
	t.Helper()
	c, seen := catalogue(t), map[string]bool{}
	for _, of := range edgeClaims(t) {
		record, err := games.ParseRecord(of.record)
		if err != nil {
			t.Fatal(err)
		}
		record.Forced = nil
		report, err := games.Verify(c, record)
		if err != nil {
			t.Fatal(err)
		}
		if seen[record.GameID] || report.OK { // chance can lead to the same
			continue
		}
		text, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		seen[record.GameID] = true
		all = append(all, claim{of.name + ", a force that is denied", text, "failed"})
	}
	return all
}

// otherSeeds are the round under seeds and nonces that it was not drawn from. By chance those can lead to the same round, and then it
// is no lie: the server's verifier says which are.
func otherSeeds(t *testing.T, of claim) (all []claim) {
	t.Helper()
	c := catalogue(t)
	for name, change := range map[string]func(r *games.Record, n int){
		"another nonce":       func(r *games.Record, n int) { r.Nonce += uint64(n) },
		"another client seed": func(r *games.Record, n int) { r.ClientSeed = fmt.Sprintf("chosen by the house %d", n) },
		"another pair of seeds": func(r *games.Record, n int) {
			r.ServerSeed = strings.Repeat(fmt.Sprintf("%02x", n), 32)
			r.ServerSeedHash = seedHash(r.ServerSeed)
		},
	} {
		for n := 1; ; n++ {
			record, err := games.ParseRecord(of.record)
			if err != nil {
				t.Fatal(err)
			}
			change(&record, n)
			if report, err := games.Verify(c, record); err == nil && report.OK && n < 20 {
				continue
			}
			text, err := json.Marshal(record)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, claim{of.name + ", " + name, text, "failed"})
			break
		}
	}
	return all
}

// seedHash is the commitment to a server seed.
func seedHash(seed string) string {
	sum := sha256.Sum256([]byte(seed))
	return hex.EncodeToString(sum[:])
}

func decoded(t *testing.T, record json.RawMessage) (o object) {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(record))
	d.UseNumber()
	if err := d.Decode(&o); err != nil {
		t.Fatal(err)
	}
	return o
}

// altered is another value of the same kind.
func altered(v any) any {
	switch v := v.(type) {
	case json.Number:
		if whole, fraction, ok := strings.Cut(v.String(), "."); ok { // the last digit is another
			last := fraction[len(fraction)-1]
			return json.Number(whole + "." + fraction[:len(fraction)-1] + string('0'+(last-'0'+1)%10))
		}
		return json.Number("1" + v.String())
	case bool:
		return !v
	case string:
		return v + "x"
	case []any:
		return append(slices.Clone(v), "luck")
	case object:
		o := maps.Clone(v)
		o["luck"] = 1
		return o
	}
	return 1
}
