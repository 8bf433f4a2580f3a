package torture

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"croupier/sandbox/torture/history"
)

// player is a test player of the run. Its clients share it.
type player struct {
	history.Player
	external string // the operator's own id
}

// client is one of a player's clients: it plays one op after the other, and sends each until it is answered for good.
type client struct {
	run    *run
	n      int
	player *player
	games  []string   // not those of the player's other clients: a newer connection of a player and game closes the older
	choice *rand.Rand // of what is played
	luck   *rand.Rand // of how it is sent: how often that draws depends on what happens
	think  time.Duration

	visit
	server int
	game   string
	line   *line // nil: not connected
	left   []*line
	lines  sync.WaitGroup  // what reads and ends lines
	state  json.RawMessage // of the open round of the game, nil if none
	poor   bool

	recent []*op // took effect in this session at this game

	mu  sync.Mutex
	ops []*op
}

// tokenAge is when a client begins a new session: a token lasts an hour.
const tokenAge = 40 * time.Minute

// play plays until ending is closed, then finishes what it can. The context ends it at once.
func (c *client) play(ctx context.Context, ending <-chan struct{}) {
	defer c.hangUp()
	c.game = c.games[c.choice.IntN(len(c.games))]
	for ctx.Err() == nil {
		select {
		case <-ending:
			c.finish(ctx)
			return
		default:
		}
		c.turn(ctx)
		c.pause(ctx, ending)
	}
}

// pause is the time between an answer and what the player does next.
func (c *client) pause(ctx context.Context, ending <-chan struct{}) {
	if c.choice.IntN(2) == 0 {
		return
	}
	timer := time.NewTimer(time.Duration(c.choice.Int64N(int64(4*c.think) + 1)))
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ending:
	case <-ctx.Done():
	}
}

// turn is one thing that the player does, or its operator for it.
func (c *client) turn(ctx context.Context) {
	if time.Since(c.since) > tokenAge {
		c.renew(ctx)
	}
	switch draw := c.choice.IntN(100); {
	case draw < 3:
		c.settle(ctx, c.newOp(request{history.Rotate, c.clientSeed()}))
	case draw < 6:
		c.settle(ctx, c.newOp(request{history.Balance, `{}`}))
	case draw < 8:
		c.settle(ctx, c.newOp(request{history.Seeds, `{}`}))
	case draw < 10 || c.poor && draw < 60:
		c.poor = false
		c.run.move(ctx, c, c.choice, history.Deposit)
	case draw < 12:
		c.run.move(ctx, c, c.choice, history.Withdrawal)
	case draw < 15:
		c.change(ctx)
	case draw < 18:
		c.settle(ctx, c.newOp(wrong(c.choice, c.player.Currency)))
	case draw < 24:
		c.resend(ctx)
	default:
		c.goOn(ctx)
	}
}

// goOn plays the next step of the game. When that is not possible the round is not as the client believes, and it looks.
func (c *client) goOn(ctx context.Context) {
	o := c.newOp(next(c.choice, c.game, c.player.Currency, c.state))
	c.settle(ctx, o)
	switch t, _ := c.settled(o); t.Code {
	case "30601", "30602", "30603":
		c.look(ctx)
	}
}

// clientSeed is the payload of a rotation.
func (c *client) clientSeed() string {
	if c.choice.IntN(3) == 0 {
		return `{}`
	}
	return fmt.Sprintf(`{"clientSeed":"torture %d %d"}`, c.n, c.choice.IntN(1_000_000))
}

// change goes to another of the client's games. A round that is open in this one is finished, mostly: while it waits, no seed of the
// player can be revealed.
func (c *client) change(ctx context.Context) {
	const most = 20
	finish := c.choice.IntN(4) > 0
	for n := 0; finish && c.state != nil && n < most && ctx.Err() == nil; n++ {
		c.goOn(ctx)
	}
	c.game = c.games[c.choice.IntN(len(c.games))]
	c.recent = nil
	c.look(ctx)
}

// renew begins another session.
func (c *client) renew(ctx context.Context) {
	v, err := c.run.operator.signIn(ctx, c.player.external, c.player.Currency)
	if err != nil {
		c.run.finding(Learnt, c.player.ID, "cannot begin another session: %v", err)
		return
	}
	c.visit, c.recent = v, nil
	c.drop()
}

// finish ends most of the open rounds and reveals the seeds, so that the rounds can be replayed.
func (c *client) finish(ctx context.Context) {
	const most, passes = 40, 3
	for range passes {
		c.finishRounds(ctx, most)
		o := c.newOp(request{history.Rotate, c.clientSeed()})
		c.settle(ctx, o)
		if t, ok := c.settled(o); !ok || t.Code == "" {
			return
		}
	}
}

