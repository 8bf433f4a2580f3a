package webhooks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"croupier/wallet"
	"croupier/wallet/money"
)

// played is a row of webhook_moves: moves that were committed together.
type played struct {
	n                         int64
	players, rounds           []uuid.UUID
	steps                     []int32
	ends                      []int16
	stakes, payouts, balances []pgtype.Numeric
	ats                       []time.Time
}

// How a move ended its round, as settle.sql writes it.
const (
	goesOn int16 = iota
	endedByPlayer
	endedByServer
	voided
)

const selectMoves = `SELECT n, players, rounds, steps, ends, stakes, payouts, balances, ats FROM webhook_moves `

func scanPlayed(row pgx.CollectableRow) (p played, err error) {
	err = row.Scan(&p.n, &p.players, &p.rounds, &p.steps, &p.ends, &p.stakes, &p.payouts, &p.balances, &p.ats)
	n := len(p.rounds)
	for _, other := range []int{len(p.players), len(p.steps), len(p.ends), len(p.stakes), len(p.payouts), len(p.balances), len(p.ats)} {
		if err == nil && other != n {
			err = errors.New("the moves of a webhook are damaged")
		}
	}
	return p, err
}

// known is what is recorded of a move's round, and of its player.
type known struct {
	game, status, externalID string
	currency                 money.Currency
	steps                    int
	stake, payout            pgtype.Numeric
	opened                   time.Time
	closed                   *time.Time
	voiding                  struct{ Reason, By string }
}

// expand makes the events of moves that an endpoint is to be told, in the order of the moves.
func (c *Courier) expand(ctx context.Context, e Endpoint, list []played) (events []*event, err error) {
	var players, rounds []uuid.UUID
	var ends []int16
	for _, p := range list {
		players, rounds, ends = append(players, p.players...), append(rounds, p.rounds...), append(ends, p.ends...)
	}
	facts, err := c.lookUp(ctx, e.Operator, players, rounds, ends)
	if err != nil {
		return nil, fmt.Errorf("look up what was played: %w", err)
	}
	at := 0
	for _, p := range list {
		for i := range p.rounds {
			made, err := p.events(i, &facts[at], e)
			if err != nil {
				return nil, fmt.Errorf("events of round %s: %w", p.rounds[i], err)
			}
			events = append(events, made...)
			at++
		}
	}
	return events, nil
}

// lookUp reads what is recorded of rounds, in their order. LATERAL and OFFSET 0 make the planner use the key.
func (c *Courier) lookUp(ctx context.Context, operator uuid.UUID, players, rounds []uuid.UUID, ends []int16) ([]known, error) {
	const sql = `SELECT r.game_id, r.status, r.steps, r.stake, r.payout, r.opened_at, r.closed_at, p.external_id, p.currency
		FROM unnest($2::uuid[], $3::uuid[]) WITH ORDINALITY AS i (player_id, round_id, n)
		CROSS JOIN LATERAL (SELECT * FROM rounds WHERE operator_id = $1 AND id = i.round_id OFFSET 0) r
		CROSS JOIN LATERAL (SELECT external_id, currency FROM players WHERE id = i.player_id OFFSET 0) p ORDER BY i.n`
	rows, err := c.DB.Query(ctx, sql, operator, players, rounds)
	if err != nil {
		return nil, err
	}
	facts, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k known, err error) {
		var currency string
		err = row.Scan(&k.game, &k.status, &k.steps, &k.stake, &k.payout, &k.opened, &k.closed, &k.externalID, &currency)
		if err == nil {
			k.currency, err = money.LookupCurrency(currency)
		}
		return k, err
	})
	if err != nil {
		return nil, err
	}
	if len(facts) != len(rounds) {
		return nil, fmt.Errorf("%d of %d rounds are there", len(facts), len(rounds))
	}
	for i := range facts {
		if ends[i] != voided {
			continue
		}
		const why = `SELECT request->>'reason', request->>'by' FROM actions WHERE player_id = $1 AND session_id = $2 AND request_id = 'void'`
		if err := c.DB.QueryRow(ctx, why, players[i], rounds[i]).Scan(&facts[i].voiding.Reason, &facts[i].voiding.By); err != nil {
			return nil, fmt.Errorf("why round %s was voided: %w", rounds[i], err)
		}
	}
	return facts, nil
}

// ofRound begins the data of every event of a round.
type ofRound struct {
	RoundID    uuid.UUID `json:"roundId"`
	PlayerID   uuid.UUID `json:"playerId"`
	ExternalID string    `json:"externalId"` // the operator's own id of the player
	GameID     string    `json:"gameId"`
	Currency   string    `json:"currency"`
}

