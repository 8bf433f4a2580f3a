package migrations_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"croupier/sandbox/pgtest"
)

// house is a database with one player who has played one round and has another open.
type house struct {
	owner, app       *pgx.Conn
	operator, player uuid.UUID
	finished, open   uuid.UUID
}

func setup(t *testing.T) *house {
	t.Helper()
	url := pgtest.New(t)
	h := &house{owner: connect(t, url, ""), app: connect(t, url, "croupier_app"),
		operator: id(), player: id(), finished: id(), open: id()}
	exec(t, h.app, `INSERT INTO operators (id, name, mode, created_at) VALUES ($1, 'Test', 'sandbox', now())`, h.operator)
	exec(t, h.app, `INSERT INTO players (id, operator_id, external_id, currency, created_at) VALUES ($1, $2, 'one', 'USD', now())`, h.player, h.operator)
	for seq := range 3 {
		exec(t, h.app, `INSERT INTO seed_pairs (player_id, seq, server_seed_hash, sealed_seed, created_at) VALUES ($1, $2, $3, '\x01', now())`,
			h.player, seq, seedHash(seq))
	}
	h.activate(t, 0)
	exec(t, h.app, `INSERT INTO seats (player_id) VALUES ($1)`, h.player)
	exec(t, h.app, `INSERT INTO builds (game_id, variant, rules_hash, rules) VALUES ('slots', 'RTP_96', $1, '{}')`, strings.Repeat("a", 64))
	exec(t, h.app, roundSQL, h.finished, h.operator, h.player, 0, 0, "completed", nil, time.Now())
	exec(t, h.app, roundSQL, h.open, h.operator, h.player, 0, 1, "in_progress", []byte{1}, nil)
	exec(t, h.app, `INSERT INTO actions (player_id, session_id, request_id, type, request, answer, round_id, step, stake, payout, balance, at)
		VALUES ($1, $2, 'r', 'action', '{}', '{}', $3, 0, 1, 0, 1, now())`, h.player, id(), h.finished)
	exec(t, h.app, `INSERT INTO transfers (player_id, id, debit, credit, amount, code, balance, at) VALUES ($1, $2, 'funding', 'player', 1, 'deposit', 1, now())`,
		h.player, id())
	exec(t, h.app, `INSERT INTO operator_transactions (operator_id, transaction_id, player_id, code, amount, transfer_id, balance, at)
		VALUES ($1, 't', $2, 'deposit', 1, $3, 1, now())`, h.operator, h.player, id())
	return h
}

const roundSQL = `INSERT INTO rounds (id, operator_id, player_id, seed_seq, nonce, game_id, build_id, status, steps, bet, stake, payout, sealed_state, opened_at, closed_at)
	VALUES ($1, $2, $3, $4, $5, 'slots', 1, $6, 1, 1, 1, 0, $7, now(), $8)`

func id() uuid.UUID { return uuid.Must(uuid.NewV7()) }

func seed(seq int) string { return fmt.Sprintf("%064x", seq+1) }

func seedHash(seq int) string {
	sum := sha256.Sum256([]byte(seed(seq)))
	return hex.EncodeToString(sum[:])
}

func (h *house) activate(t *testing.T, seq int) {
	t.Helper()
	exec(t, h.app, `UPDATE seed_pairs SET client_seed = 'c', client_seed_by = 'player', activated_at = now() WHERE player_id = $1 AND seq = $2`, h.player, seq)
}

const revealSQL = `UPDATE seed_pairs SET server_seed = $3, sealed_seed = NULL, rounds = 1, revealed_at = now() WHERE player_id = $1 AND seq = $2`

// rotate moves the seat on and reveals the pair before it.
func (h *house) rotate(t *testing.T, seq int) {
	t.Helper()
	h.activate(t, seq)
	exec(t, h.app, `UPDATE seats SET version = version + 1, seed_seq = $2, next_nonce = 0 WHERE player_id = $1`, h.player, seq)
	exec(t, h.app, revealSQL, h.player, seq-1, seed(seq-1))
}

func (h *house) finish(t *testing.T) {
	t.Helper()
	exec(t, h.app, `UPDATE rounds SET status = 'completed', sealed_state = NULL, closed_at = now(), steps = 2 WHERE id = $1`, h.open)
}

