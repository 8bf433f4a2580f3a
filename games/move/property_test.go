package move

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
)

// TestAnyLegalRound plays legal rounds, some of them with the traps far from the centre.
func TestAnyLegalRound(t *testing.T) {
	t.Parallel()
	gamestest.LegalPlay{
		Game: Game(), Steps: maxMoves,
		Outcome: func(t *rapid.T) string {
			if rapid.Bool().Draw(t, "far traps") {
				return `{"traps":[]}`
			}
			return ""
		},
		Step: func(t *rapid.T, state json.RawMessage) string {
			own := gamestest.StateOf[State](t, state).Own
			return string(legalMove(t, point{own.X, own.Y}).Payload)
		},
		Open: checkSecret,
		Over: func(t *rapid.T, last games.Result) {
			o := last.Step.Outcome.(Outcome)
			if o.CanCashOut || len(o.Traps) != trapCount || o.Trapped != (o.Multiplier == "0") || o.Trapped != (last.Win.Multiple == 0) {
				t.Fatalf("%s with the outcome %+v", last.Status, o)
			}
			if o.Trapped && !slices.Contains(o.Traps, o.Entered[len(o.Entered)-1]) {
				t.Fatalf("lost in %v, where there is no trap", o.Entered[len(o.Entered)-1])
			}
		},
	}.Check(t)
}

// legalMove draws a move that is allowed at a position.
func legalMove(t *rapid.T, at point) games.Action {
	for {
		by := point{
			rapid.IntRange(max(-longest, -at.x), min(longest, fieldSize-1-at.x)).Draw(t, "dx"),
			rapid.IntRange(max(-longest, -at.y), min(longest, fieldSize-1-at.y)).Draw(t, "dy"),
		}
		if by != (point{}) {
			return moveOf(by.x, by.y)
		}
	}
}

// checkSecret lays the traps of an open round elsewhere: the player must see the same.
func checkSecret(t *rapid.T, e games.Engine, r games.Round, state json.RawMessage) {
	s := gamestest.StateOf[State](t, state)
	var free []int
	for _, cell := range coveredCells() {
		if !slices.Contains(s.Own.Opened, cell) {
			free = append(free, cell)
		}
	}
	traps := rapid.Permutation(free).Draw(t, "other traps")[:trapCount]
	slices.Sort(traps)
	was, _ := json.Marshal(s.Own.Traps)
	now, _ := json.Marshal(traps)
	other := bytes.Replace(state, was, now, 1)
	if !slices.Equal(traps, s.Own.Traps) && bytes.Equal(other, state) {
		t.Fatalf("found no traps in %s", state)
	}
	if a, b := gamestest.Shown(t, e, r, state), gamestest.Shown(t, e, r, other); !bytes.Equal(a, b) || bytes.Contains(a, []byte("traps")) {
		t.Fatalf("with other traps %s is shown as %s", a, b)
	}
}

// TestOutcomesHideTheTraps plays the same round over two fields until it is lost in one of them: up to there nothing may differ.
func TestOutcomesHideTheTraps(t *testing.T) {
	t.Parallel()
	game, serverSeed := Game(), fairness.NewServerSeed()
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SampledFrom(game.Variants).Draw(t, "variant")
		actions := []games.Action{betOf("1.00")}
		at := middle(centre)
		for range rapid.IntRange(1, 12).Draw(t, "moves") {
			a := legalMove(t, at)
			by, err := readMove(a.Payload, at)
			if err != nil {
				t.Fatal(err)
			}
			actions, at = append(actions, a), point{at.x + by.x, at.y + by.y}
		}
		nonce := rapid.Uint64().Draw(t, "nonce")
		of := func(nonce uint64) []games.Result {
			results, _, err := gamestest.Play(v, usd, fairness.Pair{ServerSeed: serverSeed, ClientSeed: "player"}.Round(nonce), actions...)
			var over *games.ActionError
			if err != nil && !errors.As(err, &over) && results[len(results)-1].State != nil {
				t.Fatal(err)
			}
			return results
		}
		one, other := of(nonce), of(nonce^1)
		for i := range min(len(one), len(other)) {
			open := one[i].Status == games.InProgress && other[i].Status == games.InProgress
			if open && !bytes.Equal(one[i].Outcome, other[i].Outcome) {
				t.Fatalf("the outcomes differ with the traps: %s and %s", one[i].Outcome, other[i].Outcome)
			}
			if one[i].Status == games.InProgress && bytes.Contains(one[i].Outcome, []byte("traps")) {
				t.Fatalf("an open round shows traps: %s", one[i].Outcome)
			}
		}
	})
}
