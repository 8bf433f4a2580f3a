package session

import (
	"cmp"
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"croupier/games"
	"croupier/wallet"
	"croupier/wallet/money"
)

// MaxReportDays is the most days of one report.
const MaxReportDays = 366

// ReportQuery asks for a report over the rounds of an operator that ended on UTC days From to To, both included, up to now.
type ReportQuery struct {
	Operator uuid.UUID
	From, To time.Time // the beginnings of days in UTC
	GameID   string    // "": all games
	Currency string    // "": all currencies

	ByDay, ByGame, ByBuild bool // what has rows of its own beside each currency; ByBuild implies ByGame
}

// Report is what an operator's games took and gave.
type Report struct {
	Rows  []ReportRow // by day, game, build and currency
	Final bool        // every round that ended on these days is counted: the same will be told for ever
}

// ReportRow are sums in one currency. Forced rounds, which only the sandbox has, and voided ones are in nothing but their own numbers.
type ReportRow struct {
	Day       time.Time // zero: of all days
	GameID    string    // "": of all games
	Variant   string    // "": of all builds
	RulesHash string    // "": of all builds
	Currency  money.Currency

	Rounds  int64        // that ended by their rules
	Players int64        // who ended a round of any kind
	Bets    money.Amount // the opening stakes
	Wagered money.Amount // all stakes
	Won     money.Amount

	Forced, Voided int64        // rounds
	ForcedWagered  money.Amount // of forced rounds
	ForcedWon      money.Amount
	Refunded       money.Amount // of voided rounds: all that was staked in them

	RTP ReportRTP
}

// GGR is what the house keeps: what was wagered less what was won.
func (r ReportRow) GGR() money.Amount { return r.Wagered.Sub(r.Won) }

// partKey is what a row is a sum over.
type partKey struct {
	day      string // 2006-01-02, "" for all
	game     string
	build    int32 // 0 for all
	currency string
}

// reportPart is a sum as the database has it.
type reportPart struct {
	day      time.Time
	game     string
	build    int32
	currency string
	kind     string

	rounds                           int64
	bets, wagered, won               pgtype.Numeric
	betSquares, netSquares, netTimes pgtype.Numeric
}

// reportTail are the rounds of $1 that are over and in no sum yet, as found: those of after what was counted, and those that were open then.
const reportTail = `
	tail AS (
		SELECT r.operator_id, r.id, r.player_id, r.game_id, r.build_id, r.status, r.bet, r.stake, r.payout, r.forced IS NOT NULL OR NULL AS forced, r.closed_at
		FROM report_progress p CROSS JOIN LATERAL (SELECT * FROM rounds WHERE operator_id = $1 AND id >= uuid_floor(p.until) OFFSET 0) r
		WHERE r.closed_at IS NOT NULL
		UNION ALL
		SELECT r.operator_id, r.id, r.player_id, r.game_id, r.build_id, r.status, r.bet, r.stake, r.payout, r.forced IS NOT NULL OR NULL, r.closed_at
		FROM report_open w JOIN rounds r ON r.operator_id = w.operator_id AND r.id = w.round_id
		WHERE w.operator_id = $1 AND r.closed_at IS NOT NULL
	), over AS (
		SELECT t.*, p.currency FROM tail t JOIN players p ON p.id = t.player_id
		WHERE t.closed_at >= $2 AND t.closed_at < $3 AND ($4 = '' OR t.game_id = $4) AND ($5 = '' OR p.currency = $5)
	)`

// reportSQL adds up the sums and the rounds that are in none yet, of [$2, $3).
const reportSQL = `WITH ` + reportTail + `, part AS (
		SELECT (hour AT TIME ZONE 'UTC')::date AS day, game_id, build_id, currency, kind, rounds, bets, wagered, won, bet_squares, net_squares, net_bets
		FROM report_hours WHERE operator_id = $1 AND hour >= $2 AND hour < $3 AND ($4 = '' OR game_id = $4) AND ($5 = '' OR currency = $5)
		UNION ALL
		SELECT (closed_at AT TIME ZONE 'UTC')::date, game_id, build_id, currency,
			CASE WHEN status = 'voided' THEN 'voided' WHEN forced IS NOT NULL THEN 'forced' ELSE 'played' END,
			1, bet, stake, payout, bet * bet, (payout - stake) * (payout - stake), (payout - stake) * bet
		FROM over)
	SELECT CASE WHEN $6 THEN day END, CASE WHEN $7 THEN game_id ELSE '' END, build_id, currency, kind, sum(rounds)::bigint,
		sum(bets), sum(wagered), sum(won), sum(bet_squares), sum(net_squares), sum(net_bets)
	FROM part GROUP BY 1, 2, 3, 4, 5`

