package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"

	"croupier/fairness"
	"croupier/wallet"
	"croupier/wallet/money"
)

// WalletTransaction is a bet or a win as an operator's wallet lists it.
type WalletTransaction struct {
	ID       string
	Kind     string // "bet" or "win"
	PlayerID string // the operator's own id
	Currency string
	Amount   money.Number
	State    string // "accepted", "rolled_back" or "refused"
	At       time.Time
}

// ListWallet asks an operator's wallet for a page of what it booked from one time until before another, oldest first, after a cursor ("": from
// the beginning), and returns the cursor of the next page, "" if there is none.
type ListWallet func(ctx context.Context, to WalletTarget, from, until time.Time, cursor string) (page []WalletTransaction, next string, err error)

// Reconciler holds our transactions against those of operators' wallets.
type Reconciler struct {
	DB    *pgxpool.Pool
	Vault *fairness.Vault
	Now   Clock
	List  ListWallet
}

// Reconciliation is what our books and an operator's say of a time.
type Reconciliation struct {
	Operator     uuid.UUID      `json:"operatorId"`
	Since        time.Time      `json:"since"`
	Until        time.Time      `json:"until"`
	Matched      int            `json:"matched"`      // the same in both
	Refused      int            `json:"refused"`      // bets that the operator refused: no money moved
	Resolved     int            `json:"resolved"`     // settled by hand: not compared
	MissingThere int            `json:"missingThere"` // the operator said that it booked it, and does not list it
	MissingHere  int            `json:"missingHere"`  // the operator lists it, and we never sent it
	Differs      int            `json:"differs"`      // in amount, player, currency, kind or state
	Unresolved   int            `json:"unresolved"`   // on its way, or rejected
	Totals       []WalletTotals `json:"totals"`
	Items        []WalletItem   `json:"items"` // the first 1,000 of what does not match
}

// WalletTotals are the sums of what stands in one currency, in our books and in the operator's.
type WalletTotals struct {
	Currency  string          `json:"currency"`
	Bets      decimal.Decimal `json:"bets"`
	Wins      decimal.Decimal `json:"wins"`
	BetsThere decimal.Decimal `json:"betsThere"`
	WinsThere decimal.Decimal `json:"winsThere"`
}

// WalletItem is one transaction that does not match.
type WalletItem struct {
	TransactionID string `json:"transactionId"`
	What          string `json:"what"`            // "missing there", "missing here", "differs" or "unresolved"
	Here          string `json:"here,omitempty"`  // what our books say
	There         string `json:"there,omitempty"` // what the operator's say
}

// Agrees says whether nothing is left to look at.
func (r *Reconciliation) Agrees() bool {
	return r.MissingThere+r.MissingHere+r.Differs+r.Unresolved == 0
}

// reconcileMargin is how far the operator's clock, and an answer that came late, may be from the time of our transaction's making.
const reconcileMargin = time.Hour

// maxItems bounds what a report lists.
const maxItems = 1000

// Run holds the transactions that were made from one time until before another against the operator's, and keeps the report. Returns NotFound for
// an operator that there is not, Conflict for one whose players' money is here, InvalidRequest, and why the operator cannot be asked.
func (c *Reconciler) Run(ctx context.Context, operator uuid.UUID, since, until time.Time) (*Reconciliation, error) {
	if !since.Before(until) {
		return nil, FieldError(InvalidRequest, "until", "must be after since")
	}
	target, err := c.target(ctx, operator)
	if err != nil {
		return nil, err
	}
	r := &Reconciliation{Operator: operator, Since: since.UTC(), Until: until.UTC(), Items: []WalletItem{}, Totals: []WalletTotals{}}
	there, err := c.listed(ctx, target, since, until)
	if err != nil {
		return nil, fmt.Errorf("reconcile: ask the operator's wallet: %w", err)
	}
	sums := sums{}
	if err := c.holdOurs(ctx, r, there, sums); err != nil {
		return nil, fmt.Errorf("reconcile: %w", err)
	}
	if err := c.holdTheirs(ctx, r, there); err != nil {
		return nil, fmt.Errorf("reconcile: %w", err)
	}
	for _, t := range sums {
		r.Totals = append(r.Totals, *t)
	}
	return r, c.keep(ctx, r)
}

