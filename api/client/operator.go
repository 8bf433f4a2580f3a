package client

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Launch is a player who is to be let in.
type Launch struct {
	PlayerID     string `json:"playerId"` // yours; one who is not known yet is made
	Currency     string `json:"currency"`
	Jurisdiction string `json:"jurisdiction"`
	Locale       string `json:"locale"`
	GameID       string `json:"gameId,omitempty"`
	Username     string `json:"username,omitempty"`
	DemoMode     bool   `json:"demoMode,omitempty"`
}

// SSOToken is what a player arrives with: good for 30 seconds and for one use.
type SSOToken struct {
	LaunchToken string    `json:"launchToken"`
	ExpiresAt   time.Time `json:"expiresAt"`
}

// CreateSSOToken makes the token that lets a player in. It needs the scope launch.
func (c *Client) CreateSSOToken(ctx context.Context, l Launch) (t SSOToken, err error) {
	// A second token for a call whose answer was lost does no harm: the first one is nobody's, and ends in 30 seconds.
	return t, c.Do(ctx, Request{Method: http.MethodPost, Path: "/auth/sso/create-token", Body: l, Again: true}, &t)
}

// LaunchURL is a page that plays, with the launch token in its fragment: that reaches neither servers' logs nor referrers. The TypeScript
// client's launchFrom reads it there.
func LaunchURL(page, launchToken, gameID string) (string, error) {
	u, err := url.Parse(page)
	if err != nil || u.Host == "" || u.Fragment != "" {
		return "", fmt.Errorf("launch URL: %q must be as https://casino.example/play, without a fragment", page)
	}
	values := url.Values{"launchToken": {launchToken}}
	if gameID != "" {
		values.Set("gameId", gameID)
	}
	return u.String() + "#" + values.Encode(), nil
}

// Balance is what a player has.
type Balance struct {
	PlayerID string  `json:"playerId"`
	Balance  Decimal `json:"balance"` // free to stake or withdraw
	Escrow   Decimal `json:"escrow"`  // at stake in open rounds
	Currency string  `json:"currency"`
}

// Balance returns what a player has, by our id or by yours. It needs the scope wallet:read.
func (c *Client) Balance(ctx context.Context, playerID string) (b Balance, err error) {
	return b, c.Do(ctx, Request{Method: http.MethodGet, Path: "/wallet/balance", Query: url.Values{"playerId": {playerID}}}, &b)
}

// Transfer moves money between you and a player. The same TransactionID again moves nothing and is answered as the first time: keep it with
// what the transfer is for, before the call.
type Transfer struct {
	PlayerID      string  `json:"playerId"`
	Amount        Decimal `json:"amount"`
	Currency      string  `json:"currency"`
	TransactionID string  `json:"transactionId"` // yours, 1–128 printable characters without spaces
}

// Transferred is a transfer that was made.
type Transferred struct {
	PlayerID      string  `json:"playerId"`
	Balance       Decimal `json:"balance"` // after it
	Currency      string  `json:"currency"`
	TransactionID string  `json:"transactionId"`
	Duplicate     bool    `json:"duplicate"` // it was made before: this is the first answer
}

// Deposit moves money to a player. It needs the scope wallet:write.
func (c *Client) Deposit(ctx context.Context, t Transfer) (Transferred, error) {
	return c.transfer(ctx, "/wallet/deposit", t)
}

// Withdraw moves money from a player, if it is there: NotEnoughMoney otherwise. It needs the scope wallet:write.
func (c *Client) Withdraw(ctx context.Context, t Transfer) (Transferred, error) {
	return c.transfer(ctx, "/wallet/withdraw", t)
}

func (c *Client) transfer(ctx context.Context, path string, t Transfer) (done Transferred, err error) {
	if t.TransactionID == "" {
		return done, fmt.Errorf("%s: a transfer needs a TransactionID", path)
	}
	return done, c.Do(ctx, Request{Method: http.MethodPost, Path: path, Body: t, Again: true}, &done)
}

// Movement is one line of a player's statement.
type Movement struct {
	ID       string    `json:"id"`
	Code     string    `json:"code"`
	Debit    string    `json:"debit"`
	Credit   string    `json:"credit"`
	Amount   Decimal   `json:"amount"`
	Currency string    `json:"currency"`
	Balance  Decimal   `json:"balance"` // of the player's account, after it
	RoundID  string    `json:"roundId,omitempty"`
	At       time.Time `json:"at"`
}

// Statement goes through all movements of a player's money, newest first, and fetches page by page. It ends with an error, if there is one.
// It needs the scope wallet:read.
func (c *Client) Statement(ctx context.Context, playerID string) iter.Seq2[Movement, error] {
	return pages[Movement](ctx, c, "/wallet/transactions", url.Values{"playerId": {playerID}, "limit": {"200"}}, "transactions")
}

