package session

import (
	"testing"
	"time"

	"croupier/games"
	"croupier/wallet"
)

var operatorsAct = Actor{By: "API key x", Reason: "a test"}

// A suspension holds with the next bet, on nodes that heard nothing of it. What is open is finished, by steps that stake nothing more.
func TestSuspensionLetsRoundsFinish(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 2, "")
	who := b.player(t, "", "100.00")
	dice, ladder := b.nodes[0].sit(t, who, "dice"), b.nodes[1].sit(t, who, "ladder")
	cards := b.nodes[1].sit(t, who, "blackjack")
	must(t, dice.roll(t, "1.00"))
	must(t, b.nodes[1].floor.ForceOutcome(t.Context(), b.operator.ID, who.ID, "ladder", []byte(`{"fallOnRung":null}`)))
	must(t, b.nodes[1].floor.ForceOutcome(t.Context(), b.operator.ID, who.ID, "blackjack", []byte(`{"player":["6S","5H"],"dealer":["9C","7D"]}`)))
	ladder.do(t, "bet", betPayload)
	cards.do(t, "deal", betPayload)
	s, err := b.players.Suspend(t.Context(), b.operator.ID, who.ID, operatorsAct)
	must(t, err)
	if s.Status != PlayerSuspended || !s.Suspended {
		t.Errorf("standing %+v", s)
	}
	wantCode(t, dice.roll(t, "1.00"), PlayerExcluded)
	e := wantCode(t, second(cards.Act(t.Context(), request("double", `{"action":"double"}`))), PlayerExcluded)
	if e.Details["openRound"] == nil {
		t.Errorf("it is not said that a round is open: %v", e.Details)
	}
	cards.do(t, "stand", `{"action":"stand"}`)
	ladder.do(t, "climb", climbPayload)
	if got := ladder.cashOut(t, "out"); got.Status != games.CashedOut {
		t.Errorf("cashed out as %s", got.Status)
	}
	wantCode(t, second(ladder.Act(t.Context(), request("again", betPayload))), PlayerExcluded)
	wantCode(t, second(dice.Rotate(t.Context(), Request{ID: "rotate", Payload: []byte(`{}`)}, "")), PlayerExcluded)
	wantCode(t, b.pay(t, who, "1.00"), PlayerExcluded)
	must(t, second(b.ledger.Withdraw(t.Context(), wallet.Order{Operator: b.operator.ID, Player: who.ID, Amount: amount(t, "1.00"), TransactionID: "out"})))

	must(t, second(b.players.Suspend(t.Context(), b.operator.ID, who.ID, operatorsAct))) // again: nothing more
	if n := b.told(t, who, wallet.PlayerSuspended); n != 1 {
		t.Errorf("told of %d suspensions", n)
	}
	must(t, second(b.players.Reinstate(t.Context(), b.operator.ID, who.ID, operatorsAct)))
	must(t, dice.roll(t, "1.00"))
	must(t, b.pay(t, who, "1.00"))
	b.clean(t)
}

// An open round of a player who is excluded expires as every other.
func TestExcludedPlayersRoundsExpire(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 1, "")
	who := b.player(t, "", "100.00")
	b.sit(t, who, "ladder").do(t, "bet", betPayload)
	must(t, second(b.players.Exclude(t.Context(), b.operator.ID, who.ID, nil, ThePlayer(""))))
	b.clock.advance(25 * time.Hour)
	if ended, err := b.floor.ExpireRounds(t.Context(), Expiry{}); err != nil || ended != 1 {
		t.Errorf("%d rounds were ended, %v", ended, err)
	}
	b.clean(t)
}

