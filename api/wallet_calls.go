package api

import (
	"context"
	"time"

	"github.com/google/uuid"

	"croupier/session"
	"croupier/wallet"
	"croupier/wallet/money"
)

// OfPlayer is the query of the calls that a player makes for itself and an operator for a player.
type OfPlayer struct {
	PlayerID string `query:"playerId" maxLength:"128" doc:"For operators: the player's id or your own id of the player"`
}

// Page is the query of a list.
type Page struct {
	Limit int `query:"limit" minimum:"1" maximum:"200" default:"50" doc:"How many at most"`
}

type balanceData struct {
	PlayerID string       `json:"playerId"`
	Balance  money.Amount `json:"balance" doc:"Free to stake or withdraw"`
	Escrow   money.Amount `json:"escrow" doc:"At stake in open rounds"`
	Currency string       `json:"currency"`
}

func (s *Server) getBalance(ctx context.Context, in *OfPlayer) (balanceData, error) {
	operator, player, err := s.subject(ctx, in.PlayerID)
	if err != nil {
		return balanceData{}, err
	}
	b, err := s.Ledger.Balances(ctx, operator, player)
	return balanceData{PlayerID: player.String(), Balance: b.Balance, Escrow: b.Escrow, Currency: b.Balance.Currency().Code()}, err
}

type transactionsInput struct {
	OfPlayer
	Page
	Format
	Code   string    `query:"code" enum:"stake,lapse,payout,refund,deposit,withdrawal" doc:"Of this kind only"`
	From   time.Time `query:"from" doc:"Made at this time or later (RFC 3339)" example:"2026-11-01T00:00:00Z"`
	To     time.Time `query:"to" doc:"Made before this time (RFC 3339)" example:"2026-12-01T00:00:00Z"`
	Cursor string    `query:"cursor" maxLength:"64" doc:"The nextCursor of the page before"`
}

type transactionsData struct {
	Transactions []wallet.Transfer `json:"transactions" doc:"Newest first"`
	NextCursor   string            `json:"nextCursor,omitempty" doc:"Not there: this is the last page"`
	player       uuid.UUID
}

func (d transactionsData) next() string { return d.NextCursor }

func (d transactionsData) table() (file string, header []string, rows [][]string) {
	header = []string{"id", "at", "code", "debit", "credit", "amount", "currency", "balance", "roundId"}
	for _, t := range d.Transactions {
		round := ""
		if t.RoundID != nil {
			round = t.RoundID.String()
		}
		rows = append(rows, []string{t.ID.String(), t.At.UTC().Format(time.RFC3339Nano), string(t.Code), t.Debit, t.Credit, t.Amount.String(), t.Currency,
			t.Balance.String(), round})
	}
	return "statement-" + d.player.String(), header, rows
}

func (s *Server) listTransactions(ctx context.Context, in *transactionsInput) (transactionsData, error) {
	operator, player, err := s.subject(ctx, in.PlayerID)
	if err != nil {
		return transactionsData{}, err
	}
	q := wallet.StatementQuery{Operator: operator, Player: player, From: in.From, To: in.To, Code: wallet.Code(in.Code), Limit: in.Limit}
	if in.Cursor != "" {
		if q.Cursor, err = uuid.Parse(in.Cursor); err != nil {
			return transactionsData{}, badCursor()
		}
	}
	list, next, err := s.Ledger.Statement(ctx, q)
	data := transactionsData{Transactions: append([]wallet.Transfer{}, list...), player: player}
	if next != uuid.Nil {
		data.NextCursor = next.String()
	}
	return data, err
}

func badCursor() error {
	return session.FieldError(session.InvalidRequest, "cursor", "is not a nextCursor of this call")
}

type transferInput struct {
	Body struct {
		PlayerID      string `json:"playerId" minLength:"1" maxLength:"128" doc:"The player's id or your own id of the player" example:"player-42"`
		Amount        number `json:"amount" doc:"More than 0" example:"25.00"`
		Currency      string `json:"currency" minLength:"1" maxLength:"10" doc:"The player's" example:"USD"`
		TransactionID string `json:"transactionId" minLength:"1" maxLength:"128" pattern:"^[!-~]+$" patternDescription:"printable ASCII without spaces" doc:"Yours. The same again moves nothing and gets the same answer" example:"dep-2026-000001"`
	}
}

type transferData struct {
	PlayerID      string       `json:"playerId"`
	Balance       money.Amount `json:"balance" doc:"After the transfer"`
	Currency      string       `json:"currency"`
	TransactionID string       `json:"transactionId"`
	Duplicate     bool         `json:"duplicate" doc:"The transactionId was known: nothing moved now, this is the first answer"`
}

func (s *Server) deposit(ctx context.Context, in *transferInput) (transferData, error) {
	return s.transfer(ctx, in, s.Ledger.Deposit)
}

func (s *Server) withdraw(ctx context.Context, in *transferInput) (transferData, error) {
	return s.transfer(ctx, in, s.Ledger.Withdraw)
}

func (s *Server) transfer(ctx context.Context, in *transferInput, move func(context.Context, wallet.Order) (wallet.Receipt, error)) (transferData, error) {
	amount, err := amountOf(in.Body.Amount, in.Body.Currency)
	if err != nil {
		return transferData{}, err
	}
	player, err := s.playerOf(ctx, in.Body.PlayerID)
	if err != nil {
		return transferData{}, err
	}
	receipt, err := move(ctx, wallet.Order{Operator: player.OperatorID, Player: player.ID, Amount: amount, TransactionID: in.Body.TransactionID})
	return transferData{PlayerID: player.ID.String(), Balance: receipt.Balance, Currency: amount.Currency().Code(),
		TransactionID: receipt.TransactionID, Duplicate: receipt.Duplicate}, err
}

// amountOf is an amount as a request states it. Returns InvalidCurrency, or *money.NumberError.
func amountOf(n number, code string) (money.Amount, error) {
	currency, err := money.LookupCurrency(code)
	if err != nil {
		return money.Amount{}, session.FieldError(session.InvalidCurrency, "currency", "is not known")
	}
	return money.Parse(currency, n)
}
