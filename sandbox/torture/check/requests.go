package check

import (
	"bytes"
	"encoding/json"

	"croupier/sandbox/torture/history"
)

// request is one Op with what the database has of it.
type request struct {
	*history.Op
	payload  []byte       // without white space, as the server keeps it
	result   *history.Try // the first one that was answered with a result, nil: none
	refused  *history.Try // the last word, if it was a refusal, nil otherwise
	possible bool         // whether some sending may have taken effect, for all that its client was told
	action   *actionRow   // what is stored of it, nil: nothing
	order    *orderRow    // likewise

	played  *played  // what the result says, of an action or a cash-out: as told, or as stored if it was never told
	rotated *rotated // likewise
	moved   *moved   // likewise, of a deposit or a withdrawal
	amount  amount   // of a deposit or a withdrawal
}

// name is what findings call a request.
func (r *request) name() string {
	if r.Session == "" {
		return string(r.Kind) + " " + r.Request
	}
	return string(r.Kind) + " " + r.Request + " of session " + r.Session
}

// mutates says whether the request can change anything, so that it leaves something in the database.
func (r *request) mutates() bool { return r.Kind != history.Balance && r.Kind != history.Seeds }

// byOperator says whether the operator asked for it.
func (r *request) byOperator() bool { return r.Kind == history.Deposit || r.Kind == history.Withdrawal }

// effect says whether the request took effect, as far as anybody can know.
func (r *request) effect() bool { return r.result != nil || r.action != nil || r.order != nil }

// results are the types of message that say that a request was carried out.
var results = map[history.Kind]string{
	history.Action: "action_result", history.Cashout: "cashout_result", history.Rotate: "seed_rotated", history.Balance: "balance_update",
	history.Seeds: "seed_state", history.Deposit: "success", history.Withdrawal: "success",
}

// newRequest reads what a client was told.
func newRequest(op *history.Op) (*request, error) {
	r := &request{Op: op}
	var compact bytes.Buffer
	if len(op.Payload) > 0 {
		if err := json.Compact(&compact, op.Payload); err != nil {
			return nil, err
		}
	}
	r.payload = compact.Bytes()
	for i := range op.Tries {
		t := &op.Tries[i]
		switch {
		case t.Told != 0 && t.Type != "error":
			r.possible = true
			if r.result == nil {
				r.result = t
			}
		case unclear(t):
			r.possible = true
		}
	}
	if t, settled := op.Settled(); settled && t.Type == "error" {
		r.refused = &t
	}
	if r.byOperator() {
		asked, err := read[order](op.Payload)
		if err != nil {
			return nil, err
		}
		r.amount = asked.Amount
	}
	return r, nil
}

// unclear says whether a sending may have taken effect without a word of it: it was not answered, or the answer says so. Busy, too
// many, and an incident that charged nothing are promises.
func unclear(t *history.Try) bool {
	switch {
	case t.Told == 0 || t.Code == "80009":
		return true
	case t.Code != "30999":
		return false
	}
	said, err := read[refusal](t.Answer)
	return err != nil || said.Details.Unknown
}

// match finds what the database has of every request, and returns the actions and orders that nobody asked for. The same request id
// may have been sent for two different requests: the stored one is that with its payload.
func match(requests []*request, all *rows) (actions []*actionRow, orders []*orderRow) {
	type key struct{ session, request string }
	asked := map[key][]*request{}
	for _, r := range requests {
		if r.mutates() {
			k := key{r.Session, r.Request}
			asked[k] = append(asked[k], r)
		}
	}
	for i := range all.actions {
		a := &all.actions[i]
		owner := claim(asked[key{a.session, a.request}], string(a.kind), a.payload)
		if owner == nil || owner.action != nil {
			actions = append(actions, a)
		} else {
			owner.action = a
		}
	}
	for i := range all.orders {
		o := &all.orders[i]
		var owner *request
		for _, r := range asked[key{"", o.transaction}] {
			if string(r.Kind) == o.code && r.amount.equal(o.amount) {
				owner = r
			}
		}
		if owner == nil {
			orders = append(orders, o)
		} else {
			owner.order = o
		}
	}
	return actions, orders
}

// claim returns the request that a stored action is of: with its type and payload, or else with nothing but its id, if there is only
// one, so that a payload that was stored otherwise is found.
func claim(asked []*request, kind string, payload []byte) *request {
	for _, r := range asked {
		if string(r.Kind) == kind && bytes.Equal(r.payload, payload) {
			return r
		}
	}
	if len(asked) == 1 && !asked[0].reused() {
		return asked[0]
	}
	return nil
}

// reused says whether the request was refused because its id stands for another.
func (r *request) reused() bool {
	return r.refused != nil && (r.refused.Code == "30604" || r.refused.Code == "80007")
}

// readAnswer decodes what the request's effect was told to be.
func (r *request) readAnswer() (err error) {
	var text []byte
	switch {
	case r.result != nil:
		text = r.result.Answer
	case r.action != nil:
		text = r.action.answer
	default:
		return nil
	}
	switch r.Kind {
	case history.Action, history.Cashout:
		r.played, err = read[played](text)
		if a := r.action; a != nil && (r.result == nil || bytes.Equal(a.answer, text)) {
			a.told = r.played
		}
	case history.Rotate:
		r.rotated, err = read[rotated](text)
	case history.Deposit, history.Withdrawal:
		r.moved, err = read[moved](text)
	}
	return err
}
