package check

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/anishathalye/porcupine"
)

// The search for an order.
const (
	searchTime = 30 * time.Second // for one piece; past it nothing is proven
	pieceSize  = 4096             // operations after which a piece is ended also while some are in flight
	maxFlying  = 6                // in flight where a piece is ended: each may come before the end or after it
)

// checkOrder proves that there is an order of all that was done for the player in which every answer is right, and in which whatever
// was answered before another thing was asked for comes before it.
func (p *playerCheck) checkOrder() {
	start, err := p.initial()
	if err != nil {
		p.found.add(Order, "player "+p.ID, "what it was made with: %v", err)
		return
	}
	s := search{piece: pieceSize, patience: searchTime}
	if wrong := s.run(start, p.operations()); wrong != "" {
		p.found.add(Order, "player "+p.ID, "%s", wrong)
	}
	p.counts.Linearized, p.counts.Pieces, p.counts.LargestPiece = s.operations, s.pieces, s.largest
}

// search looks for an order of one player's operations. As the search for an order takes time and memory in more than proportion, a
// history is cut: where nothing is in flight, which costs nothing, and after many operations also elsewhere. There, whatever is in
// flight may come before the cut or after it, and every possibility is followed. That is exact: what is in flight at the cut began
// before everything after it and ended after everything before it, so no other order between them is asked for.
type search struct {
	piece    int
	patience time.Duration

	operations, pieces, largest int
}

// branch is one way to go on after a cut: where the player is, and what was in flight and is to come still.
type branch struct {
	at    state
	still []*operation
}

// run returns why there is no order, or that none was found in time; "" if there is one.
func (s *search) run(start state, all []*operation) string {
	slices.SortStableFunc(all, func(a, b *operation) int { return int(min(1, max(-1, a.call-b.call))) })
	s.operations = len(all)
	branches := []branch{{at: start}}
	var flying []*operation // of the pieces so far, in flight at the last cut
	for len(all) > 0 {
		n := s.cut(flying, all)
		piece, end := all[:n], int64(0)
		if all = all[n:]; len(all) > 0 {
			end = all[0].call
		}
		s.pieces++
		s.largest = max(s.largest, n)
		open := inFlight(append(slices.Clone(flying), piece...), end, len(all) > 0)
		next, wrong := s.follow(branches, piece, open)
		if wrong != "" {
			return wrong
		}
		branches, flying = next, open
	}
	return ""
}

// inFlight returns the operations that have not ended at a time; none if it is the end of the history.
func inFlight(all []*operation, at int64, more bool) (open []*operation) {
	for _, o := range all {
		if more && o.end >= at {
			open = append(open, o)
		}
	}
	return open
}

// cut returns how many operations the next piece has.
func (s *search) cut(flying, all []*operation) int {
	open := slices.Clone(flying)
	for i, o := range all {
		open = inFlight(open, o.call, true)
		if i > 0 && (len(open) == 0 || i >= s.piece && len(open) <= 2 || i >= 2*s.piece && len(open) <= maxFlying) {
			return i
		}
		open = append(open, o)
	}
	return len(all)
}

// follow puts a piece in order, from every branch, with every choice of what is in flight at its end.
func (s *search) follow(branches []branch, piece, open []*operation) (next []branch, wrong string) {
	reached := map[int]bool{}
	for _, b := range branches {
		whole := append(slices.Clone(b.still), piece...)
		for later := range 1 << len(open) { // a bit for each that comes after the cut
			var still []*operation
			for i, o := range open {
				if later&(1<<i) != 0 {
					still = append(still, o)
				}
			}
			if reached[later] || !contains(whole, still) {
				continue // the same operations from the same start lead to the same state
			}
			now := slices.DeleteFunc(slices.Clone(whole), func(o *operation) bool { return slices.Contains(still, o) })
			end, result := linearize(b.at, now, s.patience)
			switch result {
			case porcupine.Ok:
				reached[later] = true
				next = append(next, branch{end, still})
			case porcupine.Unknown: // to go on from the other choices only could find no order where there is one
				return nil, fmt.Sprintf("undecided: %v were not enough to find an order of %d operations, or that there is none", s.patience, len(now))
			}
		}
	}
	if len(next) == 0 {
		return nil, explain(branches[0], piece)
	}
	return next, ""
}

// contains says whether all of part are in whole: one that an earlier cut has put before it is not to come any more.
func contains(whole, part []*operation) bool {
	for _, o := range part {
		if !slices.Contains(whole, o) {
			return false
		}
	}
	return true
}

// linearize puts operations in order, and returns the state that they lead to.
func linearize(from state, operations []*operation, patience time.Duration) (end state, result porcupine.CheckResult) {
	if len(operations) == 0 {
		return from, porcupine.Ok
	}
	if len(operations) == 1 {
		if end, ok := step(from, operations[0]); ok {
			return end, porcupine.Ok
		}
		return from, porcupine.Illegal
	}
	reached := &end // the search ends with the last step that fits
	model := modelFrom(from, reached)
	result = porcupine.CheckOperationsTimeout(model, porcupineHistory(operations), patience)
	if result == porcupine.Unknown { // the search may still be ending, and write to what it reached
		return from, result
	}
	return *reached, result
}

// modelFrom is a player that starts in a state. reached is set to the state after every step that fits; nil: it is not wanted.
func modelFrom(from state, reached *state) porcupine.Model {
	return porcupine.Model{
		Init: func() any { return from },
		Step: func(at, input, _ any) (bool, any) {
			next, ok := step(at.(state), input.(*operation))
			if ok && reached != nil {
				*reached = next
			}
			return ok, next
		},
		Equal: func(a, b any) bool { return a.(state) == b.(state) },
	}
}

func porcupineHistory(operations []*operation) []porcupine.Operation {
	all := make([]porcupine.Operation, len(operations))
	for i, o := range operations {
		all[i] = porcupine.Operation{Input: o, Call: o.call, Return: o.end}
	}
	return all
}

// explain names what does not fit: where the longest order ends, and what was to come next.
func explain(from branch, piece []*operation) string {
	whole := append(slices.Clone(from.still), piece...)
	_, info := porcupine.CheckOperationsVerbose(modelFrom(from.at, nil), porcupineHistory(whole), searchTime)
	var longest []int
	for _, partial := range info.PartialLinearizations()[0] {
		if len(partial) > len(longest) {
			longest = partial
		}
	}
	at, placed := from.at, map[int]bool{}
	for _, i := range longest {
		at, _ = step(at, whole[i])
		placed[i] = true
	}
	var left []*operation
	for i, o := range whole {
		if !placed[i] {
			left = append(left, o)
		}
	}
	slices.SortFunc(left, func(a, b *operation) int { return int(min(1, max(-1, a.end-b.end))) })
	var text strings.Builder
	fmt.Fprintf(&text, "no order fits: after %d of %d operations the balance is %s, the next nonce %d, the seed %.8s…, the open rounds %v;",
		len(longest), len(whole), at.balance, at.nonce, at.hash, openRounds(at))
	for _, o := range left[:min(3, len(left))] {
		fmt.Fprintf(&text, " then comes %s;", o)
	}
	return strings.TrimSuffix(text.String(), ";")
}

func openRounds(s state) []string {
	list := []string{}
	for _, r := range s.open {
		if r.id != "" {
			list = append(list, fmt.Sprintf("%s with %d steps", r.id, r.steps))
		}
	}
	return list
}