// refused fails the test unless the statement is refused with a code of the class, and for everybody of conns.
func refused(t *testing.T, class string, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	tag, err := conn.Exec(t.Context(), sql, args...)
	var told *pgconn.PgError
	if !errors.As(err, &told) || !strings.HasPrefix(told.Code, class) {
		t.Errorf("%s %v: %s, error %v, want one of class %s", sql, args, tag, err, class)
	}
}

const (
	byGrant = "42501"
	byGuard = "23000"
	byCheck = "23514"
)

func TestAppendOnlyTablesStayAsTheyAre(t *testing.T) {
	t.Parallel()
	h := setup(t)
	tables := []string{"actions", "transfers", "operator_transactions"}
	rows, err := h.owner.Query(t.Context(), `SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent IN ('actions'::regclass, 'transfers'::regclass)
		AND inhrelid IN (SELECT tableoid FROM actions UNION SELECT tableoid FROM transfers)`)
	must(t, err)
	parts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	if len(parts) != 2 {
		t.Fatalf("rows are in %v", parts)
	}
	for _, table := range append(tables, parts...) {
		for _, sql := range []string{"UPDATE %s SET at = now()", "DELETE FROM %s", "TRUNCATE %s"} {
			refused(t, byGuard, h.owner, fmt.Sprintf(sql, table))
			refused(t, byGrant, h.app, fmt.Sprintf(sql, table))
		}
	}
	for _, part := range parts {
		refused(t, byGrant, h.app, "SELECT FROM "+part)
		refused(t, byGrant, h.app, "DROP TABLE "+part)
		refused(t, byGrant, h.app, "ALTER TABLE "+part+" DISABLE TRIGGER ALL")
	}
	for _, table := range []string{"rounds", "seed_pairs", "seats"} {
		for _, sql := range []string{"DELETE FROM %s", "TRUNCATE %s CASCADE"} {
			refused(t, byGuard, h.owner, fmt.Sprintf(sql, table))
			refused(t, byGrant, h.app, fmt.Sprintf(sql, table))
		}
	}
	for _, table := range []string{"seats", "players", "operators", "builds", "sessions", "expiries", "round_hours", "river_migration"} {
		refused(t, byGrant, h.app, "DELETE FROM "+table)
	}
	refused(t, byGrant, h.app, "UPDATE round_hours SET rounds = rounds")
	refused(t, byGrant, h.app, "UPDATE builds SET rules_hash = rules_hash")
	refused(t, byGrant, h.app, "UPDATE river_migration SET version = version")
	refused(t, byGrant, h.app, "SET session_replication_role = replica")
}

func TestRevealedSeedsAreRevealedForEver(t *testing.T) {
	t.Parallel()
	h := setup(t)
	refused(t, byGuard, h.app, revealSQL, h.player, 0, seed(0)) // a round is open, and the seat is there
	h.finish(t)
	refused(t, byGuard, h.app, revealSQL, h.player, 0, seed(0)) // the seat is there
	refused(t, "23", h.app, revealSQL, h.player, 1, seed(1))    // it was not active yet
	h.activate(t, 1)
	refused(t, byGuard, h.app, revealSQL, h.player, 1, seed(1)) // the seat is still before it
	exec(t, h.app, `UPDATE seats SET version = version + 1, seed_seq = 1, next_nonce = 0 WHERE player_id = $1`, h.player)
	refused(t, byCheck, h.app, revealSQL, h.player, 0, seed(1)) // not the seed that was committed to
	exec(t, h.app, revealSQL, h.player, 0, seed(0))

	for _, conn := range []*pgx.Conn{h.owner, h.app} {
		refused(t, byGuard, conn, `UPDATE seed_pairs SET server_seed = NULL, sealed_seed = '\x01', revealed_at = NULL WHERE player_id = $1 AND seq = 0`, h.player)
		refused(t, byGuard, conn, `UPDATE seed_pairs SET rounds = 7 WHERE player_id = $1 AND seq = 0`, h.player)
		refused(t, byGuard, conn, `UPDATE seed_pairs SET server_seed_hash = $2 WHERE player_id = $1 AND seq = 1`, h.player, seedHash(9))
		refused(t, byGuard, conn, `UPDATE seed_pairs SET client_seed = 'other' WHERE player_id = $1 AND seq = 1`, h.player)
		refused(t, byGuard, conn, `UPDATE seats SET version = version + 1, seed_seq = 0, next_nonce = 0 WHERE player_id = $1`, h.player)
		refused(t, byGuard, conn, roundSQL, id(), h.operator, h.player, 0, 2, "completed", nil, time.Now()) // revealed
		refused(t, byGuard, conn, roundSQL, id(), h.operator, h.player, 2, 0, "completed", nil, time.Now()) // not active yet
		refused(t, byGuard, conn, roundSQL, id(), h.operator, h.player, 9, 0, "completed", nil, time.Now()) // not there
		refused(t, "23505", conn, `INSERT INTO seed_pairs (player_id, seq, server_seed_hash, sealed_seed, created_at) VALUES ($1, 1, $2, '\x01', now())`, h.player, seedHash(1))
	}
}

