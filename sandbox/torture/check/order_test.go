package check

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"croupier/games/builtin"
	"croupier/sandbox/torture/history"
)

// made is the state in which the players of these tests are made.
var made = state{balance: "100", hash: "h0", client: "c0", next: "h1"}

// at gives an operation its interval, in any unit.
func at(call, end int64, o *operation) *operation {
	o.call, o.end = call, end
	if o.request == nil {
		o.request = &request{Op: &history.Op{Kind: history.Action, Request: fmt.Sprintf("r-%d-%d", call, end)}}
	}
	return o
}

func units(text string) amount {
	a, err := parseAmount(text)
	if err != nil {
		panic(err)
	}
	return a
}

// bet is a whole round of game 0, or the step of one that stays open in another game.
func bet(before, after string, nonce int64) *operation {
	return inRound(0, "", "completed", before, after, nonce, 0)
}

func inRound(game int, id, status, before, after string, nonce int64, step int) *operation {
	told, err := read[played](fmt.Appendf(nil, `{"roundId":%q,"status":%q,"balance":{"before":%s,"after":%s},
		"provablyFair":{"serverSeedHash":"h0","clientSeed":"c0","nonce":%d,"step":%d}}`, id+"x", status, before, after, nonce, step))
	if err != nil {
		panic(err)
	}
	return &operation{effect: true, game: game, request: &request{Op: &history.Op{Kind: history.Action, Request: id}, played: told}}
}

func cashOut(game int, id, before, after string) *operation {
	o := inRound(game, id, "cashed_out", before, after, 0, 0)
	o.played.Fair, o.Kind = nil, history.Cashout
	return o
}

func balance(is string) *operation { return &operation{sees: &asked{Balance: units(is)}} }

func seedState(hash, next string, nonce int64) *operation {
	client := "c" + strings.TrimPrefix(hash, "h")
	return &operation{seeds: &seeds{ServerSeedHash: hash, ClientSeed: client, Nonce: nonce, NextServerSeedHash: next}}
}

func rotation(from, to, next string, rounds int64) *operation {
	told := &rotated{seeds: seeds{ServerSeedHash: to, ClientSeed: "c" + strings.TrimPrefix(to, "h"), NextServerSeedHash: next}}
	told.Revealed.ServerSeedHash, told.Revealed.ClientSeed, told.Revealed.Rounds = from, "c"+strings.TrimPrefix(from, "h"), rounds
	return &operation{effect: true, request: &request{Op: &history.Op{Kind: history.Rotate}, rotated: told}}
}

func ordered(kind history.Kind, sum, after string) *operation {
	return &operation{effect: true, request: &request{Op: &history.Op{Kind: kind}, amount: units(sum), moved: &moved{Balance: units(after)}}}
}

func refusedFor(kind history.Kind, required, available string) *operation {
	o := &operation{refused: &refusal{}, request: &request{Op: &history.Op{Kind: kind}, amount: units(required)}}
	o.refused.Details.Required, o.refused.Details.Available = units(required), units(available)
	return o
}

const never = math.MaxInt64

