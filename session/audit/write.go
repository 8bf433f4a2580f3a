package audit

import (
	"bytes"
	"encoding/hex"
	"strconv"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/uuid"

	"croupier/wallet/money"
)

// storedRound is a round as the database has it. What it refers to may be missing, as a database that is audited may be damaged:
// texts are empty then.
type storedRound struct {
	id, operator, player       uuid.UUID
	seedSeq                    int64
	seedRounds                 *int64
	nonce, steps               int64
	gameID, variant, rulesHash string
	status                     string
	bet, stake, payout         string
	currency                   string
	seedHash, clientSeed       string
	serverSeed                 *string // nil until it is revealed
	forced                     []byte
	openedAt                   time.Time
	closedAt                   *time.Time
	actions                    []storedAction
}

type storedAction struct {
	step                   int64
	requestID, kind        string
	request, answer        []byte
	stake, payout, balance string
	at                     time.Time
}

// storedTransfer is a deposit or a withdrawal as the database has it.
type storedTransfer struct {
	operator, player uuid.UUID
	code             string
	transactionID    string
	currency         string
	amount, balance  string
	at               time.Time
}

// lineWriter appends lines to a buffer.
type lineWriter struct {
	b []byte
}

func (w *lineWriter) text(name, value string) {
	w.name(name)
	w.quoted(value)
}

func (w *lineWriter) name(name string) {
	if last := w.b[len(w.b)-1]; last != '{' {
		w.b = append(w.b, ',')
	}
	w.b = append(w.b, '"')
	w.b = append(w.b, name...)
	w.b = append(w.b, '"', ':')
}

func (w *lineWriter) quoted(value string) {
	quoted, err := jsontext.AppendQuote(w.b, value)
	if err != nil { // bytes that are no UTF-8, which a UTF8 database does not hold; of another one they are shown in hex
		quoted, _ = jsontext.AppendQuote(w.b, hex.EncodeToString([]byte(value)))
	}
	w.b = quoted
}

func (w *lineWriter) id(name string, id uuid.UUID) {
	w.name(name)
	w.b = append(w.b, '"')
	var text [36]byte
	hexID(&text, id)
	w.b = append(w.b, text[:]...)
	w.b = append(w.b, '"')
}

// hexID writes an id as UUIDs are written.
func hexID(text *[36]byte, id uuid.UUID) {
	hex.Encode(text[0:8], id[0:4])
	text[8] = '-'
	hex.Encode(text[9:13], id[4:6])
	text[13] = '-'
	hex.Encode(text[14:18], id[6:8])
	text[18] = '-'
	hex.Encode(text[19:23], id[8:10])
	text[23] = '-'
	hex.Encode(text[24:36], id[10:16])
}

func (w *lineWriter) int(name string, n int64) {
	w.name(name)
	w.b = strconv.AppendInt(w.b, n, 10)
}

func (w *lineWriter) null(name string) {
	w.name(name)
	w.b = append(w.b, "null"...)
}

func (w *lineWriter) time(name string, t time.Time) {
	w.name(name)
	w.b = append(w.b, '"')
	w.b = t.UTC().AppendFormat(w.b, time.RFC3339Nano)
	w.b = append(w.b, '"')
}

// amount writes what Postgres stored with the currency's decimals, as everybody else does. What is no amount in the currency is
// written as it is, in quotes if it is no number: it is the audit that must find it, not the export that must fail.
func (w *lineWriter) amount(name, currency, stored string) {
	w.name(name)
	if c, err := money.LookupCurrency(currency); err == nil {
		if a, err := money.Parse(c, stored); err == nil {
			w.b = a.AppendJSON(w.b)
			return
		}
	}
	if _, err := money.ParseNumber(stored); err == nil {
		w.b = append(w.b, stored...)
		return
	}
	w.quoted(stored)
}

// json writes stored JSON as it is, on one line: a line feed in JSON is white space.
func (w *lineWriter) json(name string, text []byte) {
	w.name(name)
	if text == nil {
		w.b = append(w.b, "null"...)
		return
	}
	from := len(w.b)
	w.b = append(w.b, text...)
	for i := range w.b[from:] {
		if c := w.b[from+i]; c == '\n' || c == '\r' {
			w.b[from+i] = ' '
		}
	}
}

