//go:build !race

package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"math/big"
	"os"
	"strings"
	"sync"
	"testing"
)

// allReports computes every report once for all tests. It is one computation after the other, in which the race detector has
// nothing to find, and which it would make take a minute.
var allReports = sync.OnceValues(func() ([][]report, error) { return analyseAll(noBar) })

// TestRTPPageIsWhatIsComputed keeps docs/rtp.md equal to what the code computes.
func TestRTPPageIsWhatIsComputed(t *testing.T) {
	t.Parallel()
	all, err := allReports()
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../../docs/rtp.md")
	if err != nil {
		t.Fatal(err)
	}
	if page := rtpPage(all); page != string(want) {
		t.Errorf("docs/rtp.md differs from what is computed; `croupier rtp --all` writes it anew")
	}
}

// TestEveryGameKeepsItsPromise holds every variant to what the design promises of returns: never above nominal, and for the
// plainest strategy at most 0.05 percentage points below. A variant that promises no number is only held to its own bounds.
func TestEveryGameKeepsItsPromise(t *testing.T) {
	t.Parallel()
	all, err := allReports()
	if err != nil {
		t.Fatal(err)
	}
	for _, reports := range all {
		for _, r := range reports {
			name := r.game.ID + " " + r.variant.ID
			plain := r.Outlooks[0]
			for _, o := range r.Outlooks {
				if o.Return.High.Cmp(r.Bounds.Highest) > 0 || o.Return.Low.Cmp(r.Bounds.Lowest) < 0 {
					t.Errorf("%s: %s returns %s, beyond the bounds %s to %s", name, o.Strategy, percentage(o.Return, 9),
						percent(r.Bounds.Lowest, 9), percent(r.Bounds.Highest, 9))
				}
				if _, err := r.strategy(o.Strategy); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			}
			if rtp := r.variant.RTP(); rtp.Cmp(plain.Return.Low) < 0 || rtp.Cmp(plain.Return.High) > 0 {
				t.Errorf("%s: its RTP is %s, but %s returns %s", name, rtp.FloatString(9), plain.Strategy, percentage(plain.Return, 9))
			}
			percents, nominal := strings.CutPrefix(r.variant.ID, "RTP_")
			if !nominal {
				continue
			}
			promised, _ := new(big.Rat).SetString(percents + "/100")
			if r.Bounds.Highest.Cmp(promised) > 0 {
				t.Errorf("%s: somebody can return %s", name, percent(r.Bounds.Highest, 9))
			}
			if missing := new(big.Rat).Sub(promised, plain.Return.Low); missing.Cmp(big.NewRat(5, 10_000)) > 0 {
				t.Errorf("%s: %s returns %s", name, plain.Strategy, percentage(plain.Return, 9))
			}
		}
	}
}

// TestEveryStrategySimulates plays every strategy of the default variant of every game, and compares.
func TestEveryStrategySimulates(t *testing.T) {
	t.Parallel()
	all, err := allReports()
	if err != nil {
		t.Fatal(err)
	}
	for _, reports := range all {
		for _, r := range reports {
			if r.variant.ID != r.game.Default {
				continue
			}
			for _, s := range r.strategies {
				if err := r.simulate(&rtpFlags{Simulate: 20_000, Strategy: s.Name, Seed: 1}, noBar("", 1)); err != nil {
					t.Error(err)
				} else if err := checkSimulations([]report{r}); err != nil {
					t.Errorf("%s, %s: %v", r.game.ID, s.Name, err)
				}
			}
		}
	}
}

func TestBlackjackTables(t *testing.T) {
	t.Parallel()
	var text, tables bytes.Buffer
	command := blackjackCommand(t, "--decks infinite --chart --table --dealer")
	if err := command.run(&text, noBar); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"infinite decks, dealer stands on all 17s", "BASIC STRATEGY", "hard 16", "pair A", "35.3608" /* a 2 busts */} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("no %q in:\n%s", want, text.String())
		}
	}
	if strings.Contains(text.String(), "%!") {
		t.Errorf("badly formatted:\n%s", text.String())
	}
	command.JSON = true
	if err := command.run(&tables, noBar); err != nil {
		t.Fatal(err)
	}
	var got blackjackTablesJSON
	if err := json.Unmarshal(tables.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if bust := got.Dealer["2"]["bust"]; bust < 0.3536 || bust > 0.3537 {
		t.Errorf("a 2 busts with %v", bust)
	}
	if e := got.Expectations["hard 16"]["T"]; math.Abs(e["surrender"]+0.5) > 1e-9 || e["stand"] >= e["hit"] || e["hit"] > e["surrender"] {
		t.Errorf("hard 16 against a ten: %v", e)
	}
	command.Simulate = 1
	if err := command.run(io.Discard, noBar); err == nil {
		t.Error("a simulation of a table was accepted")
	}
}

func TestBlackjackByAnyRules(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	command := blackjackCommand(t, "--decks infinite --h17 --simulate 20000 --seed 2")
	if err := command.run(&out, noBar); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"dealer draws to a soft 17", "z-score", "The return of best play, exactly: "} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in:\n%s", want, out.String())
		}
	}
}
