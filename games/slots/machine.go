package slots

import (
	"math/big"
	"strconv"

	"croupier/fairness"
)

// symbol is the index of a symbol in a machine's pays. The wild and the scatter come first, also where a machine has none: then no
// strip shows them.
type symbol = uint8

const (
	wild    symbol = 0
	scatter symbol = 1
)

// machine is a definition at one variant, laid out for speed. It is immutable. All its pays are whole: of lines in bets per line,
// of scatters in total bets.
type machine struct {
	reels, rows int
	names       []string               // by symbol
	pays        [][MaxReels + 1]int64  // by symbol and count, of runs on a line
	own         [MaxReels + 1]int64    // by count, what wilds with nothing else pay
	times       [MaxReels + 1]int64    // by how many wilds stand for the symbol of a run, what its pay is multiplied by
	mattering   uint8                  // how many wilds in a run make a difference to times
	lines       [][MaxReels]uint8      // by payline, the row on each reel
	paid, free  *strips                // of the paid spin and of free spins; the same where nothing else is said
	scatterPays [maxScatters + 1]int64 // by scatters in the window
	awards      [maxScatters + 1]int64 // by scatters in the window, the free spins that they win
	multiplier  int64                  // of wins in free spins
	retriggers  int                    // how many generations of free spins win more
	mostFree    int64                  // free spins that a round can have
	winCap      int64                  // in stakes; 0 for none
	labels      []string               // of the streams of free spins
	workLimit   int                    // of distribute
}

// maxScatters is the most scatters that a window can show.
const maxScatters = MaxReels * MaxRows

// strips are the reels of a kind of spin.
type strips struct {
	stops [MaxReels][]stop
}

// stop is a way in which a reel can stop.
type stop struct {
	column   column
	scatters uint8 // in the column
}

// column is what a window shows of one reel, from top to bottom; its rows below the machine's are 0.
type column [MaxRows]symbol

// window is what the player sees: one column per reel.
type window [MaxReels]column

// newMachine lays out a definition that was checked, at a variant that it has.
func newMachine(d *Definition, variant string) *machine {
	m := layOut(d)
	index := map[string]symbol{}
	for i, name := range m.names {
		index[name] = symbol(i)
	}
	m.paid = m.newStrips(d.Strips[variant], index)
	m.free = m.paid
	if other, ok := d.FreeSpinStrips[variant]; ok {
		m.free = m.newStrips(other, index)
	}
	return m
}

// layOut lays out all of a definition but its strips.
func layOut(d *Definition) *machine {
	m := &machine{reels: d.Reels, rows: d.Rows, names: []string{d.Wild, d.Scatter}, multiplier: 1, winCap: d.MaximumWin}
	m.workLimit = workLimit
	for _, s := range d.Symbols {
		if s.Name != d.Wild && s.Name != d.Scatter {
			m.names = append(m.names, s.Name)
		}
	}
	m.layOutPays(d)
	for _, rows := range d.Paylines {
		var line [MaxReels]uint8
		for reel, row := range rows {
			line[reel] = uint8(row)
		}
		m.lines = append(m.lines, line)
	}
	if f := d.FreeSpins; f != nil {
		m.multiplier, m.retriggers, m.mostFree = max(1, f.Multiplier), f.retriggers(), f.most()
		for count := range m.awards {
			m.awards[count] = f.awardOf(count)
		}
		for k := range m.mostFree {
			m.labels = append(m.labels, "fs"+strconv.FormatInt(k, 10))
		}
	}
	return m
}

func (m *machine) layOutPays(d *Definition) {
	m.pays = make([][MaxReels + 1]int64, len(m.names))
	for i, name := range m.names {
		s := d.symbol(name)
		switch {
		case s == nil:
		case symbol(i) == scatter:
			for count := range m.scatterPays {
				m.scatterPays[count] = listed(s.Pays, count)
			}
		default:
			for count, pay := range s.Pays {
				m.pays[i][count] = pay
			}
		}
	}
	if d.Wild != "" { // wilds alone are the best symbol that they can be
		for _, pays := range m.pays {
			for count, pay := range pays {
				m.own[count] = max(m.own[count], pay)
			}
		}
	}
	switch {
	case d.WildMultiplier <= 1:
		m.mattering = 0
	case d.WildTimes == PerWin:
		m.mattering = 1
	default:
		m.mattering = MaxReels
	}
	m.times[0] = 1
	for wilds := 1; wilds <= MaxReels; wilds++ {
		m.times[wilds] = max(1, d.WildMultiplier)
		if d.WildTimes != PerWin {
			m.times[wilds] *= m.times[wilds-1]
		}
	}
}

