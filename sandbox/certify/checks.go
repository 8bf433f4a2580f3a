package certify

import (
	"context"
	"encoding/json"
	"net/http"
	"strings"
	"time"

	"croupier/wallet/money"
)

// checks are what is tried, in their order.
var checks = []check{
	{"authenticate", "authenticate answers 200 with the player's balance in his currency", (*try).authenticate},
	{"unknown player", "calls for a player who is not there are refused with 404 player_not_found", (*try).unknownPlayer},
	{"signature", "a call that is not signed, or by another secret, is refused with 401 wrong_signature and changes nothing", (*try).signature},
	{"altered body", "a signature is of the very body: another amount under it is refused with 401", (*try).alteredBody},
	{"old signature", "a call whose X-Timestamp is more than 5 minutes off is refused with 401", (*try).oldSignature},
	{"bad amounts", "amounts that are 0, negative, quoted or too fine for the currency are refused and move nothing", (*try).badAmounts},
	{"bet", "a bet takes its amount at once and answers with the balance after it", (*try).bet},
	{"bet twice", "the same bet again moves nothing and gets the first answer again", (*try).betTwice},
	{"bet with another content", "a known transactionId with another amount, player or kind is refused with 409 transaction_conflict", (*try).betOther},
	{"win", "a win gives its amount at once and answers with the balance after it; the same again moves nothing", (*try).win},
	{"win out of order", "a win may come after the bet of a later round", (*try).winLate},
	{"rollback", "a rollback returns the amount of its bet; the same again moves nothing and gets the first answer again", (*try).rollback},
	{"rollback before its bet", "a rollback of a bet that never came is accepted, and the bet is refused when it comes after all", (*try).tombstone},
	{"bet after its rollback", "a bet that was rolled back is never taken again", (*try).betAfterRollback},
	{"rollback with another content", "a rollback of another amount than its bet's is refused with 409 transaction_conflict", (*try).rollbackOther},
	{"insufficient funds", "a bet of more than the player has is refused with 402 insufficient_funds, for ever", (*try).insufficient},
	{"rollback of a refused bet", "a rollback of a bet that was refused is accepted and moves nothing", (*try).rollbackRefused},
	{"the same bet at once", "of the same bet, sent many times at once, the money moves once", (*try).sameAtOnce},
	{"the same win at once", "of the same win, sent many times at once, the money moves once", (*try).sameWinAtOnce},
	{"bets at once", "of bets at once that are more than the player has, as many are taken as he can pay", (*try).manyAtOnce},
	{"bet and rollback at once", "of a bet and its rollback at once, whichever comes first, the bet does not stand", (*try).bothAtOnce},
	{"connection cut", "a bet whose sender went away is as one whose answer was lost: its rollback makes it good", (*try).cut},
	{"transactions", "GET /transactions lists what was booked (optional; daily reconciliation needs it)", (*try).transactions},
}

func (t *try) authenticate() {
	r := t.call("authenticate", message{})
	if balance, ok := t.balanceOf(r); !ok || !balance.Equal(t.held) {
		t.problem("expected 200 with a balance of %s, got %s", t.held, r)
	}
}

func (t *try) unknownPlayer() {
	for _, kind := range []string{"balance", "bet"} {
		m := t.move(newID())
		m.PlayerID = "nobody-" + newID()
		if kind == "balance" {
			m = message{PlayerID: m.PlayerID}
		}
		t.refuses(kind+" of a player who is not there", t.call(kind, m), http.StatusNotFound, "player_not_found")
	}
}

// body is a bet as it is sent.
func (t *try) body(id string) []byte {
	m := t.move(id)
	m.PlayerID, m.Currency = t.config.Player, t.config.Currency
	text, _ := json.Marshal(m) // of strings and an amount
	return text
}

func (t *try) signature() {
	for what, secret := range map[string]string{"a bet without a signature": "", "a bet signed by another secret": t.config.Secret + "x"} {
		t.refuses(what, t.post("bet", t.body(newID()), secret, time.Now()), http.StatusUnauthorized, "wrong_signature")
	}
	t.holds("afterwards")
}

func (t *try) alteredBody() {
	original := t.body(newID())
	altered := []byte(strings.Replace(string(original), `"certify"`, `"altered"`, 1))
	r := t.send(context.WithValue(t.ctx, signedInstead{}, original), http.MethodPost, "/bet", altered, t.config.Secret, time.Now())
	t.refuses("a bet whose body was altered", r, http.StatusUnauthorized, "wrong_signature")
	t.holds("afterwards")
}