// finishRounds ends the open rounds of the client's games, each with so many steps at most.
func (c *client) finishRounds(ctx context.Context, most int) {
	for _, game := range c.games {
		c.game, c.recent = game, nil
		c.look(ctx)
		for n := 0; c.state != nil && n < most && ctx.Err() == nil; n++ {
			c.goOn(ctx)
		}
	}
}

// newOp begins an op of the client.
func (c *client) newOp(r request) *op {
	c.mu.Lock()
	defer c.mu.Unlock()
	o := &op{Op: history.Op{Client: c.n, Player: c.player.ID, Session: c.session, Game: c.game, Kind: r.kind,
		Request: fmt.Sprintf("c%d-%d", c.n, len(c.ops)), Payload: json.RawMessage(r.payload)}, told: make(chan struct{}, 1)}
	c.ops = append(c.ops, o)
	return o
}

// settled is what an op was told for good.
func (c *client) settled(o *op) (history.Try, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return o.Settled()
}

// unanswered tells whether the newest try of an op has no answer.
func (c *client) unanswered(o *op) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return o.Tries[len(o.Tries)-1].Told == 0
}

// settle sends an op until it is answered for good, as the protocol asks: the same again, by whatever server can be reached.
func (c *client) settle(ctx context.Context, o *op) {
	for ctx.Err() == nil {
		l := c.connected(ctx)
		if l == nil {
			return
		}
		l.send(o)
		c.await(ctx, o, l, c.patience())
		c.recover(l)
		if t, ok := c.settled(o); ok {
			c.learn(o, t)
			return
		}
		wait(ctx, c.shortly())
	}
}

// await waits for an answer to an op: for good, or to its newest try, or that the line breaks. A client that has no patience any more
// leaves the line as it is and goes on with another one, mostly at another server, while the first try is still under way.
func (c *client) await(ctx context.Context, o *op, l *line, patience time.Duration) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		select {
		case <-o.told:
		case <-l.ended:
			c.leave(l)
			return
		case <-timer.C:
			c.leave(l)
			if c.luck.IntN(4) > 0 {
				c.server = (c.server + 1) % len(c.run.bases)
			}
			return
		case <-ctx.Done():
			return
		}
		if _, ok := c.settled(o); ok || !c.unanswered(o) {
			return
		}
	}
}

// patience is how long a client waits for an answer: seldom almost not at all.
func (c *client) patience() time.Duration {
	if c.luck.IntN(25) == 0 {
		return time.Duration(1+c.luck.IntN(60)) * time.Millisecond
	}
	return time.Duration(2000+c.luck.IntN(3000)) * time.Millisecond
}

// shortly is what a client waits before it tries again: less than the protocol's two seconds, to make things harder.
func (c *client) shortly() time.Duration {
	return time.Duration(50+c.luck.IntN(150)) * time.Millisecond
}

// learn follows what an op was told.
func (c *client) learn(o *op, t history.Try) {
	c.poor = c.poor || t.Code == "30007"
	switch t.Type {
	case "action_result":
		var result struct {
			Status  string
			Outcome json.RawMessage
		}
		if err := json.Unmarshal(t.Answer, &result); err != nil {
			c.run.finding(Wire, o.Request, "an answer that cannot be read: %v", err)
		}
		c.state = nil
		if result.Status == "in_progress" {
			c.state = result.Outcome
		} else {
			c.run.rounds.Add(1)
		}
	case "cashout_result":
		c.state = nil
		c.run.rounds.Add(1)
	case "seed_rotated":
	default:
		return
	}
	if c.recent = append(c.recent, o); len(c.recent) > 16 {
		c.recent = c.recent[1:]
	}
}

// resend asks for an answer that it has, by the same line or by another one.
func (c *client) resend(ctx context.Context) {
	if len(c.recent) == 0 {
		return
	}
	o := c.recent[c.choice.IntN(len(c.recent))]
	if c.choice.IntN(3) == 0 {
		c.drop()
		c.server = (c.server + 1) % len(c.run.bases)
	}
	if l := c.connected(ctx); l != nil {
		l.send(o)
		c.awaitAgain(ctx, o, l)
	}
}

// awaitAgain waits for the answer to the newest try of an op that was answered for good before. It does not insist.
func (c *client) awaitAgain(ctx context.Context, o *op, l *line) {
	timer := time.NewTimer(c.patience())
	defer timer.Stop()
	for c.unanswered(o) {
		select {
		case <-o.told:
		case <-l.ended:
			c.leave(l)
			return
		case <-timer.C:
			c.leave(l)
			return
		case <-ctx.Done():
			return
		}
	}
}
