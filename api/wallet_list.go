package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/riverqueue/river"

	"croupier/session"
	"croupier/wallet/money"
)

// walletPage is how many transactions are asked for at once, and maxListAnswer bounds what is read of the answer, in bytes.
const (
	walletPage    = 1000
	maxListAnswer = 4 << 20
)

// NewWalletLister returns the way to the lists of operators' wallets. private lets it call addresses that are not public, as a server in sandbox
// mode may.
func NewWalletLister(private bool, timeout time.Duration, now session.Clock) session.ListWallet {
	return newWalletClient(private, timeout, now).list
}

// list implements session.ListWallet.
func (c *walletClient) list(ctx context.Context, to session.WalletTarget, from, until time.Time, cursor string) (
	page []session.WalletTransaction, next string, err error) {
	query := url.Values{"from": {from.UTC().Format(time.RFC3339Nano)}, "to": {until.UTC().Format(time.RFC3339Nano)}, "limit": {fmt.Sprint(walletPage)}}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	status, answer, err := c.send(ctx, to, http.MethodGet, "/transactions?"+query.Encode(), nil, maxListAnswer)
	if err != nil {
		return nil, "", err
	}
	if status != http.StatusOK {
		return nil, "", fmt.Errorf("GET /transactions was answered with %d: %.200s", status, answer)
	}
	var told struct {
		Transactions []struct {
			TransactionID string       `json:"transactionId"`
			Kind          string       `json:"kind"`
			PlayerID      string       `json:"playerId"`
			Currency      string       `json:"currency"`
			Amount        money.Number `json:"amount"`
			State         string       `json:"state"`
			At            time.Time    `json:"at"`
		} `json:"transactions"`
		NextCursor string `json:"nextCursor"`
	}
	if err := jsonv2.Unmarshal(answer, &told); err != nil {
		return nil, "", fmt.Errorf("GET /transactions was answered with what is not the contract's JSON: %w", err)
	}
	for _, t := range told.Transactions {
		page = append(page, session.WalletTransaction{ID: t.TransactionID, Kind: t.Kind, PlayerID: t.PlayerID, Currency: t.Currency, Amount: t.Amount,
			State: t.State, At: t.At})
	}
	return page, told.NextCursor, nil
}

// reconcileEvery is how often it is looked whether yesterday is still to be reconciled with an operator.
const reconcileEvery = time.Hour

// reconcileArgs is the job of holding yesterday's transactions against those of operators.
type reconcileArgs struct{}

func (reconcileArgs) Kind() string { return "reconcile_wallets" }

func (reconcileArgs) InsertOpts() river.InsertOpts {
	options := oneAtATime()
	options.Queue = reconcileQueue
	return options
}

// reconcileQueue is of reconciliation alone: a list may take long, and wins must not wait for it.
const reconcileQueue = "reconciliation"

// reconcileWallets reconciles with operators.
type reconcileWallets struct {
	river.WorkerDefaults[reconcileArgs]
	reconciler *session.Reconciler
	log        *slog.Logger
}

// Work implements river.Worker.
func (w *reconcileWallets) Work(ctx context.Context, _ *river.Job[reconcileArgs]) error {
	return w.reconciler.Daily(ctx, func(r *session.Reconciliation) {
		level := slog.LevelInfo
		if !r.Agrees() {
			level = slog.LevelError
		}
		w.log.Log(ctx, level, "reconciled with an operator's wallet", "operator", r.Operator, "since", r.Since, "matched", r.Matched,
			"missing_there", r.MissingThere, "missing_here", r.MissingHere, "differs", r.Differs, "unresolved", r.Unresolved)
	})
}
