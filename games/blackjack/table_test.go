package blackjack

import (
	"strings"
	"testing"

	"croupier/games"
)

// spades are cards by their ranks alone: suits never matter.
func spades(t testing.TB, names string) (cards []Card) {
	t.Helper()
	for name := range strings.FieldsSeq(names) {
		c, ok := ParseCard(name + "S")
		if !ok {
			t.Fatalf("%q is no rank", name)
		}
		cards = append(cards, c)
	}
	return cards
}

// moveLetters write a player's moves: "x" and "n" take and decline insurance.
var moveLetters = map[rune]Move{'h': Hit, 's': Stand, 'd': Double, 'p': Split, 'r': Surrender, 'x': Insure, 'n': Decline}

// switched are the standard rules with one or two switches changed.
func switched(change func(*Rules)) Rules {
	r := Standard()
	if change != nil {
		change(&r)
	}
	return r
}

func noPeek(r *Rules) { r.Peek = false }

// TestRounds plays rounds with cards in the order of the deal: player, upcard, player, hole card if there is one, then as needed.
// All cards have to be dealt.
func TestRounds(t *testing.T) {
	t.Parallel()
	const win, lose, push, bust, natural, surrender = ResultWin, ResultLose, ResultPush, ResultBust, ResultBlackjack, ResultSurrender
	for _, test := range []struct {
		name    string
		rules   func(*Rules)
		cards   string
		moves   string
		results []HandResult
		staked  int64 // in hundredths of the bet, insurance not counted
		won     int64
	}{
		{"win", nil, "T 7 T T", "s", []HandResult{win}, 100, 200},
		{"lose", nil, "T 7 6 T", "s", []HandResult{lose}, 100, 0},
		{"push", nil, "T 7 7 T", "s", []HandResult{push}, 100, 100},
		{"bust, the dealer does not draw", nil, "T 6 6 T T", "h", []HandResult{bust}, 100, 0},
		{"the dealer busts", nil, "T 6 3 T T", "s", []HandResult{win}, 100, 200},
		{"21 stands by itself", nil, "5 7 6 T T", "h", []HandResult{win}, 100, 200},
		{"a soft 21 stands by itself", nil, "A 7 5 T 5", "h", []HandResult{win}, 100, 200},
		{"an ace counts 1 again", nil, "A 7 5 T T A 2", "hhhs", []HandResult{win}, 100, 200},
		{"the dealer draws to 16", nil, "T 2 8 2 2 T 5", "s", []HandResult{lose}, 100, 0},
		{"the dealer's 21 of three cards beats 20", nil, "T 5 T 6 T", "s", []HandResult{lose}, 100, 0},

		{"blackjack at once", nil, "A 6 T T", "", []HandResult{natural}, 100, 250},
		{"blackjack with the ace second", nil, "K 9 A 2", "", []HandResult{natural}, 100, 250},
		{"6:5", func(r *Rules) { r.BlackjackPays = Odds{6, 5} }, "A 6 T T", "", []HandResult{natural}, 100, 220},
		{"both have it: push", nil, "A T Q A", "", []HandResult{push}, 100, 100},
		{"blackjack against an ace, declined", nil, "A A Q 5", "n", []HandResult{natural}, 100, 250},
		{"even money comes of insurance: push and 2:1", nil, "A A Q K", "x", []HandResult{push}, 100, 100},
		{"the dealer peeks under a ten", nil, "T T T A", "", []HandResult{lose}, 100, 0},
		{"the dealer peeks under an ace", nil, "T A T T", "n", []HandResult{lose}, 100, 0},
		{"insured", nil, "T A T T", "x", []HandResult{lose}, 100, 0},
		{"insured in vain", nil, "T A T 9", "xs", []HandResult{push}, 100, 100},
		{"no insurance by the rules", func(r *Rules) { r.Insurance = false }, "T A T T", "", []HandResult{lose}, 100, 0},
		{"no insurance by the rules, played on", func(r *Rules) { r.Insurance = false }, "T A T 9", "s", []HandResult{push}, 100, 100},

		{"S17", nil, "T 6 8 A", "s", []HandResult{win}, 100, 200},
		{"H17", func(r *Rules) { r.HitSoft17 = true }, "T 6 8 A 4", "s", []HandResult{lose}, 100, 0},
		{"H17 stands on a hard 17", func(r *Rules) { r.HitSoft17 = true }, "T 6 8 A T", "s", []HandResult{win}, 100, 200},
		{"a soft 17 of three cards is drawn to", func(r *Rules) { r.HitSoft17 = true }, "T 2 8 4 A T", "s", []HandResult{win}, 100, 200},
		{"a soft 18 is not", func(r *Rules) { r.HitSoft17 = true }, "T 7 8 A", "s", []HandResult{push}, 100, 100},

		{"double", nil, "5 6 6 T T T", "d", []HandResult{win}, 200, 400},
		{"double and lose", nil, "5 6 6 T 2 5", "d", []HandResult{lose}, 200, 0},
		{"double and push", nil, "5 6 6 T 6 A", "d", []HandResult{push}, 200, 200},
		{"double and bust", nil, "T 6 6 T T", "d", []HandResult{bust}, 200, 0},
		{"double a soft hand", nil, "A 6 6 T 2 T", "d", []HandResult{win}, 200, 400},

		{"surrender", nil, "T T 6 7", "r", []HandResult{surrender}, 100, 50},
		{"surrender after insurance in vain", nil, "T A 6 7", "xr", []HandResult{surrender}, 100, 50},

		{"split", nil, "8 6 8 T 2 3 5", "pss", []HandResult{lose, lose}, 200, 0},
		{"split, the second hand gets its card in its turn", nil, "8 6 8 T 3 T T T", "phs", []HandResult{win, win}, 200, 400},
		{"split tens of any rank", nil, "J 6 K T 9 A T", "ps", []HandResult{win, win}, 200, 400},
		{"21 after a split is not a blackjack", nil, "T 6 T T A A 5", "p", []HandResult{push, push}, 200, 200},
		{"split to three, the first again", nil, "8 7 8 T 8 T 9 A", "ppsss", []HandResult{win, push, win}, 300, 500},
		{"split to four", nil, "8 6 8 T 8 8 T T T T T", "pppssss", []HandResult{win, win, win, win}, 400, 800},
		{"double after a split", nil, "8 6 8 T 3 T T T", "pds", []HandResult{win, win}, 300, 600},
		{"all hands of a split bust", nil, "8 6 8 T 6 T 6 T", "phh", []HandResult{bust, bust}, 200, 0},
		{"aces get one card each", nil, "A 6 A T 5 9 T", "p", []HandResult{win, win}, 200, 400},
		{"aces are split once", nil, "A 6 A 5 A T 4 2", "p", []HandResult{lose, win}, 200, 200},
		{"aces again", func(r *Rules) { r.ResplitAces = true }, "A 6 A 5 A 9 T 8 6", "pp", []HandResult{win, win, win}, 300, 600},
		{"aces again, or not", func(r *Rules) { r.ResplitAces = true }, "A 6 A 5 A T T", "ps", []HandResult{lose, push}, 200, 100},

		{"no hole card", noPeek, "T 7 T T", "s", []HandResult{win}, 100, 200},
		{"no hole card: all is lost to blackjack", noPeek, "8 A 8 3 T T T", "npds", []HandResult{lose, lose}, 300, 0},
		{"no hole card: blackjack beats a 21", noPeek, "5 T 6 T A", "h", []HandResult{lose}, 100, 0},
		{"no hole card: pushed blackjack", noPeek, "A T T A", "", []HandResult{push}, 100, 100},
		{"no hole card: blackjack against a ten", noPeek, "A T T 9", "", []HandResult{natural}, 100, 250},
		{"no hole card: blackjack against a six needs no second card", noPeek, "A 6 T", "", []HandResult{natural}, 100, 250},
		{"no hole card: surrender to a blackjack", noPeek, "T T 6 A", "r", []HandResult{lose}, 100, 0},
		{"no hole card: surrender", noPeek, "T T 6 6", "r", []HandResult{surrender}, 100, 50},
		{"no hole card: surrender to a six needs no second card", noPeek, "T 6 6", "r", []HandResult{surrender}, 100, 50},
		{"no hole card: bust, and insurance is settled", noPeek, "T A 6 T T", "xh", []HandResult{bust}, 100, 0},
		{"no hole card: bust needs no second card", noPeek, "T A 6 T", "nh", []HandResult{bust}, 100, 0},

		{"commission on a win", func(r *Rules) { r.Commission = 500 }, "T 7 T T", "s", []HandResult{win}, 100, 195},
		{"commission on a double", func(r *Rules) { r.Commission = 500 }, "5 6 6 T T T", "d", []HandResult{win}, 200, 390},
		{"commission on a blackjack", func(r *Rules) { r.Commission = 600 }, "A 6 T T", "", []HandResult{natural}, 100, 241},
		{"no commission on a push", func(r *Rules) { r.Commission = 500 }, "T 7 7 T", "s", []HandResult{push}, 100, 100},
		{"no commission on a surrender", func(r *Rules) { r.Commission = 500 }, "T T 6 7", "r", []HandResult{surrender}, 100, 50},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			rules := switched(test.rules)
			if err := rules.Check(); err != nil {
				t.Fatal(err)
			}
			table := NewTable(rules, Stacked(spades(t, test.cards)...))
			table.Deal(true)
			for i, letter := range test.moves {
				if err := table.Play(moveLetters[letter]); err != nil {
					t.Fatalf("move %d, %c: %v", i, letter, err)
				}
			}
			if !table.Over() || table.Allowed() != 0 {
				t.Fatalf("the round is not over: %+v", table)
			}
			if table.shoe.left != 0 {
				t.Errorf("%d cards are left", table.shoe.left)
			}
			checkResults(t, table, test.results)
			const hundredth = games.MultipleUnit / 100
			if staked, won := table.Result(); staked != games.Multiple(test.staked)*hundredth || won != games.Multiple(test.won)*hundredth {
				t.Errorf("staked %v, won %v; want %d and %d hundredths", staked, won, test.staked, test.won)
			}
		})
	}
}

