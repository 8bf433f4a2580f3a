package session

import (
	"fmt"
	"log/slog"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"croupier/games"
	"croupier/wallet"
	"croupier/wallet/money"
)

// anOperator makes another operator on the bundle's database.
func (b *floorBundle) anOperator(t testing.TB) Operator {
	t.Helper()
	o, _, err := NewOperators(b.db, b.vault, time.Now).Create(t.Context(), "Another Casino", Sandbox, nil)
	must(t, err)
	return o
}

// age moves all rounds that were played so far into the past: their ids, and when they were opened and ended. None may be counted yet.
func (b *floorBundle) age(t testing.TB, by time.Duration) {
	t.Helper()
	tx, err := b.admin.Begin(t.Context())
	must(t, err)
	for _, sql := range []string{`ALTER TABLE rounds DISABLE TRIGGER USER`, fmt.Sprintf(`
		UPDATE rounds SET id = (left(uuid_floor(uuid_time(id) - interval '%[1]d seconds')::text, 14) || right(id::text, 22))::uuid,
			opened_at = opened_at - interval '%[1]d seconds', closed_at = closed_at - interval '%[1]d seconds'`, int(by.Seconds())),
		`ALTER TABLE rounds ENABLE TRIGGER USER`, `UPDATE report_progress SET until = 'epoch'`} {
		_, err := tx.Exec(t.Context(), sql)
		must(t, err)
	}
	must(t, tx.Commit(t.Context()))
}

// summed is a report of the last days as text, by day, game and currency, as the rounds themselves say, and as Report says.
func (b *floorBundle) summed(t testing.TB, operator uuid.UUID) (truth, told string) {
	t.Helper()
	rows, err := b.admin.Query(t.Context(), `
		SELECT concat_ws(' ', (r.closed_at AT TIME ZONE 'UTC')::date, r.game_id, p.currency,
			count(*) FILTER (WHERE r.forced IS NULL AND r.status <> 'voided'),
			coalesce(sum(r.bet) FILTER (WHERE r.forced IS NULL AND r.status <> 'voided'), 0)::numeric(20,2),
			coalesce(sum(r.stake) FILTER (WHERE r.forced IS NULL AND r.status <> 'voided'), 0)::numeric(20,2),
			coalesce(sum(r.payout) FILTER (WHERE r.forced IS NULL AND r.status <> 'voided'), 0)::numeric(20,2),
			count(*) FILTER (WHERE r.forced IS NOT NULL AND r.status <> 'voided'),
			coalesce(sum(r.stake) FILTER (WHERE r.forced IS NOT NULL AND r.status <> 'voided'), 0)::numeric(20,2),
			coalesce(sum(r.payout) FILTER (WHERE r.forced IS NOT NULL AND r.status <> 'voided'), 0)::numeric(20,2),
			count(*) FILTER (WHERE r.status = 'voided'), coalesce(sum(r.stake) FILTER (WHERE r.status = 'voided'), 0)::numeric(20,2),
			count(DISTINCT r.player_id))
		FROM rounds r JOIN players p ON p.id = r.player_id WHERE r.operator_id = $1 AND r.closed_at IS NOT NULL
		GROUP BY (r.closed_at AT TIME ZONE 'UTC')::date, r.game_id, p.currency ORDER BY 1`, operator)
	must(t, err)
	defer rows.Close()
	var want []string
	for rows.Next() {
		var line string
		must(t, rows.Scan(&line))
		want = append(want, line)
	}
	must(t, rows.Err())
	today := time.Now().UTC().Truncate(24 * time.Hour)
	report, err := b.floor.Report(t.Context(), ReportQuery{Operator: operator, From: today.AddDate(0, 0, -30), To: today.AddDate(0, 0, 1), ByDay: true, ByGame: true})
	must(t, err)
	var got []string
	for _, r := range report.Rows {
		got = append(got, fmt.Sprint(r.Day.Format(time.DateOnly), " ", r.GameID, " ", r.Currency.Code(), " ", r.Rounds, " ", r.Bets, " ", r.Wagered, " ", r.Won, " ",
			r.Forced, " ", r.ForcedWagered, " ", r.ForcedWon, " ", r.Voided, " ", r.Refunded, " ", r.Players))
	}
	return strings.Join(want, "\n"), strings.Join(got, "\n")
}