func TestClientSeedsKeepTheirGrammar(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for _, bad := range []string{"", "a:b", "a#b", "a\tb", "ä", strings.Repeat("x", 65)} {
		refused(t, byCheck, h.app, `UPDATE seed_pairs SET client_seed = $2, client_seed_by = 'player', activated_at = now() WHERE player_id = $1 AND seq = 1`, h.player, bad)
	}
}

func TestSeatsGoForward(t *testing.T) {
	t.Parallel()
	h := setup(t)
	exec(t, h.app, `UPDATE seats SET version = version + 1, next_nonce = 2 WHERE player_id = $1`, h.player)
	h.finish(t)
	h.rotate(t, 1)
	exec(t, h.app, `UPDATE seats SET version = version + 1, next_nonce = 5 WHERE player_id = $1`, h.player)
	h.activate(t, 2)
	for _, conn := range []*pgx.Conn{h.owner, h.app} {
		for _, set := range []string{"balance = 5", "version = version - 1", "version = version + 1, next_nonce = 4",
			"version = version + 1, seed_seq = 0, next_nonce = 0", "version = version + 1, seed_seq = 2",
			"version = version + 1, seed_seq = 9, next_nonce = 0"} {
			refused(t, byGuard, conn, `UPDATE seats SET `+set+` WHERE player_id = $1`, h.player)
		}
		refused(t, "23505", conn, `INSERT INTO seats (player_id) VALUES ($1)`, h.player)
	}
}

func TestPlayedRoundsDoNotChange(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for _, conn := range []*pgx.Conn{h.owner, h.app} {
		for _, set := range []string{"payout = 100", "status = 'cashed_out'", "forced = '{}'", "steps = 5",
			"status = 'voided', payout = stake", "status = 'in_progress', sealed_state = '\\x01', closed_at = NULL"} {
			refused(t, byGuard, conn, `UPDATE rounds SET `+set+` WHERE id = $1`, h.finished)
		}
		for _, set := range []string{"id = $2", "operator_id = $2", "player_id = $2"} {
			refused(t, byGuard, conn, `UPDATE rounds SET `+set+` WHERE id = $1`, h.open, id())
		}
		for _, set := range []string{"nonce = 7", "seed_seq = 1", "game_id = 'x'", "build_id = 2", "bet = 0.5",
			"forced = '{\"0\": [1]}'", "opened_at = opened_at - interval '1 day'", "steps = steps - 1", "stake = stake - 1"} {
			tx, err := conn.Begin(t.Context())
			must(t, err)
			if _, err := tx.Exec(t.Context(), `UPDATE rounds SET `+set+` WHERE id = $1`, h.open); err == nil {
				t.Errorf("an open round took %s", set)
			}
			must(t, tx.Rollback(t.Context()))
		}
		refused(t, byCheck, conn, `UPDATE rounds SET payout = 1 WHERE id = $1`, h.open)
		refused(t, byCheck, conn, `UPDATE rounds SET status = 'completed' WHERE id = $1`, h.open)
		refused(t, byCheck, conn, `UPDATE rounds SET status = 'voided', sealed_state = NULL, closed_at = now(), payout = stake + 1 WHERE id = $1`, h.open)
	}
	h.finish(t)
	refused(t, byGuard, h.owner, `UPDATE rounds SET payout = 1 WHERE id = $1`, h.open)
}

