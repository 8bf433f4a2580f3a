package torture

import (
	"context"
	"time"

	"croupier/sandbox/torture/history"
)

// outcasts are the close codes after which a client must not come back with the same token. No client of a run earns one.
var outcasts = map[int]string{4401: "not authenticated", 4403: "forbidden", 4404: "unknown game"}

// connected returns the client's line, a new one if it has none that is good. It tries one server after the other until the context
// ends, then it returns nil.
func (c *client) connected(ctx context.Context) *line {
	if l := c.line; l != nil && l.game == c.game && !l.over() {
		return l
	}
	c.drop()
	for ctx.Err() == nil {
		l, err := c.dial(ctx, c.server, c.game)
		if err == nil {
			c.line, c.state = l, nil
			c.run.connects.Add(1)
			return l
		}
		if c.luck.IntN(2) == 0 {
			c.server = (c.server + 1) % len(c.run.bases)
		}
		wait(ctx, c.shortly())
	}
	return nil
}

// leave goes on without a line, which is still read as long as it lasts: what was asked on it may be answered yet. The server closes
// it when the client comes back to the game.
func (c *client) leave(l *line) {
	if c.line == l {
		c.line = nil
	}
	if !l.over() {
		time.AfterFunc(longestLeft, func() { l.conn.Close() })
		c.left = append(c.left, l)
		return
	}
	if why, out := outcasts[l.closeCode()]; out {
		c.run.finding(Wire, c.player.ID, "shut out of %s with a good token: %d, %s", l.game, l.closeCode(), why)
		wait(c.run.ctx, time.Second) // it would be shut out again
	}
}

// longestLeft is how long a line that was left is read: longer than a server may take to answer.
const longestLeft = 30 * time.Second

// drop ends the client's line, if it has one, in good order.
func (c *client) drop() {
	if l := c.line; l != nil {
		c.line = nil
		c.lines.Go(l.hangUp)
	}
}

// look connects anew: what is open comes before any answer.
func (c *client) look(ctx context.Context) {
	c.drop()
	o := c.newOp(request{kind: history.Balance, payload: `{}`})
	c.settle(ctx, o)
	if l := c.line; l != nil && c.unanswered(o) { // the answer came by a line that was left, and says nothing of this one
		c.awaitAgain(ctx, o, l)
		c.recover(l)
	}
}

// recover takes in what the server said was open when the line began.
func (c *client) recover(l *line) {
	if state := l.takeRecovered(); state != nil {
		c.state = state
	}
}

// hangUp ends all of the client's lines and waits until nothing is read any more.
func (c *client) hangUp() {
	c.drop()
	for _, l := range c.left {
		l.conn.Close()
	}
	c.lines.Wait()
}
