package main

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/schollz/progressbar/v3"

	"croupier/fairness"
	"croupier/games"
)

// chunkRounds is how many rounds are drawn from one generator. The chunks, not the cores, decide what is played, so that a seed
// gives the same result on every machine.
const chunkRounds = 1 << 15

// simulated is what a simulation found. Its numbers are for reading: no outcome depends on them.
type simulated struct {
	tally
	strategy     string
	rounds       int64
	rtp          float64
	hitFrequency float64
	z            float64 // how many standard errors the return is from what is proven of it
}

// simulate plays rounds by a strategy on all cores, and compares what they return with what is known of it.
func (r *report) simulate(f *rtpFlags, bar *progressbar.ProgressBar) error {
	defer bar.Close()
	strategy, err := r.strategy(f.Strategy)
	if err != nil {
		return err
	}
	outlook, ok := r.outlook(strategy.Name)
	if !ok {
		return fmt.Errorf("nothing is known of the strategy %s of %s to compare with", strategy.Name, r.game.ID)
	}
	s := &simulated{strategy: strategy.Name, rounds: f.Simulate}
	if err := s.play(strategy, f.Seed, bar); err != nil {
		return fmt.Errorf("%s %s: %w", r.game.ID, r.variant.ID, err)
	}
	s.compare(outlook)
	r.simulated = s
	return nil
}

// strategy returns the strategy of a name, the plainest for "".
func (r *report) strategy(name string) (games.Strategy, error) {
	var names []string
	for _, s := range r.strategies {
		if name == "" || s.Name == name {
			return s, nil
		}
		names = append(names, s.Name)
	}
	return games.Strategy{}, fmt.Errorf("--strategy %s: %s has %s", name, r.game.ID, strings.Join(names, ", "))
}

func (s *simulated) play(strategy games.Strategy, seed uint64, bar *progressbar.ProgressBar) error {
	var chunks atomic.Int64
	var mu sync.Mutex
	failures := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for worker := range failures {
		wg.Go(func() {
			for failures[worker] == nil {
				chunk := chunks.Add(1) - 1
				size := min(chunkRounds, s.rounds-chunk*chunkRounds)
				if size <= 0 {
					return
				}
				part, err := playChunk(strategy, fairness.NewSimulation(rand.NewPCG(seed, uint64(chunk)).Uint64()), size)
				failures[worker] = err
				mu.Lock()
				s.staked, s.won, s.hits = s.staked+part.staked, s.won+part.won, s.hits+part.hits
				mu.Unlock()
				_ = bar.Add64(size)
			}
		})
	}
	wg.Wait()
	return errors.Join(failures...)
}

// tally is what some rounds staked and won together, in 10^-8 of the opening stake, and how many of them won anything.
type tally struct {
	staked, won, hits int64
}

func playChunk(strategy games.Strategy, draws fairness.Draws, rounds int64) (t tally, err error) {
	for range rounds {
		staked, won, err := strategy.Round(draws)
		if err != nil {
			return t, err
		}
		t.staked += int64(staked)
		t.won += int64(won)
		if won > 0 {
			t.hits++
		}
	}
	return t, nil
}

// compare says how far the simulation is from the exact return, or from the nearer end of the range that it is proven to lie in.
func (s *simulated) compare(exact games.Outlook) {
	rounds := float64(s.rounds)
	s.rtp = 1 + float64(s.won-s.staked)/games.MultipleUnit/rounds
	s.hitFrequency = float64(s.hits) / rounds
	low, high := readable(exact.Return.Low), readable(exact.Return.High)
	nearest := min(max(s.rtp, low), high)
	s.z = (s.rtp - nearest) / math.Sqrt(readable(exact.Variance.High)/rounds)
}

// maxZ is how many standard errors a simulation may be away. Chance alone leads further once in about 16,000 simulations.
const maxZ = 4

func checkSimulations(reports []report) error {
	var wrong []error
	for _, r := range reports {
		if r.simulated != nil && !(math.Abs(r.simulated.z) <= maxZ) {
			wrong = append(wrong, fmt.Errorf("%s: the simulation contradicts the exact return: z = %+.2f", r.variant.ID, r.simulated.z))
		}
	}
	return errors.Join(wrong...)
}

// readable returns the nearest float64, for display and statistics only.
func readable(value *big.Rat) float64 {
	f, _ := value.Float64()
	return f
}
