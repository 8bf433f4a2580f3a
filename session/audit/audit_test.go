package audit_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"croupier/games"
	"croupier/session/audit"
)

// tampering is one thing in the database that is not as it was, and the checks that must find it.
type tampering struct {
	name   string
	sql    string // statements, by semicolon
	checks []string
}

// Where a statement needs one: a dice round of chance under a revealed seed, one that paid, and the second of three rounds of a pair.
const (
	aRoll   = `(SELECT r.id FROM rounds r WHERE r.game_id = 'dice' AND r.seed_seq = 0 ORDER BY r.player_id, r.nonce LIMIT 1)`
	aForced = `(SELECT r.id FROM rounds r WHERE r.forced IS NOT NULL ORDER BY r.player_id LIMIT 1)`
	aSpin   = `(SELECT r.id FROM rounds r WHERE r.game_id = 'slots' AND r.seed_seq = 0 ORDER BY r.player_id, r.nonce LIMIT 1)`
	aSteps  = `(SELECT r.id FROM rounds r WHERE r.game_id = 'blackjack' AND r.seed_seq = 0 AND r.steps > 1 ORDER BY r.player_id, r.nonce LIMIT 1)`
	aLast   = `(SELECT r.id FROM rounds r WHERE r.seed_seq = 0 ORDER BY r.player_id, r.nonce DESC LIMIT 1)`
	aLive   = `(SELECT r.id FROM rounds r WHERE r.game_id = 'dice' AND r.seed_seq = 2 ORDER BY r.player_id, r.nonce LIMIT 1)`
	aVoid   = `(SELECT r.id FROM rounds r WHERE r.status = 'voided' ORDER BY r.player_id LIMIT 1)`
	aPair   = `(SELECT player_id FROM seed_pairs WHERE seq = 1 AND revealed_at IS NOT NULL ORDER BY player_id LIMIT 1)`
)

