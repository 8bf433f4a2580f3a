package games

// Verifier verifies many rounds: what rounds of one seed pair share is computed once where they come one after the other, and space is used
// again. It is not safe for concurrent use.
type Verifier struct {
	catalogue *Catalogue
	v         verification
}

// NewVerifier returns a verifier by the rules of a catalogue.
func NewVerifier(c *Catalogue) *Verifier { return &Verifier{catalogue: c} }

// Verify does as the function of that name, but lists only the checks that failed. The report's slices are good until the next call.
func (v *Verifier) Verify(rec *Record) (Report, error) { return v.v.verify(v.catalogue, rec) }
