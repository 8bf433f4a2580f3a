package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"time"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"
)

// proxies is what toxiproxy's proxies belong to. Nobody reads what they log.
var proxies = sync.OnceValue(func() *toxiproxy.ApiServer {
	zerolog.SetGlobalLevel(zerolog.Disabled) // one of its toxics logs to the standard error, past the logger that it is given
	return toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop())
})

// link is the way between two parties of a run, by TCP on this machine, which can be made bad. It keeps its address.
type link struct {
	upstream string

	mu     sync.Mutex
	listen string
	proxy  *toxiproxy.Proxy
}

// toxic is one way to make a link bad, in toxiproxy's words.
type toxic struct {
	kind       string         // "latency", "limit_data", …
	stream     string         // "upstream": what the party that connected sends; "downstream": what it is sent
	share      float64        // of the connections, 0 to 1
	attributes map[string]any // by kind
}

func (t toxic) String() string {
	attributes, _ := json.Marshal(t.attributes) // numbers
	return fmt.Sprintf("%s %s %.0f%% %s", t.kind, t.stream, 100*t.share, attributes)
}

func newLink(upstream string) (*link, error) {
	l := &link{upstream: upstream, listen: "127.0.0.1:0"}
	return l, l.open()
}

func (l *link) open() error {
	p := toxiproxy.NewProxy(proxies(), l.upstream, l.listen, l.upstream)
	if err := p.Start(); err != nil {
		return fmt.Errorf("proxy to %s: %w", l.upstream, err)
	}
	l.listen, l.proxy = p.Listen, p
	return nil
}

// address is where to connect to.
func (l *link) address() string { return l.listen }

// spoil makes the link bad, for the connections that there are and for new ones.
func (l *link) spoil(bad ...toxic) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range bad {
		text, err := json.Marshal(map[string]any{"type": t.kind, "stream": t.stream, "toxicity": t.share, "attributes": t.attributes})
		if err != nil {
			return fmt.Errorf("make a connection bad: %w", err)
		}
		proxy, failed := l.proxy, make(chan error, 1)
		go func() {
			_, err := proxy.Toxics.AddToxicJson(strings.NewReader(string(text)))
			failed <- err
		}()
		if err := l.await(failed); err != nil {
			return fmt.Errorf("make a connection bad by %s: %w", t, err)
		}
	}
	return nil
}

// heal makes the link good again. Connections that were not cut stay.
func (l *link) heal() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	proxy, healed := l.proxy, make(chan error, 1)
	go func() {
		proxy.Toxics.ResetToxics(context.Background())
		healed <- nil
	}()
	return l.await(healed)
}

// await waits for toxiproxy, which can wait for ever for a connection that ends while its toxics are changed; then the link goes on
// with a proxy that has no connections yet. The caller holds mu.
func (l *link) await(done <-chan error) error {
	const patience = 5 * time.Second
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		return l.renew()
	}
}

// cut ends all connections at once, and makes the link good.
func (l *link) cut() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.renew()
}

func (l *link) renew() error {
	l.close()
	deadline := time.Now().Add(5 * time.Second)
	for {
		err := l.open()
		if err == nil || time.Now().After(deadline) {
			return err
		}
		time.Sleep(10 * time.Millisecond) // until the kernel lets go of the address
	}
}

// close ends the link for good, or does not wait for what of it hangs.
func (l *link) close() {
	proxy, closed := l.proxy, make(chan struct{})
	go func() {
		proxy.Stop()
		close(closed)
	}()
	select {
	case <-closed:
	case <-time.After(2 * time.Second):
	}
}
