package launch

import (
	"encoding/json"
	"fmt"
	"math/big"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
)

// launchAt returns a launch that aims at a pad of a band.
func launchAt(t *testing.T, number, pad int) json.RawMessage {
	t.Helper()
	for _, angle := range []int64{450, 300, 700, 800} {
		for power := int64(minPower); power <= maxPower; power++ {
			if reach := rangeOf(angle, power); bandOf(reach) == number && bands[number].aimOf(reach) == pad {
				return fmt.Appendf(nil, `{"angle":%d.%d,"power":%d}`, angle/10, angle%10, power)
			}
		}
	}
	t.Fatalf("found no launch that aims at pad %d of band %d", pad, number)
	return nil
}

// TestEveryLaunchIsFair plays, for every band, every aim in it and every wind, one launch through the rules. The wind is intn(20), so
// the chance of each is 1/20; the factors are not looked at, only what the round is worth before and after.
func TestEveryLaunchIsFair(t *testing.T) {
	t.Parallel()
	values := []games.Multiple{1, 7, 92_000_000, 96_000_000, 97_000_000, 123_456_789, 1_000_000_007, enough - 1}
	game := launch{96}
	for number := range bands {
		for aim := range padCount {
			payload := launchAt(t, number, aim)
			for _, value := range values {
				var sum games.Multiple
				exact := new(big.Rat)
				for wind := range padCount {
					r := cashout.Round[State]{Version: stateVersion, Value: value}
					script := fairness.Script{"1": {uint32(wind)}}
					_, outcome, err := cashout.Play(game, &r, payload, fairness.Forced(fairness.NewSimulation(1), script))
					if err != nil {
						t.Fatal(err)
					}
					sum += r.Value
					exact.Add(exact, untruncated(t, value, outcome.(Outcome)))
				}
				if exact.Cmp(big.NewRat(padCount*int64(value), 1)) != 0 {
					t.Fatalf("band %d, aim %d: from %d the mean is %v/20", number, aim, value, exact)
				}
				if sum > padCount*value || sum <= padCount*(value-1) {
					t.Fatalf("band %d, aim %d: from %d the truncated mean is %d/20", number, aim, value, sum)
				}
			}
		}
	}
}

// untruncated is what a round is worth after a launch if nothing is cut off, by the factor that the player is shown.
func untruncated(t *testing.T, before games.Multiple, o Outcome) *big.Rat {
	t.Helper()
	factor, ok := new(big.Rat).SetString(string(o.Factor))
	if !ok {
		t.Fatalf("the factor is %q", o.Factor)
	}
	return factor.Mul(factor, big.NewRat(int64(before), 1))
}
