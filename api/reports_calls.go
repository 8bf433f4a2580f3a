package api

import (
	"context"
	"errors"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"croupier/session"
	"croupier/wallet/money"
)

type reportInput struct {
	Format
	ReportAsked
}

// ReportAsked says what a report is to be of.
type ReportAsked struct {
	From     string `query:"from" maxLength:"10" doc:"The first day, in UTC; left out: today" example:"2026-11-01"`
	To       string `query:"to" maxLength:"10" doc:"The last day, included; left out: the first. At most 366 days" example:"2026-11-30"`
	GroupBy  string `query:"groupBy" maxLength:"32" pattern:"^(total|(day|game|build)(,(day|game|build)){0,2})$" patternDescription:"total, or a list of day, game and build" default:"game" doc:"What has rows of its own, beside each currency: total, or a list of day, game, build" example:"day,game"`
	GameID   string `query:"gameId" maxLength:"64" doc:"Of this game only: an id or an alias" example:"slots"`
	Currency string `query:"currency" maxLength:"10" doc:"Of this currency only" example:"USD"`
}

// ReportRow are sums in one currency.
type ReportRow struct {
	Day           string       `json:"day,omitempty" doc:"On which the rounds ended, in UTC" example:"2026-11-21"`
	GameID        string       `json:"gameId,omitempty" example:"slots"`
	Variant       string       `json:"variant,omitempty" example:"RTP_96"`
	RulesHash     string       `json:"rulesHash,omitempty"`
	Currency      string       `json:"currency" example:"USD"`
	Rounds        int64        `json:"rounds" doc:"That ended by their rules. Voided and forced ones are in their own numbers only"`
	Players       *int64       `json:"players,omitempty" doc:"Who ended a round; not by build"`
	Wagered       money.Amount `json:"wagered"`
	Won           money.Amount `json:"won"`
	GGR           money.Amount `json:"ggr" doc:"wagered less won: what the house keeps"`
	Voided        int64        `json:"voided" doc:"Rounds that you ended"`
	Refunded      money.Amount `json:"refunded" doc:"What was staked in them"`
	Forced        int64        `json:"forced" doc:"Rounds whose outcome was forced in the sandbox"`
	ForcedWagered money.Amount `json:"forcedWagered"`
	ForcedWon     money.Amount `json:"forcedWon"`
	RTP           ReportRTP    `json:"rtp"`
}

// ReportRTP are fractions to 12 decimals, truncated, as texts: they are no money, and no floats.
type ReportRTP struct {
	OpeningStakes money.Amount `json:"openingStakes" doc:"What actual and exact are shares of: the stakes that opened the rounds"`
	Actual        string       `json:"actual,omitempty" doc:"1 + (won - wagered) / openingStakes: won / wagered where a round has one stake; not there: nothing was staked" example:"0.961200000000"`
	Exact         string       `json:"exact,omitempty" doc:"What the rules of the builds that were played return, each weighted by its stakes; not there: this server does not know one of them" example:"0.960000000000"`
	Lowest        string       `json:"lowest,omitempty" doc:"What no way to play them returns less than: where decisions matter, players may return less than exact"`
	Highest       string       `json:"highest,omitempty" doc:"What no way to play them returns more than"`
	Deviation     string       `json:"deviation,omitempty" doc:"How far chance takes actual: a standard deviation. Not there: not known" example:"0.012000000000"`
	Z             string       `json:"z,omitempty" doc:"How many deviations actual is above highest or below lowest; 0.00 between them" example:"0.10"`
	BandLow       string       `json:"bandLow,omitempty" doc:"lowest less 4 deviations"`
	BandHigh      string       `json:"bandHigh,omitempty" doc:"highest and 4 deviations"`
	Alarm         bool         `json:"alarm" doc:"actual is outside of the band, over 1000 rounds or more: chance alone does that once in about 16,000 rows"`
}

// ReportData is a report.
type ReportData struct {
	From  string      `json:"from" example:"2026-11-01"`
	To    string      `json:"to" example:"2026-11-30"`
	Final bool        `json:"final" doc:"All rounds that ended on these days are counted: the same will be told for ever. Else this is up to now"`
	Rows  []ReportRow `json:"rows" doc:"By day, game, build and currency"`
}

