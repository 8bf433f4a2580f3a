package api

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/google/uuid"

	"croupier/session"
	"croupier/wallet"
	"croupier/wallet/money"
)

type testPlayerInput struct {
	Body struct {
		ExternalID      string `json:"externalId" minLength:"1" maxLength:"128" doc:"Your own id of the player" example:"test-player-1"`
		Currency        string `json:"currency" minLength:"1" maxLength:"10" example:"USD"`
		StartingBalance number `json:"startingBalance,omitempty" doc:"Given once: the same call again gives nothing more" example:"1000.00"`
		Username        string `json:"username,omitempty" maxLength:"128" example:"Ada"`
	}
}

type testPlayerData struct {
	Player   playerData `json:"player"`
	Wallet   walletData `json:"wallet"`
	SSOToken string     `json:"ssoToken" doc:"A launch token, for POST /auth/sso/exchange within 30 seconds"`
}

type walletData struct {
	ID       string       `json:"id" doc:"A player has one wallet: this is the player's id"`
	Balance  money.Amount `json:"balance"`
	Currency string       `json:"currency"`
}

func (s *Server) createTestPlayer(ctx context.Context, in *testPlayerInput) (data testPlayerData, err error) {
	operator := requestOf(ctx).caller.Operator
	start, err := amountOf(orZero(in.Body.StartingBalance), in.Body.Currency)
	if err == nil && start.Sign() < 0 {
		err = wallet.ErrNotPositive
	}
	if err != nil {
		return data, inField(err, "startingBalance")
	}
	spec := session.PlayerSpec{ExternalID: in.Body.ExternalID, Currency: in.Body.Currency, Username: in.Body.Username}
	player, err := s.Players.Ensure(ctx, operator, spec)
	if err != nil {
		return data, inField(err, "externalId")
	}
	if start.Sign() > 0 {
		order := wallet.Order{Operator: operator.ID, Player: player.ID, Amount: start, TransactionID: "sandbox-start-" + player.ID.String()}
		if _, err = s.Ledger.Deposit(ctx, order); errors.Is(err, wallet.ErrReused) {
			return data, session.Errorf(session.Conflict, "This player was made with another starting balance: use add-balance or reset")
		} else if err != nil {
			return data, err
		}
	}
	if data.Wallet, err = s.walletOf(ctx, player); err != nil {
		return data, err
	}
	data.Player = playerOut(player)
	data.SSOToken, _, err = s.Access.CreateLaunch(ctx, operator, spec, "")
	return data, err
}

func orZero(n number) number {
	if n == "" {
		return "0"
	}
	return n
}

// inField names the field of this request that an error of its one amount, or of its player's id, is about.
func inField(err error, field string) error {
	var known *session.Error
	var number *money.NumberError
	switch {
	case errors.As(err, &number):
		return session.FieldError(session.InvalidRequest, field, number.Reason)
	case errors.Is(err, wallet.ErrNotPositive):
		return session.FieldError(session.InvalidRequest, field, "must not be negative")
	case errors.As(err, &known) && known.Details["field"] == "playerId":
		reason, _ := known.Details["reason"].(string)
		return session.FieldError(known.Code, field, reason)
	}
	return err
}

func (s *Server) walletOf(ctx context.Context, p session.Player) (walletData, error) {
	b, err := s.Ledger.Balances(ctx, p.OperatorID, p.ID)
	return walletData{ID: p.ID.String(), Balance: b.Balance, Currency: p.Currency.Code()}, err
}

type addBalanceInput struct {
	PlayerID string `path:"playerId" maxLength:"128" doc:"The player's id or your own id of the player" example:"test-player-1"`
	Body     struct {
		Amount   number `json:"amount" doc:"More than 0" example:"100.00"`
		Currency string `json:"currency" minLength:"1" maxLength:"10" example:"USD"`
	}
}

type testWalletData struct {
	Wallet walletData `json:"wallet"`
}

