package web

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"

	"croupier/games"
	"croupier/games/gamestest"
)

// longRounds are walks without a trap in the way, many of them through corners of cells, and shots with the most and the least of
// angle and power. The traps and splashes of rounds at random leave little of either.
func longRounds(t *testing.T, c *games.Catalogue) (all []expectation) {
	t.Helper()
	halves := func(r *rand.Rand) string { return fmt.Sprintf("%.1f", float64(r.IntN(21)-10)/2) }
	tenths := func(r *rand.Rand) string { return fmt.Sprintf("%.1f", float64(r.IntN(101)-50)/10) }
	corners := 0
	for i := range 80 {
		step := []func(*rand.Rand) string{halves, tenths}[i%2]
		record := longRound(t, c, &all, "move", i, `{"traps":[]}`, func(r *rand.Rand) string {
			return fmt.Sprintf(`{"action":"move","dx":%s,"dy":%s}`, step(r), step(r))
		})
		for _, action := range record.Actions {
			corners += diagonals(t, action)
		}
	}
	if corners < 50 {
		t.Errorf("%d corners were crossed, want 50", corners)
	}
	angles, powers := []string{"10.0", "80", "45.0", "45.1", "44.9", "62.0", "10.1"}, []int{100, 101, 1999, 2000, 990, 1716}
	for i := range 80 {
		longRound(t, c, &all, "launch", i, `{"winds":[1,0]}`, func(r *rand.Rand) string {
			return fmt.Sprintf(`{"action":"launch","angle":%s,"power":%d}`, angles[r.IntN(len(angles))], powers[r.IntN(len(powers))])
		})
	}
	return all
}

// longRound plays up to 40 steps of a forced round, adds it to all and returns its record.
func longRound(t *testing.T, c *games.Catalogue, all *[]expectation, id string, i int, force string, next func(*rand.Rand) string) games.Record {
	t.Helper()
	g, _ := c.Lookup(id)
	v, _ := g.Variant(g.Default)
	script, err := v.Force([]byte(force))
	if err != nil {
		t.Fatal(err)
	}
	recorder, err := gamestest.NewRecorder(g, v.ID, "USD", testPair(t, "long "+id), uint64(i), script)
	if err != nil {
		t.Fatal(err)
	}
	r := rand.New(rand.NewPCG(3, uint64(i)))
	steps{open: bet, next: next}.play(t, r, recorder, 40)
	*all = append(*all, expected(t, c, recorder.Record(), v))
	return recorder.Record()
}

// diagonals counts the steps of a move from one entered cell to another with which it shares only a corner.
func diagonals(t *testing.T, action games.RecordedAction) (n int) {
	t.Helper()
	var outcome struct {
		Entered [][2]int `json:"entered"`
	}
	if err := json.Unmarshal(action.Outcome, &outcome); err != nil {
		t.Fatal(err)
	}
	for i := 1; i < len(outcome.Entered); i++ {
		if from, to := outcome.Entered[i-1], outcome.Entered[i]; from[0] != to[0] && from[1] != to[1] {
			n++
		}
	}
	return n
}
