package move

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/games/gamestest"
	"croupier/wallet/money"
)

var usd, _ = money.LookupCurrency("USD")

// betOf is the action that opens a round.
func betOf(amount string) games.Action {
	return games.Action{Name: "bet", Payload: fmt.Appendf(nil, `{"action":"bet","amount":%s}`, amount)}
}

// moveOf is a move of so many tenths of a cell.
func moveOf(dx, dy int) games.Action {
	return games.Action{Name: action, Payload: fmt.Appendf(nil, `{"action":"move","dx":%s,"dy":%s}`, signed(dx), signed(dy))}
}

func variant(t testing.TB, id string) games.Variant {
	t.Helper()
	return gamestest.Variant(t, Game(), id)
}

// forced are draws in which traps are forced.
func forced(t testing.TB, e games.Engine, traps ...[2]int) fairness.Draws {
	t.Helper()
	if traps == nil {
		traps = [][2]int{}
	}
	text, _ := json.Marshal(map[string]any{"traps": traps})
	return gamestest.Forced(t, e, string(text))
}

func TestDraws(t *testing.T) {
	t.Parallel()
	draws, trace := fairness.Traced(forced(t, variant(t, "RTP_96")))
	if _, _, err := gamestest.Play(variant(t, "RTP_96"), usd, draws, betOf("1"), moveOf(10, 0), moveOf(0, 50)); err != nil {
		t.Fatal(err)
	}
	if len(trace.Draws) != covered-1 {
		t.Fatalf("%d draws", len(trace.Draws))
	}
	for i, draw := range trace.Draws {
		if draw.Label != "init" || draw.N != uint64(covered-i) {
			t.Errorf("draw %d is %+v", i, draw)
		}
	}
}

// TestDeal lays traps by the shuffle of the fairness page, written out here.
func TestDeal(t *testing.T) {
	t.Parallel()
	for seed := range uint64(100) {
		var numbers []int
		for n := range cells {
			if n != 112 {
				numbers = append(numbers, n)
			}
		}
		again := fairness.NewSimulation(seed).Stream("init")
		for i := len(numbers) - 1; i >= 1; i-- {
			j := int(again.Intn(uint64(i + 1)))
			numbers[i], numbers[j] = numbers[j], numbers[i]
		}
		want := slices.Sorted(slices.Values(numbers[:25]))
		if got := (&move{}).Deal(fairness.NewSimulation(seed).Stream("init")); !slices.Equal(got.Traps, want) || got.X != 75 || got.Y != 75 {
			t.Fatalf("dealt %+v, want the traps %v", got, want)
		}
	}
}

func TestMove(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_96")
	trap := [2]int{10, 7}
	results, r, err := gamestest.Play(engine, usd, forced(t, engine, trap), betOf("1.00"), moveOf(20, 0), moveOf(-20, 0), moveOf(4, 4), moveOf(45, -10))
	if err != nil {
		t.Fatal(err)
	}
	type told struct {
		entered    [][2]int
		newCells   int
		x, y       money.Number
		multiplier money.Number
		status     games.Status
	}
	for i, want := range []told{
		{[][2]int{{8, 7}, {9, 7}}, 2, "9.5", "7.5", "1.217", games.InProgress}, // 0.96 · 224/199 · 223/198 = 1.21703…
		{[][2]int{{8, 7}, {7, 7}}, 0, "7.5", "7.5", "1.217", games.InProgress},
		{[][2]int{}, 0, "7.9", "7.9", "1.217", games.InProgress},
		{[][2]int{{8, 7}, {9, 7}, {10, 7}}, 0, "10.5", "7.5", "0", games.Completed}, // ends in the middle of the trap
	} {
		o := results[i+1].Step.Outcome.(Outcome)
		got := told{o.Entered, o.NewCells, o.X, o.Y, o.Multiplier, results[i+1].Status}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("move %d: %+v, want %+v", i, got, want)
		}
		over := i == 3
		if o.Trapped != over || (o.Traps != nil) != over || (o.NextMultiplier == "") != over || o.CanCashOut == over || o.MovesLeft != 199-i {
			t.Errorf("move %d: %+v", i, o)
		}
	}
	last := results[4].Step.Outcome.(Outcome)
	if !slices.Contains(last.Traps, trap) || len(last.Traps) != 25 || !results[4].Payout.IsZero() || r.Stake.String() != "1.00" {
		t.Errorf("the traps are %v, the payout %s", last.Traps, results[4].Payout)
	}
}

