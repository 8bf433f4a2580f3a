// Package certify tries an operator's own wallet as croupier uses it, and as networks mistreat it: twice, out of order, at the same time, wrongly
// signed, cut off. It knows the contract (docs/seamless-wallet.md) and nothing of how a wallet is made.
package certify

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"croupier/wallet/money"
)

// Config is what is tried.
type Config struct {
	URL      string
	Secret   string
	Player   string // a test player of the operator's, who has ten times the amount at least
	Currency string
	Amount   string        // of a bet; "": 100 of the currency's smallest units
	Timeout  time.Duration // of one call, as croupier's: 5 s by default
}

// Status is what came of a check.
type Status string

// What can come of a check.
const (
	Passed  Status = "passed"
	Failed  Status = "failed"
	Skipped Status = "skipped"
)

// Exchange is one call and its answer.
type Exchange struct {
	Call   string `json:"call"`             // "POST /bet"
	Sent   string `json:"sent,omitempty"`   // the body
	Status int    `json:"status,omitempty"` // 0: there was no answer
	Got    string `json:"got,omitempty"`
	Error  string `json:"error,omitempty"`
	Millis int64  `json:"milliseconds"`
}

// Result is one check.
type Result struct {
	Name      string     `json:"name"`
	Contract  string     `json:"contract"` // what the contract says
	Status    Status     `json:"status"`
	Problems  []string   `json:"problems,omitempty"` // what was expected, and what came
	Exchanges []Exchange `json:"exchanges,omitempty"`
}

// Report is a whole run.
type Report struct {
	URL      string    `json:"url"`
	Player   string    `json:"player"`
	Currency string    `json:"currency"`
	At       time.Time `json:"at"`
	Passed   int       `json:"passed"`
	Failed   int       `json:"failed"`
	Skipped  int       `json:"skipped"`
	Slowest  int64     `json:"slowestMilliseconds"`
	Results  []Result  `json:"results"`
}

// check is one thing that the contract says.
type check struct {
	name, contract string
	try            func(*try)
}

// Names lists the checks in their order.
func Names() (names []string) {
	for _, c := range checks {
		names = append(names, c.name)
	}
	return names
}

// errSkip ends a check of what is not there and need not be.
var errSkip = errors.New("skipped")

// Run tries everything, one check after the other. step, if not nil, is told the name of each before it begins. It returns an error when nothing
// can be tried: the configuration is wrong, or the player cannot be used.
func Run(ctx context.Context, c Config, step func(name string, n, of int)) (*Report, error) {
	currency, err := money.LookupCurrency(c.Currency)
	if err != nil {
		return nil, fmt.Errorf("currency: %w", err)
	}
	unit := money.New(currency, 100)
	if c.Amount != "" {
		if unit, err = money.Parse(currency, c.Amount); err != nil || unit.Sign() <= 0 {
			return nil, fmt.Errorf("amount: %q must be an amount of %s greater than 0", c.Amount, c.Currency)
		}
	}
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	c.URL = strings.TrimRight(c.URL, "/")
	r := &Report{URL: c.URL, Player: c.Player, Currency: c.Currency, At: time.Now().UTC()}
	t := &try{ctx: ctx, config: c, currency: currency, unit: unit, http: &http.Client{Timeout: c.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	defer t.http.CloseIdleConnections()
	if err := t.prepare(); err != nil {
		return nil, err
	}
	for i, one := range checks {
		if step != nil {
			step(one.name, i+1, len(checks))
		}
		t.result = Result{Name: one.name, Contract: one.contract, Status: Passed}
		t.attempt(one)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		r.add(t.result)
	}
	return r, nil
}

func (r *Report) add(one Result) {
	switch one.Status {
	case Passed:
		r.Passed++
	case Failed:
		r.Failed++
	case Skipped:
		r.Skipped++
	}
	for _, e := range one.Exchanges {
		r.Slowest = max(r.Slowest, e.Millis)
	}
	if one.Status == Passed {
		one.Exchanges = nil
	}
	r.Results = append(r.Results, one)
}

// attempt runs one check from a balance that is known, and leaves the balance as it was, as far as the wallet lets it.
func (t *try) attempt(c check) {
	defer func() {
		if p := recover(); p != nil {
			if p != errSkip { //nolint:errorlint // it is thrown as it is
				panic(p)
			}
			t.result.Status = Skipped
		}
		if len(t.result.Problems) > 0 {
			t.result.Status = Failed
		}
	}()
	told := t.call("balance", message{})
	balance, ok := t.balanceOf(told)
	if !ok {
		t.problem("the balance cannot be asked: %s", told)
		return
	}
	t.held = balance
	c.try(t)
}
