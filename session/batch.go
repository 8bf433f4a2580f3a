package session

import (
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgtype"

	"croupier/wallet/money"
)

// columns are what settle.sql takes of each move, by the names that it has there.
var columns = []struct {
	name string
	oid  uint32
	add  func(c *column, m *move)
}{
	{"player", pgtype.UUIDOID, func(c *column, m *move) { c.uuid(m.player) }},
	{"operator", pgtype.UUIDOID, func(c *column, m *move) { c.uuid(m.operator) }},
	{"version", pgtype.Int8OID, func(c *column, m *move) { c.int8(m.version) }},
	{"before", pgtype.NumericOID, func(c *column, m *move) { c.numeric(m.before) }},
	{"seed_seq", pgtype.Int4OID, func(c *column, m *move) { c.int4(m.seedSeq) }},
	{"nonce", pgtype.Int8OID, func(c *column, m *move) { c.int8(m.nonce) }},
	{"opens", pgtype.BoolOID, func(c *column, m *move) { c.bool(m.opens) }},
	{"round", pgtype.UUIDOID, func(c *column, m *move) { c.uuid(m.round) }},
	{"game", pgtype.TextOID, func(c *column, m *move) { c.text(m.game) }},
	{"build", pgtype.Int4OID, func(c *column, m *move) { c.int4(m.build) }},
	{"step", pgtype.Int4OID, func(c *column, m *move) { c.int4(m.step) }},
	{"status", pgtype.TextOID, func(c *column, m *move) { c.text(m.status) }},
	{"stake", pgtype.NumericOID, func(c *column, m *move) { c.numeric(m.stake) }},
	{"lapse", pgtype.NumericOID, func(c *column, m *move) { c.numeric(m.lapse) }},
	{"payout", pgtype.NumericOID, func(c *column, m *move) { c.numeric(m.payout) }},
	{"state", pgtype.ByteaOID, func(c *column, m *move) { c.bytes(m.state) }},
	{"forced", pgtype.TextOID, func(c *column, m *move) { c.bytes(m.forced) }},
	{"session", pgtype.UUIDOID, func(c *column, m *move) { c.uuid(m.session) }},
	{"request_id", pgtype.TextOID, func(c *column, m *move) { c.text(m.requestID) }},
	{"type", pgtype.TextOID, func(c *column, m *move) { c.text(string(m.kind)) }},
	{"request", pgtype.TextOID, func(c *column, m *move) { c.bytes(m.request) }},
	{"answer", pgtype.TextOID, func(c *column, m *move) { c.bytes(m.answer) }},
	{"stake_id", pgtype.UUIDOID, func(c *column, m *move) { c.uuid(transferID(m.stake)) }},
	{"lapse_id", pgtype.UUIDOID, func(c *column, m *move) { c.uuid(transferID(m.lapse)) }},
	{"payout_id", pgtype.UUIDOID, func(c *column, m *move) { c.uuid(transferID(m.payout)) }},
	{"at", pgtype.TimestamptzOID, func(c *column, m *move) { c.time(m.at) }},
}

// transferID is the key of the transfer of an amount. No money is no transfer, and needs none.
func transferID(amount money.Amount) uuid.UUID {
	if amount.IsZero() {
		return uuid.UUID{}
	}
	return newID()
}

// batch holds a group of moves by column, as a statement takes them. A writer uses one again and again.
type batch struct {
	statement *statement
	size      int
	columns   []column // those of the statement
	params    [][]byte
}

// fill replaces what the batch holds by the group, in its order, for the statement.
func (b *batch) fill(s *statement, group []*move) {
	b.statement, b.size = s, len(group)
	if len(b.columns) < len(s.columns) {
		b.columns = append(b.columns, make([]column, len(s.columns)-len(b.columns))...)
	}
	b.params = b.params[:0]
	for i, at := range s.columns {
		c, kind := &b.columns[i], &columns[at]
		c.reset(kind.oid)
		for _, m := range group {
			kind.add(c, m)
		}
		b.params = append(b.params, c.param())
	}
}