// playMixed plays rounds of all kinds: whole ones, forced ones, voided ones and ones that stay open.
func (b *floorBundle) playMixed(t testing.TB, who somebody, tag string) {
	t.Helper()
	slots := b.sit(t, who, "slots")
	for i := range 4 {
		slots.spin(t, fmt.Sprint(tag, " spin ", i))
	}
	must(t, b.floor.ForceOutcome(t.Context(), who.OperatorID, who.ID, "slots", []byte(`{"reelPositions":[0,0,0,0,0]}`)))
	slots.Balance(t.Context()) //nolint:errcheck // it looks
	slots.spin(t, tag+" forced")
	ladder := b.sit(t, who, "ladder")
	voided := ladder.do(t, tag+" bet to void", betPayload).RoundID
	_, err := b.floor.Void(t.Context(), who.OperatorID, voided, outage)
	must(t, err)
	ladder.do(t, tag+" bet to stay", betPayload)
}

// Whatever is counted, folded, counted again or still open: reports say what the rounds are, for each operator its own.
func TestReportsAreTheSumOverRounds(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	other := b.anOperator(t)
	check := func(when string) {
		t.Helper()
		for _, o := range []Operator{b.operator, other} {
			truth, told := b.summed(t, o.ID)
			if truth == "" || truth != told {
				t.Errorf("%s, %s: the rounds are\n%s\nbut the report says\n%s", when, o.Name, truth, told)
			}
		}
	}
	crowd := []somebody{b.player(t, "100.00"), b.playerIn(t, "EUR", "100.00"), b.playerOf(t, other, "100.00")}
	for i, who := range crowd {
		b.playMixed(t, who, fmt.Sprint("first ", i))
	}
	check("one by one")
	if n, err := b.floor.CountReports(t.Context()); n != 0 || err != nil {
		t.Errorf("%d rounds were counted that are not old enough: %v", n, err)
	}
	b.age(t, 50*time.Hour)
	check("aged")
	counted, err := race2(func() (int, error) {
		n, err := b.floor.CountReports(t.Context())
		return int(n), err
	})
	must(t, err)
	if open, in := b.count(t, `SELECT count(*) FROM report_open`), b.count(t, `SELECT sum(rounds) FROM report_hours`); open != 3 || in != 18 || counted != 21 {
		t.Errorf("%d rounds are known to be open, %d are in sums, %d were counted", open, in, counted)
	}
	check("counted")
	// As if time had passed since: rounds that are open are known to be, end, and are found where they are held to be open.
	late := b.player(t, "100.00")
	b.playMixed(t, late, "late")
	b.countNow(t)
	check("counted to now")
	ladder := b.sit(t, late, "ladder")
	for i := 0; ladder.do(t, fmt.Sprint("climb ", i), climbPayload).Status == games.InProgress; i++ {
	}
	rows, err := b.db.Query(t.Context(), `SELECT operator_id, id FROM rounds WHERE status = 'in_progress'`)
	must(t, err)
	open, err := pgx.CollectRows(rows, pgx.RowToStructByPos[struct{ Operator, ID uuid.UUID }])
	must(t, err)
	for _, one := range open {
		must2(b.floor.Void(t.Context(), one.Operator, one.ID, outage))(t)
	}
	for i, who := range crowd {
		b.playMixed(t, who, fmt.Sprint("second ", i))
	}
	check("ended, not folded")
	must2(b.floor.CountReports(t.Context()))(t)
	if open := b.count(t, `SELECT count(*) FROM report_open`); open != 0 {
		t.Errorf("%d rounds are still held to be open", open)
	}
	check("folded")
	b.checkDays(t, true)
}

// A round that was written long after it was played is missed, is found when its day is counted again, and no day is counted a third time.
func TestReportsFindWhatComesLate(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "100.00")
	b.playMixed(t, who, "in time")
	b.age(t, 72*time.Hour)
	must2(b.floor.CountReports(t.Context()))(t)
	b.playMixed(t, b.player(t, "100.00"), "late")
	_, err := b.admin.Exec(t.Context(), `ALTER TABLE rounds DISABLE TRIGGER USER`)
	must(t, err)
	_, err = b.admin.Exec(t.Context(), `UPDATE rounds SET opened_at = opened_at - interval '72 hours', closed_at = closed_at - interval '72 hours',
		id = (left(uuid_floor(uuid_time(id) - interval '72 hours')::text, 14) || right(id::text, 22))::uuid WHERE opened_at > now() - interval '1 hour'`)
	must(t, err)
	if truth, told := b.summed(t, b.operator.ID); truth == told {
		t.Fatal("what came late was counted in time: the test tests nothing")
	}
	b.checkDays(t, false)
	anew, err := b.floor.CheckReports(t.Context())
	must(t, err)
	if len(anew) == 0 {
		t.Error("nothing was found")
	}
	if truth, told := b.summed(t, b.operator.ID); truth != told {
		t.Errorf("the rounds are\n%s\nbut the report says\n%s", truth, told)
	}
	b.checkDays(t, true)
	if again, err := b.floor.CheckReports(t.Context()); len(again) != 0 || err != nil {
		t.Errorf("counted again: %v, %v", again, err)
	}
}