func (c *Reconciler) target(ctx context.Context, operator uuid.UUID) (WalletTarget, error) {
	var seamless bool
	err := c.DB.QueryRow(ctx, `SELECT wallet_mode = 'seamless' FROM operators WHERE id = $1`, operator).Scan(&seamless)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return WalletTarget{}, Errorf(NotFound, "operator %s not found", operator)
	case err != nil:
		return WalletTarget{}, err
	case !seamless:
		return WalletTarget{}, Errorf(Conflict, "The operator's players have their money here: there is nothing to reconcile")
	}
	const sql = `SELECT id, wallet_url, sealed_wallet_secret FROM operators WHERE id = $1`
	return (&Floor{vault: c.Vault}).scanWallet(c.DB.QueryRow(ctx, sql, operator))
}

// listed is all that the operator lists, by id. What is near the bounds is asked for too: the operator's time is not ours.
func (c *Reconciler) listed(ctx context.Context, to WalletTarget, since, until time.Time) (map[string]*WalletTransaction, error) {
	there, cursor := map[string]*WalletTransaction{}, ""
	for {
		page, next, err := c.List(ctx, to, since.Add(-reconcileMargin), until.Add(reconcileMargin), cursor)
		if err != nil {
			return nil, err
		}
		for i := range page {
			there[page[i].ID] = &page[i]
		}
		if next == "" {
			return there, nil
		}
		if next == cursor || len(page) == 0 {
			return nil, errors.New("its pages do not end: a cursor leads to itself")
		}
		cursor = next
	}
}

// sums are totals by currency.
type sums map[string]*WalletTotals

func (s sums) of(currency string) *WalletTotals {
	if s[currency] == nil {
		s[currency] = &WalletTotals{Currency: currency}
	}
	return s[currency]
}

// holdOurs compares what we have made in the time. What is compared is taken out of there.
func (c *Reconciler) holdOurs(ctx context.Context, r *Reconciliation, there map[string]*WalletTransaction, sums sums) error {
	rows, err := c.DB.Query(ctx, `
		SELECT c.id::text, c.kind, c.state, c.amount, p.external_id, p.currency FROM wallet_calls c JOIN players p ON p.id = c.player_id
		WHERE c.operator_id = $1 AND c.id >= uuid_floor($2) AND c.id < uuid_floor($3) ORDER BY c.id`, r.Operator, r.Since, r.Until)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var id, kind, state, player, code string
		var amount pgtype.Numeric
		if err := rows.Scan(&id, &kind, &state, &amount, &player, &code); err != nil {
			return err
		}
		currency, err := money.LookupCurrency(code)
		if err != nil {
			return err
		}
		value, err := wallet.FromNumeric(currency, amount)
		if err != nil {
			return err
		}
		r.hold(id, kind, state, player, value, there[id], sums)
		delete(there, id)
	}
	return rows.Err()
}

// hold compares one transaction of ours with the operator's, nil if that lists none.
func (r *Reconciliation) hold(id, kind, state, player string, amount money.Amount, other *WalletTransaction, sums sums) {
	want := map[string]string{callConfirmed: "accepted", callPlayed: "accepted", callSettled: "accepted", callAccepted: "accepted",
		callRolledBack: "rolled_back", callRefused: "refused"}[state]
	total := sums.of(amount.Currency().Code())
	if want == "accepted" {
		add(&total.Bets, &total.Wins, kind, amount.Decimal())
	}
	said, same := "nothing", false
	if other != nil {
		theirs, err := money.Parse(amount.Currency(), other.Amount)
		same = err == nil && theirs.Equal(amount) && other.Kind == kind && other.PlayerID == player && other.Currency == amount.Currency().Code()
		said = fmt.Sprintf("%s %s %.40s %s of player %s", other.Kind, other.State, other.Amount, other.Currency, other.PlayerID)
		if err == nil && other.State == "accepted" {
			add(&total.BetsThere, &total.WinsThere, other.Kind, theirs.Decimal())
		}
	}
	here := fmt.Sprintf("%s %s %s %s of player %s", kind, state, amount, amount.Currency().Code(), player)
	switch {
	case state == "resolved":
		r.Resolved++
	case want == "":
		r.Unresolved++
		r.list(WalletItem{id, "unresolved", here, said})
	case want == "refused" && (other == nil || same && other.State == "refused"):
		r.Refused++
	case other == nil:
		r.MissingThere++
		r.list(WalletItem{id, "missing there", here, said})
	case same && (other.State == want || want == "rolled_back" && other.State == "refused"): // one that was refused before it was rolled back
		r.Matched++
	default:
		r.Differs++
		r.list(WalletItem{id, "differs", here, said})
	}
}