var tamperings = []tampering{
	{"an outcome", `UPDATE actions SET answer = regexp_replace(answer::text, '"roll":[0-9.]+', '"roll":12.34')::json WHERE round_id = ` + aRoll, []string{"outcome"}},
	{"a payout", `UPDATE rounds SET payout = payout + 1 WHERE id = ` + aRoll, []string{"outcome", "sum", "ledger"}},
	{"a payout by less than a cent", `UPDATE rounds SET payout = payout + 0.001 WHERE id = ` + aRoll, []string{"round", "ledger", "log"}},
	{"a payout, wherever it is stored, and all balances after it", `
		UPDATE rounds SET payout = payout + 1 WHERE id = ` + aLast + `;
		UPDATE actions SET payout = payout + 1 WHERE round_id = ` + aLast + ` AND step = (SELECT max(step) FROM actions WHERE round_id = ` + aLast + `);
		UPDATE actions a SET balance = balance + 1, answer = regexp_replace(answer::text, '"after":[0-9.]+', '"after":' || (balance + 1))::json
			WHERE player_id = (SELECT player_id FROM rounds WHERE id = ` + aLast + `) AND round_id IS NOT NULL AND at >= (SELECT max(at) FROM actions WHERE round_id = ` + aLast + `);
		UPDATE actions a SET answer = regexp_replace(answer::text, '"before":[0-9.]+', '"before":' || (balance + stake - payout))::json
			WHERE player_id = (SELECT player_id FROM rounds WHERE id = ` + aLast + `) AND round_id IS NOT NULL`, []string{"outcome"}},
	{"a stake", `UPDATE actions SET stake = stake + 1 WHERE round_id = ` + aRoll, []string{"outcome", "sum", "balance", "ledger"}},
	{"a bet", `UPDATE rounds SET bet = bet - 0.01 WHERE id = ` + aRoll, []string{"sum"}},
	{"a status", `UPDATE rounds SET status = 'cashed_out' WHERE id = ` + aRoll, []string{"outcome"}},
	{"a nonce", `UPDATE rounds SET nonce = nonce + 1000 WHERE id = ` + aRoll, []string{"nonce", "outcome", "told", "ledger"}},
	{"two nonces, each for the other", `ALTER TABLE rounds DROP CONSTRAINT rounds_player_id_seed_seq_nonce_key;
		UPDATE rounds SET nonce = CASE nonce WHEN 0 THEN 1 ELSE 0 END WHERE seed_seq = 0 AND nonce < 2 AND player_id = ` + aPair, []string{"outcome", "told", "balance"}},
	{"a nonce that is there twice", `ALTER TABLE rounds DROP CONSTRAINT rounds_player_id_seed_seq_nonce_key;
		UPDATE rounds SET nonce = 3 WHERE seed_seq = 0 AND nonce = 4 AND player_id = ` + aPair, []string{"nonce", "outcome", "told"}},
	{"a nonce under a seed that is not revealed", `UPDATE rounds SET nonce = nonce + 1000 WHERE id = ` + aLive, []string{"nonce", "told"}},
	{"a round that is gone without a trace", `
		DELETE FROM actions WHERE round_id = ` + aRoll + `; DELETE FROM transfers WHERE round_id = ` + aRoll + `; DELETE FROM rounds WHERE id = ` + aRoll,
		[]string{"nonce", "seed pair", "ledger"}},
	{"the last round of a seed pair", `DELETE FROM rounds WHERE id = ` + aLast, []string{"seed pair", "ledger"}},
	{"a step that is gone", `DELETE FROM actions WHERE step = 1 AND round_id = ` + aSteps, []string{"action", "outcome", "ledger"}},
	{"what the player asked for", `UPDATE actions SET request = '{"action":"roll","amount":0.13,"chance":97.99}' WHERE round_id = ` + aRoll, []string{"outcome"}},
	{"when a hand was played on: its step", `UPDATE actions SET step = step + 7 WHERE step = 1 AND round_id = ` + aSteps, []string{"action", "outcome"}},
	{"a balance", `UPDATE actions SET balance = balance + 5 WHERE round_id = ` + aRoll, []string{"told", "balance"}},
	{"a balance, as it was told as well", `UPDATE actions SET balance = balance + 5, answer = replace(replace(answer::text,
		'"after":' || balance, '"after":' || (balance + 5)), '"before":' || (balance + stake - payout), '"before":' || (balance + stake - payout + 5))::json
		WHERE round_id = ` + aRoll, []string{"balance"}},
	{"a balance under a seed that is not revealed", `UPDATE actions SET balance = balance + 5 WHERE round_id = ` + aLive, []string{"told", "balance"}},
	{"the commitment that the player was told", `UPDATE actions SET answer = regexp_replace(answer::text, '"serverSeedHash":"....', '"serverSeedHash":"0000')::json
		WHERE round_id = ` + aLive, []string{"told"}},
	{"an answer", `UPDATE actions SET answer = '{}' WHERE round_id = ` + aSpin, []string{"outcome", "told"}},
	{"the answer of another round", `UPDATE actions SET answer = (SELECT answer FROM actions WHERE round_id = ` + aSpin + `) WHERE round_id = ` + aRoll,
		[]string{"outcome", "told"}},
	{"a revealed seed", `ALTER TABLE seed_pairs DROP CONSTRAINT seed_pairs_check;
		UPDATE seed_pairs SET server_seed = repeat('ab', 32) WHERE seq = 0 AND player_id = ` + aPair, []string{"commitment", "outcome"}},
	{"a revealed seed and its commitment", `UPDATE seed_pairs SET server_seed = repeat('ab', 32), server_seed_hash =
		encode(sha256(repeat('ab', 32)::bytea), 'hex') WHERE seq = 0 AND player_id = ` + aPair, []string{"outcome", "told"}},
	{"a client seed", `UPDATE seed_pairs SET client_seed = client_seed || 'x' WHERE seq = 0 AND player_id = ` + aPair, []string{"outcome"}},
	{"how many rounds a pair was revealed with", `UPDATE seed_pairs SET rounds = rounds + 1 WHERE seq = 0 AND player_id = ` + aPair, []string{"seed pair"}},
	{"a seed pair that is gone", `DELETE FROM seed_pairs WHERE seq = 1 AND player_id = ` + aPair, []string{"seed pair", "told"}},
	{"a round that is another's", `UPDATE rounds SET player_id = (SELECT max(player_id::text)::uuid FROM seats), seed_seq = 0, nonce = 900 WHERE id = ` + aRoll,
		[]string{"nonce", "action", "ledger"}},
	{"a round that is of another build", `UPDATE rounds SET build_id = (SELECT min(b.id) FROM builds b WHERE b.game_id = 'dice' AND b.id <> rounds.build_id)
		WHERE id = ` + aRoll, []string{"outcome"}},
	{"stored rules", `UPDATE builds SET rules = (rules::text || ' ')::json WHERE game_id = 'slots'`, []string{"build"}},
	{"the mark of a forced round", `UPDATE rounds SET forced = NULL WHERE id = ` + aForced, []string{"outcome"}},
	{"what a forced round was forced to", `UPDATE rounds SET forced = regexp_replace(forced::text, '[0-9]+\]', '77]')::json WHERE id = ` + aForced, []string{"outcome"}},
	{"a player's balance", `UPDATE seats SET balance = balance + 1 WHERE player_id = ` + aPair, []string{"ledger"}},
	{"a transfer", `UPDATE transfers SET amount = amount + 1 WHERE round_id = ` + aRoll + ` AND code = 'stake'`, []string{"ledger"}},
	{"a deposit", `UPDATE operator_transactions SET amount = amount + 1 WHERE transaction_id LIKE 'more%' AND player_id = ` + aPair, []string{"balance", "ledger"}},
	{"the status of a voided round", `UPDATE rounds SET status = 'completed' WHERE id = ` + aVoid, []string{"round", "outcome", "ledger"}},
	{"what a voided round returned", `UPDATE actions SET payout = payout - 0.01, balance = balance - 0.01 WHERE type = 'void' AND round_id = ` + aVoid,
		[]string{"outcome", "sum", "told", "ledger"}},
	{"why a round was voided", `UPDATE actions SET request = '{"reason":"because","by":"test"}' WHERE type = 'void' AND round_id = ` + aVoid, []string{"ledger"}},
	{"a withdrawal that is gone", `DELETE FROM operator_transactions WHERE transaction_id LIKE 'less%' AND player_id = ` + aPair, []string{"balance", "ledger"}},
}

