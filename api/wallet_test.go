package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"croupier/session"
)

func transferOf(player, amount, currency, id string) string {
	return fmt.Sprintf(`{"playerId":%q,"amount":%s,"currency":%q,"transactionId":%q}`, player, amount, currency, id)
}

type transferred struct {
	PlayerID      string      `json:"playerId"`
	Balance       json.Number `json:"balance"`
	Currency      string      `json:"currency"`
	TransactionID string      `json:"transactionId"`
	Duplicate     bool        `json:"duplicate"`
}

func TestDepositsAndWithdrawals(t *testing.T) {
	t.Parallel()
	o := newTestServer(t).operator(t)
	p, other := o.player(t, "USD", "0"), o.player(t, "USD", "0")
	move := func(path, player, amount, id, balance string, duplicate bool) {
		t.Helper()
		var got transferred
		o.post(t, "/wallet/"+path, transferOf(player, amount, "USD", id)).into(t, &got)
		if want := (transferred{p.ID, json.Number(balance), "USD", id, duplicate}); got != want {
			t.Fatalf("%s %s: got %+v, want %+v", path, amount, got, want)
		}
	}
	move("deposit", p.ExternalID, "100", "d-1", "100.00", false)
	move("deposit", p.ID, "0.01", "d-2", "100.01", false)
	move("deposit", p.ID, "100.00", "d-1", "100.00", true)
	move("withdraw", p.ID, "60.010", "w-1", "40.00", false)
	move("withdraw", p.ID, "60.01", "w-1", "40.00", true)

	for _, c := range []struct {
		path, player, amount, currency, id string
		status                             int
		code                               session.Code
	}{
		{"withdraw", p.ID, "40.01", "USD", "w-2", http.StatusPaymentRequired, session.NotEnoughMoney},
		{"withdraw", p.ID, "100", "USD", "d-1", http.StatusConflict, session.Conflict},
		{"deposit", p.ID, "101", "USD", "d-1", http.StatusConflict, session.Conflict},
		{"deposit", other.ID, "100", "USD", "d-1", http.StatusConflict, session.Conflict},
		{"deposit", p.ID, "5", "EUR", "d-3", http.StatusBadRequest, session.InvalidCurrency},
		{"deposit", p.ID, "5", "XXX", "d-3", http.StatusBadRequest, session.InvalidCurrency},
		{"deposit", "nobody", "5", "USD", "d-3", http.StatusNotFound, session.PlayerNotFound},
		{"deposit", o.Operator.ID.String(), "5", "USD", "d-3", http.StatusNotFound, session.PlayerNotFound},
	} {
		o.post(t, "/wallet/"+c.path, transferOf(c.player, c.amount, c.currency, c.id)).wants(t, c.status, c.code)
	}
	if got := p.balance(t); got != "40.00" {
		t.Errorf("balance %s, want 40.00", got)
	}
	if got := other.balance(t); got != "0.00" {
		t.Errorf("the other's balance is %s, want 0.00", got)
	}
}

func TestAWithdrawalOfTooMuchTellsHowMuchThereIs(t *testing.T) {
	t.Parallel()
	o := newTestServer(t).operator(t)
	p := o.player(t, "USD", "40")
	reply := o.post(t, "/wallet/withdraw", transferOf(p.ID, "40.01", "USD", "w-1"))
	reply.wants(t, http.StatusPaymentRequired, session.NotEnoughMoney)
	if !strings.Contains(reply.text, `"details":{"available":40.00,"currency":"USD","required":40.01}`) {
		t.Errorf("details: %s", reply.text)
	}
}

func TestACurrencyThatCannotBeIsNamedWithTheReason(t *testing.T) {
	t.Parallel()
	o := newTestServer(t).operator(t)
	p := o.player(t, "USD", "0")
	another := map[string]any{"playerId": p.ExternalID, "currency": "EUR", "jurisdiction": "MT", "locale": "en"}
	reply := o.post(t, "/auth/sso/create-token", another)
	reply.wants(t, http.StatusBadRequest, session.InvalidCurrency)
	if why := reply.fields()["currency"]; why == "" || why != reply.Error.Message || !strings.Contains(why, "USD") {
		t.Errorf("fields: %s", reply.text)
	}
	for _, currency := range []string{"EUR", "XXX"} {
		reply := o.post(t, "/wallet/deposit", transferOf(p.ID, "5", currency, "d-1"))
		reply.wants(t, http.StatusBadRequest, session.InvalidCurrency)
		if reply.fields()["currency"] == "" {
			t.Errorf("%s: fields: %s", currency, reply.text)
		}
	}
}