func TestNoncesAndOpenRoundsAreUnique(t *testing.T) {
	t.Parallel()
	h := setup(t)
	refused(t, "23505", h.app, roundSQL, id(), h.operator, h.player, 0, 0, "completed", nil, time.Now())
	refused(t, "23505", h.app, roundSQL, id(), h.operator, h.player, 0, 2, "in_progress", []byte{1}, nil)
	refused(t, "23505", h.app, roundSQL, h.finished, h.operator, h.player, 0, 2, "completed", nil, time.Now())
	refused(t, byCheck, h.app, roundSQL, id(), h.operator, h.player, 0, -1, "completed", nil, time.Now())
	session := id()
	const action = `INSERT INTO actions (player_id, session_id, request_id, type, request, answer, round_id, step, at)
		VALUES ($1, $2, 'same', 'action', '{}', '{}', $3, 0, now())`
	exec(t, h.app, action, h.player, session, h.open)
	refused(t, "23505", h.app, action, h.player, session, h.finished)
	exec(t, h.app, action, h.player, id(), h.open) // another session's
}

func TestMoneyIsANumber(t *testing.T) {
	t.Parallel()
	h := setup(t)
	round := func(column string) string {
		values := map[string]string{"bet": "1", "stake": "1", "payout": "0"}
		values[column] = "%s"
		return fmt.Sprintf(`INSERT INTO rounds (id, operator_id, player_id, seed_seq, nonce, game_id, build_id, status, steps, bet, stake, payout, opened_at, closed_at)
			VALUES (gen_random_uuid(), '%s', '%s', 0, 50, 'slots', 1, 'completed', 1, %s, %s, %s, now(), now())`,
			h.operator, h.player, values["bet"], values["stake"], values["payout"])
	}
	action := func(column string) string {
		return fmt.Sprintf(`INSERT INTO actions (player_id, session_id, request_id, type, request, answer, round_id, step, at, %s)
			VALUES ('%s', '%s', 'money', 'action', '{}', '{}', '%s', 1, now(), %%s)`, column, h.player, id(), h.open)
	}
	transfer := func(columns string) string {
		return fmt.Sprintf(`INSERT INTO transfers (player_id, id, debit, credit, code, at, amount, balance)
			VALUES ('%s', '%s', 'funding', 'player', 'deposit', now(), %s)`, h.player, id(), columns)
	}
	order := func(columns string) string {
		return fmt.Sprintf(`INSERT INTO operator_transactions (operator_id, transaction_id, player_id, code, transfer_id, at, amount, balance)
			VALUES ('%s', 'money', '%s', 'deposit', '%s', now(), %s)`, h.operator, h.player, id(), columns)
	}
	for where, sql := range map[string]string{
		"seats.balance": `UPDATE seats SET version = version + 1, balance = %s`,
		"seats.escrow":  `UPDATE seats SET version = version + 1, escrow = %s`,
		"rounds.bet":    round("bet"), "rounds.stake": round("stake"), "rounds.payout": round("payout"),
		"actions.stake": action("stake"), "actions.payout": action("payout"), "actions.balance": action("balance"),
		"transfers.amount": transfer("%s, 1"), "transfers.balance": transfer("1, %s"),
		"operator_transactions.amount": order("%s, 1"), "operator_transactions.balance": order("1, %s"),
	} {
		for _, value := range []string{"'NaN'", "'Infinity'", "'-Infinity'", "-0.01"} {
			tx, err := h.app.Begin(t.Context())
			must(t, err)
			_, err = tx.Exec(t.Context(), fmt.Sprintf(sql, value))
			var told *pgconn.PgError
			if !errors.As(err, &told) || told.Code != byCheck {
				t.Errorf("%s took %s: %v", where, value, err)
			}
			must(t, tx.Rollback(t.Context()))
		}
		// And it is the value that was refused.
		tx, err := h.app.Begin(t.Context())
		must(t, err)
		if _, err := tx.Exec(t.Context(), fmt.Sprintf(sql, "1")); err != nil {
			t.Errorf("%s refused 1: %v", where, err)
		}
		must(t, tx.Rollback(t.Context()))
	}
	for _, zero := range []string{transfer("0, 1"), order("0, 1")} {
		refused(t, byCheck, h.app, zero)
	}
}

func TestTransfersGoOnlyKnownWays(t *testing.T) {
	t.Parallel()
	h := setup(t)
	accounts := []string{"player", "escrow", "house", "funding"}
	allowed := map[string]bool{"stake player house": true, "stake player escrow": true, "lapse escrow house": true,
		"payout house player": true, "refund escrow player": true, "deposit funding player": true, "withdrawal player funding": true}
	for _, code := range []string{"stake", "lapse", "payout", "refund", "deposit", "withdrawal", "gift"} {
		for _, debit := range accounts {
			for _, credit := range accounts {
				for _, round := range []*uuid.UUID{nil, &h.open} {
					want := allowed[code+" "+debit+" "+credit] && (round == nil) == (code == "deposit" || code == "withdrawal")
					_, err := h.app.Exec(t.Context(), `INSERT INTO transfers (player_id, id, debit, credit, amount, code, round_id, balance, at)
						VALUES ($1, $2, $3::text::account, $4::text::account, 1, $5, $6, 1, now())`, h.player, id(), debit, credit, code, round)
					if (err == nil) != want {
						t.Errorf("%s from %s to %s, round %v: %v", code, debit, credit, round, err)
					}
				}
			}
		}
	}
}