func checkResults(t *testing.T, table *Table, want []HandResult) {
	t.Helper()
	if len(want) != len(table.Hands()) {
		t.Fatalf("%d hands, want %d", len(table.Hands()), len(want))
	}
	for i := range want {
		if got, _ := table.HandResult(i); got != want[i] {
			t.Errorf("hand %d: %s, want %s", i, got, want[i])
		}
	}
}

// TestInsuranceWins looks at the side bet alone.
func TestInsuranceWins(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rules        func(*Rules)
		cards, moves string
		want         bool
	}{
		{nil, "T A T T", "x", true},
		{nil, "T A T T", "n", false},
		{nil, "T A T 9", "xs", false},
		{nil, "T A T 5 5", "xs", false}, // 21, but of three cards
		{nil, "A A Q K", "x", true},
		{noPeek, "T A T T", "xs", true},
		{noPeek, "T A 6 T T", "xh", true},
		{noPeek, "T A 6 T 9", "xh", false},
		{noPeek, "T A 6 T", "xr", true},
	} {
		table := NewTable(switched(test.rules), Stacked(spades(t, test.cards)...))
		table.Deal(true)
		for _, letter := range test.moves {
			if err := table.Play(moveLetters[letter]); err != nil {
				t.Fatalf("%s %s: %v", test.cards, test.moves, err)
			}
		}
		if !table.Over() || table.InsuranceWins() != test.want {
			t.Errorf("%s %s: over %v, insurance wins %v, want %v", test.cards, test.moves, table.Over(), table.InsuranceWins(), test.want)
		}
	}
}