// The histories of these names have an order, and those after "no: " have none.
var histories = []struct {
	name string
	all  []*operation
}{
	{"nothing", nil},
	{"one after the other", []*operation{at(1, 2, balance("100")), at(3, 4, bet("100", "99", 0)), at(5, 6, bet("99", "101", 1)),
		at(7, 8, balance("101")), at(9, 10, seedState("h0", "h1", 2))}},
	{"at the same time, in the other order", []*operation{at(1, 9, bet("99", "98", 1)), at(2, 8, bet("100", "99", 0)), at(3, 7, balance("99"))}},
	{"a balance from before what is under way", []*operation{at(1, 9, bet("100", "99", 0)), at(2, 3, balance("100")), at(4, 5, balance("99"))}},
	{"a rotation among rounds", []*operation{at(1, 2, bet("100", "99", 0)), at(3, 9, rotation("h0", "h1", "h2", 1)), at(4, 5, seedState("h0", "h1", 1)),
		at(6, 7, seedState("h1", "h2", 0))}},
	{"two games at once, with money from the operator", []*operation{
		at(1, 4, inRound(1, "a", "in_progress", "100", "90", 0, 0)), at(2, 5, inRound(2, "b", "in_progress", "90", "80", 1, 0)),
		at(6, 9, ordered(history.Deposit, "20", "100")), at(7, 8, cashOut(1, "a", "80", "80")),
		at(10, 11, ordered(history.Withdrawal, "100", "0")), at(12, 13, refusedFor(history.Withdrawal, "1", "0")),
		at(14, 15, refusedFor(history.Action, "1", "0")), at(16, 17, inRound(2, "b", "completed", "0", "5", 1, 1)),
		at(18, 19, rotation("h0", "h1", "h2", 2))}},
	{"what was never answered comes much later", []*operation{at(1, never, bet("98", "97", 2)), at(2, 3, bet("100", "99", 0)), at(4, 5, balance("99")),
		at(6, 7, bet("99", "98", 1)), at(8, 9, balance("98")), at(10, 11, balance("97"))}},

	{"no: a balance that comes back", []*operation{at(1, 2, bet("100", "99", 0)), at(3, 4, balance("99")), at(5, 6, balance("100"))}},
	{"no: two rounds from one balance", []*operation{at(1, 5, bet("100", "99", 0)), at(2, 6, bet("100", "98", 1))}},
	{"no: two rounds with one nonce", []*operation{at(1, 5, bet("100", "99", 0)), at(2, 6, bet("99", "98", 0))}},
	{"no: a nonce that is left out", []*operation{at(1, 5, bet("100", "99", 0)), at(2, 6, bet("99", "98", 2))}},
	{"no: what was answered first builds on what came after it", []*operation{at(1, 2, bet("99", "98", 1)), at(3, 4, bet("100", "99", 0))}},
	{"no: a rotation with a round open", []*operation{at(1, 2, inRound(1, "a", "in_progress", "100", "90", 0, 0)), at(3, 4, rotation("h0", "h1", "h2", 1))}},
	{"no: a rotation that tells fewer rounds", []*operation{at(1, 2, bet("100", "99", 0)), at(3, 4, rotation("h0", "h1", "h2", 0))}},
	{"no: a rotation to a seed that was not committed to", []*operation{at(1, 2, rotation("h0", "h7", "h2", 0))}},
	{"no: a round under a seed that is revealed", []*operation{at(1, 2, rotation("h0", "h1", "h2", 0)), at(3, 4, bet("100", "99", 0))}},
	{"no: a second round of a game", []*operation{at(1, 2, inRound(1, "a", "in_progress", "100", "90", 0, 0)),
		at(3, 4, inRound(1, "b", "in_progress", "90", "80", 1, 0))}},
	{"no: a cash-out of another round", []*operation{at(1, 2, inRound(1, "a", "in_progress", "100", "90", 0, 0)), at(3, 4, cashOut(1, "b", "90", "95"))}},
	{"no: a cash-out twice", []*operation{at(1, 2, inRound(1, "a", "in_progress", "100", "90", 0, 0)), at(3, 9, cashOut(1, "a", "90", "95")),
		at(4, 8, cashOut(1, "a", "95", "100"))}},
	{"no: a deposit that went to an older balance", []*operation{at(1, 2, bet("100", "99", 0)), at(3, 4, ordered(history.Deposit, "1", "101"))}},
	{"no: a withdrawal that was refused with enough there", []*operation{at(1, 2, refusedFor(history.Withdrawal, "100", "99"))}},
	{"no: a stake that was refused with enough there", []*operation{at(1, 2, refusedFor(history.Action, "100", "100"))}},
	{"no: a rotation that was refused with no round open", []*operation{at(1, 2, refusedFor(history.Rotate, "0", "0"))}},
	{"no: a cash-out that was refused with the round open", []*operation{at(1, 2, inRound(0, "a", "in_progress", "100", "90", 0, 0)),
		at(3, 4, refusedFor(history.Cashout, "0", "0"))}},
	{"no: what was never answered, after all that it is before", []*operation{at(5, never, bet("100", "99", 0)), at(1, 2, bet("99", "98", 1))}},
}