func (m *machine) newStrips(reels []Strip, index map[string]symbol) *strips {
	s := &strips{}
	for reel, strip := range reels {
		for i := range strip {
			var shown stop
			for row := range m.rows {
				shown.column[row] = index[strip[(i+row)%len(strip)]]
				if shown.column[row] == scatter {
					shown.scatters++
				}
			}
			s.stops[reel] = append(s.stops[reel], shown)
		}
	}
	return s
}

// mostOfSpin returns a bound, in bets per line, of what a spin can win with all multipliers.
func (m *machine) mostOfSpin() *big.Int {
	var line, scatters int64
	for _, pays := range m.pays {
		for _, pay := range pays {
			line = max(line, pay*m.times[m.reels-1])
		}
	}
	for _, pay := range m.scatterPays {
		scatters = max(scatters, pay)
	}
	most := big.NewInt(line + scatters)
	most.Mul(most, big.NewInt(int64(len(m.lines))))
	return most.Mul(most, big.NewInt(m.multiplier))
}

// spin is one spin of the reels and what it wins before any multiplier of free spins, in bets per line.
type spin struct {
	stops      [MaxReels]uint32 // which stop of each reel is in the top row
	window     window
	lines      []lineWin // the winning paylines, in order
	linePay    int64     // their sum
	scatters   int       // in the window
	scatterPay int64
	award      int64 // the free spins that it won
}

// pay returns all that the spin wins.
func (s *spin) pay() int64 { return s.linePay + s.scatterPay }

// lineWin is the win of one payline.
type lineWin struct {
	line  uint8 // its index, 0 for payline 1
	count uint8 // how many symbols make it, from the left
	pay   int64 // in bets per line
}

// draw stops the reels, from left to right, by one draw each, and shows the window.
func (m *machine) draw(s *spin, from *strips, stream *fairness.Stream) {
	for reel := range m.reels {
		stops := from.stops[reel]
		i := stream.Intn(uint64(len(stops)))
		s.stops[reel] = uint32(i)
		s.window[reel] = stops[i].column
		s.scatters += int(stops[i].scatters)
	}
}

// settle fills in what the spin's window wins on the first so many paylines. It appends the line wins to into and returns it.
func (m *machine) settle(s *spin, lines int, into []lineWin) []lineWin {
	from := len(into)
	for i := range m.lines[:lines] {
		if pay, count := m.linePay(&s.window, i); pay > 0 {
			into = append(into, lineWin{uint8(i), uint8(count), pay})
			s.linePay += pay
		}
	}
	s.lines = into[from:len(into):len(into)]
	s.scatterPay = m.scatterPays[s.scatters] * int64(lines)
	s.award = m.awards[s.scatters]
	return into
}

// linePay returns what a line pays, in bets per line, and how many of its symbols from the left make that win. There are two
// candidates: the wilds that the line begins with, by themselves, and the symbol after them with every wild standing for it. The
// better one counts, the longer one when they pay the same.
func (m *machine) linePay(w *window, line int) (pay int64, count int) {
	rows := &m.lines[line]
	wilds := 0
	for wilds < m.reels && w[wilds][rows[wilds]] == wild {
		wilds++
	}
	own := m.own[wilds]
	if wilds == m.reels {
		return own, wilds
	}
	of := w[wilds][rows[wilds]]
	if of == scatter {
		return own, wilds
	}
	length, standing := wilds+1, wilds
	for ; length < m.reels; length++ {
		if s := w[length][rows[length]]; s == wild {
			standing++
		} else if s != of {
			break
		}
	}
	if pay = m.pays[of][length] * m.times[standing]; pay >= own {
		return pay, length
	}
	return own, wilds
}
