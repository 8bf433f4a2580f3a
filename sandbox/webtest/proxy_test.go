package webtest

import (
	"bytes"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
)

// wire is a TCP proxy between the browser and the server whose connections a test can cut. That is the honest way to break a
// connection: neither end is told.
type wire struct {
	listener net.Listener
	server   string

	mu      sync.Mutex
	open    map[net.Conn]struct{}
	refuse  bool
	swallow string // cut all connections when the server says this, instead of passing it on; "": never
}

func newWire(t *testing.T, h *house) *wire {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{listener: listener, server: strings.TrimPrefix(h.sandbox.Info().BaseURL, "http://"), open: map[net.Conn]struct{}{}}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			running.Go(func() { w.carry(client) })
		}
	})
	t.Cleanup(func() {
		w.refuseFromNowOn(true)
		listener.Close()
		w.cut()
		running.Wait()
	})
	return w
}

// url is the page through the wire.
func (w *wire) url() string { return "http://" + w.listener.Addr().String() + "/" }

func (w *wire) carry(client net.Conn) {
	defer client.Close()
	server, err := net.Dial("tcp", w.server)
	if err != nil {
		return
	}
	defer server.Close()
	if !w.add(client, server) {
		return
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(server, client)
		server.Close()
	}()
	w.answer(client, server)
	client.Close()
	<-done
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.open, client)
	delete(w.open, server)
}

// answer passes on what the server says, until it says what is to be swallowed.
func (w *wire) answer(client io.Writer, server io.Reader) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := server.Read(buffer)
		w.mu.Lock()
		swallow := w.swallow != "" && bytes.Contains(buffer[:n], []byte(w.swallow))
		if swallow {
			w.swallow = ""
		}
		w.mu.Unlock()
		if swallow {
			w.cut()
			return
		}
		if _, failed := client.Write(buffer[:n]); err != nil || failed != nil {
			return
		}
	}
}

func (w *wire) add(ends ...net.Conn) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, end := range ends {
		if !w.refuse {
			w.open[end] = struct{}{}
		}
	}
	return !w.refuse
}

// cut breaks every connection.
func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for end := range w.open {
		end.Close()
	}
}

// cutInsteadOf breaks every connection at the moment when the server answers with the text, which does not arrive.
func (w *wire) cutInsteadOf(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.swallow = text
}

// refuseFromNowOn says whether new connections are broken at once.
func (w *wire) refuseFromNowOn(refuse bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse = refuse
}