func (d ReportData) table() (file string, header []string, rows [][]string) {
	header = []string{"day", "gameId", "variant", "rulesHash", "currency", "rounds", "players", "wagered", "won", "ggr", "voided", "refunded", "forced",
		"forcedWagered", "forcedWon", "openingStakes", "rtpActual", "rtpExact", "rtpLowest", "rtpHighest", "deviation", "z", "bandLow", "bandHigh", "alarm"}
	for _, r := range d.Rows {
		players := ""
		if r.Players != nil {
			players = strconv.FormatInt(*r.Players, 10)
		}
		rows = append(rows, []string{r.Day, csvText(r.GameID), csvText(r.Variant), r.RulesHash, r.Currency, strconv.FormatInt(r.Rounds, 10), players,
			r.Wagered.String(), r.Won.String(), r.GGR.String(), strconv.FormatInt(r.Voided, 10), r.Refunded.String(), strconv.FormatInt(r.Forced, 10),
			r.ForcedWagered.String(), r.ForcedWon.String(), r.RTP.OpeningStakes.String(), r.RTP.Actual, r.RTP.Exact, r.RTP.Lowest, r.RTP.Highest,
			r.RTP.Deviation, r.RTP.Z, r.RTP.BandLow, r.RTP.BandHigh, strconv.FormatBool(r.RTP.Alarm)})
	}
	return "report-" + d.From + "-" + d.To, header, rows
}

func (s *Server) report(ctx context.Context, in *reportInput) (ReportData, error) {
	return ReportOf(ctx, s.Floor, requestOf(ctx).caller.ID, in.ReportAsked, s.now())
}

// ReportOf makes a report of an operator's for the API and for `croupier report`. now says which day is today. Returns InvalidRequest and InvalidCurrency.
func ReportOf(ctx context.Context, floor *session.Floor, operator uuid.UUID, asked ReportAsked, now time.Time) (ReportData, error) {
	q := session.ReportQuery{Operator: operator, Currency: asked.Currency}
	for what := range strings.SplitSeq(asked.GroupBy, ",") {
		q.ByDay, q.ByGame, q.ByBuild = q.ByDay || what == "day", q.ByGame || what == "game", q.ByBuild || what == "build"
	}
	var err error
	if q.From, err = dayOf(asked.From, "from", now.UTC().Truncate(24*time.Hour)); err != nil {
		return ReportData{}, err
	}
	if q.To, err = dayOf(asked.To, "to", q.From); err != nil {
		return ReportData{}, err
	}
	if q.GameID = asked.GameID; q.GameID != "" {
		if q.GameID, err = floor.GameID(ctx, operator, asked.GameID); errors.Is(err, &session.Error{Code: session.GameNotAvailable}) {
			return ReportData{}, session.FieldError(session.InvalidRequest, "gameId", "is not a game of this server")
		} else if err != nil {
			return ReportData{}, err
		}
	}
	if _, err := money.LookupCurrency(asked.Currency); asked.Currency != "" && err != nil {
		return ReportData{}, session.FieldError(session.InvalidCurrency, "currency", "is not known")
	}
	report, err := floor.Report(ctx, q)
	return reportOut(q, report), err
}

// dayOf reads a day in UTC. Returns InvalidRequest.
func dayOf(text, field string, otherwise time.Time) (time.Time, error) {
	if text == "" {
		return otherwise, nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return day, session.FieldError(session.InvalidRequest, field, "must be a day, as 2026-11-21")
	}
	return day, nil
}

// Table is the report as rows of text, with a first one of names.
func (d ReportData) Table() [][]string {
	_, header, rows := d.table()
	return append([][]string{header}, rows...)
}

func reportOut(q session.ReportQuery, r session.Report) ReportData {
	data := ReportData{From: q.From.Format(time.DateOnly), To: q.To.Format(time.DateOnly), Final: r.Final, Rows: make([]ReportRow, 0, len(r.Rows))}
	for _, row := range r.Rows {
		out := ReportRow{GameID: row.GameID, Variant: row.Variant, RulesHash: row.RulesHash, Currency: row.Currency.Code(), Rounds: row.Rounds,
			Wagered: row.Wagered, Won: row.Won, GGR: row.GGR(), Voided: row.Voided, Refunded: row.Refunded, Forced: row.Forced,
			ForcedWagered: row.ForcedWagered, ForcedWon: row.ForcedWon, RTP: reportRTPOut(row)}
		if !row.Day.IsZero() {
			out.Day = row.Day.Format(time.DateOnly)
		}
		if row.Players >= 0 {
			out.Players = &row.Players
		}
		data.Rows = append(data.Rows, out)
	}
	return data
}

func reportRTPOut(row session.ReportRow) ReportRTP {
	share := func(r *big.Rat) string {
		if r == nil {
			return ""
		}
		return truncated(r, rtpDecimals)
	}
	rtp := row.RTP
	out := ReportRTP{OpeningStakes: row.Bets, Actual: share(rtp.Actual), Exact: share(rtp.Exact), Lowest: share(rtp.Lowest), Highest: share(rtp.Highest),
		Deviation: share(rtp.Deviation), Alarm: rtp.Alarm}
	if rtp.Deviation != nil {
		band := new(big.Rat).Mul(rtp.Deviation, big.NewRat(session.ReportBand, 1))
		out.Z, out.BandLow, out.BandHigh = rtp.Z.FloatString(2), share(new(big.Rat).Sub(rtp.Lowest, band)), share(new(big.Rat).Add(rtp.Highest, band))
	}
	return out
}
