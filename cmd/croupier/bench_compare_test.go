package main

import (
	"strings"
	"testing"
)

func TestChangeSaysWhatIsBetter(t *testing.T) {
	t.Parallel()
	for want, f := range map[string]figure{
		"+10.0 %  better": {"rounds/s", 100, 110, 0, more},
		"-10.0 %  worse":  {"rounds/s", 100, 90, 0, more},
		"+50.0 %  worse":  {"p50", 2, 3, 0, less},
		"-50.0 %  better": {"p50", 2, 1, 0, less},
		"+1.0 %  same":    {"p50", 100, 101, 0, less},
		"+50.0 %":         {"floor", 2, 3, 0, neither},
		"":                {"unknown then", 0, 3, 0, less},
	} {
		if got := strings.TrimSpace(f.change()); got != want {
			t.Errorf("%+v: %q, want %q", f, got, want)
		}
	}
}

// Points are compared with those of the same clients, and passes with those on as full a database.
func TestChangeComparesLikeWithLike(t *testing.T) {
	t.Parallel()
	measured := func(stored int64, clients, connected int, rate float64) *benchPass {
		point := &benchPoint{Clients: clients, Connected: connected,
			Server: summary{Name: "the server", PerSecond: rate, P50: 2, Turns: []float64{rate, rate * 1.5}},
			Cost:   benchCost{CPU: map[string]float64{"server": 40}}, Memory: &benchMemory{InUse: 2048 * rate}}
		return &benchPass{Stored: stored, Points: []*benchPoint{point}, Lone: summary{Name: "alone", PerSecond: 1000}}
	}
	then := &benchReport{Passes: []*benchPass{measured(0, 4, 8, 100), measured(10_000_000, 4, 8, 50)}, Database: map[string]string{"fsync": "on"}}
	tell := func(now *benchPass) string {
		var out strings.Builder
		(&benchReport{Passes: []*benchPass{now}, Database: map[string]string{"fsync": "off"}}).printChange(&out, then, "then.json")
		return strings.Join(strings.Fields(out.String()), " ")
	}
	for name, c := range map[string]struct {
		now  *benchPass
		want []string
	}{
		"empty": {measured(90_000, 4, 8, 110), []string{"rounds/s 100 110 +10.0 % better", "KiB a waiting client 200.0 220.0 +10.0 % worse",
			"fsync, on then and off now"}},
		"full": {measured(11_000_000, 4, 8, 110), []string{"rounds/s 50 110 +120.0 % better", "µs a round 40.0 40.0 +0.0 % same",
			"up to 50 % then and 50 % now"}},
		"half full":      {measured(3_000_000, 4, 8, 110), []string{"not measured then"}},
		"more clients":   {measured(0, 5, 8, 110), []string{"the server not measured then alone rounds/s 1000 1000"}},
		"another crowd":  {measured(0, 4, 9, 110), []string{"the server not measured then alone rounds/s 1000 1000"}},
		"no other floor": {measured(0, 4, 8, 100), []string{"rounds/s 100 100 +0.0 % same", "rounds/s 1000 1000 +0.0 % same"}},
	} {
		got := tell(c.now)
		for _, want := range c.want {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q is not in %s", name, want, got)
			}
		}
	}
}

func TestGroupedDigits(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 10000000: "10,000,000", -123456: "-123,456"} {
		if got := grouped(n); got != want {
			t.Errorf("%d is %s, want %s", n, got, want)
		}
	}
}