func TestMoneyIsExact(t *testing.T) {
	t.Parallel()
	o := newTestServer(t).operator(t)
	for currency, amount := range map[string]string{
		"ETH": "123456789012345.123456789012345678", "BTC": "0.00000001", "JPY": "9007199254740993"[:15], "USD": "90071992547409.93",
	} {
		p := o.player(t, currency, "0")
		reply := o.post(t, "/wallet/deposit", transferOf(p.ID, amount, currency, "d-"+currency))
		var got transferred
		reply.into(t, &got)
		if got.Balance.String() != amount || p.balance(t) != amount {
			t.Errorf("%s: deposited %s, the answer says %s and the balance is %s", currency, amount, got.Balance, p.balance(t))
		}
		var page struct {
			Transactions []struct{ Amount, Balance json.Number }
		}
		p.get(t, "/wallet/transactions").into(t, &page)
		if len(page.Transactions) != 1 || page.Transactions[0].Amount.String() != amount {
			t.Errorf("%s: statement %+v", currency, page)
		}
	}
}

func TestAmountsThatAreRefused(t *testing.T) {
	t.Parallel()
	o := newTestServer(t).operator(t)
	p := o.player(t, "USD", "50")
	for amount, reason := range map[string]string{
		"1e2": "exponent", "1E-2": "exponent", "1.0e0": "exponent", "1e400": "", "0.001": "at most 2 decimals", "1.2345678901234567890": "decimals",
		"1234567890123456": "15 digits", "0": "greater than 0", "-5": "greater than 0", `"5"`: "number", "null": "number", "true": "number",
		"[5]": "number", "{}": "number", "01": "", "+1": "", ".5": "", "NaN": "", strings.Repeat("9", 5000): "",
	} {
		for _, path := range []string{"/wallet/deposit", "/wallet/withdraw"} {
			reply := o.post(t, path, transferOf(p.ID, amount, "USD", "t-1"))
			reply.wants(t, http.StatusBadRequest, session.InvalidRequest)
			field := "amount"
			if reason == "" {
				field = "body" // not JSON, or out of every range
			}
			if got := reply.fields()[field]; got == "" || !strings.Contains(got, reason) {
				t.Errorf("amount %.20s: fields %v, want %s: …%s…", amount, reply.fields(), field, reason)
			}
		}
	}
	if got := p.balance(t); got != "50.00" {
		t.Errorf("balance %s, want 50.00", got)
	}
}

func TestStatementPages(t *testing.T) {
	t.Parallel()
	o := newTestServer(t).operator(t)
	p := o.player(t, "USD", "0")
	for i := range 5 {
		o.post(t, "/wallet/deposit", transferOf(p.ID, fmt.Sprint(i+1), "USD", fmt.Sprint("d-", i))).into(t, &transferred{})
	}
	type statement struct {
		Transactions []struct {
			Amount        json.Number
			Code          string
			Debit, Credit string
		}
		NextCursor string
	}
	var amounts []string
	cursor := ""
	for range 3 {
		var page statement
		o.get(t, "/wallet/transactions?limit=2&playerId="+p.ID+cursor).into(t, &page)
		for _, one := range page.Transactions {
			amounts = append(amounts, one.Amount.String())
		}
		cursor = "&cursor=" + page.NextCursor
		if page.NextCursor == "" {
			break
		}
	}
	if got := strings.Join(amounts, " "); got != "5.00 4.00 3.00 2.00 1.00" || cursor != "&cursor=" {
		t.Errorf("pages hold %s, last cursor %q", got, cursor)
	}
	for _, query := range []string{"cursor=x", "limit=0", "limit=201", "limit=x", "page=2"} {
		p.get(t, "/wallet/transactions?"+query).wants(t, http.StatusBadRequest, session.InvalidRequest)
	}
}