// reportPlayersSQL counts who played, by the same parts without builds: a player who played two builds is one.
const reportPlayersSQL = `WITH ` + reportTail + `, who AS (
		SELECT w.day, w.game_id, p.currency, w.player_id FROM report_players w JOIN players p ON p.id = w.player_id
		WHERE w.operator_id = $1 AND w.day >= ($2 AT TIME ZONE 'UTC')::date AND w.day < ($3 AT TIME ZONE 'UTC')::date
			AND ($4 = '' OR w.game_id = $4) AND ($5 = '' OR p.currency = $5)
		UNION ALL SELECT (closed_at AT TIME ZONE 'UTC')::date, game_id, currency, player_id FROM over)
	SELECT CASE WHEN $6 THEN day END, CASE WHEN $7 THEN game_id ELSE '' END, currency, count(DISTINCT player_id) FROM who GROUP BY 1, 2, 3`

// reportFinalSQL says whether no round can come that ended before $2. A round ends before it is written, by its server's clock.
const reportFinalSQL = `SELECT until >= $1 FROM report_progress`

// Report adds up what an operator's games took and gave, to the last round, at one moment. Returns InvalidRequest for days that are none.
func (f *Floor) Report(ctx context.Context, q ReportQuery) (Report, error) {
	if err := q.check(); err != nil {
		return Report{}, err
	}
	q.ByGame = q.ByGame || q.ByBuild
	var parts []reportPart
	var report Report
	players := map[partKey]int64{}
	err := pgx.BeginTxFunc(ctx, f.db, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) (err error) {
		args := []any{q.Operator, q.From, q.To.AddDate(0, 0, 1), q.GameID, q.Currency, q.ByDay, q.ByGame}
		rows, err := tx.Query(ctx, reportSQL, args...)
		if err != nil {
			return err
		}
		if parts, err = pgx.CollectRows(rows, scanReportPart); err != nil {
			return err
		}
		if rows, err = tx.Query(ctx, reportPlayersSQL, args...); err != nil {
			return err
		}
		if err := scanPlayersOf(rows, players); err != nil {
			return err
		}
		return tx.QueryRow(ctx, reportFinalSQL, args[2]).Scan(&report.Final)
	})
	if err == nil {
		report.Rows, err = f.reportRows(ctx, q, parts, players)
	}
	if err != nil {
		return Report{}, fmt.Errorf("report of operator %s: %w", q.Operator, err)
	}
	return report, nil
}

func (q ReportQuery) check() error {
	day := 24 * time.Hour
	switch {
	case q.From.Truncate(day) != q.From || q.From.Year() < 2000:
		return FieldError(InvalidRequest, "from", "must be a day in UTC, of 2000 or later")
	case q.To.Truncate(day) != q.To || q.To.Before(q.From):
		return FieldError(InvalidRequest, "to", "must be a day in UTC, and not before from")
	case q.To.Sub(q.From) >= MaxReportDays*day:
		return FieldError(InvalidRequest, "to", fmt.Sprintf("must be of the %d days from from on", MaxReportDays))
	}
	return nil
}

func scanReportPart(row pgx.CollectableRow) (p reportPart, err error) {
	var day *time.Time
	err = row.Scan(&day, &p.game, &p.build, &p.currency, &p.kind, &p.rounds, &p.bets, &p.wagered, &p.won, &p.betSquares, &p.netSquares, &p.netTimes)
	if day != nil {
		p.day = *day
	}
	return p, err
}

func scanPlayersOf(rows pgx.Rows, into map[partKey]int64) error {
	defer rows.Close()
	for rows.Next() {
		var day *time.Time
		var k partKey
		var n int64
		if err := rows.Scan(&day, &k.game, &k.currency, &n); err != nil {
			return err
		}
		if day != nil {
			k.day = day.Format(time.DateOnly)
		}
		into[k] = n
	}
	return rows.Err()
}

