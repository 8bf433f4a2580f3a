package fairness

// Forced returns draws whose streams yield the script's words for their label first and then all that d's stream yields, from
// its first byte. A label without words in the script is d's own. The script must not be changed while the draws are used.
func Forced(d Draws, script Script) Draws {
	return forced{d, script}
}

type forced struct {
	draws  Draws
	script Script
}

func (f forced) Stream(label string) *Stream {
	stream := f.draws.Stream(label)
	script := f.script[label]
	if len(script) == 0 {
		return stream
	}
	return &Stream{words: &scripted{script, stream.words}, label: stream.label, trace: stream.trace}
}

// scripted yields its own words and then those of rest.
type scripted struct {
	script []uint32
	rest   words
}

func (s *scripted) word() uint32 {
	if len(s.script) == 0 {
		return s.rest.word()
	}
	word := s.script[0]
	s.script = s.script[1:]
	return word
}
