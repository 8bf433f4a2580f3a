package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/google/uuid"

	"croupier/api/outbound"
	"croupier/session"
	"croupier/wallet/money"
)

// maxWalletAnswer bounds what is read of an operator's answer, in bytes.
const maxWalletAnswer = 64 << 10

// walletRequest is the body of a call to an operator's wallet. docs/seamless-wallet.md is the contract.
type walletRequest struct {
	TransactionID string        `json:"transactionId,omitempty"`
	PlayerID      string        `json:"playerId"` // the operator's own id
	Currency      string        `json:"currency"`
	Amount        *money.Amount `json:"amount,omitempty"`
	RoundID       string        `json:"roundId,omitempty"`
	GameID        string        `json:"gameId,omitempty"`
}

// walletAnswer is what an operator answers with. Members that are not here are not looked at.
type walletAnswer struct {
	TransactionID string       `json:"transactionId"`
	Balance       money.Number `json:"balance"`
	Currency      string       `json:"currency"`
}

// walletRefusal is the body of an operator's refusal.
type walletRefusal struct {
	Error struct {
		Code    string       `json:"code"`
		Message string       `json:"message"`
		Balance money.Number `json:"balance"`
	} `json:"error"`
}

// walletClient calls the wallets of operators.
type walletClient struct {
	out *http.Client
	now session.Clock
}

// call implements session.CallWallet.
func (c *walletClient) call(ctx context.Context, to session.WalletTarget, call session.WalletCall) (balance money.Amount, err error) {
	asked := walletRequest{PlayerID: call.Player.ExternalID, Currency: call.Player.Currency.Code(), GameID: call.Game}
	if call.TransactionID != uuid.Nil {
		asked.TransactionID, asked.RoundID, asked.Amount = call.TransactionID.String(), call.Round.String(), &call.Amount
	}
	body, err := json.Marshal(asked)
	if err != nil {
		return balance, fmt.Errorf("call an operator's wallet: %w", err)
	}
	status, answer, err := c.send(ctx, to, "POST", "/"+string(call.Kind), body, maxWalletAnswer)
	if err != nil {
		return balance, fmt.Errorf("call an operator's wallet: %w", err)
	}
	if refused := refusalOf(status, answer, call.Player.Currency); refused != nil {
		return balance, refused
	}
	if status != http.StatusOK {
		return balance, fmt.Errorf("an operator's wallet answered with %d", status)
	}
	var told walletAnswer
	if err := jsonv2.Unmarshal(answer, &told); err != nil {
		return balance, fmt.Errorf("an operator's wallet answered with what is not the contract's JSON: %w", err)
	}
	switch {
	case told.TransactionID != asked.TransactionID:
		return balance, fmt.Errorf("an operator's wallet answered for transaction %.64q instead of %q", told.TransactionID, asked.TransactionID)
	case told.Currency != asked.Currency:
		return balance, fmt.Errorf("an operator's wallet answered in %.16q instead of %s", told.Currency, asked.Currency)
	case told.Balance == "":
		return balance, fmt.Errorf("an operator's wallet answered without a balance")
	}
	if balance, err = money.Parse(call.Player.Currency, told.Balance); err != nil {
		return balance, fmt.Errorf("an operator's wallet told a balance that is none: %w", err)
	}
	return balance, nil
}

// refusalOf is what a 4xx says, nil for any other answer. Of those that only say "not now" nobody knows what became of the call.
func refusalOf(status int, answer []byte, currency money.Currency) *session.WalletRefusal {
	switch {
	case status < 400 || status > 499, status == http.StatusRequestTimeout, status == http.StatusTooEarly, status == http.StatusTooManyRequests:
		return nil
	}
	var told walletRefusal
	if err := jsonv2.Unmarshal(answer, &told); err != nil || len(told.Error.Code) > 64 {
		told = walletRefusal{}
	}
	r := &session.WalletRefusal{Status: status, Code: told.Error.Code, Message: fmt.Sprintf("%.200s", told.Error.Message)}
	if balance, err := money.Parse(currency, told.Error.Balance); err == nil && told.Error.Balance != "" && balance.Sign() >= 0 {
		r.Balance = &balance
	}
	if r.Code == "" {
		r.Message = "without the contract's error code"
	}
	return r
}

// send makes one signed call and reads its answer, which must be JSON to be looked at.
func (c *walletClient) send(ctx context.Context, to session.WalletTarget, method, path string, body []byte, longest int64) (
	status int, answer []byte, err error) {
	r, err := http.NewRequestWithContext(ctx, method, to.URL+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	now := c.now()
	timestamp := strconv.FormatInt(now.Unix(), 10) + fmt.Sprintf(".%09d", now.Nanosecond())
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	r.Header.Set("User-Agent", "croupier")
	r.Header.Set("X-Timestamp", timestamp)
	r.Header.Set("X-Signature", to.Sign(method, r.URL.RequestURI(), timestamp, body))
	response, err := c.out.Do(r)
	if err != nil {
		return 0, nil, err
	}
	defer response.Body.Close()
	answer, err = io.ReadAll(io.LimitReader(response.Body, longest+1))
	switch kind, _, _ := mime.ParseMediaType(response.Header.Get("Content-Type")); {
	case err != nil:
		return 0, nil, fmt.Errorf("read the answer: %w", err)
	case int64(len(answer)) > longest:
		return 0, nil, fmt.Errorf("the answer has more than %d bytes", longest)
	case kind != "application/json":
		answer = nil
	}
	return response.StatusCode, answer, nil
}

// newWalletClient returns the way to operators' wallets.
func newWalletClient(live bool, timeout time.Duration, now session.Clock) *walletClient {
	return &walletClient{out: outbound.Way{Timeout: timeout, PerHost: 64, Open: !live}.Client(), now: now}
}