// An exclusion is not shortened by anybody, ends by itself at its time, and without an end only by the operator's act a day later at the earliest.
func TestExclusionCannotBeShortened(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 1, "")
	who := b.player(t, "", "100.00")
	tab := b.sit(t, who, "dice")
	in := func(d time.Duration) *time.Time { at := b.clock.now().Add(d); return &at }
	exclude := func(until *time.Time) error {
		return second(b.players.Exclude(t.Context(), b.operator.ID, who.ID, until, ThePlayer("")))
	}
	reinstate := func() error { return second(b.players.Reinstate(t.Context(), b.operator.ID, who.ID, operatorsAct)) }
	const day = 24 * time.Hour
	wantCode(t, exclude(in(day-time.Hour)), InvalidRequest)
	must(t, tab.roll(t, "1.00"))
	must(t, exclude(in(3*day)))
	wantCode(t, tab.roll(t, "1.00"), PlayerExcluded)
	wantCode(t, exclude(in(2*day)), Conflict)
	must(t, exclude(in(5*day)))
	wantCode(t, reinstate(), Conflict)
	must(t, second(b.players.Suspend(t.Context(), b.operator.ID, who.ID, operatorsAct)))
	_, err := b.admin.Exec(t.Context(), `UPDATE player_bars SET excluded_until = $2 WHERE player_id = $1`, who.ID, b.clock.now())
	if err == nil {
		t.Error("the database's owner shortened an exclusion unseen")
	}

	b.clock.advance(5 * day)
	e := wantCode(t, tab.roll(t, "1.00"), PlayerExcluded) // over, but suspended meanwhile
	if e.Details["status"] != PlayerSuspended {
		t.Errorf("refused with %v", e.Details)
	}
	must(t, reinstate())
	must(t, tab.roll(t, "1.00"))

	must(t, exclude(in(2*day)))
	b.clock.advance(2 * day)
	must(t, tab.roll(t, "1.00")) // by time alone
	if ended, err := b.players.EndExclusions(t.Context()); err != nil || ended != 1 {
		t.Errorf("%d exclusions ended, %v", ended, err)
	}
	if p, err := b.players.ByID(t.Context(), b.operator.ID, who.ID); err != nil || p.Status != PlayerActive {
		t.Errorf("recorded as %v, %v", p.Status, err)
	}

	must(t, exclude(nil))
	wantCode(t, exclude(in(9*day)), Conflict)
	wantCode(t, reinstate(), Conflict)
	b.clock.advance(30 * day)
	wantCode(t, tab.roll(t, "1.00"), PlayerExcluded)
	must(t, reinstate())
	must(t, tab.roll(t, "1.00"))
	if n := b.count(t, `SELECT count(*) FROM player_records WHERE player_id = $1`, who.ID); n != 8 {
		t.Errorf("%d acts are recorded, want 4 exclusions, 1 of them over by time, 1 suspension and 2 reinstatements", n)
	}
	if n := b.told(t, who, wallet.PlayerSelfExcluded); n != 4 {
		t.Errorf("told of %d exclusions, want 4", n)
	}
	b.clean(t)
}

// The house closes a game, or all of them, on all nodes; rounds that are open go on.
func TestClosedGames(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 2, "")
	who := b.player(t, "", "100.00")
	for _, n := range b.nodes {
		n.listen(t)
	}
	dice, ladder := b.nodes[0].sit(t, who, "dice"), b.nodes[1].sit(t, who, "ladder")
	must(t, b.nodes[1].floor.ForceOutcome(t.Context(), b.operator.ID, who.ID, "ladder", []byte(`{"fallOnRung":null}`)))
	must(t, dice.roll(t, "1.00"))
	ladder.do(t, "bet", betPayload)
	flip := func(game string, closed bool) {
		t.Helper()
		must(t, SetSwitch(t.Context(), b.db, Switch{Game: game, Closed: closed, By: "command by a test", Reason: "a test", At: b.clock.now()}))
		for _, n := range b.nodes {
			n.heard(t)
		}
	}
	flip("ladder", true)
	must(t, dice.roll(t, "1.00"))
	ladder.do(t, "climb", climbPayload)
	ladder.cashOut(t, "out")
	e := wantCode(t, second(ladder.Act(t.Context(), request("again", betPayload))), GameNotAvailable)
	if e.Details["closed"] != true {
		t.Errorf("refused with %v", e.Details)
	}
	flip("", true)
	wantCode(t, dice.roll(t, "1.00"), GameNotAvailable)
	flip("", false)
	must(t, dice.roll(t, "1.00"))
	wantCode(t, second(ladder.Act(t.Context(), request("still", betPayload))), GameNotAvailable)
	flip("ladder", false)
	ladder.do(t, "again", betPayload)
	if list, err := Switches(t.Context(), b.db); err != nil || len(list) != 4 || list[0].Game != "ladder" || list[0].Closed {
		t.Errorf("recorded %+v, %v", list, err)
	}
	wantCode(t, SetSwitch(t.Context(), b.db, Switch{Game: "laddr", Closed: true, By: "x", Reason: "a test", At: b.clock.now()}), NotFound)
}