func TestAudit(t *testing.T) {
	t.Parallel()
	c := openCasino(t)
	t.Run("a house as it should be", func(t *testing.T) { c.inside(t, nil, func(tx pgx.Tx) { c.isRight(t, tx) }) })
	t.Run("exports", func(t *testing.T) { c.inside(t, nil, func(tx pgx.Tx) { c.exports(t, tx) }) })
	t.Run("exports that were tampered with", func(t *testing.T) { c.inside(t, nil, func(tx pgx.Tx) { c.brokenExports(t, tx) }) })
	t.Run("the commitment log", func(t *testing.T) { c.inside(t, nil, func(tx pgx.Tx) { c.log(t, tx) }) })
	t.Run("a commitment log that was tampered with", c.brokenLog)
	for _, one := range tamperings {
		named := ""
		for _, place := range []string{aRoll, aForced, aSpin, aSteps, aLast, aLive, aVoid} {
			if named == "" && strings.Contains(one.sql, place) { // the first, where one is the pattern of another
				c.inside(t, nil, func(tx pgx.Tx) { must(t, tx.QueryRow(t.Context(), "SELECT "+place+"::text").Scan(&named)) })
			}
		}
		t.Run("tampered: "+one.name, func(t *testing.T) {
			c.inside(t, strings.Split(one.sql, ";"), func(tx pgx.Tx) {
				report := c.audit(t, tx)
				for _, check := range one.checks {
					if report.ByCheck[check] == 0 {
						t.Errorf("%s found nothing", check)
					}
				}
				if !slices.ContainsFunc(report.Differences, func(d audit.Difference) bool {
					return named == "" || d.RoundID == named || strings.Contains(d.What, named) || strings.Contains(one.sql, "DELETE FROM rounds") && d.PlayerID != ""
				}) {
					t.Errorf("round %s is not named", named)
				}
				if report.OK || report.Found == 0 || int64(len(report.Differences)) != report.Found {
					t.Errorf("%d differences, %d listed", report.Found, len(report.Differences))
				}
				if t.Failed() || testing.Verbose() {
					for _, d := range report.Differences {
						t.Logf("%+v", d)
					}
				}
			})
		})
	}
}

