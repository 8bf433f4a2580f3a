package blackjack

import (
	"strconv"
	"strings"

	"croupier/games"
	"croupier/wallet/money"
)

// View is what the player may see of a round: all but the hole card and the shoe.
type View struct {
	Dealer     DealerView    `json:"dealer"`
	Hands      []HandView    `json:"hands"`      // in the order in which they are played
	ActiveHand *int          `json:"activeHand"` // the hand that decides, from 0; null while insurance is asked, and when all is over
	Insurance  InsuranceView `json:"insurance"`
	Actions    []string      `json:"actions"` // what is allowed now; [] when the round is over
	CanCashOut bool          `json:"canCashOut"`
}

// DealerView is the dealer's hand: the upcard alone while the round is open, everything when it is over.
type DealerView struct {
	Cards []string `json:"cards"`
	Total int      `json:"total"`
	Soft  bool     `json:"soft"`
}

// HandView is one of the player's hands.
type HandView struct {
	Cards      []string     `json:"cards"`
	Total      int          `json:"total"`
	Soft       bool         `json:"soft"` // an ace counts 11
	Status     string       `json:"status"`
	Doubled    bool         `json:"doubled"`
	Stake      money.Amount `json:"stake"`
	Result     HandResult   `json:"result,omitzero"`     // when the round is over
	Multiplier money.Number `json:"multiplier,omitzero"` // when the round is over: what the hand pays, in opening bets
}

// InsuranceView is the side bet.
type InsuranceView struct {
	Status string       `json:"status"` // "none", "offered", "declined"; "taken", until the dealer has looked: then "won" or "lost"
	Stake  money.Amount `json:"stake"`  // what it costs or cost; 0 for "none" and "declined"
}

// Outcome is what the player is told of a step.
type Outcome struct {
	View
	Dealt      []DealtView `json:"dealt"` // the cards that the step showed, in order
	Settlement *Settlement `json:"settlement,omitzero"`
}

// DealtView is a card that was shown.
type DealtView struct {
	Card string `json:"card"`
	To   string `json:"to"`            // "player" or "dealer"
	Hand *int   `json:"hand,omitzero"` // the player's hand, from 0
}

// Settlement is how a round ended. The round's payout is Multiplier × the opening bet, rounded fairly, + InsurancePays.
type Settlement struct {
	Staked        money.Amount `json:"staked"`     // all stakes, insurance included
	Multiplier    money.Number `json:"multiplier"` // what the hands pay, stakes included, in opening bets; exact
	InsurancePays money.Amount `json:"insurancePays"`
}

var statusNames = map[HandStatus]string{
	Waiting: "waiting", Playing: "playing", Stood: "stood", Bust: "bust", Natural: "blackjack", Surrendered: "surrendered",
}

var insuranceNames = map[InsuranceStatus]string{NotOffered: "none", Offered: "offered", Declined: "declined", Taken: "taken"}

func (s *seat) view() View {
	v := View{Dealer: s.dealerView(), Hands: make([]HandView, s.count), Insurance: s.insuranceView(), Actions: actions(s.Table)}
	for i := range v.Hands {
		v.Hands[i] = s.handView(i)
	}
	if !s.over && s.insurance != Offered {
		v.ActiveHand = new(s.active)
	}
	return v
}

func (s *seat) dealerView() DealerView {
	shown := s.dealer
	if !s.over {
		shown = Hand{}
		shown.add(s.Up())
	}
	v := DealerView{Cards: cardNames(shown.Cards())}
	v.Total, v.Soft = shown.Total()
	return v
}

func (s *seat) handView(i int) HandView {
	h := &s.hands[i]
	v := HandView{
		Cards: cardNames(h.Cards()), Status: statusNames[h.status], Doubled: h.doubled, Stake: s.bet.Times(int64(h.stakes())),
	}
	v.Total, v.Soft = h.Total()
	if s.over {
		result, pays := s.HandResult(i)
		v.Result, v.Multiplier = result, decimal(pays)
	}
	return v
}

func (s *seat) insuranceView() InsuranceView {
	v := InsuranceView{Status: insuranceNames[s.insurance], Stake: money.Zero(s.bet.Currency())}
	switch s.insurance {
	case Taken:
		v.Stake = s.insuranceStake()
		if s.over && s.InsuranceWins() {
			v.Status = "won"
		} else if s.over || s.rules.Peek { // the dealer looked, and had no blackjack
			v.Status = "lost"
		}
	case Offered:
		v.Stake = s.insuranceStake()
	}
	return v
}

func showDealt(dealt []Dealt) []DealtView {
	shown := make([]DealtView, len(dealt))
	for i, d := range dealt {
		shown[i] = DealtView{Card: d.Card.String(), To: "dealer"}
		if d.Hand != Dealer {
			shown[i].To, shown[i].Hand = "player", new(d.Hand)
		}
	}
	return shown
}

// decimal writes a multiple exactly, with up to 8 decimals: what hands pay is settled by it, so nothing is cut off.
func decimal(m games.Multiple) money.Number {
	whole := strconv.FormatInt(int64(m/games.MultipleUnit), 10)
	decimals := strconv.FormatInt(int64(games.MultipleUnit+m%games.MultipleUnit), 10)[1:]
	if decimals = strings.TrimRight(decimals, "0"); decimals != "" {
		whole += "." + decimals
	}
	return money.Number(whole)
}
