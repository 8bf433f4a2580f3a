package check

import (
	"bytes"

	"croupier/sandbox/torture/history"
)

// checkRetries holds every result that a client was told against the first one that it was told of the same request: the same bytes.
// A deposit's or a withdrawal's second answer says "duplicate", so these are compared by what they say of the money.
func (p *playerCheck) checkRetries() {
	for _, r := range p.requests {
		if r.result == nil || !r.mutates() {
			continue
		}
		told := 0
		for i := range r.Tries {
			t := &r.Tries[i]
			if t.Type == "error" && t.Sent >= r.result.Told && !t.Open() && !sessionOver(t.Code) {
				p.found.add(Retries, p.about(r), "it was told its result, and later %s", t.Code)
			}
			if t.Told == 0 || t.Type == "error" {
				continue
			}
			told++
			if t.Type != r.result.Type || !r.sameAnswer(t) {
				p.found.add(Retries, p.about(r), "it was told %s %.300s and later %s %.300s", r.result.Type, r.result.Answer, t.Type, t.Answer)
			}
		}
		if told > 1 {
			p.counts.Retried++
		}
	}
}

// sessionOver tells the refusals that are about who asks, not about what.
func sessionOver(code string) bool { return code == "30101" || code == "30104" }

func (r *request) sameAnswer(t *history.Try) bool {
	if !r.byOperator() {
		return bytes.Equal(t.Answer, r.result.Answer)
	}
	said, err := read[moved](t.Answer)
	return err == nil && r.moved != nil && said.PlayerID == r.moved.PlayerID && said.Currency == r.moved.Currency &&
		said.TransactionID == r.moved.TransactionID && said.Balance.equal(r.moved.Balance)
}