// TestLastCell opens cells until the fiftieth, which a move of five cells enters on its way.
func TestLastCell(t *testing.T) {
	t.Parallel()
	for i, percent := range []int64{92, 94, 96, 97} {
		v := Game().Variants[i]
		actions := []games.Action{betOf("1.00")}
		for _, payload := range spiral[:48] { // 7 cells by 7: it ends in their upper right corner
			actions = append(actions, games.Action{Name: action, Payload: payload})
		}
		results, _, err := gamestest.Play(v, usd, forced(t, v), append(actions, moveOf(0, -45))...)
		if err != nil {
			t.Fatal(err)
		}
		o, last := results[49].Step.Outcome.(Outcome), results[49]
		if want := [][2]int{{10, 3}, {10, 2}}; !reflect.DeepEqual(o.Entered, want) || o.X != "10.5" || o.Y != "2.5" || len(o.Opened) != 50 {
			t.Errorf("%s: the last move entered %v and ended at %s, %s", v.ID, o.Entered, o.X, o.Y)
		}
		worth := new(big.Rat).Quo(big.NewRat(percent, 100), chanceOf(50)) // with nothing cut off
		off := worth.Sub(worth, big.NewRat(int64(last.Win.Multiple), games.MultipleUnit))
		if last.Status != games.CashedOut || off.Sign() < 0 || off.Cmp(big.NewRat(1, 10_000)) > 0 {
			t.Errorf("%s: %s with %s, which is off by %s", v.ID, last.Status, last.Win.Multiple, off.FloatString(9))
		}
		if o.Multiplier != money.Number(last.Win.Multiple.String()) || len(o.Traps) != 25 || o.CanCashOut || o.NextMultiplier != "" {
			t.Errorf("%s: the outcome is %+v", v.ID, o)
		}
	}
}

// TestLastMove makes 200 moves that open nothing, and 200 that open one cell.
func TestLastMove(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_96")
	for name, test := range map[string]struct {
		first  games.Action
		status games.Status
		payout string
	}{
		"nothing opened": {moveOf(1, 0), games.Completed, "10.00"},
		"a cell opened":  {moveOf(10, 0), games.CashedOut, "10.80"}, // 10 · 0.96 · 224/199 = 10.806…, rounded fairly
	} {
		actions := []games.Action{betOf("10.00"), test.first}
		for i := range 199 {
			actions = append(actions, moveOf(1-i%2*2, 0))
		}
		results, r, err := gamestest.Play(engine, usd, forced(t, engine), actions...)
		if err != nil {
			t.Fatal(err)
		}
		last := results[200]
		payout := last.Payout.String()
		if payout == "10.81" {
			payout = "10.80"
		}
		if results[199].Status != games.InProgress || last.Status != test.status || payout != test.payout {
			t.Errorf("%s: %s, then %s paying %s", name, results[199].Status, last.Status, last.Payout)
		}
		o := last.Step.Outcome.(Outcome)
		if o.MovesLeft != 0 || o.Traps == nil || o.Trapped || r.Step != 201 {
			t.Errorf("%s: the outcome is %+v", name, o)
		}
	}
}

// TestIdlerIsRefunded plays a strategy that never leaves the centre, as simulations play.
func TestIdlerIsRefunded(t *testing.T) {
	t.Parallel()
	idle := cashout.PlayBy(newMove(96), func(r cashout.Round[State], _ *fairness.Stream) (json.RawMessage, bool) {
		return moveOf(1-r.Steps%2*2, 0).Payload, true
	})
	if staked, won, err := idle(fairness.NewSimulation(1)); err != nil || staked != games.MultipleUnit || won != staked {
		t.Errorf("staked %s, won %s: %v", staked, won, err)
	}
}

func TestCashOutAndExpiry(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_96")
	draws := forced(t, engine)
	results, r, err := gamestest.Play(engine, usd, draws, betOf("1.00"), moveOf(4, 4))
	if err != nil {
		t.Fatal(err)
	}
	var wrong *games.ActionError
	if _, err := games.CashOut(engine, r, results[1].State, draws); !errors.As(err, &wrong) || !reflect.DeepEqual(wrong.Allowed, []string{"move"}) {
		t.Errorf("a cash-out before the first cell: %v", err)
	}
	expired, err := games.Expire(engine, r, results[1].State, draws)
	if err != nil || expired.Status != games.Completed || expired.Payout.String() != "1.00" {
		t.Errorf("expired before the first cell: %v, %s paying %s", err, expired.Status, expired.Payout)
	}
	results, r, err = gamestest.Play(engine, usd, draws, betOf("100000000.00"), moveOf(50, 0))
	if err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func(games.Engine, games.Round, json.RawMessage, fairness.Draws) (games.Result, error){
		"cash-out": games.CashOut, "expiry": games.Expire,
	} {
		ended, err := end(engine, r, results[1].State, draws)
		if err != nil {
			t.Fatal(err)
		}
		if o := ended.Step.Outcome.(Reveal); len(o.Traps) != 25 || o.CanCashOut || len(o.Opened) != 5 || ended.Status != games.CashedOut {
			t.Errorf("%s: %s, %+v", name, ended.Status, o)
		}
		// 0.96 · (224·223·222·221·220) / (199·198·197·196·195), cut off after 8 decimals at every factor
		if got := ended.Payout.String(); got != "174468433.00" {
			t.Errorf("%s pays %s", name, got)
		}
	}
}

