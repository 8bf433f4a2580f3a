package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/schollz/progressbar/v3"

	"croupier/api"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/migrations"
	"croupier/session"
)

// reportCmd reports what games took and gave.
type reportCmd struct {
	Games reportGamesCmd `cmd:"" default:"withargs" help:"Print GGR, stakes, wins and returns of an operator's games: actual against exact."`
	Check reportCheckCmd `cmd:"" help:"Hold the sums that reports are made of against the rounds, day by day."`
}

// reportGamesCmd prints what GET /reports/games answers.
type reportGamesCmd struct {
	databaseFlag
	Operator uuid.UUID `required:"" env:"CROUPIER_REPORT_OPERATOR" help:"The operator's id."`
	From     string    `env:"CROUPIER_REPORT_FROM" placeholder:"DAY" help:"The first day, in UTC, as 2026-11-01. Default: today."`
	To       string    `env:"CROUPIER_REPORT_TO" placeholder:"DAY" help:"The last day, included. Default: the first. At most 366 days."`
	By       []string  `env:"CROUPIER_REPORT_BY" enum:"total,day,game,build" default:"game" help:"What has rows of its own, beside each currency: ${enum}; several separated by commas. Default: ${default}."`
	Game     string    `env:"CROUPIER_REPORT_GAME" help:"Of this game only."`
	Currency string    `env:"CROUPIER_REPORT_CURRENCY" help:"Of this currency only."`
	JSON     bool      `name:"json" xor:"form" help:"Print JSON, as GET /api/v1/reports/games answers it."`
	CSV      bool      `name:"csv" xor:"form" env:"CROUPIER_REPORT_CSV" help:"Print CSV."`
}

// Help implements kong.HelpProvider.
func (c *reportGamesCmd) Help() string {
	return `A round counts on the day on which it ended. Rounds that were voided or forced are in none of the sums, but in columns of their own. "exact" is
what the rules of the builds that were played return; z is how many standard deviations the actual return is outside of what any way to play
them returns, and ALARM says that this is more than 4, over 1,000 rounds or more.`
}

// Run implements the command.
func (c *reportGamesCmd) Run(ctx context.Context) error { return c.run(ctx, os.Stdout) }

func (c *reportGamesCmd) run(ctx context.Context, out io.Writer) error {
	floor, closeAll, err := openReports(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	defer closeAll()
	data, err := api.ReportOf(ctx, floor, c.Operator, api.ReportAsked{From: c.From, To: c.To, GroupBy: strings.Join(c.By, ","), GameID: c.Game,
		Currency: c.Currency}, time.Now())
	if err != nil {
		return err
	}
	switch {
	case c.JSON:
		return json.NewEncoder(out).Encode(data)
	case c.CSV:
		w := csv.NewWriter(out)
		w.UseCRLF = true
		return w.WriteAll(data.Table())
	}
	return printReport(out, data)
}

func printReport(out io.Writer, data api.ReportData) error {
	state := "up to now"
	if data.Final {
		state = "final"
	}
	fmt.Fprintf(out, "From %s to %s (UTC), %s\n", data.From, data.To, state)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "day\tgame\tbuild\t\trounds\tplayers\twagered\twon\tGGR\tactual\texact\tz\tvoided\tforced\t\t")
	for _, r := range data.Rows {
		players, alarm := "", ""
		if r.Players != nil {
			players = fmt.Sprint(*r.Players)
		}
		if r.RTP.Alarm {
			alarm = "ALARM"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%d\t%d\t%s\t\n", r.Day, r.GameID, r.Variant, r.Currency, r.Rounds, players, r.Wagered, r.Won, r.GGR,
			shortShare(r.RTP.Actual), shortShare(r.RTP.Exact), r.RTP.Z, r.Voided, r.Forced, alarm)
	}
	return w.Flush()
}

// shortShare is a share to 6 decimals, cut off.
func shortShare(text string) string { return text[:min(len(text), strings.Index(text+".", ".")+7)] }

type reportCheckCmd struct {
	databaseFlag
	Repair bool `env:"CROUPIER_REPORT_REPAIR" help:"Count days anew whose sums are not what their rounds are. It may be done while servers play."`
	JSON   bool `name:"json" help:"Print JSON."`
}

// reportCheck is what was found.
type reportCheck struct {
	Days        int                        `json:"days"`
	Differences []session.ReportDifference `json:"differences"`
	Repaired    bool                       `json:"repaired"`
}

// Run implements the command. It exits with 1 when sums are wrong and were not repaired.
func (c *reportCheckCmd) Run(ctx context.Context) error { return c.run(ctx, os.Stdout) }

func (c *reportCheckCmd) run(ctx context.Context, out io.Writer) error {
	floor, closeAll, err := openReports(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	defer closeAll()
	found, err := c.check(ctx, floor)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(out).Encode(found)
	} else {
		for _, d := range found.Differences {
			fmt.Fprintf(out, "WRONG: %s %s %s %s %s: kept %q, the rounds are %q\n", d.Hour.Format(time.RFC3339), d.Operator, d.Game, d.Currency, d.Kind, d.Kept, d.True)
		}
		_, err = fmt.Fprintf(out, "%d days, %d differences%s\n", found.Days, len(found.Differences), map[bool]string{true: ", repaired"}[found.Repaired])
	}
	if err == nil && len(found.Differences) > 0 && !found.Repaired {
		err = fmt.Errorf("the sums that reports are made of are not what the rounds are: croupier report check --repair counts them anew")
	}
	return err
}

func (c *reportCheckCmd) check(ctx context.Context, floor *session.Floor) (found reportCheck, err error) {
	found.Differences = []session.ReportDifference{}
	first, last, err := floor.CountedDays(ctx)
	if err != nil || first.IsZero() {
		return found, err
	}
	bar := progressbar.NewOptions(int(last.Sub(first).Hours()/24)+1, progressbar.OptionSetWriter(os.Stderr), progressbar.OptionSetDescription("days"),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetVisibility(!c.JSON))
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		look := floor.DayDifferences
		if c.Repair {
			look = floor.RecountDay
		}
		was, err := look(ctx, day)
		if err != nil {
			return found, err
		}
		found.Days++
		found.Differences = append(found.Differences, was...)
		_ = bar.Add(1)
	}
	found.Repaired = c.Repair && len(found.Differences) > 0
	return found, nil
}

// openReports opens a floor that only reports: it plays nothing and needs no master key.
func openReports(ctx context.Context, url string) (*session.Floor, func(), error) {
	if err := migrations.Check(ctx, url); err != nil {
		return nil, nil, err
	}
	db, err := pgxpool.New(ctx, url)
	if err != nil {
		return nil, nil, err
	}
	catalogue, err := games.NewCatalogue(builtin.Games()...)
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	floor, err := session.NewFloor(ctx, db, nil, catalogue, nil, time.Now, slog.New(slog.NewTextHandler(os.Stderr, nil)))
	if err != nil {
		db.Close()
		return nil, nil, err
	}
	return floor, db.Close, nil
}
