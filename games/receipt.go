package games

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"math/bits"
	"strconv"
	"time"

	"croupier/wallet/money"
)

// Receipt is the server's signature under a round's record as it was after a step. Whoever keeps it can prove what the server said: a
// record that says otherwise later does not fit it. docs/protocol.md specifies it byte by byte.
type Receipt struct {
	Step       int       `json:"step" doc:"The last step that it is about"`
	At         time.Time `json:"at" doc:"When that step was played"`
	RecordHash Hash      `json:"recordHash" doc:"Of the record up to that step, base64"`
	Index      int       `json:"index" doc:"The place of the record's hash in the group that was signed at once, from 0"`
	Size       int       `json:"size" doc:"How many the group had"`
	Path       []Hash    `json:"path" doc:"From the hash up to the root of the group's Merkle tree, base64"`
	KeyID      string    `json:"keyId" doc:"Which of /.well-known/receipt-keys.json signed"`
	Signature  []byte    `json:"signature" doc:"Ed25519, of the group's size and root, base64"`
}

// MaxReceiptGroup is the most records of a group: a receipt of more is not taken.
const MaxReceiptGroup = 1 << 20

// ErrReceipt is in every error of VerifyReceipt. ErrOtherRecord is in it, too, where the server has signed, and the record is another one
// than it signed: then it is the record that was altered, or its place that was taken.
var (
	ErrReceipt     = errors.New("the receipt does not prove the record")
	ErrOtherRecord = errors.New("is not the one that was signed")
)

// VerifyReceipt returns nil if the server with the public key has signed the record as it is up to the receipt's step. The later
// steps are not its concern; nor is whether the outcomes are right, which Verify finds out. Its errors wrap ErrReceipt.
func VerifyReceipt(key ed25519.PublicKey, receipt Receipt, rec Record) error {
	problem := func(format string, args ...any) error {
		return fmt.Errorf("%w: %w", ErrReceipt, fmt.Errorf(format, args...))
	}
	if len(key) != ed25519.PublicKeySize {
		return problem("the public key has %d bytes, not %d", len(key), ed25519.PublicKeySize)
	}
	if id := ReceiptKeyID(key); id != receipt.KeyID {
		return problem("it was signed by key %.16q, not %s", receipt.KeyID, id)
	}
	root, err := receipt.root()
	if err != nil {
		return problem("%v", err)
	}
	if !ed25519.Verify(key, GroupText(receipt.Size, root), receipt.Signature) {
		return problem("the signature is not the server's")
	}
	hash, err := rec.HashTo(receipt.Step)
	if err != nil {
		return problem("%v", err)
	}
	if hash != receipt.RecordHash {
		return problem("the record up to step %d %w: the receipt is the server's, and of another", receipt.Step, ErrOtherRecord)
	}
	if !rec.Actions[receipt.Step].At.Equal(receipt.At) {
		return problem("step %d was at %s by the record, and at %s by the receipt", receipt.Step, rec.Actions[receipt.Step].At, receipt.At)
	}
	if err := rec.checkTotals(); err != nil {
		return problem("%v", err)
	}
	return nil
}

// checkTotals returns an error unless the record's stake and payout, which are not hashed, are the sums of its actions'.
func (r *Record) checkTotals() error {
	currency, err := money.LookupCurrency(r.Currency)
	if err != nil {
		return err
	}
	stake, payout := money.Zero(currency), money.Zero(currency)
	add := func(sum *money.Amount, number money.Number) {
		amount, bad := money.Parse(currency, number)
		if bad != nil {
			err = bad
			return
		}
		*sum = sum.Add(amount)
	}
	for i := range r.Actions {
		add(&stake, r.Actions[i].Stake)
		add(&payout, r.Actions[i].Payout)
	}
	if err != nil {
		return err
	}
	if stake.Number() != r.Stake || payout.Number() != r.Payout {
		return fmt.Errorf("its actions stake %s and pay %s, it says %.20s and %.20s", stake, payout, r.Stake, r.Payout)
	}
	return nil
}

// ReceiptKeyID is what a public key is called in receipts: the first 8 bytes of its SHA-256, in hex.
func ReceiptKeyID(key ed25519.PublicKey) string {
	sum := hashOf(key)
	return fmt.Sprintf("%x", sum[:8])
}

// GroupText is what is signed of a group.
func GroupText(size int, root Hash) []byte {
	b := strconv.AppendInt([]byte("croupier group 1\nsize "), int64(size), 10)
	b = append(b, "\nroot "...)
	return append(base64.StdEncoding.AppendEncode(b, root[:]), '\n')
}