func add(bets, wins *decimal.Decimal, kind string, amount decimal.Decimal) {
	if kind == string(WalletWin) {
		bets = wins
	}
	*bets = bets.Add(amount)
}

func (r *Reconciliation) list(item WalletItem) {
	if len(r.Items) < maxItems {
		r.Items = append(r.Items, item)
	}
}

// holdTheirs looks for what the operator booked in the time and we have not sent, at any time.
func (c *Reconciler) holdTheirs(ctx context.Context, r *Reconciliation, there map[string]*WalletTransaction) error {
	var ids []uuid.UUID
	left := map[uuid.UUID]*WalletTransaction{}
	var unknown []*WalletTransaction
	for text, t := range there {
		if t.At.Before(r.Since) || !t.At.Before(r.Until) {
			continue
		}
		id, err := uuid.Parse(text)
		if err != nil || id.String() != text {
			unknown = append(unknown, t)
			continue
		}
		ids, left[id] = append(ids, id), t
	}
	rows, err := c.DB.Query(ctx, `SELECT id FROM wallet_calls WHERE operator_id = $1 AND id = ANY($2)`, r.Operator, ids)
	if err != nil {
		return err
	}
	known, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return err
	}
	for _, id := range known {
		delete(left, id)
	}
	for _, t := range left {
		unknown = append(unknown, t)
	}
	for _, t := range unknown {
		r.MissingHere++
		r.list(WalletItem{t.ID, "missing here", "nothing", fmt.Sprintf("%s %s %.40s %s of player %s", t.Kind, t.State, t.Amount, t.Currency, t.PlayerID)})
	}
	return nil
}

func (c *Reconciler) keep(ctx context.Context, r *Reconciliation) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = c.DB.Exec(ctx, `INSERT INTO wallet_reconciliations (id, operator_id, since, until, report, at) VALUES ($1, $2, $3, $4, $5, $6)`,
		newID(), r.Operator, r.Since, r.Until, text, c.Now())
	if err != nil {
		return fmt.Errorf("keep a reconciliation: %w", err)
	}
	return nil
}

// Daily reconciles yesterday, in UTC, with every seamless operator for whom that was not done, when the day is over for the margin. It
// tells done of each, and returns what went wrong with some.
func (c *Reconciler) Daily(ctx context.Context, done func(*Reconciliation)) error {
	until := c.Now().UTC().Add(-reconcileMargin).Truncate(24 * time.Hour)
	since := until.Add(-24 * time.Hour)
	rows, err := c.DB.Query(ctx, `
		SELECT id FROM operators o WHERE wallet_mode = 'seamless' AND created_at < $2
			AND NOT EXISTS (SELECT FROM wallet_reconciliations r WHERE r.operator_id = o.id AND r.since = $1 AND r.until = $2)`, since, until)
	if err != nil {
		return fmt.Errorf("find operators to reconcile with: %w", err)
	}
	operators, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("find operators to reconcile with: %w", err)
	}
	var problems []error
	for _, operator := range operators {
		r, err := c.Run(ctx, operator, since, until)
		if err != nil {
			problems = append(problems, fmt.Errorf("operator %s: %w", operator, err))
			continue
		}
		done(r)
	}
	return errors.Join(problems...)
}
