package session

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/wallet/money"
)

// later opens one more node, whose clock is ahead.
func (b *floorBundle) later(t testing.TB, d time.Duration) *node {
	t.Helper()
	n := b.open(t, SettlerConfig{})
	n.floor.now = func() time.Time { return time.Now().Add(d) }
	return n
}

// expire makes a node end overdue rounds by the default limits.
func (n *node) expire(t testing.TB) int {
	t.Helper()
	ended, err := n.floor.ExpireRounds(t.Context(), Expiry{})
	must(t, err)
	return ended
}

// expiryOf is a round_expired.
type expiryOf struct {
	told
	GameID string       `json:"gameId"`
	Stake  money.Number `json:"stake"`
	Payout money.Number `json:"payout"`
	At     time.Time    `json:"at"`
}

func (c chair) untold(t testing.TB) (list []expiryOf) {
	t.Helper()
	found, err := c.Untold(t.Context())
	must(t, err)
	for _, one := range found {
		e := expiryOf{told: parseTold(t, one.Payload)}
		must(t, json.Unmarshal(one.Payload, &e))
		if e.RoundID != one.Round {
			t.Errorf("round %s is told as %s", one.Round, one.Payload)
		}
		list = append(list, e)
	}
	return list
}

// verified returns the record of a round, after its seeds were revealed and it was found to be what they make.
func (b *floorBundle) verified(t testing.TB, who somebody, round uuid.UUID) games.Record {
	t.Helper()
	_, err := b.floor.RotateSeeds(t.Context(), who.ID, "")
	must(t, err)
	record, err := b.floor.Round(t.Context(), b.operator.ID, &who.ID, round)
	must(t, err)
	report, err := games.Verify(b.floor.Catalogue(), record)
	must(t, err)
	if !report.OK {
		t.Errorf("round %s is not verified: %+v", round, report.Checks)
	}
	return record
}

func TestUntouchedRoundExpiresWithItsStake(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	c := b.sit(t, who, "test-ladder")
	opened := c.do(t, "bet", betPayload)
	if n := b.later(t, 24*time.Hour-time.Minute).expire(t); n != 0 {
		t.Errorf("%d rounds were ended before their time", n)
	}
	tomorrow := b.later(t, 24*time.Hour)
	if n := tomorrow.expire(t); n != 1 {
		t.Errorf("%d rounds were ended, want 1", n)
	}
	if n := tomorrow.expire(t); n != 0 {
		t.Errorf("%d rounds were ended again", n)
	}
	if row := b.seat(t, who.ID); row.Balance != "10.00" || amount(t, money.Number(row.Escrow)).Sign() != 0 {
		t.Errorf("seat %+v, had 10.00", row)
	}
	told := c.untold(t)
	if len(told) != 1 || told[0].RoundID != opened.RoundID || told[0].GameID != "test-ladder" || told[0].Status != games.Completed ||
		told[0].Stake != "1.00" || told[0].Payout != "1.00" || told[0].Balance.Before != "9.00" || told[0].Balance.After != "10.00" ||
		told[0].Fair.Nonce != 0 || told[0].Fair.Step != 1 || told[0].Fair.Hash != opened.Fair.Hash || len(told[0].Outcome) == 0 {
		t.Errorf("told %+v", told)
	}
	record := b.verified(t, who, opened.RoundID)
	last := record.Actions[1]
	if len(record.Actions) != 2 || last.Type != games.TypeExpiry || last.RequestID != "expiry" || string(last.Payload) != `{}` ||
		last.Payout != "1.00" || last.Balance != "10.00" || record.Status != games.Completed || record.Payout != "1.00" {
		t.Errorf("record %+v", record)
	}
	if !last.At.Equal(told[0].At) || time.Until(last.At) < 23*time.Hour || !bytes.Equal(last.Outcome, told[0].Outcome) {
		t.Errorf("told %+v, recorded %+v", told[0], last)
	}
	b.clean(t)
	// The player goes on, and cannot be paid again.
	_, err := c.CashOut(t.Context(), request("out", `{}`))
	wantCode(t, err, RoundComplete)
	c.do(t, "again", betPayload)
	b.clean(t)
}