// Round is the record of a round. Money is in its currency.
type Round struct {
	RoundID        string          `json:"roundId"`
	GameID         string          `json:"gameId"`
	Variant        string          `json:"variant"`
	RulesHash      string          `json:"rulesHash"`
	Status         string          `json:"status"` // in_progress, completed, cashed_out or voided
	Stake          Decimal         `json:"stake"`
	Payout         Decimal         `json:"payout"`
	Currency       string          `json:"currency"`
	ServerSeedHash string          `json:"serverSeedHash"`
	ServerSeed     string          `json:"serverSeed,omitempty"` // "" until it is revealed
	ClientSeed     string          `json:"clientSeed"`
	Nonce          uint64          `json:"nonce"`
	Actions        []Action        `json:"actions"`
	Forced         json.RawMessage `json:"forced"` // null but for forced outcomes, which only the sandbox has
	Receipt        json.RawMessage `json:"receipt,omitempty"`
}

// Action is one step of a round.
type Action struct {
	Step      int             `json:"step"`
	RequestID string          `json:"requestId"`
	Type      string          `json:"type"` // action, cashout, expiry or void
	Payload   json.RawMessage `json:"payload"`
	Outcome   json.RawMessage `json:"outcome"`
	Stake     Decimal         `json:"stake"`
	Payout    Decimal         `json:"payout"`
	Balance   Decimal         `json:"balance"` // the player's, after it
	At        time.Time       `json:"at"`
}

// Round returns a round of one of your players. It needs the scope rounds:read.
func (c *Client) Round(ctx context.Context, roundID string) (r Round, err error) {
	return r, c.Do(ctx, Request{Method: http.MethodGet, Path: "/rounds/" + url.PathEscape(roundID)}, &r)
}

// RoundQuery says which rounds are wanted; zero fields but the player's: all.
type RoundQuery struct {
	PlayerID string // by our id or by yours
	GameID   string
	Status   string
	From, To time.Time // opened at From or later, and before To
}

// Rounds goes through a player's rounds, newest first, and fetches page by page. It ends with an error, if there is one. It needs the scope
// rounds:read.
func (c *Client) Rounds(ctx context.Context, q RoundQuery) iter.Seq2[Round, error] {
	values := url.Values{"playerId": {q.PlayerID}, "limit": {"100"}}
	for name, text := range map[string]string{"gameId": q.GameID, "status": q.Status} {
		if text != "" {
			values.Set(name, text)
		}
	}
	for name, at := range map[string]time.Time{"from": q.From, "to": q.To} {
		if !at.IsZero() {
			values.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	return pages[Round](ctx, c, "/rounds", values, "rounds")
}

// Voided is a round that was ended, with its stake returned.
type Voided struct {
	RoundID  string  `json:"roundId"`
	PlayerID string  `json:"playerId"`
	GameID   string  `json:"gameId"`
	Status   string  `json:"status"`
	Reason   string  `json:"reason"`
	By       string  `json:"by"`
	Refund   Decimal `json:"refund"`
	Balance  Decimal `json:"balance"` // the player's, after it
	Currency string  `json:"currency"`
}

// VoidRound ends an open round and returns all that was staked in it. The reason, 1–200 printable characters, stands in the record for ever
// and may be read by the player; the same again changes nothing. Conflict: the round is settled, or was voided for another reason. It needs
// the scope rounds:void.
func (c *Client) VoidRound(ctx context.Context, roundID, reason string) (v Voided, err error) {
	return v, c.Do(ctx, Request{Method: http.MethodPost, Path: "/rounds/" + url.PathEscape(roundID) + "/void", Body: map[string]string{"reason": reason},
		Again: true}, &v)
}

// pages goes through a list by its cursors.
func pages[T any](ctx context.Context, c *Client, path string, query url.Values, member string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for cursor := ""; ; {
			var page map[string]json.RawMessage
			query.Del("cursor")
			if cursor != "" {
				query.Set("cursor", cursor)
			}
			err := c.Do(ctx, Request{Method: http.MethodGet, Path: path, Query: query}, &page)
			var list []T
			if err == nil {
				err = json.Unmarshal(page[member], &list)
			}
			var none T
			if err != nil {
				yield(none, err)
				return
			}
			for _, one := range list {
				if !yield(one, nil) {
					return
				}
			}
			if page["nextCursor"] == nil {
				return
			}
			if err := json.Unmarshal(page["nextCursor"], &cursor); err != nil {
				yield(none, err)
				return
			}
		}
	}
}

// SocketURL is where the WebSocket of a ticket is.
func (c *Client) SocketURL(ticket, gameID string) string {
	return "ws" + strings.TrimPrefix(c.base, "http") + "/ws?" + url.Values{"ticket": {ticket}, "gameId": {gameID}}.Encode()
}

// timestamp reads Unix seconds.
func timestamp(text string) (time.Time, error) {
	seconds, err := strconv.ParseInt(text, 10, 64)
	return time.Unix(seconds, 0), err
}
