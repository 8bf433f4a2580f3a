package check

import (
	"bytes"
	"fmt"

	"croupier/sandbox/torture/history"
)

// checkStored holds every result that a client was told against what is stored of it.
func (p *playerCheck) checkStored() {
	games := map[string]*roundRow{}
	for i := range p.rounds {
		games[p.rounds[i].id] = &p.rounds[i]
	}
	for _, r := range p.requests {
		if r.result != nil && r.result.Type != results[r.Kind] {
			p.found.add(Stored, p.about(r), "was answered with a %s", r.result.Type)
			continue
		}
		switch {
		case !r.mutates() || r.result == nil && r.action == nil && r.order == nil:
		case r.byOperator():
			p.checkOrderStored(r)
		case r.action == nil:
			p.found.add(Stored, p.about(r), "the client was told %.300s; nothing is stored", r.result.Answer)
		default:
			p.checkAction(r, games)
		}
	}
}

func (p *playerCheck) checkOrderStored(r *request) {
	o := r.order
	switch {
	case o == nil:
		p.found.add(Stored, p.about(r), "the operator was told %.300s; nothing is stored", r.result.Answer)
	case o.operator != p.Operator:
		p.found.add(Stored, p.about(r), "operator %s asked, it is stored for %s", p.Operator, o.operator)
	case r.moved == nil: // never told
	case r.moved.PlayerID != p.ID || r.moved.Currency != p.Currency || r.moved.TransactionID != r.Request || !r.moved.Balance.equal(o.balance):
		p.found.add(Stored, p.about(r), "the operator was told %.300s; the stored balance after it is %s", r.result.Answer, o.balance)
	}
}

// checkAction holds a stored action against its request, and its columns against its answer.
func (p *playerCheck) checkAction(r *request, rounds map[string]*roundRow) {
	a := r.action
	if r.result != nil && !bytes.Equal(r.result.Answer, a.answer) {
		p.found.add(Stored, p.about(r), "the client was told %.500s; stored is %.500s", r.result.Answer, a.answer)
		return
	}
	if string(r.Kind) != a.kind || !bytes.Equal(r.payload, a.payload) {
		p.found.add(Stored, p.about(r), "the client sent %s %.300s; stored is %s %.300s", r.Kind, r.payload, a.kind, a.payload)
	}
	if r.played == nil {
		return
	}
	told, round := r.played, rounds[a.round]
	if round == nil {
		p.found.add(Stored, p.about(r), "its round %s is not stored", a.round)
		return
	}
	for _, wrong := range []string{
		differ("round", told.RoundID, a.round),
		differ("currency", told.Balance.Currency, p.Currency),
		differ("balance", told.Balance.After, a.balance),
		differ("what it moved", told.Balance.After.minus(told.Balance.Before), a.payout.minus(a.stake)),
		p.differFromRound(r, round),
	} {
		if wrong != "" {
			p.found.add(Stored, p.about(r), "%s", wrong)
		}
	}
}

// differFromRound says what of an answer is not as its round has it, "" for nothing.
func (p *playerCheck) differFromRound(r *request, round *roundRow) string {
	told := r.played
	if game, ok := p.catalogue.Lookup(r.Game); !ok || game.ID != round.game {
		return differ("game", r.Game, round.game)
	}
	if r.action.step == round.steps-1 && told.Status != round.status {
		return differ("status", told.Status, round.status)
	}
	if told.Fair == nil {
		return ""
	}
	pair := p.pair(round.seq)
	switch {
	case told.Fair.Step != r.action.step:
		return differ("step", told.Fair.Step, r.action.step)
	case told.Fair.Nonce != round.nonce:
		return differ("nonce", told.Fair.Nonce, round.nonce)
	case pair == nil:
		return fmt.Sprintf("its seed pair %d is not stored", round.seq)
	}
	return differ("server seed hash", told.Fair.ServerSeedHash, pair.hash)
}

