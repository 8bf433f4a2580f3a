package session

import (
	"encoding/binary"
	"time"

	"github.com/google/uuid"

	"croupier/wallet"
	"croupier/wallet/money"
)

// column is an array in Postgres' binary format (array_recv): a header, then each value after its length. It is written by hand
// because everything that is played goes through it, and reflection on arrays was half of the settler's work.
type column struct {
	b     []byte
	n     int32
	nulls bool
}

// The header: dimensions, whether there are NULLs, the element's type, length, lower bound. Each is an int32.
const columnHeader = 5 * 4

// reset empties the column for values of a type.
func (c *column) reset(oid uint32) {
	c.n, c.nulls = 0, false
	if cap(c.b) < columnHeader {
		c.b = make([]byte, 0, 4<<10)
	}
	c.b = c.b[:columnHeader]
	binary.BigEndian.PutUint32(c.b[0:], 1)
	binary.BigEndian.PutUint32(c.b[8:], oid)
	binary.BigEndian.PutUint32(c.b[16:], 1)
}

// param is the array as it is sent. It is good until the next reset.
func (c *column) param() []byte {
	if c.nulls {
		binary.BigEndian.PutUint32(c.b[4:], 1)
	} else {
		binary.BigEndian.PutUint32(c.b[4:], 0)
	}
	binary.BigEndian.PutUint32(c.b[12:], uint32(c.n))
	return c.b
}

// begin writes the length of the next value.
func (c *column) begin(length int) {
	c.n++
	c.b = binary.BigEndian.AppendUint32(c.b, uint32(length))
}

func (c *column) null() {
	c.n++
	c.nulls = true
	c.b = append(c.b, 0xff, 0xff, 0xff, 0xff) // −1
}

func (c *column) bool(v bool) {
	c.begin(1)
	if v {
		c.b = append(c.b, 1)
	} else {
		c.b = append(c.b, 0)
	}
}

func (c *column) int4(v int32) {
	c.begin(4)
	c.b = binary.BigEndian.AppendUint32(c.b, uint32(v))
}

func (c *column) int8(v int64) {
	c.begin(8)
	c.b = binary.BigEndian.AppendUint64(c.b, uint64(v))
}

func (c *column) uuid(v uuid.UUID) {
	c.begin(len(v))
	c.b = append(c.b, v[:]...)
}

func (c *column) text(v string) {
	c.begin(len(v))
	c.b = append(c.b, v...)
}

// bytes writes nil as NULL.
func (c *column) bytes(v []byte) {
	if v == nil {
		c.null()
		return
	}
	c.begin(len(v))
	c.b = append(c.b, v...)
}

// time writes an instant, to the microsecond.
func (c *column) time(v time.Time) { c.int8(v.UnixMicro() - postgresEpoch) }

// postgresEpoch is 2000-01-01 00:00 UTC in Unix microseconds, from which Postgres counts.
const postgresEpoch = 946_684_800_000_000

// numeric writes an amount with its currency's scale.
func (c *column) numeric(v money.Amount) {
	c.begin(0)
	from := len(c.b)
	c.b = wallet.AppendNumeric(c.b, v)
	binary.BigEndian.PutUint32(c.b[from-4:], uint32(len(c.b)-from))
}
