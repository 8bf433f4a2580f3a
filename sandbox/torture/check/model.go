package check

import (
	"fmt"
	"math"

	"croupier/sandbox/torture/history"
)

// state is all of a player that an answer can tell of. States are compared with ==: amounts are texts without trailing zeros.
type state struct {
	balance            string
	hash, client, next string // of the active server seed, the active client seed, of the server seed after it
	nonce              int64  // of the next round
	open               [maxGames]openRound
}

// maxGames bounds the catalogue.
const maxGames = 12

// openRound is a round in progress. The zero openRound is none.
type openRound struct {
	id    string
	steps int
	nonce int64
}

// operation is one thing that was done for a player, or seen, at one moment between call and end. Exactly one of its last four is set.
type operation struct {
	*request
	try       *history.Try // that was answered so; nil for what was never answered
	call, end int64        // nanoseconds since the run began; end is the largest int64 for what was never answered
	game      int          // its place in the catalogue

	effect  bool     // the request took effect
	sees    *asked   // the balance was read
	seeds   *seeds   // the seeds were read
	refused *refusal // for a reason that the state must have given
}

// String describes an operation in a finding.
func (o *operation) String() string {
	from, to := fmt.Sprintf("%.6f", float64(o.call)/1e9), "…"
	if o.end != math.MaxInt64 {
		to = fmt.Sprintf("%.6f", float64(o.end)/1e9)
	}
	if o.try == nil {
		return fmt.Sprintf("%s (%s–%s s), which was never answered", o.name(), from, to)
	}
	return fmt.Sprintf("%s (%s–%s s) told %s %.400s", o.name(), from, to, o.try.Type, o.try.Answer)
}

// operations returns what the player's history is made of: the effects, and the answers that tell of the state. An effect came between
// the first sending that may have had it and the first result. One that was never told has no end; that it took effect, the database says.
func (p *playerCheck) operations() []*operation {
	all := p.voidOperations()
	for _, r := range p.requests {
		game := p.gameNumber(r.Game)
		if r.mutates() && (r.played != nil || r.rotated != nil || r.byOperator() && r.effect()) {
			o := &operation{request: r, try: r.result, call: int64(r.firstSent()), end: math.MaxInt64, game: game, effect: true}
			if r.result != nil {
				o.end = int64(r.result.Told)
			}
			all = append(all, o)
		}
		for i := range r.Tries {
			t := &r.Tries[i]
			o := &operation{request: r, try: t, call: int64(t.Sent), end: int64(t.Told), game: game}
			if t.Told != 0 && o.reads(t) {
				all = append(all, o)
			}
		}
	}
	return all
}

// firstSent is when the first sending was that may have had the effect.
func (r *request) firstSent() int64 {
	for i := range r.Tries {
		if t := &r.Tries[i]; t.Told != 0 && t.Type != "error" || unclear(t) {
			return int64(t.Sent)
		}
	}
	return int64(r.Tries[0].Sent)
}

// reads takes from an answer what it says of the state, and reports whether it says anything.
func (o *operation) reads(t *history.Try) bool {
	var err error
	switch {
	case t.Type != "error" && o.Kind == history.Balance:
		o.sees, err = read[asked](t.Answer)
	case t.Type != "error" && o.Kind == history.Seeds:
		o.seeds, err = read[seeds](t.Answer)
	case t.Type == "error" && o.refusedByState(t.Code):
		o.refused, err = read[refusal](t.Answer)
	}
	return err == nil && (o.sees != nil || o.seeds != nil || o.refused != nil)
}

// refusedByState tells the refusals whose reason is in the state: too little money, no round to cash out, a round that keeps the seeds.
// What a game's rules refuse in the middle of a round is for the replay to say.
func (o *operation) refusedByState(code string) bool {
	switch code {
	case "30007", "80008":
		return true
	case "30601", "30603":
		return o.Kind == history.Cashout
	case "30602":
		return o.Kind == history.Rotate
	}
	return false
}

