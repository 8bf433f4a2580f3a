package check

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"croupier/sandbox/torture/history"
)

// checkMoney holds the stored balance against the transfers, against what the clients were told, and every transfer against what it
// is for.
func (p *playerCheck) checkMoney() {
	seat := &p.seats[0]
	var balance, escrow amount
	for i := range p.transfers {
		t := &p.transfers[i]
		balance = balance.plus(t.into("player"))
		escrow = escrow.plus(t.into("escrow"))
	}
	if !seat.balance.equal(balance) || !seat.escrow.equal(escrow) {
		p.found.add(Money, "player "+p.ID, "stored are %s and %s in escrow; the transfers sum to %s and %s",
			seat.balance, seat.escrow, balance, escrow)
	}
	if expected, err := p.ownArithmetic(); err != nil {
		p.found.add(Money, "player "+p.ID, "%v", err)
	} else if !expected.equal(seat.balance) {
		p.found.add(Money, "player "+p.ID, "by what its clients were told the balance is %s; stored is %s", expected, seat.balance)
	}
	p.checkRoundTransfers()
	p.checkOrderTransfers()
}

// into returns what a transfer adds to an account, negative for what it takes.
func (t *transferRow) into(account string) amount {
	var sum amount
	if t.credit == account {
		sum = sum.plus(t.amount)
	}
	if t.debit == account {
		sum = sum.minus(t.amount)
	}
	return sum
}

// ownArithmetic is the balance that the clients expect: what the player was made with, and all that they were told has moved. What took
// effect without their learning of it is taken as it is stored; that it did is a finding of another rule.
func (p *playerCheck) ownArithmetic() (amount, error) {
	sum, err := parseAmount(p.Balance)
	if err != nil {
		return sum, fmt.Errorf("what it was made with: %w", err)
	}
	for _, r := range p.requests {
		switch {
		case r.played != nil:
			sum = sum.plus(r.played.Balance.After).minus(r.played.Balance.Before)
		case !r.effect():
		case r.Kind == history.Deposit:
			sum = sum.plus(r.amount)
		case r.Kind == history.Withdrawal:
			sum = sum.minus(r.amount)
		}
	}
	for _, v := range p.voids { // of which the clients are told, and take no note
		sum = sum.plus(v.played.Balance.After).minus(v.played.Balance.Before)
	}
	return sum, nil
}

// checkRoundTransfers holds the transfers of every round against its stake and its payout.
func (p *playerCheck) checkRoundTransfers() {
	type sums struct{ stake, payout, refund amount }
	moved := map[string]*sums{}
	for i := range p.transfers {
		t := &p.transfers[i]
		if t.round == "" {
			continue
		}
		s := moved[t.round]
		if s == nil {
			s = &sums{}
			moved[t.round] = s
		}
		switch t.code {
		case "stake":
			s.stake = s.stake.plus(t.amount)
		case "payout":
			s.payout = s.payout.plus(t.amount)
		case "refund":
			s.payout, s.refund = s.payout.plus(t.amount), s.refund.plus(t.amount)
		}
	}
	for i := range p.rounds {
		r := &p.rounds[i]
		s := moved[r.id]
		if s == nil {
			s = &sums{}
		}
		delete(moved, r.id)
		if !s.stake.equal(r.stake) || !s.payout.equal(r.payout) {
			p.found.add(Money, p.aboutRound(r.id), "the round has stake %s and payout %s; its transfers have %s and %s",
				r.stake, r.payout, s.stake, s.payout)
		}
		want := amount{}
		if r.status == "voided" {
			want = r.stake
		}
		if !s.refund.equal(want) {
			p.found.add(Money, p.aboutRound(r.id), "the round is %s, stake %s; refunded is %s of it", r.status, r.stake, s.refund)
		}
	}
	for id, s := range moved {
		p.found.add(Money, p.aboutRound(id), "transfers (stake %s, payout %s) of a round that is not stored", s.stake, s.payout)
	}
}

// checkOrderTransfers holds deposits and withdrawals against their transfers.
func (p *playerCheck) checkOrderTransfers() {
	byID := map[string]*transferRow{}
	for i := range p.transfers {
		if t := &p.transfers[i]; t.code == string(history.Deposit) || t.code == string(history.Withdrawal) {
			byID[t.id] = t
		}
	}
	for i := range p.orders {
		o := &p.orders[i]
		t := byID[o.transfer]
		delete(byID, o.transfer)
		what := fmt.Sprintf("player %s: %s %s", p.ID, o.code, o.transaction)
		if t == nil {
			p.found.add(Money, what, "its transfer %s of %s is not stored", o.transfer, o.amount)
		} else if t.code != o.code || !t.amount.equal(o.amount) || !t.balance.equal(o.balance) {
			p.found.add(Money, what, "of %s, balance %s; its transfer is a %s of %s, balance %s", o.amount, o.balance, t.code, t.amount, t.balance)
		}
	}
	for id, t := range byID {
		p.found.add(Money, fmt.Sprintf("player %s: transfer %s", p.ID, id), "a %s of %s that no operator ordered", t.code, t.amount)
	}
}

// checkEscrow holds what is in escrow against the open rounds: each has its stake there, and nothing else is there.
func (p *playerCheck) checkEscrow() {
	held := map[string]amount{}
	for i := range p.transfers {
		if t := &p.transfers[i]; t.round != "" {
			held[t.round] = held[t.round].plus(t.into("escrow"))
		}
	}
	var open amount
	for i := range p.rounds {
		r := &p.rounds[i]
		want := amount{}
		if r.open() {
			want = r.stake
			open = open.plus(r.stake)
		}
		if !held[r.id].equal(want) {
			p.found.add(Escrow, p.aboutRound(r.id), "the round is %s, stake %s; in escrow is %s of it", r.status, r.stake, held[r.id])
		}
		delete(held, r.id)
	}
	for id, sum := range held {
		if !sum.isZero() {
			p.found.add(Escrow, p.aboutRound(id), "%s in escrow of a round that is not stored", sum)
		}
	}
	if seat := &p.seats[0]; !seat.escrow.equal(open) {
		p.found.add(Escrow, "player "+p.ID, "stored in escrow is %s; the open rounds' stakes are %s", seat.escrow, open)
	}
}

// checkTotals finds the currencies in which money came from nowhere or went there: all stored balances, of players and in escrow, and
// the house's and the operators' accounts, which are sums of transfers, come to nothing.
func checkTotals(ctx context.Context, tx pgx.Tx, found *findings) error {
	const sql = `
		SELECT coalesce(p.currency, 'of no player'), sum(part.amount)::text
		FROM (SELECT player_id, balance + escrow FROM seats
			UNION ALL SELECT player_id, amount FROM transfers WHERE credit NOT IN ('player', 'escrow')
			UNION ALL SELECT player_id, -amount FROM transfers WHERE debit NOT IN ('player', 'escrow')) part (player_id, amount)
		LEFT JOIN players p ON p.id = part.player_id
		GROUP BY 1 HAVING sum(part.amount) <> 0 ORDER BY 1`
	rows, err := tx.Query(ctx, sql)
	if err != nil {
		return fmt.Errorf("sum all accounts: %w", err)
	}
	var currency, sum string
	_, err = pgx.ForEachRow(rows, []any{&currency, &sum}, func() error {
		found.add(Money, "currency "+currency, "all accounts sum to %s, not to 0", sum)
		return nil
	})
	if err != nil {
		return fmt.Errorf("sum all accounts: %w", err)
	}
	return nil
}