// isRight checks that nothing is found, and that everything was looked at.
func (c *casino) isRight(t *testing.T, tx pgx.Tx) {
	report := c.audit(t, tx)
	if !report.OK || report.Found != 0 || len(report.Differences) != 0 {
		t.Errorf("%d differences: %+v", report.Found, report.Differences)
	}
	var rounds, verifiable, forced, open int64
	must(t, tx.QueryRow(t.Context(), `SELECT count(*), count(*) FILTER (WHERE seed_seq < 2), count(*) FILTER (WHERE forced IS NOT NULL),
		count(*) FILTER (WHERE status = 'in_progress') FROM rounds`).Scan(&rounds, &verifiable, &forced, &open))
	if report.Rounds != rounds || report.Verified != verifiable || report.Forced != forced || forced == 0 || open == 0 {
		t.Errorf("%d rounds, %d verified, %d forced; want %d, %d, %d", report.Rounds, report.Verified, report.Forced, rounds, verifiable, forced)
	}
	unchecked := map[string]int64{}
	for _, reason := range report.Unchecked {
		unchecked[reason.Why] = reason.Rounds
	}
	if unchecked["the round is open"] != open || unchecked["the server seed is not revealed yet"] != rounds-verifiable-open || len(unchecked) != 2 {
		t.Errorf("not checked: %v", unchecked)
	}
	if report.Voided != 3 {
		t.Errorf("%d rounds are voided, want one of each player", report.Voided)
	}
	for _, g := range report.Games { // what was voided was neither wagered nor won
		if g.Game == "move" {
			c.moneyWithoutVoids(t, tx, g.Money)
		}
	}
	if report.Players != 3 || report.SeedPairs != 9 || report.Stored.Revealed != 6 || report.Stored.SeedPairs != 12+2*onlookers || report.Ledger == nil {
		t.Errorf("%d players, %d pairs, stored %+v", report.Players, report.SeedPairs, report.Stored)
	}
	played := map[string]bool{}
	for _, g := range report.Games {
		played[g.Game] = true
		if g.Exact == nil {
			t.Errorf("%s %s: no exact return", g.Game, g.Variant)
		}
	}
	for _, game := range c.catalogue.Games() {
		if !played[game.ID] {
			t.Errorf("%s is not in the report", game.ID)
		}
	}
}

func (c *casino) moneyWithoutVoids(t *testing.T, tx pgx.Tx, got []audit.MoneyReport) {
	t.Helper()
	var staked, paid string
	must(t, tx.QueryRow(t.Context(), `SELECT sum(stake)::text, sum(payout)::text FROM rounds WHERE game_id = 'move' AND status <> 'voided'`).Scan(&staked, &paid))
	if len(got) != 1 || string(got[0].Staked) != staked || string(got[0].Paid) != paid {
		t.Errorf("move: %+v, want %s staked and %s paid", got, staked, paid)
	}
}

func export(t *testing.T, tx pgx.Tx, f audit.Filters) []byte {
	t.Helper()
	var out bytes.Buffer
	_, err := audit.Export(t.Context(), tx, f, &out, nil)
	must(t, err)
	return out.Bytes()
}

func (c *casino) run(t *testing.T, text []byte) *audit.Report {
	t.Helper()
	report, err := audit.Run(t.Context(), bytes.NewReader(text), audit.Options{Catalogue: c.catalogue})
	must(t, err)
	return report
}

// exports checks exports of all kinds, and that a line of one is a record.
func (c *casino) exports(t *testing.T, tx pgx.Tx) {
	whole := export(t, tx, audit.Filters{})
	var last, first time.Time
	must(t, tx.QueryRow(t.Context(), "SELECT min(opened_at), max(opened_at) FROM rounds").Scan(&first, &last))
	middle := first.Add(last.Sub(first) / 2)
	game := "smash"
	for name, f := range map[string]audit.Filters{
		"all": {}, "since": {Since: &middle}, "until": {Until: &middle}, "player": {Player: &c.players[1]}, "game": {Game: &game},
		"both": {Since: &first, Until: &middle},
	} {
		text := export(t, tx, f)
		report := c.run(t, text)
		if !report.OK || report.Rounds == 0 {
			t.Errorf("%s: %d rounds, differences %+v", name, report.Rounds, report.Differences)
		}
		if n, err := audit.Count(t.Context(), tx, f); err != nil || n != report.Rounds || (name == "all") != (n == c.run(t, whole).Rounds) && name != "both" {
			t.Errorf("%s: %d rounds in the report, %d counted, %v", name, report.Rounds, n, err)
		}
	}
	verified := 0
	for line := range bytes.Lines(whole) {
		if !bytes.HasPrefix(line, []byte(`{"line":"round"`)) {
			continue
		}
		rec, err := games.ParseRecord(line)
		must(t, err)
		report, err := games.Verify(c.catalogue, rec)
		if err == nil && !report.OK || err != nil && rec.ServerSeed != "" {
			t.Errorf("%s: %v, %+v", rec.RoundID, err, report.Checks)
		}
		if err == nil {
			verified++
		}
	}
	if verified == 0 {
		t.Error("no line could be verified")
	}
	if bytes.Contains(whole, []byte("sealed")) {
		t.Error("an export holds what is sealed")
	}
	// The same lines as another program writes them.
	var again bytes.Buffer
	for line := range bytes.Lines(whole) {
		var object map[string]json.RawMessage
		must(t, json.Unmarshal(line, &object))
		text, err := json.Marshal(object) // sorted by name
		must(t, err)
		fmt.Fprintf(&again, " %s \r\n", text)
	}
	if report := c.run(t, again.Bytes()); !report.OK || report.Verified != int64(verified) {
		t.Errorf("written otherwise: %d verified, differences %+v", report.Verified, report.Differences)
	}
}

