package main

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// The parts of a benchmark that are not as long as the user says.
const (
	longestTurn = 5 * time.Second        // of the server or the floor, so that both meet the same noise of the machine
	loneTurns   = 3                      // of one client alone, and of one connection
	loneTurn    = time.Second            // each, at most
	tryTime     = 2 * time.Second        // of one number of the floor's connections
	rampTime    = 300 * time.Millisecond // at most, at the beginning of each turn, not counted
)

// ramp is the beginning of a turn that is not counted.
func (b *bench) ramp() time.Duration { return min(rampTime, b.Duration/4) }

// measure makes one pass: a client alone, the floor's best number of connections, and all numbers of clients or the crowd.
func (b *bench) measure(ctx context.Context, pass *benchPass) error {
	lone, err := b.connect(ctx, "lone", 1)
	if err != nil {
		return err
	}
	defer hangUp(lone)
	lone[0].keep = b.kept
	alone := newSeries("server, one client alone")
	b.say("one client alone")
	if err := newSeries("").turn(ctx, asPlayers(lone), 0, max(b.ramp(), min(loneTurn, b.Duration)), 0); err != nil {
		return err
	}
	var f *floor
	if b.Floor {
		if f, err = b.openFloor(ctx); err != nil {
			return err
		}
		defer f.close()
		pass.Floor = &benchFloor{Clients: b.floorClients()}
	}
	if err := b.lonely(ctx, pass, alone, asPlayers(lone), f); err != nil {
		return err
	}
	if f != nil {
		if err := b.tryFloor(ctx, f, pass.Floor); err != nil {
			return err
		}
	}
	if b.Connected > 0 {
		return b.crowd(ctx, pass)
	}
	return b.series(ctx, pass, f)
}

// lonely measures one client with nobody beside it, in turns with one connection of the floor.
func (b *bench) lonely(ctx context.Context, pass *benchPass, alone *series, lone []roundPlayer, f *floor) error {
	one := newSeries("floor, one connection alone")
	for range loneTurns {
		if err := alone.turn(ctx, lone, b.ramp(), min(loneTurn, b.Duration), 0); err != nil {
			return err
		}
		if f == nil {
			continue
		}
		if err := one.turn(ctx, f.players(1), b.ramp(), min(loneTurn, b.Duration), 0); err != nil {
			return err
		}
	}
	pass.Lone = alone.summary()
	if f != nil {
		pass.Floor.Lone = one.summary()
	}
	return nil
}

// series measures each number of clients. Those of a smaller number are among those of the next.
func (b *bench) series(ctx context.Context, pass *benchPass, f *floor) error {
	players, err := b.makePlayers(ctx, "crowd", slices.Max(b.Clients))
	if err != nil {
		return err
	}
	var clients []*benchClient
	defer func() { hangUp(clients) }()
	for _, n := range b.Clients {
		more, err := b.dialAll(ctx, fmt.Sprint(n), players[len(clients):n])
		if err != nil {
			return err
		}
		clients = append(clients, more...)
		b.say("%d clients: warm-up, %s", n, b.Warmup)
		if err := newSeries("").turn(ctx, asPlayers(clients), 0, b.Warmup, b.Think); err != nil {
			return err
		}
		beside, rival := (*floor)(nil), (*benchFloor)(nil)
		if f != nil && n == pass.Floor.Clients {
			beside, rival = f, pass.Floor
		}
		point, err := b.turns(ctx, fmt.Sprintf("server, %d clients", n), asPlayers(clients), beside, rival)
		if err != nil {
			return err
		}
		point.Clients, point.Connected = n, n
		pass.Points = append(pass.Points, point)
	}
	return nil
}

// turns measures the server, and in turns with it the floor, if there is one, each for the whole duration. Who begins alternates, so
// that a drift of the machine favours neither.
func (b *bench) turns(ctx context.Context, name string, clients []roundPlayer, f *floor, rival *benchFloor) (*benchPoint, error) {
	n := max(1, int((b.Duration+longestTurn-1)/longestTurn))
	if (f != nil || b.hooks != nil) && n > 1 {
		n += n % 2 // so that each begins as often
	}
	length := b.Duration / time.Duration(n)
	played, floored, spent := newSeries(name), newSeries(""), &spending{}
	steps := []func() error{func() error { return b.serverTurn(ctx, played, spent, clients, length) }}
	if f != nil {
		floored.name = connectionsName(rival.Connections)
		steps = append(steps, func() error { return floored.turn(ctx, f.players(rival.Connections), b.ramp(), length, 0) })
	}
	told := &hookSeries{hookBench: b.hooks, told: newSeries(name + ", told"), spent: &spending{}}
	if b.hooks != nil {
		steps = append(steps, func() error { return told.turn(ctx, clients, length) })
	}
	for i := range n {
		b.say("%s: turn %d of %d", played.name, i+1, n)
		for _, step := range steps {
			if err := step(); err != nil {
				return nil, err
			}
		}
		if len(steps) == 2 {
			steps[0], steps[1] = steps[1], steps[0]
		}
	}
	point := &benchPoint{Server: played.summary(), Cost: spent.perRound(played)}
	if b.hooks != nil {
		var err error
		if point.Webhooks, err = told.result(ctx, played); err != nil {
			return nil, err
		}
	}
	if f != nil {
		rival.Best = floored.summary()
		rival.Ratio = played.perSecond() / floored.perSecond()
	}
	return point, nil
}

// serverTurn is a turn of the server, with a look before and after it at what it took.
func (b *bench) serverTurn(ctx context.Context, s *series, spent *spending, clients []roundPlayer, length time.Duration) error {
	if err := newSeries("").turn(ctx, clients, 0, b.ramp(), b.Think); err != nil {
		return err
	}
	before, err := b.look(ctx)
	if err != nil {
		return err
	}
	if err := s.turn(ctx, clients, 0, length, b.Think); err != nil {
		return err
	}
	after, err := b.look(ctx)
	spent.add(before, after)
	return err
}
