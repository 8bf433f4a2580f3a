package launch

import (
	"math/big"
	"testing"
)

// fixedPoint is the scale in which the tests compute sines on their own: 40 decimals.
var fixedPoint = new(big.Int).Exp(big.NewInt(10), big.NewInt(40), nil)

// arctanOfOneOver returns arctan(1/n) = 1/n − 1/(3·n³) + 1/(5·n⁵) − … in fixed point.
func arctanOfOneOver(n int64) *big.Int {
	sum, power := new(big.Int), new(big.Int).Div(fixedPoint, big.NewInt(n))
	for k := int64(1); power.Sign() != 0; k += 2 {
		term := new(big.Int).Div(power, big.NewInt(k))
		if k%4 == 1 {
			sum.Add(sum, term)
		} else {
			sum.Sub(sum, term)
		}
		power.Div(power, big.NewInt(n*n))
	}
	return sum
}

// sineOf returns sin(x) = x − x³/3! + x⁵/5! − … in fixed point, for x from 0 to 2.
func sineOf(x *big.Int) *big.Int {
	sum, term := new(big.Int), new(big.Int).Set(x)
	for k := int64(1); term.Sign() != 0; k += 2 {
		sum.Add(sum, term)
		term.Mul(term, x).Div(term, fixedPoint).Mul(term, x).Div(term, fixedPoint)
		term.Quo(term.Neg(term), big.NewInt((k+1)*(k+2)))
	}
	return sum
}

// TestSines computes every sine of the table with π from Machin's formula, to far more digits than the table has.
func TestSines(t *testing.T) {
	t.Parallel()
	pi := new(big.Int).Mul(big.NewInt(16), arctanOfOneOver(5))
	pi.Sub(pi, new(big.Int).Mul(big.NewInt(4), arctanOfOneOver(239)))
	if got := pi.String()[:31]; got != "3141592653589793238462643383279" {
		t.Fatalf("π begins with %s", got)
	}
	for i, got := range sines {
		sine := sineOf(new(big.Int).Div(new(big.Int).Mul(pi, big.NewInt(int64(i))), big.NewInt(2*straight)))
		// Twice the error, in units of the table, must be below one, by more than what the computation here can be wrong.
		twice := new(big.Int).Sub(sine.Mul(sine, big.NewInt(sineScale)), new(big.Int).Mul(big.NewInt(got), fixedPoint))
		twice.Abs(twice).Lsh(twice, 1).Add(twice, new(big.Int).Exp(big.NewInt(10), big.NewInt(20), nil))
		if twice.Cmp(fixedPoint) >= 0 {
			t.Errorf("the sine of %d.%d° is not %d", i/5, i%5*2, got)
		}
	}
}

func TestSinesAreRightWhereEverybodyKnowsThem(t *testing.T) {
	t.Parallel()
	for angle, want := range map[int64][2]int64{ // sine and cosine of twice the angle
		150: {500_000, 866_025}, 450: {1_000_000, 0}, 225: {707_107, 707_107}, 300: {866_025, 500_000}, 600: {866_025, -500_000},
		750: {500_000, -866_025}, 100: {342_020, 939_693}, 800: {342_020, -939_693},
	} {
		if got := [2]int64{sine2(angle), cosine2(angle)}; got != want {
			t.Errorf("twice %d tenths of a degree: sine and cosine %d, want %d", angle, got, want)
		}
	}
}

// TestEveryLaunchComesDown looks at every angle and every power that there is.
func TestEveryLaunchComesDown(t *testing.T) {
	t.Parallel()
	var aimedAt [len(bands)][padCount]int
	shortest, longest := int64(1<<62), int64(0)
	for angle := int64(minAngle); angle <= maxAngle; angle++ {
		for power := int64(minPower); power <= maxPower; power++ {
			reach := rangeOf(angle, power)
			shortest, longest = min(shortest, reach), max(longest, reach)
			number := bandOf(reach)
			band := &bands[number]
			if reach < band.From || reach >= band.To {
				t.Fatalf("%d tenths of a degree with power %d fly %d, which is not in band %d", angle, power, reach, number)
			}
			aimedAt[number][band.aimOf(reach)]++
		}
	}
	for number, aims := range aimedAt {
		for pad, launches := range aims {
			if launches == 0 {
				t.Errorf("no launch aims at pad %d of band %d", pad, number)
			}
		}
	}
	if shortest != 348 || longest != 407_747 { // 10²·sin 20°/9.81 and 200²/9.81 metres
		t.Errorf("ranges are from %d to %d", shortest, longest)
	}
}

func TestBands(t *testing.T) {
	t.Parallel()
	var before int64
	for number, band := range bands {
		if band.From != before || band.To <= band.From || (band.To-band.From)%(2*padCount) != 0 {
			t.Errorf("band %d is from %d to %d", number, band.From, band.To)
		}
		before = band.To
		var sum, square int64
		for _, pad := range band.Pads {
			if pad < 0 || pad*enough/factorScale > most {
				t.Errorf("band %d has a pad of %d hundredths: from %d a round could pass the maximum win", number, pad, enough)
			}
			sum += pad
			square += pad * pad
		}
		if sum != padCount*factorScale {
			t.Errorf("the pads of band %d add up to %d hundredths", number, sum)
		}
		if number > 0 {
			var nearer int64
			for _, pad := range bands[number-1].Pads {
				nearer += pad * pad
			}
			if square <= nearer {
				t.Errorf("band %d is calmer than the one before it", number)
			}
		}
	}
}

func TestTrajectory(t *testing.T) {
	t.Parallel()
	for number := range bands {
		for pad := range padCount {
			band := &bands[number]
			landing := band.middleOf(pad)
			if band.aimOf(landing) != pad || bandOf(landing) != number {
				t.Errorf("the middle of pad %d of band %d is at %d", pad, number, landing)
			}
			points := trajectory(landing, apexOf(620, 1800))
			last := len(points) - 1
			if points[0] != [2]int64{} || points[last] != [2]int64{landing, 0} || points[last/2][1] != apexOf(620, 1800) {
				t.Errorf("the trajectory is %v", points)
			}
			for i := 1; i <= last; i++ {
				if rising := points[i][1] > points[i-1][1]; points[i][0] <= points[i-1][0] || rising != (i <= last/2) {
					t.Errorf("the trajectory is %v", points)
				}
			}
		}
	}
	// 180 m/s at 62°: 180²·sin²(62°)/(2·9.81) = 1287.4 m high, 180²·sin(124°)/9.81 = 2738.1 m far.
	if high, far := apexOf(620, 1800)/100, rangeOf(620, 1800)/100; high != 1287 || far != 2738 {
		t.Errorf("%d m high and %d m far", high, far)
	}
}
