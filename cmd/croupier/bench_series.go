package main

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/HdrHistogram/hdrhistogram-go"
	"golang.org/x/sync/errgroup"
)

// roundPlayer plays rounds, one after the other: a client of the server, or a connection of the floor.
type roundPlayer interface {
	// round returns when a round is durable and known to be right. It tells failed the code of every answer that was no result.
	// An error ends the benchmark.
	round(ctx context.Context, failed func(code string)) error
}

// series is what some players achieved, over all their turns.
type series struct {
	mu       sync.Mutex
	latency  *hdrhistogram.Histogram // µs
	measured time.Duration
	turns    []float64 // rounds/s of each
	errors   map[string]int64
	name     string
}

// slowestRound bounds what the histogram tells apart; anything slower counts as this.
const slowestRound = time.Minute

func newSeries(name string) *series {
	return &series{name: name, latency: hdrhistogram.New(1, slowestRound.Microseconds(), 3), errors: map[string]int64{}}
}

// turn lets the players play for ramp and duration, and counts the rounds that end in the latter.
func (s *series) turn(ctx context.Context, players []roundPlayer, ramp, duration, think time.Duration) error {
	from := time.Now().Add(ramp)
	until := from.Add(duration)
	before := s.latency.TotalCount()
	group, ctx := errgroup.WithContext(ctx)
	for _, p := range players {
		group.Go(func() error {
			if err := thinkOver(ctx, think); err != nil {
				return err
			}
			for begun := time.Now(); begun.Before(until); {
				if err := p.round(ctx, s.failed); err != nil {
					return err
				}
				ended := time.Now()
				if ended.After(from) && ended.Before(until) {
					s.count(ended.Sub(begun))
				}
				if begun = ended; think > 0 {
					if err := thinkOver(ctx, think); err != nil {
						return err
					}
					begun = time.Now()
				}
			}
			return ctx.Err()
		})
	}
	err := group.Wait()
	s.measured += duration
	s.turns = append(s.turns, float64(s.latency.TotalCount()-before)/duration.Seconds())
	return err
}

// thinkOver waits for a time between nothing and twice think: players who all wait for the same time soon spin at the same moments.
func thinkOver(ctx context.Context, think time.Duration) error {
	if think == 0 {
		return nil
	}
	return wait(ctx, rand.N(2*think))
}

func (s *series) count(took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = s.latency.RecordValue(min(took, slowestRound).Microseconds()) // which is in its range
}

func (s *series) failed(code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errors[code]++
}

// perSecond is the mean of all turns.
func (s *series) perSecond() float64 {
	if s.measured == 0 {
		return 0
	}
	return float64(s.latency.TotalCount()) / s.measured.Seconds()
}