func TestRefusedActions(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_96")
	for payload, want := range map[string]string{
		`{}`:                         "dx is missing",
		`{"dx":1}`:                   "dy is missing",
		`{"dx":0.05,"dy":0}`:         "dx must be a multiple of 0.1",
		`{"dx":0,"dy":-0.33}`:        "dy must be a multiple of 0.1",
		`{"dx":5.1,"dy":0}`:          "dx must be from -5.0 to 5.0",
		`{"dx":0,"dy":-99999999999}`: "dy must be from -5.0 to 5.0",
		`{"dx":0,"dy":-0.0}`:         "dx and dy must not both be 0",
		`{"dx":"1","dy":0}`:          "dx must be a number, not a string in quotes",
		`{"dx":1e0,"dy":0}`:          "dx must be written without an exponent",
		`{"dx":1,"dy":null}`:         "dy must not be null",
		`{"dx":1,"dy":0,"dz":0}`:     "dz is an unknown field",
		`7`:                          "payload must be an object",
	} {
		_, _, err := gamestest.Play(engine, usd, fairness.NewSimulation(1), betOf("1"), games.Action{Name: action, Payload: []byte(payload)})
		var wrong *games.FieldError
		if !errors.As(err, &wrong) || err.Error() != want {
			t.Errorf("%s: %v, want %s", payload, err, want)
		}
	}
	for want, a := range map[string]games.Action{
		"dx must be from -5.0 to 2.4 to stay on the field": moveOf(25, 0), "dy must be from -2.5 to 5.0 to stay on the field": moveOf(0, -26),
	} {
		first := moveOf(50, 0)
		if a.Payload[len(a.Payload)-2] == '6' {
			first = moveOf(0, -50)
		}
		if _, _, err := gamestest.Play(engine, usd, forced(t, engine), betOf("1"), first, a); err == nil || err.Error() != want {
			t.Errorf("%s after %s: %v, want %s", a.Payload, first.Payload, err, want)
		}
	}
	var wrong *games.ActionError
	if _, _, err := gamestest.Play(engine, usd, nil, moveOf(1, 0)); !errors.As(err, &wrong) || !reflect.DeepEqual(wrong.Allowed, []string{"bet"}) {
		t.Errorf("a move without a bet: %v", err)
	}
	_, _, err := gamestest.Play(engine, usd, forced(t, engine), betOf("1"), moveOf(10, 0), betOf("1"))
	if !errors.As(err, &wrong) || !reflect.DeepEqual(wrong.Allowed, []string{"move", "cashout"}) {
		t.Errorf("a bet after a move: %v", err)
	}
}

func TestForce(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_94")
	all := coveredCells()
	for n := range covered { // windows of 25 cells, wherever they begin
		var traps [][2]int
		want := make([]int, 0, trapCount)
		for i := range trapCount {
			cell := all[(n+i*9)%covered]
			traps, want = append(traps, coordinates(cell)), append(want, cell)
		}
		slices.Sort(want)
		if got := (&move{}).Deal(forced(t, engine, traps...).Stream("init")); !slices.Equal(got.Traps, want) {
			t.Fatalf("forced %v, got %v", want, got.Traps)
		}
	}
	if got := (&move{}).Deal(forced(t, engine, [2]int{14, 14}, [2]int{0, 0}).Stream("init")); !slices.Equal(got.Traps, append(all[:24:24], 224)) {
		t.Errorf("two traps named: got %v", got.Traps)
	}
	var tooMany [26][2]int
	for i := range tooMany {
		tooMany[i] = coordinates(i)
	}
	text, _ := json.Marshal(map[string]any{"traps": tooMany})
	for text, want := range map[string]string{
		`{}`:                        "traps is missing",
		`{"traps":null}`:            "traps must not be null",
		`{"traps":[[7,7]]}`:         "traps[0] must not be the centre, which is never a trap",
		`{"traps":[[1,2],[1,2]]}`:   "traps[1] must not be named twice",
		`{"traps":[[0,15]]}`:        "traps[0] must be a cell of the field: column and row from 0 to 14",
		`{"traps":[[1,2],[-1,3]]}`:  "traps[1] must be a cell of the field: column and row from 0 to 14",
		`{"traps":[[1]]}`:           "traps[0] must be an array of 2",
		`{"traps":[[1,2.5]]}`:       "traps[0][1] must be a whole number",
		`{"traps":[],"trapFree":1}`: "trapFree is an unknown field",
		string(text):                "traps must be an array of at most 25 cells",
	} {
		_, err := engine.Force(json.RawMessage(text))
		var wrong *games.FieldError
		if !errors.As(err, &wrong) || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
