package webtest

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
)

// receiptClaims are rounds of every game with receipts of every step, signed in groups of many shapes, and forgeries of some.
func receiptClaims(t *testing.T, key ed25519.PrivateKey) (all []claim) {
	t.Helper()
	choose := fairness.NewSimulation(11).Stream("choose")
	c := catalogue(t)
	n := 0
	for _, g := range c.Games() {
		moves, ok := gamestest.MovesOf(g.ID)
		if !ok || g.ID == gamestest.Game().ID {
			continue
		}
		for round := range 3 {
			var script fairness.Script
			if round == 2 {
				script = fairness.Script{"init": {7, 3}, "10": {1}, "2": {5}, "pay": {0}}
			}
			r := newRecorder(t, g, g.Default, "USD", uint64(n), script)
			playOut(t, r, moves, choose, n)
			record := dated(r.Record(), n)
			for step := range record.Actions {
				n++
				size := 1 + n%9
				signed := record
				signed.Receipt = signedIn(t, key, &record, step, n%size, size)
				text := mustMarshal(t, signed)
				name := fmt.Sprintf("%s %d, receipt of step %d, %d of %d", g.ID, round, step, n%size, size)
				all = append(all, claim{name, text, "verified"})
				if round == 0 && step == len(record.Actions)-1 && (g.ID == "slots" || g.ID == "blackjack") { // a receipt is the same in every game
					all = append(all, forgedReceipts(t, name, signed)...)
				}
			}
		}
	}
	return all
}

