package blackjack

import (
	"encoding/json"
	"math/big"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// TestStrategiesPlayWhatTheServerPlays plays rounds from seeds twice: as a simulation does, and move by move through games.Play with
// a bet of 10^8 minor units, of which a multiple's smallest part is one.
func TestStrategiesPlayWhatTheServerPlays(t *testing.T) {
	t.Parallel()
	rounds := 400
	if raceEnabled {
		rounds /= 10
	}
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "strategies"}
	engines := []*Engine{Game().Variants[0].Engine.(*Engine), Game().Variants[1].Engine.(*Engine)}
	for _, change := range []func(*Rules){noPeek, func(r *Rules) { r.Decks, r.ResplitAces, r.HitSoft17 = 0, true, true }} {
		engines = append(engines, engineOf(t, change))
	}
	for _, e := range engines {
		for i, decide := range []func(*Table) Move{e.variant.Chart.Decide, mimic, alwaysStand} {
			strategy := e.Strategies()[i]
			for nonce := range uint64(rounds) {
				staked, won, err := strategy.Round(pair.Round(nonce))
				if err != nil {
					t.Fatalf("%s: %v", strategy.Name, err)
				}
				serverStaked, serverWon := serve(t, e, decide, pair.Round(nonce))
				if int64(staked) != serverStaked || int64(won) != serverWon {
					t.Fatalf("%s, nonce %d: %d of %d; the server paid %d of %d", strategy.Name, nonce, won, staked, serverWon, serverStaked)
				}
			}
		}
	}
}

// serve plays a round by a strategy as a player does, and returns its money in units of 10^-8 bets.
func serve(t *testing.T, e *Engine, decide func(*Table) Move, d fairness.Draws) (staked, won int64) {
	t.Helper()
	p := &playing{t: t, engine: e, draws: d, round: games.Round{Currency: currency(t, "BTC")}}
	p.must("bet", `{"action":"bet","amount":1.00000000}`)
	for p.last.Status == games.InProgress {
		seat, err := e.load(p.round, p.state)
		if err != nil {
			t.Fatal(err)
		}
		switch move := decide(seat.Table); move {
		case Insure:
			p.moves("insure")
		case Decline:
			p.moves("decline")
		default:
			for _, a := range moveActions {
				if a.move == move {
					p.moves(a.name)
				}
			}
		}
	}
	return p.round.Stake.Minor().Int64(), p.last.Payout.Minor().Int64()
}

// TestInsuranceCountsInAStrategy plays one that always insures: over the rounds against an ace, half a bet more is staked, and the
// side bet alone makes the difference to one that never does.
func TestInsuranceCountsInAStrategy(t *testing.T) {
	t.Parallel()
	insure := func(table *Table) Move {
		if table.Allowed().Has(Insure) {
			return Insure
		}
		return Stand
	}
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "insurance"}
	taken := 0
	for nonce := range uint64(300) {
		with, wonWith, err := player(Standard(), insure)(pair.Round(nonce))
		without, wonWithout, err2 := player(Standard(), alwaysStand)(pair.Round(nonce))
		if err != nil || err2 != nil {
			t.Fatal(err, err2)
		}
		extra, more := with-without, wonWith-wonWithout
		if extra != 0 && extra != games.MultipleUnit/2 || more != 0 && more != 3*games.MultipleUnit/2 || more != 0 && extra == 0 {
			t.Fatalf("nonce %d: insurance stakes %d and pays %d", nonce, extra, more)
		}
		if extra != 0 {
			taken++
		}
	}
	if taken == 0 {
		t.Error("no dealer showed an ace")
	}
}

// TestARoundWithAnIllegalMove: a strategy that breaks the rules is told so.
func TestARoundWithAnIllegalMove(t *testing.T) {
	t.Parallel()
	split := func(*Table) Move { return Split }
	refused := false
	for seed := range uint64(10) {
		_, _, err := player(Standard(), split)(fairness.NewSimulation(seed))
		refused = refused || err == ErrMove
	}
	if !refused {
		t.Error("nobody was refused to split")
	}
}

