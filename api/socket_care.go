package api

import (
	"context"

	"croupier/session"
)

// tellCare tells the client what protects its player and it does not know yet: warnings, and that it may not play any more. When no round of
// its game is open then, the connection ends. What is missed here is told on the next connection, or as the refusal of a bet.
func (c *socket) tellCare(ctx context.Context) {
	c.telling.Lock()
	defer c.telling.Unlock()
	if !c.tells {
		return
	}
	news, err := c.visit.Care(ctx)
	if err != nil {
		c.server.log.Warn("look at what protects a player", "player", c.claims.PlayerID, "error", err)
		return
	}
	for _, w := range news.Warnings {
		c.push("session_warning", w)
	}
	if news.Barred == nil {
		return
	}
	if !c.barred.Swap(true) || news.Leave {
		c.out.push(appendMessage(nil, "error", errorPayload(news.Barred), "", c.server.now()))
	}
	if news.Leave {
		c.part(closeForbidden, "player excluded or suspended")
	}
}

// excluded follows a refusal because the player may not play: the connection ends, unless there is a round to finish on it.
func (c *socket) excluded(e *session.Error) {
	if _, open := e.Details["openRound"]; !open {
		c.part(closeForbidden, "player excluded or suspended")
	}
}
