package api

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"croupier/session"
)

type toldReport struct {
	From, To string
	Final    bool
	Rows     []struct {
		Day, GameID, Variant, Currency string
		Rounds, Voided, Forced         int64
		Players                        *int64
		Wagered, Won, GGR, Refunded    json.Number
		RTP                            struct{ Actual, Exact, Z, BandLow, BandHigh string }
	}
}

// An operator is told what its own games took and gave, as JSON and as a table, and nothing of another's.
func TestReports(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o, rival := s.operator(t), s.operator(t)
	p, euro, theirs := o.player(t, "USD", "100"), o.player(t, "EUR", "100"), rival.player(t, "USD", "100")
	for range 3 {
		p.spin(t)
	}
	euro.spin(t)
	theirs.spin(t)
	yesterday, today := time.Now().UTC().AddDate(0, 0, -1).Format(time.DateOnly), time.Now().UTC().Format(time.DateOnly)
	path := "/reports/games?from=" + yesterday + "&to=" + today
	var r toldReport
	o.get(t, path).into(t, &r)
	if len(r.Rows) != 2 || r.Final || r.Rows[0].Currency != "EUR" || r.Rows[1].Rounds != 3 || r.Rows[1].Wagered != "3.00" || *r.Rows[1].Players != 1 ||
		!strings.HasPrefix(r.Rows[1].RTP.Exact, "0.95999217") || r.Rows[1].RTP.BandLow == "" {
		t.Errorf("%+v", r)
	}
	rival.get(t, path).into(t, &r)
	if len(r.Rows) != 1 || r.Rows[0].Rounds != 1 {
		t.Errorf("another operator sees %+v", r)
	}
	r = toldReport{}
	o.get(t, path+"&groupBy=build,day&currency=EUR&gameId=slotty-slots").into(t, &r)
	if len(r.Rows) != 1 || r.Rows[0].Variant != "RTP_96" || r.Rows[0].Day == "" || r.Rows[0].Players != nil {
		t.Errorf("by build and day: %+v", r)
	}
	table := o.get(t, path+"&format=csv&groupBy=total")
	rows, err := csv.NewReader(strings.NewReader(table.text)).ReadAll()
	must(t, err)
	if table.header.Get("Content-Type") != "text/csv; charset=utf-8; header=present" || table.header.Get("Content-Disposition") !=
		`attachment; filename="report-`+yesterday+`-`+today+`.csv"` || len(rows) != 3 || rows[2][4] != "USD" || rows[2][7] != "3.00" || !strings.Contains(table.text, "\r\n") {
		t.Errorf("%v\n%s", table.header, table.text)
	}
	for _, query := range []string{"from=yesterday", "from=2026-02-30", "to=2026-01-01", "from=2020-01-01&to=2026-01-01", "currency=XXXX", "gameId=roulette",
		"groupBy=player", "format=xml", "from=1999-01-01"} {
		if reply := o.get(t, "/reports/games?"+query); reply.status != http.StatusBadRequest {
			t.Errorf("%s: status %d: %s", query, reply.status, reply.text)
		}
	}
}