// TestMimic plays as the dealer must.
func TestMimic(t *testing.T) {
	t.Parallel()
	h17 := func(r *Rules) { r.HitSoft17 = true }
	for _, test := range []struct {
		rules func(*Rules)
		cards string
		want  Move
	}{
		{nil, "T 7 2 T", Hit}, {nil, "T 7 6 T", Hit}, {nil, "T 7 7 T", Stand}, {nil, "T 7 9 T", Stand}, {nil, "8 7 8 T", Hit},
		{nil, "A 7 5 T", Hit}, {nil, "A 7 6 T", Stand}, {nil, "A 7 7 T", Stand}, {nil, "9 A 9 9", Decline},
		{h17, "A 7 5 T", Hit}, {h17, "A 7 6 T", Hit}, {h17, "A 7 7 T", Stand}, {h17, "T 7 7 T", Stand}, {h17, "T 7 6 T", Hit},
		{h17, "T 7 8 T", Stand},
	} {
		table := NewTable(switched(test.rules), Stacked(spades(t, test.cards)...))
		table.Deal(true)
		if got := mimic(table); got != test.want {
			t.Errorf("%s: move %d, want %d", test.cards, got, test.want)
		}
	}
}

// TestEveryVariantKnowsItsFigures holds what is embedded together: each strategy has its figures, and the lower end of the first one's
// return is the engine's. The package odds holds the figures themselves.
func TestEveryVariantKnowsItsFigures(t *testing.T) {
	t.Parallel()
	for _, v := range Game().Variants {
		analyst := v.Engine.(games.Analyst)
		a, err := analyst.Analyse()
		if err != nil {
			t.Error(err)
			continue
		}
		strategies := analyst.Strategies()
		if len(a.Outlooks) == 0 || len(a.Outlooks) > len(strategies) || a.Method == "" || a.Bounds.Proof == "" {
			t.Errorf("%s: %+v", v.ID, a)
			continue
		}
		for i, o := range a.Outlooks {
			if o.Strategy != strategies[i].Name || o.Return.Low.Cmp(a.Bounds.Lowest) < 0 || o.Return.High.Cmp(a.Bounds.Highest) > 0 {
				t.Errorf("%s: strategy %d is %+v, within %+v", v.ID, i, o, a.Bounds)
			}
		}
		if first := a.Outlooks[0].Return; v.RTP().Cmp(first.Low) != 0 {
			t.Errorf("%s: players are shown %s, want the lower end of the chart's %s to %s",
				v.ID, v.RTP().FloatString(12), first.Low.FloatString(12), first.High.FloatString(12))
		}
	}
}

func TestFiguresAreRead(t *testing.T) {
	t.Parallel()
	var f Figures
	text := `{"method":"counted","outlooks":[{"strategy":"basic","return":["0.99","1.01"],"hitFrequency":["2/5","2/5"],
		"variance":["1","1"],"maximumWin":["16","16"],"maximumWinChance":["0","1/1000"]}],"bounds":{"lowest":"0","highest":"0.995","proof":"counted"},
		"findings":[{"name":"n","value":"v","meaning":"m"}]}`
	if err := json.Unmarshal([]byte(text), &f); err != nil {
		t.Fatal(err)
	}
	a, err := f.analysis()
	if err != nil {
		t.Fatal(err)
	}
	outlook := a.Outlooks[0]
	if outlook.Return.Exact() || !outlook.HitFrequency.Exact() || outlook.HitFrequency.Low.Cmp(big.NewRat(2, 5)) != 0 ||
		outlook.Strategy != "basic" || a.Bounds.Highest.Cmp(big.NewRat(995, 1000)) != 0 || a.Method != "counted" || len(a.Findings) != 1 {
		t.Errorf("%+v", a)
	}
	f.Bounds.Lowest = "little"
	if _, err := f.analysis(); err == nil {
		t.Error("a number that is none was not noticed")
	}
	if _, err := readFigures("NONE"); err == nil {
		t.Error("there are figures of a variant that there is not")
	}
}
