package main

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/schollz/progressbar/v3"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/slots"
	"croupier/wallet/money"
)

// chunkRounds is how many rounds are drawn from one generator. The chunks, not the cores, decide what is played, so that a seed
// gives the same result on every machine.
const chunkRounds = 1 << 15

// simulated is what a simulation found. Its numbers are for reading: no outcome depends on them.
type simulated struct {
	rounds, hits int64
	won          int64 // bets per line
	rtp          float64
	hitFrequency float64
	z            float64 // how many standard errors the return is above the exact one
}

// simulate plays rounds on all paylines and all cores through the engine's Open, as the server does, and compares what they
// return with the exact report.
func simulate(engine games.Engine, exact slots.Report, rounds int64, seed uint64, bar *progressbar.ProgressBar) (*simulated, error) {
	defer bar.Close()
	usd, err := money.LookupCurrency("USD")
	if err != nil {
		return nil, err
	}
	s := &simulated{rounds: rounds}
	action := games.Action{Name: "spin", Payload: fmt.Appendf(nil, `{"action":"spin","betPerLine":0.01,"activePaylines":%d}`, exact.Paylines)}
	var chunks, won, hits atomic.Int64
	failures := make([]error, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for worker := range failures {
		wg.Go(func() {
			for failures[worker] == nil {
				chunk := chunks.Add(1) - 1
				size := min(chunkRounds, rounds-chunk*chunkRounds)
				if size <= 0 {
					return
				}
				draws := fairness.NewSimulation(rand.NewPCG(seed, uint64(chunk)).Uint64())
				chunkWon, chunkHits, err := playChunk(engine, games.Round{Currency: usd}, action, draws, size)
				won.Add(chunkWon)
				hits.Add(chunkHits)
				failures[worker] = err
				_ = bar.Add64(size)
			}
		})
	}
	wg.Wait()
	s.won, s.hits = won.Load(), hits.Load()
	s.compare(exact)
	return s, errors.Join(failures...)
}

// playChunk returns what some rounds win together, in bets per line, and how many of them win anything.
func playChunk(engine games.Engine, r games.Round, a games.Action, draws fairness.Draws, rounds int64) (won, hits int64, err error) {
	for range rounds {
		step, err := engine.Open(r, a, draws)
		if err != nil {
			return won, hits, err
		}
		if step.Win.Multiple > 0 { // always a whole multiple of the bet per line, so that no rounding is left to play
			won += int64(step.Win.Multiple / games.MultipleUnit)
			hits++
		}
	}
	return won, hits, nil
}

func (s *simulated) compare(exact slots.Report) {
	rtp, _ := exact.Return.Total.Float64()
	variance, _ := exact.Variance.Float64()
	rounds := float64(s.rounds)
	s.rtp = float64(s.won) / float64(exact.Paylines) / rounds
	s.hitFrequency = float64(s.hits) / rounds
	s.z = (s.rtp - rtp) / math.Sqrt(variance/rounds)
}

// maxZ is how many standard errors a simulation may be away. Chance alone leads further once in about 16,000 simulations.
const maxZ = 4

func checkSimulations(reports []slotsReport) error {
	var wrong []error
	for _, r := range reports {
		if r.simulated != nil && math.Abs(r.simulated.z) > maxZ {
			wrong = append(wrong, fmt.Errorf("%s: the simulation contradicts the exact return: z = %+.2f", r.Variant, r.simulated.z))
		}
	}
	return errors.Join(wrong...)
}
