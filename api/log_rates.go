package api

import (
	"context"
	"sync"
	"time"

	"croupier/session"
)

// ratesFor is how long what was counted is told again. Counting costs the database a look at every round since the last whole hour.
const ratesFor = 30 * time.Second

// cachedRates are the rates as they were counted last. The zero value has none.
type cachedRates struct {
	mu    sync.Mutex
	rates session.Rates
	at    time.Time
}

type logRatesInput struct {
	Days int `query:"days" minimum:"1" maximum:"366" default:"31" doc:"Of how many days at most, the last ones"`
}

// RoundCounts are numbers of rounds.
type RoundCounts struct {
	Rounds           int64 `json:"rounds" doc:"All that were opened"`
	Finished         int64 `json:"finished" doc:"Settled by their games' rules"`
	Voided           int64 `json:"voided" doc:"Ended by the operator, who returned what was staked, with a reason"`
	Open             int64 `json:"open" doc:"In progress"`
	VoidedPerMillion int64 `json:"voidedPerMillion" doc:"Of a million rounds that ended, how many were voided, rounded up"`
}

type dayRates struct {
	Day string `json:"day" doc:"In UTC" example:"2026-11-21"`
	RoundCounts
}

type logRatesData struct {
	At time.Time `json:"at" doc:"When it was counted"`
	RoundCounts
	Days []dayRates `json:"days" doc:"By the day on which a round was opened, oldest first; none for a day without rounds"`
}

func (s *Server) publishRates(ctx context.Context, in *logRatesInput) (logRatesData, error) {
	rates, at, err := s.ratesNow(ctx)
	if err != nil {
		return logRatesData{}, err
	}
	data := logRatesData{At: at.UTC(), RoundCounts: countsOf(rates.RoundCounts), Days: []dayRates{}}
	for _, d := range rates.Days[max(0, len(rates.Days)-in.Days):] {
		data.Days = append(data.Days, dayRates{d.Day.Format(time.DateOnly), countsOf(d.RoundCounts)})
	}
	return data, nil
}

func countsOf(c session.RoundCounts) RoundCounts {
	return RoundCounts{c.Rounds, c.Finished, c.Voided, c.Open, c.VoidedPerMillion()}
}

// ratesNow returns the rates and when they were counted. Of any number of callers at once, one counts.
func (s *Server) ratesNow(ctx context.Context) (session.Rates, time.Time, error) {
	c := &s.roundRates
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := s.now(); c.at.IsZero() || now.Sub(c.at) >= ratesFor {
		ctx, cancel := context.WithTimeout(ctx, requestTimeout)
		defer cancel()
		rates, err := s.Floor.Rates(ctx)
		if err != nil {
			return session.Rates{}, time.Time{}, err
		}
		c.rates, c.at = rates, now
	}
	return c.rates, c.at, nil
}
