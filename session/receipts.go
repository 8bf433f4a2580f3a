package session

import (
	"context"
	"fmt"
	"slices"

	"github.com/google/uuid"

	"croupier/games"
)

// recordMove hashes the round's record as it will be when the move is written; next is the round as it stands then. Of a round that
// was loaded, the record of before is read first, once.
func (f *Floor) recordMove(ctx context.Context, at *position, m *move, next *openRound) error {
	if f.settler.config.Receipts == nil {
		return nil
	}
	before, err := f.recordBefore(ctx, at, m)
	if err != nil {
		return err
	}
	payload, err := games.HashedJSON(m.request, true)
	if err != nil {
		return fmt.Errorf("payload: %w", err)
	}
	outcome, err := games.HashedJSON(m.outcome, true)
	if err != nil {
		return fmt.Errorf("outcome: %w", err)
	}
	m.record = before.Then(&games.PlayedStep{Step: int(m.step), Type: games.ActionType(m.kind), RequestID: m.requestID, Payload: payload,
		Outcome: outcome, Stake: m.stake, Payout: m.payout, Balance: m.after, Status: games.Status(m.status), At: m.at})
	if next != nil {
		next.record = m.record
	}
	return nil
}

// recordBefore is the hash of the round's record before the move.
func (f *Floor) recordBefore(ctx context.Context, at *position, m *move) (games.Hash, error) {
	o := m.of
	if m.opens {
		return games.Opening{RoundID: o.id.String(), GameID: o.game, Variant: o.build.variant.ID, RulesHash: o.build.variant.RulesHash,
			Currency: at.player.Currency.Code(), ServerSeedHash: at.hash, ClientSeed: at.pair.ClientSeed, Nonce: uint64(o.nonce),
			Forced: o.forced != nil}.Hash(), nil
	}
	if o.record != (games.Hash{}) {
		return o.record, nil
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	record, err := f.readRound(ctx, at.player.OperatorID, &at.player.ID, o.id)
	if err != nil {
		return games.Hash{}, err
	}
	if len(record.Actions) < o.round.Step {
		return games.Hash{}, fmt.Errorf("round %s: %w: %d of its %d actions are there", o.id, errDamaged, len(record.Actions), o.round.Step)
	}
	record.Actions, record.Status = record.Actions[:o.round.Step], games.InProgress
	if o.record, err = record.HashTo(o.round.Step - 1); err != nil {
		return games.Hash{}, fmt.Errorf("round %s: %w: %w", o.id, errDamaged, err)
	}
	return o.record, nil
}

// signing is the signature of a group's records while the group is committed.
type signing struct {
	records []games.Hash
	signed  chan *games.ReceiptGroup
}

// beginSigning signs the records of a group's moves, with one signature, while somebody else waits for their commit: a player who is alone
// would wait for the signature after it. nil if nobody wants a receipt. A move whose record was not hashed has none.
func (s *Settler) beginSigning(group []*move) *signing {
	if s.config.Receipts == nil {
		return nil
	}
	w := &signing{records: recordsOf(group, nil), signed: make(chan *games.ReceiptGroup, 1)}
	if len(w.records) == 0 {
		return nil
	}
	go func() { w.signed <- s.config.Receipts.sign(w.records) }()
	return w
}

// recordsOf are the hashes of the records of moves: of those that done says were written, or all if it is nil. It notes each move's place.
func recordsOf(group []*move, done []bool) []games.Hash {
	records := make([]games.Hash, 0, len(group))
	for i, m := range group {
		if m.record != (games.Hash{}) && (done == nil || done[i]) {
			m.place = len(records)
			records = append(records, m.record)
		}
	}
	return records
}

// giveReceipts gives the moves of a group that were written their receipts. What was not written is in no group that anybody is shown: if there
// is such a move, the others are signed anew.
func (s *Settler) giveReceipts(w *signing, group []*move, done []bool) {
	if w == nil {
		return
	}
	signed := <-w.signed
	if slices.Contains(done, false) {
		records := recordsOf(group, done)
		if len(records) == 0 {
			return
		}
		signed = s.config.Receipts.sign(records)
	}
	for i, m := range group {
		if done[i] && m.record != (games.Hash{}) {
			m.signed = signed
		}
	}
}

// receipt is that of a move that was written, the zero Receipt where none is given.
func (m *move) receipt() games.Receipt {
	if m.signed == nil {
		return games.Receipt{}
	}
	return m.signed.Receipt(m.place, int(m.step), m.at)
}

// receiptAgain makes a new receipt of a round's record up to a step: in a group of its own, over the same hash as the first. It is
// not made before the record cannot be taken back any more.
func (f *Floor) receiptAgain(ctx context.Context, record *games.Record, step int) (games.Receipt, error) {
	keys := f.settler.config.Receipts
	if keys == nil {
		return games.Receipt{}, nil
	}
	hash, err := record.HashTo(step)
	if err != nil {
		return games.Receipt{}, fmt.Errorf("receipt of round %s: %w: %w", record.RoundID, errDamaged, err)
	}
	if err := f.confirm(ctx); err != nil {
		return games.Receipt{}, err
	}
	return keys.sign([]games.Hash{hash}).Receipt(0, step, record.Actions[step].At), nil
}

// receiptOf is receiptAgain for a step of a player's round.
func (f *Floor) receiptOf(ctx context.Context, operator, player, round uuid.UUID, step int) (games.Receipt, error) {
	if f.settler.config.Receipts == nil {
		return games.Receipt{}, nil
	}
	record, err := f.readRound(ctx, operator, &player, round)
	if err != nil {
		return games.Receipt{}, err
	}
	return f.receiptAgain(ctx, &record, step)
}
