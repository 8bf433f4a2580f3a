package check

import (
	"encoding/json"
	"math"

	"croupier/sandbox/torture/history"
)

// voidKind is the type of an action by which an operator ended a round. No client asks for it.
const voidKind history.Kind = "void"

// voided is what a round_voided says beside what a result says.
type voided struct {
	Reason string `json:"reason"`
	By     string `json:"by"`
	Refund amount `json:"refund"`
}

// takeVoids takes the voids from the actions that no client asked for. A void is the last action of a voided round, under the round's own
// id, and returns what was staked in it; what is none is left with the others.
func (p *playerCheck) takeVoids(unasked []*actionRow) (others []*actionRow) {
	rounds := map[string]*roundRow{}
	for i := range p.rounds {
		rounds[p.rounds[i].id] = &p.rounds[i]
	}
	for _, a := range unasked {
		r := rounds[a.round]
		if a.kind != string(voidKind) || r == nil || a.session != r.id || a.request != string(voidKind) || r.status != "voided" || a.step != r.steps-1 {
			others = append(others, a)
			continue
		}
		op := &history.Op{Player: p.ID, Session: a.session, Game: r.game, Kind: voidKind, Request: a.request, Payload: a.payload}
		v := &request{Op: op, payload: a.payload, possible: true, action: a}
		var err error
		if v.played, err = read[played](a.answer); err != nil {
			p.found.add(Stored, p.about(v), "%v", err)
			continue
		}
		a.told = v.played
		p.voids = append(p.voids, v)
		p.checkAction(v, rounds)
		p.checkVoid(v, r)
	}
	return others
}

// checkVoid holds what the player was told of a void against what is stored of it.
func (p *playerCheck) checkVoid(v *request, r *roundRow) {
	told, err := read[voided](v.action.answer)
	if err != nil {
		p.found.add(Stored, p.about(v), "%v", err)
		return
	}
	var why struct{ Reason, By string }
	if err := json.Unmarshal(v.payload, &why); err != nil || why.Reason == "" || why.Reason != told.Reason || why.By != told.By {
		p.found.add(Stored, p.about(v), "the reason is stored as %.300s, and was told as %.300s by %.100s", v.payload, told.Reason, told.By)
	}
	if !told.Refund.equal(r.stake) || !v.action.payout.equal(r.stake) {
		p.found.add(Stored, p.about(v), "staked were %s; returned are %s, and told %s", r.stake, v.action.payout, told.Refund)
	}
}

// voidOperations are the voids as operations: each after its round was opened, and else at any moment, since nobody knows who asked.
func (p *playerCheck) voidOperations() (all []*operation) {
	for _, v := range p.voids {
		o := &operation{request: v, end: math.MaxInt64, game: p.gameNumber(v.Game), effect: true}
		for _, r := range p.requests {
			if a := r.action; a != nil && a.round == v.action.round && a.step == 0 {
				o.call = int64(r.firstSent())
			}
		}
		all = append(all, o)
	}
	return all
}
