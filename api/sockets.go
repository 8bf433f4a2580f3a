package api

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"croupier/session"
)

// sockets are the open connections of a server. The zero value is ready.
type sockets struct {
	mu       sync.Mutex
	open     map[*socket]struct{}
	perIP    map[netip.Addr]int
	draining bool
	reading  sync.WaitGroup
}

// reserve counts a connection of an address, unless it has as many as it may.
func (s *sockets) reserve(ip netip.Addr, most int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.perIP == nil {
		s.perIP = map[netip.Addr]int{}
	}
	if s.perIP[ip] >= most {
		return false
	}
	s.perIP[ip]++
	return true
}

func (s *sockets) release(ip netip.Addr) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.perIP[ip]--; s.perIP[ip] == 0 {
		delete(s.perIP, ip)
	}
}

// add counts a socket in, unless the server is going away.
func (s *sockets) add(c *socket) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return false
	}
	if s.open == nil {
		s.open = map[*socket]struct{}{}
	}
	s.open[c] = struct{}{}
	s.reading.Add(1)
	return true
}

func (s *sockets) remove(c *socket) {
	s.mu.Lock()
	delete(s.open, c)
	s.mu.Unlock()
	s.reading.Done()
}

func (s *sockets) all() []*socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]*socket, 0, len(s.open))
	for c := range s.open {
		list = append(list, c)
	}
	return list
}

// keepAlive pings the clients that were not pinged for a while, warns players whose time has come, and ends sessions that expired, until
// the context ends.
func (s *sockets) keepAlive(ctx context.Context, now session.Clock, pingEvery time.Duration) {
	tick := time.NewTicker(min(time.Second, pingEvery))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		at, due := now(), time.Now().Add(-pingEvery).UnixNano()
		for _, c := range s.all() {
			if !at.Before(c.claims.ExpiresAt) {
				c.part(closeNotAuthenticated, "session expired")
			}
			if c.visit.CareDue(at) {
				go c.tellCare(ctx)
			}
			if c.lastPing.Load() <= due {
				c.lastPing.Store(time.Now().UnixNano())
				c.out.ping()
			}
		}
	}
}

// drain closes all sockets with 1001 after their requests in flight are answered, and waits for that until the context ends.
func (s *sockets) drain(ctx context.Context) error {
	s.mu.Lock()
	s.draining = true
	s.mu.Unlock()
	for _, c := range s.all() {
		c.part(websocket.CloseGoingAway, "server going away")
	}
	done := make(chan struct{})
	go func() {
		s.reading.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return errors.New("some connections were cut while their requests were under way")
	}
}

var openSockets = prometheus.NewDesc("croupier_sockets_open", "Open player connections.", nil, nil)

// Describe implements prometheus.Collector.
func (s *sockets) Describe(c chan<- *prometheus.Desc) { c <- openSockets }

// Collect implements prometheus.Collector.
func (s *sockets) Collect(c chan<- prometheus.Metric) {
	s.mu.Lock()
	n := len(s.open)
	s.mu.Unlock()
	c <- prometheus.MustNewConstMetric(openSockets, prometheus.GaugeValue, float64(n))
}
