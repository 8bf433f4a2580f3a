package main

import (
	"strings"
	"testing"

	"github.com/alecthomas/kong"

	"croupier/games/blackjack"
)

// blackjackCommand reads a command line as the binary does.
func blackjackCommand(t *testing.T, flags string) rtpBlackjackCmd {
	t.Helper()
	var cli commands
	parser, err := kong.New(&cli, options(t.Context())...)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := parser.Parse(append([]string{"rtp", "blackjack"}, strings.Fields(flags)...)); err != nil {
		t.Fatal(err)
	}
	return cli.RTP.Blackjack
}

func TestBlackjackSwitches(t *testing.T) {
	t.Parallel()
	for flags, want := range map[string]func(*blackjack.Rules){
		"": func(*blackjack.Rules) {},
		"--decks 6 --h17 --das --resplits 3 --surrender": func(r *blackjack.Rules) { r.HitSoft17 = true },
		"--decks infinite --no-das --no-surrender --pays 6:5 --no-peek": func(r *blackjack.Rules) {
			r.Decks, r.DoubleAfterSplit, r.LateSurrender, r.Peek, r.BlackjackPays = 0, false, false, false, blackjack.Odds{Num: 6, Den: 5}
		},
		"--decks 1 --double 10-11 --resplits 1 --resplit-aces --commission 2.53": func(r *blackjack.Rules) {
			r.Decks, r.DoubleOn, r.MaxHands, r.ResplitAces, r.Commission = 1, blackjack.TenToEleven, 2, true, 253
		},
		"--variant RTP_96 --double 9-11": func(r *blackjack.Rules) {
			for _, v := range blackjack.Variants() {
				if v.ID == "RTP_96" {
					*r = v.Rules
				}
			}
			r.DoubleOn = blackjack.NineToEleven
		},
	} {
		expected := blackjack.Standard()
		want(&expected)
		command := blackjackCommand(t, flags)
		if got, err := command.rules(); err != nil || got != expected {
			t.Errorf("%q: got %+v, %v, want %+v", flags, got, err, expected)
		}
	}
	for _, flags := range []string{"--resplits 4", "--resplits 0", "--commission 101", "--variant RTP_99"} {
		command := blackjackCommand(t, flags)
		if _, err := command.rules(); err == nil {
			t.Errorf("%q was accepted", flags)
		}
	}
}