func (t *try) oldSignature() {
	for what, off := range map[string]time.Duration{"a bet that was signed 10 minutes ago": -10 * time.Minute, "a bet signed for 10 minutes later": 10 * time.Minute} {
		t.refuses(what, t.post("bet", t.body(newID()), t.config.Secret, time.Now().Add(off)), http.StatusUnauthorized, "wrong_signature")
	}
	t.holds("afterwards")
}

func (t *try) badAmounts() {
	for _, amount := range []string{"0", "-" + t.unit.String(), `"` + t.unit.String() + `"`, "0.0000000000000000001"} {
		body := strings.Replace(string(t.body(newID())), `"amount":`+t.unit.String(), `"amount":`+amount, 1)
		t.refuses("a bet of "+amount, t.post("bet", []byte(body), t.config.Secret, time.Now()), 0, "")
	}
	t.holds("afterwards")
}

// place makes a bet that must be taken.
func (t *try) place(id string) reply {
	r := t.call("bet", t.move(id))
	t.held = t.held.Sub(t.unit)
	t.took("a bet", r, id)
	return r
}

// undo rolls a bet that stands back.
func (t *try) undo(id string) reply {
	r := t.call("rollback", t.move(id))
	t.held = t.held.Add(t.unit)
	t.took("its rollback", r, id)
	return r
}

func (t *try) bet() {
	id := newID()
	t.place(id)
	t.holds("after the bet")
	t.undo(id)
}

func (t *try) betTwice() {
	id := newID()
	first := t.place(id)
	t.same("the same bet again", first, t.call("bet", t.move(id)))
	t.holds("after the same bet again")
	other := newID()
	t.place(other)
	t.same("the same bet after another one", first, t.call("bet", t.move(id)))
	t.holds("after the same bet a third time")
	t.undo(other)
	t.undo(id)
}

func (t *try) betOther() {
	id := newID()
	t.place(id)
	double := t.unit.Times(2)
	m := t.move(id)
	m.Amount = &double
	t.refuses("the bet with another amount", t.call("bet", m), http.StatusConflict, "transaction_conflict")
	m = t.move(id)
	m.RoundID = "certify-another"
	t.refuses("the bet for another round", t.call("bet", m), http.StatusConflict, "transaction_conflict")
	t.refuses("a win under the bet's id", t.call("win", t.move(id)), http.StatusConflict, "transaction_conflict")
	t.holds("afterwards")
	t.undo(id)
}

// give makes a win that must be taken, and spend takes it back by a bet.
func (t *try) give(id string) reply {
	r := t.call("win", t.move(id))
	t.held = t.held.Add(t.unit)
	t.took("a win", r, id)
	return r
}

func (t *try) win() {
	t.place(newID())
	id := newID()
	first := t.give(id)
	t.same("the same win again", first, t.call("win", t.move(id)))
	t.holds("after the same win again")
}

func (t *try) winLate() {
	t.place(newID())
	later := newID()
	t.place(later)
	t.give(newID())
	t.undo(later)
	t.holds("afterwards")
}

func (t *try) rollback() {
	id := newID()
	t.place(id)
	first := t.undo(id)
	t.holds("after the rollback")
	t.same("the same rollback again", first, t.call("rollback", t.move(id)))
	t.holds("after the same rollback again")
}

func (t *try) tombstone() {
	id := newID()
	first := t.call("rollback", t.move(id))
	t.took("the rollback of a bet that never came", first, id)
	t.refuses("the bet that comes after it", t.call("bet", t.move(id)), 0, "")
	t.holds("after the late bet")
	t.same("the rollback again", first, t.call("rollback", t.move(id)))
	t.holds("afterwards")
}

func (t *try) betAfterRollback() {
	id := newID()
	t.place(id)
	t.undo(id)
	t.call("bet", t.move(id)) // the first answer, or a refusal: what counts is the money
	t.holds("after the bet was sent again")
}

func (t *try) rollbackOther() {
	id := newID()
	t.place(id)
	double := t.unit.Times(2)
	m := t.move(id)
	m.Amount = &double
	t.refuses("a rollback of another amount", t.call("rollback", m), http.StatusConflict, "transaction_conflict")
	t.holds("after it")
	t.undo(id)
}

// tooMuch is a bet of more than the player has.
func (t *try) tooMuch(id string) message {
	m := t.move(id)
	more := t.held.Add(money.New(t.currency, 1))
	m.Amount = &more
	return m
}

func (t *try) insufficient() {
	m := t.tooMuch(newID())
	first := t.call("bet", m)
	t.refuses("a bet of more than the player has", first, http.StatusPaymentRequired, "insufficient_funds")
	t.holds("after it")
	t.place(newID())
	t.give(newID())
	t.give(newID()) // now the player could pay it
	if again := t.call("bet", m); again.status == http.StatusOK {
		t.problem("the refused bet again, when the player could pay it: expected the first answer, %s, got %s", first, again)
	}
	t.holds("after the refused bet again")
	t.place(newID())
}