// differ says that two values that must be equal are not, "" if they are.
func differ(name string, told, stored any) string {
	a, b := fmt.Sprint(told), fmt.Sprint(stored)
	if a == b {
		return ""
	}
	return fmt.Sprintf("%s: told %s, stored %s", name, a, b)
}

// checkRounds holds every round against the actions that are stored of it: one a step, and their money is the round's.
func (p *playerCheck) checkRounds() {
	type sums struct {
		steps         int
		gap           bool
		stake, payout amount
	}
	told := map[string]*sums{}
	for i := range p.actions { // by round and step
		a := &p.actions[i]
		if a.round == "" {
			continue
		}
		s := told[a.round]
		if s == nil {
			s = &sums{}
			told[a.round] = s
		}
		s.gap = s.gap || a.step != s.steps
		s.steps++
		s.stake, s.payout = s.stake.plus(a.stake), s.payout.plus(a.payout)
	}
	for i := range p.rounds {
		r := &p.rounds[i]
		s := told[r.id]
		if s == nil {
			s = &sums{}
		}
		delete(told, r.id)
		if s.gap || s.steps != r.steps || !s.stake.equal(r.stake) || !s.payout.equal(r.payout) {
			p.found.add(Stored, p.aboutRound(r.id),
				"the round has %d steps, stake %s, payout %s; its actions are %d (steps without a gap: %t), %s, %s",
				r.steps, r.stake, r.payout, s.steps, !s.gap, s.stake, s.payout)
		}
	}
	for id, s := range told {
		p.found.add(Stored, p.aboutRound(id), "%d actions of a round that is not stored", s.steps)
	}
}

func (p *playerCheck) aboutRound(id string) string {
	return fmt.Sprintf("player %s: round %s", p.ID, id)
}

// checkOnce finds what took effect though nobody asked for it or its client was told that it did not. The keys of the tables allow
// every request one effect, under its own id: a second one is under another id, or is one too many of a round or a seed pair.
func (p *playerCheck) checkOnce(unasked []*actionRow, orders []*orderRow) {
	for _, a := range unasked {
		p.found.add(Once, "player "+p.ID, "stored is a %s %s of session %s with %.300s, which no client sent",
			a.kind, a.request, a.session, a.payload)
	}
	opened := false // what the player was made with is a deposit that no client sent
	for _, o := range orders {
		start, err := parseAmount(p.Balance)
		if err == nil && !opened && o.code == string(history.Deposit) && o.amount.equal(start) && o.balance.equal(start) {
			opened = true
			continue
		}
		p.found.add(Once, "player "+p.ID, "stored is a %s %s of %s, which no client sent", o.code, o.transaction, o.amount)
	}
	for _, r := range p.requests {
		if !r.mutates() || r.result != nil || r.action == nil && r.order == nil {
			continue
		}
		switch {
		case !r.possible && r.refused != nil:
			p.found.add(Once, p.about(r), "its client was told %s, and it took effect", r.refused.Code)
		case !r.possible:
			p.found.add(Once, p.about(r), "every time that it was sent its client was told that nothing was done, and it took effect")
		case r.refused != nil: // another sending waited on another server, and the protocol lets it be carried out when it can
			p.counts.Late++
		default:
			p.found.add(Learnt, p.about(r), "it took effect, and however often it was sent (%d times) its client was not told so", len(r.Tries))
		}
	}
	p.checkRotations()
}

// checkRotations holds the seed pairs that are over against the requests that ended them.
func (p *playerCheck) checkRotations() {
	ended := map[string]int{}
	for i := range p.actions {
		if a := &p.actions[i]; a.kind == string(history.Rotate) {
			if told, err := read[rotated](a.answer); err == nil {
				ended[told.Revealed.ServerSeedHash]++
			}
		}
	}
	for i := range p.pairs {
		pair := &p.pairs[i]
		want := 0
		if pair.revealed != nil {
			want = 1
		}
		if ended[pair.hash] != want {
			p.found.add(Once, fmt.Sprintf("player %s: seed pair %d", p.ID, pair.seq),
				"%d rotations are stored that reveal it, %d expected", ended[pair.hash], want)
		}
	}
}
