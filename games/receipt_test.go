package games_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
)

// receiptKey is the key of a seed that everybody knows.
func receiptKey(seed byte) (ed25519.PrivateKey, ed25519.PublicKey, string) {
	key := ed25519.NewKeyFromSeed(bytes.Repeat([]byte{seed}, ed25519.SeedSize))
	public := key.Public().(ed25519.PublicKey)
	return key, public, games.ReceiptKeyID(public)
}

func ladderCatalogue(t testing.TB) *games.Catalogue {
	t.Helper()
	c, err := games.NewCatalogue(gamestest.Game())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// signedAmong signs a record up to a step, among others, and returns its receipt.
func signedAmong(t testing.TB, rec games.Record, step, index, size int) games.Receipt {
	t.Helper()
	key, _, id := receiptKey(7)
	group := make([]games.Hash, size)
	for i := range group {
		group[i] = sha256.Sum256([]byte{byte(i), byte(i >> 8)})
	}
	var err error
	if group[index], err = rec.HashTo(step); err != nil {
		t.Fatal(err)
	}
	return games.SignGroup(key, id, group).Receipt(index, step, rec.Actions[step].At)
}

// Every place in a group of every size is proven, and by the path that another implementation of RFC 6962 takes.
func TestReceiptsOfGroupsOfAnySize(t *testing.T) {
	t.Parallel()
	_, public, _ := receiptKey(7)
	rec := record(t, ladderCatalogue(t), 3, "1.00", 2, nil)
	last := len(rec.Actions) - 1
	hash, err := rec.HashTo(last)
	if err != nil {
		t.Fatal(err)
	}
	for size := 1; size <= 70; size++ {
		for _, index := range []int{0, size / 3, size / 2, size - 1} {
			r := signedAmong(t, rec, last, index, size)
			if err := games.VerifyReceipt(public, r, rec); err != nil {
				t.Fatalf("place %d of %d: %v", index, size, err)
			}
			var path tlog.RecordProof
			for _, h := range r.Path {
				path = append(path, tlog.Hash(h))
			}
			if err := tlog.CheckRecord(path, int64(size), otherRoot(t, rec, size, index), int64(index), tlog.RecordHash(hash[:])); err != nil {
				t.Fatalf("place %d of %d: %v", index, size, err)
			}
		}
	}
}

// otherRoot is the root of the group of signedAmong, by tlog.
func otherRoot(t testing.TB, rec games.Record, size, index int) tlog.Hash {
	t.Helper()
	var stored []tlog.Hash
	read := tlog.HashReaderFunc(func(at []int64) (list []tlog.Hash, err error) {
		for _, i := range at {
			list = append(list, stored[i])
		}
		return list, nil
	})
	for i := range size {
		h := games.Hash(sha256.Sum256([]byte{byte(i), byte(i >> 8)}))
		if i == index {
			h, _ = rec.HashTo(len(rec.Actions) - 1)
		}
		more, err := tlog.StoredHashes(int64(i), h[:], read)
		if err != nil {
			t.Fatal(err)
		}
		stored = append(stored, more...)
	}
	root, err := tlog.TreeHash(int64(size), read)
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestTamperedReceiptsProveNothing(t *testing.T) {
	t.Parallel()
	_, public, _ := receiptKey(7)
	_, stranger, strangerID := receiptKey(8)
	rec := record(t, ladderCatalogue(t), 3, "1.00", 2, nil)
	r := signedAmong(t, rec, 1, 4, 11)
	if err := games.VerifyReceipt(public, r, rec); err != nil {
		t.Fatal(err)
	}
	for name, tamper := range map[string]func(r *games.Receipt){
		"step":                func(r *games.Receipt) { r.Step = 2 },
		"step that is not":    func(r *games.Receipt) { r.Step = 99 },
		"negative step":       func(r *games.Receipt) { r.Step = -1 },
		"time":                func(r *games.Receipt) { r.At = r.At.Add(time.Microsecond) },
		"hash":                func(r *games.Receipt) { r.RecordHash[0] ^= 1 },
		"index":               func(r *games.Receipt) { r.Index++ },
		"negative index":      func(r *games.Receipt) { r.Index = -1 },
		"size":                func(r *games.Receipt) { r.Size++ },
		"no size":             func(r *games.Receipt) { r.Size = 0 },
		"huge size":           func(r *games.Receipt) { r.Size = 1 << 40 },
		"path":                func(r *games.Receipt) { r.Path[1][31] ^= 0x80 },
		"longer path":         func(r *games.Receipt) { r.Path = append(r.Path, r.Path[0]) },
		"shorter path":        func(r *games.Receipt) { r.Path = r.Path[:len(r.Path)-1] },
		"path in disorder":    func(r *games.Receipt) { slices.Reverse(r.Path) },
		"signature":           func(r *games.Receipt) { r.Signature[3] ^= 1 },
		"no signature":        func(r *games.Receipt) { r.Signature = nil },
		"name of another key": func(r *games.Receipt) { r.KeyID = strangerID },
	} {
		bad := r
		bad.Path, bad.Signature = slices.Clone(r.Path), slices.Clone(r.Signature)
		tamper(&bad)
		if err := games.VerifyReceipt(public, bad, rec); !errors.Is(err, games.ErrReceipt) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := games.VerifyReceipt(stranger, r, rec); !errors.Is(err, games.ErrReceipt) {
		t.Errorf("another key: %v", err)
	}
	if err := games.VerifyReceipt(public[:31], r, rec); !errors.Is(err, games.ErrReceipt) {
		t.Errorf("half a key: %v", err)
	}
}

func TestAlteredRecordsDoNotFitTheirReceipt(t *testing.T) {
	t.Parallel()
	_, public, _ := receiptKey(7)
	fresh := func() games.Record { return record(t, ladderCatalogue(t), 3, "1.00", 2, nil) }
	last := len(fresh().Actions) - 1
	r := signedAmong(t, fresh(), last, 0, 1)
	for name, alter := range map[string]func(rec *games.Record){
		"round":             func(rec *games.Record) { rec.RoundID += "0" },
		"game":              func(rec *games.Record) { rec.GameID = "slots" },
		"variant":           func(rec *games.Record) { rec.Variant = "RTP_92" },
		"rules":             func(rec *games.Record) { rec.RulesHash = strings.Repeat("0", 64) },
		"currency":          func(rec *games.Record) { rec.Currency = "EUR" },
		"commitment":        func(rec *games.Record) { rec.ServerSeedHash = strings.Repeat("0", 64) },
		"client seed":       func(rec *games.Record) { rec.ClientSeed += "x" },
		"nonce":             func(rec *games.Record) { rec.Nonce++ },
		"forced":            func(rec *games.Record) { rec.Forced = fairness.Script{} },
		"status":            func(rec *games.Record) { rec.Status = games.InProgress },
		"stake":             func(rec *games.Record) { rec.Stake = "2.00" },
		"payout":            func(rec *games.Record) { rec.Payout = "999.00" },
		"number of a step":  func(rec *games.Record) { rec.Actions[1].Step = 2 },
		"request":           func(rec *games.Record) { rec.Actions[1].RequestID = "another" },
		"type":              func(rec *games.Record) { rec.Actions[last].Type = games.TypeExpiry },
		"payload":           func(rec *games.Record) { rec.Actions[0].Payload = json.RawMessage(`{"action":"bet","amount":2.00}`) },
		"outcome":           func(rec *games.Record) { rec.Actions[1].Outcome = json.RawMessage(`{"rung":9}`) },
		"no outcome":        func(rec *games.Record) { rec.Actions[1].Outcome = nil },
		"stake of a step":   func(rec *games.Record) { rec.Actions[0].Stake = "0.50" },
		"payout of a step":  func(rec *games.Record) { rec.Actions[last].Payout = "0.50" },
		"balance of a step": func(rec *games.Record) { rec.Actions[1].Balance = "0.50" },
		"time of a step":    func(rec *games.Record) { rec.Actions[0].At = rec.Actions[0].At.Add(time.Millisecond) },
		"a step less":       func(rec *games.Record) { rec.Actions = rec.Actions[:last] },
		"a line too many":   func(rec *games.Record) { rec.Actions[1].RequestID += "\npayload {}" },
	} {
		rec := fresh()
		if alter(&rec); games.VerifyReceipt(public, r, rec) == nil {
			t.Errorf("%s: nothing was noticed", name)
		}
	}
	longer := fresh()
	longer.Actions = append(longer.Actions, longer.Actions[last])
	if games.VerifyReceipt(public, r, longer) == nil {
		t.Error("a step too many was not noticed")
	}
}

// What a receipt of an early step says holds for the record of the whole round, and for what was known then.
func TestReceiptOfAnEarlierStep(t *testing.T) {
	t.Parallel()
	_, public, _ := receiptKey(7)
	rec := record(t, ladderCatalogue(t), 3, "1.00", 2, nil)
	early := rec
	early.Actions, early.Status, early.Payout = rec.Actions[:1], games.InProgress, "0.00"
	r := signedAmong(t, early, 0, 2, 5)
	for _, held := range []games.Record{early, rec} {
		if err := games.VerifyReceipt(public, r, held); err != nil {
			t.Error(err)
		}
	}
}

// What the log keeps of a round is of the whole of it: what its last receipt signs.
func TestHashOfARoundThatIsOver(t *testing.T) {
	t.Parallel()
	fresh := func() games.Record { return record(t, ladderCatalogue(t), 3, "1.00", 2, nil) }
	rec := fresh()
	want, err := rec.HashTo(len(rec.Actions) - 1)
	if err != nil {
		t.Fatal(err)
	}
	rec.ServerSeed = ""
	if got, err := rec.Hash(); err != nil || got != want {
		t.Errorf("%x, %v; want %x", got, err, want)
	}
	for name, alter := range map[string]func(rec *games.Record){
		"still open": func(rec *games.Record) { rec.Status = games.InProgress },
		"no action":  func(rec *games.Record) { rec.Actions = nil },
		"stake":      func(rec *games.Record) { rec.Stake = "2.00" },
		"payout":     func(rec *games.Record) { rec.Payout = "999.00" },
		"currency":   func(rec *games.Record) { rec.Currency = "?" },
		"no JSON":    func(rec *games.Record) { rec.Actions[1].Outcome = json.RawMessage(`{`) },
	} {
		rec := fresh()
		alter(&rec)
		if got, err := rec.Hash(); err == nil {
			t.Errorf("%s: hash %x", name, got)
		}
	}
}

// A record that went through other programs has other white space and escapes; what it says is the same.
func TestRecordHashDoesNotDependOnLayout(t *testing.T) {
	t.Parallel()
	rec := record(t, ladderCatalogue(t), 3, "1.00", 2, nil)
	want, err := rec.HashTo(2)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.MarshalIndent(rec, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	read, err := games.ParseRecord(bytes.ReplaceAll(text, []byte(`"climb"`), []byte(`"\u0063limb"`)))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := read.HashTo(2); err != nil || got != want {
		t.Errorf("%x, %v; want %x", got, err, want)
	}
}

func TestReceiptJSON(t *testing.T) {
	t.Parallel()
	rec := record(t, ladderCatalogue(t), 3, "1.00", 2, nil)
	for _, size := range []int{1, 9} {
		r := signedAmong(t, rec, 1, size-1, size)
		want, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		if got := string(r.AppendJSON(nil)); got != string(want) {
			t.Errorf("wrote %s, want %s", got, want)
		}
		rec.Receipt = &r
		text, err := json.Marshal(rec)
		if err != nil {
			t.Fatal(err)
		}
		read, err := games.ParseRecord(text)
		if err != nil || read.Receipt == nil || string(read.Receipt.AppendJSON(nil)) != string(want) {
			t.Errorf("read %+v, %v", read.Receipt, err)
		}
	}
	for _, bad := range []string{`{"recordHash":"x"}`, `{"recordHash":"AAAA"}`, `{"path":["` + strings.Repeat("A", 43) + `"]}`, `{"path":{}}`} {
		if err := json.Unmarshal([]byte(bad), &games.Receipt{}); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}

// The text that is hashed is a promise to everybody who writes a verifier: this is docs/protocol.md, by hand.
func TestRecordHashByHand(t *testing.T) {
	t.Parallel()
	rec := record(t, ladderCatalogue(t), 3, "1.00", 1, nil)
	rec.RoundID = "01a1fc31-f6e5-7670-89ba-d598008a7573"
	sum := func(text string) [32]byte { return sha256.Sum256([]byte(text)) }
	hash := sum(fmt.Sprintf("croupier round 1\nroundId %s\ngameId %s\nvariant %s\nrulesHash %s\ncurrency USD\nserverSeedHash %s\nclientSeed %s\nnonce 3\nforced false\n",
		rec.RoundID, rec.GameID, rec.Variant, rec.RulesHash, rec.ServerSeedHash, rec.ClientSeed))
	for i, a := range rec.Actions {
		status := "in_progress"
		if i == len(rec.Actions)-1 {
			status = string(rec.Status)
		}
		hash = sum(fmt.Sprintf("croupier step 1\nbefore %s\nstep %d\ntype %s\nrequestId %s\npayload %s\noutcome %s\nstake %s\npayout %s\nbalance %s\nstatus %s\nat 2026-11-21T01:02:%02d.345Z\n",
			base64.StdEncoding.EncodeToString(hash[:]), i, a.Type, a.RequestID, a.Payload, a.Outcome, a.Stake, a.Payout, a.Balance, status, i))
	}
	if got, err := rec.HashTo(len(rec.Actions) - 1); err != nil || got != hash {
		t.Errorf("%x, %v; want %x", got, err, hash)
	}
}