func (t *try) rollbackRefused() {
	m := t.tooMuch(newID())
	t.call("bet", m)
	t.took("the rollback of a refused bet", t.call("rollback", m), m.TransactionID)
	t.holds("after it")
}

// atOnce is how many calls are made at the same time.
const atOnce = 10

func (t *try) sameAtOnce() {
	m := t.move(newID())
	replies := t.together(atOnce, func(int) reply { return t.call("bet", m) })
	t.held = t.held.Sub(t.unit)
	for _, r := range replies {
		t.took("one of the same bets", r, m.TransactionID)
	}
	t.holds("afterwards")
	t.undo(m.TransactionID)
}

func (t *try) sameWinAtOnce() {
	t.place(newID())
	m := t.move(newID())
	replies := t.together(atOnce, func(int) reply { return t.call("win", m) })
	t.held = t.held.Add(t.unit)
	for _, r := range replies {
		t.took("one of the same wins", r, m.TransactionID)
	}
	t.holds("afterwards")
}

// third is what fits three times, and not four times, into what the player has.
func (t *try) third() money.Amount {
	minor := t.held.Minor()
	return money.FromMinor(t.currency, minor.Div(minor, bigThree))
}

func (t *try) manyAtOnce() {
	stake := t.third()
	messages := make([]message, atOnce)
	for i := range messages {
		messages[i] = t.move(newID())
		messages[i].Amount = &stake
	}
	replies := t.together(atOnce, func(i int) reply { return t.call("bet", messages[i]) })
	taken := 0
	for i, r := range replies {
		if r.status == http.StatusOK {
			taken++
			t.held = t.held.Sub(stake)
		} else {
			t.refuses("a bet that does not fit", r, http.StatusPaymentRequired, "insufficient_funds")
		}
		defer t.call("rollback", messages[i])
	}
	if taken != 3 {
		t.problem("%d bets of %s at once: expected that 3 are taken, %d were", atOnce, stake, taken)
	}
	t.holds("afterwards")
}

func (t *try) bothAtOnce() {
	for range 3 {
		m := t.move(newID())
		replies := t.together(2, func(i int) reply { return t.call([]string{"bet", "rollback"}[i], m) })
		if r := replies[1]; r.status != http.StatusOK {
			t.problem("the rollback: expected 200, got %s", r)
		}
		t.holds("afterwards")
	}
}

func (t *try) cut() {
	m := t.move(newID())
	ctx, cancel := context.WithTimeout(t.ctx, time.Millisecond)
	body := t.body(m.TransactionID)
	t.send(ctx, http.MethodPost, "/bet", body, t.config.Secret, time.Now())
	cancel()
	r := t.call("rollback", m)
	if _, ok := t.balanceOf(r); !ok || r.body.TransactionID != m.TransactionID {
		t.problem("the rollback of a bet that was cut off: expected 200, got %s", r)
	}
	t.settle("after the rollback of a bet that was cut off")
}

// settle is holds for when something may still be under way there.
func (t *try) settle(what string) {
	for range 20 {
		if balance, ok := t.balanceOf(t.call("balance", message{})); ok && balance.Equal(t.held) {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.holds(what)
}

func (t *try) transactions() {
	began := time.Now().Add(-time.Minute)
	id, back := newID(), newID()
	t.place(id)
	t.place(back)
	t.undo(back)
	r := t.list(began, time.Now().Add(time.Minute))
	defer t.undo(id)
	if r.status == http.StatusNotFound {
		panic(errSkip)
	}
	var told struct {
		Transactions []struct {
			TransactionID, Kind, PlayerID, Currency, State string
			Amount                                         money.Number
			At                                             time.Time
		}
	}
	if err := json.Unmarshal([]byte(r.text), &told); err != nil || r.status != http.StatusOK {
		t.problem("expected 200 with {\"transactions\":[…]}, got %s", r)
		return
	}
	states := map[string]string{}
	for _, one := range told.Transactions {
		if amount, err := money.Parse(t.currency, one.Amount); err == nil && amount.Equal(t.unit) && one.Kind == "bet" && one.PlayerID == t.config.Player {
			states[one.TransactionID] = one.State
		}
	}
	for id, want := range map[string]string{id: "accepted", back: "rolled_back"} {
		if states[id] != want {
			t.problem("expected that bet %s of %s is listed as %s, it is listed as %q", id, t.unit, want, states[id])
		}
	}
}