// dated is a record with times as servers write them, trailing zeros cut.
func dated(record games.Record, n int) games.Record {
	begin := time.Date(2026, 11, 21, 18, 9, 41, 0, time.UTC)
	for i := range record.Actions {
		record.Actions[i].At = begin.Add(time.Duration(i)*time.Second + []time.Duration{0, 500_000, 949_642}[(n+i)%3]*time.Microsecond)
		record.Actions[i].RequestID = fmt.Sprintf(`r-"%d\`, i)
		record.Actions[i].Balance = "984.50"
	}
	return record
}

func signedIn(t *testing.T, key ed25519.PrivateKey, record *games.Record, step, index, size int) *games.Receipt {
	t.Helper()
	hash, err := record.HashTo(step)
	if err != nil {
		t.Fatal(err)
	}
	group := make([]games.Hash, size)
	for i := range group {
		group[i] = games.Hash{byte(i)}
	}
	group[index] = hash
	public := key.Public().(ed25519.PublicKey)
	receipt := games.SignGroup(key, games.ReceiptKeyID(public), group).Receipt(index, step, record.Actions[step].At)
	if err := games.VerifyReceipt(public, receipt, *record); err != nil {
		t.Fatal(err)
	}
	return &receipt
}

// forgedReceipts are lies about a record or its receipt, which the seeds alone would not show.
func forgedReceipts(t *testing.T, name string, signed games.Record) (all []claim) {
	t.Helper()
	forge := func(what string, change func(*games.Record, *games.Receipt)) {
		record, receipt := signed, *signed.Receipt
		record.Actions, receipt.Path = append([]games.RecordedAction(nil), signed.Actions...), append([]games.Hash(nil), receipt.Path...)
		receipt.Signature = append([]byte(nil), receipt.Signature...)
		change(&record, &receipt)
		record.Receipt = &receipt
		all = append(all, claim{name + ", " + what, mustMarshal(t, record), "failed"})
	}
	step := signed.Receipt.Step
	forge("another balance", func(r *games.Record, _ *games.Receipt) { r.Actions[step].Balance = "984.51" })
	forge("another time", func(r *games.Record, _ *games.Receipt) { r.Actions[0].At = r.Actions[0].At.Add(time.Microsecond) })
	forge("another request", func(r *games.Record, _ *games.Receipt) { r.Actions[step].RequestID = "r" })
	forge("another round's id", func(r *games.Record, _ *games.Receipt) { r.RoundID = "01a1fc31-f6e5-7670-89ba-d598008a7574" })
	forge("another hash", func(_ *games.Record, s *games.Receipt) { s.RecordHash[31] ^= 1 })
	forge("another time of the receipt", func(_ *games.Record, s *games.Receipt) { s.At = s.At.Add(time.Second) })
	forge("another signature", func(_ *games.Record, s *games.Receipt) { s.Signature[40] ^= 1 })
	forge("another point in the signature", func(_ *games.Record, s *games.Receipt) { s.Signature[0] ^= 1 })
	forge("a signature that is cut", func(_ *games.Record, s *games.Receipt) { s.Signature = s.Signature[:63] })
	forge("another size", func(_ *games.Record, s *games.Receipt) { s.Size++ })
	forge("another key", func(_ *games.Record, s *games.Receipt) { s.KeyID = "0123456789abcdef" })
	forge("a longer path", func(_ *games.Record, s *games.Receipt) { s.Path = append(s.Path, games.Hash{}) })
	forge("a step that is not there", func(r *games.Record, s *games.Receipt) { s.Step = len(r.Actions) })
	if len(signed.Receipt.Path) > 0 {
		forge("another path", func(_ *games.Record, s *games.Receipt) { s.Path[0][0] ^= 1 })
		forge("a shorter path", func(_ *games.Record, s *games.Receipt) { s.Path = s.Path[1:] })
	}
	return all
}

func mustMarshal(t *testing.T, v any) json.RawMessage {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// receipts holds both verifiers to receipts: with the key, without it, apart from the record, and of a seed that is not revealed.
func receipts(t *testing.T, b *tab) {
	key := ed25519.NewKeyFromSeed([]byte("the key that signs our receipts."))
	public := key.Public().(ed25519.PublicKey)
	x := base64.RawURLEncoding.EncodeToString(public)
	keys := fmt.Sprintf(`{"keys":[{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","kid":%q,"x":%q}]}`, games.ReceiptKeyID(public), x)
	all := receiptClaims(t, key)
	checkClaims(t, b, all, []string{keys})

	// Without the key all of it is checked but who signed.
	var first games.Record
	if err := json.Unmarshal(all[0].record, &first); err != nil {
		t.Fatal(err)
	}
	checkClaims(t, b, all[:1], nil)
	checkClaims(t, b, []claim{{"a forged signature, and no key", forgedReceipts(t, "", first)[6].record, "verified"}}, nil)
	checkClaims(t, b, []claim{{"another balance, and no key", forgedReceipts(t, "", first)[0].record, "failed"}}, nil)

	// A seed that is not revealed: the receipt is checked all the same, and so are the sums, which it does not cover.
	unrevealed := first
	unrevealed.ServerSeed = ""
	checkClaims(t, b, []claim{{"not revealed", mustMarshal(t, unrevealed), "unchecked"}}, []string{keys})
	unrevealed.Payout = "77.00"
	checkClaims(t, b, []claim{{"another sum, not revealed", mustMarshal(t, unrevealed), "failed"}}, []string{keys})

	// The receipt apart from the record: in its message, and by itself. That of another record does not prove this one.
	bare := first
	bare.Receipt = nil
	message := fmt.Sprintf(`{"type":"action_result","payload":{"roundId":%q},"receipt":%s,"requestId":"r"}`,
		first.RoundID, mustMarshal(t, first.Receipt))
	for name, apart := range map[string]string{"in its message": message, "by itself": string(mustMarshal(t, first.Receipt))} {
		checkClaims(t, b, []claim{{name, mustMarshal(t, bare), "verified"}}, []string{keys, apart})
		other := strings.Replace(string(mustMarshal(t, bare)), `"requestId":"r-`, `"requestId":"s-`, 1)
		checkClaims(t, b, []claim{{name + ", of another record", json.RawMessage(other), "failed"}}, []string{keys, apart})
	}
	receiptsInWords(t, b, first, keys, message, x)
}

// receiptsInWords looks at what people are told.
func receiptsInWords(t *testing.T, b *tab, record games.Record, keys, message, x string) {
	t.Helper()
	lines := []string{string(mustMarshal(t, record))}
	altered := strings.Replace(lines[0], `"balance":984.50`, `"balance":984.51`, 1)
	const unsigned, signed = "WHO SIGNED IT WAS NOT CHECKED", "the server has signed the record as it stands, up to that step (key "
	for name, c := range map[string]struct {
		lines, flags []string
		want         string
		status       int
	}{
		"no key":        {lines, nil, unsigned, 0},
		"keys":          {append([]string{keys}, lines...), nil, signed, 0},
		"a key":         {lines, []string{"--receipt-key", x}, signed, 0},
		"no record":     {[]string{message}, nil, "", 2},
		"another key":   {lines, []string{"--receipt-key", strings.Repeat("A", 43)}, "it proves nothing: it was not signed by a key", 1},
		"altered":       {[]string{keys, altered}, nil, "THE SERVER HAS SIGNED ANOTHER RECORD", 1},
		"altered, none": {[]string{altered}, nil, "it is of another record than this one. Who signed", 1},
		"no key at all": {lines, []string{"--receipt-key", "AAAA"}, "", 2},
	} {
		out, status := runPython(t, c.lines, c.flags...)
		if status != c.status || !strings.Contains(string(out), c.want) {
			t.Errorf("%s: exit status %d, %s", name, status, out)
		}
	}
	b.paste(lines[0])
	b.receiptSays("null", "It is of this record. Who signed it was not checked: add the server's keys")
	b.paste(lines[0] + "\n" + keys)
	b.receiptSays("true", "The server has signed the record as it stands")
	b.paste(altered + "\n" + keys)
	b.receiptSays("true", "The server has signed another record")
	b.wait(`document.querySelector("article").dataset.verdict === "failed"`)
	eval[bool](b, `(crypto.subtle.importKey = () => Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError")), true)`)
	eval[bool](b, `(globalThis.verifyTwice = (report) => report, true)`) // which needs it, too, and has it in browsers without Ed25519
	b.paste(lines[0] + "\n" + keys)
	b.receiptSays("null", "this browser has no Ed25519")
	b.paste(message)
	b.complains("There is no round in it")
}

// receiptSays waits until the page tells of a receipt: whether its signature holds, and in which words.
func (b *tab) receiptSays(signed, words string) {
	b.t.Helper()
	b.wait(fmt.Sprintf(`document.querySelector(".receipt")?.dataset.signed === %q &&
		document.querySelector(".receipt").textContent.includes(%q)`, signed, words))
}
