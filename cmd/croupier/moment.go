package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// moment is a flag's time: one of the calendar, or one so long after another. Its zero value is none.
type moment struct {
	at   time.Time
	wait *time.Duration
}

// UnmarshalText implements encoding.TextUnmarshaler. It takes 90d, 36h, 2027-02-01, which is its beginning in UTC, and RFC 3339.
func (m *moment) UnmarshalText(text []byte) error {
	const longest = 100 * 365
	if count, ok := strings.CutSuffix(string(text), "d"); ok {
		if days, err := strconv.ParseUint(count, 10, 16); err == nil && days <= longest {
			wait := time.Duration(days) * 24 * time.Hour
			*m = moment{wait: &wait}
			return nil
		}
	}
	if wait, err := time.ParseDuration(string(text)); err == nil && wait >= 0 {
		*m = moment{wait: &wait}
		return nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, string(text)); err == nil {
			*m = moment{at: at}
			return nil
		}
	}
	return fmt.Errorf("%q is no time: write 90d, 36h, 2027-02-01 or 2027-02-01T15:00:00Z", text)
}

// after is the moment as seen from now; the zero time is none.
func (m moment) after(now time.Time) time.Time {
	if m.wait != nil {
		return now.Add(*m.wait)
	}
	return m.at
}