func TestRoundUnderWayExpiresWithItsWorth(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "1000.00")
	c := b.sit(t, who, "ladder")
	up := c.climb(t)
	before := b.seat(t, who.ID)
	if n := b.later(t, 25*time.Hour).expire(t); n != 1 {
		t.Errorf("%d rounds were ended, want 1", n)
	}
	told := c.untold(t)
	if len(told) != 1 || told[0].Status != games.CashedOut || told[0].Payout != "2.00" || string(told[0].Balance.Before) != before.Balance {
		t.Errorf("told %+v of a round worth 2.00 at %s", told, before.Balance)
	}
	if record := b.verified(t, who, up.RoundID); record.Payout != "2.00" || record.Status != games.CashedOut {
		t.Errorf("record %+v", record)
	}
	b.clean(t)
}

func TestTheLastActionDecidesWhatIsOverdue(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "1000.00")
	nextDay := b.later(t, 20*time.Hour)
	b.sit(t, who, "ladder").do(t, "bet", betPayload)
	_, err := b.admin.Exec(t.Context(), `UPDATE sessions SET expires_at = expires_at + interval '30 days'`)
	must(t, err)
	up := nextDay.sit(t, who, "ladder").do(t, "climb", climbPayload)
	if up.Status != games.InProgress { // fell: then it is the next round that was touched late
		up = nextDay.sit(t, who, "ladder").climb(t)
	}
	if n := b.later(t, 30*time.Hour).expire(t); n != 0 {
		t.Errorf("%d rounds were ended 10 hours after their last action", n)
	}
	if n := b.later(t, 44*time.Hour).expire(t); n != 1 {
		t.Errorf("%d rounds were ended 24 hours after their last action", n)
	}
	b.verified(t, who, up.RoundID)
	b.clean(t)
}

func TestJurisdictionsHaveTimesOfTheirOwn(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	limits := Expiry{After: 10 * time.Hour, In: map[string]time.Duration{"MT": 2 * time.Hour, "UK": 48 * time.Hour}}
	open := map[string]somebody{}
	for _, jurisdiction := range []string{"", "MT", "UK", "SE"} {
		p, err := b.players.Ensure(t.Context(), b.operator, PlayerSpec{ExternalID: uuid.NewString(), Currency: "USD", Jurisdiction: jurisdiction})
		must(t, err)
		who := somebody{Player: p, session: b.session(t, p.ID)}
		b.deposit(t, who, "10.00")
		b.sit(t, who, "ladder").do(t, "bet", betPayload)
		open[jurisdiction] = who
	}
	for _, at := range []struct {
		hours int
		open  []string
	}{{1, []string{"", "MT", "SE", "UK"}}, {2, []string{"", "SE", "UK"}}, {10, []string{"UK"}}, {47, []string{"UK"}}, {48, nil}} {
		_, err := b.later(t, time.Duration(at.hours)*time.Hour).floor.ExpireRounds(t.Context(), limits)
		must(t, err)
		var left []string
		for jurisdiction, who := range open {
			if b.count(t, `SELECT count(*) FROM rounds WHERE player_id = $1 AND status = 'in_progress'`, who.ID) == 1 {
				left = append(left, jurisdiction)
			}
		}
		if slices.Sort(left); !slices.Equal(left, at.open) {
			t.Errorf("after %d hours those of %q are open, want %q", at.hours, left, at.open)
		}
	}
	b.clean(t)
}

// Every round is ended once, by one of two nodes that find all of them at the same time.
func TestTwoNodesExpireManyRounds(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	const many = overdueBatch + 20
	crowd := make([]somebody, many)
	for i := range crowd {
		crowd[i] = b.player(t, "10.00")
	}
	must(t, errors.Join(race(8, func(i int) error {
		for p := i; p < many; p += 8 {
			b.sit(t, crowd[p], "ladder").do(t, "bet", betPayload)
		}
		return nil
	})...))
	nodes := []*node{b.later(t, 25*time.Hour), b.later(t, 25*time.Hour)}
	ended := make([]int, len(nodes))
	must(t, errors.Join(race(len(nodes), func(i int) (err error) {
		ended[i], err = nodes[i].floor.ExpireRounds(t.Context(), Expiry{})
		return err
	})...))
	if ended[0]+ended[1] != many {
		t.Errorf("%v rounds were ended, want %d", ended, many)
	}
	if n := b.count(t, `SELECT count(*) FROM actions WHERE type = 'expiry'`); n != many {
		t.Errorf("%d expiries are recorded", n)
	}
	if n := b.count(t, `SELECT count(*) FROM expiries WHERE told_at IS NULL`); n != many {
		t.Errorf("%d expiries are to be told", n)
	}
	for _, who := range crowd {
		if row := b.seat(t, who.ID); row.Balance != "10.00" {
			t.Errorf("seat %+v", row)
		}
	}
	if proof := b.clean(t); proof.OpenRounds != 0 {
		t.Errorf("%d rounds are open", proof.OpenRounds)
	}
}