// checkDays fails the test unless all counted days are, or are not, what their rounds are.
func (b *floorBundle) checkDays(t testing.TB, whole bool) {
	t.Helper()
	first, last, err := b.floor.CountedDays(t.Context())
	must(t, err)
	found := 0
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		differences, err := b.floor.DayDifferences(t.Context(), day)
		must(t, err)
		found += len(differences)
		if whole && len(differences) > 0 {
			t.Errorf("%s: %+v", day, differences)
		}
	}
	if first.IsZero() || !whole && found == 0 {
		t.Errorf("from %s to %s: nothing was found", first, last)
	}
}

// What was kept wrong, by whatever mistake, is found.
func TestReportCheckFindsWhatIsWrong(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.playMixed(t, b.player(t, "100.00"), "a")
	b.age(t, 48*time.Hour)
	must2(b.floor.CountReports(t.Context()))(t)
	b.checkDays(t, true)
	for _, sql := range []string{`UPDATE report_hours SET won = won + 0.01 WHERE kind = 'played'`, `DELETE FROM report_hours WHERE kind = 'voided'`,
		`DELETE FROM report_open`, `UPDATE report_hours SET rounds = rounds + 1`, `UPDATE report_hours SET hour = hour + interval '1 hour'`} {
		_, err := b.admin.Exec(t.Context(), sql)
		must(t, err)
		b.checkDays(t, false)
		first, last, err := b.floor.CountedDays(t.Context())
		must(t, err)
		for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
			must2(b.floor.RecountDay(t.Context(), day))(t)
		}
		b.checkDays(t, true)
	}
}

// The return of a build is held against what its rules promise, exactly.
func TestReportedReturns(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "5000.00")
	slots := b.sit(t, who, "slots")
	for i := range 30 {
		slots.spin(t, fmt.Sprint(i))
	}
	today := time.Now().UTC().Truncate(24 * time.Hour)
	q := ReportQuery{Operator: b.operator.ID, From: today.AddDate(0, 0, -1), To: today, ByBuild: true}
	report, err := b.floor.Report(t.Context(), q)
	must(t, err)
	if len(report.Rows) != 1 || report.Final {
		t.Fatalf("%+v", report)
	}
	row := report.Rows[0]
	game, _ := b.floor.catalogue.Lookup("slots")
	variant, _ := game.Variant(game.Default)
	if row.Variant != variant.ID || row.RulesHash != variant.RulesHash || row.RTP.Exact.Cmp(variant.RTP()) != 0 || row.RTP.Alarm || row.RTP.Deviation == nil {
		t.Errorf("%+v", row)
	}
	if want := new(big.Rat).SetFrac(row.Won.Minor(), row.Wagered.Minor()); row.RTP.Actual.Cmp(want) != 0 {
		t.Errorf("it returned %s, want %s", row.RTP.Actual, want)
	}
	if !row.GGR().Equal(row.Wagered.Sub(row.Won)) || row.Wagered.String() != "30.00" || row.Rounds != 30 {
		t.Errorf("%+v", row)
	}
}