// Whole or cut into small pieces, a history has an order or has none.
func TestOrderOfHandMadeHistories(t *testing.T) {
	t.Parallel()
	for _, h := range histories {
		for _, piece := range []int{1, 2, 1000} {
			s := search{piece: piece, patience: time.Minute}
			wrong := s.run(made, slices.Clone(h.all))
			if none := strings.HasPrefix(h.name, "no: "); none != strings.HasPrefix(wrong, "no order fits") {
				t.Errorf("%s, in pieces of %d: %q", h.name, piece, wrong)
			}
			if s.operations != len(h.all) || len(h.all) > 0 && (s.pieces == 0 || s.largest == 0) {
				t.Errorf("%s: counted %+v", h.name, s)
			}
		}
	}
}

// crowd is a history of several clients that never pause, so that something is always in flight: n operations that came in one order,
// each told within a span in which others came. Every third one is a look at the balance.
func crowd(n int, clients int) []*operation {
	random := rand.New(rand.NewPCG(1, 2))
	free := make([]int64, clients)
	var all []*operation
	nonce, before := int64(0), int64(1_000_000)
	for i := range n {
		now := int64(i+1) * 100
		client := slices.Index(free, slices.Min(free))
		var o *operation
		if i%3 == 2 {
			o = balance(fmt.Sprint(before))
		} else {
			after := before - 1 + random.Int64N(3)
			o = bet(fmt.Sprint(before), fmt.Sprint(after), nonce)
			before, nonce = after, nonce+1
		}
		end := now + 1 + random.Int64N(int64(clients)*80)
		all = append(all, at(max(free[client]+1, now-random.Int64N(int64(clients)*80)), end, o))
		free[client] = end
	}
	return all
}

func TestOrderOfACrowdThatNeverPauses(t *testing.T) {
	t.Parallel()
	start := made
	start.balance = "1000000"
	for _, piece := range []int{10, 100, 100_000} {
		for _, clients := range []int{2, 4, 6} {
			all := crowd(300, clients)
			s := search{piece: piece, patience: time.Minute}
			if wrong := s.run(start, slices.Clone(all)); wrong != "" {
				t.Errorf("%d clients in pieces of %d: %s", clients, piece, wrong)
			}
			if piece < 1000 && s.largest > 4*piece+100 {
				t.Errorf("%d clients in pieces of %d: one has %d", clients, piece, s.largest)
			}
			broken := slices.Clone(all)
			i := slices.IndexFunc(broken, func(o *operation) bool { return o.sees != nil && o.call > 15_000 })
			broken[i] = at(broken[i].call, broken[i].end, balance("17"))
			s = search{piece: piece, patience: time.Minute}
			if wrong := s.run(start, broken); !strings.Contains(wrong, "no order fits") {
				t.Errorf("%d clients in pieces of %d, with a wrong balance: %q", clients, piece, wrong)
			}
		}
	}
}

// A search that finds nothing in its time has proven nothing.
func TestOrderThatIsNotFoundInTimeIsUndecided(t *testing.T) {
	t.Parallel()
	var all []*operation
	for i := range 24 { // of which any may come first, and none leads to the last
		all = append(all, at(1, 1000, ordered(history.Deposit, fmt.Sprint(1<<i), "1")))
	}
	for i, o := range all {
		o.moved = nil
		o.request.order = &orderRow{balance: units("100").plus(units(fmt.Sprint(i)))}
		o.amount = units("0")
	}
	s := search{piece: 1000, patience: time.Nanosecond}
	if wrong := s.run(made, all); !strings.HasPrefix(wrong, "undecided") {
		t.Errorf("%q", wrong)
	}
}

// The state has room for every game, and one place more for a name that is none of theirs.
func TestStateHasRoomForAllGames(t *testing.T) {
	t.Parallel()
	if n := len(builtin.Games()); n >= maxGames {
		t.Errorf("%d games; the state has room for %d", n, maxGames-1)
	}
}