// The player comes back in the moment in which the round is ended: one of the two takes effect, never both.
func TestPlayerAndExpiryRace(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	tomorrow := b.later(t, 25*time.Hour)
	playerFirst := 0
	const turns = 24
	for i := range turns {
		who := b.player(t, "10.00")
		n := []*node{b.node, tomorrow}[i%2] // on another node than the expiry's, and on the same
		c := n.sit(t, who, "ladder")
		_, err := b.admin.Exec(t.Context(), `UPDATE sessions SET expires_at = expires_at + interval '30 days' WHERE id = $1`, who.session)
		must(t, err)
		round := c.do(t, "bet", betPayload).RoundID
		if i%4 < 2 {
			b.deposit(t, who, "1.00") // the player's cached seat is stale, which costs the player time
		}
		var played error
		var ended bool
		must(t, errors.Join(race(2, func(n int) (err error) {
			if n == 0 {
				_, played = c.Act(t.Context(), request("climb", climbPayload))
				return nil
			}
			ended, err = tomorrow.floor.expire(t.Context(), overdueRound{id: round, player: who.ID, game: "ladder", steps: 1})
			return err
		})...))
		if (played == nil) == ended {
			t.Fatalf("played: %v, ended: %v", played, ended)
		}
		if played != nil {
			wantCode(t, played, InvalidAction) // there is no round to climb in
		} else {
			playerFirst++
		}
		if n := b.count(t, `SELECT count(*) FROM actions WHERE round_id = $1`, round); n != 2 {
			t.Fatalf("round %s has %d actions", round, n)
		}
	}
	t.Logf("the player was first in %d of %d", playerFirst, turns)
	b.clean(t)
}

