package audit

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	jsonv2 "github.com/go-json-experiment/json"

	"croupier/games"
	"croupier/wallet/money"
)

// readLine reads a line with a round or a transfer: the fast way if it is written as we write it, or else as JSON may be written.
// Of a header or an end it reads the kind alone. text is the line again.
func readLine(line []byte, text string, into *entry) error {
	if readFast(line, text, into) {
		return nil
	}
	return readSlow(line, into)
}

// readFast reads a line that is written exactly as lineWriter writes it, without a backslash. What it leaves in into otherwise is of no use.
func readFast(line []byte, text string, into *entry) bool {
	*into = entry{seedRounds: -1, record: games.Record{Actions: into.record.Actions[:0]}, told: into.told[:0]}
	r := lineReader{scanner: newScanner(line, text), entry: into}
	if !r.plain {
		return false
	}
	switch {
	case r.has(`{"line":"round","operatorId":"`):
		r.round()
	case r.has(`{"line":"transfer","operatorId":"`):
		r.transfer()
	default:
		return false
	}
	return !r.failed && r.peek() == 0
}

// lineReader reads the members of a line in the order in which lineWriter writes them.
type lineReader struct {
	scanner
	entry *entry
}

// has takes a text, if that is what comes next.
func (r *lineReader) has(text string) bool {
	if !strings.HasPrefix(r.text[r.i:], text) {
		return false
	}
	r.i += len(text)
	return true
}

// then takes a text that must come next.
func (r *lineReader) then(text string) {
	if !r.has(text) {
		r.failed = true
	}
}

// rest reads the rest of a string whose first quote was taken.
func (r *lineReader) rest() string {
	length := strings.IndexByte(r.text[r.i:], '"')
	if length < 0 {
		r.failed = true
		return ""
	}
	from := r.i
	r.i += length + 1
	return r.text[from : from+length]
}

func (r *lineReader) amount() money.Number { return money.Number(r.number()) }

func (r *lineReader) round() {
	e, rec := r.entry, &r.entry.record
	e.kind = lineRound
	e.operatorID = r.rest()
	r.then(`,"playerId":"`)
	e.playerID = r.rest()
	r.then(`,"seedSeq":`)
	e.seedSeq = r.int()
	r.then(`,"seedRounds":`)
	if !r.null() {
		e.seedRounds = r.int()
	}
	r.then(`,"steps":`)
	e.steps = r.int()
	r.then(`,"bet":`)
	e.bet = r.amount()
	r.then(`,"openedAt":`)
	e.openedAt = r.time()
	r.then(`,"closedAt":`)
	if !r.null() {
		e.closedAt = r.time()
	}
	r.then(`,"roundId":"`)
	rec.RoundID = r.rest()
	r.then(`,"gameId":"`)
	rec.GameID = r.rest()
	r.then(`,"variant":"`)
	rec.Variant = r.rest()
	r.then(`,"rulesHash":"`)
	rec.RulesHash = r.rest()
	r.then(`,"status":"`)
	rec.Status = games.Status(r.rest())
	r.then(`,"stake":`)
	rec.Stake = r.amount()
	r.then(`,"payout":`)
	rec.Payout = r.amount()
	r.then(`,"currency":"`)
	rec.Currency = r.rest()
	e.currency = rec.Currency
	r.seeds(rec)
	r.then(`,"actions":`)
	r.array(r.action)
	r.then(`,"forced":null}`) // a forced round is rare enough for the decoder
}

func (r *lineReader) seeds(rec *games.Record) {
	r.then(`,"serverSeedHash":"`)
	rec.ServerSeedHash = r.rest()
	if !r.has(`,"serverSeed":null`) {
		r.then(`,"serverSeed":"`)
		rec.ServerSeed = r.rest()
	}
	r.then(`,"clientSeed":"`)
	rec.ClientSeed = r.rest()
	r.then(`,"nonce":`)
	nonce := r.int()
	if nonce < 0 {
		r.failed = true
	}
	rec.Nonce = uint64(nonce)
}

// action reads an element of "actions".
func (r *lineReader) action() {
	e := r.entry
	e.record.Actions = append(e.record.Actions, games.RecordedAction{})
	e.told = append(e.told, told{})
	a, t := &e.record.Actions[len(e.record.Actions)-1], &e.told[len(e.told)-1]
	r.then(`{"step":`)
	a.Step = int(r.int())
	r.then(`,"requestId":"`)
	a.RequestID = r.rest()
	r.then(`,"type":"`)
	a.Type = games.ActionType(r.rest())
	r.then(`,"payload":`)
	a.Payload = r.value()
	r.then(`,"outcome":`)
	a.Outcome = r.value()
	r.then(`,"stake":`)
	a.Stake = r.amount()
	r.then(`,"payout":`)
	a.Payout = r.amount()
	r.then(`,"balance":`)
	a.Balance = r.amount()
	r.then(`,"at":`)
	a.At = r.time()
	if !r.has(`,"told":null`) {
		r.told(t)
	}
	r.then(`}`)
}

