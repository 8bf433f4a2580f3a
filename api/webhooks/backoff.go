package webhooks

import (
	"math/rand/v2"
	"time"
)

// Retrying says how long delivery is tried. The zero value of a field means its default.
type Retrying struct {
	First   time.Duration // from the first failure to the second attempt; each wait after it is three times as long; default 5 s
	Longest time.Duration // between two attempts; default 12 h
	For     time.Duration // from the first attempt to the last; default 3 days
	Rest    time.Duration // of an endpoint that is down, at most, before it is probed again; default 5 min
	Disable time.Duration // an endpoint that has accepted nothing for so long is disabled; default 3 days
}

func (r Retrying) withDefaults() Retrying {
	for _, d := range []struct {
		have     *time.Duration
		standard time.Duration
	}{{&r.First, 5 * time.Second}, {&r.Longest, 12 * time.Hour}, {&r.For, 72 * time.Hour}, {&r.Rest, 5 * time.Minute}, {&r.Disable, 72 * time.Hour}} {
		if *d.have == 0 {
			*d.have = d.standard
		}
	}
	return r
}

// next is when an event is tried again that has failed tries times since the first attempt, and false if it is not: then it is a dead
// letter. The last attempt is made when the time for retrying is over.
func (r Retrying) next(tries int, since, now time.Time) (time.Time, bool) {
	end := since.Add(r.For)
	if !now.Before(end) {
		return time.Time{}, false
	}
	at := now.Add(jittered(grown(r.First, 3, tries-1, r.Longest)))
	if at.After(end) {
		at = end
	}
	return at, true
}

// rest is how long an endpoint rests after so many passes in a row in which it was down.
func (r Retrying) rest(failures int) time.Duration {
	return jittered(grown(time.Second, 2, failures-1, r.Rest))
}

// grown is from, times factor for each step, and at most the bound.
func grown(from time.Duration, factor, steps int, bound time.Duration) time.Duration {
	for range steps {
		if from >= bound {
			return bound
		}
		from *= time.Duration(factor)
	}
	return min(from, bound)
}

// jittered is from four to six fifths of a time, so that what failed together is not tried together. Nothing secret hangs on it.
func jittered(d time.Duration) time.Duration {
	return d - d/5 + rand.N(2*d/5+1)
}