// A node dies while its commit of an expiry is under way: the next run ends the round, and it is ended once.
func TestNodeDiesWhileItExpires(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	c := b.sit(t, who, "ladder")
	c.do(t, "bet", betPayload)
	lock, err := b.admin.Begin(t.Context())
	must(t, err)
	defer lock.Rollback(context.WithoutCancel(t.Context())) //nolint:errcheck // it was rolled back before
	_, err = lock.Exec(t.Context(), `SELECT FROM seats WHERE player_id = $1 FOR UPDATE`, who.ID)
	must(t, err)
	dying := b.later(t, 25*time.Hour)
	ctx, die := context.WithCancel(t.Context())
	died := make(chan error, 1)
	go func() { died <- second(dying.floor.ExpireRounds(ctx, Expiry{})) }()
	eventually(t, "the commit waits for the seat", func() bool {
		return b.count(t, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`) == 1
	})
	die()
	b.count(t, `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
	if err := <-died; err == nil {
		t.Error("a run that was cut off returned no error")
	}
	must(t, lock.Rollback(t.Context()))
	if row := b.seat(t, who.ID); row.Balance != "9.00" {
		t.Errorf("seat %+v after a commit that was cut off", row)
	}
	if n := len(c.untold(t)); n != 0 {
		t.Errorf("%d expiries are told that did not take effect", n)
	}
	if n := b.later(t, 25*time.Hour).expire(t); n != 1 {
		t.Errorf("the next run ended %d rounds", n)
	}
	if row := b.seat(t, who.ID); row.Balance != "10.00" || len(c.untold(t)) != 1 {
		t.Errorf("seat %+v", row)
	}
	b.clean(t)
}

// What was computed before somebody else ended the round, or played on, is never written.
func TestLateExpiryIsStale(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	b.sit(t, who, "ladder").do(t, "bet", betPayload)
	at, err := b.floor.load(t.Context(), who.ID)
	must(t, err)
	m, err := b.floor.expiryMove(at, at.open["ladder"])
	must(t, err)
	b.later(t, 25*time.Hour).expire(t)
	if told, err := b.settler.settle(m); told != stale || err != nil {
		t.Errorf("verdict %d, %v", told, err)
	}
	b.clean(t)
}

// Rounds that cannot be ended are logged, once in a run, and are in nobody's way: not in their own player's, either.
func TestDamagedRoundsAreLeft(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	spoil := func(who somebody, round uuid.UUID, sql string, args ...any) {
		_, err := b.admin.Exec(t.Context(), `WITH moved AS (UPDATE seats SET version = version + 1 WHERE player_id = $1) `+sql,
			append([]any{who.ID, round}, args...)...)
		must(t, err)
	}
	var crowd []somebody
	rounds := map[string]uuid.UUID{}
	for _, name := range []string{"sealed under another key", "not the engine's", "of unknown rules", "whole"} {
		who := b.player(t, "10.00")
		crowd = append(crowd, who)
		rounds[name] = b.sit(t, who, "ladder").do(t, "bet", betPayload).RoundID
	}
	spoil(crowd[0], rounds["sealed under another key"], `UPDATE rounds SET sealed_state = '\x010203' WHERE id = $2`)
	spoil(crowd[1], rounds["not the engine's"], `UPDATE rounds SET sealed_state = $3 WHERE id = $2`,
		b.vault.Seal([]byte(`{"version":99}`), stateAAD(rounds["not the engine's"])))
	for _, sql := range []string{`ALTER TABLE rounds DISABLE TRIGGER guard_finished`,
		`INSERT INTO builds (game_id, variant, rules_hash, rules) VALUES ('ladder', 'RTP_00', repeat('0', 64), '{}')`} {
		_, err := b.admin.Exec(t.Context(), sql)
		must(t, err)
	}
	spoil(crowd[2], rounds["of unknown rules"], `UPDATE rounds SET build_id = (SELECT id FROM builds WHERE variant = 'RTP_00') WHERE id = $2`)

	log := &bytes.Buffer{}
	n := b.later(t, 25*time.Hour)
	n.floor.log = slog.New(slog.NewJSONHandler(log, nil))
	for run := range 2 {
		log.Reset()
		if ended := n.expire(t); ended != 1-run {
			t.Errorf("run %d ended %d rounds", run, ended)
		}
		for name, round := range rounds {
			if named := strings.Contains(log.String(), round.String()); named != (name != "whole") {
				t.Errorf("%s: named %v in:\n%s", name, named, log)
			}
		}
		if lines := strings.Count(log.String(), `"incident_id"`); lines != 3 {
			t.Errorf("%d incidents in:\n%s", lines, log)
		}
	}
	for i, who := range crowd {
		b.sit(t, who, "slots").spin(t, fmt.Sprint(i))
	}
	// To their players they are incidents or not available, and nothing is charged.
	for i, code := range []Code{Internal, Internal, GameNotAvailable} {
		_, err := b.sit(t, crowd[i], "ladder").Act(t.Context(), request("climb", climbPayload))
		wantCode(t, err, code)
	}
	b.clean(t)
}

// Those that are looked for are found by the index of open rounds, however many were ever played.
func TestOverdueRoundsAreFoundByTheirIndex(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.sit(t, b.player(t, "10.00"), "ladder").do(t, "bet", betPayload)
	now := time.Now()
	rows, err := b.db.Query(t.Context(), `EXPLAIN `+overdueSQL, now, now, []string{"MT"}, []time.Time{now}, time.Time{}, uuid.Nil, overdueBatch)
	must(t, err)
	var plan []string
	for rows.Next() {
		var line string
		must(t, rows.Scan(&line))
		plan = append(plan, line)
	}
	must(t, rows.Err())
	text := strings.Join(plan, "\n")
	if !strings.Contains(text, "Index Scan using rounds_waiting on rounds") || strings.Contains(text, "Seq Scan") ||
		!strings.Contains(text, "Index Cond: ((opened_at <= ") {
		t.Errorf("the plan is:\n%s", text)
	}
}