// told reads what an answer said beside the outcome.
func (r *lineReader) told(t *told) {
	t.there = true
	r.then(`,"told":{"roundId":"`)
	t.roundID = r.rest()
	r.then(`,"before":`)
	t.before = r.amount()
	r.then(`,"after":`)
	t.after = r.amount()
	if r.has(`,"nonce":`) {
		t.fair = true
		t.nonce = r.int()
		r.then(`,"serverSeedHash":"`)
		t.serverSeedHash = r.rest()
	}
	r.then(`}`)
}

func (r *lineReader) transfer() {
	e := r.entry
	e.kind = lineTransfer
	e.operatorID = r.rest()
	r.then(`,"playerId":"`)
	e.playerID = r.rest()
	r.then(`,"code":"`)
	e.code = r.rest()
	r.then(`,"transactionId":"`)
	e.transactionID = r.rest()
	r.then(`,"currency":"`)
	e.currency = r.rest()
	r.then(`,"amount":`)
	e.amount = r.amount()
	r.then(`,"balance":`)
	e.stands = r.amount()
	r.then(`,"at":`)
	e.at = r.time()
	r.then(`}`)
}

// slowLine is what a line has beside the record, for the decoder.
type slowLine struct {
	OperatorID string        `json:"operatorId"`
	PlayerID   string        `json:"playerId"`
	SeedSeq    *int64        `json:"seedSeq"`
	SeedRounds *int64        `json:"seedRounds"`
	Steps      *int64        `json:"steps"`
	Bet        *money.Number `json:"bet"`
	OpenedAt   *time.Time    `json:"openedAt"`
	ClosedAt   *time.Time    `json:"closedAt"`
	Actions    []slowAction  `json:"actions"`

	Code          string        `json:"code"`
	TransactionID string        `json:"transactionId"`
	Currency      string        `json:"currency"`
	Amount        *money.Number `json:"amount"`
	Balance       *money.Number `json:"balance"`
	At            *time.Time    `json:"at"`
}

type slowAction struct {
	Told *struct {
		RoundID        string       `json:"roundId"`
		Before         money.Number `json:"before"`
		After          money.Number `json:"after"`
		Nonce          *int64       `json:"nonce"`
		ServerSeedHash string       `json:"serverSeedHash"`
	} `json:"told"`
}

var (
	errNoKind     = errors.New(`it has no member "line": an export of croupier export rounds is expected`)
	errIncomplete = errors.New("members are missing")
)

// readSlow reads any line by the decoder.
func readSlow(line []byte, into *entry) error {
	var kind struct {
		Line string `json:"line"`
	}
	if err := jsonv2.Unmarshal(line, &kind); err != nil {
		return fmt.Errorf("not a line of an export: %w", err)
	}
	if kind.Line == "" {
		return errNoKind
	}
	*into = entry{kind: kind.Line, seedRounds: -1}
	if kind.Line != lineRound && kind.Line != lineTransfer {
		return nil
	}
	var slow slowLine
	if err := jsonv2.Unmarshal(line, &slow); err != nil {
		return fmt.Errorf("not a line of an export: %w", err)
	}
	into.operatorID, into.playerID = slow.OperatorID, slow.PlayerID
	switch into.kind {
	case lineRound:
		return slow.round(line, into)
	case lineTransfer:
		if slow.Amount == nil || slow.Balance == nil || slow.At == nil {
			return errIncomplete
		}
		into.code, into.transactionID, into.currency = slow.Code, slow.TransactionID, slow.Currency
		into.amount, into.stands, into.at = *slow.Amount, *slow.Balance, *slow.At
	}
	return nil
}

func (l *slowLine) round(line json.RawMessage, into *entry) (err error) {
	if into.record, err = games.ParseRecord(line); err != nil {
		return err
	}
	if l.SeedSeq == nil || l.Steps == nil || l.Bet == nil || l.OpenedAt == nil {
		return errIncomplete
	}
	into.seedSeq, into.steps, into.bet, into.openedAt, into.currency = *l.SeedSeq, *l.Steps, *l.Bet, *l.OpenedAt, into.record.Currency
	if l.SeedRounds != nil {
		into.seedRounds = *l.SeedRounds
	}
	if l.ClosedAt != nil {
		into.closedAt = *l.ClosedAt
	}
	into.told = make([]told, len(into.record.Actions))
	for i, a := range l.Actions {
		if t := a.Told; t != nil {
			into.told[i] = told{there: true, roundID: t.RoundID, before: t.Before, after: t.After, serverSeedHash: t.ServerSeedHash}
			if t.Nonce != nil {
				into.told[i].fair, into.told[i].nonce = true, *t.Nonce
			}
		}
	}
	return nil
}
