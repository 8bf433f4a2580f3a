package wallet

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// Finding is something in the ledger that must not be.
type Finding struct {
	Rule   string `json:"rule"`
	What   string `json:"what"`   // player, round or currency
	Detail string `json:"detail"` // what was expected and what is there
}

// Proof is what Check looked at and found.
type Proof struct {
	Players    int64     `json:"players"`
	Transfers  int64     `json:"transfers"`
	Rounds     int64     `json:"rounds"`
	OpenRounds int64     `json:"openRounds"`
	Balances   []Total   `json:"balances"`
	Findings   []Finding `json:"findings"` // none: the ledger holds
}

// Total is the sum of one kind of account in one currency.
type Total struct {
	Currency string `json:"currency"`
	Account  string `json:"account"`
	Balance  string `json:"balance"`
}

// rules are the statements that must find nothing. Each returns what and detail. Player and escrow balances are stored and held
// against their transfers; house and funding balances are sums of transfers, because a stored one would be a row that every round
// has to wait for.
var rules = []struct{ name, sql string }{
	{"every balance equals its transfers", `
		WITH sums AS (
			SELECT player_id,
				sum(CASE WHEN credit = 'player' THEN amount WHEN debit = 'player' THEN -amount ELSE 0 END) AS balance,
				sum(CASE WHEN credit = 'escrow' THEN amount WHEN debit = 'escrow' THEN -amount ELSE 0 END) AS escrow
			FROM transfers GROUP BY player_id)
		SELECT coalesce(s.player_id, t.player_id)::text, format('stored %s + %s in escrow, transfers sum to %s + %s',
			s.balance, s.escrow, coalesce(t.balance, 0), coalesce(t.escrow, 0))
		FROM seats s FULL JOIN sums t ON t.player_id = s.player_id
		WHERE s.player_id IS NULL OR s.balance <> coalesce(t.balance, 0) OR s.escrow <> coalesce(t.escrow, 0)`},
	{"all balances of a currency sum to zero", `
		WITH stored AS (
			SELECT p.currency, sum(s.balance + s.escrow) AS total FROM seats s JOIN players p ON p.id = s.player_id GROUP BY p.currency
		), others AS (
			SELECT p.currency, sum(CASE WHEN t.credit IN ('house', 'funding') THEN t.amount ELSE 0 END
				- CASE WHEN t.debit IN ('house', 'funding') THEN t.amount ELSE 0 END) AS total
			FROM transfers t JOIN players p ON p.id = t.player_id GROUP BY p.currency)
		SELECT currency, format('players and escrow %s, house and funding %s', coalesce(a.total, 0), coalesce(b.total, 0))
		FROM stored a FULL JOIN others b USING (currency) WHERE coalesce(a.total, 0) + coalesce(b.total, 0) <> 0`},
	{"every escrow belongs to an open round", `
		SELECT s.player_id::text, format('escrow %s, open rounds hold %s', s.escrow, coalesce(o.stake, 0))
		FROM seats s LEFT JOIN (SELECT player_id, sum(stake) AS stake FROM rounds WHERE status = 'in_progress' GROUP BY player_id) o
			ON o.player_id = s.player_id
		WHERE s.escrow <> coalesce(o.stake, 0)`},
	{"every round moved its stake and its payout", `
		WITH moved AS (
			SELECT round_id, player_id, sum(amount) FILTER (WHERE code = 'stake') AS stake, sum(amount) FILTER (WHERE code IN ('payout', 'refund')) AS payout,
				coalesce(sum(amount) FILTER (WHERE code = 'refund'), 0) AS refund, sum(CASE WHEN credit = 'escrow' THEN amount WHEN debit = 'escrow' THEN -amount ELSE 0 END) AS held
			FROM transfers WHERE round_id IS NOT NULL GROUP BY round_id, player_id)
		SELECT coalesce(r.id, m.round_id)::text, format('round: stake %s, payout %s, %s; transfers: %s, %s, held %s, refunded %s',
			r.stake, r.payout, r.status, coalesce(m.stake, 0), coalesce(m.payout, 0), coalesce(m.held, 0), coalesce(m.refund, 0))
		FROM rounds r FULL JOIN moved m ON m.round_id = r.id AND m.player_id = r.player_id
		WHERE r.id IS NULL OR r.stake <> coalesce(m.stake, 0) OR r.payout <> coalesce(m.payout, 0)
			OR coalesce(m.held, 0) <> CASE WHEN r.status = 'in_progress' THEN r.stake ELSE 0 END
			OR coalesce(m.refund, 0) <> CASE WHEN r.status = 'voided' THEN r.stake ELSE 0 END`},
	{"every voided round has its reason, as the player was told it", `
		SELECT coalesce(r.id, a.round_id)::text, format('round: %s, %s steps; its void: step %s, recorded %s, told %s',
			coalesce(r.status, 'not voided'), r.steps, coalesce(a.step::text, 'none'), a.request, json_build_object('reason', a.answer -> 'reason', 'by', a.answer -> 'by'))
		FROM (SELECT id, player_id, status, steps, closed_at FROM rounds WHERE status = 'voided') r
		FULL JOIN (SELECT * FROM actions WHERE type = 'void') a ON a.player_id = r.player_id AND a.round_id = r.id
		WHERE r.id IS NULL OR a.round_id IS NULL OR a.step <> r.steps - 1 OR a.at <> r.closed_at OR (a.request ->> 'reason', a.request ->> 'by')
			IS DISTINCT FROM (a.answer ->> 'reason', a.answer ->> 'by')`},
	{"nonces have no gap", `
		SELECT player_id::text || '/' || seed_seq, format('%s rounds, nonces %s to %s', count(*), min(nonce), max(nonce))
		FROM rounds GROUP BY player_id, seed_seq HAVING min(nonce) <> 0 OR max(nonce) <> count(*) - 1`},
	{"the next nonce follows the last round", `
		SELECT s.player_id::text, format('next nonce %s, %s rounds under the seed pair', s.next_nonce, count(r.id))
		FROM seats s LEFT JOIN rounds r ON r.player_id = s.player_id AND r.seed_seq = s.seed_seq
		GROUP BY s.player_id, s.next_nonce HAVING s.next_nonce <> count(r.id)`},
	{"every step of a round was told", `
		WITH told AS (
			SELECT round_id, player_id, count(*) AS steps, sum(stake) AS stake, sum(payout) AS payout
			FROM actions WHERE round_id IS NOT NULL GROUP BY round_id, player_id)
		SELECT coalesce(r.id, a.round_id)::text, format('round: %s steps, stake %s, payout %s; told: %s, %s, %s',
			r.steps, r.stake, r.payout, coalesce(a.steps, 0), a.stake, a.payout)
		FROM rounds r FULL JOIN told a ON a.round_id = r.id AND a.player_id = r.player_id
		WHERE r.id IS NULL OR r.steps <> coalesce(a.steps, 0) OR r.stake <> a.stake OR r.payout <> a.payout`},
	{"every deposit and withdrawal was ordered", `
		SELECT coalesce(o.transaction_id, t.id::text), format('order: %s of %s, balance %s; transfer: %s of %s, balance %s',
			o.code, o.amount, o.balance, t.code, t.amount, t.balance)
		FROM operator_transactions o FULL JOIN (SELECT * FROM transfers WHERE code IN ('deposit', 'withdrawal')) t
			ON t.player_id = o.player_id AND t.id = o.transfer_id
		WHERE o.transaction_id IS NULL OR t.id IS NULL OR t.amount <> o.amount OR t.code <> o.code OR t.balance <> o.balance`},
	{"every stake of a seamless player was bet at the operator's wallet", `
		WITH bets AS (
			SELECT c.operator_id, c.round_id, sum(c.amount) AS amount FROM wallet_calls c
			WHERE c.kind = 'bet' AND c.state IN ('confirmed', 'played', 'settled')
				AND EXISTS (SELECT FROM actions a WHERE a.player_id = c.player_id AND a.session_id = c.session_id AND a.request_id = c.request_id)
			GROUP BY c.operator_id, c.round_id
		), played AS (
			SELECT r.id, r.operator_id, r.stake, r.status FROM rounds r JOIN operators o ON o.id = r.operator_id AND o.wallet_mode = 'seamless')
		SELECT coalesce(r.id, b.round_id)::text, format('round: stake %s, %s; bets that stand: %s', r.stake, r.status, coalesce(b.amount, 0))
		FROM played r FULL JOIN bets b ON b.operator_id = r.operator_id AND b.round_id = r.id
		WHERE r.id IS NULL OR r.status <> 'voided' AND r.stake <> coalesce(b.amount, 0)`},
	{"every payout to a seamless player is told to the operator's wallet", `
		SELECT coalesce(r.id, w.round_id)::text, format('round: payout %s, %s; its win: %s', r.payout, r.status, coalesce(w.amount::text, 'none'))
		FROM (SELECT r.id, r.operator_id, r.status, r.payout FROM rounds r
			JOIN operators o ON o.id = r.operator_id AND o.wallet_mode = 'seamless') r
		FULL JOIN (SELECT * FROM wallet_calls WHERE kind = 'win') w ON w.operator_id = r.operator_id AND w.round_id = r.id
		WHERE r.id IS NULL OR CASE WHEN r.status IN ('in_progress', 'voided') OR r.payout = 0 THEN w.id IS NOT NULL
			WHEN w.id IS NULL THEN NOT EXISTS (SELECT FROM wallet_calls b WHERE b.round_id = r.id AND b.kind = 'bet' AND b.state IN ('confirmed', 'played'))
			ELSE w.amount <> r.payout END`},
}

