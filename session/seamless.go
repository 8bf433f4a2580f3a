package session

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet/money"
)

// WalletTarget is an operator's own wallet, which holds its players' money: where it is called, and what our calls are signed with.
type WalletTarget struct {
	Operator uuid.UUID
	URL      string // scheme, host and path, without a slash at its end
	secret   string
}

// Sign returns the X-Signature of a call: as operators sign theirs to us, by the wallet's secret.
func (t WalletTarget) Sign(method, pathWithQuery, timestamp string, body []byte) string {
	return "sha256=" + hex.EncodeToString(signCall(t.secret, method, pathWithQuery, timestamp, body))
}

// WalletKind is what an operator's wallet is asked or told.
type WalletKind string

// The calls to an operator's wallet.
const (
	WalletAuthenticate WalletKind = "authenticate" // may this player play, and what has he?
	WalletBalance      WalletKind = "balance"
	WalletBet          WalletKind = "bet"
	WalletWin          WalletKind = "win"
	WalletRollback     WalletKind = "rollback" // of the bet with that transaction id, whether or not it ever arrived
)

// WalletCall is one call to an operator's wallet.
type WalletCall struct {
	Kind          WalletKind
	TransactionID uuid.UUID // of a bet, a win or a rollback
	Player        Player
	Amount        money.Amount // of a bet, a win or a rollback; > 0
	Round         uuid.UUID
	Game          string
}

// WalletRefusal is an operator's answer by which it refuses a call for good: a 4xx. Every other failure of a call leaves open what became
// of it.
type WalletRefusal struct {
	Status  int
	Code    string // of the contract's: "" if the answer has not the contract's form, which says nothing of what became of a bet
	Message string
	Balance *money.Amount // what the player has, if the operator says so
}

func (r *WalletRefusal) Error() string {
	return fmt.Sprintf("the operator's wallet refused it: %d %s %s", r.Status, r.Code, r.Message)
}

// The codes of refusals that mean something to a player.
const (
	walletNoFunds = "insufficient_funds"
	walletBlocked = "player_blocked"
	walletLimit   = "limit_reached"
)

// CallWallet makes one call and returns the balance that the operator answers with. Its error is a *WalletRefusal, or leaves open what
// became of the call.
type CallWallet func(ctx context.Context, to WalletTarget, c WalletCall) (balance money.Amount, err error)

// The bounds of calls to wallets.
const (
	walletTimeout = 5 * time.Second  // of one call, unless it is said otherwise
	walletSlots   = 64               // calls to one operator at the same time: one that is slow keeps no other waiting
	sendSlack     = 3 * time.Second  // how long after a call's time a bet without an answer is left to whoever sent it
	inHandFor     = 20 * time.Second // how long a bet that was taken is left to its request; more than a request may take
)

// operatorWallets is how a floor reaches the wallets of operators.
type operatorWallets struct {
	reach   CallWallet // nil: none can be reached
	timeout time.Duration

	mu         sync.Mutex
	slots      map[uuid.UUID]chan struct{}
	underWay   map[uuid.UUID]chan struct{} // deliveries by the id of their wallet call; closed at their end
	deliveries sync.WaitGroup
}

// ReachWallets says how the wallets of operators are called, and how long for: 0 for 5 s. It comes before the first player.
func (f *Floor) ReachWallets(call CallWallet, timeout time.Duration) {
	f.wallets.reach, f.wallets.timeout = call, timeout
	if timeout == 0 {
		f.wallets.timeout = walletTimeout
	}
}

// errNotCalled says that a wallet was not called at all.
var errNotCalled = errors.New("the operator's wallet was not called")

// call makes one call, when there is room for one more to this operator.
func (w *operatorWallets) call(ctx context.Context, to WalletTarget, c WalletCall) (money.Amount, error) {
	if w.reach == nil {
		return money.Amount{}, errNotCalled
	}
	ctx, cancel := context.WithTimeout(ctx, w.timeout)
	defer cancel()
	slot := w.slot(to.Operator)
	select {
	case slot <- struct{}{}:
	case <-ctx.Done():
		return money.Amount{}, fmt.Errorf("%w: %d calls to it wait for their answers", errNotCalled, walletSlots)
	}
	defer func() { <-slot }()
	return w.reach(ctx, to, c)
}

func (w *operatorWallets) slot(operator uuid.UUID) chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.slots == nil {
		w.slots, w.underWay = map[uuid.UUID]chan struct{}{}, map[uuid.UUID]chan struct{}{}
	}
	slot := w.slots[operator]
	if slot == nil {
		slot = make(chan struct{}, walletSlots)
		w.slots[operator] = slot
	}
	return slot
}

// loadWalletSQL finds the operator's wallet of a player who is seamless.
const loadWalletSQL = `SELECT o.id, o.wallet_url, o.sealed_wallet_secret FROM players p JOIN operators o ON o.id = p.operator_id
	WHERE p.id = $1 AND o.wallet_mode = 'seamless'`

// queueWallet adds to what a seat loads whether its player's money is in the operator's own wallet.
func (f *Floor) queueWallet(b *pgx.Batch, player uuid.UUID, p *position) {
	b.Queue(loadWalletSQL, player).Query(func(rows pgx.Rows) error {
		for rows.Next() {
			target, err := f.scanWallet(rows)
			if err != nil {
				return err
			}
			p.wallet = &target
		}
		return rows.Err()
	})
}

func (f *Floor) scanWallet(row pgx.Row) (t WalletTarget, err error) {
	var sealed []byte
	if err := row.Scan(&t.Operator, &t.URL, &sealed); err != nil {
		return t, err
	}
	secret, err := f.vault.Open(sealed, walletAAD(t.Operator))
	if err != nil {
		return t, fmt.Errorf("wallet secret of operator %s: %w: %w", t.Operator, errDamaged, err)
	}
	t.secret = string(secret)
	return t, nil
}

// walletAAD binds a sealed wallet secret to its operator.
func walletAAD(operator uuid.UUID) []byte { return []byte("wallet/" + operator.String()) }
