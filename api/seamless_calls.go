package api

import (
	"context"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"croupier/session"
)

const (
	seamlessDoc       = "Whether your players' money is in your own wallet, and where that is called. docs/seamless-wallet.md is its contract."
	changeWalletDoc   = "Changes where your wallet is called, or the secret that calls to it are signed with, on all servers at once. The new secret is in this answer only: until your wallet knows it, it refuses our calls. Whether your players' money is here or in your wallet never changes (80007)."
	unresolvedDoc     = "Bets and wins that are not over: on their way (pending, confirmed, rolling_back), or rejected, because your wallet refused what it must take. Oldest first, page by page. Empty is how it should be."
	retryCallDoc      = "Tells your wallet once more of a win or a rollback that it has rejected, within seconds. Any other is refused with 80007."
	reconciliationDoc = "What the daily comparison of our transactions with those that your wallet lists has found. Newest first."
)

// SeamlessData is where the money of an operator's players is.
type SeamlessData struct {
	Seamless  bool   `json:"seamless" doc:"Your players' money is in your own wallet"`
	WalletURL string `json:"walletUrl,omitempty" doc:"Where the wallet is called" example:"https://casino.example/wallet"`
}

func (s *Server) showWallet(ctx context.Context, _ *nothing) (SeamlessData, error) {
	w, err := s.Operators.Wallet(ctx, requestOf(ctx).caller.ID)
	return SeamlessData{w.Seamless, w.URL}, err
}

type changeWalletInput struct {
	Body struct {
		WalletURL string `json:"walletUrl,omitempty" maxLength:"500" doc:"Left out: it stays" example:"https://casino.example/wallet"`
		NewSecret bool   `json:"newSecret,omitempty" doc:"A new secret takes the place of the old one at once"`
	}
}

type changedWalletData struct {
	SeamlessData
	WalletSecret string `json:"walletSecret,omitempty" doc:"Shown this once: what calls to your wallet are signed with from now on"`
}

func (s *Server) changeWallet(ctx context.Context, in *changeWalletInput) (data changedWalletData, err error) {
	caller := requestOf(ctx).caller
	change := session.WalletChange{URL: in.Body.WalletURL, NewSecret: in.Body.NewSecret}
	if data.WalletSecret, err = s.Operators.ChangeWallet(ctx, caller.ID, change); err != nil {
		return data, err
	}
	s.log.Info("changed an operator's wallet", "operator", caller.ID, "url", change.URL, "new_secret", change.NewSecret, "by", caller.KeyID)
	data.SeamlessData, err = s.showWallet(ctx, nil)
	return data, err
}

type unresolvedInput struct {
	Page
	Cursor string `query:"cursor" maxLength:"64" doc:"The nextCursor of the page before"`
}

type unresolvedData struct {
	Calls      []session.UnresolvedCall `json:"calls"`
	NextCursor string                   `json:"nextCursor,omitempty" doc:"Not there: this is the last page"`
}

func (s *Server) listUnresolved(ctx context.Context, in *unresolvedInput) (data unresolvedData, err error) {
	var after uuid.UUID
	if in.Cursor != "" {
		if after, err = uuid.Parse(in.Cursor); err != nil {
			return data, badCursor()
		}
	}
	list, err := s.desk().Unresolved(ctx, requestOf(ctx).caller.ID, after, in.Limit+1)
	data.Calls = append([]session.UnresolvedCall{}, list...)
	if len(list) > in.Limit {
		data.Calls = data.Calls[:in.Limit]
		data.NextCursor = data.Calls[in.Limit-1].ID.String()
	}
	return data, err
}

func (s *Server) desk() *session.WalletDesk { return session.NewWalletDesk(s.db, s.now) }

type retryCallInput struct {
	TransactionID string `path:"transactionId" maxLength:"64" example:"0198b6f0-7a52-7c3e-9d0a-3f1f6f0c2b11"`
}

type retriedData struct {
	TransactionID string `json:"transactionId"`
	Due           bool   `json:"due" doc:"Always true: your wallet is told again within seconds"`
}

func (s *Server) retryCall(ctx context.Context, in *retryCallInput) (retriedData, error) {
	id, err := uuid.Parse(in.TransactionID)
	if err != nil {
		return retriedData{}, session.Errorf(session.NotFound, "Wallet call not found")
	}
	caller := requestOf(ctx).caller
	if err := s.desk().Retry(ctx, caller.ID, id); err != nil {
		return retriedData{}, err
	}
	s.log.Info("a rejected wallet call is told again", "call_id", id, "by", caller.KeyID)
	return retriedData{id.String(), true}, nil
}

type reconciliationsData struct {
	Reconciliations []keptReconciliation `json:"reconciliations"`
}

type keptReconciliation struct {
	At     time.Time       `json:"at"`
	Agrees bool            `json:"agrees" doc:"Both books say the same, and nothing is unresolved"`
	Report json.RawMessage `json:"report" doc:"What matched, what is missing on which side, what differs, the sums of both books, and up to 1,000 transactions that do not match"`
}

func (s *Server) listReconciliations(ctx context.Context, in *Page) (reconciliationsData, error) {
	list, err := s.desk().Reconciliations(ctx, requestOf(ctx).caller.ID, in.Limit)
	data := reconciliationsData{Reconciliations: []keptReconciliation{}}
	for _, one := range list {
		data.Reconciliations = append(data.Reconciliations, keptReconciliation{one.At, one.Agrees, one.Report})
	}
	return data, err
}