// TestAllowed says what may be done at every kind of decision.
func TestAllowed(t *testing.T) {
	t.Parallel()
	noDAS := func(r *Rules) { r.DoubleAfterSplit = false }
	nine := func(r *Rules) { r.DoubleOn = NineToEleven }
	ten := func(r *Rules) { r.DoubleOn = TenToEleven }
	two := func(r *Rules) { r.MaxHands = 2 }
	three := func(r *Rules) { r.MaxHands = 3 }
	again := func(r *Rules) { r.ResplitAces = true }
	noSurrender := func(r *Rules) { r.LateSurrender = false }
	for _, test := range []struct {
		name         string
		rules        func(*Rules)
		cards, moves string
		want         string
	}{
		{"first decision", nil, "T 6 5 T", "", "hsdr"},
		{"without surrender", noSurrender, "T 6 5 T", "", "hsd"},
		{"pair", nil, "8 6 8 T", "", "hsdpr"},
		{"tens of two ranks", nil, "J 6 T T", "", "hsdpr"},
		{"third card", nil, "2 6 5 T 2", "h", "hs"},
		{"a pair is two cards", nil, "2 6 2 T 2", "h", "hs"},
		{"insurance first", nil, "T A 5 9", "", "xn"},
		{"insurance before a blackjack is paid", nil, "T A A 9", "", "xn"},
		{"after insurance", nil, "T A 5 9", "x", "hsdr"},
		{"after it was declined", nil, "T A 5 9", "n", "hsdr"},
		{"9 to 11: 8", nine, "5 6 3 T", "", "hsr"},
		{"9 to 11: 9", nine, "5 6 4 T", "", "hsdr"},
		{"9 to 11: 11", nine, "5 6 6 T", "", "hsdr"},
		{"9 to 11: 12", nine, "T 6 2 T", "", "hsr"},
		{"9 to 11: a soft 19 is not 9", nine, "A 6 8 T", "", "hsr"},
		{"10 to 11: 9", ten, "5 6 4 T", "", "hsr"},
		{"10 to 11: 10", ten, "5 6 5 T", "", "hsdpr"},
		{"after a split", nil, "8 6 8 T 3", "p", "hsd"},
		{"a pair after a split", nil, "8 6 8 T 8", "p", "hsdp"},
		{"no double after a split", noDAS, "8 6 8 T 3", "p", "hs"},
		{"9 to 11 after a split", nine, "8 6 8 T 2", "p", "hsd"},
		{"two hands", two, "8 6 8 T 8", "p", "hsd"},
		{"three hands", three, "8 6 8 T 8 8", "pp", "hsd"},
		{"four hands", nil, "8 6 8 T 8 8 8", "ppp", "hsd"},
		{"aces", nil, "A 6 A T", "", "hsdpr"},
		{"aces again", again, "A 6 A T A", "p", "sp"},
		{"aces to four", again, "A 6 A T A A A A A 5 5", "ppp", ""},
		{"aces to three", func(r *Rules) { again(r); three(r) }, "A 6 A T A A A A 5 5", "pp", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			table := NewTable(switched(test.rules), Stacked(spades(t, test.cards)...))
			table.Deal(true)
			for i, letter := range test.moves {
				if err := table.Play(moveLetters[letter]); err != nil {
					t.Fatalf("move %d, %c: %v", i, letter, err)
				}
			}
			var want Moves
			for _, letter := range test.want {
				want |= movesOf(moveLetters[letter])
			}
			if got := table.Allowed(); got != want {
				t.Fatalf("allowed are %07b, want %07b", got, want)
			}
			for _, m := range moveLetters {
				before := *table
				if !want.Has(m) && (table.Play(m) != ErrMove || *table != before) {
					t.Errorf("move %d was not refused", m)
				}
			}
		})
	}
}

