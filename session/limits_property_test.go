package session

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"croupier/wallet/money"
)

// TestNoLimitIsOutrun lets a player bet in several tabs on several servers at once, deposit, and change limits, while weeks go by. Whatever
// the order, no bet and no deposit takes a period past a limit that is in force.
func TestNoLimitIsOutrun(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 3, "")
	rapid.Check(t, func(rt *rapid.T) {
		o := &outrunner{careBundle: b, t: t, who: b.player(t, "", "100000.00")}
		for _, n := range b.nodes {
			o.tabs = append(o.tabs, n.sit(t, o.who, "dice"), n.sit(t, o.who, "ladder"))
		}
		defer func() {
			for _, tab := range o.tabs {
				tab.Leave()
			}
		}()
		rt.Repeat(map[string]func(*rapid.T){
			"limit": func(rt *rapid.T) {
				kind := rapid.SampledFrom([]LimitType{WageringLimit, LossLimit, DepositLimit}).Draw(rt, "type")
				value := rapid.SampledFrom([]money.Number{"3.00", "5.00", "9.00", "20.00", ""}).Draw(rt, "value")
				b.limit(t, o.who, kind, rapid.SampledFrom(periods).Draw(rt, "period"), value)
			},
			"tabs at once": func(rt *rapid.T) {
				stakes := rapid.SliceOfN(rapid.IntRange(1, 6), 2, len(o.tabs)).Draw(rt, "stakes")
				o.atOnce(rt, stakes)
			},
			"time": func(rt *rapid.T) {
				b.clock.advance(rapid.SampledFrom([]time.Duration{time.Second, time.Hour, 13 * time.Hour, 24 * time.Hour, 6 * 24 * time.Hour}).Draw(rt, "by"))
			},
		})
	})
	b.clean(t)
}

// outrunner is a player who tries.
type outrunner struct {
	*careBundle
	t    *testing.T
	who  somebody
	tabs []chair
}

// atOnce stakes in many tabs, deposits and goes on with open rounds, all at the same time.
func (o *outrunner) atOnce(rt *rapid.T, stakes []int) {
	limits, err := o.players.Limits(o.t.Context(), o.operator.ID, o.who.ID)
	must(o.t, err)
	before := o.used(limits)
	var all sync.WaitGroup
	problems := make(chan error, len(stakes)+1)
	try := func(err error) {
		var known *Error
		if err != nil && (!errors.As(err, &known) || known.Code != LimitReached && known.Code != InvalidAction && known.Code != Busy) {
			problems <- err
		}
	}
	for i, stake := range stakes {
		all.Go(func() {
			tab := o.tabs[i]
			switch {
			case tab.GameID() == "dice":
				try(tab.roll(o.t, fmt.Sprint(stake, ".00")))
			case stake%2 == 0:
				try(second(tab.Act(o.t.Context(), request(uuid.NewString(), fmt.Sprintf(`{"action":"bet","amount":%d.00}`, stake)))))
			default:
				_ = second(tab.Act(o.t.Context(), request(uuid.NewString(), climbPayload)))
			}
		})
	}
	all.Go(func() { try(o.pay(o.t, o.who, fmt.Sprint(stakes[0], ".00"))) })
	all.Wait()
	close(problems)
	for err := range problems {
		rt.Fatal(err)
	}
	o.check(rt, limits, before)
}

// check says that nothing of a limit was outrun: no more of it is used than it allows, or than was used before it came.
func (o *outrunner) check(rt *rapid.T, limits []Limit, before map[string]decimal.Decimal) {
	for key, used := range o.used(limits) {
		for _, l := range limits {
			if key == fmt.Sprint(l.Type, l.Period) && used.GreaterThan(l.Value) && used.GreaterThan(before[key]) {
				rt.Fatalf("%s of a %s: %s is used of %s, %s before", l.Type, l.Period, used, l.Value, before[key])
			}
		}
	}
}

// used asks the ledger what is used of each limit.
func (o *outrunner) used(limits []Limit) map[string]decimal.Decimal {
	used := map[string]decimal.Decimal{}
	for _, l := range limits {
		counts := map[LimitType]string{WageringLimit: "CASE code WHEN 'stake' THEN amount WHEN 'refund' THEN -amount END",
			LossLimit: "CASE code WHEN 'stake' THEN amount WHEN 'refund' THEN -amount WHEN 'payout' THEN -amount END", DepositLimit: "CASE code WHEN 'deposit' THEN amount END"}[l.Type]
		var text string
		must(o.t, o.admin.QueryRow(o.t.Context(), `SELECT coalesce(sum(`+counts+`), 0)::text FROM transfers WHERE player_id = $1 AND at >= $2`,
			o.who.ID, l.Period.since(o.clock.now())).Scan(&text))
		used[fmt.Sprint(l.Type, l.Period)] = decimal.RequireFromString(text)
	}
	return used
}
