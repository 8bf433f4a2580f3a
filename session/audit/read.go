package audit

import (
	"encoding/json"
	"errors"
	"fmt"
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

// readFast reads the line if nothing about it is unusual. What it leaves in into otherwise is of no use.
func readFast(line []byte, text string, into *entry) bool {
	s := scanner{b: line, text: text}
	r := lineReader{scanner: &s, entry: into}
	*into = entry{seedRounds: -1, record: games.Record{Actions: into.record.Actions[:0]}, told: into.told[:0]}
	s.object(r.member)
	return !s.failed && s.peek() == 0 && (into.kind != lineRound || r.seen == allOfRound) &&
		(into.kind != lineTransfer || r.seen == allOfTransfer)
}

// lineReader reads the members of a line.
type lineReader struct {
	*scanner
	entry *entry
	seen  members
}

// members are the members of a line that were read: each must be there once.
type members uint32

const (
	hasLine members = 1 << iota
	hasOperator
	hasPlayer
	hasSeedSeq
	hasSeedRounds
	hasSteps
	hasBet
	hasOpenedAt
	hasClosedAt
	hasRoundID
	hasGameID
	hasVariant
	hasRulesHash
	hasStatus
	hasStake
	hasPayout
	hasCurrency
	hasServerSeedHash
	hasServerSeed
	hasClientSeed
	hasNonce
	hasActions
	hasForced
	afterRound

	hasCode members = 1 << (iota - 1)
	hasTransactionID
	hasAmount
	hasBalance
	hasAt

	allOfRound    = afterRound - 1
	allOfTransfer = hasLine | hasOperator | hasPlayer | hasCurrency | hasCode | hasTransactionID | hasAmount | hasBalance | hasAt
)

// once notes a member, and fails if it was there before.
func (r *lineReader) once(m members) {
	if r.seen&m != 0 {
		r.fail()
	}
	r.seen |= m
}

func (r *lineReader) member(name string) {
	e, rec := r.entry, &r.entry.record
	switch name {
	case "line":
		r.once(hasLine)
		e.kind = r.string()
	case "operatorId":
		r.once(hasOperator)
		e.operatorID = r.string()
	case "playerId":
		r.once(hasPlayer)
		e.playerID = r.string()
	case "seedSeq":
		r.once(hasSeedSeq)
		e.seedSeq = r.int()
	case "seedRounds":
		r.once(hasSeedRounds)
		if !r.null() {
			e.seedRounds = r.int()
		}
	case "steps":
		r.once(hasSteps)
		e.steps = r.int()
	case "bet":
		r.once(hasBet)
		e.bet = money.Number(r.number())
	case "openedAt":
		r.once(hasOpenedAt)
		e.openedAt = r.time()
	case "closedAt":
		r.once(hasClosedAt)
		if !r.null() {
			e.closedAt = r.time()
		}
	case "actions":
		r.once(hasActions)
		r.array(r.action)
	case "forced":
		r.once(hasForced)
		if !r.null() { // a forced round is rare enough for the decoder
			r.fail()
		}
	default:
		r.recordMember(name, rec)
	}
}

// recordMember reads what a round's record has and, in a transfer, what that has.
func (r *lineReader) recordMember(name string, rec *games.Record) {
	switch name {
	case "roundId":
		r.once(hasRoundID)
		rec.RoundID = r.string()
	case "gameId":
		r.once(hasGameID)
		rec.GameID = r.string()
	case "variant":
		r.once(hasVariant)
		rec.Variant = r.string()
	case "rulesHash":
		r.once(hasRulesHash)
		rec.RulesHash = r.string()
	case "status":
		r.once(hasStatus)
		rec.Status = games.Status(r.string())
	case "stake":
		r.once(hasStake)
		rec.Stake = money.Number(r.number())
	case "payout":
		r.once(hasPayout)
		rec.Payout = money.Number(r.number())
	case "currency":
		r.once(hasCurrency)
		rec.Currency = r.string()
		r.entry.currency = rec.Currency
	case "serverSeedHash":
		r.once(hasServerSeedHash)
		rec.ServerSeedHash = r.string()
	case "serverSeed":
		r.once(hasServerSeed)
		if !r.null() {
			rec.ServerSeed = r.string()
		}
	case "clientSeed":
		r.once(hasClientSeed)
		rec.ClientSeed = r.string()
	case "nonce":
		r.once(hasNonce)
		nonce := r.int()
		if nonce < 0 {
			r.fail()
		}
		rec.Nonce = uint64(nonce)
	default:
		r.transferMember(name)
	}
}

func (r *lineReader) transferMember(name string) {
	e := r.entry
	switch name {
	case "code":
		r.once(hasCode)
		e.code = r.string()
	case "transactionId":
		r.once(hasTransactionID)
		e.transactionID = r.string()
	case "amount":
		r.once(hasAmount)
		e.amount = money.Number(r.number())
	case "balance":
		r.once(hasBalance)
		e.stands = money.Number(r.number())
	case "at":
		r.once(hasAt)
		e.at = r.time()
	default: // of a later version of ours, or somebody else's
		r.value()
	}
}

// action reads an element of "actions".
func (r *lineReader) action() {
	e := r.entry
	e.record.Actions = append(e.record.Actions, games.RecordedAction{Step: -1})
	e.told = append(e.told, told{})
	a, t := &e.record.Actions[len(e.record.Actions)-1], &e.told[len(e.told)-1]
	var seen members
	once := func(m members) {
		if seen&m != 0 {
			r.fail()
		}
		seen |= m
	}
	r.object(func(name string) {
		switch name {
		case "step":
			once(1 << 0)
			a.Step = int(r.int())
		case "requestId":
			once(1 << 1)
			a.RequestID = r.string()
		case "type":
			once(1 << 2)
			a.Type = games.ActionType(r.string())
		case "payload":
			once(1 << 3)
			a.Payload = r.value()
		case "outcome":
			once(1 << 4)
			a.Outcome = r.value()
		case "stake":
			once(1 << 5)
			a.Stake = money.Number(r.number())
		case "payout":
			once(1 << 6)
			a.Payout = money.Number(r.number())
		case "balance":
			once(1 << 7)
			a.Balance = money.Number(r.number())
		case "at":
			once(1 << 8)
			a.At = r.time()
		case "told":
			once(1 << 9)
			if !r.null() {
				r.told(t)
			}
		default:
			r.value()
		}
	})
	if seen != 1<<10-1 {
		r.fail()
	}
}

// told reads what an answer said beside the outcome.
func (r *lineReader) told(t *told) {
	t.there = true
	r.object(func(name string) {
		switch name {
		case "roundId":
			t.roundID = r.string()
		case "before":
			t.before = money.Number(r.number())
		case "after":
			t.after = money.Number(r.number())
		case "nonce":
			t.fair = true
			t.nonce = r.int()
		case "serverSeedHash":
			t.serverSeedHash = r.string()
		default:
			r.value()
		}
	})
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