// A deviation is that of a fair coin where the game is one, and an alarm is raised past four of them.
func TestSpread(t *testing.T) {
	t.Parallel()
	coin := &build{returns: func() returns {
		one := big.NewRat(1, 1)
		return returns{rtp: one, lowest: one, highest: one, variance: one}
	}}
	flips := func(rounds, heads int64) ReportRTP {
		s := &spread{}
		s.add(reportPart{rounds: rounds, bets: whole(rounds), wagered: whole(rounds), won: whole(2 * heads), betSquares: whole(rounds),
			netSquares: whole(rounds), netTimes: whole(2*heads - rounds)}, coin)
		return s.rtp(rounds)
	}
	for heads, want := range map[int64]string{5000: "0.00", 5050: "1.00", 5200: "4.00", 5201: "4.02", 4799: "-4.02"} {
		r := flips(10_000, heads)
		if got := r.Z.FloatString(2); got != want || r.Alarm != (want == "4.02" || want == "-4.02") || r.Deviation.FloatString(6) != "0.010000" {
			t.Errorf("%d heads of 10,000: z %s, want %s; deviation %s, alarm %t", heads, got, want, r.Deviation.FloatString(6), r.Alarm)
		}
	}
	if r := flips(900, 900); r.Alarm || r.Z.FloatString(0) != "30" {
		t.Errorf("an alarm after 900 rounds: %+v", r)
	}
	s := &spread{}
	s.add(reportPart{rounds: 1, bets: whole(1), wagered: whole(1)}, nil)
	if r := s.rtp(1); r.Exact != nil || r.Actual == nil || r.Z != nil {
		t.Errorf("of unknown rules: %+v", r)
	}
	if r := (&spread{}).rtp(0); r.Actual != nil {
		t.Errorf("of nothing: %+v", r)
	}
}

// The rounds of an operator are found by their keys: no report reads all rounds.
func TestReportsUseIndexes(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.playMixed(t, b.player(t, "100.00"), "a")
	tx, err := b.admin.Begin(t.Context())
	must(t, err)
	defer tx.Rollback(t.Context()) //nolint:errcheck // nothing was changed
	_, err = tx.Exec(t.Context(), `SET LOCAL enable_seqscan = off`)
	must(t, err)
	now := time.Now()
	before := now.AddDate(0, 0, -1)
	for sql, args := range map[string][]any{
		reportSQL:        {b.operator.ID, before, now, "", "", true, true},
		reportPlayersSQL: {b.operator.ID, before, now, "", "", true, true},
		countRangeSQL:    {before, now},
		foldSQL:          {10},
	} {
		rows, err := tx.Query(t.Context(), `EXPLAIN `+sql, args...)
		must(t, err)
		var plan strings.Builder
		for rows.Next() {
			var line string
			must(t, rows.Scan(&line))
			plan.WriteString(line + "\n")
		}
		must(t, rows.Err())
		if strings.Contains(plan.String(), "Seq Scan on rounds") || !strings.Contains(plan.String(), "rounds_pkey") {
			t.Errorf("the plan is:\n%s", plan.String())
		}
	}
}

func TestReportQueriesThatAreNone(t *testing.T) {
	t.Parallel()
	f := &Floor{log: slog.New(slog.DiscardHandler)}
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, q := range []ReportQuery{{From: day.Add(time.Hour), To: day}, {From: day, To: day.AddDate(0, 0, -1)}, {From: day, To: day.AddDate(0, 0, 366)},
		{From: time.Time{}, To: day}, {From: day, To: day.Add(time.Hour)}} {
		_, err := f.Report(t.Context(), q)
		wantCode(t, err, InvalidRequest)
	}
}

// must2 is must for what is called with two results.
func must2[T any](_ T, err error) func(testing.TB) {
	return func(t testing.TB) {
		t.Helper()
		must(t, err)
	}
}

// whole is a number as the database has it.
func whole(n int64) pgtype.Numeric { return pgtype.Numeric{Int: big.NewInt(n), Valid: true} }

// playerOf makes a player of another operator, in USD.
func (b *floorBundle) playerOf(t testing.TB, o Operator, balance string) somebody {
	t.Helper()
	p, err := b.players.Ensure(t.Context(), o, PlayerSpec{ExternalID: uuid.NewString(), Currency: "USD"})
	must(t, err)
	amount, err := money.Parse(p.Currency, balance)
	must(t, err)
	_, err = b.ledger.Deposit(t.Context(), wallet.Order{Operator: o.ID, Player: p.ID, Amount: amount, TransactionID: uuid.NewString()})
	must(t, err)
	return somebody{Player: p, session: b.session(t, p.ID)}
}

// countNow counts all rounds up to now, as if they were old enough.
func (b *floorBundle) countNow(t testing.TB) {
	t.Helper()
	tx, err := b.db.Begin(t.Context())
	must(t, err)
	var from, to time.Time
	must(t, tx.QueryRow(t.Context(), `SELECT until, date_trunc('milliseconds', now()) FROM report_progress`).Scan(&from, &to))
	_, err = tx.Exec(t.Context(), countRangeSQL, from, to)
	must(t, err)
	_, err = tx.Exec(t.Context(), `UPDATE report_progress SET until = $1`, to)
	must(t, err)
	must(t, tx.Commit(t.Context()))
}
