package launch

// sine2 returns the sine of twice an angle, in units of 1/sineScale.
func sine2(angle int64) int64 {
	if angle > straight {
		angle = 2*straight - angle
	}
	return sines[angle]
}

// cosine2 returns the cosine of twice an angle, in units of 1/sineScale.
func cosine2(angle int64) int64 {
	if angle > straight {
		return -sines[angle-straight]
	}
	return sines[straight-angle]
}

// rangeOf returns how far a shot flies in still air, in whole centimetres: power² · sin(2·angle) / gravity.
func rangeOf(angle, power int64) int64 { return power * power * sine2(angle) / rangeScale }

// apexOf returns how high a shot flies, in whole centimetres: power² · sin²(angle) / (2·gravity), with sin² = (1 − cos(2·angle))/2.
func apexOf(angle, power int64) int64 {
	return power * power * (sineScale - cosine2(angle)) / apexScale
}

// bandOf returns the number of the band of a range.
func bandOf(reach int64) int {
	number := 0
	for reach >= bands[number].To {
		number++
	}
	return number
}

// aimOf returns the place of the pad at which a range in the band aims: its twentieths, from 0.
func (b *Band) aimOf(reach int64) int { return int((reach - b.From) * padCount / (b.To - b.From)) }

// middleOf returns the distance of the middle of a pad, in whole centimetres.
func (b *Band) middleOf(pad int) int64 {
	return b.From + (b.To-b.From)*(2*int64(pad)+1)/(2*padCount)
}

// trajectory returns the points, distance and height in whole centimetres, of the parabola from the launch to a landing distance.
func trajectory(landing, apex int64) [flightParts + 1][2]int64 {
	var points [flightParts + 1][2]int64
	for k := range int64(flightParts + 1) {
		points[k] = [2]int64{landing * k / flightParts, 4 * apex * k * (flightParts - k) / (flightParts * flightParts)}
	}
	return points
}
