package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"

	"croupier/wallet"
	"croupier/wallet/money"
)

// walletBalance asks the operator's wallet what a player has, and adds what it was not told yet: wins and rollbacks that are on their way.
func (f *Floor) walletBalance(ctx context.Context, to WalletTarget, player Player) (money.Amount, error) {
	balance, err := f.wallets.call(ctx, to, WalletCall{Kind: WalletBalance, Player: player})
	if err != nil {
		f.log.Warn("ask an operator's wallet for a balance", "player", player.ID, "operator", player.OperatorID, "error", err)
		return balance, busyBet(errors.New("the operator's wallet does not tell the balance"))
	}
	calls, err := f.openCalls(ctx, player)
	if err != nil {
		return balance, err
	}
	for _, c := range calls {
		if c.toDeliver() {
			balance = balance.Add(c.amount)
		}
	}
	if balance.Sign() < 0 || wallet.TooMuch(balance) {
		return balance, fmt.Errorf("the wallet of operator %s told a balance that cannot be, %s", player.OperatorID, balance)
	}
	return balance, nil
}

// shownBalance is what a player has, as the operator's wallet says where the money is there; or as it said last, when it does not answer.
func (f *Floor) shownBalance(ctx context.Context, at *position) money.Amount {
	if at.wallet != nil {
		if balance, err := f.walletBalance(ctx, *at.wallet, at.player); err == nil {
			return balance
		}
	}
	return at.balance
}

// Vouch asks the wallet of a seamless player's operator whether the player may come in. Of other players it asks nobody. Returns
// PlayerExcluded, or Busy when there is no answer.
func (f *Floor) Vouch(ctx context.Context, id uuid.UUID) error {
	player, target, err := f.seamlessPlayer(ctx, id)
	if err != nil || target == nil {
		return err
	}
	_, err = f.wallets.call(ctx, *target, WalletCall{Kind: WalletAuthenticate, Player: player})
	var refused *WalletRefusal
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refused) && refused.Code != "":
		return &Error{Code: PlayerExcluded, Message: "the operator's wallet does not let the player in", Details: map[string]any{"reason": refused.Code}}
	}
	f.log.Warn("ask an operator's wallet for a player", "player", id, "operator", player.OperatorID, "error", err)
	return busyBet(errors.New("the operator's wallet did not answer"))
}