// reportRows makes rows of parts: those of all builds of a game are one row, unless each build is to have its own.
func (f *Floor) reportRows(ctx context.Context, q ReportQuery, parts []reportPart, players map[partKey]int64) ([]ReportRow, error) {
	names, err := f.buildNames(ctx, parts)
	if err != nil {
		return nil, err
	}
	rows, spreads := map[partKey]*ReportRow{}, map[partKey]*spread{}
	for _, p := range parts {
		k := partKey{game: p.game, currency: p.currency}
		if !p.day.IsZero() {
			k.day = p.day.Format(time.DateOnly)
		}
		of := k
		if q.ByBuild {
			k.build = p.build
		}
		row := rows[k]
		if row == nil {
			if row, err = newReportRow(p); err != nil {
				return nil, err
			}
			if row.Players = players[of]; q.ByBuild {
				row.Variant, row.RulesHash, row.Players = names[p.build].variant, names[p.build].rulesHash, -1
			}
			rows[k], spreads[k] = row, &spread{}
		}
		if err := row.add(p); err != nil {
			return nil, err
		}
		if p.kind == "played" {
			spreads[k].add(p, f.builds[names[p.build].rulesHash])
		}
	}
	list := make([]ReportRow, 0, len(rows))
	for k, row := range rows {
		row.RTP = spreads[k].rtp(row.Rounds)
		list = append(list, *row)
	}
	slices.SortFunc(list, func(a, b ReportRow) int {
		return cmp.Or(a.Day.Compare(b.Day), cmp.Compare(a.GameID, b.GameID), cmp.Compare(a.Variant, b.Variant), cmp.Compare(a.RulesHash, b.RulesHash),
			cmp.Compare(a.Currency.Code(), b.Currency.Code()))
	})
	return list, nil
}

func newReportRow(p reportPart) (*ReportRow, error) {
	c, err := money.LookupCurrency(p.currency)
	if err != nil {
		return nil, err
	}
	zero := money.Zero(c)
	return &ReportRow{Day: p.day, GameID: p.game, Currency: c, Bets: zero, Wagered: zero, Won: zero, ForcedWagered: zero, ForcedWon: zero,
		Refunded: zero}, nil
}

// add adds a part to what is told of its kind.
func (r *ReportRow) add(p reportPart) error {
	var bets, wagered, won money.Amount
	for _, n := range []struct {
		stored pgtype.Numeric
		into   *money.Amount
	}{{p.bets, &bets}, {p.wagered, &wagered}, {p.won, &won}} {
		a, err := wallet.FromNumeric(r.Currency, n.stored)
		if err != nil {
			return err
		}
		*n.into = a
	}
	switch p.kind {
	case "voided":
		r.Voided, r.Refunded = r.Voided+p.rounds, r.Refunded.Add(won)
	case "forced":
		r.Forced, r.ForcedWagered, r.ForcedWon = r.Forced+p.rounds, r.ForcedWagered.Add(wagered), r.ForcedWon.Add(won)
	default:
		r.Rounds, r.Bets, r.Wagered, r.Won = r.Rounds+p.rounds, r.Bets.Add(bets), r.Wagered.Add(wagered), r.Won.Add(won)
	}
	return nil
}

// buildName is what a build is called.
type buildName struct{ variant, rulesHash string }

func (f *Floor) buildNames(ctx context.Context, parts []reportPart) (map[int32]buildName, error) {
	ids := make([]int32, 0, len(parts))
	for _, p := range parts {
		ids = append(ids, p.build)
	}
	rows, err := f.db.Query(ctx, `SELECT id, variant, rules_hash FROM builds WHERE id = ANY($1)`, ids)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	names := map[int32]buildName{}
	for rows.Next() {
		var id int32
		var name buildName
		if err := rows.Scan(&id, &name.variant, &name.rulesHash); err != nil {
			return nil, err
		}
		names[id] = name
	}
	return names, rows.Err()
}

// rational is a number of the database as a fraction.
func rational(n pgtype.Numeric) *big.Rat {
	r := new(big.Rat)
	if !n.Valid || n.Int == nil {
		return r
	}
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(n.Exp, -n.Exp))), nil)
	if n.Exp < 0 {
		return r.SetFrac(n.Int, power)
	}
	return r.SetInt(new(big.Int).Mul(n.Int, power))
}

// returns is what the rules of a build promise: between which bounds every way to play it returns, and the largest spread that is known of one.
type returns struct {
	rtp, lowest, highest *big.Rat
	variance             *big.Rat // per opening stake, squared; nil: not known
}

// returnsOf computes what a build promises, once.
func returnsOf(v games.Variant) returns {
	r := returns{rtp: v.RTP(), lowest: v.RTP(), highest: v.RTP()}
	analyst, ok := v.Engine.(games.Analyst)
	if !ok {
		return r
	}
	a, err := analyst.Analyse()
	if err != nil {
		return r
	}
	if a.Bounds.Lowest != nil && a.Bounds.Highest != nil {
		r.lowest, r.highest = a.Bounds.Lowest, a.Bounds.Highest
	}
	for _, o := range a.Outlooks {
		if o.Variance.High != nil && (r.variance == nil || o.Variance.High.Cmp(r.variance) > 0) {
			r.variance = o.Variance.High
		}
	}
	return r
}
