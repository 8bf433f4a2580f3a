package session

import (
	"bufio"
	"crypto/rand"
	"sync"

	"github.com/google/uuid"
)

// newID returns a UUIDv7: keys that are near in time are near in the index. They name things and are no secrets.
func newID() uuid.UUID {
	idBits.Lock()
	defer idBits.Unlock()
	return uuid.Must(uuid.NewV7FromReader(idBits.Reader))
}

// idBits are the random bits of ids. To ask the system for a thousand bytes takes hardly longer than to ask for the sixteen of one id.
var idBits = struct {
	sync.Mutex
	*bufio.Reader
}{Reader: bufio.NewReaderSize(rand.Reader, 1<<10)}