// maxFindings bounds what one rule reports.
const maxFindings = 100

// Check proves the ledger while the server plays: it reads one snapshot and changes nothing. step, if not nil, is told the name
// of each rule before it is looked at, with its number from 1 and how many there are.
func Check(ctx context.Context, db *pgxpool.Pool, step func(rule string, n, of int)) (proof *Proof, err error) {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, db, options, func(tx pgx.Tx) error {
		proof, err = CheckSnapshot(ctx, tx, step)
		return err
	})
	return proof, err
}

// CheckSnapshot is Check in a transaction of the caller's, in which the database must stand still: REPEATABLE READ or stricter.
func CheckSnapshot(ctx context.Context, tx pgx.Tx, step func(rule string, n, of int)) (*Proof, error) {
	proof := &Proof{Findings: []Finding{}}
	if err := proof.count(ctx, tx); err != nil {
		return nil, fmt.Errorf("check the ledger: %w", err)
	}
	for i, rule := range rules {
		if step != nil {
			step(rule.name, i+1, len(rules))
		}
		rows, err := tx.Query(ctx, rule.sql+fmt.Sprintf(" LIMIT %d", maxFindings))
		if err != nil {
			return nil, fmt.Errorf("check the ledger: %s: %w", rule.name, err)
		}
		found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (Finding, error) {
			f := Finding{Rule: rule.name}
			return f, row.Scan(&f.What, &f.Detail)
		})
		if err != nil {
			return nil, fmt.Errorf("check the ledger: %s: %w", rule.name, err)
		}
		proof.Findings = append(proof.Findings, found...)
	}
	return proof, nil
}

func (p *Proof) count(ctx context.Context, tx pgx.Tx) error {
	const counts = `SELECT (SELECT count(*) FROM seats), (SELECT count(*) FROM transfers), (SELECT count(*) FROM rounds),
		(SELECT count(*) FROM rounds WHERE status = 'in_progress')`
	if err := tx.QueryRow(ctx, counts).Scan(&p.Players, &p.Transfers, &p.Rounds, &p.OpenRounds); err != nil {
		return err
	}
	const totals = `
		SELECT p.currency, e.account::text, sum(e.amount)::text
		FROM transfers t JOIN players p ON p.id = t.player_id
		CROSS JOIN LATERAL (VALUES (t.credit, t.amount), (t.debit, -t.amount)) e (account, amount)
		GROUP BY p.currency, e.account ORDER BY p.currency, e.account`
	rows, err := tx.Query(ctx, totals)
	if err != nil {
		return err
	}
	p.Balances, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Total])
	return err
}
