package session

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/fairness"
)

const someStops = `{"reelPositions":[1,2,3,4,5]}`

// pendingScript is what the player's next round of slots is forced to, nil if it is not.
func (b *floorBundle) pendingScript(t *testing.T, who somebody) fairness.Script {
	t.Helper()
	at, err := b.floor.load(t.Context(), who.ID)
	must(t, err)
	return at.forced["slots"]
}

func TestAForcedOutcomeReachesASeatThatIsTaken(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10")
	c := b.sit(t, who, "slots")
	c.spin(t, "first") // the seat's position is remembered from here on
	must(t, b.floor.ForceOutcome(t.Context(), b.operator.ID, who.ID, "slotty-slots", json.RawMessage(`{"reelPositions":[9,9,9,9,9]}`)))
	must(t, b.floor.ForceOutcome(t.Context(), b.operator.ID, who.ID, "slots", json.RawMessage(someStops)))
	c.spin(t, "second")
	c.spin(t, "third")
	rounds, _, err := b.floor.ListRounds(t.Context(), RoundQuery{Operator: b.operator.ID, Player: who.ID, Limit: 3})
	must(t, err)
	if len(rounds) != 3 || rounds[0].Forced != nil || rounds[1].Forced == nil || rounds[2].Forced != nil {
		t.Fatalf("of three rounds the second must be forced: %+v", rounds)
	}
	var outcome struct{ ReelPositions [5]int }
	must(t, json.Unmarshal(rounds[1].Actions[0].Outcome, &outcome))
	if outcome.ReelPositions != [5]int{1, 2, 3, 4, 5} {
		t.Errorf("stops %v, want those that were asked for last", outcome.ReelPositions)
	}
}

func TestForcedOutcomesThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10")
	force := func(operator, player uuid.UUID, game, outcome string) error {
		return b.floor.ForceOutcome(t.Context(), operator, player, game, json.RawMessage(outcome))
	}
	wantCode(t, force(b.operator.ID, who.ID, "roulette", someStops), GameNotAvailable)
	wantCode(t, force(b.operator.ID, uuid.New(), "slots", someStops), PlayerNotFound)
	wantCode(t, force(uuid.New(), who.ID, "slots", someStops), PlayerNotFound)
	wantCode(t, b.floor.ClearForced(t.Context(), uuid.New(), who.ID), PlayerNotFound)
	if e := wantCode(t, force(b.operator.ID, who.ID, "slots", `{"reelPositions":[1,2,3,4,-5]}`), InvalidRequest); e.Details["field"] != "outcome.reelPositions[4]" {
		t.Errorf("details %v", e.Details)
	}

	live, _, err := NewOperators(b.db, b.vault, time.Now).Create(t.Context(), "Live Casino", Live, nil)
	must(t, err)
	player, err := b.players.Ensure(t.Context(), live, PlayerSpec{ExternalID: "p", Currency: "USD"})
	must(t, err)
	wantCode(t, force(live.ID, player.ID, "slots", someStops), Forbidden)
	wantCode(t, b.floor.ClearForced(t.Context(), live.ID, player.ID), Forbidden)
	if script := b.pendingScript(t, somebody{Player: player}); script != nil {
		t.Errorf("a live player's next round is forced to %v", script)
	}
}

func TestClearForcedWaitsForOpenRounds(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10")
	must(t, b.floor.ForceOutcome(t.Context(), b.operator.ID, who.ID, "slots", json.RawMessage(someStops)))
	must(t, b.floor.ForceOutcome(t.Context(), b.operator.ID, who.ID, "ladder", json.RawMessage(`{"fallOnRung":null}`)))
	c := b.sit(t, who, "ladder")
	c.do(t, "open", betPayload)
	wantCode(t, b.floor.ClearForced(t.Context(), b.operator.ID, who.ID), Conflict)
	if b.pendingScript(t, who) == nil {
		t.Error("a refused call forgot the outcome")
	}
	c.do(t, "climb", climbPayload)
	c.cashOut(t, "out")
	must(t, b.floor.ClearForced(t.Context(), b.operator.ID, who.ID))
	if script := b.pendingScript(t, who); script != nil {
		t.Errorf("the next round is still forced to %v", script)
	}
}
