package games

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"croupier/wallet/money"
)

// Hash is a SHA-256. In text it is base64 (RFC 4648, 4).
type Hash [sha256.Size]byte

func hashOf(text []byte) Hash { return sha256.Sum256(text) }

func (h Hash) appendText(b []byte) []byte { return base64.StdEncoding.AppendEncode(b, h[:]) }

// MarshalText implements encoding.TextMarshaler.
func (h Hash) MarshalText() ([]byte, error) { return h.appendText(nil), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (h *Hash) UnmarshalText(text []byte) error {
	b, err := base64.StdEncoding.Strict().DecodeString(string(text))
	if err != nil || len(b) != len(h) {
		return errors.New("must be a SHA-256 in base64, 44 characters")
	}
	copy(h[:], b)
	return nil
}

// Opening is what is fixed of a round when it opens, as a record has it.
type Opening struct {
	RoundID, GameID, Variant, RulesHash, Currency string
	ServerSeedHash, ClientSeed                    string
	Nonce                                         uint64
	Forced                                        bool
}

// Hash is what the hashes of the round's record begin with: the SHA-256 of a text of one line for each member.
func (o Opening) Hash() Hash {
	var room [512]byte // on the stack: every round of a server comes here
	b := appendLine(room[:0], "croupier round", "1")
	b = appendLine(b, "roundId", o.RoundID)
	b = appendLine(b, "gameId", o.GameID)
	b = appendLine(b, "variant", o.Variant)
	b = appendLine(b, "rulesHash", o.RulesHash)
	b = appendLine(b, "currency", o.Currency)
	b = appendLine(b, "serverSeedHash", o.ServerSeedHash)
	b = appendLine(b, "clientSeed", o.ClientSeed)
	b = strconv.AppendUint(append(b, "nonce "...), o.Nonce, 10)
	b = strconv.AppendBool(append(b, "\nforced "...), o.Forced)
	return hashOf(append(b, '\n'))
}

// PlayedStep is a step as it goes into the record's hash.
type PlayedStep struct {
	Step                   int
	Type                   ActionType
	RequestID              string
	Payload, Outcome       json.RawMessage // as HashedJSON returns them
	Stake, Payout, Balance money.Amount
	Status                 Status // of the round after it
	At                     time.Time
}

// Then is the hash of the record that a step was added to. h is the hash of the record before it.
func (h Hash) Then(s *PlayedStep) Hash {
	var room [1024]byte
	b := h.thenText(room[:0], s.Step, s.Type, s.RequestID, s.Payload, s.Outcome)
	b = s.Stake.AppendJSON(append(b, "stake "...))
	b = s.Payout.AppendJSON(append(b, "\npayout "...))
	b = s.Balance.AppendJSON(append(b, "\nbalance "...))
	return hashOf(thenEnd(append(b, '\n'), s.Status, s.At))
}

func (h Hash) thenText(b []byte, step int, kind ActionType, requestID string, payload, outcome []byte) []byte {
	b = appendLine(b, "croupier step", "1")
	b = append(h.appendText(append(b, "before "...)), '\n')
	b = append(strconv.AppendInt(append(b, "step "...), int64(step), 10), '\n')
	b = appendLine(b, "type", string(kind))
	b = appendLine(b, "requestId", requestID)
	b = append(append(append(b, "payload "...), payload...), '\n')
	return append(append(append(b, "outcome "...), outcome...), '\n')
}

func thenEnd(b []byte, status Status, at time.Time) []byte {
	b = appendLine(b, "status", string(status))
	return append(appendTime(append(b, "at "...), at), '\n')
}

// No name or text holds a line's end, so that no two records have one text.
func appendLine(b []byte, name, text string) []byte {
	b = append(append(b, name...), ' ')
	return append(append(b, text...), '\n')
}

// appendTime writes an instant as records have it: RFC 3339 in UTC, to the microsecond, without trailing zeros.
func appendTime(b []byte, at time.Time) []byte {
	return at.UTC().Truncate(time.Microsecond).AppendFormat(b, time.RFC3339Nano)
}

// HashedJSON is JSON as it goes into a record's hash: without white space, every string in its shortest form. compact says that the
// text is known to hold no white space, which saves looking in nearly every case.
func HashedJSON(text json.RawMessage, compact bool) (json.RawMessage, error) {
	if compact && bytes.IndexByte(text, '\\') < 0 {
		return text, nil
	}
	v := jsontext.Value(bytes.Clone(text))
	if err := v.Format(); err != nil {
		return nil, err
	}
	return json.RawMessage(v), nil
}

// Hash is HashTo the last step of a round that is over: what the commitment log keeps of it. It also returns an error for a round that goes
// on, and where the record's stake and payout, which are not hashed, are not the sums of its actions'.
func (r *Record) Hash() (Hash, error) {
	if r.Status == InProgress {
		return Hash{}, fmt.Errorf("round %.64s is not over", r.RoundID)
	}
	if err := r.checkTotals(); err != nil {
		return Hash{}, err
	}
	return r.HashTo(len(r.Actions) - 1)
}

// HashTo is the hash of the record up to a step, with which it is signed in receipts. An error means that the record has no such
// step, or holds what no record can hold.
func (r *Record) HashTo(step int) (Hash, error) {
	if step < 0 || step >= len(r.Actions) {
		return Hash{}, fmt.Errorf("the record has no step %d", step)
	}
	h := Opening{RoundID: r.RoundID, GameID: r.GameID, Variant: r.Variant, RulesHash: r.RulesHash, Currency: r.Currency,
		ServerSeedHash: r.ServerSeedHash, ClientSeed: r.ClientSeed, Nonce: r.Nonce, Forced: r.Forced != nil}.Hash()
	for i := range r.Actions[:step+1] {
		a := &r.Actions[i]
		status := InProgress
		if i == len(r.Actions)-1 {
			status = r.Status
		}
		var err error
		if h, err = h.thenRecorded(a, status); err != nil {
			return Hash{}, fmt.Errorf("step %d: %w", i, err)
		}
	}
	return h, nil
}

// thenRecorded is Then of a step as it was recorded. Money is taken as it is written there.
func (h Hash) thenRecorded(a *RecordedAction, status Status) (Hash, error) {
	payload, err := HashedJSON(a.Payload, false)
	if err != nil {
		return Hash{}, fmt.Errorf("payload: %w", err)
	}
	outcome, err := HashedJSON(a.Outcome, false)
	if err != nil {
		return Hash{}, fmt.Errorf("outcome: %w", err)
	}
	b := h.thenText(nil, a.Step, a.Type, a.RequestID, payload, outcome)
	b = appendLine(b, "stake", string(a.Stake))
	b = appendLine(b, "payout", string(a.Payout))
	b = appendLine(b, "balance", string(a.Balance))
	return hashOf(thenEnd(b, status, a.At)), nil
}
