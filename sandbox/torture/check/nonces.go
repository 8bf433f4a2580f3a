package check

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
)

// checkNonces proves that the player's seed pairs follow one another, that each one's rounds are numbered from 0 without a gap or a
// repeat, and that none was played after it was revealed.
func (p *playerCheck) checkNonces() {
	active := p.seats[0].seedSeq
	rounds := p.nonces()
	for i := range p.pairs {
		pair := &p.pairs[i]
		if pair.seq != i {
			p.found.add(Nonces, p.aboutPair(i), "it is not stored; there is %d", pair.seq)
			return
		}
		if wrong := pair.wrong(active, rounds[i], p.seats[0].nextNonce); wrong != "" {
			p.found.add(Nonces, p.aboutPair(i), "%s", wrong)
		}
	}
	if len(p.pairs) != active+2 {
		p.found.add(Nonces, "player "+p.ID, "%d seed pairs are stored; pair %d is played, and the one after it is all that may be committed",
			len(p.pairs), active)
	}
	p.checkPlayedInTime()
	p.checkRevealedAsTold()
}

func (p *playerCheck) aboutPair(seq int) string {
	return fmt.Sprintf("player %s: seed pair %d", p.ID, seq)
}

// nonces counts the rounds of every pair, and finds gaps and repeats. Rounds come in the order of their nonces.
func (p *playerCheck) nonces() map[int]int64 {
	counted := map[int]int64{}
	for i := range p.rounds {
		r := &p.rounds[i]
		if want := counted[r.seq]; r.nonce != want {
			p.found.add(Nonces, p.aboutRound(r.id), "nonce %d of seed pair %d, expected %d", r.nonce, r.seq, want)
		}
		counted[r.seq]++
	}
	return counted
}

// wrong says what a pair should not be like, "" for nothing. active is the pair that the seat is at, rounds are those stored under this
// one.
func (s *pairRow) wrong(active int, rounds, nextNonce int64) string {
	hash := sha256.Sum256([]byte(s.seed))
	switch {
	case s.seq > active && (s.activatedAt != nil || s.revealed != nil || s.seed != "" || rounds > 0):
		return fmt.Sprintf("it is yet to be played, and has %d rounds, or is active or revealed", rounds)
	case s.seq == active && (s.activatedAt == nil || s.revealed != nil || s.seed != ""):
		return "it is played, and it is not active, or revealed"
	case s.seq == active && nextNonce != rounds:
		return fmt.Sprintf("it has %d rounds, and the next nonce is %d", rounds, nextNonce)
	case s.seq >= active:
		return ""
	case s.revealed == nil || s.rounds == nil || s.activatedAt == nil:
		return "it is over, and not revealed"
	case hex.EncodeToString(hash[:]) != s.hash:
		return fmt.Sprintf("its revealed seed %s does not hash to its commitment %s", s.seed, s.hash)
	case *s.rounds != rounds:
		return fmt.Sprintf("it was revealed after %d rounds, and has %d", *s.rounds, rounds)
	}
	return ""
}

// checkPlayedInTime proves that every pair was revealed before a round of a later one was opened.
func (p *playerCheck) checkPlayedInTime() {
	for i := range p.rounds {
		r := &p.rounds[i]
		if before := p.pair(r.seq - 1); before != nil && (before.revealed == nil || before.revealed.After(r.openedAt)) {
			p.found.add(Nonces, p.aboutRound(r.id), "it was opened under seed pair %d before pair %d was revealed", r.seq, before.seq)
		}
	}
}

// checkRevealedAsTold holds what rotations told against the pairs.
func (p *playerCheck) checkRevealedAsTold() {
	byHash := map[string]*pairRow{}
	for i := range p.pairs {
		byHash[p.pairs[i].hash] = &p.pairs[i]
	}
	for _, r := range p.requests {
		told := r.rotated
		if told == nil {
			continue
		}
		over, now, next := byHash[told.Revealed.ServerSeedHash], byHash[told.ServerSeedHash], byHash[told.NextServerSeedHash]
		switch {
		case over == nil || now == nil || next == nil || now.seq != over.seq+1 || next.seq != now.seq+1:
			p.found.add(Nonces, p.about(r), "its answer names seed pairs that do not follow one another: %.500s", r.evidence())
		case told.Revealed.ServerSeed != over.seed || over.rounds == nil || told.Revealed.Rounds != *over.rounds:
			p.found.add(Nonces, p.about(r), "seed pair %d was revealed otherwise than it was told: %.500s", over.seq, r.evidence())
		}
	}
}

// evidence is the answer that a finding quotes.
func (r *request) evidence() []byte {
	if r.result != nil {
		return r.result.Answer
	}
	return r.action.answer
}
