package games

// Kind is what regulators tell games apart by.
type Kind string

// The kinds of games.
const (
	Slots Kind = "slots"
	Other Kind = "other"
)

// KindOf returns the kind of the game that an engine plays: Slots if the engine says so.
func KindOf(e Engine) Kind {
	if known, ok := e.(interface{ Kind() Kind }); ok {
		return known.Kind()
	}
	return Other
}
