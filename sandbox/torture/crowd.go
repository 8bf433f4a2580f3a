package torture

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"croupier/sandbox/torture/history"
)

// mostOps bounds about how many requests a long run remembers: its clients take longer to think.
const mostOps = 300_000

// gather makes the players and their clients: of two players of three, two clients, each at games of its own.
func (r *run) gather(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	think := max(10*time.Millisecond, time.Duration(float64(r.For)*float64(r.Clients)/mostOps))
	for n := 0; n < r.Clients; {
		i := len(r.players)
		p := &player{external: fmt.Sprintf("%s-%d", r.name, i), Player: history.Player{Currency: currencyOf(i)}}
		r.players = append(r.players, p)
		draw := stream(r.Seed, fmt.Sprint("games of ", i))
		games := shuffled(draw.Perm(len(gameIDs)))
		if i%3 == 2 || n+1 == r.Clients {
			r.clients = append(r.clients, r.newClient(n, p, games, think))
			n++
			continue
		}
		half := len(games) / 2
		r.clients = append(r.clients, r.newClient(n, p, games[:half], think), r.newClient(n+1, p, games[half:], think))
		n += 2
	}
	group, making := errgroup.WithContext(ctx)
	group.SetLimit(8)
	for i, p := range r.players {
		group.Go(func() (err error) {
			p.ID, p.Balance, err = r.operator.makePlayer(making, p.external, p.Currency, money(p.Currency, startMoney(i)))
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	group, making = errgroup.WithContext(ctx)
	group.SetLimit(8)
	for _, c := range r.clients {
		group.Go(func() (err error) {
			c.visit, err = r.operator.signIn(making, c.player.external, c.player.Currency)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	for _, c := range r.clients {
		c.player.Operator = c.visit.operator
	}
	r.clients = append(r.clients, r.newClient(r.Clients, r.players[0], nil, 2*think))
	r.began = time.Now()
	return nil
}

func (r *run) newClient(n int, p *player, games []string, think time.Duration) *client {
	c := &client{run: r, n: n, player: p, games: games, think: think, choice: stream(r.Seed, fmt.Sprint("client ", n)),
		luck: stream(r.Seed, fmt.Sprint("luck of ", n))}
	c.server = n % len(r.bases)
	return c
}

// currencyOf lets most players play in dollars, and some where there are no decimals, or eight.
func currencyOf(i int) string {
	switch i % 8 {
	case 3:
		return "JPY"
	case 6:
		return "BTC"
	}
	return "USD"
}

// startMoney lets some players begin with little, in cents: a bet can be too much for them.
func startMoney(i int) int {
	if i%4 == 1 {
		return 2000
	}
	return 100_000
}

func shuffled(order []int) []string {
	games := make([]string, len(order))
	for i, k := range order {
		games[i] = gameIDs[k]
	}
	return games
}
