package blackjack

import (
	"encoding/json"

	"croupier/games"
)

// stateVersion counts the changes of the state's form.
const stateVersion = 1

// state is a round in progress. How each hand stands follows from its cards and its place before or behind the active one.
type state struct {
	Version   int         `json:"version"`
	Dealer    string      `json:"dealer"` // the upcard and, if the dealer peeks, the hole card: "6DTC"
	Hands     []stateHand `json:"hands"`
	Active    int         `json:"active"`
	Insurance string      `json:"insurance"` // "none", "offered", "declined" or "taken"
	Next      string      `json:"next"`      // the cards that are dealt next, as many as the round may still take
}

type stateHand struct {
	Cards   string `json:"cards"`
	Doubled bool   `json:"doubled"`
}

func (s *seat) save() (json.RawMessage, error) {
	saved := state{
		Version: stateVersion, Dealer: cardList(s.dealer.Cards()), Active: s.active, Insurance: insuranceNames[s.insurance],
		Next: cardList(s.shoe.rest()),
	}
	for i := range s.count {
		h := &s.hands[i]
		saved.Hands = append(saved.Hands, stateHand{cardList(h.Cards()), h.doubled})
	}
	return games.Encode(saved)
}

// load reads a state that save wrote, and refuses with *games.StateError what play by the rules cannot have led to.
func (e *Engine) load(r games.Round, text json.RawMessage) (*seat, error) {
	var s state
	if err := games.Decode(text, &s); err != nil {
		return nil, &games.StateError{Reason: err.Error()}
	}
	if s.Version != stateVersion {
		return nil, &games.StateError{Reason: "is of another version"}
	}
	if r.Bet.Sign() <= 0 {
		return nil, &games.StateError{Reason: "is of a round without a bet"}
	}
	loaded := &loading{state: s, seat: seat{Table: &Table{rules: e.variant.Rules}, bet: r.Bet, staked: r.Stake}}
	for _, check := range []struct {
		ok     func() bool
		reason string
	}{
		{loaded.readDealer, "has no dealer's cards of this game"},
		{loaded.readInsurance, "has insurance or a hole card that would have led elsewhere"},
		{loaded.readHands, "has hands that cannot be played to"},
		{loaded.readShoe, "has a shoe that is not that of its cards"},
		{loaded.checkStakes, "is not one of these stakes"},
	} {
		if !check.ok() {
			return nil, &games.StateError{Reason: check.reason}
		}
	}
	return &loaded.seat, nil
}

// loading is a state's way to a table.
type loading struct {
	seat
	state state
	dealt []Card // all cards that are on the table
}

func (l *loading) readDealer() bool {
	cards, ok := parseCardList(l.state.Dealer)
	want := 1
	if l.rules.Peek {
		want = 2
	}
	if !ok || len(cards) != want {
		return false
	}
	for _, c := range cards {
		l.dealer.add(c)
	}
	l.dealt = append(l.dealt, cards...)
	return true
}

func (l *loading) readInsurance() bool {
	for status, name := range insuranceNames {
		if name == l.state.Insurance {
			l.insurance = status
		}
	}
	if insuranceNames[l.insurance] != l.state.Insurance {
		return false
	}
	asked := l.Up().Value() == 1 && l.rules.Insurance && l.insuranceStake().Sign() > 0
	if asked != (l.insurance != NotOffered) {
		return false
	}
	return l.insurance == Offered || !l.dealer.isNatural() // with a blackjack the round would be over
}

func (l *loading) readHands() bool {
	t := l.Table
	t.count, t.active = len(l.state.Hands), l.state.Active
	if t.count < 1 || t.count > t.rules.MaxHands || t.active < 0 || t.active >= t.count {
		return false
	}
	for i, saved := range l.state.Hands {
		cards, ok := parseCardList(saved.Cards)
		if !ok || len(cards) == 0 {
			return false
		}
		h := Hand{fromSplit: t.count > 1}
		if !h.replay(&t.rules, cards, saved.Doubled) {
			return false
		}
		t.hands[i] = h
		l.dealt = append(l.dealt, cards...)
	}
	if t.insurance == Offered && (t.count > 1 || t.hands[0].size != 2) {
		return false
	}
	if first := t.hands[0].cards[0].Value(); t.count > 2 && first == 1 && !t.rules.ResplitAces {
		return false
	}
	for i := range t.count {
		if !l.readStatus(i) || t.hands[i].cards[0].Value() != t.hands[0].cards[0].Value() {
			return false
		}
	}
	return true
}

// replay deals the hand its cards and says whether they can have come to it.
func (h *Hand) replay(rules *Rules, cards []Card, doubled bool) bool {
	for i, c := range cards {
		if i >= 2 {
			if total, _ := h.Total(); total >= 21 || h.doubled || h.isSplitAce() {
				return false
			}
			if doubled {
				if !rules.mayDouble(h) {
					return false
				}
				h.doubled = true
			}
		}
		h.add(c)
	}
	return h.doubled == doubled
}

// readStatus gives a hand its status: those before the active one are played, those behind it wait.
func (l *loading) readStatus(i int) bool {
	h := &l.hands[i]
	total, _ := h.Total()
	switch {
	case i > l.active:
		h.status = Waiting
		return h.size == 1
	case h.size < 2:
		return false
	case i < l.active && total > 21:
		h.status = Bust
		return true
	case i < l.active:
		h.status = Stood
		return true
	case l.insurance == Offered && h.isNatural():
		h.status = Natural
		return true
	}
	h.status = Playing
	return total < 21 && !h.doubled && l.statusNow(h) == Playing
}

// readShoe checks that the cards that are left are as many as there have to be, and none more often than the decks hold it.
func (l *loading) readShoe() bool {
	next, ok := parseCardList(l.state.Next)
	if !ok || len(next) != l.rules.Reach()-len(l.dealt) {
		return false
	}
	l.shoe = Stacked(next...)
	return l.rules.Decks == 0 || mostOfACard(l.dealt, next) <= l.rules.Decks
}

func mostOfACard(lists ...[]Card) (most int) {
	var counts [packSize]int
	for _, cards := range lists {
		for _, c := range cards {
			counts[c]++
			most = max(most, counts[c])
		}
	}
	return most
}

// checkStakes checks that what the round cost is what its hands and insurance cost.
func (l *loading) checkStakes() bool {
	bets := 0
	for i := range l.count {
		bets += l.hands[i].stakes()
	}
	cost := l.bet.Times(int64(bets))
	if l.insurance == Taken {
		cost = cost.Add(l.insuranceStake())
	}
	return l.staked.Currency() == l.bet.Currency() && l.staked.Equal(cost)
}