func TestNothingIsAllowedBeforeTheDeal(t *testing.T) {
	t.Parallel()
	table := NewTable(Standard(), NewShoe(6))
	if !table.Over() || table.Allowed() != 0 || table.Play(Stand) != ErrMove {
		t.Errorf("before the deal, %07b is allowed", table.Allowed())
	}
}

// TestNoInsuranceOnTheSmallestBet: half of it is less than the smallest unit.
func TestNoInsuranceOnTheSmallestBet(t *testing.T) {
	t.Parallel()
	table := NewTable(Standard(), Stacked(spades(t, "T A T T")...))
	table.Deal(false)
	if staked, won := table.Result(); !table.Over() || staked != games.MultipleUnit || won != 0 {
		t.Errorf("over %v, staked %v, won %v", table.Over(), staked, won)
	}
}

// TestCommissionIsExact compares what hands win with the fractions of the rules, for every commission.
func TestCommissionIsExact(t *testing.T) {
	t.Parallel()
	for c := range commissionUnit + 1 {
		for _, odds := range []Odds{{3, 2}, {6, 5}} {
			r := Rules{Commission: c, BlackjackPays: odds}
			left := int64(commissionUnit - c)
			if int64(r.evenMoney())*commissionUnit != left*games.MultipleUnit {
				t.Fatalf("commission %d: even money wins %d", c, r.evenMoney())
			}
			if int64(r.blackjackWin())*commissionUnit*int64(odds.Den) != left*games.MultipleUnit*int64(odds.Num) {
				t.Fatalf("commission %d: a blackjack wins %d", c, r.blackjackWin())
			}
		}
	}
}

func TestRulesAreChecked(t *testing.T) {
	t.Parallel()
	if err := Standard().Check(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Rules){
		"version": func(r *Rules) { r.Version = 0 }, "decks": func(r *Rules) { r.Decks = 3 },
		"blackjack": func(r *Rules) { r.BlackjackPays = Odds{2, 1} }, "double": func(r *Rules) { r.DoubleOn = 8 },
		"hands": func(r *Rules) { r.MaxHands = 5 }, "one hand": func(r *Rules) { r.MaxHands = 1 },
		"commission": func(r *Rules) { r.Commission = -1 }, "all commission": func(r *Rules) { r.Commission = 10_001 },
	} {
		if switched(change).Check() == nil {
			t.Errorf("%s: not noticed", name)
		}
	}
}
