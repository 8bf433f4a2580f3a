package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"time"

	"croupier/sandbox/torture/history"
)

// move deposits for a player or withdraws, as its operator does: until it is answered for good, always with the same transaction id.
// Now and then the same is sent once more afterwards. The op is one of the client's.
func (r *run) move(ctx context.Context, c *client, choice *rand.Rand, kind history.Kind) {
	cents := 1 + choice.IntN(5000)
	if kind == history.Withdrawal && choice.IntN(8) == 0 {
		cents *= 10_000 // more than is there
	}
	again := choice.IntN(5) == 0
	c.mu.Lock()
	id := fmt.Sprintf("%s-c%d-%d", r.name, c.n, len(c.ops))
	currency := c.player.Currency
	payload := fmt.Sprintf(`{"playerId":%q,"amount":%s,"currency":%q,"transactionId":%q}`, c.player.ID, money(currency, cents), currency, id)
	o := &op{Op: history.Op{Client: c.n, Player: c.player.ID, Kind: kind, Request: id, Payload: json.RawMessage(payload)}}
	c.ops = append(c.ops, o)
	c.mu.Unlock()
	server := choice.IntN(len(r.bases))
	for ctx.Err() == nil {
		t := r.order(ctx, c, o, server)
		if !t.Open() {
			break
		}
		server = (server + 1) % len(r.bases)
		wait(ctx, time.Duration(50+c.luck.IntN(150))*time.Millisecond)
	}
	if t, ok := c.settled(o); ok && again && t.Type == "success" {
		r.order(ctx, c, o, (server+1)%len(r.bases))
	}
}

// order makes one try of a deposit or withdrawal.
func (r *run) order(ctx context.Context, c *client, o *op, server int) history.Try {
	path := map[history.Kind]string{history.Deposit: "/api/v1/wallet/deposit", history.Withdrawal: "/api/v1/wallet/withdraw"}[o.Kind]
	t := history.Try{Server: server, Sent: time.Since(r.began)}
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	said, err := r.operator.post(ctx, server, path, o.Payload, true)
	if err == nil {
		t.Told, t.Type, t.Answer = time.Since(r.began), "success", said.Data
		if !said.Success {
			t.Type, t.Code, t.Answer = "error", said.code(), said.Error
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	o.Tries = append(o.Tries, t)
	return t
}

// keepCash is the operator's own life: it deposits for players and withdraws, whatever these do, until ending is closed.
func (c *client) keepCash(ctx context.Context, ending <-chan struct{}) {
	for ctx.Err() == nil {
		select {
		case <-ending:
			return
		default:
		}
		c.player = c.run.players[c.choice.IntN(len(c.run.players))]
		kind := history.Deposit
		if c.choice.IntN(2) == 0 {
			kind = history.Withdrawal
		}
		c.run.move(ctx, c, c.choice, kind)
		c.pause(ctx, ending)
	}
}