// What a spreadsheet would take for a formula is a text.
func TestCSVIsNoFormula(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"=1+1": "'=1+1", "+x": "'+x", "-x": "'-x", "@x": "'@x", "\tx": "'\tx", "x=1": "x=1", "": "", "RTP_96": "RTP_96"} {
		if got := csvText(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	var out strings.Builder
	must(t, writeCSV(&out, []string{"a", "b"}, [][]string{{"x,\"y\"", "1\n2"}}))
	if got := out.String(); got != "a,b\r\n\"x,\"\"y\"\"\",\"1\r\n2\"\r\n" {
		t.Errorf("%q", got)
	}
}

// A statement is of the times and kinds that are asked for, page by page, as JSON and as a table.
func TestStatementFilters(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	p := o.player(t, "USD", "100")
	p.spin(t)
	middle := time.Now().UTC()
	p.spin(t)
	o.post(t, "/wallet/withdraw", transferOf(p.ID, "1", "USD", "w")).into(t, &struct{}{})
	type line struct {
		ID, Code string
		At       time.Time
	}
	list := func(query string) (list []line) {
		t.Helper()
		var page struct{ Transactions []line }
		o.get(t, "/wallet/transactions?playerId="+p.ID+query).into(t, &page)
		return page.Transactions
	}
	if got := list("&code=stake"); len(got) != 2 || got[0].Code != "stake" {
		t.Errorf("stakes: %+v", got)
	}
	at := middle.Format(time.RFC3339Nano)
	for _, one := range list("&from=" + at) {
		if one.At.Before(middle) {
			t.Errorf("from %s: %+v", at, one)
		}
	}
	if before, after, all := list("&to="+at), list("&from="+at), list(""); len(before)+len(after) != len(all) || len(before) < 2 || len(after) < 2 {
		t.Errorf("%d before, %d after, %d in all", len(before), len(after), len(all))
	}
	reply := o.get(t, "/wallet/transactions?format=csv&limit=2&playerId="+p.ID)
	rows, err := csv.NewReader(strings.NewReader(reply.text)).ReadAll()
	must(t, err)
	if len(rows) != 3 || rows[1][2] != "withdrawal" || rows[1][5] != "1.00" || reply.header.Get("X-Next-Cursor") != rows[2][0] {
		t.Errorf("%v\n%s", reply.header, reply.text)
	}
	p.get(t, "/wallet/transactions?code=deposit").into(t, &struct{}{})
	o.get(t, "/wallet/transactions?code=gift&playerId="+p.ID).wants(t, http.StatusBadRequest, session.InvalidRequest)
}

// An operator sees its own players only, page by page, with what they have.
func TestPlayersAreListed(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o, rival := s.operator(t), s.operator(t)
	first := o.player(t, "USD", "10.00")
	o.player(t, "EUR", "5.00")
	third := o.player(t, "USD", "7.00")
	theirs := rival.player(t, "USD", "1.00")
	type listed struct {
		PlayerID, ExternalID, Currency, Status string
		Balance, Escrow                        json.Number
		Rounds, OpenRounds                     int
		LastSeenAt                             *time.Time
	}
	var page struct {
		Players    []listed
		NextCursor string
	}
	seen := []string{}
	for cursor := ""; ; {
		o.get(t, "/players?limit=1&currency=USD"+cursor).into(t, &page)
		for _, one := range page.Players {
			seen = append(seen, one.PlayerID)
		}
		if cursor = "&cursor=" + page.NextCursor; page.NextCursor == "" {
			break
		}
		page.NextCursor = ""
	}
	if fmt.Sprint(seen) != fmt.Sprint([]string{third.ID, first.ID}) {
		t.Errorf("listed %v", seen)
	}
	for query, want := range map[string]int{"": 3, "?externalIdPrefix=" + first.ExternalID: 1, "?externalIdPrefix=nobody": 0, "?status=suspended": 0,
		"?to=2020-01-01T00:00:00Z": 0, "?from=2020-01-01T00:00:00Z&status=active": 3, "?externalIdPrefix=%25": 0} {
		page.Players = nil
		if o.get(t, "/players"+query).into(t, &page); len(page.Players) != want {
			t.Errorf("%s: %d players, want %d", query, len(page.Players), want)
		}
	}
	first.spin(t)
	ask := first.connect(t, "move").ask("action", `{"action":"bet","amount":1.00}`, "bet")
	if ask.Type != "action_result" {
		t.Fatalf("%+v", ask)
	}
	first.post(t, "/seeds/rotate", `{}`).wants(t, http.StatusConflict, session.Conflict)
	var one listed
	o.get(t, "/players/"+first.ExternalID).into(t, &one)
	if one.PlayerID != first.ID || one.Rounds != 2 || one.OpenRounds != 1 || one.Escrow != "1.00" || one.LastSeenAt == nil || one.Status != "active" {
		t.Errorf("%+v", one)
	}
	o.get(t, "/players/"+theirs.ID).wants(t, http.StatusNotFound, session.PlayerNotFound)
	o.get(t, "/players/"+theirs.ExternalID).wants(t, http.StatusNotFound, session.PlayerNotFound)
	o.get(t, "/players?cursor=x").wants(t, http.StatusBadRequest, session.InvalidRequest)
	o.get(t, "/players?currency=XXXX").wants(t, http.StatusBadRequest, session.InvalidCurrency)
}

// The rounds of a house are filtered and paged over all of its players.
func TestHouseRounds(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	a, b := o.player(t, "USD", "100"), o.player(t, "USD", "100")
	ids := []string{a.spin(t), b.spin(t), a.spin(t)}
	o.post(t, "/test/force-outcome", map[string]any{"playerId": b.ID, "gameId": "slots", "outcome": map[string]any{"reelPositions": []int{0, 0, 0, 0, 0}}}).into(t, &struct{}{})
	forced := b.spin(t)
	var page struct {
		Rounds []struct {
			RoundID, PlayerID string
			Actions           []json.RawMessage
		}
		NextCursor string
	}
	var got []string
	for cursor := ""; ; {
		o.get(t, "/rounds?limit=1&forced=false&gameId=slots&status=completed"+cursor).into(t, &page)
		for _, r := range page.Rounds {
			got = append([]string{r.RoundID}, got...)
			if len(r.Actions) != 1 {
				t.Errorf("%+v", r)
			}
		}
		if cursor = "&cursor=" + page.NextCursor; page.NextCursor == "" {
			break
		}
		page.NextCursor = ""
	}
	if fmt.Sprint(got) != fmt.Sprint(ids) {
		t.Errorf("listed %v, played %v", got, ids)
	}
	for query, want := range map[string]int{"": 4, "forced=true": 1, "minPayout=100000": 0, "minPayout=0": 4, "to=2020-01-01T00:00:00Z": 0,
		"from=2020-01-01T00:00:00Z": 4, "status=voided": 0, "gameId=smash": 0} {
		page.Rounds = nil
		if o.get(t, "/rounds?"+query).into(t, &page); len(page.Rounds) != want {
			t.Errorf("%q: %d rounds, want %d", query, len(page.Rounds), want)
		}
	}
	o.get(t, "/rounds?forced=true").into(t, &page)
	if page.Rounds[0].RoundID != forced || page.Rounds[0].PlayerID != b.ID {
		t.Errorf("%+v", page)
	}
}
