package api

import (
	"io"
	"net"
	"slices"
	"sync"
	"time"

	"github.com/gorilla/websocket"
)

// outbox writes to one connection. At any time at most one goroutine writes: whoever finds no writer becomes it and empties the
// queue. The connection's own reader may write itself, because only its own client waits for it; everybody else starts a goroutine,
// and so never waits. A client that does not read is cut off when its queue is full. An idle connection costs no goroutine here.
type outbox struct {
	conn *websocket.Conn

	mu      sync.Mutex
	queue   []frame
	unsent  int // bytes in the queue
	writing bool
	closed  bool
	parted  bool       // a close frame was written
	emptied *sync.Cond // made by bye, which waits for a writer to finish
}

// frame is one WebSocket message, text or control.
type frame struct {
	kind    int
	data    []byte
	written chan<- bool // nil, or with room for one value: whether the frame was written
}

// told says what became of the frame, if anybody wants to know.
func (f frame) told(written bool) {
	if f.written != nil {
		f.written <- written
	}
}

// reply sends a text to the client on the caller's goroutine, which must be the connection's reader. It reports whether it is done
// with the text; otherwise another goroutine is to write it.
func (o *outbox) reply(text []byte) (done bool) {
	if !o.enqueue(frame{kind: websocket.TextMessage, data: text}) {
		return false
	}
	o.flush()
	return true
}

// deliver sends a text and reports whether it was written: a client whose connection is broken has not been told. It waits for that,
// on any goroutine.
func (o *outbox) deliver(text []byte) bool {
	written := make(chan bool, 1)
	if o.enqueue(frame{websocket.TextMessage, text, written}) {
		o.flush()
	}
	return <-written
}

// push sends a text from any goroutine and does not block.
func (o *outbox) push(text []byte) { o.start(frame{kind: websocket.TextMessage, data: text}) }

// ping asks the client whether it is there. It does not block.
func (o *outbox) ping() { o.start(frame{kind: websocket.PingMessage}) }

func (o *outbox) start(f frame) {
	if o.enqueue(f) {
		go o.flush()
	}
}

// enqueue adds a frame and reports whether the caller must write.
func (o *outbox) enqueue(f frame) (mustWrite bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		f.told(false)
		return false
	}
	if o.unsent += len(f.data); o.unsent > maxUnsent {
		o.closed = true
		o.conn.Close() // the writer and the reader fail at once
		f.told(false)
		return false
	}
	o.queue = append(o.queue, f)
	if o.writing {
		return false
	}
	o.writing = true
	return true
}

// flush writes until the queue is empty. The caller has become the writer.
func (o *outbox) flush() {
	for {
		o.mu.Lock()
		if o.closed || len(o.queue) == 0 {
			o.writing = false
			if o.emptied != nil {
				o.emptied.Broadcast()
			}
			for _, f := range o.queue {
				f.told(false)
			}
			o.queue = o.queue[:0]
			if cap(o.queue) > 8 {
				o.queue = nil // a burst does not stay in memory
			}
			o.mu.Unlock()
			return
		}
		f := o.queue[0]
		o.queue = slices.Delete(o.queue, 0, 1)
		o.unsent -= len(f.data)
		o.mu.Unlock()

		_ = o.conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		err := o.conn.WriteMessage(f.kind, f.data)
		f.told(err == nil)
		if err != nil {
			o.mu.Lock()
			o.closed = true
			o.mu.Unlock()
			o.conn.Close()
		}
	}
}

// bye writes what is queued and then a close frame. Only the connection's reader may call it.
func (o *outbox) bye(f farewell) {
	if o.enqueue(frame{kind: websocket.CloseMessage, data: websocket.FormatCloseMessage(f.code, clipReason(f.reason))}) {
		o.flush()
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.emptied = sync.NewCond(&o.mu)
	for o.writing {
		o.emptied.Wait()
	}
	o.parted = !o.closed
}

// linger makes close behave as after bye: a close frame was written by another way.
func (o *outbox) linger() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.parted = true
}

// The bounds of what close reads.
const (
	lingerTime  = time.Second
	lingerBytes = 1 << 20
)

// halfCloser is a connection, TCP or TLS, that can end one direction and go on reading the other.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}

// close ends the connection. After a close frame it first reads, for a while, what the client sent meanwhile: a connection that is
// closed with unread bytes is reset, and a reset takes the close frame from the client.
func (o *outbox) close() {
	o.mu.Lock()
	parted := o.parted
	o.closed = true
	o.mu.Unlock()
	if half, ok := o.conn.UnderlyingConn().(halfCloser); ok && parted && half.CloseWrite() == nil {
		_ = half.SetReadDeadline(time.Now().Add(lingerTime))
		_, _ = io.CopyN(io.Discard, half, lingerBytes)
	}
	o.conn.Close()
}

// clipReason keeps a reason within the 123 bytes that a close frame has for it.
func clipReason(reason string) string {
	const longest = 123
	if len(reason) > longest {
		return reason[:longest]
	}
	return reason
}
