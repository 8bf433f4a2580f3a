package games

import (
	"strconv"
	"strings"
)

// String returns the multiple as players are shown it, in plain decimal notation that is also a JSON number: truncated to 4
// decimals, without trailing zeros, 2.08333333 as "2.0833" and 3 as "3".
func (m Multiple) String() string {
	const shown = MultipleUnit / 10_000
	whole, fraction := int64(m)/MultipleUnit, int64(m)%MultipleUnit/shown
	sign := ""
	if m < 0 {
		sign, whole, fraction = "-", -whole, -fraction
	}
	if fraction == 0 {
		if whole == 0 {
			sign = ""
		}
		return sign + strconv.FormatInt(whole, 10)
	}
	digits := strconv.FormatInt(10_000+fraction, 10)[1:]
	return sign + strconv.FormatInt(whole, 10) + "." + strings.TrimRight(digits, "0")
}