// brokenExports checks that a file is not taken for whole that is not.
func (c *casino) brokenExports(t *testing.T, tx pgx.Tx) {
	whole := export(t, tx, audit.Filters{})
	lines := slices.Collect(bytes.Lines(whole))
	is := func(i int, kind string) bool { return bytes.HasPrefix(lines[i], []byte(`{"line":"`+kind+`"`)) }
	at := func(kind string, n int) int {
		for i := range lines {
			if is(i, kind) {
				if n--; n < 0 {
					return i
				}
			}
		}
		t.Fatalf("no such %s", kind)
		return 0
	}
	without := func(i int) []byte { return bytes.Join(slices.Delete(slices.Clone(lines), i, i+1), nil) }
	swapped := slices.Clone(lines)
	a, b := at("round", 2), at("round", 3)
	swapped[a], swapped[b] = swapped[b], swapped[a]
	line := func(i int, old, by string) []byte {
		if !bytes.Contains(lines[i], []byte(old)) {
			t.Fatalf("line %d has no %s", i+1, old)
		}
		changed := slices.Clone(lines)
		changed[i] = bytes.Replace(lines[i], []byte(old), []byte(by), 1)
		return bytes.Join(changed, nil)
	}
	for name, one := range map[string]struct {
		text  []byte
		check string
	}{
		"without its end":          {without(len(lines) - 1), "file"},
		"cut off in a line":        {whole[:len(whole)/2], "file"},
		"with lines after its end": {append(slices.Clone(whole), lines[at("round", 0)]...), "file"},
		"without a round":          {without(at("round", 2)), "nonce"},
		"without a transfer":       {without(at("transfer", 1)), "balance"},
		"with two rounds swapped":  {bytes.Join(swapped, nil), "nonce"},
		"with a player's lines at the end": {bytes.Join(slices.Concat(lines[:1], lines[at("transfer", 0)+1:len(lines)-1],
			lines[at("transfer", 0):at("transfer", 0)+1], lines[len(lines)-1:]), nil), "file"},
		"with a member twice":           {line(at("round", 1), `"nonce":`, `"nonce":7,"nonce":`), "file"},
		"with another operator":         {line(at("round", 1), `"operatorId":"0`, `"operatorId":"1`), "round"},
		"with a currency that is none":  {line(at("round", 1), `"currency":"USD"`, `"currency":"XXQ"`), "round"},
		"with an amount in quotes":      {line(at("round", 1), `"bet":`, `"bet":"1","bat":`), "file"},
		"with steps that are not there": {line(at("round", 1), `"steps":`, `"steps":1`), "action"},
		"with other rules":              {line(at("round", 1), `"roundId":"0`, `"roundId":"1`), "told"},
	} {
		report := c.run(t, one.text)
		if report.OK || report.ByCheck[one.check] == 0 {
			t.Errorf("%s: %s found nothing: %+v", name, one.check, report.Differences)
		}
	}
	unknown := bytes.ReplaceAll(whole, []byte(`"gameId":"smash"`), []byte(`"gameId":"crash"`))
	report := c.run(t, unknown)
	if !report.OK || !slices.ContainsFunc(report.Unchecked, func(r audit.Reason) bool { return strings.Contains(r.Why, "crash") }) {
		t.Errorf("rounds of a game that nobody knows: %+v, not checked %+v", report.Differences, report.Unchecked)
	}
	for _, text := range []string{"", "{}\n", "no export", `{"line":"header","schema":"another/1"}` + "\n", string(lines[2])} {
		if _, err := audit.Run(t.Context(), strings.NewReader(text), audit.Options{Catalogue: c.catalogue}); err == nil {
			t.Errorf("%.40q was audited", text)
		}
	}
}
