package audit

import "math"

// z99 is how many standard errors a value that is normally distributed is away from its mean in one of a hundred cases.
const z99 = 2.5758293035489004

// uniform returns n equal chances.
func uniform(n int) []float64 {
	all := make([]float64, n)
	for i := range all {
		all[i] = 1 / float64(n)
	}
	return all
}

// pValue is the chance that a chi-squared statistic of so many degrees of freedom is as large as that or larger, if the chances are
// right: the regularized upper incomplete gamma function Q(freedom/2, statistic/2), by its series where that converges fast and by
// Lentz's continued fraction elsewhere (Numerical Recipes, 6.2).
func pValue(statistic float64, freedom int) float64 {
	a, x := float64(freedom)/2, statistic/2
	if x <= 0 {
		return 1
	}
	logGamma, _ := math.Lgamma(a)
	scale := math.Exp(a*math.Log(x) - x - logGamma)
	if x < a+1 {
		return 1 - scale*gammaSeries(a, x)
	}
	return scale * gammaFraction(a, x)
}

const (
	gammaSteps = 10_000
	gammaEnd   = 1e-15
)

func gammaSeries(a, x float64) float64 {
	term := 1 / a
	sum := term
	for n := 1.0; n < gammaSteps; n++ {
		term *= x / (a + n)
		if sum += term; term < sum*gammaEnd {
			break
		}
	}
	return sum
}

func gammaFraction(a, x float64) float64 {
	const tiny = 1e-300
	b := x + 1 - a
	c, d := 1/tiny, 1/b
	h := d
	for i := 1.0; i < gammaSteps; i++ {
		an := -i * (i - a)
		b += 2
		if d = an*d + b; math.Abs(d) < tiny {
			d = tiny
		}
		if c = b + an/c; math.Abs(c) < tiny {
			c = tiny
		}
		d = 1 / d
		h *= d * c
		if math.Abs(d*c-1) < gammaEnd {
			break
		}
	}
	return h
}