func (w *lineWriter) round(r *storedRound) {
	w.b = append(w.b, '{')
	w.text("line", lineRound)
	w.id("operatorId", r.operator)
	w.id("playerId", r.player)
	w.int("seedSeq", r.seedSeq)
	if r.seedRounds == nil {
		w.null("seedRounds")
	} else {
		w.int("seedRounds", *r.seedRounds)
	}
	w.int("steps", r.steps)
	w.amount("bet", r.currency, r.bet)
	w.time("openedAt", r.openedAt)
	if r.closedAt == nil {
		w.null("closedAt")
	} else {
		w.time("closedAt", *r.closedAt)
	}
	w.id("roundId", r.id)
	w.text("gameId", r.gameID)
	w.text("variant", r.variant)
	w.text("rulesHash", r.rulesHash)
	w.text("status", r.status)
	w.amount("stake", r.currency, r.stake)
	w.amount("payout", r.currency, r.payout)
	w.text("currency", r.currency)
	w.text("serverSeedHash", r.seedHash)
	if r.serverSeed == nil {
		w.null("serverSeed")
	} else {
		w.text("serverSeed", *r.serverSeed)
	}
	w.text("clientSeed", r.clientSeed)
	w.int("nonce", r.nonce)
	w.name("actions")
	w.b = append(w.b, '[')
	for i := range r.actions {
		if i > 0 {
			w.b = append(w.b, ',')
		}
		w.action(r.currency, &r.actions[i])
	}
	w.b = append(w.b, ']')
	if r.closedAt == nil && r.forced != nil {
		r.forced = []byte("{}") // all that is told of an open round: the script is what is hidden in it
	}
	w.json("forced", r.forced)
	w.b = append(w.b, '}', '\n')
}

func (w *lineWriter) action(currency string, a *storedAction) {
	answer := readAnswer(a.answer)
	w.b = append(w.b, '{')
	w.int("step", a.step)
	w.text("requestId", a.requestID)
	w.text("type", a.kind)
	w.json("payload", a.request)
	w.json("outcome", answer.outcome)
	w.amount("stake", currency, a.stake)
	w.amount("payout", currency, a.payout)
	w.amount("balance", currency, a.balance)
	w.time("at", a.at)
	if !answer.there {
		w.null("told")
		w.b = append(w.b, '}')
		return
	}
	w.name("told")
	w.b = append(w.b, '{')
	w.text("roundId", answer.roundID)
	w.amount("before", currency, string(answer.before))
	w.amount("after", currency, string(answer.after))
	if answer.fair {
		w.int("nonce", answer.nonce)
		w.text("serverSeedHash", answer.serverSeedHash)
	}
	w.b = append(w.b, '}', '}')
}

func (w *lineWriter) transfer(t *storedTransfer) {
	w.b = append(w.b, '{')
	w.text("line", lineTransfer)
	w.id("operatorId", t.operator)
	w.id("playerId", t.player)
	w.text("code", t.code)
	w.text("transactionId", t.transactionID)
	w.text("currency", t.currency)
	w.amount("amount", t.currency, t.amount)
	w.amount("balance", t.currency, t.balance)
	w.time("at", t.at)
	w.b = append(w.b, '}', '\n')
}

// other writes a header or an end.
func (w *lineWriter) other(line any) error {
	text, err := jsonv2.Marshal(line)
	w.b = append(append(w.b, text...), '\n')
	return err
}

// storedAnswer is what an answer says.
type storedAnswer struct {
	told
	outcome []byte // nil when it says none
}

// readAnswer reads a stored answer. One that cannot be read says nothing.
func readAnswer(text []byte) (a storedAnswer) {
	s := newScanner(text, string(text))
	balance := false
	s.object(func(name string) {
		switch name {
		case "roundId":
			a.roundID = s.string()
		case "outcome":
			a.outcome = s.value()
		case "balance":
			balance = true
			s.object(func(name string) { a.balanceMember(&s, name) })
		case "provablyFair":
			a.fair = true
			s.object(func(name string) { a.fairMember(&s, name) })
		default:
			s.value()
		}
	})
	if s.failed || s.peek() != 0 {
		return decodeAnswer(text)
	}
	a.there = balance && a.before != "" && a.after != ""
	return a
}

func (a *storedAnswer) balanceMember(s *scanner, name string) {
	switch name {
	case "before":
		a.before = money.Number(s.number())
	case "after":
		a.after = money.Number(s.number())
	default:
		s.value()
	}
}

func (a *storedAnswer) fairMember(s *scanner, name string) {
	switch name {
	case "nonce":
		a.nonce = s.int()
	case "serverSeedHash":
		a.serverSeedHash = s.string()
	default:
		s.value()
	}
}

// decodeAnswer reads an answer that the scanner does not understand.
func decodeAnswer(text []byte) storedAnswer {
	var said struct {
		RoundID string         `json:"roundId"`
		Outcome jsontext.Value `json:"outcome"`
		Balance struct {
			Before money.Number `json:"before"`
			After  money.Number `json:"after"`
		} `json:"balance"`
		Fair *struct {
			Nonce          int64  `json:"nonce"`
			ServerSeedHash string `json:"serverSeedHash"`
		} `json:"provablyFair"`
	}
	if err := jsonv2.Unmarshal(text, &said); err != nil {
		return storedAnswer{}
	}
	a := storedAnswer{outcome: bytes.Clone(said.Outcome)}
	a.roundID, a.before, a.after = said.RoundID, said.Balance.Before, said.Balance.After
	a.there = a.before != "" && a.after != ""
	if f := said.Fair; f != nil {
		a.fair, a.nonce, a.serverSeedHash = true, f.Nonce, f.ServerSeedHash
	}
	return a
}