// gameNumber is a game's place in the catalogue.
func (p *playerCheck) gameNumber(id string) int {
	game, _ := p.catalogue.Lookup(id)
	for i, g := range p.catalogue.Games() {
		if g.ID == game.ID {
			return i
		}
	}
	return maxGames - 1
}

// initial is the state that the player was made in.
func (p *playerCheck) initial() (state, error) {
	start, err := parseAmount(p.Balance)
	if err != nil {
		return state{}, err
	}
	s := state{balance: start.String(), hash: p.pairs[0].hash, client: p.pairs[0].client}
	if len(p.pairs) > 1 {
		s.next = p.pairs[1].hash
	}
	return s, nil
}

// step does an operation in a state. ok says whether its answer is what that state gives.
func step(s state, o *operation) (next state, ok bool) {
	switch {
	case o.sees != nil:
		return s, o.sees.Balance.String() == s.balance
	case o.seeds != nil:
		return s, o.seeds.ServerSeedHash == s.hash && o.seeds.ClientSeed == s.client && o.seeds.Nonce == s.nonce &&
			o.seeds.NextServerSeedHash == s.next
	case o.refused != nil:
		return s, s.refuses(o)
	case o.played != nil:
		return s.play(o)
	case o.rotated != nil:
		return s.rotate(o)
	}
	return s.order(o)
}

func (s state) refuses(o *operation) bool {
	switch o.Kind {
	case history.Cashout:
		return s.open[o.game].id == ""
	case history.Rotate:
		return s.open != [maxGames]openRound{}
	case history.Withdrawal:
		balance, err := parseAmount(s.balance)
		return err == nil && balance.cmp(o.amount) < 0
	}
	d := o.refused.Details
	return d.Available.String() == s.balance && d.Available.cmp(d.Required) < 0
}

// play is a step of a round, or its cash-out.
func (s state) play(o *operation) (state, bool) {
	told := o.played
	if told.Balance.Before.String() != s.balance {
		return s, false
	}
	round := s.open[o.game]
	if told.Fair != nil {
		switch {
		case told.Fair.ServerSeedHash != s.hash || told.Fair.ClientSeed != s.client:
			return s, false
		case round.id == "" && (told.Fair.Step != 0 || told.Fair.Nonce != s.nonce):
			return s, false
		case round.id == "":
			round = openRound{id: told.RoundID, nonce: s.nonce}
			s.nonce++
		}
		if told.Fair.Step != round.steps || told.Fair.Nonce != round.nonce {
			return s, false
		}
	}
	if told.RoundID != round.id {
		return s, false
	}
	round.steps++
	if told.Status != "in_progress" {
		round = openRound{}
	}
	s.open[o.game] = round
	s.balance = told.Balance.After.String()
	return s, true
}

// rotate is a rotation of the seeds.
func (s state) rotate(o *operation) (state, bool) {
	told := o.rotated
	if told.Revealed.ServerSeedHash != s.hash || told.Revealed.ClientSeed != s.client || told.Revealed.Rounds != s.nonce ||
		told.ServerSeedHash != s.next || told.Nonce != 0 || s.open != [maxGames]openRound{} {
		return s, false
	}
	s.hash, s.client, s.next, s.nonce = told.ServerSeedHash, told.ClientSeed, told.NextServerSeedHash, 0
	return s, true
}

// order is a deposit or a withdrawal.
func (s state) order(o *operation) (state, bool) {
	after, before := amount{}, amount{}
	switch {
	case o.moved != nil:
		after = o.moved.Balance
	case o.request.order != nil:
		after = o.request.order.balance
	}
	if o.Kind == history.Deposit {
		before = after.minus(o.amount)
	} else {
		before = after.plus(o.amount)
	}
	if before.String() != s.balance {
		return s, false
	}
	s.balance = after.String()
	return s, true
}