func (s *Server) addBalance(ctx context.Context, in *addBalanceInput) (testWalletData, error) {
	amount, err := amountOf(in.Body.Amount, in.Body.Currency)
	if err != nil {
		return testWalletData{}, err
	}
	player, err := s.playerOf(ctx, in.PlayerID)
	if err != nil {
		return testWalletData{}, err
	}
	order := testOrder(player, amount)
	if key := requestOf(ctx).idempotencyKey; key != "" { // so that not even a crash between the deposit and its answer makes two of it
		order.TransactionID = "sandbox-key-" + uuid.NewSHA1(player.OperatorID, []byte(key)).String()
	}
	receipt, err := s.Ledger.Deposit(ctx, order)
	return testWalletData{walletData{ID: player.ID.String(), Balance: receipt.Balance, Currency: player.Currency.Code()}}, err
}

func testOrder(p session.Player, amount money.Amount) wallet.Order {
	return wallet.Order{Operator: p.OperatorID, Player: p.ID, Amount: amount, TransactionID: "sandbox-" + uuid.NewString()}
}

type resetInput struct {
	PlayerID string `path:"playerId" maxLength:"128" doc:"The player's id or your own id of the player" example:"test-player-1"`
	Body     *struct {
		Amount   number `json:"amount,omitempty" doc:"What the balance is to be; 0 without it" example:"1000.00"`
		Currency string `json:"currency,omitempty" maxLength:"10" doc:"The player's; needed with an amount" example:"USD"`
	}
}

// resetPlayer forgets forced outcomes and brings the balance to an amount, by the ledger like any other movement. Somebody else
// may move it meanwhile: then it is tried again.
func (s *Server) resetPlayer(ctx context.Context, in *resetInput) (data testWalletData, err error) {
	player, err := s.playerOf(ctx, in.PlayerID)
	if err != nil {
		return data, err
	}
	target := money.Zero(player.Currency)
	if in.Body != nil && (in.Body.Amount != "" || in.Body.Currency != "") {
		if target, err = amountOf(orZero(in.Body.Amount), in.Body.Currency); err != nil {
			return data, err
		}
	}
	switch {
	case target.Currency() != player.Currency:
		return data, wallet.ErrCurrency
	case target.Sign() < 0:
		return data, inField(wallet.ErrNotPositive, "amount")
	}
	if err := s.Floor.ClearForced(ctx, player.OperatorID, player.ID); err != nil {
		return data, err
	}
	const attempts = 5
	for range attempts {
		data.Wallet, err = s.walletOf(ctx, player)
		if err != nil || data.Wallet.Balance.Equal(target) {
			return data, err
		}
		difference := target.Sub(data.Wallet.Balance)
		if difference.Sign() > 0 {
			_, err = s.Ledger.Deposit(ctx, testOrder(player, difference))
		} else {
			_, err = s.Ledger.Withdraw(ctx, testOrder(player, difference.Neg()))
		}
		if err != nil && !errors.Is(err, wallet.ErrInsufficient) {
			return data, err
		}
	}
	return data, session.Errorf(session.Conflict, "The player is playing: the balance does not stay where it is set")
}

type forceInput struct {
	Body struct {
		PlayerID string          `json:"playerId" minLength:"1" maxLength:"128" doc:"The player's id or your own id of the player" example:"test-player-1"`
		GameID   string          `json:"gameId" minLength:"1" maxLength:"64" doc:"An id or an alias" example:"slots"`
		Outcome  json.RawMessage `json:"outcome" doc:"An object, by game. slots: {\"reelPositions\": [five stops]}" example:"{\"reelPositions\":[1,2,3,4,5]}"`
	}
}

type forceData struct {
	PlayerID string `json:"playerId"`
	GameID   string `json:"gameId"`
	Pending  bool   `json:"pending" doc:"Always true: the player's next round of the game has this outcome, and is marked as forced"`
}

func (s *Server) forceOutcome(ctx context.Context, in *forceInput) (forceData, error) {
	gameID, err := s.gameID(ctx, in.Body.GameID)
	if err != nil {
		return forceData{}, err
	}
	player, err := s.playerOf(ctx, in.Body.PlayerID)
	if err != nil {
		return forceData{}, err
	}
	err = s.Floor.ForceOutcome(ctx, player.OperatorID, player.ID, gameID, in.Body.Outcome)
	return forceData{PlayerID: player.ID.String(), GameID: gameID, Pending: true}, err
}