// A void is recorded under the round's own name, with its reason and who did it, or not at all.
func TestVoidsAreRecordedWithTheirReason(t *testing.T) {
	t.Parallel()
	h := setup(t)
	const sql = `INSERT INTO actions (player_id, session_id, request_id, type, request, answer, round_id, step, stake, payout, balance, at)
		VALUES ($1, $2, $3, 'void', $4::text::json, '{}', $5, 1, 0, 1, 1, now())`
	for request, session := range map[string]uuid.UUID{
		`{"by":"me"}`: h.open, `{"reason":"","by":"me"}`: h.open, `{"reason":null,"by":"me"}`: h.open, `{"reason":"why"}`: h.open,
		`{"reason":"why","by":""}`:                                h.open,
		`{"reason":"` + strings.Repeat("x", 201) + `","by":"me"}`: h.open,
		`{"reason":"why","by":"me"}`:                              id(),
	} {
		refused(t, byCheck, h.app, sql, h.player, session, "void", request, h.open)
	}
	refused(t, byCheck, h.app, sql, h.player, h.open, "another", `{"reason":"why","by":"me"}`, h.open)
	exec(t, h.app, sql, h.player, h.open, "void", `{"reason":"why","by":"me"}`, h.open)
	refused(t, "23505", h.app, sql, h.player, h.open, "void", `{"reason":"why","by":"me"}`, h.open)
}

func TestPartitionsOfTheMonthsToCome(t *testing.T) {
	t.Parallel()
	h := setup(t)
	for _, months := range []int{2, 5} { // as migrated, and further ahead
		if months != 2 {
			exec(t, h.app, `SELECT ensure_partitions($1)`, months)
			exec(t, h.app, `SELECT ensure_partitions($1)`, months) // which finds nothing to do
		}
		now := time.Now().UTC()
		first := time.Date(now.Year(), now.Month(), 1, 0, 0, 0, 0, time.UTC)
		for m := -1; m <= months; m++ {
			for _, at := range []time.Time{first.AddDate(0, m, 0), first.AddDate(0, m+1, 0).Add(-time.Millisecond)} {
				var part string
				const sql = `INSERT INTO transfers (player_id, id, debit, credit, amount, code, balance, at)
					VALUES ($1, $2, 'funding', 'player', 1, 'deposit', 1, now()) RETURNING tableoid::regclass::text`
				must(t, h.app.QueryRow(t.Context(), sql, h.player, idAt(at)).Scan(&part))
				if want := at.Format("transfers_2006_01"); part != want {
					t.Errorf("%s is in %s, want %s", at, part, want)
				}
				exec(t, h.app, `INSERT INTO actions (player_id, session_id, request_id, type, request, answer, at) VALUES ($1, $2, 'r', 'seed_rotate', '{}', '{}', now())`,
					h.player, idAt(at))
			}
		}
		for _, table := range []string{"transfers", "actions"} {
			part := first.AddDate(0, months, 0).Format(table + "_2006_01")
			refused(t, byGuard, h.owner, "TRUNCATE "+part)
			refused(t, byGuard, h.owner, "DELETE FROM "+part)
			refused(t, byGrant, h.app, "TRUNCATE "+part)
			refused(t, byGrant, h.app, "DELETE FROM "+part)
		}
	}
	refused(t, byCheck, h.app, `INSERT INTO transfers (player_id, id, debit, credit, amount, code, balance, at)
		VALUES ($1, $2, 'funding', 'player', 1, 'deposit', 1, now())`, h.player, idAt(time.Now().AddDate(1, 0, 0)))
}

// idAt returns a UUIDv7 of an instant.
func idAt(at time.Time) uuid.UUID {
	u := id()
	ms := at.UnixMilli()
	for i := range 6 {
		u[i] = byte(ms >> (8 * (5 - i)))
	}
	return u
}