// root is the root that the receipt's path leads to, by RFC 9162, 2.1.3.2.
func (r *Receipt) root() (Hash, error) {
	if r.Size < 1 || r.Size > MaxReceiptGroup || r.Index < 0 || r.Index >= r.Size {
		return Hash{}, fmt.Errorf("there is no place %d in a group of %d", r.Index, r.Size)
	}
	at, last, h := uint(r.Index), uint(r.Size-1), leafHash(r.RecordHash)
	for _, sibling := range r.Path {
		if last == 0 {
			return Hash{}, errors.New("its path is too long")
		}
		if at%2 == 1 || at == last {
			h = nodeHash(sibling, h)
			if at%2 == 0 { // the last of an odd row goes up alone, until it is a right one
				up := bits.TrailingZeros(at)
				at, last = at>>up, last>>up
			}
		} else {
			h = nodeHash(h, sibling)
		}
		at, last = at>>1, last>>1
	}
	if last != 0 {
		return Hash{}, errors.New("its path is too short")
	}
	return h, nil
}

// AppendJSON appends what MarshalJSON returns: every result carries one, so it is written by hand.
func (r *Receipt) AppendJSON(b []byte) []byte {
	b = strconv.AppendInt(append(b, `{"step":`...), int64(r.Step), 10)
	b = append(b, `,"at":"`...)
	b = appendTime(b, r.At)
	b = r.RecordHash.appendText(append(b, `","recordHash":"`...))
	b = strconv.AppendInt(append(b, `","index":`...), int64(r.Index), 10)
	b = strconv.AppendInt(append(b, `,"size":`...), int64(r.Size), 10)
	b = append(b, `,"path":[`...)
	for i, h := range r.Path {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(h.appendText(append(b, '"')), '"')
	}
	b = append(b, `],"keyId":"`...)
	b = append(b, r.KeyID...) // hex, so that nothing of it needs quoting
	b = append(b, `","signature":"`...)
	b = base64.StdEncoding.AppendEncode(b, r.Signature)
	return append(b, `"}`...)
}

// ReceiptGroup is the Merkle tree of the records that are signed at once, and the signature.
type ReceiptGroup struct {
	rows      [][]Hash // from the leaves up to the root
	records   []Hash
	keyID     string
	signature []byte
}

// SignGroup signs the hashes of records, at least one and at most MaxReceiptGroup, with one signature. It keeps records.
func SignGroup(key ed25519.PrivateKey, keyID string, records []Hash) *ReceiptGroup {
	row := make([]Hash, len(records))
	for i, h := range records {
		row[i] = leafHash(h)
	}
	g := &ReceiptGroup{records: records, keyID: keyID, rows: make([][]Hash, 0, bits.Len(uint(len(records)))+1)}
	for g.rows = append(g.rows, row); len(row) > 1; g.rows = append(g.rows, row) {
		above := make([]Hash, 0, (len(row)+1)/2)
		for i := 0; i+1 < len(row); i += 2 {
			above = append(above, nodeHash(row[i], row[i+1]))
		}
		if len(row)%2 == 1 {
			above = append(above, row[len(row)-1])
		}
		row = above
	}
	g.signature = ed25519.Sign(key, GroupText(len(records), row[0]))
	return g
}

// Receipt is the receipt of the group's record at index, which was made by a step at a time.
func (g *ReceiptGroup) Receipt(index, step int, at time.Time) Receipt {
	r := Receipt{Step: step, At: at.UTC().Truncate(time.Microsecond), RecordHash: g.records[index], Index: index, Size: len(g.records),
		Path: make([]Hash, 0, len(g.rows)), KeyID: g.keyID, Signature: g.signature}
	for _, row := range g.rows {
		if sibling := index ^ 1; sibling < len(row) {
			r.Path = append(r.Path, row[sibling])
		}
		index >>= 1
	}
	return r
}

// leafHash and nodeHash are those of RFC 6962, 2.1.
func leafHash(h Hash) Hash {
	var b [1 + len(h)]byte
	copy(b[1:], h[:])
	return hashOf(b[:])
}

func nodeHash(left, right Hash) Hash {
	b := [1 + 2*len(left)]byte{1}
	copy(b[1:], left[:])
	copy(b[1+len(left):], right[:])
	return hashOf(b[:])
}