// movedData is the data of wallet.bet_placed, wallet.win_credited and wallet.rollback.
type movedData struct {
	ofRound
	Step    int32        `json:"step"` // of the round, from 0
	Amount  money.Amount `json:"amount"`
	Balance money.Amount `json:"balance"`          // the player's, after it
	Reason  string       `json:"reason,omitempty"` // of a rollback
}

// endedData is the data of round.completed and round.jackpot_won.
type endedData struct {
	ofRound
	Status     string       `json:"status"`
	Steps      int          `json:"steps"`
	Stake      money.Amount `json:"stake"` // all that was staked in the round
	Payout     money.Amount `json:"payout"`
	Balance    money.Amount `json:"balance"` // the player's, after it
	OpenedAt   time.Time    `json:"openedAt"`
	ClosedAt   time.Time    `json:"closedAt"`
	EndedBy    string       `json:"endedBy"`              // player, or expiry: the server, because nobody finished it
	TimesStake *big.Int     `json:"timesStake,omitempty"` // of a jackpot: whole times
}

// cancelledData is the data of round.cancelled.
type cancelledData struct {
	ofRound
	Status   string       `json:"status"`
	Refund   money.Amount `json:"refund"` // all that was staked in the round
	Balance  money.Amount `json:"balance"`
	OpenedAt time.Time    `json:"openedAt"`
	ClosedAt time.Time    `json:"closedAt"`
	Reason   string       `json:"reason"`
	By       string       `json:"by"`
}

// eventsOfMove bounds how many events one move makes.
const eventsOfMove = 8

// events are those of the i-th move.
func (p *played) events(i int, k *known, e Endpoint) (list []*event, err error) {
	var stake, payout, balance money.Amount
	for _, amount := range []struct {
		stored pgtype.Numeric
		into   *money.Amount
	}{{p.stakes[i], &stake}, {p.payouts[i], &payout}, {p.balances[i], &balance}} {
		if *amount.into, err = wallet.FromNumeric(k.currency, amount.stored); err != nil {
			return nil, err
		}
	}
	add := func(kind wallet.EventType, name string, data any) {
		if err != nil || !wants(e.Events, kind) {
			return
		}
		made := &event{n: p.n, k: i*eventsOfMove + len(list), kind: kind, player: p.players[i], at: p.ats[i],
			id: fmt.Sprintf("evt_%s_%d_%s", hexOf(p.rounds[i]), p.steps[i], name)}
		made.data, err = json.Marshal(data)
		list = append(list, made)
	}
	of := ofRound{p.rounds[i], p.players[i], k.externalID, k.game, k.currency.Code()}
	if stake.Sign() > 0 {
		add(wallet.BetPlaced, "bet", movedData{ofRound: of, Step: p.steps[i], Amount: stake, Balance: balance.Sub(payout)})
	}
	if p.ends[i] == voided {
		if payout.Sign() > 0 {
			add(wallet.WalletRollback, "rollback", movedData{ofRound: of, Step: p.steps[i], Amount: payout, Balance: balance, Reason: k.voiding.Reason})
		}
		add(wallet.RoundCancelled, "cancelled", cancelledData{of, k.status, payout, balance, k.opened.UTC(), p.ats[i].UTC(), k.voiding.Reason, k.voiding.By})
		return list, err
	}
	if payout.Sign() > 0 {
		add(wallet.WinCredited, "win", movedData{ofRound: of, Step: p.steps[i], Amount: payout, Balance: balance})
	}
	if p.ends[i] == goesOn {
		return list, err
	}
	ended := endedData{ofRound: of, Status: k.status, Steps: k.steps, Balance: balance, OpenedAt: k.opened.UTC(), ClosedAt: p.ats[i].UTC(), EndedBy: "player"}
	if p.ends[i] == endedByServer {
		ended.EndedBy = "expiry"
	}
	if ended.Stake, err = wallet.FromNumeric(k.currency, k.stake); err != nil {
		return nil, err
	}
	ended.Payout = payout
	if jackpot := timesStake(ended); jackpot != nil && jackpot.Cmp(big.NewInt(int64(e.JackpotFrom))) >= 0 {
		won := ended
		won.TimesStake = jackpot
		add(wallet.JackpotWon, "jackpot", won)
	}
	add(wallet.RoundCompleted, "completed", ended)
	return list, err
}

// timesStake is how many whole times its stake a round paid, nil for a round without a stake.
func timesStake(d endedData) *big.Int {
	if d.Stake.Sign() <= 0 {
		return nil
	}
	return new(big.Int).Quo(d.Payout.Minor(), d.Stake.Minor())
}

// wants says whether a list of events has one.
func wants(list []wallet.EventType, kind wallet.EventType) bool {
	return slices.Contains(list, AllEvents) || slices.Contains(list, kind)
}

// hexOf is an id without its dashes.
func hexOf(id uuid.UUID) string { return strings.ReplaceAll(id.String(), "-", "") }
