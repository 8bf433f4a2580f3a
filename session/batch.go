package session

import (
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"croupier/wallet"
)

// batch holds a group of moves by column, as settle.sql takes them. A writer uses one again and again.
type batch struct {
	n                                      []int32
	player, operator, round, session       [][16]byte
	stakeID, lapseID, payoutID             [][16]byte
	version, nonce                         []int64
	seedSeq, build, step                   []int32
	before, stake, lapse, payout           []pgtype.Numeric
	opens                                  []bool
	game, status, requestID, kind, request []string
	answer                                 []string
	forced                                 []*string
	state                                  [][]byte
	at                                     []time.Time
}

func newBatch(group int) *batch {
	b := &batch{}
	for _, column := range []*[][16]byte{&b.player, &b.operator, &b.round, &b.session, &b.stakeID, &b.lapseID, &b.payoutID} {
		*column = make([][16]byte, 0, group)
	}
	return b
}

// fill replaces what the batch holds by the group, in its order.
func (b *batch) fill(group []*move) {
	b.clear()
	for i, m := range group {
		b.n = append(b.n, int32(i))
		b.player = append(b.player, m.player)
		b.operator = append(b.operator, m.operator)
		b.version = append(b.version, m.version)
		b.before = append(b.before, wallet.Numeric(m.before))
		b.seedSeq = append(b.seedSeq, m.seedSeq)
		b.nonce = append(b.nonce, m.nonce)
		b.opens = append(b.opens, m.opens)
		b.round = append(b.round, m.round)
		b.game = append(b.game, m.game)
		b.build = append(b.build, m.build)
		b.step = append(b.step, m.step)
		b.status = append(b.status, m.status)
		b.stake = append(b.stake, wallet.Numeric(m.stake))
		b.lapse = append(b.lapse, wallet.Numeric(m.lapse))
		b.payout = append(b.payout, wallet.Numeric(m.payout))
		b.state = append(b.state, m.state)
		b.forced = append(b.forced, optionalText(m.forced))
		b.session = append(b.session, m.session)
		b.requestID = append(b.requestID, m.requestID)
		b.kind = append(b.kind, string(m.kind))
		b.request = append(b.request, string(m.request))
		b.answer = append(b.answer, string(m.answer))
		b.stakeID = append(b.stakeID, newID())
		b.lapseID = append(b.lapseID, newID())
		b.payoutID = append(b.payoutID, newID())
		b.at = append(b.at, m.at)
	}
}

func (b *batch) clear() {
	*b = batch{
		n: b.n[:0], player: b.player[:0], operator: b.operator[:0], round: b.round[:0], session: b.session[:0], stakeID: b.stakeID[:0],
		lapseID: b.lapseID[:0], payoutID: b.payoutID[:0], version: b.version[:0], nonce: b.nonce[:0], seedSeq: b.seedSeq[:0], build: b.build[:0],
		step: b.step[:0], before: b.before[:0], stake: b.stake[:0], lapse: b.lapse[:0], payout: b.payout[:0], opens: b.opens[:0], game: b.game[:0],
		status: b.status[:0], requestID: b.requestID[:0], kind: b.kind[:0], request: b.request[:0], answer: b.answer[:0], forced: b.forced[:0],
		state: b.state[:0], at: b.at[:0],
	}
}

func optionalText(b []byte) *string {
	if b == nil {
		return nil
	}
	s := string(b)
	return &s
}

// newID returns a UUIDv7: keys that are near in time are near in the index.
func newID() uuid.UUID { return uuid.Must(uuid.NewV7()) }
