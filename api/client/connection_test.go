package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gorilla/websocket"

	"croupier/api/client"
)

// tunnel passes TCP connections on, and breaks them.
type tunnel struct {
	net.Listener
	mu    sync.Mutex
	ends  []net.Conn
	eaten bool // what servers say is not passed on any more
}

func newTunnel(t *testing.T, to string) *tunnel {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	tun := &tunnel{Listener: l}
	t.Cleanup(func() { l.Close(); tun.cut() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", to)
			if err != nil {
				near.Close()
				continue
			}
			tun.mu.Lock()
			tun.ends = append(tun.ends, near, far)
			tun.mu.Unlock()
			go func() { _, _ = io.Copy(far, near); far.Close() }()
			go func() { _, _ = io.Copy(deaf{near, tun}, far); near.Close() }()
		}
	}()
	return tun
}

// cut breaks all connections that there are.
func (tun *tunnel) cut() {
	tun.mu.Lock()
	defer tun.mu.Unlock()
	for _, c := range tun.ends {
		c.Close()
	}
	tun.ends, tun.eaten = nil, false
}

// eat lets nothing through to clients until the next cut.
func (tun *tunnel) eat() {
	tun.mu.Lock()
	defer tun.mu.Unlock()
	tun.eaten = true
}

type deaf struct {
	net.Conn
	tun *tunnel
}

func (d deaf) Write(b []byte) (int, error) {
	d.tun.mu.Lock()
	eaten := d.tun.eaten
	d.tun.mu.Unlock()
	if eaten {
		return len(b), nil
	}
	return d.Conn.Write(b)
}

// seat makes a player with money and the client that it plays by, through a tunnel.
func seat(t *testing.T, name string) (operator, through *client.Client, tun *tunnel, s client.Session) {
	t.Helper()
	info := newHouse(t)
	operator = newClient(t, info.BaseURL, client.Options{Key: info.APIKey, Secret: info.APISecret})
	tun = newTunnel(t, strings.TrimPrefix(info.BaseURL, "http://"))
	through = newClient(t, "http://"+tun.Addr().String(), client.Options{})
	token, err := operator.CreateSSOToken(t.Context(), client.Launch{PlayerID: name, Currency: "USD", Jurisdiction: "MT", Locale: "en"})
	must(t, err)
	s, err = through.Exchange(t.Context(), token.LaunchToken)
	must(t, err)
	_, err = operator.Deposit(t.Context(), client.Transfer{PlayerID: name, Amount: "1000.00", Currency: "USD", TransactionID: "d-" + name})
	must(t, err)
	return operator, through, tun, s
}

var spin = map[string]any{"action": "spin", "betPerLine": json.Number("0.05"), "activePaylines": 20}

// However often the connection breaks, before or after the server has played, every request is played once and answered.
func TestConnectionPlaysThroughCuts(t *testing.T) {
	t.Parallel()
	operator, through, tun, s := seat(t, "cut")
	k, err := through.Connect(t.Context(), client.ConnectionOptions{SessionToken: s.SessionToken, GameID: "slots"}.ReconnectAfter(10*time.Millisecond))
	must(t, err)
	defer k.Close()
	rounds := map[string]bool{}
	for i := range 12 {
		if i%3 == 1 { // the answer is lost, and the connection then
			tun.eat()
			go func() {
				for range operator.Rounds(t.Context(), client.RoundQuery{PlayerID: "cut"}) { // by which time it has played
				}
				tun.cut()
			}()
		} else if i%3 == 2 {
			tun.cut()
		}
		m, err := k.Request(t.Context(), "action", spin)
		must(t, err)
		var result struct{ RoundID, Status string }
		must(t, json.Unmarshal(m.Payload, &result))
		if m.Type != "action_result" || result.Status != "completed" || rounds[result.RoundID] {
			t.Fatalf("%d: %s %s", i, m.Type, m.Payload)
		}
		rounds[result.RoundID] = true
	}
	played := 0
	for r, err := range operator.Rounds(t.Context(), client.RoundQuery{PlayerID: "cut"}) {
		must(t, err)
		if played++; !rounds[r.RoundID] {
			t.Errorf("round %s was not asked for", r.RoundID)
		}
	}
	if played != len(rounds) {
		t.Errorf("%d rounds were played, want %d", played, len(rounds))
	}
	again, err := k.RequestAs(t.Context(), "mine", "action", spin)
	must(t, err)
	if twice, err := k.RequestAs(t.Context(), "mine", "action", spin); err != nil || string(twice.Payload) != string(again.Payload) {
		t.Errorf("asked twice: %s, %v", twice.Payload, err)
	}
	var refused *client.Error
	if _, err := k.Request(t.Context(), "action", map[string]any{"action": "dance"}); !errors.As(err, &refused) || refused.Code == "" {
		t.Errorf("a wrong action: %v", err)
	}
}

// After a cut the open round is told first; a place that is taken elsewhere, or that nobody answers at, is given up.
func TestConnectionRecoversAndEnds(t *testing.T) {
	t.Parallel()
	_, through, tun, s := seat(t, "open")
	told := make(chan client.Message, 100)
	options := client.ConnectionOptions{SessionToken: s.SessionToken, GameID: "move", OnMessage: func(m client.Message) { told <- m }}.ReconnectAfter(10 * time.Millisecond)
	k, err := through.Connect(t.Context(), options)
	must(t, err)
	opened, err := k.Request(t.Context(), "action", map[string]any{"action": "bet", "amount": json.Number("1.00")})
	must(t, err)
	tun.cut()
	var recovered, bet struct{ RoundID string }
	must(t, json.Unmarshal(opened.Payload, &bet))
	select {
	case m := <-told:
		if err := json.Unmarshal(m.Payload, &recovered); err != nil || m.Type != "round_recovered" || recovered != bet {
			t.Errorf("told %s %s, %v", m.Type, m.Payload, err)
		}
	case <-time.After(time.Minute):
		t.Fatal("nothing is told of the open round")
	}

	other, err := through.Connect(t.Context(), options)
	must(t, err)
	<-k.Over()
	var closed *websocket.CloseError
	if !errors.As(k.Err(), &closed) || closed.Code != 4409 {
		t.Errorf("the older connection ended by %v", k.Err())
	}
	if _, err := k.Request(t.Context(), "balance_get", struct{}{}); !errors.Is(err, client.ErrConnectionOver) {
		t.Errorf("asked when it is over: %v", err)
	}

	tun.Close()
	tun.cut()
	if _, err := other.Request(t.Context(), "balance_get", struct{}{}); !errors.Is(err, client.ErrConnectionOver) {
		t.Errorf("asked of nobody: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := through.Connect(ctx, options); err == nil {
		t.Error("connected to nobody")
	}
}
